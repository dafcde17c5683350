# SPDX-License-Identifier: GPL-2.0
"""VFs that come and go disturb neither the PF's link nor its own traffic.

VFPATH_ROUNDS in the environment says how often they do.
"""

import os

from common.promises import judge_pf
from common.scene import without_guest
from common.verdict import Promise

ROUNDS = int(os.environ.get("VFPATH_ROUNDS", "30"))


def setup_module(lab):
    """The host's part of the scene, as yet without VFs."""
    without_guest(lab)
    lab.scene.remove_vfs()


def test_make_and_remove(lab):
    """1 to 7 VFs, made and removed again and again under traffic (7 times on the debug kernel)."""
    promise = Promise("pf_undisturbed")
    judge_pf(promise, lab.scene, None if lab.kernel.debug else ROUNDS)
    promise.require()


def test_peers_unharmed(lab):
    """After it a VF works as the first one did."""
    scene = lab.scene
    scene.make_vfs(2)
    assert scene.child3.ping(scene.outside.ip) == 3
    assert scene.child3.ping(scene.child2.ip) == 3
