# SPDX-License-Identifier: GPL-2.0
"""The in-tree igbvf works on a VF of vfpath_pf."""

from common.interop import check_streams
from common.scene import CHILD3_MAC, Scene

from labkit.util import wait_for


def setup_module(lab):
    """The host's part of the scene, with igbvf on child3's VF."""
    lab.scene = Scene(lab, guest=False, vf_driver="igbvf").start()


def test_driver(lab):
    """It is igbvf that is tested."""
    assert lab.host.sh(f"basename $(readlink /sys/bus/pci/devices/{lab.vf_pci(1)}/driver)"
                       ).out.strip() == "igbvf"


def test_traffic(lab):
    """To the wire, to the bridge and to the host, both ways."""
    scene = lab.scene
    check_streams(scene.child3, [scene.outside, scene.child2, scene.me], scene.rate // 4)


def test_rebind(lab):
    """Down and up, and a new binding: it finds its way each time."""
    scene = lab.scene
    scene.child3.sh("ip link set c3 down && ip link set c3 up")
    check_streams(scene.child3, [scene.outside], scene.rate // 4)
    scene.remove_vfs()
    scene.make_vfs(2)
    check_streams(scene.child3, [scene.outside], scene.rate // 4)


def test_state(lab):
    """A driver without the extension learns of its link too."""
    scene = lab.scene
    carrier = "cat /sys/class/net/c3/carrier"
    scene.set_vf(1, "state disable")
    wait_for(lambda: scene.child3.sh(carrier).out.strip() == "0", 20, "loss of the VF's link")
    scene.set_vf(1, "state auto")
    wait_for(lambda: scene.child3.ping(scene.outside.ip), 30, "the VF's traffic")
    assert scene.rar_owner(CHILD3_MAC) == {1}
