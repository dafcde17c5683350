# SPDX-License-Identifier: GPL-2.0
"""A transmit queue that hangs is reported and mended by itself."""

from common.scene import without_guest

from labkit.util import wait_for

# To reach over the driver's shoulder into the registers. The kernel's own complaint about a
# queue that hangs is what is asked for here, so its log is read by the test itself.
LAB = {"extra_cmdline": "iomem=relaxed"}

setup_module = without_guest

# TXDCTL of the PF's two queues, 7 and 15: off.
STOP = r"""
import mmap, os, sys
fd = os.open(sys.argv[1] + "/resource0", os.O_RDWR)
regs = memoryview(mmap.mmap(fd, 0x20000)).cast("I")
for queue in (7, 15):
    regs[(0xe028 + 0x40 * queue) // 4] = 0
"""


def test_hang(lab):
    """Stopped behind the driver's back: reported, reset, and PF and VFs carry on."""
    scene, host = lab.scene, lab.host
    handle = f"pci/{lab.pf_pci()}"

    def reporter():
        found = host.json("devlink -j health show")["health"][handle]
        return next(r for r in found if r["reporter"] == "tx")

    def diagnosis():
        return host.json(f"devlink -j health diagnose {handle} reporter tx")
    assert not reporter()["error"] and not diagnosis()["resets"]
    host.put("/run/vfpath/stop.py", STOP)
    host.sh(f"python3 /run/vfpath/stop.py /sys/bus/pci/devices/{lab.pf_pci()}")
    load = scene.me.bg(f"ping -n -q -i 0.05 {scene.outside.ip}")
    wait_for(lambda: diagnosis()["resets"] == 1, 40, "the reset")
    load.stop()
    wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
    wait_for(lambda: scene.me.ping(scene.outside.ip, 1), 30, "the PF to reach outside")
    wait_for(lambda: scene.child3.ping(scene.outside.ip, 1), 30, "the VF to reach outside")
    assert scene.child2.ping(scene.child3.ip) == 3
    assert diagnosis()["timeouts"] >= 1
    seen = reporter()
    assert seen["error"] == seen["recover"] == 1 and seen["state"] == "healthy", seen
    dump = host.json(f"devlink -j health dump show {handle} reporter tx")
    assert len(dump["registers"]) > 500 and dump["queues"], dump
    said = lab.check_logs()
    assert said and all("NETDEV WATCHDOG" in x or "dev_watchdog" in x or "Call Trace" in x
                        or "WARNING: CPU" in x for x in said), said
