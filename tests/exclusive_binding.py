# SPDX-License-Identifier: GPL-2.0
"""While it is enslaved, nobody but the upper gets hold of a lower."""

from common.pcap import Capture, between
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


def test_capture(lab):
    """Listening is no binding: tcpdump on the VF sees the upper's frames."""
    scene = lab.scene
    scene.on_vf()
    with Capture(scene.guest, scene.vfpath("vf"), immediate=True) as capture:
        assert scene.station.ping(scene.outside.ip) == 3
    assert between(capture.pairs, scene.station.mac(), scene.outside.mac()) >= 6


def test_still_carries(lab):
    """The attempts have changed nothing."""
    scene = lab.scene
    scene.on_vf()
    assert scene.station.ping(scene.outside.ip) == 3
    assert scene.vfpath("active") == "vf"
