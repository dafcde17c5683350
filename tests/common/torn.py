# SPDX-License-Identifier: GPL-2.0
"""What the tests of torn paths have in common."""

from .flows import Flows
from .promises import judge, judge_agreement, play
from .verdict import Promise


def check(scene, events):
    """Play events from a guest on its VF, judge each by its kind; host and guest agree after."""
    promise = Promise(events[0][2])
    scene.on_vf()
    with Flows.of(scene) as flows:
        for event in events:
            judge(promise, play(scene, flows, event))
            judge_agreement(promise, scene, event[0], event[1])
    promise.require()
