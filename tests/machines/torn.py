# SPDX-License-Identifier: GPL-2.0
"""All VFs removed, and the PF reset, while QEMU has a VF by vfio."""

from common.scene import with_machine
from common.torn import check_numvfs, check_pf_reset

GUEST = "machine"
ALONE = True
setup_module = with_machine


def test_numvfs(lab):
    """All VFs go although a guest has one, and come again."""
    check_numvfs(lab.scene)


def test_pf_reset(lab):
    """The guest gets back to its VF by itself; nobody types a command."""
    check_pf_reset(lab.scene)
