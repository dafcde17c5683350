# SPDX-License-Identifier: GPL-2.0
"""What the machines tell about a failure: their drivers' last messages, and what was dropped."""

import re

from .util import LabError

LINES = 6
OURS = re.compile(r"vfpath|vfp\d|DMAR|vfio-pci|pciehp|igb")
# Of every network namespace that something runs in, once: /proc/PID/net shows it from outside.
SHOW = r"""
cd /proc; seen=
for p in [0-9]*; do
    ns=$(readlink $p/ns/net) || continue
    case $seen in *$ns*) continue;; esac
    seen="$seen $ns"
    echo "ns $(tr '\0' ' ' < $p/cmdline | cut -c1-60)"
    grep ':' $p/net/dev | sed 's/^ */dev /'
    grep -E '^(Udp|Ip):' $p/net/snmp
done
"""
# Columns of /proc/net/dev after the name
DEV = {2: "rx_errors", 3: "rx_dropped", 4: "rx_fifo", 10: "tx_errors", 11: "tx_dropped",
       12: "tx_fifo"}
SNMP = ("InDiscards", "OutDiscards", "OutNoRoutes", "InErrors", "RcvbufErrors", "SndbufErrors",
        "InCsumErrors", "InHdrErrors", "InAddrErrors")


def dropped(shown):
    """The counters of drops and errors that aren't zero, a line a namespace."""
    out, names = [], {}
    for line in shown.splitlines():
        word, _, rest = line.partition(" ")
        if word == "ns":
            out.append([rest.strip() or "kernel"])
            names = {}
        elif not out:
            continue
        elif word == "dev":
            dev, _, numbers = rest.partition(":")
            values = numbers.split()
            out[-1] += [f"{dev} {name} {values[i]}" for i, name in DEV.items()
                        if i < len(values) and values[i] != "0"]
        elif word not in names:
            names[word] = rest.split()
        else:
            out[-1] += [f"{word[:-1]} {name} {value}"
                        for name, value in zip(names[word], rest.split())
                        if name in SNMP and value != "0"]
    return [", ".join(ns)[:300] for ns in out if len(ns) > 1]


def of(machine, fresh):
    """Lines for a report: `fresh` are those of the kernel's log since the last check."""
    said = [line for line in fresh if OURS.search(line)][-LINES:]
    try:
        said += [f"dropped: {line}" for line in dropped(machine.sh(SHOW, check=False).out)]
    except LabError as e:
        said.append(str(e))
    return [f"{machine.name}: {line}" for line in said]
