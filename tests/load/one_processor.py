# SPDX-License-Identifier: GPL-2.0
"""Planned moves on a host with one processor: nobody works on beside the one who moves."""

from common.scene import with_guest
from load import admin_switch, planned

setup_module = with_guest
ALONE = True
LAB = {"smp": 1}


def test_planned(lab):
    """The VF comes and goes."""
    planned.test_leave_and_return(lab)


def test_full_speed(lab):
    """The same under TCP at full speed."""
    planned.test_full_speed(lab)


def test_admin_switch(lab):
    """The operator's moves."""
    admin_switch.test_cycles(lab)
