# SPDX-License-Identifier: GPL-2.0
"""A Debian kernel in QEMU (TCG), with unpacked packages and a shell script as its initramfs."""

import json
import lzma
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading

SETUP = """#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/busybox
/bin/busybox mkdir -p /proc /sys /dev /tmp /busybox
/bin/busybox --install /busybox
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for ko in /modules/*; do insmod "$ko"; done
say() { echo "@ $*" >/dev/ttyS0; }
# until_ COMMAND: until it succeeds, for a minute
until_() {
	n=0
	until "$@" || [ $((n += 1)) -gt 300 ]; do sleep 0.2; done
}
"""


def entries(root):
    for base, dirs, names in os.walk(root):
        for name in dirs + names:
            path = os.path.join(base, name)
            mode = os.lstat(path).st_mode
            data = b""
            if stat.S_ISLNK(mode):
                data = os.readlink(path).encode()
            elif stat.S_ISREG(mode):
                with open(path, "rb") as f:
                    data = f.read()
            yield os.path.relpath(path, root), mode, data
    yield "TRAILER!!!", 0, b""


def archive(root, path):
    """An initramfs: a cpio archive in the "newc" format."""
    with open(path, "wb") as f:
        for ino, (name, mode, data) in enumerate(entries(root), 1):
            raw = name.encode() + b"\0"
            head = [ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0]
            f.write(b"070701" + b"".join(b"%08X" % v for v in head) + raw)
            f.write(b"\0" * (-f.tell() % 4) + data)
            f.write(b"\0" * (-f.tell() % 4))


def take_modules(host, guest, names):
    """Kernel modules and what they need, in the order to load them."""
    version, = os.listdir(host + "/lib/modules")
    subprocess.run(["chroot", host, "depmod", version], check=True)
    files = []
    for name in names:
        out = subprocess.run(["chroot", host, "modprobe", "-S", version, "-D", name], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
        files += [w[1] for w in map(str.split, out.splitlines())
                  if w[0] == "insmod" and w[1] not in files]
    os.makedirs(guest + "/modules")
    for n, path in enumerate(files):
        with (lzma.open if path.endswith(".xz") else open)(host + path, "rb") as src, \
                open(f"{guest}/modules/{n:02}-{os.path.basename(path)}", "wb") as dst:
            shutil.copyfileobj(src, dst)
    return version


class Guest:
    """Iterate over the lines that the guest's script says; set_link() in between."""

    def __init__(self, host, guest, modules, script, *args, cpu="max", fds=()):
        self.version = version = take_modules(host, guest, modules)
        with open(guest + "/init", "w", encoding="utf-8") as f:
            f.write(SETUP + script + "\npoweroff -f\n")
        os.chmod(guest + "/init", 0o755)
        archive(guest, host + "/initrd")
        qmp, far = socket.socketpair()
        self.qemu = subprocess.Popen(
            ["chroot", host, "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg",
             "-cpu", cpu, "-m", "768", "-nodefaults", "-display", "none", "-no-reboot",
             "-kernel", f"/boot/vmlinuz-{version}", "-initrd", "/initrd",
             "-append", "console=ttyS0 quiet panic=-1", "-serial", "stdio",
             "-chardev", f"socket,id=qmp,fd={far.fileno()}", "-mon", "chardev=qmp,mode=control",
             *args], pass_fds=[far.fileno(), *fds], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE)
        far.close()
        self.qmp = qmp
        threading.Thread(target=self.drain, daemon=True).start()
        self.execute("qmp_capabilities")
        self.watch = threading.Timer(600, self.qemu.kill)
        self.watch.start()

    def drain(self):
        while self.qmp.recv(65536):
            pass

    def execute(self, cmd, **args):
        self.qmp.sendall(json.dumps({"execute": cmd, "arguments": args}).encode() + b"\n")

    def __iter__(self):
        log = []
        for raw in self.qemu.stdout:
            line = raw.decode(errors="replace").strip()
            log.append(line)
            if line.startswith("@ "):
                yield line[2:]
        self.watch.cancel()
        if self.qemu.wait():
            sys.exit("\n".join(log[-30:]))
