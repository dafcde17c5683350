# SPDX-License-Identifier: GPL-2.0
"""The kernels: Debian's 6.1 and 6.12, unpacked, a debug kernel built from its source, and the
newest of Debian's backports, whose modules are built with the tools of its own suite."""

import glob
import os
import re
import shutil

from . import debian, images, progress, util
from .util import LabError, cached, digest, file_bytes, run, say

FRAGMENT = os.path.join(util.TOP, "scripts", "kconfig", "debug.config")
SOURCE = "linux-source-6.12"
NAMES = ("6.1", "6.12", "debug", "backports")
# What Debian built its kernels with, which their headers ask for.
COMPILERS = {("bookworm", "6.1"): "gcc-12", ("bookworm", "6.12"): "gcc-12",
             ("trixie", "6.1"): "gcc-12", ("trixie", "6.12"): "gcc-14"}
# Where the newest kernel is, and what its modules are built with there.
NEW_SUITE = "trixie"
NEW_PACKAGES = "make gcc binutils linux-headers-amd64".split()


class Kernel:
    """A kernel to boot: .image, .modules (its lib/modules/VER), .kdir for builds, .version.

    With .root, the build tools are those of another Debian in that directory; .kdir is below it.
    """

    def __init__(self, name, version, image, modules, kdir, root=None):
        self.name = name
        self.root = root
        self.version = version
        self.image = image
        self.modules = modules
        self.kdir = kdir
        self.debug = name == "debug"

    def make(self, src, args, what, log):
        """Run make for modules in a directory; its output, as of progress.run()."""
        if not self.root:
            return progress.run(["make", "-C", src, f"KDIR={self.kdir}", *args], what, log)
        kdir = "/" + os.path.relpath(self.kdir, self.root)
        os.makedirs(os.path.join(self.root, "build"), exist_ok=True)
        script = (f"mount -t proc proc '{self.root}/proc' && "
                  f"mount --bind '{src}' '{self.root}/build' && "
                  f"exec chroot '{self.root}' make -C /build 'KDIR={kdir}' {' '.join(args)}")
        return progress.run(["unshare", "--mount", "sh", "-c", script], what, log)

    def config(self, option):
        """'y', 'm' or None."""
        with open(os.path.join(self.kdir, ".config"), encoding="utf-8") as f:
            m = re.search(rf"^CONFIG_{option}=(.)", f.read(), re.M)
        return m and m.group(1)


def compiler(name):
    """The packages with the compiler for modules of a kernel."""
    found = COMPILERS.get((debian.codename(), name))
    return [found] if found else []


def archive(series):
    """Where a series is: 6.1 in bookworm, 6.12 in any Debian for itself."""
    return debian.native() if series != "6.1" else debian.of("bookworm")


def by_version(names):
    return sorted(names, key=lambda v: [int(n) for n in re.findall(r"\d+", v)])


def newest(apt, series):
    """The newest version (uname -r) of a series that an archive has, like 6.1.0-56-amd64."""
    apt.update()
    pat = re.escape(series) + r"\.\S*-amd64"
    found = re.findall(rf"^linux-headers-({pat}) ",
                       apt.cache("search", "--names-only", "^linux-headers-6[.]"), re.M)
    found = [v for v in found if not re.search("cloud|-rt|unsigned", v)]
    if not found:
        raise LabError(f"no headers package of a kernel {series} in {' '.join(apt.suites)}")
    return by_version(found)[-1]


def held(kind, prefix):
    """The newest entry of the cache of a kind, by its name, or None."""
    found = [d for d in glob.glob(os.path.join(util.CACHE, kind, f"{prefix}*"))
             if not d.endswith(".tmp")]
    return by_version([os.path.basename(d) for d in found])[-1] if found else None


def unpack_xz(top):
    """Newer packages compress their modules; the initramfs and depmod want them plain."""
    if glob.glob(os.path.join(top, "kernel", "**", "*.ko.xz"), recursive=True):
        run(f"find '{top}' -name '*.ko.xz' -print0 | xargs -0 -P$(nproc) -n64 xz -d")


def thin(top):
    """Remove the modules that the lab has no use for, most of them."""
    keep = set(images.wanted_modules(top))
    for base, _dirs, names in os.walk(os.path.join(top, "kernel")):
        for name in names:
            path = os.path.join(base, name)
            if os.path.relpath(path, top) not in keep:
                os.unlink(path)


def unpack_image(debs, path, version):
    """A kernel's packages: boot/vmlinuz-VER and lib/modules/VER, below path."""
    for deb in debs:
        run(["dpkg-deb", "-x", deb, path])
        os.unlink(deb)
    base = os.path.join(path, "lib/modules", version)
    if not os.path.isdir(base):
        os.makedirs(os.path.dirname(base), exist_ok=True)
        shutil.move(os.path.join(path, "usr/lib/modules", version), base)
    image = os.path.join(path, "boot", f"vmlinuz-{version}")
    if not os.path.exists(image):
        os.makedirs(os.path.dirname(image), exist_ok=True)
        shutil.move(os.path.join(base, "vmlinuz"), image)
    thin(base)
    unpack_xz(base)
    run(["depmod", "-b", path, version])


def unpack_headers(debs, path, version, final):
    """What modules are built with, below path, which will be `final`: its /usr/src/HEADERS.

    The one path in it that isn't relative is of the headers common to all flavours.
    """
    for deb in debs:
        run(["dpkg-deb", "-x", deb, path])
        os.unlink(deb)
    makefile = os.path.join(path, "usr/src", f"linux-headers-{version}", "Makefile")
    with open(makefile, encoding="utf-8") as f:
        text = f.read()
    fixed = re.sub(r"^include /usr/src/", f"include {final}/usr/src/", text, flags=re.M)
    if fixed == text:
        raise LabError(f"linux-headers-{version}: its Makefile isn't what is expected:\n{text}")
    with open(makefile, "w", encoding="utf-8") as f:
        f.write(fixed)


def stock(series, renew=False):
    """Debian's kernel, and the headers for its modules, unpacked in the cache.

    It stays the one that is there until `renew`, however many follow it.
    """
    rules = digest(images.MODULE_DIRS, images.MODULE_SKIP, images.KEEP_VENDORS)
    apt = archive(series)
    have = None if renew else held("linux", f"{series}.*_{rules}")
    version = have.rpartition("_")[0] if have else newest(apt, series)
    key = f"{version}_{rules}"
    final = os.path.join(util.CACHE, "linux", key)

    def make(path):
        need = apt.cache("depends", f"linux-headers-{version}")
        debs = apt.download(
            [f"linux-image-{version}", f"linux-headers-{version}",
             *re.findall(r"^ +Depends: (linux-kbuild-\S+|linux-headers-\S+-common)", need, re.M)],
            path)
        headers = [d for d in debs if not os.path.basename(d).startswith("linux-image-")]
        unpack_image([d for d in debs if d not in headers], path, version)
        unpack_headers(headers, path, version, final)

    path = cached("linux", key, make, f"kernel {version} and its headers", keep=6)
    return Kernel(series, version, os.path.join(path, "boot", f"vmlinuz-{version}"),
                  os.path.join(path, "lib/modules", version),
                  os.path.join(path, "usr/src", f"linux-headers-{version}"))


def backports():
    """The newest kernel of Debian's backports, in a Debian of its own to build with."""
    suites = [NEW_SUITE, f"{NEW_SUITE}-backports"]

    def make(path):
        root = os.path.join(path, "root")
        debian.bootstrap(root, suites, NEW_PACKAGES, "a Debian that builds for it",
                         [f"--aptopt=APT::Default-Release \"{NEW_SUITE}-backports\""])
        kdir, = [p for p in glob.glob(os.path.join(root, "usr/src/linux-headers-*-amd64"))
                 if not re.search("cloud|-rt", p)]
        version = os.path.basename(kdir)[len("linux-headers-"):]
        # Newer kernels come in parts, which the image package only needs.
        debs = debian.Apt(suites).download(
            [f"linux-{part}-{version}" for part in ("base", "binary", "modules")], path)
        unpack_image(debs, path, version)
        with open(os.path.join(path, "version"), "w", encoding="ascii") as f:
            f.write(version)

    path = cached("backports", digest(suites, NEW_PACKAGES), make,
                  "the newest kernel of Debian's backports, and what builds for it", keep=1)
    with open(os.path.join(path, "version"), encoding="ascii") as f:
        version = f.read().strip()
    root = os.path.join(path, "root")
    return Kernel("backports", version, os.path.join(path, "boot", f"vmlinuz-{version}"),
                  os.path.join(path, "lib/modules", version),
                  os.path.join(root, f"usr/src/linux-headers-{version}"), root)


def source(renew=False):
    """Debian's source of 6.12, as it is packed, and the version of the package."""
    apt = debian.native()
    version = None if renew else held("linux-source", "6.12.")
    if not version:
        apt.update()
        version = re.search(r"^Version: (\S+)", apt.cache("show", "--no-all-versions", SOURCE),
                            re.M).group(1)

    def make(path):
        deb, = apt.download([SOURCE], path)
        run(["dpkg-deb", "-x", deb, path])
        os.unlink(deb)

    path = cached("linux-source", version, make, f"source of the kernel, {version}", keep=1)
    return os.path.join(path, "usr/src", f"{SOURCE}.tar.xz"), version


def debug_install(path):
    """Put image and modules next to the build tree `path`/src."""
    src = os.path.join(path, "src")
    version = run(["make", "-s", "-C", src, "kernelrelease"]).strip().splitlines()[-1]
    run(["make", "-C", src, f"INSTALL_MOD_PATH={path}", "modules_install"])
    shutil.copy(os.path.join(src, "arch/x86/boot/bzImage"), os.path.join(path, "bzImage"))
    with open(os.path.join(path, "version"), "w", encoding="ascii") as f:
        f.write(version)


def debug(renew=False):
    """The debug kernel; the first build takes half an hour on two cores."""
    packed, from_version = source(renew)

    def make(path):
        src = os.path.join(path, "src")
        os.makedirs(src)
        run(["tar", "-xf", packed, "-C", src, "--strip-components=1"])
        run(["make", "-C", src, "x86_64_defconfig"])
        run(["./scripts/kconfig/merge_config.sh", "-m", ".config", FRAGMENT], cwd=src)
        run(["make", "-C", src, "olddefconfig"])
        say("building the debug kernel: about half an hour on two cores, once")
        progress.run(["make", "-C", src, f"-j{os.cpu_count()}", "bzImage", "modules"],
                     "the debug kernel", "debug-kernel.log")
        debug_install(path)
        run(f"find '{src}' -name '*.o' ! -path '*/scripts/*' ! -path '*/tools/*' -delete")

    path = cached("debug-kernel", digest(from_version, file_bytes(FRAGMENT)), make, "debug kernel", keep=1)
    with open(os.path.join(path, "version"), encoding="ascii") as f:
        version = f.read().strip()
    return Kernel("debug", version, os.path.join(path, "bzImage"),
                  os.path.join(path, "lib/modules", version), os.path.join(path, "src"))


def get(name, renew=False):
    """A kernel by its name: 6.1, 6.12, debug or backports."""
    if name == "debug":
        return debug(renew)
    if name == "backports":
        return backports()
    if name in ("6.1", "6.12"):
        return stock(name, renew)
    raise LabError(f"kernel {name}? One of: {', '.join(NAMES)}")
