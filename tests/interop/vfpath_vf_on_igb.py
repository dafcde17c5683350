# SPDX-License-Identifier: GPL-2.0
"""vfpath_vf works on a VF of the in-tree igb."""

from common.interop import check_streams
from common.scene import Scene
from common.station import vlan

from labkit.util import wait_for


def setup_module(lab):
    """The host's part of the scene on igb."""
    lab.scene = Scene(lab, guest=False, pf_driver="igb").start()


def test_drivers(lab):
    """It is this pair that is tested."""
    assert lab.host.driver_of(lab.scene.pf) == "igb"
    assert lab.host.sh(f"basename $(readlink /sys/bus/pci/devices/{lab.vf_pci(1)}/driver)"
                       ).out.strip() == "vfpath_vf"


def test_traffic(lab):
    """To the wire, both ways. To a bridge igb does not switch without entries made by hand."""
    scene = lab.scene
    check_streams(scene.child3, [scene.outside], scene.rate // 4)


def test_down_and_up(lab):
    """The handshake works again."""
    scene = lab.scene
    scene.child3.sh("ip link set c3 down && ip link set c3 up")
    check_streams(scene.child3, [scene.outside], scene.rate // 4)


def test_full_frames_in_vlan(lab):
    """A tag doesn't count: igb is asked for room for one, as igbvf does it."""
    scene = lab.scene
    far = vlan(scene.outside, 70, "10.7.70.1", name="v70")
    inner = vlan(scene.child3, 70, "10.7.70.13", name="v70")
    wait_for(lambda: inner.ping(far.ip, 1), 20, "the VLAN to be reached")
    for size in (1000, 1468, 1472):
        inner.sh(f"ping -n -q -M do -s {size} -i 0.2 -W 1 -c 3 {far.ip}")
    for station in (scene.outside, scene.child3):
        station.sh("ip link del v70")
