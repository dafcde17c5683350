# SPDX-License-Identifier: GPL-2.0
"""Captures: of the wire, by the emulated NIC's back end, and of a netdev, by its machine."""

import collections
import os
import struct

from labkit.util import LabError, wait_for

GLOBAL = 24
RECORD = 16
MAGIC = b"\xd4\xc3\xb2\xa1"


def frames(data):
    """The frames of a little-endian pcap without its file header; an unfinished last one isn't."""
    pos = 0
    while pos + RECORD <= len(data):
        size, = struct.unpack_from("<I", data, pos + 8)
        if pos + RECORD + size > len(data):
            return
        yield data[pos + RECORD:pos + RECORD + size]
        pos += RECORD + size


def pairs(data):
    """How many frames there are of each (source MAC, destination MAC)."""
    count = collections.Counter()
    for frame in frames(data):
        if len(frame) >= 14:
            count[frame[6:12].hex(":"), frame[:6].hex(":")] += 1
    return count


def between(count, a, b):
    """Frames between two MAC addresses, either way."""
    return count[a, b] + count[b, a]


class WireCapture:
    """What passes the wire of PF 0 while the context is open."""

    def __init__(self, lab):
        self.path = lab.wire_pcap
        self.pairs = collections.Counter()

    def __enter__(self):
        # QEMU writes whole records without a buffer, so the size is a record's border.
        self.start = os.path.getsize(self.path)
        return self

    def __exit__(self, *_exc):
        with open(self.path, "rb") as f:
            if f.read(4) != MAGIC:
                raise LabError(f"{self.path}: not a little-endian pcap")
            f.seek(max(self.start, GLOBAL))
            self.pairs = pairs(f.read())


class Capture:
    """What a machine's kernel sees on a network device while the context is open."""

    def __init__(self, machine, dev, immediate=False):
        self.machine, self.dev = machine, dev
        # Each frame at once: else the last second is not in the file. Costs a wake-up each.
        self.options = "--immediate-mode" if immediate else "-B 8192"
        self.path = f"/run/capture.{dev}.pcap"
        self.pairs = collections.Counter()

    def __enter__(self):
        # Without -p the device would become promiscuous: that changes what is observed.
        self.dump = self.machine.bg(f"exec tcpdump -Z root -p -U {self.options} -s 64 "
                                    f"-i {self.dev} -w {self.path}")
        wait_for(self.listening, 15, "tcpdump")
        return self

    def listening(self):
        """True once it captures."""
        if self.dump.poll() is not None:
            raise LabError(f"tcpdump ended: {self.dump.output}")
        return "listening on" in self.dump.output

    def __exit__(self, *_exc):
        self.dump.stop()
        data = self.machine.get(self.path)
        if data[:4] != MAGIC:
            raise LabError(f"{self.path}: not a little-endian pcap")
        self.pairs = pairs(data[GLOBAL:])
