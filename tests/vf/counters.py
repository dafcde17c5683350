# SPDX-License-Identifier: GPL-2.0
"""Counters of a VF: each frame once, whatever becomes of its queues."""

from common import nic
from common.scene import without_guest
from common.verdict import Promise

setup_module = without_guest
NAMES = ("hw_rx_packets", "hw_tx_packets", "tx_queue_0_packets", "rx_queue_0_packets")


def test_down_and_up(lab):
    """Closed, opened, resized: nothing is counted again, and nothing is forgotten."""
    scene, promise = lab.scene, Promise("counters")

    def counters():
        found = nic.ethtool(scene.host, "c3", "child3")
        return {name: found[name] for name in NAMES}
    promise.expect(scene.child3.ping(scene.outside.ip, 50) > 40, "before")
    seen = [counters()]
    for what in ("ip link set c3 down; ip link set c3 up", "ethtool -G c3 tx 256 rx 256",
                 "ip link set c3 down; ip link set c3 up", "ethtool -G c3 tx 512 rx 512"):
        scene.child3.sh(what)
        seen.append(counters())
        # A few frames come by themselves: neighbours, groups.
        for name in NAMES:
            grown = seen[-1][name] - seen[-2][name]
            promise.expect(0 <= grown < 25, f"{what}: {name} {grown:+}")
    promise.figures["seen"] = seen
    promise.require()


def test_reflections(lab):
    """Its own broadcasts that the NIC gives back are in no counter but their own."""
    scene, promise = lab.scene, Promise("reflections")
    before = nic.ethtool(scene.host, "c3", "child3")
    stats = "cat /sys/class/net/c3/statistics/{rx_packets,rx_bytes,multicast}"
    old = [int(n) for n in scene.child3.sh(f"bash -c '{stats}'").out.split()]
    # Nobody answers for such an address.
    scene.child3.sh("ping -n -q -i 0.2 -W 1 -c 20 10.7.0.250", check=False, timeout=60)
    after = nic.ethtool(scene.host, "c3", "child3")
    new = [int(n) for n in scene.child3.sh(f"bash -c '{stats}'").out.split()]
    given_back = after["rx_queue_0_reflections"] - before["rx_queue_0_reflections"]
    promise.expect(given_back >= 3, f"{given_back} reflections")
    packets, size, groups = (n - o for n, o in zip(new, old))
    promise.expect(packets * 60 <= size + 14 * packets, f"{packets} packets have {size} bytes")
    promise.expect(groups <= packets, f"{groups} of {packets} packets to groups")
    promise.expect(packets < given_back, f"{packets} packets, {given_back} reflections")
    promise.require()
