# SPDX-License-Identifier: GPL-2.0
"""Time limits that follow the machine: how slow it is, and how busy it is just now.

A limit of one second means what the reference machine gets done in one second while nothing else
runs there. `slowness` is how much longer a host VM, or a guest, takes to boot here; what others take
away meanwhile is seen in how long the emulators' threads wait for a processor
(/proc/PID/task/TID/schedstat, Documentation/scheduler/sched-stats.rst of the kernel).
"""

import collections
import glob
import time

from .errors import Timeout

# How much slower than the reference machine this one is; measured when a machine boots.
slowness = 1.0

# A sample of the load counts for so long; a shorter one would say little.
SAMPLE_S = 1.0
# So many samples are remembered, for what is judged later.
SAMPLES = 600
# However busy a machine is, a limit comes: it is stretched at most so much.
MOST = 20.0


def waited(text):
    """(nanoseconds on a processor, nanoseconds waiting for one) of a schedstat file."""
    run, wait = text.split()[:2]
    return int(run), int(wait)


class Load:
    """How busy the machine is for some processes: 1.0 if they get a processor whenever they want."""

    def __init__(self):
        self.pids = set()
        self.factor, self.last, self.when = 1.0, None, 0.0
        self.samples = collections.deque(maxlen=SAMPLES)

    def watch(self, pid):
        """The emulator with this pid counts from now on."""
        self.pids.add(pid)
        self.last = None

    def forget(self, pid):
        """It doesn't any more."""
        self.pids.discard(pid)
        self.last = None

    def sums(self):
        """Both times, of all threads of all of them."""
        run = wait = 0
        for pid in self.pids:
            for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
                try:
                    with open(path, encoding="ascii") as f:
                        r, w = waited(f.read())
                except (OSError, ValueError):
                    continue
                run, wait = run + r, wait + w
        return run, wait

    def now(self):
        """How many times longer than alone on the machine things take at the moment."""
        when = time.monotonic()
        if self.last is None:
            self.last, self.when, self.factor = self.sums(), when, 1.0
        elif when - self.when >= SAMPLE_S:
            sums = self.sums()
            run, wait = (max(0, b - a) for a, b in zip(self.last, sums))
            # Hardly ever at work: nothing can be said of it.
            busy = run > (when - self.when) * 1e9 / 50
            self.factor = min(MOST, (run + wait) / run) if busy else 1.0
            self.last, self.when = sums, when
            self.samples.append((when, self.factor))
        return self.factor

    def most_since(self, moment):
        """The most that was seen since then (time.monotonic()), as far as it was looked at."""
        return max([f for when, f in self.samples if when >= moment] + [self.now()])


load = Load()


class Limit:
    """So many seconds of the reference machine's."""

    def __init__(self, seconds):
        self.seconds, self.spent, self.last = seconds, 0.0, time.monotonic()

    def elapsed(self):
        """How many of them have gone; to be called often, as the load changes."""
        now = time.monotonic()
        self.spent += (now - self.last) / (slowness * load.now())
        self.last = now
        return self.spent

    def over(self):
        """Whether all have."""
        return self.elapsed() > self.seconds


def seen_slowness(took, reference, most=10.0):
    """A machine took so long to boot: limits grow by what it tells, and never shrink again."""
    global slowness                                     # pylint: disable=global-statement
    slowness = max(slowness, min(most, took / reference))


def wait_for(fn, timeout=10, what="condition", interval=0.05):
    """Poll fn() until it is true, and return its value; Timeout at the end of the limit."""
    limit, start = Limit(timeout), time.monotonic()
    while True:
        val = fn()
        if val:
            return val
        if limit.over():
            raise Timeout(f"{what}: not within {time.monotonic() - start:.1f} s")
        time.sleep(interval)
