# SPDX-License-Identifier: GPL-2.0
"""Limits that grow while others have the processors."""

import os
import unittest

from . import pace


class FakeLoad(pace.Load):
    """A Load whose sums are told."""

    def __init__(self, sums):
        super().__init__()
        self.told = iter(sums)

    def sums(self):
        return next(self.told)


class Pace(unittest.TestCase):
    """Load, Limit, slowness."""

    def tearDown(self):
        pace.slowness, pace.load = 1.0, pace.Load()

    def test_schedstat(self):
        """The kernel's file of this very process."""
        with open(f"/proc/self/task/{os.getpid()}/schedstat", encoding="ascii") as f:
            run, wait = pace.waited(f.read())
        self.assertGreater(run, 0)
        self.assertGreaterEqual(wait, 0)

    def test_factor(self):
        """As long on a processor as waiting for one: half as fast."""
        for run, wait, factor in ((1e9, 0, 1.0), (1e9, 1e9, 2.0), (1e9, 1e12, pace.MOST),
                                  (1e3, 1e9, 1.0)):
            load = FakeLoad([(0, 0), (run, wait)])
            load.now()
            load.when -= 2
            self.assertAlmostEqual(load.now(), factor)

    def test_most_since(self):
        """The worst moment of a window counts, not that of the time before."""
        load = FakeLoad([(0, 0), (1e9, 9e9), (2e9, 12e9), (3e9, 12e9), (4e9, 12e9)])
        load.now()
        for _ in range(3):
            load.when -= 2
            load.now()
        (first, worst), (second, less), (_third, _least) = load.samples
        self.assertEqual((worst, less), (10.0, 4.0))
        self.assertEqual(load.most_since(first), 10.0)
        load.samples[0] = (first - 1, worst)
        self.assertEqual(load.most_since(second - 0.5), 4.0)

    def test_limit(self):
        """Seconds of a machine that is slow, and of one that is busy, last longer."""
        limit = pace.Limit(10)
        limit.last -= 8
        self.assertFalse(limit.over())
        limit.last -= 3
        self.assertTrue(limit.over())
        pace.slowness = 2.0
        limit = pace.Limit(10)
        limit.last -= 15
        self.assertFalse(limit.over())
        limit.last -= 6
        self.assertTrue(limit.over())

    def test_slowness(self):
        """It only grows, and not without end."""
        for took, seen in ((24, 2.0), (12, 2.0), (1000, 10.0)):
            pace.seen_slowness(took, 12.0)
            self.assertAlmostEqual(pace.slowness, seen)

    def test_wait_for(self):
        """The value, or Timeout."""
        self.assertEqual(pace.wait_for(lambda: 3, 1), 3)
        with self.assertRaises(pace.Timeout):
            pace.wait_for(lambda: False, 0.05, "nothing", 0.01)


if __name__ == "__main__":
    unittest.main()
