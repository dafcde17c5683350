# SPDX-License-Identifier: GPL-2.0
"""The kernels: Debian's 6.1 and 6.12, unpacked, a debug kernel built from its source, and the
newest of Debian's backports, whose modules are built with the tools of its own suite."""

import glob
import os
import re
import shutil

from . import images, util
from .util import LabError, cached, digest, file_bytes, run, say

FRAGMENT = os.path.join(util.TOP, "scripts", "kconfig", "debug.config")
SOURCE = "/usr/src/linux-source-6.12.tar.xz"
NAMES = ("6.1", "6.12", "debug", "backports")
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

    def make(self, src, args, **kw):
        """Run make for modules in a directory; kw as for util.run()."""
        if not self.root:
            return run(["make", "-C", src, f"KDIR={self.kdir}", *args], **kw)
        kdir = "/" + os.path.relpath(self.kdir, self.root)
        os.makedirs(os.path.join(self.root, "build"), exist_ok=True)
        script = (f"mount -t proc proc '{self.root}/proc' && "
                  f"mount --bind '{src}' '{self.root}/build' && "
                  f"exec chroot '{self.root}' make -C /build 'KDIR={kdir}' {' '.join(args)}")
        return run(["unshare", "--mount", "sh", "-c", script], **kw)

    def config(self, option):
        """'y', 'm' or None."""
        with open(os.path.join(self.kdir, ".config"), encoding="utf-8") as f:
            m = re.search(rf"^CONFIG_{option}=(.)", f.read(), re.M)
        return m and m.group(1)


def newest(series):
    """The newest amd64 kernel ABI of a series that apt knows, like 6.1.0-56."""
    out = run("apt-cache search --names-only '^linux-headers-6\\.(1|12)\\.'")
    pat = re.escape(series) + r"\.[0-9]+[^ ]*"
    found = re.findall(rf"^linux-headers-({pat})-amd64 ", out, re.M)
    found = [v for v in found if not re.search("cloud|-rt|unsigned", v)]
    if not found:
        raise LabError(f"apt knows no linux-headers-{series}.*-amd64: run scripts/lab setup")
    return max(found, key=lambda v: [int(n) for n in re.findall(r"\d+", v)])


def installed(series):
    """The version (uname -r) of a series whose headers are installed, or None."""
    found = [os.path.basename(p)[len("linux-headers-"):]
             for p in glob.glob(f"/usr/src/linux-headers-{series}.*-amd64")]
    found = [v for v in found if not re.search("cloud|-rt", v)]
    return max(found, key=lambda v: [int(n) for n in re.findall(r"\d+", v)], default=None)


def unpack_xz(top):
    """Newer packages compress their modules; the initramfs and depmod want them plain."""
    if glob.glob(os.path.join(top, "kernel", "**", "*.ko.xz"), recursive=True):
        run(f"find '{top}' -name '*.ko.xz' -print0 | xargs -0 -P$(nproc) xz -d")


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
    unpack_xz(base)
    run(["depmod", "-b", path, version])


def stock(series):
    """Debian's kernel package, unpacked in the cache."""
    version = installed(series)
    if not version:
        raise LabError(f"no headers for {series}: run scripts/lab setup")

    def make(path):
        run(["apt-get", "download", f"linux-image-{version}"], cwd=path)
        unpack_image(glob.glob(os.path.join(path, "*.deb")), path, version)

    path = cached("kernel", version, make, f"kernel {version}", keep=6)
    return Kernel(series, version, os.path.join(path, "boot", f"vmlinuz-{version}"),
                  os.path.join(path, "lib/modules", version),
                  f"/usr/src/linux-headers-{version}")


def backports():
    """The newest kernel of Debian's backports, in a Debian of its own to build with."""

    def make(path):
        root = os.path.join(path, "root")
        sources = [f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
                   f"{images.MIRROR} {suite} main"
                   for suite in (NEW_SUITE, f"{NEW_SUITE}-backports")]
        run(["mmdebstrap", "--mode=root", "--variant=minbase",
             "--aptopt=APT::Install-Recommends \"false\"",
             f"--aptopt=APT::Default-Release \"{NEW_SUITE}-backports\"",
             "--dpkgopt=path-exclude=/usr/share/doc/*", "--skip=cleanup/apt/lists",
             "--include=" + ",".join(NEW_PACKAGES), NEW_SUITE, root, *sources],
            logfile=os.path.join(util.BUILD, "lab", "backports.log"))
        kdir, = [p for p in glob.glob(os.path.join(root, "usr/src/linux-headers-*-amd64"))
                 if not re.search("cloud|-rt", p)]
        version = os.path.basename(kdir)[len("linux-headers-"):]
        # Newer kernels come in parts, which the image package only needs.
        parts = " ".join(f"linux-{part}-{version}" for part in ("base", "binary", "modules"))
        run(["chroot", root, "sh", "-c", f"cd /tmp && apt-get -q download {parts}"])
        unpack_image(glob.glob(os.path.join(root, "tmp", "linux-*.deb")), path, version)
        with open(os.path.join(path, "version"), "w", encoding="ascii") as f:
            f.write(version)

    path = cached("backports", digest(NEW_SUITE, NEW_PACKAGES, images.MIRROR), make,
                  "the newest kernel of Debian's backports, and what builds for it", keep=1)
    with open(os.path.join(path, "version"), encoding="ascii") as f:
        version = f.read().strip()
    root = os.path.join(path, "root")
    return Kernel("backports", version, os.path.join(path, "boot", f"vmlinuz-{version}"),
                  os.path.join(path, "lib/modules", version),
                  os.path.join(root, f"usr/src/linux-headers-{version}"), root)


def debug_key():
    """What the debug kernel is made of."""
    if not os.path.exists(SOURCE):
        raise LabError(f"{SOURCE} is missing: run scripts/lab setup")
    pkg = run(["dpkg-query", "-W", "-f", "${Version}", "linux-source-6.12"])
    return digest(pkg, file_bytes(FRAGMENT))


def debug_install(path):
    """Put image and modules next to the build tree `path`/src."""
    src = os.path.join(path, "src")
    version = run(["make", "-s", "-C", src, "kernelrelease"]).strip().splitlines()[-1]
    run(["make", "-C", src, f"INSTALL_MOD_PATH={path}", "modules_install"])
    shutil.copy(os.path.join(src, "arch/x86/boot/bzImage"), os.path.join(path, "bzImage"))
    with open(os.path.join(path, "version"), "w", encoding="ascii") as f:
        f.write(version)


def debug():
    """The debug kernel; the first build takes half an hour on two cores."""

    def make(path):
        src = os.path.join(path, "src")
        os.makedirs(src)
        run(["tar", "-xf", SOURCE, "-C", src, "--strip-components=1"])
        run(["make", "-C", src, "x86_64_defconfig"])
        run(["./scripts/kconfig/merge_config.sh", "-m", ".config", FRAGMENT], cwd=src)
        run(["make", "-C", src, "olddefconfig"])
        say("building the debug kernel: about half an hour on two cores, once")
        run(f"make -C '{src}' -j$(nproc) bzImage modules",
            logfile=os.path.join(util.BUILD, "lab", "debug-kernel.log"))
        debug_install(path)
        run(f"find '{src}' -name '*.o' ! -path '*/scripts/*' ! -path '*/tools/*' -delete")

    path = cached("debug-kernel", debug_key(), make, "debug kernel", keep=1)
    with open(os.path.join(path, "version"), encoding="ascii") as f:
        version = f.read().strip()
    return Kernel("debug", version, os.path.join(path, "bzImage"),
                  os.path.join(path, "lib/modules", version), os.path.join(path, "src"))


def get(name):
    """A kernel by its name: 6.1, 6.12, debug or backports."""
    if name == "debug":
        return debug()
    if name == "backports":
        return backports()
    if name in ("6.1", "6.12"):
        return stock(name)
    raise LabError(f"kernel {name}? One of: {', '.join(NAMES)}")
