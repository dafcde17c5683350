# SPDX-License-Identifier: GPL-2.0
"""Whichever path the guest is on, the NIC's filter and the bridge's FDB point there."""

from common.flows import Flows
from common.promises import ADMIN, FLR, LEAVE, LINK_STATE, RETURN, UNBIND, judge_agreement
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest
STORY = (RETURN, LEAVE, RETURN, *ADMIN, *FLR, *UNBIND, *LINK_STATE, LEAVE)


def test_after_each_switch(lab):
    """All that can move the guest, with traffic."""
    scene, promise = lab.scene, Promise("host_guest_agree")
    scene.on_synthetic()
    with Flows.of(scene):
        judge_agreement(promise, scene, "start", "synthetic")
        for name, path, _kind, action in STORY:
            action(scene)
            judge_agreement(promise, scene, name, path)
    promise.require()


def test_quiet_guest(lab):
    """A guest that sends nothing is found as well: the host may not wait for its traffic."""
    scene, promise = lab.scene, Promise("host_guest_agree")
    scene.on_vf()
    judge_agreement(promise, scene, "quiet", "vf")
    promise.expect(scene.outside.ping(scene.station.ip) == 3, "outside does not reach the guest")
    scene.unplug()
    judge_agreement(promise, scene, "quiet leave", "synthetic")
    promise.expect(scene.outside.ping(scene.station.ip) == 3, "outside does not reach the guest")
    promise.require()
