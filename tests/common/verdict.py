# SPDX-License-Identifier: GPL-2.0
"""A promise, what was measured of it, and what speaks against it."""


class Promise:
    """Collects figures and problems, so that one run shows all that is wrong."""

    def __init__(self, name):
        self.name = name
        self.figures = {}
        self.problems = []
        self.checks = 0

    def expect(self, good, text):
        """Note one thing that has to hold; returns whether it does."""
        self.checks += 1
        if not good:
            self.problems.append(text)
        return bool(good)

    @property
    def ok(self):
        """Kept. A promise of which nothing was checked is not."""
        return bool(self.checks) and not self.problems

    def require(self):
        """For tests: fail unless it is kept."""
        if not self.ok:
            raise AssertionError(f"{self.name}:\n  " + "\n  ".join(
                self.problems or ["nothing was checked"]) + f"\n  figures: {self.figures}")

    def report(self):
        """For report.json."""
        out = {"ok": self.ok, **self.figures}
        if self.problems:
            out["problems"] = self.problems
        return out
