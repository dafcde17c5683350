# SPDX-License-Identifier: GPL-2.0
"""A second VF with the guest's address, of another PF, waits until the first has left."""

from common.scene import GUEST_MAC, Scene
from common.verdict import Promise

from labkit.util import wait_for

LAB = {"pfs": 2}


def setup_module(lab):
    """The usual scene on PF 0, and a VF on PF 1."""
    scene = lab.scene = Scene(lab)
    scene.start()
    lab.host.sh(f"ip link set {lab.pf(1)} up")
    lab.set_numvfs(1, pf=1, autoprobe=False)
    lab.host.sh(f"ip link set {lab.pf(1)} vf 0 mac {GUEST_MAC}")


def test_waits(lab):
    """It is let alone as long as there is another, and taken by itself after that."""
    scene, guest, promise = lab.scene, lab.scene.guest, Promise("a second VF")
    scene.on_vf()
    pci = lab.vf_pci(0, pf=1)
    guest.probe_vf(pci)
    guest.give_vf(pci, "vf1")
    promise.expect("master" not in guest.link("vf1"), "taken beside the first")
    promise.expect(scene.vfpath("vf") == "vf0", scene.vfpath("vf"))
    promise.expect(scene.station.ping(scene.outside.ip) >= 3, "the first VF")
    guest.unplug_vf()
    wait_for(lambda: scene.vfpath("vf") == "vf1", 20, "the second VF to be taken")
    scene.wait_active("vf")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "outside by the second VF")
    promise.require()
