# SPDX-License-Identifier: GPL-2.0
"""The number of VFs changes: guests without one do not notice, and get one again after."""

from common.load import Judged
from common.promises import LEAVE, NUMVFS, RETURN
from common.scene import with_guest
from common.verdict import Promise

setup_module = with_guest
ALONE = True


def test_remove_and_make_again(lab):
    """The VF leaves the guest, all VFs go, come again, and the guest gets its own back."""
    scene, promise = lab.scene, Promise("numvfs")
    scene.on_vf()
    played = Judged(scene, promise)
    played.cycles((LEAVE, *NUMVFS, RETURN), 1)
    played.at_most((LEAVE, *NUMVFS, RETURN), 1)
    promise.require()


def test_host_forgets(lab):
    """Without VFs the NIC delivers no address to a VF's pool."""
    scene = lab.scene
    scene.on_synthetic()
    scene.remove_vfs()
    try:
        assert scene.rar_owner() <= {7}, scene.rar_owner()
        assert scene.station.ping(scene.outside.ip) == 3
    finally:
        scene.make_vfs(2)
