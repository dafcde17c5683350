# SPDX-License-Identifier: GPL-2.0
"""The same events and flows for vfpath and for what the kernel has: scripts/lab bench failover.

Leaves report.json, a timeline for each set-up, table.rst and index.html in build/failover.
"""

import contextlib
import json
import os
import time

from labkit import pace, util
from labkit.util import Timeout, say, wait_for

from common import attempts
from common.flows import FIGURES, Flows
from common.picture import Story
from common.scene import GUEST_MAC

from bench import setups, tables

OUT = os.path.join(util.BUILD, "failover")
# So long streams that have stopped are waited for after an event.
PATIENCE_S = 5
STEADY_S = 2
# Three peers have the rate that two have in the tests, taken together.
RATE_SHARE = 2 / 3


class PatientFlows(Flows):
    """Streams of which some may be silent for long; what they lost is told when all has ended."""

    def __init__(self, streams):
        super().__init__(streams)
        self.marks = []             # (event, opening mark, closing mark, streams that came back)

    def settle(self, seconds):
        """Until all have gone on for a while, or for so long. Returns those that did."""
        goals = {s: n + max(50, int(s.rate * 0.75)) for s, n in self.received().items()}
        end = time.monotonic() + seconds * pace.slowness
        while True:
            now = self.received()
            alive = [s for s, goal in goals.items() if now[s] >= goal]
            if len(alive) == len(goals) or time.monotonic() > end:
                return alive
            time.sleep(0.2)

    @contextlib.contextmanager
    def window(self, name):
        number = len(self.marks) + 1
        start, end = f"{number} {name}", f"{number} {name}: over"
        self.mark(start)
        yield
        alive = self.settle(PATIENCE_S)
        self.mark(end)
        self.marks.append((name, start, end, alive))

    def windows_of(self, stream, analysis):
        """(event, figures) of a stream. A gap is counted inside of its window only."""
        found = {(w["from"], w["to"]): w for w in analysis["windows"]}
        for name, start, end, alive in self.marks:
            w = found[start, end]
            length = (w["end_s"] - w["start_s"]) * 1000
            yield name, {**{k: w[k] for k in FIGURES},
                         "gap_ms": round(min(w["longest_gap_us"] / 1000, length), 1),
                         "recovered": stream in alive}

    def collect(self):
        """(stream, event, figures) of all of them."""
        found = self.each(lambda s: f"analyze {s.log} --json --all-windows")
        for stream in self.streams:
            for name, figures in self.windows_of(stream, found[stream]):
                yield stream, name, figures


class Play:
    """All the events, with one set-up."""

    def __init__(self, lab, setup):
        self.setup = setup.fresh()
        self.scene = setups.BenchScene(lab, setup)
        self.picture = Story(lab)
        self.flows = None
        self.rows, self.notes = [], []

    def play(self):
        """From the boot to the figures."""
        say(f"{self.setup.name}: host, bridge, VFs, stations and a guest")
        scene = self.scene
        scene.start()
        scene.fixed_neighbours()
        peers = [scene.child2, scene.child3, scene.outside]
        with contextlib.ExitStack() as stack:
            stack.enter_context(scene.watch)
            self.flows = PatientFlows.between(scene.station, peers, int(scene.rate * RATE_SHARE))
            # Each stream's first and last datagram arrives, so all the others can be counted.
            self.reachable()
            stack.enter_context(self.flows)
            if scene.script and not self.setup.script:
                scene.script.forget()
                scene.script.stations("del")
            self.events()
            self.unplug()
            self.reachable()
            self.flows.wait_more(20)
            self.collect()

    def reachable(self):
        """The guest without its VF can be reached by all, whatever the host's driver does."""
        script = self.scene.script
        if script:
            self.scene.host.sh(f"bridge fdb del {self.scene.child2.mac()} dev {self.scene.pf}",
                               check=False)
            script.stations()
            script.synthetic()

    def event(self, name, action, path, kind="other"):
        """One event under traffic; then wait until the guest says it is where it belongs."""
        with self.flows.window(name):
            start = self.picture.now()
            action()
            self.scene.wait_path(path)
            self.picture.note(name, kind, start)

    def events(self):
        """What happens, in order."""
        scene, script = self.scene, self.scene.script if self.setup.script else None
        self.event("VF address set", lambda: scene.set_vf(0, f"mac {GUEST_MAC}"), "synthetic")

        def plug():
            if script:
                script.vf()
            scene.plug_and_attach()
        self.event("hot plug", plug, "vf", "plug")
        self.event("(on the VF)", lambda: time.sleep(STEADY_S), "vf")
        self.ready()
        self.moves()
        self.ready()
        self.event("VF down", lambda: scene.guest.sh(f"ip link set {scene.vf_dev()} down"),
                   "synthetic", "leave")
        self.event("VF up", lambda: scene.guest.sh(f"ip link set {scene.vf_dev()} up"), "vf",
                   "return")
        self.ready()
        self.event("FLR", lambda: scene.host.write(
            f"/sys/bus/pci/devices/{scene.lab.vf_pci(0)}/reset", 1), "vf", "torn")
        self.ready()
        self.event("unbind", scene.guest.unbind_vf, "synthetic", "torn")

        def bind():
            scene.guest.bind_vf()
            scene.attach()
        self.event("bind", bind, "vf", "return")
        self.ready()
        self.link_state()

        def unplug():
            scene.guest.unplug_vf()
            if script:
                script.synthetic()
        self.event("device_del", unplug, "synthetic", "leave")
        self.event("(on synthetic)", lambda: time.sleep(STEADY_S), "synthetic")

    def moves(self):
        """On purpose, where there is a way to do it."""
        for path in ("synthetic", "vf"):
            cmd = self.scene.join.move(path)
            if cmd:
                self.event(f"moved to {path}", lambda cmd=cmd: self.scene.guest.sh(cmd), path,
                           "return" if path == "vf" else "leave")
            else:
                self.notes.append(f"moved to {path}: there is no way to do it")

    def link_state(self):
        """The host takes the VF's link away, where its driver can."""
        scene = self.scene
        if scene.set_vf(0, "state auto", check=False).rc:
            self.notes.append("link state: the PF's driver has no such thing")
            return
        self.event("state disable", lambda: scene.set_vf(0, "state disable"), "synthetic", "torn")
        self.event("state auto", lambda: scene.set_vf(0, "state auto"), "vf", "return")

    def alive(self):
        """Whether the guest and the outside have a path both ways; not all have more ever."""
        return {s for s in self.flows.settle(3) if self.scene.outside in (s.source, s.sink)} == \
            {s for s in self.flows.streams if self.scene.outside in (s.source, s.sink)}

    def ready(self):
        """The guest is on its VF, and that works, or it gets it anew."""
        if self.scene.watch.now() == "vf" and self.alive():
            return
        after = self.flows.marks[-1][0]
        self.notes.append(f"after {after!r} the VF had to be plugged anew")
        say(f"{self.setup.name}: {self.notes[-1]}")
        self.unplug()
        if self.scene.script:
            self.scene.script.forget()
        self.scene.set_vf(0, f"mac {GUEST_MAC}")
        self.scene.plug_and_attach()
        self.scene.wait_path("vf")
        try:
            wait_for(self.alive, 20, "the wire")
        except Timeout:
            self.notes.append("and did not work even then")

    def unplug(self):
        """Take the VF, whatever state it is in."""
        if self.scene.plugged():
            self.scene.guest.unplug_vf()
            self.scene.wait_path("synthetic")

    def collect(self):
        """The rows of report.json, from the guest's point of view, and the picture."""
        scene = self.scene
        for stream, event, figures in self.flows.collect():
            rx = stream.sink is scene.station
            self.rows.append({"setup": self.setup.name, "event": event,
                              "direction": "rx" if rx else "tx",
                              "peer": (stream.source if rx else stream.sink).name, **figures})
        self.picture.draw(self.setup.name, scene, self.flows, scene.watch,
                          os.path.join(OUT, self.setup.slug))


def report(kernel, plays):
    """After each set-up: half an hour is long for somebody who only wants to look."""
    rows = [row for play in plays for row in play.rows]
    with open(os.path.join(OUT, "report.json"), "w", encoding="utf-8") as f:
        json.dump(rows, f, indent=1)
    tables.write(OUT, kernel, plays)


def main(make_lab, kernel, slugs):
    """Play it with each set-up; 0 when all were played and ours had no complaint of a kernel."""
    os.makedirs(OUT, exist_ok=True)
    todo = setups.chosen(slugs)
    plays, broken = [], []
    for setup in todo:
        play, failure, bad = attempts.until_it_lives(
            lambda: make_lab(kernel, name="bench"), lambda lab, setup=setup: Play(lab, setup))
        plays.append(play)
        if bad and not setup.ours:
            play.notes += [f"kernel log: {line}" for line in bad]
            bad = []
        broken += [f"{setup.name}: {line}" for line in [*([failure] if failure else []), *bad]]
        report(kernel, plays)
    print(tables.summary(kernel, plays))
    for line in broken:
        print(f"FAILED  {line}")
    where = os.path.relpath(OUT, util.TOP)
    print(f"\n{where}/report.json, {where}/table.rst, {where}/index.html")
    return 1 if broken else 0
