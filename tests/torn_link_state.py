# SPDX-License-Identifier: GPL-2.0
"""A VF whose link the host cuts: a short outage, and a quiet return."""

from common.promises import LINK_STATE
from common.scene import with_guest
from common.torn import check

setup_module = with_guest


def test_under_traffic(lab):
    """Twice, as the second time meets what the first has left."""
    check(lab.scene, LINK_STATE * 2)


def busy(event):
    """The same event, on a machine whose processors others want as well."""
    name, path, kind, action = event

    def under_load(scene):
        hogs = [scene.guest.bg("exec python3 -c 'while True: pass'") for _ in range(2)]
        action(scene)
        for hog in hogs:
            hog.stop()
    return name, path, kind, under_load


def test_return_is_quiet(lab):
    """Where link watch opens the VF's queues late, no frame is sent by it before."""
    check(lab.scene, tuple(busy(event) for event in LINK_STATE * 2))
