# SPDX-License-Identifier: GPL-2.0
"""A PF that doesn't answer just then: what was asked of the VF is done when it does."""

import re

from common.mute import Mute
from common.scene import without_guest
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

CHECKED = True
# To keep the PF's mailbox busy behind its driver's back.
LAB = {"extra_cmdline": "iomem=relaxed"}
setup_module = without_guest


def back(scene, what):
    """Until the VF carries traffic."""
    wait_for(lambda: scene.child3.ping(scene.outside.ip, 1), 30, f"{what}: c3 to reach outside")


def carrier(scene):
    """The VF's, while it is up."""
    return scene.child3.sh("cat /sys/class/net/c3/carrier").out.strip()


def test_open(lab):
    """It is opened without carrier, and has it when the PF is back."""
    scene, promise = lab.scene, Promise("open")
    scene.child3.sh("ip link set c3 down")
    with Mute(lab, 1):
        res = scene.child3.sh("ip link set c3 up", check=False, timeout=60)
        promise.expect(not res.rc, f"open failed: {res.err}")
        promise.expect(not res.rc and carrier(scene) == "0", "carrier without a PF")
    scene.child3.configure()
    back(scene, "opened")
    promise.require()


def test_closed_again(lab):
    """Opened and closed while the PF is away: nothing is left over of it."""
    scene = lab.scene
    with Mute(lab, 1):
        scene.child3.sh("ip link set c3 down; ip link set c3 up; ip link set c3 down", timeout=90)
    scene.child3.configure()
    back(scene, "opened later")


def test_vlan(lab):
    """A VLAN that is made meanwhile is joined."""
    scene = lab.scene
    make = ("ip link add link {} name v50 type vlan id 50 && ip addr add {}/24 dev v50 && "
            "ip link set v50 up")
    scene.outside.sh(make.format("out0", "10.7.50.1"))
    with Mute(lab, 1):
        scene.child3.sh(make.format("c3", "10.7.50.13"), timeout=60)
    inner = Station("v50", scene.host, "v50", 0, "child3")
    wait_for(lambda: inner.ping("10.7.50.1", 1), 30, "the VLAN to be reached")
    for station in (scene.outside, scene.child3):
        station.sh("ip link del v50")
    back(scene, "without the VLAN")


def test_group(lab):
    """A group that is joined meanwhile, and whatever else the PF hasn't heard of."""
    scene = lab.scene
    group = "33:33:00:00:77:77"
    with Mute(lab, 1):
        scene.child3.sh(f"ip maddr add {group} dev c3")
        wait_for(lambda: int(re.search(r"mbx_timeouts: (\d+)",
                                       scene.child3.sh("ethtool -S c3").out).group(1)), 20,
                 "a message without an answer")
    counter = "cat /sys/class/net/c3/statistics/multicast"

    def hears():
        before = int(scene.child3.sh(counter).out)
        scene.host.put("/run/vfpath/group.py", SEND_GROUP)
        scene.outside.sh(f"python3 /run/vfpath/group.py out0 {group.replace(':', '')}")
        return int(scene.child3.sh(counter).out) - before >= 20
    wait_for(hears, 30, "the group to be heard")
    scene.child3.sh(f"ip maddr del {group} dev c3")


# Twenty frames of an experimental protocol to a group
SEND_GROUP = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for _ in range(20):
    s.send(bytes.fromhex(sys.argv[2]) + bytes.fromhex("525400000001") + b"\\x88\\xb5" + bytes(60))
"""


def test_talkative(lab):
    """A PF that never stops to talk holds nobody up: what was asked fails, and works later."""
    scene, promise = lab.scene, Promise("a PF that keeps talking")
    with Mute(lab, 1, Mute.TALK):
        res = scene.child3.sh("timeout -s KILL 20 ip link set c3 mtu 1400", check=False, timeout=60)
        promise.expect(res.rc not in (124, 137), "held up for 20 s")
    back(scene, "after it")
    scene.child3.sh("ip link set c3 mtu 1400 && ip link set c3 mtu 1500")
    promise.require()


def test_resize(lab):
    """Rings that can't be changed now are as they were, and go on."""
    scene, promise = lab.scene, Promise("resize")

    def sizes():
        return re.findall(r"^(RX|TX):\s+(\d+)$", scene.child3.sh("ethtool -g c3").out, re.M)
    before = sizes()
    with Mute(lab, 1):
        res = scene.child3.sh("ethtool -G c3 rx 256 tx 128", check=False, timeout=60)
        promise.expect(res.rc, "resized without a PF")
    promise.expect(sizes() == before, f"{before} became {sizes()}")
    back(scene, "not resized")
    scene.child3.sh("ethtool -G c3 rx 256 tx 128")
    promise.expect(sizes() != before, "not resized at all")
    back(scene, "resized")
    scene.child3.sh("ethtool -G c3 rx 512 tx 512")
    back(scene, "and back")
    promise.require()


def test_probe(lab):
    """A VF that is bound meanwhile has its netdev when the PF is back."""
    scene, pci = lab.scene, lab.vf_pci(0)
    path = f"/sys/bus/pci/devices/{pci}"
    with Mute(lab, 0):
        lab.host.sh(f"cd {path} && echo vfpath_vf > driver_override && "
                    f"echo {pci} > /sys/bus/pci/drivers_probe", timeout=60)
        assert lab.host.sh(f"readlink {path}/driver", check=False).out.strip(), "not bound"
        assert not lab.host.sh(f"ls {path}/net", check=False).out.strip(), "a netdev without a PF"
    dev = wait_for(lambda: lab.host.sh(f"ls {path}/net", check=False).out.strip(), 30, "its netdev")
    assert lab.host.link(dev)["address"] == "52:54:00:00:20:01"
    lab.host.sh(f"ip link set {dev} up && echo {pci} > {path}/driver/unbind")
    # Unbound before the PF is back: nothing runs on.
    with Mute(lab, 0):
        lab.host.sh(f"echo {pci} > /sys/bus/pci/drivers_probe && "
                    f"echo {pci} > {path}/driver/unbind", timeout=60)
    back(scene, "after it")
