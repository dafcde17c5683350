# SPDX-License-Identifier: GPL-2.0
"""How much a guest's streams carry here, and what is to be blamed for what they lose.

Planned moves are judged twice: at a moderate rate nothing may be lost; at the highest rate that is
carried a move still loses a datagram now and then (about one move in a hundred, at 450 a second and
more), which is a fault of ours that isn't found yet. So there a stream may lose LOSES in a move, and
what was lost is among the figures.

Streams at the highest rate that the emulation carries lose now and then for its sake, too: a
processor of the host VM that stands still for a moment lets a ring, a queue or a socket run over.
That is no fault of a move, and no excuse for one either. So what is lost during a move counts as
the move's unless counters of drops have grown by as much, and streams without a move lose in the same
way then; in that case the rate isn't carried, the move isn't judged, and is played again at a lower
one.
"""

import re

from labkit.util import LabError, say

from .flows import Flows, Stream, exchange
from .promises import judge_planned, play

# Datagrams a second, each stream each way: what there has to be of it, and what is tried besides.
LEAST = 2000
LADDER = (LEAST, 3000, 4500)
# On a machine that is too slow, or too busy, for that.
DOWN = (1400, 1000, 700, 500, 350, 250)
# A sender that gets less than this out of what it wanted is itself what is slow.
ACHIEVED = 0.85
SECONDS = 2.0
# So many windows without a move tell whether the rate is carried; one that loses is enough.
QUIET = 3
# What all moves lose nothing at, and what a stream may lose in one at the highest rate.
MODERATE, LOSES = 200, 4
# Counters of those who lose frames that were on their way. What a sender couldn't send isn't lost, and
# what the drivers drop on purpose (echoes, copies of the inactive path) is no excuse.
EXCUSES = re.compile(r"rx_overruns|rx_dropped|rx_missed|rx_fifo|tx_dropped|qdisc|softnet|"
                     r"RcvbufErrors|rx_no_buffer")
# So often a cycle of moves is played until each has been judged as often as it has to be.
MORE_CYCLES = 4


def streams(scene, rate):
    """Both ways between the guest, and a station on the bridge and one on the wire."""
    return [s for peer in (scene.child2, scene.outside)
            for s in (Stream(peer, scene.station, rate), Stream(scene.station, peer, rate))]


def carries(scene, rate):
    """Whether the guest's streams at this rate all arrive, on the path it is on; if not, says why."""
    wrong = []
    for stream, sent, received, duplicated in exchange(streams(scene, rate), SECONDS):
        if received != sent or duplicated:
            wrong.append(f"{stream.name}: {received} of {sent} came, {duplicated} twice")
        elif sent < rate * SECONDS * ACHIEVED:
            wrong.append(f"{stream.name}: {sent} of {rate * SECONDS:.0f} could be sent")
    if wrong:
        say(f"{rate} datagrams a second each way aren't carried: {'; '.join(wrong)}")
    return not wrong


def climb(scene):
    """The highest rate of the ladder that is carried."""
    best = 0
    for rate in LADDER:
        if not carries(scene, rate):
            break
        best = rate
    for rate in DOWN:
        if best:
            break
        best = rate if carries(scene, rate) else 0
    if not best:
        raise LabError(f"the guest's streams don't even carry {DOWN[-1]} datagrams a second")
    return best


def highest(scene):
    """The highest rate that is carried here, found once a host VM; in a machine, and under the
    debug kernel's checkers, what is known to be.
    """
    lab = scene.lab
    if not hasattr(lab, "carried"):
        slow = scene.nested or lab.kernel.debug
        lab.carried = scene.rate if slow else climb(scene)
        say(f"the guest's streams carry {lab.carried} datagrams a second each way")
    return lab.carried


def excused(window):
    """How many frames counters say were dropped by somebody who isn't asked to move anything."""
    return sum(n for where, n in window.drops.items() if EXCUSES.search(where))


class Judged:
    """Plays cycles of moves until each has been judged.

    peers are the stations that the guest has streams with, one on the bridge and one on the wire if
    none are named; with more of them each stream has less.
    """

    def __init__(self, scene, promise, peers=None):
        self.scene, self.promise = scene, promise
        self.peers = peers or [scene.child2, scene.outside]
        self.unjudged, self.suspects = [], set()
        self.rate = self.allowed = self.moves = 0

    def cycles(self, moves, times):
        """Each of the moves, which lead back to the beginning, so many times: nothing is lost."""
        self.play(moves, times, min(self.scene.rate, MODERATE), 0)

    def at_most(self, moves, times):
        """The same at the highest rate that is carried; where more is carried than that."""
        rate = highest(self.scene)
        if rate > MODERATE:
            self.play(moves, times, rate, LOSES)

    def play(self, moves, times, rate, allowed):
        """As often as it takes to judge each of them so many times, at this rate or a lower one."""
        self.rate, self.allowed = rate * 2 // len(self.peers), allowed
        done = dict.fromkeys([move[0] for move in moves], 0)
        for _ in range(1 + MORE_CYCLES):
            with Flows.between(self.scene.station, self.peers, self.rate) as flows:
                while min(done.values()) < times and self.cycle(flows, moves, done):
                    pass
            if min(done.values()) >= times:
                break
            self.rate = self.rate * 7 // 10
        self.promise.figures.setdefault("rates_pps", []).append(self.rate)
        self.promise.figures["not_judged"] = self.unjudged
        for name, count in done.items():
            self.promise.expect(count >= times, f"{name}: judged {count} times of {times}; else "
                                f"the rate wasn't carried: {self.unjudged}")

    def cycle(self, flows, moves, done):
        """All of the moves once. False if one of them couldn't be judged."""
        good = True
        for move in moves:
            window = play(self.scene, flows, move)
            self.moves += 1
            if window.lost() and not self.to_blame(flows, window):
                self.unjudged.append(f"{window.name}: {window.lost()} lost at {self.rate} a "
                                     f"second: {window.told()}")
                good = False
                continue
            self.judge(window)
            done[move[0]] += 1
        return good

    def judge(self, window):
        """None lost, or no more than is allowed; none twice."""
        if not self.allowed:
            judge_planned(self.promise, window)
            return
        for f in window.results:
            self.promise.expect(f.received and f.lost <= self.allowed and not f.duplicated,
                                f"{window.name}, {self.rate} a second: {f} [{window.told()}]")
        figures = self.promise.figures
        figures["lost_at_the_highest_rate"] = (figures.get("lost_at_the_highest_rate", 0)
                                               + window.lost())

    def to_blame(self, flows, window):
        """Whether what was lost is the move's doing."""
        if excused(window) < window.lost() or window.name in self.suspects:
            return True
        # A second time it is.
        self.suspects.add(window.name)
        for n in range(QUIET):
            with flows.window(f"quiet {n} after {window.name}") as quiet:
                pass
            if quiet.lost():
                self.suspects.discard(window.name)
                break
        return False
