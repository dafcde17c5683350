# SPDX-License-Identifier: GPL-2.0
"""Finds and runs the tests.

A test is a function test_NAME(lab) in tests/*.py or tests/*/*.py; it raises when it fails.
A module may say:
  KERNELS = ("6.1", "debug")    which kernels its cases run on, if not 6.1 alone
  LAB = {"pfs": 2}              its own Lab with these arguments, instead of the shared one
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
import time
import traceback

from . import build, kernels, ktap, kunit, util
from .util import LabError, run, say

DEFAULT_KERNELS = ("6.1",)


class Skip(Exception):
    """Raised by a test that has nothing to test here; says why."""


class EmulatorFailed(LabError):
    """The host VM's QEMU has ended while a test was set up."""


# When this program was started, for --minutes: what it set up first counts.
STARTED = time.monotonic()

# So often a case is tried whose emulator fails.
TRIES = 3

# So much of a failure the summary repeats.
SUMMARY_LINES = 22


class Case:
    """One test function."""

    def __init__(self, module, func):
        self.module, self.func = module, func
        self.name = f"{module.__name__}/{func.__name__[len('test_'):]}"
        self.kernels = getattr(module, "KERNELS", DEFAULT_KERNELS)

    def matches(self, patterns):
        """True for its name, its module's or directory's, or a glob pattern of one of them."""
        names = (self.name, self.module.__name__, os.path.dirname(self.module.__name__),
                 self.func.__name__)
        return not patterns or any(fnmatch.fnmatch(n, p) for n in names for p in patterns)


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
    """Modules as they are run: those of the shared lab first, those with one setup together."""
    first = {}
    for n, mod in enumerate(mods):
        first.setdefault(getattr(mod, "setup_module", mod), n)
    return sorted(mods, key=lambda m: (hasattr(m, "LAB"),
                                       first[getattr(m, "setup_module", m)]))


def renew_for(mod, after):
    """What to call between two modules that can share their setup, or None."""
    setup = getattr(mod, "setup_module", None)
    if not after or getattr(after, "setup_module", None) is not setup or \
            hasattr(mod, "LAB") or hasattr(after, "LAB"):
        return None
    return getattr(setup, "renew", None)


class Runner:
    """Runs cases and keeps the score."""

    def __init__(self, make_lab, out, minutes=None):
        self.make_lab, self.out, self.minutes = make_lab, out, minutes
        self.passed = self.skipped = 0
        self.ready = False          # what the next module's setup_module makes is there
        self.failures = []          # (name, what was wrong)

    def score(self, name, error=None, skip=None, took=None):
        """Note one result."""
        ok = error is None
        if skip:
            self.skipped += 1
        elif ok:
            self.passed += 1
        else:
            self.failures.append((name, error.strip()))
        self.out.result(ok, name, f"SKIP {skip}" if skip else None, error or "")
        when = f" ({took:.1f} s)" if took is not None else ""
        say(f"{'skip' if skip else 'ok' if ok else 'FAILED'} {name}{when}"
            + (f": {skip}" if skip else ""))
        for line in (error or "").splitlines():
            say(f"    {line}")

    def summary(self):
        """What failed once more, in short: a log's end is what one sees first."""
        for name, error in self.failures:
            say(f"FAILED {name}")
            for line in error.splitlines()[-SUMMARY_LINES:]:
                say(f"    {line}")
        more = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {len(self.failures)} failed{more}")

    def late(self, name):
        """Skip a case, out loud, if no time is left for it."""
        if self.in_time():
            return False
        self.score(name, skip=f"not begun after {self.minutes:g} minutes")
        return True

    def in_time(self):
        return self.minutes is None or time.monotonic() - STARTED < self.minutes * 60

    def plain(self, name, func):
        """A test without a lab."""
        start = time.monotonic()
        error = None
        try:
            func()
        except LabError as e:
            error = str(e)
        self.score(name, error, took=time.monotonic() - start)
        return error is None

    def kernel(self, name, cases):
        """All cases on one kernel: those of the shared lab, then modules with their own."""
        if not self.in_time():
            for case in cases:
                self.late(f"{name}/{case.name}")
            return
        try:
            kernel = kernels.get(name)
            build.modules(kernel)
        except LabError as e:
            for case in cases:
                self.score(f"{name}/{case.name}", f"not run: {e}")
            return
        mods = []
        for case in cases:
            if case.module not in mods:
                mods.append(case.module)
        mods = in_order(mods)
        lab = None
        try:
            for mod, after in zip(mods, mods[1:] + [None]):
                mine = [c for c in cases if c.module is mod]
                own = hasattr(mod, "LAB")
                if lab and own:
                    self.finish(kernel, lab)
                    lab = None
                lab = self.module(kernel, lab, mod, mine, renew_for(mod, after))
                if lab and own:
                    self.finish(kernel, lab)
                    lab = None
            if lab:
                self.finish(kernel, lab)
                lab = None
        finally:
            if lab:
                lab.stop()

    def finish(self, kernel, lab):
        """The end of a host VM that has lived through its modules: has any of them leaked?"""
        if kernel.debug:
            start = time.monotonic()
            error = None
            try:
                bad = lab.leaks()
                error = "\n".join(bad) if bad else None
            except LabError as e:
                error = str(e)
            self.score(f"{kernel.name}/leaks", error, took=time.monotonic() - start)
        lab.stop()

    def fresh(self, kernel, mod):
        own = getattr(mod, "LAB", {})
        lab = self.make_lab(kernel, name=f"test-{kernel.name}", **own).start()
        try:
            if hasattr(mod, "setup_module"):
                mod.setup_module(lab)
        except BaseException as e:
            gone = lab.emulator_failed()
            self.keep(lab, f"{kernel.name}-{mod.__name__}-setup")
            if gone:
                raise EmulatorFailed(str(e)) from e
            raise
        return lab

    @staticmethod
    def keep(lab, name):
        """Stop a lab, and keep what it logged for the one who looks into a failure."""
        try:
            lab.check_logs()
        except LabError:
            pass
        lab.stop()
        dest = os.path.join(util.BUILD, "test", "failed", name.replace("/", "-"))
        run(["rm", "-rf", dest])
        os.makedirs(os.path.dirname(dest), exist_ok=True)
        run(["cp", "-r", lab.dir, dest])
        say(f"logs kept in {os.path.relpath(dest, util.TOP)}")

    def module(self, kernel, lab, mod, cases, renew):
        """One module's cases, and what is to be done after them: renew(lab), or all is removed.

        Returns the lab to go on with, or None.
        """
        ready = self.ready
        self.ready = False
        tries = 1
        todo = list(cases)
        while todo:
            case = todo[0]
            name = f"{kernel.name}/{case.name}"
            if self.late(name):
                todo.pop(0)
                continue
            start = time.monotonic()
            error = skip = None
            gone = False
            try:
                if lab and not ready and hasattr(mod, "setup_module"):
                    mod.setup_module(lab)
                if not lab:
                    lab = self.fresh(kernel, mod)
                ready = True
                case.func(lab)
            except Skip as e:
                skip = str(e)
            except Exception as e:              # pylint: disable=broad-except
                error = traceback.format_exc()
                gone = isinstance(e, EmulatorFailed) or lab and lab.emulator_failed()
            if lab and not gone:
                error = self.logs(lab, error)
            if error and lab:
                self.keep(lab, name)
                lab = None
            if gone and tries < TRIES:
                say(f"{name}: the emulator failed (see Documentation/testing.rst): once more")
                tries += 1
                continue
            self.score(name, error, skip, time.monotonic() - start)
            todo.pop(0)
            tries = 1
        if lab and ready:
            lab = self.leave(kernel, lab, mod, renew)
        return lab

    @staticmethod
    def logs(lab, error):
        """Add what the kernels have complained about to the verdict."""
        try:
            bad = lab.check_logs()
            if bad:
                error = (error or "") + "\nkernel log:\n" + "\n".join(bad)
            if error:
                error += "\nthe machines say:\n" + "\n".join(lab.clues())
        except LabError as e:
            return (error or "") + f"\nafter it: {e}"
        return error

    def leave(self, kernel, lab, mod, renew):
        """Tear a module's things down, or renew them; that too must be clean."""
        name = f"{kernel.name}/{mod.__name__}/teardown"
        start = time.monotonic()
        error = None
        try:
            if hasattr(mod, "teardown_module"):
                mod.teardown_module(lab)
            if renew:
                renew(lab)
            else:
                lab.reset()
            bad = lab.check_logs()
            if bad:
                error = "kernel log:\n" + "\n".join(bad)
        except Exception:                       # pylint: disable=broad-except
            error = traceback.format_exc()
        self.score(name, error, took=time.monotonic() - start)
        if error:
            self.keep(lab, name)
            return None
        self.ready = bool(renew)
        return lab

    def unit(self):
        """The KUnit suites."""
        with self.make_lab(kernels.get("debug"), name="kunit", outside=False) as lab:
            for ok, name, directive, details in kunit.results(lab):
                skip = directive if directive and directive.startswith("SKIP") else None
                self.score(f"kunit/{name}", None if ok else "\n".join(details) or "failed",
                           skip and skip[4:].strip())


def main(make_lab, opts, whole):
    """`lab test` and `lab run`."""
    base = os.path.join(util.BUILD, "test")
    os.makedirs(base, exist_ok=True)
    out = ktap.Writer(os.path.join(base, "results.ktap"))
    runner = Runner(make_lab, out, opts.minutes)
    patterns = opts.cases
    cases = discover(patterns)
    parts = [p for p in ("check", "tools", "kunit") if p in patterns or (whole and not patterns)]
    if not cases and not parts:
        raise LabError(f"no case matches {' '.join(patterns) or 'at all'}; see scripts/lab list")
    if "check" in parts:
        runner.plain("check", lambda: run([os.path.join(util.TOP, "scripts", "check")],
                                          logfile=os.path.join(base, "check.log")))
        runner.plain("newest_kernel", lambda: build.modules(kernels.get("backports"), ["W=1"]))
    if "tools" in parts:
        runner.plain("tools", build.tools)
    if "kunit" in parts:
        try:
            runner.unit()
        except LabError as e:
            runner.score("kunit", str(e))
    for name in kernels.NAMES:
        mine = [c for c in cases if name in (opts.kernel or c.kernels)]
        if mine:
            runner.kernel(name, mine)
    out.close()
    runner.summary()
    return 1 if runner.failures or not runner.passed else 0
