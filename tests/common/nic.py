# SPDX-License-Identifier: GPL-2.0
"""What the NIC and the host's bridge hold, and what was seen on the wire."""

import struct

PF_POOL = 7
NUM_RAR = 24

READ_RARS = r"""
import mmap, struct, os
f = os.open("/sys/bus/pci/devices/%s/resource0", os.O_RDWR)
m = mmap.mmap(f, 0x20000)
for n in range(24):
    at = 0x5400 + 8 * n if n < 16 else 0x54e0 + 8 * (n - 16)
    lo, = struct.unpack_from("<I", m, at)
    hi, = struct.unpack_from("<I", m, at + 4)
    print(lo, hi)
"""


def rars(lab, pf=0):
    """The PF's receive addresses: {mac: bitmap of pools} of the valid ones."""
    out = lab.host.sh(f"python3 -c '{READ_RARS % lab.pf_pci(pf)}'").out
    found = {}
    for line in out.splitlines():
        lo, hi = (int(v) for v in line.split())
        if hi & 1 << 31:
            mac = struct.pack("<IH", lo, hi & 0xffff).hex(":")
            found[mac] = found.get(mac, 0) | (hi >> 18 & 0xff)
    return found


def pools(lab, mac, pf=0):
    """The pools that get a MAC address, as a list."""
    bits = rars(lab, pf).get(mac, 0)
    return [n for n in range(8) if bits >> n & 1]


def fdb_port(lab, mac, bridge="br0"):
    """The bridge port that a MAC address is on, or None."""
    for entry in lab.host.json(f"bridge -j fdb show br {bridge}"):
        if entry.get("mac") == mac and "vlan" not in entry and "self" not in entry.get("flags", []):
            return entry["ifname"]
    return None


def pcap_frames(data):
    """The frames of a (maybe cut) pcap file."""
    if len(data) < 24:
        return
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at + 16 <= len(data):
        size, = struct.unpack_from(order + "I", data, at + 8)
        if at + 16 + size > len(data):
            return
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def udp_port_count(frames, port):
    """How many untagged IPv4 UDP frames to a port are among these."""
    count = 0
    for f in frames:
        if len(f) >= 38 and f[12:14] == b"\x08\x00" and f[23] == 17:
            head = 14 + (f[14] & 15) * 4
            count += struct.unpack_from(">H", f, head + 2)[0] == port
    return count


class Wire:
    """Counts frames on the wire from now on."""

    def __init__(self, lab):
        self.path = lab.wire_pcap
        with open(self.path, "rb") as f:
            self.start = len(f.read())

    def udp(self, port):
        """UDP frames to a port since this was made."""
        with open(self.path, "rb") as f:
            data = f.read()
        return udp_port_count(pcap_frames(data[:24] + data[self.start:]), port)


class PfCapture:
    """Counts frames that the host's CPU sees on the PF."""

    def __init__(self, lab):
        self.host = lab.host
        self.path = "/run/pf.pcap"
        self.bg = lab.host.bg(f"exec tcpdump -p -n -U -s 96 -i {lab.pf()} -w {self.path} udp")
        lab.host.sh(f"for i in $(seq 100); do [ -s {self.path} ] && exit 0; sleep 0.05; done; exit 1")

    def stop(self):
        """Ends it; the frames."""
        self.bg.stop(sig=2)
        frames = list(pcap_frames(self.host.get(self.path)))
        self.host.sh(f"rm {self.path}")
        return frames
