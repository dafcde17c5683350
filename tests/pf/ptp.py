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
