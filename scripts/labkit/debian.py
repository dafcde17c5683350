# SPDX-License-Identifier: GPL-2.0
"""Debian's packages, from where this machine's own apt takes them.

The machine's sources are read, never written: other suites of the same archive, which the lab
needs, are in the sources of an apt of the lab's own, below the cache.
"""

import contextlib
import glob
import os
import re
import shutil
import time

from . import progress, util
from .util import LabError, digest, locked, run

# What the lab asks of the archive by the Debian that this machine runs.
RELEASES = ("bookworm", "trixie")
ALIASES = ("stable", "oldstable", "oldoldstable", "testing")

# What a source says of itself that holds for the archive's other suites as well.
KEPT = ("Signed-By", "Trusted", "Allow-Insecure", "Allow-Weak", "Allow-Downgrade-To-Insecure",
        "Check-Valid-Until", "Valid-Until-Max", "Valid-Until-Min", "Check-Date",
        "Date-Max-Future", "By-Hash", "PDiffs")

# How old the lists of packages may be, in seconds.
FRESH = 3600


def codename():
    """The Debian that this machine runs."""
    with open("/etc/os-release", encoding="utf-8") as f:
        m = re.search(r"^VERSION_CODENAME=(.*)", f.read(), re.M)
    return m.group(1).strip('"') if m else ""


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def one_line(text):
    """The sources of a .list file, each a dict with the names of fields that .sources has."""
    names = {name.lower(): name for name in KEPT}
    for line in text.splitlines():
        m = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if not m:
            continue
        found = {"URIs": m.group(2), "Suites": m.group(3), "Components": m.group(4)}
        for option in (m.group(1) or "").split():
            name, _, value = option.partition("=")
            if name.lower() in names:
                found[names[name.lower()]] = value
        yield found


def stanzas(text):
    """The sources of a .sources file."""
    names = {name.lower(): name for name in (*KEPT, "Types", "URIs", "Suites", "Components",
                                             "Enabled")}
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    for part in re.split(r"\n\s*\n", text):
        found = {}
        for m in re.finditer(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)", part, re.M):
            if m.group(1).lower() in names:
                found[names[m.group(1).lower()]] = m.group(2).rstrip()
        if "deb" in found.pop("Types", "").split() and \
                found.pop("Enabled", "yes").lower() not in ("no", "false", "0", "off"):
            yield found


def files():
    """The files of the machine's sources."""
    out = run("apt-config shell LIST Dir::Etc::sourcelist/f PARTS Dir::Etc::sourceparts/d")
    where = dict(re.findall(r"(\w+)='([^']*)'", out))
    parts = where.get("PARTS", "/etc/apt/sources.list.d/")
    return [where.get("LIST", "/etc/apt/sources.list"),
            *sorted(glob.glob(os.path.join(parts, "*.list"))),
            *sorted(glob.glob(os.path.join(parts, "*.sources")))]


def machine_sources():
    """All sources of packages that the machine's apt has."""
    for path in files():
        if os.path.isfile(path):
            yield from (stanzas if path.endswith(".sources") else one_line)(read(path))


def releases_known():
    """(URI, suite as the source calls it) -> (origin, codename), as far as apt has its lists."""
    out = run("apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME) $(ORIGIN)' "
              "'Created-By: Packages' 2>/dev/null || true")
    known = {}
    for line in out.splitlines():
        uri, suite, name, origin = (line.split(None, 3) + [""] * 4)[:4]
        known[uri.rstrip("/"), suite] = (origin, name)
    return known


def rank(source, uri, suite, wanted, known):
    """How sure it is that a source is Debian's `wanted`: 0 is best, None is out of question."""
    origin, name = known.get((uri.rstrip("/"), suite), ("", ""))
    if uri.startswith("cdrom:") or "main" not in source.get("Components", "").split():
        return None
    if origin:
        return 0 if origin == "Debian" and wanted in (name, suite) else None
    if suite == wanted:
        # Others call their suites after Debian's, too
        return 1 if "debian-archive" in source.get("Signed-By", "") else 2
    head, _, tail = suite.partition("-")
    return 3 if head in ALIASES and tail == wanted.partition("-")[2] else None


def find(wanted, known):
    """The machine's source of a suite, with a single URI, or None."""
    best = None
    for source in machine_sources():
        for uri in source.get("URIs", "").split():
            for suite in source.get("Suites", "").split():
                n = rank(source, uri, suite, wanted, known)
                if n is not None and (best is None or n < best[0]):
                    best = (n, dict(source, URIs=uri))
    return best and best[1]


def sources(suites):
    """The text of a .sources file for some suites, from the machine's archive of each."""
    name = codename()
    known = releases_known()
    archive = find(name, known)
    if not archive:
        raise LabError(f"apt of this machine has no source of Debian \"{name}\" with main: "
                       "the lab takes all packages from there (man sources.list)")
    security = find(f"{name}-security", known)
    out = []
    for suite in suites:
        if suite.endswith("-security"):
            source = security
        elif suite == f"{name}-updates":
            source = find(suite, known)
        else:
            source = archive
        if source:
            fields = {"Types": "deb", "URIs": source["URIs"], "Suites": suite,
                      "Components": "main", **{k: v for k, v in source.items() if k in KEPT}}
            out.append("".join(f"{k}: {v}\n" for k, v in fields.items()))
    return "\n".join(out)


def acquire_options():
    """How the machine's apt reaches its archive, for an apt with another root directory."""
    skip = r"Acquire::(IndexTargets|Changelogs|cdrom|CompressionTypes|Languages)\b"
    keep = [line for line in run("apt-config dump").splitlines()
            if line.startswith("Acquire::") and not re.match(skip, line)]
    for line in run("apt-config shell Dir::Etc::netrc Dir::Etc::netrc/f "
                    "Dir::Etc::netrcparts Dir::Etc::netrcparts/d 2>/dev/null || true "
                    ).splitlines():
        name, _, value = line.partition("=")
        keep.append('%s "%s";' % (name, value.strip("'")))
    return "\n".join(keep) + "\n"


class Apt:
    """An apt for some suites, with sources, lists and archives of its own below the cache."""

    def __init__(self, suites):
        self.suites = suites
        self.dir = os.path.join(util.CACHE, "apt", "-".join([suites[0], digest(suites)]))
        self.conf = os.path.join(self.dir, "apt.conf")

    def update(self):
        """Fetch the lists of packages, if those that are there are old."""
        text = sources(self.suites)
        path = os.path.join(self.dir, "lab.sources")
        stamp = os.path.join(self.dir, "updated")
        with locked("apt"):
            if os.path.exists(stamp) and read(path) == text and \
                    time.time() - os.path.getmtime(stamp) < FRESH:
                return
            for sub in ("lists/partial", "archives/partial"):
                os.makedirs(os.path.join(self.dir, sub), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            with open(self.conf, "w", encoding="utf-8") as f:
                f.write(f'Dir::Etc::sourcelist "{path}";\n'
                        'Dir::Etc::sourceparts "-";\n'
                        f'Dir::State::lists "{self.dir}/lists";\n'
                        f'Dir::Cache::archives "{self.dir}/archives";\n'
                        'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
                        # _apt can't look into a home directory
                        'APT::Sandbox::User "root";\n'
                        'Acquire::Languages "none";\n')
            try:
                self.run("update", what="lists of packages",
                         options=["-o", "APT::Update::Error-Mode=any"])
            except LabError as e:
                raise LabError(f"no lists of packages of {' '.join(self.suites)} from where this "
                               f"machine's apt takes its own:\n{e}") from None
            with open(stamp, "w", encoding="ascii"):
                pass

    def run(self, *args, what, options=(), **kw):
        """apt-get."""
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        return progress.run(["apt-get", "-q", "-y", "-c", self.conf, *options, *args], what,
                            "apt.log", env=env, **kw)

    def cache(self, *args):
        """apt-cache, of what the archive has: what is installed plays no part."""
        return run(["apt-cache", "-c", self.conf, "-o", "Dir::State::status=/dev/null", *args])

    def install(self, packages, what, options=()):
        """Install packages on this machine, without asking and without recommendations."""
        self.update()
        self.run("install", "--no-install-recommends", *packages, what=what, whole=True,
                 options=["-o", "DPkg::Options::=--force-unsafe-io",
                          "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300", *options])
        for deb in glob.glob(os.path.join(self.dir, "archives", "*.deb")):
            os.unlink(deb)

    def download(self, packages, where):
        """Fetch packages, without what they need; the files."""
        self.update()
        self.run("download", *packages, what=f"download of {packages[0]}", cwd=where,
                 options=["-o", "Dir::State::status=/dev/null"])
        return sorted(glob.glob(os.path.join(where, "*.deb")))


def native(backports=False):
    """The apt of this machine's own Debian."""
    name = codename()
    if name not in RELEASES:
        raise LabError(f"this machine runs \"{name}\": the lab needs Debian 12 (bookworm) "
                       "or 13 (trixie)")
    more = [f"{name}-backports"] if backports else []
    return Apt([name, f"{name}-updates", f"{name}-security", *more])


def of(release, *more):
    """The apt of a Debian that may be another than this machine's."""
    return Apt([release, f"{release}-security", *more])


# What no machine of the lab reads.
SLIM = ["--aptopt=APT::Install-Recommends \"false\"",
        *[f"--dpkgopt=path-exclude=/usr/share/{d}/*" for d in ("doc", "man", "locale", "info")]]


def bootstrap(tree, suites, packages, what, options=(), slim=True):
    """A Debian in a directory of its own, from the machine's archive."""
    conf = tree + ".apt.conf"
    where = tree + ".sources"
    with open(where, "w", encoding="utf-8") as f:
        f.write(sources(suites))
    # May hold what a proxy wants to be told
    with open(os.open(conf, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
              encoding="utf-8") as f:
        f.write(acquire_options() + 'APT::Sandbox::User "root";\nAcquire::Languages "none";\n')
    try:
        progress.run(["mmdebstrap", "--mode=root", "--variant=minbase", f"--aptopt={conf}",
                      "--dpkgopt=force-unsafe-io", *(SLIM if slim else []), *options,
                      "--include=" + ",".join(packages), suites[0], tree, where],
                     what, "mmdebstrap.log")
        for left in ("etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(tree, left))
    finally:
        os.unlink(conf)
        os.unlink(where)


def plain(tree, release):
    """A minimal Debian as a newcomer has it: its apt takes packages from where this one does."""
    debian = [release, f"{release}-updates", f"{release}-security"]
    bootstrap(tree, debian, ["git", "make", "python3"], f"a minimal {release}", slim=False)
    text = sources(debian)
    with open(os.path.join(tree, "etc/apt/apt.conf.d/90archive"), "w", encoding="utf-8") as f:
        f.write(acquire_options())
    netrc = [m[1] for m in re.finditer(r'^Dir::Etc::netrc\w* "(.*)";', acquire_options(), re.M)]
    for path in [*netrc, *re.findall(r"^Signed-By: (/.*)", text, re.M),
                 *re.findall(r"^URIs: mirror\+file:/*(/.*)", text, re.M)]:
        there = os.path.join(tree, path.lstrip("/"))
        if os.path.isdir(path):
            shutil.copytree(path, there, dirs_exist_ok=True)
        elif os.path.exists(path) and not os.path.exists(there):
            os.makedirs(os.path.dirname(there), exist_ok=True)
            shutil.copy(path, there)
