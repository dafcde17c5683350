# SPDX-License-Identifier: GPL-2.0
"""Rings that are changed under a flood: of the VF, and of the PF."""

from common.scene import without_guest
from common.verdict import Promise

from labkit.util import wait_for

CHECKED = True
setup_module = without_guest

FLOOD = """
import os, socket, sys
os.sched_setaffinity(0, {os.cpu_count() - 1})
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try:
        s.sendto(bytes(1000), (sys.argv[1], 9))
    except OSError:
        pass
"""


def under_flood(lab, station, dev, times):
    """Change rings while a station sends; then nothing is under way, and all goes on."""
    promise = Promise(f"rings of {dev}")

    def under_way():
        return sum(int(x) for x in station.sh(
            f"cat /sys/class/net/{dev}/queues/tx-*/byte_queue_limits/inflight").out.split())
    lab.host.put("/run/vfpath/flood.py", FLOOD)
    load = station.bg(f"exec python3 /run/vfpath/flood.py {lab.scene.outside.ip}")
    res = station.sh(f"for i in $(seq {times}); do taskset -c 0 ethtool -G {dev} tx 128 && "
                     f"taskset -c 0 ethtool -G {dev} tx 512 || exit; done", timeout=300, check=False)
    assert load.poll() is None, load.output
    load.stop()
    promise.expect(not res.rc, f"ethtool -G: {res.err}")
    wait_for(lambda: under_way() == 0, 20, f"{dev} to have nothing under way")
    wait_for(lambda: station.ping(lab.scene.outside.ip, 1), 20, f"{station} to reach outside")
    promise.expect(station.ping(lab.scene.outside.ip, 10) >= 9, "after it")
    promise.require()


def test_pf(lab):
    """The host sends by the bridge."""
    under_flood(lab, lab.scene.me, lab.scene.pf, 60 if not lab.kernel.debug else 15)


def test_vf(lab):
    """A station sends by its VF."""
    under_flood(lab, lab.scene.child3, "c3", 20 if not lab.kernel.debug else 5)


def test_smallest(lab):
    """Rings of the least size carry, are full, and go on."""
    scene = lab.scene
    for station, dev in ((scene.me, scene.pf), (scene.child3, "c3")):
        station.sh(f"ethtool -G {dev} tx 64 rx 64")
        load = station.bg(f"exec python3 /run/vfpath/flood.py {scene.outside.ip}")
        assert station.ping(scene.outside.ip, 10) >= 1, f"{station} is cut off by its own flood"
        load.stop()
        wait_for(lambda s=station: s.ping(scene.outside.ip, 3) == 3, 20, f"{station} to go on")
        station.sh(f"ethtool -G {dev} tx 512 rx 512")
