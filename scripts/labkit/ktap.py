# SPDX-License-Identifier: GPL-2.0
"""Writing and reading KTAP."""

import re

RESULT = re.compile(r"^(\s*)(ok|not ok) (\d+)\s*(?:- )?([^#]*?)\s*(?:#\s*(.*))?$")


class Writer:
    """A KTAP file that is valid at any moment but for its plan, which comes last."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")   # pylint: disable=consider-using-with
        self.file.write("KTAP version 1\n")
        self.count = 0

    def result(self, ok, name, note=None, details=""):
        self.count += 1
        for line in details.splitlines():
            self.file.write(f"# {line}\n")
        suffix = f" # {note}" if note else ""
        self.file.write(f"{'ok' if ok else 'not ok'} {self.count} {name}{suffix}\n")
        self.file.flush()

    def close(self):
        self.file.write(f"1..{self.count}\n")
        self.file.close()


def parse(text):
    """The results of a KTAP text, innermost only: (ok, path of names, directive, details).

    A result that follows deeper ones closes their group. A plan that is not met is a failure
    of its own.
    """
    results, notes, planned = [], [], {}
    open_groups = {}            # depth -> results found deeper than it, since its last result
    for line in text.splitlines():
        depth = (len(line) - len(line.lstrip())) // 4
        plan = re.match(r"^\s*1\.\.(\d+)", line)
        if plan:
            planned[depth] = [int(plan.group(1)), 0]
            continue
        m = RESULT.match(line)
        if not m:
            if line.strip() and "KTAP version" not in line:
                notes.append(line.strip())
            continue
        ok, name, directive = m.group(2) == "ok", m.group(4), m.group(5)
        inner = open_groups.pop(depth + 1, [])
        if depth in planned:
            planned[depth][1] += 1
        if inner:
            want, got = planned.pop(depth + 1, (None, None))
            if want is not None and want != got:
                inner.append((False, "plan", None, [f"{got} of {want} results"]))
            mine = [(o, f"{name}.{n}", d, t) for o, n, d, t in inner]
            if not ok and all(o for o, *_ in mine):
                mine.append((False, name, directive, notes))
        else:
            mine = [(ok, name, directive, notes)]
        notes = []
        open_groups.setdefault(depth, []).extend(mine)
    for depth in sorted(open_groups):
        results += open_groups[depth]
        want, got = planned.get(depth, (None, None))
        if want is not None and want != got:
            results.append((False, "plan", None, [f"{got} of {want} results"]))
    return results
