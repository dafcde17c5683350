# SPDX-License-Identifier: GPL-2.0
"""A QEMU whose devices are driven by its qtest protocol: no guest, no driver, no firmware.

The machine is a q35 with one root port and the device behind it.
"""

import json
import socket
import struct
import subprocess
import sys
import time

ROOT_PORT, DEVICE = 0x20, 0x100     # bus, device and function, as in a configuration address
VF = 0x180                          # igb's first VF; the next are 2 further
ECAM, BAR = 0xb0000000, 0xfe000000
VF_BAR = 0xfe080000
CAP_EXPRESS, CAP_SRIOV = 0x10, 0x10


class Machine:
    def __init__(self, root, device, *args, port="pcie-root-port", wire=False, incoming=False):
        with open(root + "/halt.bin", "wb") as f:
            f.write(b"\xf4" * 65536)    # a firmware that only halts the processor
        self.qtest, far_qtest = socket.socketpair()
        self.qmp, far_qmp = socket.socketpair()
        self.wire, far_wire = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        fds = [s.fileno() for s in (far_qtest, far_qmp, far_wire)]
        netdev = ["-netdev", f"dgram,id=n0,local.type=fd,local.str={fds[2]}"] if wire else []
        self.qemu = subprocess.Popen(
            ["chroot", root, "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg",
             "-m", "64", "-nodefaults", "-display", "none", "-bios", "/halt.bin",
             "-chardev", f"socket,id=qtest,fd={fds[0]}", "-qtest", "chardev:qtest",
             "-qtest-log", "/qtest.log",
             "-chardev", f"socket,id=qmp,fd={fds[1]}", "-mon", "chardev=qmp,mode=control",
             "-device", f"{port},id=rp0,addr=4.0", *netdev,
             "-device", f"{device},bus=rp0,addr=0" + ",netdev=n0" * wire,
             *args], pass_fds=fds, stderr=subprocess.PIPE)
        for s in (far_qtest, far_qmp, far_wire):
            s.close()
        self.answers = self.qtest.makefile()
        self.replies = self.qmp.makefile()
        self.replies.readline()
        self.monitor("qmp_capabilities")
        if not incoming:
            self.do("outl", 0xcf8, 0x80000060)  # PCIEXBAR of the host bridge
            self.do("outl", 0xcfc, ECAM | 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.qemu.terminate()
        self.qemu.communicate()

    def gone(self):
        sys.exit(f"QEMU has ended: {self.qemu.communicate()[1].decode()}")

    def do(self, cmd, *args):
        """One line of the qtest protocol."""
        words = [a if isinstance(a, str) else hex(a) for a in args]
        self.qtest.sendall(" ".join([cmd, *words]).encode() + b"\n")
        answer = self.answers.readline().split() or self.gone()
        if answer[0] != "OK":
            sys.exit(f"{cmd} {words}: {answer}")
        return int(answer[1], 0) if len(answer) > 1 else None

    def monitor(self, cmd, **args):
        """One command of QMP."""
        self.qmp.sendall(json.dumps({"execute": cmd, "arguments": args}).encode() + b"\n")
        while True:
            reply = json.loads(self.replies.readline() or self.gone())
            if "error" in reply:
                sys.exit(f"{cmd}: {reply['error']}")
            if "return" in reply:
                return reply["return"]

    def read(self, addr):
        return self.do("readl", addr)

    def write(self, addr, value):
        if isinstance(value, bytes):
            self.do("write", addr, len(value), "0x" + value.hex())
        else:
            self.do("writel", addr, value)

    def config(self, bdf, reg):
        return self.read(ECAM + (bdf << 12) + reg)

    def set_config(self, bdf, reg, value):
        self.write(ECAM + (bdf << 12) + reg, value)

    def capability(self, bdf, ident):
        """Where a capability is in a function's configuration space."""
        at = self.config(bdf, 0x34) & 0xff
        while self.config(bdf, at) & 0xff != ident:
            at = self.config(bdf, at) >> 8 & 0xff
        return at

    def extended(self, bdf, ident):
        at = 0x100
        while self.config(bdf, at) & 0xffff != ident:
            at = self.config(bdf, at) >> 20
        return at

    def enumerate(self):
        """What a firmware does: bus numbers, windows, the device's BAR 0, decode and master."""
        self.set_config(ROOT_PORT, 0x18, 0x00020100)
        self.set_config(ROOT_PORT, 0x20, BAR >> 16 | BAR)
        self.set_config(ROOT_PORT, 0x04, 6)
        self.set_config(DEVICE, 0x10, BAR)
        self.set_config(DEVICE, 0x04, 6)

    def enable_vfs(self, count, bar=VF_BAR):
        cap = self.extended(DEVICE, CAP_SRIOV)
        self.set_config(DEVICE, cap + 0x10, count)              # NumVFs
        self.set_config(DEVICE, cap + 0x24, bar & 0xffffffff)   # VF BAR 0
        self.set_config(DEVICE, cap + 0x28, bar >> 32)
        self.set_config(DEVICE, cap + 0x08, 1 << 4 | 1 << 3 | 1)    # ARI, memory space, enable
        for n in range(count):
            self.set_config(VF + 2 * n, 0x04, 6)

    def link_up(self):
        """An igb's transmit queue 0, its ring at 1 MiB, and the link."""
        self.write(BAR + 0x00020, 1 << 26 | 1 << 21 | 0x1200)   # MDIC: auto-negotiation
        while not self.read(BAR + 0x00008) & 2:                 # STATUS.LU
            time.sleep(0.05)
        self.write(BAR + 0x0e000, 1 << 20)      # TDBAL
        self.write(BAR + 0x0e008, 4096)         # TDLEN
        self.write(BAR + 0x0e028, 1 << 25)      # TXDCTL.ENABLE
        self.write(BAR + 0x00400, 1 << 3 | 1 << 1)      # TCTL: pad short packets, enable

    def send(self, frame, context, options, size, segment=False):
        """An igb sends a frame: context descriptor, data descriptor, tail."""
        tail = self.read(BAR + 0x0e018)
        ring = (1 << 20) + 16 * tail
        self.write(2 << 20, frame)
        self.write(ring, struct.pack("<4I", *context))
        self.write(ring + 16, struct.pack(
            "<Q2I", 2 << 20, (0xab if segment else 0x2b) << 24 | 3 << 20 | len(frame),
            size << 14 | options << 8))
        self.write(BAR + 0x0e018, tail + 2)


def ones_sum(data):
    """The sum of the Internet checksum."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


SRC, DST = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])


def datagram(payload, length_in_sum=True):
    """A frame with UDP whose checksum is left to the NIC: only the pseudo header's sum is there."""
    size = 8 + len(payload)
    pseudo = SRC + DST + struct.pack("!HH", 17, size if length_in_sum else 0)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 7, 0x4000, 64, 17, 0) + SRC + DST
    ip = ip[:10] + struct.pack("!H", 0xffff & ~ones_sum(ip)) + ip[12:]
    udp = struct.pack("!4H", 1000, 2000, size, ones_sum(pseudo))
    return bytes.fromhex("525400000002" "525400000001" "0800") + ip + udp + payload


def verifies(ip):
    """True when a datagram's UDP checksum does."""
    size, = struct.unpack("!H", ip[24:26])
    return ones_sum(ip[12:20] + struct.pack("!HH", 17, size) + ip[20:20 + size]) == 0xffff
