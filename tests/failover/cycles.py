# SPDX-License-Identifier: GPL-2.0
"""A hundred moves of a guest under traffic: nothing is lost, nothing comes twice."""

from common.flows import Flows
from common.promises import judge_planned
from common.scene import with_guest
from common.verdict import Promise

CYCLES = 100

setup_module = with_guest


def test_administrative(lab):
    """Back and forth, with peers on the bridge, on a VF and on the wire."""
    scene, promise = lab.scene, Promise("a hundred switches")
    scene.on_vf()
    before = scene.switches()
    peers = [scene.child2, scene.child3, scene.outside]
    with Flows.between(scene.station, peers, scene.rate // 2) as flows:
        with flows.window(f"{CYCLES} switches each way") as window:
            for _ in range(CYCLES):
                for path in ("synthetic", "vf"):
                    scene.set_path(path)
                    scene.wait_active(path)
    judge_planned(promise, window)
    promise.expect(scene.switches() == before + 2 * CYCLES, f"{scene.switches() - before} moves")
    promise.require()
