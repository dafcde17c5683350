# SPDX-License-Identifier: GPL-2.0
"""Packages the lab needs on this machine. Debian 12 and 13."""

import glob
import os
import re

from . import images, kernels, util
from .util import LabError, run, say, step

PACKAGES = """mmdebstrap linux-source-6.12 build-essential flex bison bc libelf-dev libssl-dev
	sparse cmake g++ libgtest-dev nlohmann-json3-dev rsync cpio zstd xz-utils kmod e2fsprogs
	codespell shellcheck dkms ipxe-qemu seabios""".split()
BACKPORTS = "/etc/apt/sources.list.d/vfpath-backports.sources"
BACKPORTS_TEXT = """Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def codename():
    with open("/etc/os-release", encoding="utf-8") as f:
        m = re.search(r"^VERSION_CODENAME=(.*)", f.read(), re.M)
    return m.group(1).strip('"') if m else ""


def present(packages):
    """The packages of a list that are not installed."""
    out = run(f"dpkg-query -W -f '${{Package}} ${{Status}}\\n' {' '.join(packages)} "
              "2>/dev/null || true")
    have = {line.split()[0] for line in out.splitlines()
            if line.endswith("install ok installed")}
    return [p for p in packages if p not in have]


def qemu_ok():
    """True when the installed QEMU has the igb device."""
    try:
        return "igb" in run(["qemu-system-x86_64", "-device", "igb,help"])
    except (LabError, FileNotFoundError):
        return False


def offers(suite):
    """True when apt has a source for a suite."""
    for path in ["/etc/apt/sources.list", *glob.glob("/etc/apt/sources.list.d/*.list"),
                 *glob.glob("/etc/apt/sources.list.d/*.sources")]:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                if any(suite in line and not line.lstrip().startswith("#") for line in f):
                    return True
    return False


def apt(*args):
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run(["apt-get", "-q", "-y", *args], env=env,
        logfile=os.path.join(util.BUILD, "lab", "apt.log"))


def header_packages():
    """The headers packages of both series; 6.1 is in bookworm, which trixie has to add."""
    return [f"linux-headers-{kernels.newest(s)}-amd64" for s in ("6.1", "6.12")]


def missing():
    """What packages() would install: cheap, for the case that all is there."""
    todo = present(PACKAGES)
    todo += [s for s in ("6.1", "6.12") if not kernels.installed(s)]
    return todo + ([] if qemu_ok() else ["qemu-system-x86"])


def add_source(path, text):
    if os.geteuid():
        raise LabError("scripts/lab setup installs packages: run it as root")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def packages():
    """Install what is missing."""
    if not missing():
        return
    if os.geteuid():
        raise LabError(f"missing: {' '.join(missing())}; run scripts/lab setup as root")
    name = codename()
    if name == "bookworm" and not offers("bookworm-backports"):
        add_source(BACKPORTS, BACKPORTS_TEXT)
    if name == "trixie" and not offers("bookworm"):
        # 6.1's kernel and headers, of which nothing is ever an upgrade of trixie's own.
        add_source("/etc/apt/sources.list.d/vfpath-bookworm.sources",
                   BACKPORTS_TEXT.replace("bookworm-backports", "bookworm bookworm-updates")
                   + "\n" + BACKPORTS_TEXT.replace("bookworm-backports", "bookworm-security")
                   .replace("/debian\n", "/debian-security\n"))
    with step("apt-get update"):
        apt("update")
    with step("apt-get install (first time: a few minutes)"):
        back = ["-t", "bookworm-backports"] if name == "bookworm" else []
        apt("install", "--no-install-recommends", *PACKAGES, *header_packages())
        if not qemu_ok():
            apt("install", "--no-install-recommends", *back, "qemu-system-x86")
    if not qemu_ok():
        raise LabError("this QEMU has no igb device: 8.0 or newer is needed")


def everything(names=kernels.NAMES):
    """Packages, root image and kernels, all idempotent."""
    packages()
    images.root()
    for name in names:
        say(f"kernel {name}: {kernels.get(name).version}")
