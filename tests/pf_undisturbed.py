# SPDX-License-Identifier: GPL-2.0
"""VFs come and go; the PF's own traffic and link don't notice."""

from common.flow import Flow
from common.scene import Scene

CYCLES = 3


def cycle(scene, count):
    """Make and remove 1..7 VFs; the figures of the PF's own flows, and link changes."""
    host, outside = scene.station["host"], scene.station["outside"]
    path = f"/sys/class/net/{scene.pf}/carrier_changes"
    before = scene.host.read(path)
    flows = [Flow(host, outside, scene.rate), Flow(outside, host, scene.rate)]
    for _ in range(count):
        for n in range(1, 8):
            scene.lab.set_numvfs(n)
            scene.lab.set_numvfs(0)
    whole = [f.stop() for f in flows]
    return whole, int(scene.host.read(path)) - int(before)


def test_pf_undisturbed(lab):
    scene = Scene(lab, guest=False, numvfs=0)
    lab.host.write(f"/sys/bus/pci/devices/{lab.pf_pci()}/sriov_drivers_autoprobe", 0)
    whole, changes = cycle(scene, CYCLES)
    for w in whole:
        assert w["received"] and not w["lost"] and not w["duplicated"], w
    assert not changes, f"{changes} link changes"
