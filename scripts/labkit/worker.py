# SPDX-License-Identifier: GPL-2.0
"""Runs the cases of one batch in a host VM, and in a fresh one after each failure."""

import os
import time
import traceback

from . import build, kernels, kunit, util
from .cases import Skip, in_order, renew_for
from .util import EmulatorFailed, LabError, run, say

# So often a case is tried whose emulator fails.
TRIES = 3


class Score:
    """What became of a case."""

    def __init__(self, kernel, case, error=None, skip=None, seconds=0.0, tries=1):
        self.kernel, self.case, self.tries = kernel, case, tries
        self.error, self.skip, self.seconds = error and error.strip(), skip, seconds

    @property
    def name(self):
        return f"{self.kernel}/{self.case}" if self.kernel else self.case

    @property
    def result(self):
        return "skipped" if self.skip else "failed" if self.error is not None else "passed"

    def report(self):
        """For report.json."""
        return {"kernel": self.kernel, "case": self.case, "result": self.result,
                "seconds": round(self.seconds, 1), "tries": self.tries}


class Worker:
    """Plays batches; tells each score to tell(score) at once."""

    def __init__(self, make_lab, tell, in_time=lambda: True):
        self.make_lab, self.tell, self.in_time = make_lab, tell, in_time
        self.ready = False          # what the next module's setup_module makes is there
        self.batch = self.kernel = None

    def score(self, case, error=None, skip=None, start=None, tries=1):
        """Note one result of this batch's kernel."""
        took = time.monotonic() - start if start else 0.0
        self.tell(Score(self.kernel.name if self.kernel else self.batch.kernel, case, error, skip,
                        took, tries))

    def plain(self, name, func):
        """A test without a host VM."""
        start, error = time.monotonic(), None
        try:
            func()
        except LabError as e:
            error = str(e)
        self.tell(Score(None, name, error, seconds=time.monotonic() - start))

    def unit(self, make):
        """The KUnit suites; make() starts a host VM for them."""
        start = time.monotonic()
        try:
            with make() as lab:
                for ok, name, directive, details in kunit.results(lab):
                    skip = directive if directive and directive.startswith("SKIP") else None
                    self.tell(Score("debug", f"kunit/{name}", None if ok else
                                    "\n".join(details) or "failed", skip and skip[4:].strip()))
        except LabError as e:
            self.tell(Score("debug", "kunit", str(e), seconds=time.monotonic() - start))

    def play(self, batch):
        """All cases of a batch, module by module."""
        self.batch, self.kernel, self.ready = batch, None, False
        try:
            self.kernel = kernels.get(batch.kernel)
            build.modules(self.kernel)
        except LabError as e:
            for case in batch.cases:
                self.score(case.name, f"not run: {e}")
            return
        mods = in_order(list({case.module: None for case in batch.cases}))
        lab = None
        try:
            for mod, after in zip(mods, mods[1:] + [None]):
                mine = [c for c in batch.cases if c.module is mod]
                lab = self.module(lab, mod, mine, after)
            if lab:
                self.finish(lab)
        finally:
            if lab:
                lab.stop()

    def finish(self, lab):
        """The end of a host VM that has lived through its modules: has any of them leaked?"""
        if not self.kernel.debug:
            return
        start, error = time.monotonic(), None
        try:
            error = "\n".join(lab.leaks()) or None
        except LabError as e:
            error = str(e)
        self.score(f"leaks of {self.batch.name}", error, start=start)

    def fresh(self, mod):
        """A host VM, and in it what a module's cases need."""
        name = f"{self.batch.kernel}-{os.getpid()}"
        lab = self.make_lab(self.kernel, name=f"test-{name}", **self.batch.lab)
        try:
            lab.start()
            if hasattr(mod, "setup_module"):
                mod.setup_module(lab)
        except BaseException as e:
            failed = isinstance(e, EmulatorFailed) or lab.emulator_failed()
            self.keep(lab, f"{self.kernel.name}-{mod.__name__}-setup")
            if failed and isinstance(e, Exception):
                raise EmulatorFailed(str(e)) from e
            raise
        return lab

    @staticmethod
    def keep(lab, name):
        """Stop a lab, and keep what it logged for the one who looks into a failure."""
        try:
            lab.check_logs()
        except (LabError, AttributeError):
            pass                        # it has never been up, or isn't any more
        lab.stop()
        dest = os.path.join(util.BUILD, "test", "failed", name.replace("/", "-"))
        run(["rm", "-rf", dest])
        os.makedirs(os.path.dirname(dest), exist_ok=True)
        run(["cp", "-r", lab.dir, dest])
        say(f"logs kept in {os.path.relpath(dest, util.TOP)}")

    def module(self, lab, mod, cases, after):
        """One module's cases, and what is to be done after them: it is renewed, or all is removed.

        Returns the lab to go on with, or None.
        """
        ready = self.ready
        self.ready = False
        tries = 1
        todo = list(cases)
        while todo:
            case = todo[0]
            if not self.in_time():
                self.score(case.name, skip="not begun in time")
                todo.pop(0)
                continue
            start = time.monotonic()
            error = skip = None
            failed = False
            try:
                if lab and not ready and hasattr(mod, "setup_module"):
                    mod.setup_module(lab)
                if not lab:
                    lab = self.fresh(mod)
                ready = True
                case.func(lab)
            except Skip as e:
                skip = str(e)
            except Exception as e:              # pylint: disable=broad-except
                error = traceback.format_exc()
                failed = isinstance(e, EmulatorFailed) or lab and lab.emulator_failed()
            if lab and not failed:
                error = self.logs(lab, error)
            if error and lab:
                self.keep(lab, f"{self.kernel.name}/{case.name}")
                lab = None
            if failed and tries < TRIES:
                say(f"{case.name}: the emulator failed (see Documentation/testing.rst): once more")
                tries += 1
                continue
            self.score(case.name, error, skip, start, tries)
            todo.pop(0)
            tries = 1
        if lab and ready:
            lab = self.leave(lab, mod, after)
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

    def leave(self, lab, mod, after):
        """Tear a module's things down, or renew them; that too must be clean."""
        name = f"{mod.__name__}/teardown"
        start, error = time.monotonic(), None
        renew = renew_for(mod, after)
        try:
            if hasattr(mod, "teardown_module"):
                mod.teardown_module(lab)
            if renew:
                renew(lab)
            elif after:
                lab.reset()
            bad = lab.check_logs()
            if bad:
                error = "kernel log:\n" + "\n".join(bad)
        except Exception:                       # pylint: disable=broad-except
            error = traceback.format_exc()
            if lab.emulator_failed():
                say(f"{name}: the emulator failed (see Documentation/testing.rst)")
                self.keep(lab, f"{self.kernel.name}/{name}")
                return None
        self.score(name, error, start=start)
        if error:
            self.keep(lab, f"{self.kernel.name}/{name}")
            return None
        self.ready = bool(renew)
        return lab
