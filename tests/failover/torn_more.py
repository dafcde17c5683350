# SPDX-License-Identifier: GPL-2.0
"""VFs torn away by the whole: all of them removed under a guest, the PF reset."""

from common.scene import with_guest
from common.torn import check_numvfs, check_pf_reset

setup_module = with_guest


def test_numvfs(lab):
    """All VFs go although a guest has one, and come again."""
    check_numvfs(lab.scene)


def test_pf_reset(lab):
    """The guest gets back to its VF by itself; nobody types a command."""
    check_pf_reset(lab.scene)
