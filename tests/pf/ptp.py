# SPDX-License-Identifier: GPL-2.0
"""The NIC's clock: read, set, tuned; time stamps of frames; PTP with a master on the wire."""

import re

from common.scene import BRIDGE, without_guest

from labkit.util import wait_for

setup_module = without_guest

# Two readings of the clock and of the kernel's, two seconds apart: by how much they differ, as
# a share. Tuned by a tenth, so that the emulator's own imprecision doesn't matter.
RATE = r"""
import os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
phc = (~fd << 3) | 3
def now():
    return time.clock_gettime(phc), time.clock_gettime(time.CLOCK_MONOTONIC)
p0, m0 = now()
time.sleep(2)
p1, m1 = now()
print((p1 - p0) / (m1 - m0))
"""


def clock(lab):
    """The PF's /dev/ptpN."""
    out = lab.host.sh(f"ethtool -T {lab.scene.pf}").out
    return "/dev/ptp" + re.search(r"(?:PTP Hardware Clock|Hardware timestamp provider index): (\d+)",
                                  out).group(1)


def rate(lab):
    """How fast the clock runs."""
    lab.host.put("/run/vfpath/rate.py", RATE)
    return float(lab.host.sh(f"python3 /run/vfpath/rate.py {clock(lab)}").out)


def seconds(lab):
    """The time it shows."""
    return float(re.search(r"clock time is (\d+\.\d+)",
                           lab.host.sh(f"phc_ctl {clock(lab)} get").out).group(1))


def test_info(lab):
    """ethtool -T: hardware time stamps, PTP version 2 over Ethernet."""
    out = lab.host.sh(f"ethtool -T {lab.scene.pf}").out
    for word in ("hardware-transmit", "hardware-receive", "hardware-raw-clock",
                 "ptpv2-l2-event"):
        assert word in out, out


def test_clock(lab):
    """It shows the time of day, can be set and tuned, and survives a reset of the NIC."""
    host = lab.host
    assert abs(seconds(lab) - float(host.sh("date +%s.%N").out)) < 60
    host.sh(f"phc_ctl {clock(lab)} set 1000000")
    assert 1000000 <= seconds(lab) < 1000060
    host.sh(f"phc_ctl {clock(lab)} adj 5000")
    assert 1005000 <= seconds(lab) < 1005060
    assert 0.98 < rate(lab) < 1.02
    host.sh(f"phc_ctl {clock(lab)} freq 100000000")
    assert 1.06 < rate(lab) < 1.14, "tuned to 1.1"
    host.sh(f"phc_ctl {clock(lab)} freq 0")
    lab.scene.remove_vfs()
    host.sh(f"ethtool -t {lab.scene.pf} offline", timeout=60)
    assert 1005000 <= seconds(lab) < 1005300, "after a reset of the NIC"
    lab.scene.make_vfs(2)


# A Sync of PTP version 2 over Ethernet (IEEE 1588-2008, 13.3 and annex F): to, from.
SYNC = r"""
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
mac = bytes.fromhex(sys.argv[2].replace(":", ""))
head = bytes([0, 2, 0, 44]) + bytes(26) + bytes([0, 1, 0, 0])
s.send(mac + s.getsockname()[4] + bytes([0x88, 0xf7]) + head + bytes(10))
"""
# Switches time stamps of received frames on, and says of each frame if it has one.
STAMPED = r"""
import fcntl, socket, struct, sys
SO_TIMESTAMPING, SIOCSHWTSTAMP, L2_EVENT, RX, RAW = 37, 0x89b0, 9, 4, 64
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88f7))
s.bind((sys.argv[1], 0x88f7))
config = bytearray(struct.pack("iii", 0, 0, L2_EVENT))
import ctypes
buf = (ctypes.c_char * 12).from_buffer(config)
fcntl.ioctl(s, SIOCSHWTSTAMP, struct.pack("16sP16x", sys.argv[1].encode(), ctypes.addressof(buf)))
s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, RX | RAW)
print("ready", flush=True)
while True:
    data, control, flags, addr = s.recvmsg(2000, 1000)
    stamps = [d for level, kind, d in control if kind == SO_TIMESTAMPING]
    print("stamped" if stamps and any(stamps[0][32:48]) else "plain", flush=True)
"""
PTP_GROUP = "01:1b:19:00:00:00"


def test_foreign_sync(lab):
    """The time stamp of a frame that the PF never gets holds up those after it for seconds."""
    scene, host = lab.scene, lab.host
    host.put("/run/vfpath/sync.py", SYNC)
    host.put("/run/vfpath/stamped.py", STAMPED)
    host.sh(f"ip link set {scene.pf} nomaster && ip maddr add {PTP_GROUP} dev {scene.pf}")
    listener = host.bg(f"exec python3 /run/vfpath/stamped.py {scene.pf}")

    def sync(mac):
        scene.outside.sh(f"python3 /run/vfpath/sync.py {scene.outside.dev} {mac}")

    def words():
        listener.poll()
        return listener.output.split()

    def stamped():
        count = len(words())
        sync(PTP_GROUP)
        wait_for(lambda: len(words()) > count, 10, "the frame")
        return words()[-1] == "stamped"
    try:
        wait_for(lambda: listener.poll() is None and "ready" in listener.output, 10,
                 "the listener")
        assert stamped(), "no time stamp to begin with"
        # Noted by the NIC, and delivered to a VF.
        sync(scene.child3.mac())
        wait_for(stamped, 20, "time stamps again")
    finally:
        listener.stop()
        host.sh(f"ip maddr del {PTP_GROUP} dev {scene.pf}; "
                f"ip link set {scene.pf} master {BRIDGE}")


def test_master_on_the_wire(lab):
    """ptp4l with the NIC's stamps follows a master outside."""
    scene, host = lab.scene, lab.host
    host.sh(f"ip link set {scene.pf} nomaster")
    master = scene.outside.bg("exec ptp4l -2 -S -i out0 -m --priority1=1 --tx_timestamp_timeout=100")
    slave = host.bg(f"exec ptp4l -2 -H -s -i {scene.pf} -m --tx_timestamp_timeout=500 "
                    "--uds_address=/run/ptp-slave "
                    "--first_step_threshold=0.000001")
    try:
        wait_for(lambda: slave.poll() is None and re.search(r"master offset\s+-?\d+ s2",
                                                            slave.output), 60,
                 "the slave to follow")
        assert "timed out" not in slave.output, slave.output
    finally:
        out = slave.stop(), master.stop()
        host.sh(f"ip link set {scene.pf} master {BRIDGE}")
    assert abs(seconds(lab) - float(host.sh("date +%s.%N").out)) < 60, out
