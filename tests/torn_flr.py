# SPDX-License-Identifier: GPL-2.0
"""A VF that is reset under its driver's feet: a short outage, then the VF again."""

from common.promises import FLR
from common.scene import with_guest
from common.torn import check

setup_module = with_guest
CHECKED = True


def test_under_traffic(lab):
    """Twice, as the second time meets what the first has left."""
    check(lab.scene, FLR * 2)
