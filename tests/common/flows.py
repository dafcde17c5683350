# SPDX-License-Identifier: GPL-2.0
"""Measured traffic: numbered UDP streams in both directions, and checked TCP connections."""

import contextlib
import itertools
import json

from labkit import util
from labkit.util import LabError, wait_for

RUN = "/run/vfpath/probe"
# A stream's sender id, its receiver's port and the names of its files: once per host VM.
NUMBERS = itertools.count(1)
FIRST_PORT = 20000
# So many seconds' worth of datagrams must have come after an event before its window is closed.
SETTLED = 0.75
FIGURES = ("received", "lost", "duplicated", "reordered")


def rate_for(lab, pps=200):
    """The rate of a stream that a machine of this speed keeps up with.

    With two peers the guest has twice as much each way. What is slow are the emulated
    processor's exits from a nested guest: some 3000 a second are all there is.
    """
    return max(100, int(pps / util.slowness)) if lab.kernel.debug or util.slowness > 1.5 else pps


def last_json(output, what):
    """The report in a program's output: its last line of JSON."""
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise LabError(f"{what}: no report, but: {output!r}")


class Stream:
    """Numbered UDP datagrams one way, and what became of them."""

    def __init__(self, source, sink, rate=1000, family=4, size=200):
        self.source, self.sink, self.rate, self.family, self.size = (source, sink, rate, family,
                                                                     size)
        self.number = next(NUMBERS)
        self.name = f"{source} to {sink}" + (" (IPv6)" if family == 6 else "")
        self.log = f"{RUN}.{self.number}.log"
        self.control = f"{RUN}.{self.number}.ctl"
        self.receiver = self.sender = self.report = None

    def listen(self):
        """Start the receiving end."""
        port = FIRST_PORT + self.number
        self.sink.sh(f"mkdir -p $(dirname {RUN})")
        self.receiver = self.sink.bg(
            f"exec vfpath-probe recv --bind {self.sink.address(self.family)}:{port} "
            f"--log {self.log} --control {self.control}")
        wait_for(self.listening, 10, f"{self.name}: the receiver")
        return self

    def listening(self):
        """True once the control socket is there."""
        if self.receiver.poll() is not None:
            raise LabError(f"{self.name}: the receiver ended: {self.receiver.output}")
        return self.sink.sh(f"test -S {self.control}", check=False).rc == 0

    def send(self, duration=None):
        """Start the sending end, for a time or until stop()."""
        self.sender = self.source.bg(
            f"exec vfpath-probe send --to {self.sink.address(self.family)}:"
            f"{FIRST_PORT + self.number} --rate {self.rate} --size {self.size} "
            f"--id {self.number}" + (f" --duration {duration}" if duration else ""))
        return self

    def sent(self, timeout=30):
        """Wait for a sender with a duration; how many it sent."""
        self.report = last_json(self.sender.wait(timeout), self.name)
        return self.report["sent"]

    def stop_sender(self):
        """End the sender and keep its report."""
        if self.sender and self.report is None:
            self.report = last_json(self.sender.stop(), self.name)

    def stop(self):
        """End both ends."""
        self.stop_sender()
        if self.receiver:
            self.receiver.stop()

    def received(self):
        """How many different datagrams or copies have come so far."""
        return self.sink.machine.json(f"vfpath-probe stats --control {self.control}",
                                      netns=self.sink.netns)["received"]

    def analyze(self, bins=0):
        """The analysis of the log."""
        return self.sink.machine.json(f"vfpath-probe analyze {self.log} --json"
                                      + (f" --bins {bins}" if bins else ""),
                                      netns=self.sink.netns, timeout=120)


class Figures:
    """What a stream went through in one window."""

    def __init__(self, stream, analysis):
        window = analysis["windows"][0]
        self.stream = stream
        self.received, self.lost, self.duplicated, self.reordered = (window[k] for k in FIGURES)
        self.gap_ms = round(window["longest_gap_us"] / 1000, 1)
        # What a failure says to those who look for its reason, on the clock of the sink's kernel log
        self.lost_at = [round(analysis["start_mono_ns"] / 1e9 + window[k], 3)
                        for k in ("first_lost_s", "last_lost_s")] if self.lost else None
        self.late = 0

    def __str__(self):
        lost = (f" (from {self.lost_at[0]} to {self.lost_at[1]} s, {self.late} came after all)"
                if self.lost else "")
        return (f"{self.stream.name}: {self.received} received, {self.lost} lost{lost}, "
                f"{self.duplicated} duplicated, {self.reordered} reordered, "
                f"longest gap {self.gap_ms} ms")

    def numbers(self):
        """As a dictionary."""
        return {**{k: getattr(self, k) for k in FIGURES}, "gap_ms": self.gap_ms}


class Window:
    """One event, as the streams of a Flows saw it."""

    def __init__(self, name):
        self.name = name
        self.results = []


class Flows:
    """Streams that run until stop(), whatever happens."""

    def __init__(self, streams):
        self.streams = list(streams)
        self.windows = itertools.count(1)

    @classmethod
    def between(cls, center, peers, rate):
        """A stream each way between one station and each of the others."""
        return cls(s for peer in peers
                   for s in (Stream(peer, center, rate), Stream(center, peer, rate)))

    @classmethod
    def of(cls, scene):
        """The usual ones: between the guest, and a station on the bridge and one on the wire."""
        return cls.between(scene.station, [scene.child2, scene.outside], scene.rate)

    def start(self):
        """Start all, and wait until all of them get through."""
        for s in self.streams:
            s.listen()
        for s in self.streams:
            s.send()
        self.wait_more(10)
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        self.stop()

    def stop(self):
        """End all."""
        for s in self.streams:
            s.stop()

    def each(self, command):
        """Run command(stream) on the receiving ends; what each printed, if it is JSON.

        One shell a machine: to start a process is what costs time there. Logs and control
        sockets are files, so the namespace doesn't matter.
        """
        out = {}
        for machine in {s.sink.machine: None for s in self.streams}:
            mine = [s for s in self.streams if s.sink.machine is machine]
            lines = machine.sh(" && ".join(f"vfpath-probe {command(s)}" for s in mine),
                               timeout=120).out.splitlines()
            out.update(zip(mine, (json.loads(x) for x in lines if x.startswith("{"))))
        return out

    def mark(self, name):
        """Note a moment in the receivers' logs."""
        self.each(lambda s: f"mark --control {s.control} '{name}'")

    def received(self):
        """How many datagrams each receiver has got so far."""
        return {s: stats["received"]
                for s, stats in self.each(lambda s: f"stats --control {s.control}").items()}

    def wait_more(self, count=None, timeout=30):
        """Wait until so many more have come of each: what was under way is then in the log."""
        goals = {s: n + (count or max(50, int(s.rate * SETTLED)))
                 for s, n in self.received().items()}

        def there():
            now = self.received()
            return all(now[s] >= goal for s, goal in goals.items())
        try:
            wait_for(there, timeout, "more datagrams", 0.2)
        except util.Timeout as e:
            now = self.received()
            raise util.Timeout(f"{e}: " + ", ".join(
                f"{s.name} stays at {now[s]}" for s, goal in goals.items() if now[s] < goal)) from e

    @contextlib.contextmanager
    def window(self, name):
        """Measure what the body does to the streams, the time after it included."""
        number = next(self.windows)
        start, end = f"{number} {name}", f"{number} {name}: over"
        self.mark(start)
        window = Window(name)
        yield window
        self.wait_more()
        self.mark(end)
        window.results = self.figures(start, end)
        if any(f.lost for f in window.results):
            # Lost, or very late? What comes only now is lost all the same.
            self.wait_more()
            self.mark(f"{end}, and more")
            for f, again in zip(window.results, self.figures(start, end)):
                f.late = f.lost - again.lost

    def figures(self, start, end):
        """What the streams went through between two marks."""
        found = self.each(lambda s: f"analyze {s.log} --json --from '{start}' --to '{end}'")
        return [Figures(s, found[s]) for s in self.streams]


def exchange(streams, duration=3):
    """Send for a time on all streams. Returns (stream, sent, received, duplicated) of each.

    Everything sent has to come: it is waited for, but not for ever.
    """
    for s in streams:
        s.listen()
    for s in streams:
        s.send(duration)
    sent = {s: s.sent() for s in streams}
    for s in streams:
        with contextlib.suppress(util.Timeout):
            # At a pace of 0.2 s, each look is a process: the machines are slow.
            wait_for(lambda s=s: s.received() >= sent[s], 3, s.name, 0.2)
    out = []
    for s in streams:
        s.stop()
        whole = s.analyze()["whole"]
        out.append((s, sent[s], whole["received"], whole["duplicated"]))
    return out


class Tcp:
    """A TCP connection that sends both ways and checks every byte."""

    def __init__(self, client, server, rate="200K"):
        self.client, self.server, self.rate = client, server, rate
        self.number = next(NUMBERS)
        self.name = f"TCP {client} and {server}"
        self.log = f"{RUN}.{self.number}.tcp"
        self.ends = []

    def start(self):
        """Connect."""
        port = FIRST_PORT + self.number
        self.server.sh(f"mkdir -p $(dirname {RUN})")
        self.client.sh(f"mkdir -p $(dirname {RUN})")
        self.ends = [
            self.server.bg(f"exec vfpath-stream serve --bind {self.server.ip}:{port} "
                           f"--rate {self.rate} --log {self.log}.s --bin-ms 200"),
            self.client.bg(f"exec vfpath-stream connect --to {self.server.ip}:{port} "
                           f"--rate {self.rate} --log {self.log}.c --bin-ms 200")]
        self.wait_more()
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        for end in self.ends:
            end.stop()

    def received(self):
        """Bytes that each end has got so far."""
        return [sum(json.loads(line).get("rx_bytes", 0) for line in
                    station.sh(f"cat {self.log}.{end}", check=False).out.splitlines()
                    if line.startswith("{") and line.endswith("}"))
                for station, end in ((self.server, "s"), (self.client, "c"))]

    def wait_more(self, count=20000, timeout=30):
        """Wait until both ends have got so many bytes more."""
        goals = [n + count for n in self.received()]

        def there():
            if any(end.poll() is not None for end in self.ends):
                raise LabError(f"{self.name}: ended: "
                               + " ".join(end.output for end in self.ends))
            return all(n >= goal for n, goal in zip(self.received(), goals))
        wait_for(there, timeout, f"{self.name}: {count} bytes more each way", 0.3)

    def finish(self):
        """Close it in an orderly way; the reports of server and client."""
        server, client = self.ends
        reports = [last_json(client.stop(sig=2, timeout=30), self.name)]
        reports.insert(0, last_json(server.wait(30, check=False), self.name))
        return reports
