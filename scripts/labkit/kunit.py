# SPDX-License-Identifier: GPL-2.0
"""The unit tests: vfpath_kunit.ko on the debug kernel, results from debugfs."""

import os
import re

from . import kernels, ktap, util
from .util import LabError, say

RESULTS = "/sys/kernel/debug/kunit"


def results(lab):
    """Load the suites; [(ok, name, directive, details)] of every case."""
    host = lab.host
    host.sh("modprobe -a vfpath_ring vfpath_pf vfpath_vf vfpath_failover 2>/dev/null", check=False,
            timeout=60)
    host.sh("modprobe vfpath_kunit", timeout=300)
    suites = host.sh(f"ls {RESULTS}").out.split()
    if not suites:
        raise LabError("vfpath_kunit.ko registered no suite")
    found = []
    os.makedirs(os.path.join(util.BUILD, "test", "kunit"), exist_ok=True)
    for suite in suites:
        text = host.get(f"{RESULTS}/{suite}/results").decode(errors="replace")
        with open(os.path.join(util.BUILD, "test", "kunit", f"{suite}.ktap"), "w",
                  encoding="utf-8") as f:
            f.write(text)
        cases = parse_suite(suite, text)
        if not cases:
            cases = [(False, suite, None, ["no results"])]
        found += cases
    host.sh("modprobe -r vfpath_kunit", timeout=60)
    bad = lab.check_logs() + lab.leaks()
    found.append((not bad, "kernel_log", None, bad))
    return found


def parse_suite(suite, text):
    """debugfs holds one suite's log: KTAP with a subtest line, and a result line at the end."""
    cases = []
    for ok, name, directive, details in ktap.parse(text):
        name = re.sub(r"^\s*", "", name)
        cases.append((ok, name if name.startswith(suite) else f"{suite}.{name}", directive,
                      details))
    return cases


def main(make_lab):
    os.makedirs(os.path.join(util.BUILD, "test"), exist_ok=True)
    kernel = kernels.get("debug")
    with make_lab(kernel, name="kunit", outside=False) as lab:
        found = results(lab)
    out = ktap.Writer(os.path.join(util.BUILD, "test", "kunit.ktap"))
    failed = 0
    for ok, name, directive, details in found:
        out.result(ok, name, directive, "" if ok else "\n".join(details))
        failed += not ok
        if not ok or util.verbose:
            say(f"{'ok' if ok else 'FAILED'} {name}")
            for line in details if not ok else []:
                say(f"    {line}")
    out.close()
    print(f"kunit: {len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0
