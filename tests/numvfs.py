# SPDX-License-Identifier: GPL-2.0
"""The number of VFs changes: guests without one do not notice, and get one again after."""

from common.flows import Flows
from common.promises import LEAVE, NUMVFS, RETURN, judge, play
from common.scene import with_guest
from common.verdict import Promise
from labkit.runner import Skip

setup_module = with_guest
KERNELS = ("6.1", "debug")


def test_remove_and_make_again(lab):
    """The VF leaves the guest, all VFs go, come again, and the guest gets its own back."""
    scene, promise = lab.scene, Promise("numvfs")
    scene.on_vf()
    with Flows.of(scene) as flows:
        for event in (LEAVE, *NUMVFS, RETURN):
            judge(promise, play(scene, flows, event))
    promise.require()


def test_in_use(lab):
    """VFs that a guest has are not taken from it: it is refused, and the guest stays on it."""
    scene = lab.scene
    if not scene.nested:
        raise Skip("without a nested guest there is no vfio")
    scene.on_vf()
    res = lab.set_numvfs(0, check=False)
    # 124 would be the time-out: it must be refused, not wait for the guest.
    assert res.rc not in (0, 124), f"sriov_numvfs 0 while a guest has a VF: {res}"
    assert len(scene.host.pci_by_id("8086:10ca")) == scene.numvfs
    assert scene.vfpath("active") == "vf"
    assert scene.station.ping(scene.outside.ip) == 3


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
