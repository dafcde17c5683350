# SPDX-License-Identifier: GPL-2.0
"""A hundred moves of a guest under traffic: nothing is lost, nothing comes twice."""

from common.load import Judged
from common.scene import with_guest
from common.verdict import Promise

CYCLES = 100

setup_module = with_guest
ALONE = True


def there_and_back(scene):
    """All of them, each as soon as the one before is over."""
    for _ in range(CYCLES):
        for path in ("synthetic", "vf"):
            scene.set_path(path)
            scene.wait_active(path)


def test_administrative(lab):
    """Back and forth, with peers on the bridge, on a VF and on the wire."""
    scene, promise = lab.scene, Promise("a hundred switches")
    scene.on_vf()
    before = scene.switches()
    played = Judged(scene, promise, [scene.child2, scene.child3, scene.outside])
    played.cycles([(f"{CYCLES} switches each way", "vf", "admin_switch", there_and_back)], 1)
    moves = scene.switches() - before
    promise.expect(moves == 2 * CYCLES * played.moves, f"{moves} moves")
    promise.require()
