# SPDX-License-Identifier: GPL-2.0
"""The operator moves the guest between its paths: nothing lost, none twice."""

from common.flows import Flows
from common.promises import ADMIN, judge, play
from common.scene import with_guest
from common.verdict import Promise
from labkit.util import wait_for

setup_module = with_guest
CYCLES = 5


def test_cycles(lab):
    """Back and forth under traffic; the counter counts every move."""
    scene, promise = lab.scene, Promise("admin_switch")
    scene.on_vf()
    before, resets = scene.switches(), scene.vf_resets()
    with Flows.of(scene) as flows:
        for event in ADMIN * CYCLES:
            judge(promise, play(scene, flows, event))
    promise.expect(scene.vf_resets() == resets, "the VF was reset under way")
    moves = scene.switches() - before
    promise.expect(moves == 2 * CYCLES, f"{moves} switches counted in {CYCLES} cycles")
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
