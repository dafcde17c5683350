# SPDX-License-Identifier: GPL-2.0
"""Wire, VFs, host, and guests without a VF reach each other by the shortest way."""

from common.promises import judge_routing
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest


def check(scene, path):
    promise = Promise("routing")
    judge_routing(promise, scene, path)
    promise.require()


def test_guest_on_synthetic(lab):
    """All pairs while the guest has no VF."""
    lab.scene.on_synthetic()
    check(lab.scene, "synthetic")


def test_guest_on_vf(lab):
    """All pairs while the guest is on its VF."""
    lab.scene.on_vf()
    check(lab.scene, "vf")
