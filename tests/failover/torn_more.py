# SPDX-License-Identifier: GPL-2.0
"""VFs torn away by the whole: all of them removed under a guest, the PF reset. And how short it is."""

from common import events
from common.flows import Flows
from common.promises import FLR, LINK_STATE, UNBIND, judge, judge_agreement, play
from common.scene import with_guest
from common.verdict import Promise

from labkit import util
from labkit.util import wait_for

setup_module = with_guest

# How long a torn path may be silent, beside what streams here show when nothing happens to them,
# which may come before it and after it. The least of a few tries counts: what the emulation adds is
# never the same, and never less than nothing.
GAP_MS, TRIES = 50, 3


def force(scene, value):
    """Whether the host's operator may remove VFs that are in use."""
    scene.host.sh(f"devlink dev param set pci/{scene.lab.pf_pci()} name force_vf_removal "
                  f"value {value} cmode runtime")


def numvfs_zero(scene):
    """The host removes all VFs, the guest's under its feet."""
    force(scene, "true")
    scene.remove_vfs()
    force(scene, "false")
    scene.wait_active("synthetic")
    scene.guest.vfs.clear()


def pf_reset(scene):
    """The whole NIC is reset; all of its VFs with it."""
    before = scene.vf_resets()
    scene.host.write(f"/sys/bus/pci/devices/{scene.lab.pf_pci()}/reset", 1)
    wait_for(lambda: scene.vf_resets() > before, 20, "the VF's driver to see the reset")
    scene.wait_active("vf")


def test_numvfs(lab):
    """All VFs go although a guest has one, and come again."""
    scene, promise = lab.scene, Promise("numvfs 0 under a guest")
    scene.on_vf()
    with Flows.of(scene) as flows:
        for event in (("numvfs 0", "synthetic", "torn_numvfs", numvfs_zero),
                      ("numvfs 2", "synthetic", "planned_return", events.numvfs_again),
                      ("hot plug", "vf", "planned_return", events.hot_plug)):
            judge(promise, play(scene, flows, event))
            judge_agreement(promise, scene, event[0], event[1])
    promise.require()


def test_pf_reset(lab):
    """The guest gets back to its VF by itself; nobody types a command."""
    scene, promise = lab.scene, Promise("reset of the PF")
    scene.on_vf()
    with Flows.of(scene) as flows:
        window = play(scene, flows, ("PF reset", "vf", "torn_pf_reset", pf_reset))
        for f in window.results:
            promise.expect(f.received and not f.duplicated, str(f))
        judge_agreement(promise, scene, "PF reset", "vf")
        # All that was there before it is there after it.
        with flows.window("after the reset") as after:
            pass
        for f in after.results:
            promise.expect(f.received and not f.lost, str(f))
    promise.require()


def longest_gap(window):
    """Of any stream, in ms."""
    return max(f.gap_ms for f in window.results)


def is_short(gap, quiet):
    return gap <= GAP_MS * util.slowness + 2 * quiet


def shortest(scene, flows, event):
    """(longest gap with an event, that of a quiet path before it), in ms, in the best of some tries.

    Stops at one that is good.
    """
    best = None
    for _ in range(TRIES):
        scene.on_vf()
        with flows.window("quiet") as quiet:
            pass
        this = longest_gap(play(scene, flows, event)), longest_gap(quiet)
        best = min(best or this, this, key=lambda t: t[0] - 2 * t[1])
        if is_short(*this):
            break
        undo(scene, flows)
    undo(scene, flows)
    return best


def undo(scene, flows):
    """Back to the VF after an event that takes it away."""
    if scene.vfpath("active") != "vf":
        if not scene.vfpath("vf"):
            play(scene, flows, UNBIND[1])
        else:
            play(scene, flows, LINK_STATE[1])


def test_short(lab):
    """A torn path is silent for 50 ms at most, the emulation apart."""
    scene, promise = lab.scene, Promise("short outages")
    scene.on_vf()
    with Flows.of(scene) as flows:
        for event in (FLR[0], UNBIND[0], LINK_STATE[0]):
            gap, quiet = promise.figures[event[0]] = shortest(scene, flows, event)
            promise.expect(is_short(gap, quiet),
                           f"{event[0]}: {gap} ms at best, {quiet} ms before it")
    promise.require()
