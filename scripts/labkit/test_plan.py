# SPDX-License-Identifier: GPL-2.0
"""Which cases share a host VM, and what may run beside what."""

import types
import unittest

from . import cases, plan


def module(name, **attributes):
    """A test module of that name."""
    mod = types.ModuleType(name)
    for key, value in attributes.items():
        setattr(mod, key, value)
    return mod


def case(mod, name="test_x"):
    """A case of it."""
    func = types.FunctionType((lambda lab: None).__code__, {}, name)
    return cases.Case(mod, func)


class Kernels(unittest.TestCase):
    """What a module's cases run on."""

    def test_default(self):
        """On a stock kernel, and with checkers if it says so; core cases on all."""
        self.assertEqual(case(module("a")).kernels, ("6.1",))
        self.assertEqual(case(module("a", CHECKED=True)).kernels, ("6.1", "debug"))
        self.assertEqual(case(module("a", KERNELS=("6.12",))).kernels, ("6.12",))
        self.assertEqual(set(case(module("a", CORE=True)).kernels),
                         set(plan_kernels()) - {"debug"})
        self.assertEqual(set(case(module("a", CORE=True, CHECKED=True)).kernels),
                         set(plan_kernels()))

    def test_patterns(self):
        """A case by its name, its module, its directory."""
        one = case(module("pf/fdb"), "test_learn")
        for pattern in ("pf/fdb/learn", "pf/fdb", "pf", "test_learn", "pf/*"):
            self.assertTrue(one.matches([pattern]), pattern)
        self.assertFalse(one.matches(["fdb"]))
        self.assertTrue(one.matches([]))


def plan_kernels():
    return cases.kernels.NAMES


class Batches(unittest.TestCase):
    """One host VM for those that can share it."""

    def test_groups(self):
        """Machines apart from namespaces, host VMs of their own apart, those alone apart."""
        found = plan.batches("6.1", [case(module("a")), case(module("pf/b")), case(module("pf/c")),
                                     case(module("x/d", GUEST="machine")),
                                     case(module("y/e", LAB={"pfs": 2})),
                                     case(module("z/f", LAB={"pfs": 2})),
                                     case(module("pf/g", ALONE=True))])
        self.assertEqual([(b.name, len(b.cases), b.alone, b.machine) for b in found],
                         [("6.1 tests", 1, False, False), ("6.1 pf", 2, False, False),
                          ("6.1 machines", 1, False, True), ("6.1 pfs=2", 2, False, False),
                          ("6.1 pf", 1, True, False)])
        self.assertEqual(found[3].lab, {"pfs": 2})

    def test_cut(self):
        """Long ones are cut, but never within a module; no case is lost."""
        mods = [module(f"pf/m{n}") for n in range(40)]
        mine = [case(m, f"test_{i}") for m in mods for i in range(5)]
        found = plan.batches("6.1", mine)
        self.assertGreater(len(found), 2)
        self.assertEqual([c for b in found for c in b.cases], mine)
        homes = {}
        for b in found:
            for c in b.cases:
                homes.setdefault(c.module, set()).add(b.name)
        self.assertEqual({len(h) for h in homes.values()}, {1})

    def test_setup_shared(self):
        """Modules with one setup follow each other, and renew it in between."""
        def setup(lab):
            return lab
        setup.renew = lambda lab: lab
        a, b, c = module("a", setup_module=setup), module("b"), module("c", setup_module=setup)
        self.assertEqual(cases.in_order([a, b, c]), [a, c, b])
        self.assertIs(cases.renew_for(a, c), setup.renew)
        self.assertIsNone(cases.renew_for(c, b))


class Pick(unittest.TestCase):
    """What may be begun beside what runs."""

    def setUp(self):
        self.small, self.long = plan.Job("small", 1), plan.Job("long", 9)
        self.machine, self.alone = plan.Job("machine", 5, machine=True), plan.Job("alone", 99, True)

    def test_order(self):
        """The longest first, those alone last, what is late after them."""
        late = plan.Job("late", 50, late=True)
        jobs = plan.order([self.small, late, self.alone, self.long, self.machine])
        self.assertEqual([j.name for j in jobs], ["long", "machine", "small", "alone", "late"])
        debug, = plan.batches("debug", [case(module("a", CHECKED=True))])
        self.assertTrue(debug.late)

    def test_processors(self):
        """No more at once than there are processors for, and half as many with machines; one at least."""
        other = plan.Job("other", 5, machine=True)
        self.assertIs(plan.pick([self.machine], [self.long], 2), self.machine)
        self.assertIs(plan.pick([self.machine, self.small], [other], 2), self.small)
        self.assertIs(plan.pick([self.machine], [other], 4), self.machine)
        self.assertIsNone(plan.pick([self.small], [self.long, other], 2))
        self.assertIs(plan.pick([self.machine], [], 1), self.machine)

    def test_alone(self):
        """Only when nothing else runs, or waits; and nothing beside it."""
        self.assertIsNone(plan.pick([self.alone], [self.small], 4))
        self.assertIs(plan.pick([self.alone, self.small], [], 4), self.small)
        self.assertIs(plan.pick([self.alone], [], 4), self.alone)
        self.assertIsNone(plan.pick([self.small], [self.alone], 4))
        late = plan.Job("late", 50, late=True)
        self.assertIs(plan.pick([self.alone, late], [], 4), self.alone)
        self.assertIsNone(plan.pick([self.alone, late], [self.small], 4))
        self.assertIs(plan.pick([late], [self.small], 4), late)


if __name__ == "__main__":
    unittest.main()
