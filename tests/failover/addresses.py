# SPDX-License-Identifier: GPL-2.0
"""The host gives a VF another address: it joins the upper, or leaves it, and the guest goes on."""

from common.above import FREE_MAC, both_ways, case, comes, namespace_scene, state
from common.scene import GUEST_MAC

setup_module = namespace_scene
CHECKED = True


def test_taken_away(lab):
    """The address of a VF in use is changed, and changed back."""
    with case(lab, "another address under a live upper") as (scene, promise):
        scene.on_vf()
        for n in range(2):
            scene.set_vf(0, f"mac {FREE_MAC}")
            promise.expect(comes(lambda: scene.vfpath("active") == "synthetic"),
                           f"{n}: {state(scene)}")
            promise.expect(scene.vfpath("inactive_reason"), f"{n}: no reason")
            both_ways(promise, scene, scene.station, (scene.outside, scene.child2), f"{n}: without")
            scene.set_vf(0, f"mac {GUEST_MAC}")
            promise.expect(comes(lambda: scene.vfpath("active") == "vf", 25),
                           f"{n}: back: {state(scene)}")
            both_ways(promise, scene, scene.station, (scene.outside, scene.child2), f"{n}: with it")


def test_given_late(lab):
    """A VF that is there, open, and gets the guest's address later: it joins by itself."""
    with case(lab, "the right address late") as (scene, promise):
        scene.set_vf(0, f"mac {FREE_MAC}")
        scene.plug(wait=False)
        scene.guest.sh("ip link set vf0 up")
        promise.expect(scene.vfpath("vf") == "", "a VF with another address was taken")
        scene.set_vf(0, f"mac {GUEST_MAC}")
        promise.expect(comes(lambda: scene.vfpath("active") == "vf", 25), state(scene))
        both_ways(promise, scene, scene.station, (scene.outside, scene.child2), "with it")


def test_while_down(lab):
    """The address is wrong while the upper is opened, and right later."""
    with case(lab, "wrong while it was opened") as (scene, promise):
        scene.on_vf()
        scene.guest.sh("ip link set vfp0 down")
        scene.set_vf(0, f"mac {FREE_MAC}")
        scene.guest.sh("ip link set vfp0 up")
        scene.station.configure()
        both_ways(promise, scene, scene.station, (scene.outside, scene.child2), "wrong")
        promise.expect(scene.vfpath("active") == "synthetic" and scene.vfpath("inactive_reason"),
                       f"wrong: {state(scene)}")
        scene.set_vf(0, f"mac {GUEST_MAC}")
        promise.expect(comes(lambda: scene.vfpath("active") == "vf", 25), f"right: {state(scene)}")
