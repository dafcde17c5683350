# SPDX-License-Identifier: GPL-2.0
"""Measured traffic: numbered UDP streams in both directions, and checked TCP connections."""

import contextlib
import itertools
import json
import time

from labkit import clues, pace, util
from labkit.util import LabError, wait_for

RUN = "/run/vfpath/probe"
# A stream's sender id, its receiver's port and the names of its files: once per host VM.
NUMBERS = itertools.count(1)
FIRST_PORT = 20000
# So many seconds' worth of datagrams must have come after an event before its window is closed.
SETTLED = 0.75
# A sender of more than so many a second wakes up every so many ms only, and sends what is due: the
# wake-ups are most of what the emulation has to do. A moment in which its processor stands still
# leaves it with much to send: it may send so much at once.
FAST, TICK_MS, BURST = 500, 5, 256
FIGURES = ("received", "lost", "duplicated", "reordered")


def last_json(output, what):
    """The report in a program's output: its last line of JSON."""
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise LabError(f"{what}: no report, but: {output!r}")


class Stream:
    """Numbered UDP datagrams one way, and what became of them."""

    def __init__(self, source, sink, rate=1000, family=4, size=200, burst=BURST):
        self.source, self.sink, self.rate, self.family, self.size = (source, sink, rate, family,
                                                                     size)
        self.burst, self.tick = burst, TICK_MS if rate > FAST else 0
        self.number = next(NUMBERS)
        self.name = f"{source} to {sink}" + (" (IPv6)" if family == 6 else "")
        self.log = f"{RUN}.{self.number}.log"
        self.control = f"{RUN}.{self.number}.ctl"
        self.receiver = self.sender = self.report = None

    def listen(self):
        """Start the receiving end."""
        port = FIRST_PORT + self.number
        self.receiver = self.sink.bg(
            f"exec vfpath-probe recv --bind {self.sink.address(self.family)}:{port} "
            f"--log {self.log} --control {self.control}")
        return self

    def listening(self):
        """True once the control socket is there."""
        if self.receiver.poll() is not None:
            raise LabError(f"{self.name}: the receiver ended: {self.receiver.output}")
        try:
            return self.ask("STATS")
        except LabError:
            return False

    def wait_listening(self):
        """Until the receiver can receive."""
        wait_for(self.listening, 10, f"{self.name}: the receiver")
        return self

    def ask(self, request):
        """Ask the receiver by its control socket; its answer."""
        return self.sink.machine.call("probe", sockets=[self.control], ask=request,
                                      timeout=30)["answers"][0].partition(" ")[2]

    def send(self, duration=None):
        """Start the sending end, for a time or until stop()."""
        self.sender = self.source.bg(
            f"exec vfpath-probe send --to {self.sink.address(self.family)}:"
            f"{FIRST_PORT + self.number} --rate {self.rate} --size {self.size} "
            f"--id {self.number} --burst {self.burst} --tick {self.tick}" + (f" --duration {duration}" if duration else ""))
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
        return json.loads(self.ask("STATS"))["received"]

    def analyze(self, bins=0):
        """The analysis of the log."""
        return self.sink.machine.json(f"vfpath-probe analyze {self.log} --json"
                                      + (f" --bins {bins}" if bins else ""),
                                      netns=self.sink.netns, timeout=120)


def listen(streams):
    """Start the receiving ends of many, and wait for all of them."""
    for s in streams:
        s.listen()
    for s in streams:
        s.wait_listening()


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
        # How many times longer than on the reference machine things took, at the worst moment.
        self.stretch = pace.slowness
        # What counters of drops have grown by meanwhile, and where.
        self.drops = {}

    def lost(self):
        """By all streams."""
        return sum(f.lost for f in self.results)

    def gap_ms(self):
        """The longest of any stream."""
        return max(f.gap_ms for f in self.results)

    def told(self):
        """Where what was lost may have been, in a line."""
        return ", ".join(f"{where} +{n}" for where, n in self.drops.items()) or "no counter has grown"


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
    def of(cls, scene, rate=None):
        """The usual ones: between the guest, and a station on the bridge and one on the wire."""
        return cls.between(scene.station, [scene.child2, scene.outside], rate or scene.rate)

    def machines(self):
        """Whose kernels the streams pass: the host VM, and guests that are machines."""
        mine = [m for s in self.streams for m in (s.source.machine, s.sink.machine)]
        return list({m.index: m for m in [mine[0].lab.host, *mine] if m.index is not None}.values()
                    ) + [mine[0].lab.host]

    def losses(self):
        """All counters of drops, by machine."""
        return {m: clues.losses(m) for m in self.machines()}

    def start(self):
        """Start all, and wait until all of them get through."""
        listen(self.streams)
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

        One shell a machine: to start a process is what costs time there. Logs are files, so the
        namespace doesn't matter.
        """
        out = {}
        for machine, mine in self.by_machine():
            lines = machine.sh(" && ".join(f"vfpath-probe {command(s)}" for s in mine),
                               timeout=120, netns=machine.netns).out.splitlines()
            out.update(zip(mine, (json.loads(x) for x in lines if x.startswith("{"))))
        return out

    def by_machine(self):
        """(machine, the streams that it receives), machine by machine."""
        machines = {}
        for s in self.streams:
            machines.setdefault(s.sink.machine.index, []).append(s)
        return [(mine[0].sink.machine, mine) for mine in machines.values()]

    def ask(self, request):
        """Ask the receivers by their control sockets; their answers."""
        out = {}
        for machine, mine in self.by_machine():
            answers = machine.call("probe", sockets=[s.control for s in mine], ask=request,
                                   timeout=30)["answers"]
            for stream, answer in zip(mine, answers):
                word, _, rest = answer.partition(" ")
                if word != "OK":
                    raise LabError(f"{stream.name}: {request}: {answer}")
                out[stream] = rest
        return out

    def mark(self, name):
        """Note a moment in the receivers' logs."""
        self.ask(f"MARK {name}")

    def received(self):
        """How many datagrams each receiver has got so far."""
        return {s: json.loads(stats)["received"] for s, stats in self.ask("STATS").items()}

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
        before = self.losses()
        begun = time.monotonic()
        self.mark(start)
        window = Window(name)
        yield window
        self.wait_more()
        self.mark(end)
        window.stretch = pace.slowness * pace.load.most_since(begun)
        window.results = self.figures(start, end)
        if window.lost():
            for machine, after in self.losses().items():
                window.drops.update({f"{machine.name}: {what}": n for what, n in
                                     clues.grown(before.get(machine, {}), after).items()})
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
    listen(streams)
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
        """rate: bits a second each way; None is as fast as it goes."""
        self.client, self.server = client, server
        self.pace = f"--rate {rate} " if rate else ""
        self.number = next(NUMBERS)
        self.name = f"TCP {client} and {server}"
        self.log = f"{RUN}.{self.number}.tcp"
        self.ends = []

    def start(self):
        """Connect."""
        port = FIRST_PORT + self.number
        self.ends = [
            self.server.bg(f"exec vfpath-stream serve --bind {self.server.ip}:{port} "
                           f"{self.pace}--log {self.log}.s --bin-ms 200"),
            self.client.bg(f"exec vfpath-stream connect --to {self.server.ip}:{port} "
                           f"{self.pace}--log {self.log}.c --bin-ms 200")]
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
