# SPDX-License-Identifier: GPL-2.0
"""What a run looked like, over time: for vfpath-timeline."""

import json
import os
import re
import time

from labkit import build
from labkit.util import run

BIN_MS = 100


class Clock:
    """Turns a machine's CLOCK_MONOTONIC into seconds since a moment of this machine's."""

    def __init__(self, machine, began):
        def trip():
            start = time.monotonic()
            there = machine.clock()
            end = time.monotonic()
            return end - start, there / 1e9 - (start + end) / 2
        # The quickest of some round trips is the least distorted.
        self.offset = min(trip() for _ in range(7))[1] + began

    def seconds(self, nanoseconds):
        """A time of the machine's, as seconds since the moment."""
        return nanoseconds / 1e9 - self.offset


class Story:
    """What happened when, since it began; draws it with the streams and the paths of a guest."""

    def __init__(self, lab):
        self.lab = lab
        self.began = time.monotonic()
        self.events = []

    def now(self):
        """Seconds since it began."""
        return time.monotonic() - self.began

    def note(self, label, kind, start):
        """An event that began at `start`."""
        self.events.append({"t": round(start, 3), "label": label, "kind": kind})

    def draw(self, title, scene, flows, watch, where):
        """Make the files where.json and where.svg: a lane for each peer of the guest's."""
        clocks = {m: Clock(m, self.began) for m in (scene.host, scene.guest)}
        spans = self.spans(watch, clocks[scene.guest])
        lanes = [self.lane(scene.station, peer, flows, clocks, spans)
                 for peer in dict.fromkeys(s.source for s in flows.streams
                                           if s.source is not scene.station)]
        data = {"title": title,
                "subtitle": f"kernel {self.lab.kernel.version}, QEMU {qemu_version()}, "
                            f"{flows.streams[0].rate} datagrams a second each way and peer",
                "lanes": lanes, "events": self.events}
        with open(f"{where}.json", "w", encoding="utf-8") as f:
            json.dump(data, f)
        run([os.path.join(build.tools(), "vfpath-timeline"), "--in", f"{where}.json",
             "--out", f"{where}.svg"])

    @staticmethod
    def lane(center, peer, flows, clocks, spans):
        """Rates and losses both ways between two, and the path."""
        lane = {"name": f"{center} and {peer}", "series": [], "loss": [],
                "path": [{"name": "path", "spans": spans}]}
        for stream in flows.streams:
            if peer in (stream.source, stream.sink):
                name = "rx" if stream.source is peer else "tx"
                rate, loss = curve(stream, clocks[stream.sink.machine])
                lane["series"].append({"name": name, "unit": "pps", "points": rate})
                lane["loss"].append({"name": name, "points": loss})
        return lane

    def spans(self, watch, clock):
        """When the guest was on which path."""
        changes = [(max(0, round(clock.seconds(ns), 3)), path) for ns, path in watch.changes()]
        ends = [t for t, _path in changes[1:]] + [round(self.now(), 3)]
        return [[t, end, path] for (t, path), end in zip(changes, ends)]


def curve(stream, clock):
    """(points of the rate, points of the losses) of a stream."""
    analysis = stream.analyze(bins=BIN_MS)
    base = clock.seconds(analysis["start_mono_ns"])
    rate, loss = [], []
    for t, received, _bytes, lost, _duplicated, _reordered in analysis["bins"]["rows"]:
        when = round(base + t, 3)
        if when < 0:
            continue
        rate.append([when, received * 1000 / BIN_MS])
        if lost:
            loss.append([when, lost])
    return rate, loss


def qemu_version():
    """The version of the QEMU that emulates the NIC."""
    m = re.search(r"version (\S+)", run(["qemu-system-x86_64", "--version"]))
    return m.group(1) if m else "unknown"
