# SPDX-License-Identifier: GPL-2.0
"""Two PFs of one host: as ports of one bridge, each with VFs."""

from common.scene import BRIDGE, Scene
from common.station import Station

from labkit.util import wait_for

LAB = {"pfs": 2}


def setup_module(lab):
    """The host's part of the scene, and a second PF with a VF, not on the same wire."""
    # Two ports of a bridge on one wire would be a loop.
    lab.set_link(False, 1)
    lab.scene = Scene(lab, guest=False).start()
    lab.second = lab.pf(1)


def test_two_ports(lab):
    """Both are ports of the bridge; VFs of both reach each other, and the bridge's stations."""
    scene, host = lab.scene, lab.host
    host.sh(f"ip link set {lab.second} master {BRIDGE} up")
    lab.set_link(True, 1)
    wait_for(lambda: host.read(f"/sys/class/net/{lab.second}/carrier", check=False) == "1", 20,
             "the link of the second PF")
    # The same wire: only one of both may forward onto it, and groups are taken by one of them alone,
    # or a broadcast would go round for ever.
    host.sh(f"bridge link set dev {lab.second} flood off mcast_flood off bcast_flood off "
            f"learning off && tc qdisc add dev {lab.second} clsact && "
            f"tc filter add dev {lab.second} ingress protocol all flower "
            "dst_mac 01:00:00:00:00:00/01:00:00:00:00:00 action drop")
    lab.set_numvfs(1, pf=1, autoprobe=False)
    host.sh(f"ip link set {lab.second} vf 0 mac 52:54:00:00:45:01")
    pci = lab.vf_pci(0, pf=1)
    host.sh(f"cd /sys/bus/pci/devices/{pci} && echo vfpath_vf > driver_override && "
            f"echo {pci} > /sys/bus/pci/drivers_probe")
    dev = host.netdev_of(pci)
    host.sh(f"ip netns add child6 && ip link set {dev} netns child6 name c6")
    child6 = Station("child6", host, "c6", 16, "child6")
    child6.configure()
    wait_for(lambda: child6.ping(scene.outside.ip, 1), 20, "the second PF's VF to reach outside")
    wait_for(lambda: child6.ping(scene.child3.ip, 1), 20, "VFs of both PFs to reach each other")
    wait_for(lambda: child6.ping(scene.child2.ip, 1), 20, "it to reach the bridge's station")


def test_apart(lab):
    """What one PF is told does not concern the other."""
    scene, host = lab.scene, lab.host
    before = host.link(lab.second)["vfinfo_list"][0]["address"]
    scene.set_vf(0, "mac 52:54:00:00:45:02")
    assert host.link(lab.second)["vfinfo_list"][0]["address"] == before
    scene.remove_vfs()
    assert host.link(lab.second)["vfinfo_list"][0]["address"] == before
    lab.set_numvfs(0, pf=1)
