# SPDX-License-Identifier: GPL-2.0
"""A TCP connection lives through all that can happen to the VF, and no byte is wrong."""

from common.flows import Tcp
from common.promises import ADMIN, FLR, LEAVE, LINK_STATE, RETURN, UNBIND, judge_tcp
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest
STORY = (RETURN, LEAVE, RETURN, *ADMIN, *FLR, *UNBIND, *LINK_STATE, LEAVE)


def test_whole_story(lab):
    """Connections to the wire and to the bridge; after each event they go on."""
    scene, promise = lab.scene, Promise("tcp_survives")
    scene.on_synthetic()
    with Tcp(scene.outside, scene.station) as wire, Tcp(scene.child2, scene.station) as bridge:
        for _name, _path, _kind, action in STORY:
            action(scene)
            for connection in (wire, bridge):
                connection.wait_more()
        for connection in (wire, bridge):
            judge_tcp(promise, connection)
    promise.require()
