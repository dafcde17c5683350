# SPDX-License-Identifier: GPL-2.0
"""Live migration from one host's NIC to another's: two PFs, a bridge of its own on each."""

from common.migration import migrate
from common.nic import PF_POOL, rar_owner
from common.scene import GUEST_MAC, Scene
from common.verdict import Promise

from labkit.util import wait_for

GUEST = "machine"
ALONE = True

LAB = {"pfs": 2}
OTHER = "br1"


def setup_module(lab):
    """The scene is one host; the other has a bridge, a PF, and a VF with the guest's address."""
    scene = lab.scene = Scene(lab, guest="machine").start()
    lab.host.sh(f"ip link add {OTHER} type bridge && "
                f"ip link set {lab.pf(1)} master {OTHER} up && ip link set {OTHER} up")
    lab.set_numvfs(1, pf=1, autoprobe=False)
    lab.host.sh(f"ip link set {lab.pf(1)} vf 0 mac {GUEST_MAC}")
    wait_for(lambda: lab.host.read(f"/sys/class/net/{lab.pf(1)}/carrier", check=False) == "1", 20,
             "link of the other PF")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "the guest to reach outside")


def test_migration(lab):
    """The guest's peers on the old host's bridge and VFs find it behind the wire."""
    scene, promise = lab.scene, Promise("migration to another host")

    def plug(scene):
        # Nobody has told the old host that its VF's address is somewhere else now.
        wait_for(lambda: not rar_owner(lab, GUEST_MAC), 5,
                 "the old host's NIC to let the address go")
        promise.expect(scene.child3.ping(scene.station.ip) == 3, "a VF of the old host")
        promise.expect(scene.child2.ping(scene.station.ip) == 3, "the bridge of the old host")
        scene.guest.plug_vf(lab.vf_pci(0, pf=1))
    migrate(scene, promise, OTHER, plug)


def test_back(lab):
    """It comes back, and the first host's NIC knows it again."""
    scene, promise = lab.scene, Promise("migration back")
    migrate(scene, promise, "br0", lambda scene: scene.plug())
    scene.unplug()
    wait_for(lambda: rar_owner(lab, GUEST_MAC) == {PF_POOL}, 5, "the NIC to have the address")
