# SPDX-License-Identifier: GPL-2.0
"""A VF that comes, leaves on purpose and returns: not a datagram lost, none twice."""

from common.flows import Flows
from common.promises import LEAVE, RETURN, judge, play
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest
ROUNDS = 2


def test_leave_and_return(lab):
    """Hot plug and device_del under traffic."""
    scene, promise = lab.scene, Promise("planned")
    scene.on_synthetic()
    with Flows.of(scene) as flows:
        for event in (RETURN, LEAVE) * ROUNDS:
            judge(promise, play(scene, flows, event))
    promise.require()


def test_reported(lab):
    """The upper says that it moved, and why."""
    scene = lab.scene
    scene.on_vf()
    before = scene.switches()
    scene.unplug()
    assert scene.switches() == before + 1
    assert scene.vfpath("last_switch_reason")
    assert scene.vfpath("vf") == ""
