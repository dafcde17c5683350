# SPDX-License-Identifier: GPL-2.0
"""Numbered UDP streams and checked TCP streams between stations."""

import itertools
import json

from labkit import util
from labkit.util import wait_for

_ports = itertools.count(20000)
_ids = itertools.count(1)


class Station:
    """Somebody with an IP address: a machine, or a network namespace of it."""

    def __init__(self, name, machine, addr, netns=None):
        self.name, self.machine, self.addr, self.netns = name, machine, addr, netns

    def sh(self, cmd, **kw):
        return self.machine.sh(cmd, netns=self.netns, **kw)

    def bg(self, cmd):
        return self.machine.bg(cmd, netns=self.netns)

    def ping(self, other, check=True):
        """True when the other one answers."""
        return self.sh(f"ping -n -c 3 -i 0.2 -W 2 {other.addr}", check=check).rc == 0


class Flow:
    """A numbered UDP stream from one station to another."""

    def __init__(self, src, dst, rate=1000, size=200):
        self.src, self.dst = src, dst
        self.port = next(_ports)
        self.log = f"/run/probe-{self.port}.log"
        self.control = f"/run/probe-{self.port}.sock"
        self.marks = []
        self.recv = dst.bg(f"exec vfpath-probe recv --bind {dst.addr}:{self.port} "
                           f"--log {self.log} --control {self.control}")
        dst.sh(f"for i in $(seq 200); do [ -S {self.control} ] && exit 0; sleep 0.02; done; exit 1")
        self.send = src.bg(f"exec vfpath-probe send --to {dst.addr}:{self.port} --rate {rate} "
                           f"--size {size} --id {next(_ids)}")
        wait_for(lambda: self.received() > 20, 20, f"{self}: the first datagrams")

    def __str__(self):
        return f"{self.src.name} -> {self.dst.name}"

    def received(self):
        """Datagrams that arrived until now."""
        out = self.dst.sh(f"vfpath-probe stats --control {self.control}").out
        return json.loads(out)["received"]

    def mark(self, name):
        self.dst.sh(f"vfpath-probe mark --control {self.control} {name}")

    def analyze(self, extra=""):
        out = self.dst.sh(f"vfpath-probe analyze {self.log} --json {extra}", timeout=60).out
        return json.loads(out)

    def window(self, first, last):
        """The figures between two marks."""
        return self.analyze(f"--from {first} --to {last}")["windows"][0]

    def stop(self):
        """Ends sender and receiver; the figures of the whole."""
        self.mark("end")
        self.send.stop(sig=2)
        self.recv.stop(sig=2)
        return self.analyze()["whole"]


class Stream:
    """A TCP connection whose every byte is checked, and that is never opened anew."""

    def __init__(self, client, server, rate="2M"):
        self.client, self.server = client, server
        port = next(_ports)
        self.ends = [server.bg(f"exec vfpath-stream serve --bind {server.addr}:{port} --rate {rate} "
                               f"--log /run/stream-{port}-s.log"),
                     client.bg(f"exec vfpath-stream connect --to {server.addr}:{port} --rate {rate} "
                               f"--log /run/stream-{port}-c.log")]
        self.logs = [(server, f"/run/stream-{port}-s.log"), (client, f"/run/stream-{port}-c.log")]

    def stop(self):
        """Ends it; the reports of both ends."""
        self.ends[1].stop(sig=2, timeout=20)
        return [json.loads(e.wait(20 * util.slowness, check=False).splitlines()[-1])
                for e in self.ends]


def check_stream(stream):
    """Ends a TCP stream and asserts that it survived; the reports."""
    reports = stream.stop()
    for r in reports:
        assert r["survived"] and not r["bad_bytes"] and r["bytes_received"], r
    return reports
