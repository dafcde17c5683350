# SPDX-License-Identifier: GPL-2.0
"""What there is to run, and on what.

A test is a function test_NAME(lab) in tests/*.py or tests/*/*.py; it raises when it fails.
A module may say:
  GUEST = "machine"             its guests are virtual machines (vfio, KVM, hot plug, migration);
                                without it they are network namespaces of the host VM
  CHECKED = True                its cases run on the debug kernel, too, not on a stock one alone
  CORE = True                   they run on every stock kernel there is
  KERNELS = ("debug",)          they run on these, whatever the others say
  LAB = {"pfs": 2}              its own host VM with these arguments, shared by modules that say
                                the same
  ALONE = True                  nothing else runs meanwhile: it measures how long things take
  setup_module(lab), teardown_module(lab)
Cases of a module share what setup_module made. After a module, Lab.reset() removes guests,
devices and drivers; after a failure the next case gets a fresh host VM. Is the next module's
setup_module the same function, and has it an attribute renew, then renew(lab) is called
instead of both: it makes what is there as good as new.
"""

import fnmatch
import glob
import importlib.util
import os
import sys

from . import kernels, util

STOCK, DEBUG = "6.1", "debug"


class Skip(Exception):
    """Raised by a test that has nothing to test here; says why."""


class Case:
    """One test function."""

    def __init__(self, module, func):
        self.module, self.func = module, func
        self.name = f"{module.__name__}/{func.__name__[len('test_'):]}"
        self.kernels = module_kernels(module)

    def matches(self, patterns):
        """True for its name, its module's or directory's, or a glob pattern of one of them."""
        names = (self.name, self.module.__name__, os.path.dirname(self.module.__name__),
                 self.func.__name__)
        return not patterns or any(fnmatch.fnmatch(n, p) for n in names for p in patterns)


def needs_machine(module):
    """Whether its guests are virtual machines."""
    return getattr(module, "GUEST", None) == "machine"


def module_kernels(module):
    """The names of the kernels that a module's cases run on."""
    if hasattr(module, "KERNELS"):
        return tuple(module.KERNELS)
    core, checked = (getattr(module, name, False) for name in ("CORE", "CHECKED"))
    stock = [k for k in kernels.NAMES if k != DEBUG] if core else [STOCK]
    return (*stock, DEBUG) if checked else tuple(stock)


def load(path, top):
    """Import a test file as a module named after its path."""
    name = os.path.relpath(path, top)[:-len(".py")]
    spec = importlib.util.spec_from_file_location(name, path)
    mod = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
    return mod


def discover(patterns=()):
    """All cases, in the order of files and of lines."""
    top = os.path.join(util.TOP, "tests")
    if top not in sys.path:
        sys.path.insert(0, top)
    cases = []
    for path in sorted(glob.glob(f"{top}/*.py") + glob.glob(f"{top}/*/*.py")):
        with open(path, encoding="utf-8") as f:
            if "\ndef test_" not in f.read():
                continue
        mod = load(path, top)
        funcs = [f for n, f in vars(mod).items() if n.startswith("test_") and callable(f)
                 and f.__module__ == mod.__name__]
        funcs.sort(key=lambda f: f.__code__.co_firstlineno)
        cases += [Case(mod, f) for f in funcs]
    return [c for c in cases if c.matches(patterns)]


def in_order(mods):
    """Modules as they are run: those with one setup together."""
    first = {}
    for n, mod in enumerate(mods):
        first.setdefault(getattr(mod, "setup_module", mod), n)
    return sorted(mods, key=lambda m: first[getattr(m, "setup_module", m)])


def renew_for(mod, after):
    """What to call between two modules that can share their setup, or None."""
    setup = getattr(mod, "setup_module", None)
    if not after or getattr(after, "setup_module", None) is not setup:
        return None
    return getattr(setup, "renew", None)
