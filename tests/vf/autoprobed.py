# SPDX-License-Identifier: GPL-2.0
"""VFs that the host's own driver has, as `sriov_drivers_autoprobe` makes them: they harm no guest."""

from common.scene import GUEST_MAC, Scene
from common.verdict import Promise

from labkit.util import wait_for


def setup_module(lab):
    """A scene of its own: its VFs are made anew."""
    lab.scene = Scene(lab).start()


def reached(promise, scene, when):
    """The guest on its tap, and those who look for it."""
    for peer in (scene.outside, scene.child2):
        promise.expect(scene.station.ping(peer.ip) >= 2, f"{when}: the guest doesn't reach {peer}")
        promise.expect(peer.ping(scene.station.ip) >= 2, f"{when}: {peer} doesn't reach the guest")


def test_guest_keeps_its_tap(lab):
    """Such a VF is up when it gets the guest's address; and one that has it is opened."""
    scene, promise = lab.scene, Promise("an autoprobed VF")
    scene.remove_vfs()
    lab.set_numvfs(2, autoprobe=True)
    dev = lab.host.netdev_of(lab.vf_pci(0))
    lab.host.sh(f"ip link set {dev} up")
    wait_for(lambda: lab.host.link(dev)["operstate"] == "UP", 20, "its link")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the guest before")
    scene.set_vf(0, f"mac {GUEST_MAC}")
    wait_for(lambda: lab.host.link(dev)["address"] == GUEST_MAC, 10, "the VF to have it")
    for when in ("given", "opened again"):
        reached(promise, scene, when)
        promise.expect(scene.fdb_owner() == {scene.guest.tap}, f"{when}: {scene.fdb_owner()}")
        promise.expect("LOWER_UP" not in lab.host.link(dev)["flags"], f"{when}: it has carrier")
        lab.host.sh(f"ip link set {dev} down && ip link set {dev} up")
    # Nobody else has it any more: then it is the VF's.
    lab.host.sh(f"ip link set {scene.guest.tap} down")
    wait_for(lambda: scene.rar_owner() == {0}, 20, "the path of the VF that is alone")
    promise.expect("LOWER_UP" in lab.host.link(dev)["flags"], "no carrier although it is alone")
    lab.host.sh(f"ip link set {scene.guest.tap} up; ip link set {dev} down")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "the guest to be back")
    promise.require()
