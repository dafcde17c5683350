# SPDX-License-Identifier: GPL-2.0
"""A VF that comes, leaves on purpose and returns: not a datagram lost, none twice."""

from common.flows import Tcp
from common.load import Judged
from common.promises import LEAVE, RETURN, judge_tcp
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest
ALONE = True
CORE = True
ROUNDS = 2


def test_leave_and_return(lab):
    """The VF comes and goes under as much traffic as is carried at all."""
    scene, promise = lab.scene, Promise("planned")
    scene.on_synthetic()
    played = Judged(scene, promise)
    played.cycles((RETURN, LEAVE), ROUNDS)
    played.at_most((RETURN, LEAVE), ROUNDS)
    promise.require()


def test_full_speed(lab):
    """The same under TCP at full speed, both ways: connections go on, and no byte is wrong."""
    scene, promise = lab.scene, Promise("planned, TCP at full speed")
    scene.on_synthetic()
    with Tcp(scene.outside, scene.station, None) as wire, \
            Tcp(scene.child2, scene.station, None) as bridge:
        for _name, _path, _kind, action in (RETURN, LEAVE) * ROUNDS:
            action(scene)
            for connection in (wire, bridge):
                connection.wait_more()
        for connection in (wire, bridge):
            judge_tcp(promise, connection)
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
