# SPDX-License-Identifier: GPL-2.0
"""The demo: a guest's traffic moves to its VF, loses it in all ways there are, and carries on.

main() plays it, prints a table, and leaves build/demo/report.json and timeline.svg.
"""

import contextlib
import json
import os

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
KINDS = {"planned_return": "return", "torn_flr": "torn", "torn_unbind": "torn",
         "torn_link_state": "torn", "planned_leave": "leave", "admin_switch": "admin"}
COLUMNS = "{:18} {:4} {:>7} {:>7} {:>10} {:>10} {:>9}"


class Demo:
    """The story, what was measured of it, and what is said about it."""

    def __init__(self, lab):
        self.scene = Scene(lab, guest="machine")
        self.lab = lab
        self.promises = {name: Promise(name) for name in NAMES}
        self.windows = []
        self.picture = Story(lab)
        self.flows = self.watch = None

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
        lost = sum(f.lost for f in window.results)
        gap = max(f.gap_ms for f in window.results)
        say(f"{name}: the guest is on path {path}; {lost} lost, longest gap {gap} ms")

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
        print("\n" + COLUMNS.format("event", "way", "peer", "lost", "duplicated", "reordered",
                                    "gap ms"))
        for row in self.rows():
            print(COLUMNS.format(row["event"], row["direction"], row["peer"], row["lost"],
                                 row["duplicated"], row["reordered"], row["gap_ms"]))
        print()
        for name, promise in self.promises.items():
            print(f"{'kept  ' if promise.ok else 'BROKEN'}  {name}")
            for problem in promise.problems:
                print(f"        {problem}")


def main(make_lab, kernel):
    """Play the demo on a kernel; 0 when all promises are kept and no kernel complained."""
    os.makedirs(OUT, exist_ok=True)
    demo, failure, bad = attempts.until_it_lives(lambda: make_lab(kernel, name="demo"), Demo)
    report = demo.report()
    if failure or bad:
        report["failure"] = [*([failure] if failure else []), *bad]
    with open(os.path.join(OUT, "report.json"), "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1)
    demo.table()
    for line in report.get("failure", []):
        print(f"FAILED  {line}")
    where = os.path.relpath(OUT, util.TOP)
    print(f"\n{where}/report.json, {where}/timeline.svg")
    return 0 if not failure and not bad and all(p.ok for p in demo.promises.values()) else 1
