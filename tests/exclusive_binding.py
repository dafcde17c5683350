# SPDX-License-Identifier: GPL-2.0
"""While it is enslaved, nobody but the upper gets hold of a lower."""

from common.promises import judge_exclusive
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest


def test_lowers_are_closed(lab):
    """No address, VLAN, macvlan or bridge on VF and virtio-net; no link-local address either."""
    lab.scene.on_vf()
    promise = Promise("exclusive_binding")
    judge_exclusive(promise, lab.scene)
    promise.require()


def test_still_carries(lab):
    """The attempts have changed nothing."""
    scene = lab.scene
    scene.on_vf()
    assert scene.station.ping(scene.outside.ip) == 3
    assert scene.vfpath("active") == "vf"
