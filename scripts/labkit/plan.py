# SPDX-License-Identifier: GPL-2.0
"""Which cases run in one host VM, and in which order the host VMs are started. Pure."""

import os

from .cases import needs_machine

# What a case costs, in seconds of the reference machine: the longest jobs are begun first.
MACHINE, CHECKED, PLAIN, BOOT = 25, 8, 4, 15
# The kernel that repeats what stock ones play.
CHECKERS = "debug"
# A job of more than so much is cut at its modules' borders, so that all end at the same time.
MOST = 240


class Job:
    """What one worker does in one go, with one processor or so.

    Nothing else runs beside one that is alone. machine: it has virtual machines in its host VM, whose
    guests and host want a processor each at times. late: it repeats under the checkers what others
    play on a stock kernel, and is what is left when there is no time.
    """

    def __init__(self, name, weight, alone=False, machine=False, late=False):
        self.name, self.weight, self.alone, self.machine = name, weight, alone, machine
        self.late = late

    def __repr__(self):
        return f"{self.name} ({self.weight})"


class Batch(Job):
    """Cases that one host VM after the other is enough for, on one kernel."""

    def __init__(self, kernel, name, cases, lab=None, alone=False):
        super().__init__(f"{kernel} {name}", BOOT + sum(cost(kernel, c) for c in cases), alone,
                         any(needs_machine(c.module) for c in cases), kernel == CHECKERS)
        self.kernel, self.cases, self.lab = kernel, cases, lab or {}


def cost(kernel, case):
    """A guess, good enough to begin with what is long."""
    if needs_machine(case.module):
        return MACHINE
    return CHECKED if kernel == "debug" else PLAIN


def group(case):
    """What a case's host VM is like: those of a group can share one."""
    lab = getattr(case.module, "LAB", {})
    where = os.path.dirname(case.module.__name__) or "tests"
    if needs_machine(case.module):
        where = "machines"
    if lab:
        where = "+".join(f"{k}={v}" for k, v in sorted(lab.items()))
    return bool(getattr(case.module, "ALONE", False)), where


def cut(kernel, cases):
    """Lists of cases, none of more than MOST, of whole modules."""
    parts, room = [], 0
    for case in cases:
        more = cost(kernel, case)
        same = parts and parts[-1][-1].module is case.module
        if not parts or room + more > MOST and not same:
            parts.append([])
            room = 0
        parts[-1].append(case)
        room += more
    return parts


def batches(kernel, cases):
    """The batches of a kernel's cases."""
    groups = {}
    for case in cases:
        groups.setdefault(group(case), []).append(case)
    out = []
    for (alone, where), mine in groups.items():
        parts = cut(kernel, mine)
        for n, part in enumerate(parts, 1):
            name = f"{where} {n}/{len(parts)}" if len(parts) > 1 else where
            out.append(Batch(kernel, name, part, getattr(part[0].module, "LAB", None), alone))
    return out


def fits(job, busy, processors):
    """Whether a job may run beside those that do."""
    if not busy:
        return True
    if job.alone or any(other.alone for other in busy):
        return False
    machines = sum(other.machine for other in (job, *busy))
    return len(busy) < processors and (not job.machine or 2 * machines <= max(processors, 2))


def pick(jobs, busy, processors):
    """The first of the jobs that may be begun now, or None. What is late waits for those alone."""
    stage = min(((j.late, j.alone) for j in jobs), default=None)
    for job in jobs:
        if (job.late, job.alone) == stage and fits(job, busy, processors):
            return job
    return None


def order(jobs):
    """The longest first, those that are alone after all others, and then the same of what is late."""
    return sorted(jobs, key=lambda j: (j.late, j.alone, -j.weight))
