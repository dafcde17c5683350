# SPDX-License-Identifier: GPL-2.0
"""What the tests of torn paths have in common.

How long a path is silent is judged beside what the same streams show when nothing happens to them. The
emulation adds to both, never the same, and never less than nothing: the best of some tries counts.
"""

from labkit.util import wait_for

from . import events
from .flows import Flows
from .promises import judge, judge_agreement, play
from .verdict import Promise

# How long a torn path may be silent beside a quiet one, in ms.
GAP_MS = 50


def excess(gap, quiet, stretch):
    """By how many ms a path was silent for longer than it may be; not more than 0 is good."""
    return gap - GAP_MS * stretch - 2 * quiet


def quiet_gap(flows):
    """The longest gap of the streams when nothing happens to them, in ms."""
    with flows.window("quiet") as window:
        pass
    return window.gap_ms()


def check(scene, moves):
    """Play events from a guest on its VF, judge each by its kind; host and guest agree after."""
    promise = Promise(moves[0][2])
    scene.on_vf()
    gaps = {}
    with Flows.of(scene) as flows:
        for event in moves:
            quiet = quiet_gap(flows) if event[2].startswith("torn") else 0
            window = play(scene, flows, event)
            judge(promise, window)
            judge_agreement(promise, scene, event[0], event[1])
            if event[2].startswith("torn"):
                gaps.setdefault(event[0], []).append((window.gap_ms(), quiet, window.stretch))
    for name, seen in gaps.items():
        promise.expect(min(excess(*g) for g in seen) <= 0,
                       f"{name}: silent for (ms, beside it a quiet path, how slow the machine was) {seen}")
    promise.require()


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


def check_numvfs(scene):
    """All VFs go although a guest has one, and come again."""
    promise = Promise("numvfs 0 under a guest")
    scene.on_vf()
    with Flows.of(scene) as flows:
        for event in (("numvfs 0", "synthetic", "torn_numvfs", numvfs_zero),
                      ("numvfs 2", "synthetic", "planned_return", events.numvfs_again),
                      ("hot plug", "vf", "planned_return", events.hot_plug)):
            judge(promise, play(scene, flows, event))
            judge_agreement(promise, scene, event[0], event[1])
    promise.require()


def check_pf_reset(scene):
    """The guest gets back to its VF by itself; nobody types a command."""
    promise = Promise("reset of the PF")
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
