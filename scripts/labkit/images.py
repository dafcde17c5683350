# SPDX-License-Identifier: GPL-2.0
"""What the virtual machines boot from.

The root image is a Debian bookworm, the same for host VM and guests, never written to; the
demo's is a smaller one, for it is built sooner. The lab image holds what belongs to a kernel and
a build: modules, tools, the agent, and kernel and initramfs for the guests.
"""

import glob
import os
import shutil

from . import debian, util
from .util import LabError, cached, digest, file_bytes, run

HERE = os.path.dirname(os.path.abspath(__file__))

# What host VM, guests and stations call; and what some of the tests play with besides.
SMALL_PACKAGES = """python3-minimal libpython3-stdlib iproute2 ethtool tcpdump kmod procps
	iputils-ping qemu-system-x86 seabios busybox-static util-linux""".split()
ROOT_PACKAGES = [*SMALL_PACKAGES, *"""iperf3 iputils-arping linuxptp ndisc6 libstdc++6
	jq openvswitch-switch dpdk-dev librte-net-e1000-23 libteam-utils
	udev systemd dbus network-manager ifupdown""".split()]
ROOT_SUITE = "bookworm"
# What dpdk-dev brings to build programs with.
ROOT_OPTIONS = ["--dpkgopt=path-exclude=/usr/lib/*/*.a", "--dpkgopt=path-exclude=/usr/include/*"]

# What the initramfs loads, in this order, with what these need.
BOOT_MODULES = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "overlay"]

# Which of a kernel's modules go to the lab image.
MODULE_DIRS = ["arch", "crypto", "lib", "virt", "net", "fs", "drivers/net", "drivers/vfio",
               "drivers/vhost", "drivers/virtio", "drivers/iommu", "drivers/block",
               "drivers/char", "drivers/ptp", "drivers/pps", "drivers/pci", "drivers/dca",
               "drivers/i2c", "drivers/dma-buf", "drivers/crypto/ccp",
               "kernel", "security"]
MODULE_SKIP = ["drivers/net/wireless", "drivers/net/usb", "drivers/net/can", "net/wireless",
               "net/mac80211", "net/bluetooth", "fs/xfs", "fs/btrfs", "fs/bcachefs", "fs/ocfs2",
               "fs/nfs", "fs/nfsd", "fs/ceph", "fs/smb", "fs/cifs", "fs/gfs2", "fs/f2fs",
               "drivers/char/tpm", "drivers/i2c/busses"]
KEEP_VENDORS = ("intel",)

# Whether the small root image does, for what this run of the lab plays.
wants_small = False

# Our modules that have the name of one in the kernel: modprobe shall not find them, a test may.
INSTEAD_OF_IN_TREE = ("net_failover.ko",)
INSTEAD = "instead"


def pack(tree, image, spare_mb=8):
    """An ext4 image of a directory tree."""
    used = int(run(["du", "-sm", "--apparent-size", tree]).split()[0])
    count = int(run(f"find '{tree}' | wc -l"))
    size = int(used * 1.06) + spare_mb + count * 4096 // (1 << 20) + 1
    env = dict(os.environ, E2FSPROGS_FAKE_TIME="1")
    run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-N", str(count + 512),
         "-d", tree, image, f"{size}M"], env=env)


def root(small=None):
    """The root image. `small`, once said, is what later calls mean; the whole one does as well."""
    global wants_small                          # pylint: disable=global-statement
    if small is not None:
        wants_small = small
    keys = {few: digest(SMALL_PACKAGES if few else ROOT_PACKAGES, ROOT_SUITE, ROOT_OPTIONS)
            for few in (True, False)}
    few = wants_small and not os.path.isdir(os.path.join(util.CACHE, "rootfs", keys[False]))

    def make(path):
        tree = os.path.join(path, "root")
        debian.bootstrap(tree, [ROOT_SUITE], SMALL_PACKAGES if few else ROOT_PACKAGES,
                         "root file system", ROOT_OPTIONS)
        finish_root(tree, path)

    what = "root file system" + ("" if few else ", all that tests need")
    return os.path.join(cached("rootfs", keys[few], make, what, keep=3), "root.img")


def finish_root(tree, path):
    """The few things that differ from a plain Debian, then the image."""
    for d in ("lab", "opt/vfpath", "lib/modules"):
        os.makedirs(os.path.join(tree, d), exist_ok=True)
    shutil.rmtree(os.path.join(tree, "var/cache/apt"), ignore_errors=True)
    shutil.rmtree(os.path.join(tree, "var/lib/apt/lists"), ignore_errors=True)
    shutil.copy(os.path.join(tree, "bin/busybox"), os.path.join(path, "busybox"))
    pack(tree, os.path.join(path, "root.img"))
    shutil.rmtree(tree)


def read_deps(moddir):
    """modules.dep: module name -> (file, [files it needs, first to load last])."""
    deps = {}
    with open(os.path.join(moddir, "modules.dep"), encoding="utf-8") as f:
        for line in f:
            name, _, need = line.partition(":")
            deps[module_name(name)] = (name, need.split())
    return deps


def module_name(path):
    return os.path.basename(path).split(".ko")[0].replace("-", "_")


def boot_order(kernel):
    """The files the initramfs inserts, in order; what is built in needs nothing."""
    deps = read_deps(kernel.modules)
    with open(os.path.join(kernel.modules, "modules.builtin"), encoding="utf-8") as f:
        builtin = {module_name(line.strip()) for line in f}
    order = []
    for want in BOOT_MODULES:
        if want not in deps:
            if want not in builtin and want != "crc32c_generic":
                raise LabError(f"kernel {kernel.version} has no {want}")
            continue
        name, need = deps[want]
        order += [f for f in list(reversed(need)) + [name] if f not in order]
    return order


def cpio(entries):
    """A newc archive of (name, mode, data)."""
    out = bytearray()
    for ino, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
        raw = name.encode() + b"\0"
        fields = [ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0]
        out += b"070701" + b"".join(b"%08X" % v for v in fields) + raw
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


def initramfs(kernel):
    """The bytes of the initramfs of a kernel."""
    busybox = os.path.join(os.path.dirname(root()), "busybox")
    order = boot_order(kernel)
    entries = [("bin", 0o40755, b""), ("modules", 0o40755, b""), ("dev", 0o40755, b""),
               ("bin/busybox", 0o100755, file_bytes(busybox)),
               ("init", 0o100755, file_bytes(os.path.join(HERE, "initramfs.sh"))),
               ("modules.order", 0o100644,
                "\n".join(os.path.basename(f) for f in order).encode())]
    entries += [("modules/" + os.path.basename(f), 0o100644,
                 file_bytes(os.path.join(kernel.modules, f))) for f in order]
    return cpio(entries)


def wanted_modules(moddir):
    """The module files, relative to moddir, that go to the lab image."""
    for base, dirs, names in os.walk(os.path.join(moddir, "kernel")):
        rel = os.path.relpath(base, os.path.join(moddir, "kernel"))
        if any(rel == s or rel.startswith(s + "/") for s in MODULE_SKIP):
            dirs[:] = []
            continue
        if rel.startswith("drivers/net/ethernet/") and rel.split("/")[3] not in KEEP_VENDORS:
            dirs[:] = []
            continue
        if rel.startswith("drivers/net/ethernet/intel/") and \
                rel.split("/")[4] not in ("igb", "igbvf", "e1000e", "igc"):
            dirs[:] = []
            continue
        if any(rel == d or rel.startswith(d + "/") for d in MODULE_DIRS):
            for n in names:
                if n.endswith((".ko", ".ko.xz")):
                    yield os.path.join("kernel", "" if rel == "." else rel, n)


def lab_image(kernel, modules, bindir):
    """The lab image for a kernel, with our modules and tools; also the way to boot it.

    Returns the directory with lab.img, and initrd beside it.
    """
    here = [os.path.join(HERE, n) for n in ("agent.py", "drops.py", "init.sh", "initramfs.sh")]
    ours = sorted(glob.glob(os.path.join(modules, "*.ko"))) if modules else []
    tools = sorted(p for p in glob.glob(os.path.join(bindir, "vfpath-*"))
                   if os.access(p, os.X_OK) and os.path.isfile(p)) if bindir else []

    def make(path):
        tree = os.path.join(path, "tree")
        dest = os.path.join(tree, "lib/modules", kernel.version)
        for rel in wanted_modules(kernel.modules):
            os.makedirs(os.path.dirname(os.path.join(dest, rel)), exist_ok=True)
            shutil.copy(os.path.join(kernel.modules, rel), os.path.join(dest, rel))
        for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copy(os.path.join(kernel.modules, name), dest)
        os.makedirs(os.path.join(dest, "updates/vfpath"))
        os.makedirs(os.path.join(tree, "opt", INSTEAD))
        for ko in ours:
            shutil.copy(ko, os.path.join(tree, "opt", INSTEAD)
                        if os.path.basename(ko) in INSTEAD_OF_IN_TREE
                        else os.path.join(dest, "updates/vfpath"))
        run(["depmod", "-b", tree, kernel.version])
        os.makedirs(os.path.join(tree, "opt/bin"))
        for tool in tools:
            run(["strip", "-o", os.path.join(tree, "opt/bin", os.path.basename(tool)), tool])
        for name in here[:3]:
            shutil.copy(name, tree)
        initrd = initramfs(kernel)
        os.makedirs(os.path.join(tree, "boot"))
        shutil.copy(kernel.image, os.path.join(tree, "boot/vmlinuz"))
        for where in (os.path.join(tree, "boot/initrd"), os.path.join(path, "initrd")):
            with open(where, "wb") as f:
                f.write(initrd)
        pack(tree, os.path.join(path, "lab.img"))
        shutil.rmtree(tree)

    key = digest(kernel.version, os.stat(kernel.image).st_mtime_ns,
                 file_bytes(os.path.abspath(__file__)), root(),
                 *[x for p in here + ours + tools for x in (os.path.basename(p), file_bytes(p))])
    return cached("image", key, make, f"lab image for {kernel.version}", keep=6)
