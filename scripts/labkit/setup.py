# SPDX-License-Identifier: GPL-2.0
"""Packages that a verb of the lab needs on this machine. Debian 12 and 13."""

import os
import shutil

from . import build, debian, images, kernels, progress
from .util import LabError, run, say, step

# What builds the root image and unpacks kernels: installed first, for these take longest.
IMAGES = "mmdebstrap e2fsprogs mount kmod xz-utils".split()
# What the virtual machines run in: installed last, for until then nothing waits for it.
QEMU = "qemu-system-x86"
LAB = [*IMAGES, "util-linux", QEMU]
# What builds modules with the headers of Debian's kernels, beside a compiler (kernels.COMPILERS).
MODULES = "make pahole".split()
TOOLS = "cmake g++ make nlohmann-json3-dev".split()
TOOLS_TEST = [*TOOLS, *"libgtest-dev iproute2 python3 util-linux".split()]
CHECK = [*MODULES, *"sparse codespell shellcheck dkms git perl python3 kmod xz-utils".split()]
# What builds a kernel from its source.
DEBUG = "gcc libc6-dev make flex bison bc libelf-dev libssl-dev rsync cpio perl xz-utils".split()

PLAY = [*LAB, *MODULES, *TOOLS]
ALL = [*PLAY, *TOOLS_TEST, *CHECK, *DEBUG]

# Verb: what it needs for itself, and the kernels it takes when no other is asked for.
VERBS = {
    "demo": (PLAY, ("6.12",)),
    "bench": (PLAY, ("6.12",)),
    "shell": (PLAY, ("6.12",)),
    "run": (PLAY, kernels.NAMES),
    "kunit": (PLAY, ("debug",)),
    "test": (ALL, kernels.NAMES),
    "setup": (ALL, kernels.NAMES),
    "check": (CHECK, ("6.1", "6.12")),
    "tools": (TOOLS_TEST, ()),
    "minimal": (IMAGES, ()),
}


def needed(verb, names=None):
    """The packages for a verb and kernels, in order and once each."""
    packages, usual = VERBS[verb]
    packages = list(packages)
    for name in names or usual:
        packages += [*DEBUG] if name == "debug" else kernels.compiler(name)
    return list(dict.fromkeys(packages))


def present(packages):
    """The packages of a list that are not installed; none where there is no dpkg to ask."""
    if not shutil.which("dpkg-query"):
        return []
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


def missing(verb="test", names=None):
    """What packages() would install: cheap, for the case that all is there."""
    want = needed(verb, names)
    todo = present(want)
    if QEMU in want and QEMU not in todo and not qemu_ok():
        todo.append(QEMU)
    return todo


def stages(todo):
    """The packages for images, for QEMU, and all others."""
    return ([p for p in todo if p in IMAGES], [p for p in todo if p not in [*IMAGES, QEMU]],
            [p for p in todo if p == QEMU])


def packages(verb="test", names=None):
    """Install what is missing for a verb."""
    todo = missing(verb, names)
    if not todo:
        return
    if os.geteuid():
        raise LabError(f"not installed: {' '.join(todo)}; as root, scripts/lab installs them "
                       "by itself")
    for part in stages(todo):
        install(part)


def install(todo):
    """Install some packages; QEMU from the backports where Debian's own has no igb device."""
    if not todo:
        return
    name = debian.codename()
    back = QEMU in todo and name == "bookworm"
    with step(f"apt-get install {' '.join(todo)}"):
        debian.native(back).install(todo, "apt-get install",
                                    ["-t", f"{name}-backports"] if back else [])
    if QEMU in todo and not qemu_ok():
        raise LabError("this QEMU has no igb device: 8.0 or newer is needed")


def ready(verb, names=None, small=False):
    """All that a verb needs to play on its first kernel, as much at once as can be."""
    todo = missing(verb, names)
    if todo and os.geteuid():
        packages(verb, names)
    images_need, others, qemu = stages(todo)
    # Which ones `run` needs, its cases say
    kernel = (names or VERBS[verb][1])[0] if names or verb != "run" else None
    install(images_need)

    def built():
        install(others)
        jobs = [build.tools, lambda: install(qemu)]
        if kernel:
            jobs.append(lambda: build.modules(kernels.get(kernel)))
        progress.together(*jobs)

    def unpacked():
        # What builds a debug kernel is installed by then
        if kernel and kernel != "debug":
            kernels.get(kernel)

    progress.together(built, lambda: images.root(small), unpacked)


def everything(names=kernels.NAMES):
    """Packages, root image and kernels, all idempotent; newer kernels if there are."""
    packages("setup", names)
    images.root()
    for name in names:
        say(f"kernel {name}: {kernels.get(name, renew=True).version}")
