# SPDX-License-Identifier: GPL-2.0
"""A VF driver that lets go under traffic: a short outage, and a quiet return."""

from common.promises import UNBIND
from common.scene import with_guest
from common.torn import check

setup_module = with_guest
CHECKED = True


def test_under_traffic(lab):
    """Twice, as the second time meets what the first has left."""
    check(lab.scene, UNBIND * 2)
