# SPDX-License-Identifier: GPL-2.0
"""A VF whose link the host cuts: a short outage, and a quiet return."""

from common.promises import LINK_STATE
from common.scene import with_guest
from common.torn import check

setup_module = with_guest


def test_under_traffic(lab):
    """Twice, as the second time meets what the first has left."""
    check(lab.scene, LINK_STATE * 2)
