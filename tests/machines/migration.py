# SPDX-License-Identifier: GPL-2.0
"""Live migration: the VF leaves, the guest moves to another QEMU, gets a VF there, and carries on."""

from common.migration import migrate
from common.scene import BRIDGE, Scene
from common.verdict import Promise

GUEST = "machine"
ALONE = True


def test_same_bridge(lab):
    """To a QEMU on the same bridge; the VF is the same, too."""
    lab.scene = Scene(lab, guest="machine").start()
    migrate(lab.scene, Promise("migration"), BRIDGE, lambda scene: scene.plug())
