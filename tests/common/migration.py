# SPDX-License-Identifier: GPL-2.0
"""Live migration of the scene's guest, under traffic."""

from .flows import Flows, Tcp
from .promises import judge_planned, judge_tcp

# What may be on its way to the guest when it is heard of again
UNDER_WAY = 4


def judge_migration(promise, window, downtime_ms):
    """What is sent to a guest while it stands still may be lost, and nothing else.

    How long that is its own streams tell: the last datagram from where it was until the first
    from where it is now, which the bridge has learned the new place from. None of these is lost.
    """
    silent_ms = max(f.gap_ms for f in window.results if f.stream.source.name == "guest")
    for f in window.results:
        to_guest = f.stream.sink.name == "guest"
        allowed = int(f.stream.rate * silent_ms / 1000) + UNDER_WAY if to_guest else 0
        promise.expect(f.received and f.lost <= allowed and not f.duplicated,
                       f"{window.name}: {f}; at most {allowed} may be lost")
    promise.figures["downtime_ms"] = downtime_ms
    promise.figures["silent_ms"] = silent_ms
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
