# SPDX-License-Identifier: GPL-2.0
"""The operator moves the guest between its paths: nothing lost, none twice."""

from common.load import Judged
from common.promises import ADMIN
from common.scene import with_guest
from common.verdict import Promise
from labkit.util import wait_for

setup_module = with_guest
ALONE = True
CORE = True
CYCLES = 4


def test_cycles(lab):
    """Back and forth under traffic; the counter counts every move."""
    scene, promise = lab.scene, Promise("admin_switch")
    scene.on_vf()
    before, resets = scene.switches(), scene.vf_resets()
    played = Judged(scene, promise)
    played.cycles(ADMIN, CYCLES)
    played.at_most(ADMIN, CYCLES)
    promise.expect(scene.vf_resets() == resets, "the VF was reset under way")
    moves = scene.switches() - before
    promise.expect(moves == played.moves, f"{moves} switches counted of {played.moves} moves")
    promise.require()


def test_policy_stays(lab):
    """A guest that is kept on the synthetic path does not follow a VF that comes."""
    scene = lab.scene
    scene.on_synthetic()
    scene.set_path("synthetic")
    scene.plug(wait=False)
    wait_for(lambda: scene.vfpath("vf"), 20, "the VF to be enslaved")
    assert scene.vfpath("active") == "synthetic"
    assert scene.vfpath("path") == "synthetic"
    scene.set_path("auto")
    scene.wait_active("vf")
