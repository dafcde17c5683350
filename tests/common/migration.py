# SPDX-License-Identifier: GPL-2.0
"""Live migration of the scene's guest, under traffic."""

from labkit import util

from .flows import Flows, Tcp
from .promises import judge_planned, judge_tcp

# From the guest's start until its announcement has been everywhere; QEMU's first comes after 50 ms.
ANNOUNCED_MS = 100


def judge_migration(promise, window, downtime_ms):
    """What is sent to a guest while it is stopped may be lost, and nothing else.

    And what goes to where it was until the bridge has heard of it.
    """
    missing_ms = downtime_ms + ANNOUNCED_MS * util.slowness
    for f in window.results:
        to_guest = f.stream.sink.name == "guest"
        allowed = int(f.stream.rate * missing_ms / 1000) if to_guest else 0
        promise.expect(f.received and f.lost <= allowed and not f.duplicated,
                       f"{window.name}: {f}; at most {allowed} may be lost")
    promise.figures["downtime_ms"] = downtime_ms
    promise.figures["lost_in_migration"] = sum(f.lost for f in window.results)


def migrate(scene, promise, bridge, plug, by_qemu=False):
    """From a guest on its VF to a guest on its VF: plug(scene) gives it one at the other end.

    With by_qemu it is QEMU that takes the VF, within the migration.
    """
    scene.on_vf()
    guest = scene.guest
    with Flows.of(scene) as flows, Tcp(scene.outside, scene.station) as tcp:
        if not by_qemu:
            with flows.window("VF unplugged") as window:
                scene.unplug()
            judge_planned(promise, window)
        other = guest.successor(f"tap{scene.guest.tap[3:]}x", bridge)
        with flows.window("migration") as window:
            downtime_ms = guest.migrate(other)
            scene.wait_active("synthetic")
        judge_migration(promise, window, downtime_ms)
        with flows.window("VF plugged") as window:
            plug(scene)
            scene.wait_active("vf")
        judge_planned(promise, window)
        judge_tcp(promise, tcp)
    promise.require()
