# SPDX-License-Identifier: GPL-2.0
"""The demo: a guest's traffic moves to its VF, loses it in all ways there are, and carries on.

main() plays it, prints a table, and leaves build/demo/report.json and timeline.svg.
"""

import contextlib
import json
import os
import shutil

from labkit import util
from labkit.util import say

from common import attempts, promises
from common.events import PathWatch
from common.flows import Flows, Tcp
from common.picture import Story, qemu_version
from common.scene import Scene
from common.verdict import Promise

OUT = os.path.join(util.BUILD, "demo")
NAMES = ("vf_path_carries", "exclusive_binding", "routing", "planned_leave", "planned_return",
         "admin_switch", "torn_flr", "torn_unbind", "torn_link_state", "host_guest_agree",
         "pf_undisturbed", "tcp_survives")
# How many times VFs are made and removed in front of the PF's own stream.
PF_CYCLES = 7
# What each promise says, for those who read the table.
MEANING = {
    "vf_path_carries": "the VF takes the guest's traffic, and the host's processors see none of it",
    "exclusive_binding": "nobody but the upper gets hold of the VF or the virtio-net below it",
    "routing": "everybody reaches everybody; frames between VFs never leave the NIC",
    "planned_leave": "a VF that leaves on purpose: no datagram lost, none twice",
    "planned_return": "a VF that comes: no datagram lost, none twice",
    "admin_switch": "the operator moves the guest off its VF, and back: none lost, none twice",
    "torn_flr": "a VF that is reset: short, and traffic after it",
    "torn_unbind": "a VF whose driver lets go: short, and traffic after it",
    "torn_link_state": "a VF whose link the host cuts: short, and traffic after it",
    "host_guest_agree": "the NIC and the host's bridge send where the guest is",
    "pf_undisturbed": "the host's own traffic doesn't notice VFs that come and go",
    "tcp_survives": "TCP connections live through all of it, every byte right",
}
KINDS = {"planned_return": "return", "torn_flr": "torn", "torn_unbind": "torn",
         "torn_link_state": "torn", "planned_leave": "leave", "admin_switch": "admin"}
COLUMNS = "{:18} {:>10} {:>6} {:>6} {:>10} {:>8} {:>9}"


class Demo:
    """The story, what was measured of it, and what is said about it."""

    def __init__(self, lab):
        self.scene = Scene(lab, guest="machine")
        self.lab = lab
        self.promises = {name: Promise(name) for name in NAMES}
        self.windows = []
        self.picture = Story(lab)
        self.flows = self.watch = None
        # The streams' longest gap while nothing happens to them, in ms: the emulation's own.
        self.quiet_ms = None

    def quiet(self):
        """What the emulation does to the streams by itself."""
        with self.flows.window("quiet") as window:
            pass
        self.quiet_ms = window.gap_ms()
        say(f"nothing happens: {window.lost()} lost, longest gap {self.quiet_ms} ms; the gaps below "
            "have the emulation's pauses in them, too")

    def event(self, event):
        """One event: play, judge, and see whether host and guest agree."""
        name, path, kind, action = event

        def timed(scene):
            start = self.picture.now()
            action(scene)
            self.picture.note(name, KINDS.get(kind, "other"), start)
        window = promises.play(self.scene, self.flows, (name, path, kind, timed))
        promises.judge(self.promises[kind], window)
        promises.judge_agreement(self.promises["host_guest_agree"], self.scene, name, path)
        self.windows.append(window)
        say(f"{name}: the guest is on path {path}; {window.lost()} lost, longest gap "
            f"{window.gap_ms()} ms (quiet: {self.quiet_ms})")

    def play(self):
        """All of it, in order."""
        say("host, bridge, VFs, stations and a guest")
        self.scene.start()
        scene = self.scene
        with contextlib.ExitStack() as stack:
            self.watch = stack.enter_context(PathWatch(scene.guest))
            self.flows = stack.enter_context(Flows.of(scene))
            connections = [stack.enter_context(Tcp(scene.outside, scene.station)),
                           stack.enter_context(Tcp(scene.child2, scene.station))]
            self.story()
            say("the TCP connections end")
            for connection in connections:
                promises.judge_tcp(self.promises["tcp_survives"], connection)
            self.end()

    def end(self):
        """What is made of it while the streams' logs are still there."""
        self.picture.draw("vfpath: one guest, two paths", self.scene, self.flows, self.watch,
                          os.path.join(OUT, "timeline"))

    def story(self):
        """The events; the streams run all the time."""
        scene = self.scene
        self.quiet()
        self.event(promises.RETURN)
        say("the VF carries the traffic")
        promises.judge_carries(self.promises["vf_path_carries"], scene, self.flows)
        promises.judge_exclusive(self.promises["exclusive_binding"], scene)
        say("everybody to everybody, the guest on its VF")
        promises.judge_routing(self.promises["routing"], scene, "vf")
        self.event(promises.LEAVE)
        say("everybody to everybody, the guest without a VF")
        promises.judge_routing(self.promises["routing"], scene, "synthetic")
        self.event(promises.RETURN)
        for event in (*promises.ADMIN, *promises.FLR, *promises.UNBIND, *promises.LINK_STATE,
                      promises.LEAVE, promises.NUMVFS[0]):
            self.event(event)
        say(f"VFs made and removed {PF_CYCLES} times beside the host's own traffic")
        promises.judge_pf(self.promises["pf_undisturbed"], scene, PF_CYCLES)
        self.event(promises.NUMVFS[1])
        self.event(promises.RETURN)

    # What is left of it

    def rows(self):
        """A row for each event, peer and direction, from the guest's point of view."""
        for window in self.windows:
            for f in window.results:
                rx = f.stream.sink is self.scene.station
                yield {"event": window.name, "direction": "rx" if rx else "tx",
                       "peer": (f.stream.source if rx else f.stream.sink).name, **f.numbers()}

    def report(self):
        """The contents of report.json."""
        return {"kernel": self.lab.kernel.version, "qemu": qemu_version(),
                "promises": {name: p.report() for name, p in self.promises.items()},
                "switches": list(self.rows())}

    def table(self):
        """What the one who has waited gets to see."""
        print("\nA guest's streams of 200-byte datagrams, both ways, to `child2` on the host's bridge and "
              "`outside` on\nthe wire. Each stream by itself: report.json. A quiet stream's longest "
              f"gap here: {self.quiet_ms} ms.\n")
        print(COLUMNS.format("event", "received", "lost", "twice", "reordered", "gap ms", "path"))
        for window in self.windows:
            def total(what, window=window):
                return sum(getattr(f, what) for f in window.results)
            print(COLUMNS.format(window.name, total("received"), total("lost"), total("duplicated"),
                                 total("reordered"), window.gap_ms(), window.path))
            for f in window.results:
                if f.lost or f.duplicated:
                    print(f"    {f}")
        print()
        for name, promise in self.promises.items():
            word = "kept" if promise.ok else "BROKEN" if promise.problems else "not played"
            print(f"{word:10}  {name:18} {MEANING[name]}")
            for problem in promise.problems:
                print(f"{'':12}{problem}")


def main(make_lab, kernel):
    """Play the demo on a kernel; 0 when all promises are kept and no kernel complained."""
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    demo, failure, bad = attempts.until_it_lives(lambda: make_lab(kernel, name="demo"), Demo)
    report = demo.report()
    if failure or bad:
        report["failure"] = [*([failure] if failure else []), *bad]
    with open(os.path.join(OUT, "report.json"), "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1)
    demo.table()
    for line in report.get("failure", []):
        print(f"FAILED  {line}")
    made = [os.path.join(OUT, name) for name in ("report.json", "timeline.svg")]
    print("\n" + ", ".join(os.path.relpath(path, util.TOP) for path in made
                           if os.path.exists(path)))
    kept = sum(p.ok for p in demo.promises.values())
    good = not failure and not bad and kept == len(NAMES)
    print(f"demo: {kept} of {len(NAMES)} promises kept" + ("" if good else ": it has failed"))
    return 0 if good else 1
