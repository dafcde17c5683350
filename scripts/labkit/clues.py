# SPDX-License-Identifier: GPL-2.0
"""What the machines tell about a failure: their drivers' last messages, and what was dropped."""

import re

from .util import LabError

LINES = 6
OURS = re.compile(r"vfpath|vfp\d|DMAR|vfio-pci|pciehp|igb")


def losses(machine):
    """A machine's counters of drops and errors: {"netns: eth0 rx_dropped": n}; see drops.py."""
    return machine.call("drops")["drops"]


def grown(before, after):
    """What has been dropped between two looks, and where."""
    return {what: n - before.get(what, 0) for what, n in sorted(after.items())
            if n > before.get(what, 0)}


def of(machine, fresh):
    """Lines for a report: `fresh` are those of the kernel's log since the last check."""
    said = [line for line in fresh if OURS.search(line)][-LINES:]
    try:
        dropped = grown({}, losses(machine))
        if dropped:
            said.append("dropped: " + ", ".join(f"{what} {n}" for what, n in dropped.items()))
    except LabError as e:
        said.append(str(e))
    return [f"{machine.name}: {line}" for line in said]
