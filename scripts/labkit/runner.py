# SPDX-License-Identifier: GPL-2.0
"""`lab test` and `lab run`: several host VMs beside each other, and the score of all of them.

cases.py says what a test is, plan.py what runs together, worker.py runs it.
"""

import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import time

from . import build, kernels, ktap, plan, util
from .cases import Skip, discover                       # noqa: F401: tests take Skip from here
from .util import LabError, run, say
from .worker import Score, Worker

# When this program was started, for --minutes: what it set up first counts.
STARTED = time.monotonic()

# So much of a failure the summary repeats, and so many of the slowest cases.
SUMMARY_LINES = 22
SLOWEST = 12

# What a host VM and the guests in it want of this machine's memory, in MB.
MEMORY = 5500
MOST_WORKERS = 4


class Plain(plan.Job):
    """A test without a host VM."""

    def __init__(self, name, func, weight):
        super().__init__(name, weight)
        self.func = func

    def play(self, worker):
        worker.plain(self.name, self.func)


class Unit(plan.Job):
    """The KUnit suites on the debug kernel."""

    def __init__(self):
        super().__init__("kunit", 100)

    @staticmethod
    def play(worker):
        worker.unit(lambda: worker.make_lab(kernels.get("debug"), name="kunit", outside=False))


def workers(wanted=None):
    """How many host VMs run beside each other: a processor and MEMORY for each."""
    if wanted:
        return wanted
    with open("/proc/meminfo", encoding="ascii") as f:
        free = next(int(line.split()[1]) for line in f if line.startswith("MemAvailable:"))
    return max(1, min(os.cpu_count() or 1, free // 1024 // MEMORY, MOST_WORKERS))


def serve(conn, jobs, make_lab, in_time):
    """A worker's life: jobs by their number, until there are no more."""
    signal.signal(signal.SIGTERM, lambda *_a: sys.exit(143))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(make_lab, lambda score: conn.send(score), in_time)
    while True:
        try:
            number = conn.recv()
        except EOFError:
            return
        if number is None:
            return
        job = jobs[number]
        util.who = f"[{job.name}] "
        try:
            if isinstance(job, plan.Batch):
                worker.play(job)
            else:
                job.play(worker)
        except LabError as e:
            conn.send(Score(None, job.name, str(e)))
        conn.send(number)


class Runner:
    """Hands jobs to workers and keeps the score."""

    def __init__(self, make_lab, out, minutes=None):
        self.make_lab, self.out, self.minutes = make_lab, out, minutes
        self.scores = []

    def failures(self):
        return [s for s in self.scores if s.result == "failed"]

    def tell(self, score):
        """Note one result, and say it."""
        self.scores.append(score)
        text = score.error or ""
        self.out.result(score.result != "failed", score.name,
                        f"SKIP {score.skip}" if score.skip else None, text)
        word = {"passed": "ok", "failed": "FAILED", "skipped": "skip"}[score.result]
        again = f", {score.tries} tries" if score.tries > 1 else ""
        say(f"{word} {score.name} ({score.seconds:.1f} s{again})"
            + (f": {score.skip}" if score.skip else ""))
        for line in text.splitlines():
            say(f"    {line}")

    def in_time(self):
        return self.minutes is None or time.monotonic() - STARTED < self.minutes * 60

    def run(self, jobs, count):
        """All jobs, as plan.py lets them run beside each other, by so many workers."""
        jobs = plan.order(jobs)
        mp = multiprocessing.get_context("fork")
        idle, todo, busy = [], list(jobs), {}
        procs = []
        try:
            for _ in range(min(count, len(jobs))):
                here, there = mp.Pipe()
                proc = mp.Process(target=serve, args=(there, jobs, self.make_lab, self.in_time))
                proc.start()
                there.close()
                procs.append(proc)
                idle.append((here, proc))
            while todo or busy:
                job = idle and plan.pick(todo, [job for _p, job in busy.values()], count)
                if job:
                    conn, proc = idle.pop()
                    todo.remove(job)
                    busy[conn] = proc, job
                    conn.send(jobs.index(job))
                    continue
                for conn in multiprocessing.connection.wait(list(busy)):
                    self.hear(conn, busy, idle)
        finally:
            for conn, _proc in idle:
                conn.send(None)
            for proc in procs:
                if proc in [p for p, _job in busy.values()]:
                    proc.terminate()
                proc.join(60)
                if proc.is_alive():
                    proc.kill()
                    proc.join()

    def hear(self, conn, busy, idle):
        """A worker has something to tell: a score, or that it is done."""
        proc, job = busy[conn]
        try:
            said = conn.recv()
        except EOFError:
            del busy[conn]
            proc.join()
            self.tell(Score(None, job.name, f"its worker has ended: {proc.exitcode}"))
            if not busy and not idle:
                raise LabError("no worker is left")     # pylint: disable=raise-missing-from
            return
        if isinstance(said, Score):
            self.tell(said)
            return
        del busy[conn]
        idle.append((conn, proc))

    def summary(self):
        """What was slow, and what failed once more, in short: a log's end is what one sees first."""
        slow = sorted(self.scores, key=lambda s: -s.seconds)[:SLOWEST]
        if len(self.scores) > SLOWEST:
            say(f"the slowest of {len(self.scores)}, in {time.monotonic() - STARTED:.0f} s:")
            for s in slow:
                say(f"{s.seconds:8.1f} s  {s.name}" + (f" ({s.tries} tries)" if s.tries > 1 else ""))
        for s in self.failures():
            say(f"FAILED {s.name}")
            for line in s.error.splitlines()[-SUMMARY_LINES:]:
                say(f"    {line}")
        count = {r: sum(s.result == r for s in self.scores)
                 for r in ("passed", "failed", "skipped")}
        print(f"{count['passed']} passed, {count['failed']} failed"
              + (f", {count['skipped']} skipped" if count["skipped"] else ""))

    def report(self, path):
        """report.json: [{"kernel", "case", "result", "seconds", "tries"}]; kernel may be null."""
        with open(path, "w", encoding="utf-8") as f:
            f.write("[" + ",\n ".join(json.dumps(s.report()) for s in self.scores) + "]\n")


def newest_kernel():
    """The modules, the unit tests among them, for the newest kernel there is; no warning."""
    build.modules(kernels.get("backports"))


def make_jobs(opts, whole, base):
    """The jobs for what was asked for."""
    patterns = opts.cases
    cases = discover(patterns)
    parts = [p for p in ("check", "tools", "kunit") if p in patterns or (whole and not patterns)]
    if not cases and not parts:
        raise LabError(f"no case matches {' '.join(patterns) or 'at all'}; see scripts/lab list")
    jobs = []
    if "check" in parts:
        jobs.append(Plain("check", lambda: run([os.path.join(util.TOP, "scripts", "check")],
                                               logfile=os.path.join(base, "check.log")), 250))
        jobs.append(Plain("newest_kernel", newest_kernel, 120))
    if "tools" in parts:
        jobs.append(Plain("tools", build.tools_test, 60))
    if "kunit" in parts:
        jobs.append(Unit())
    for name in kernels.NAMES:
        mine = [c for c in cases if name in (opts.kernel or c.kernels)]
        jobs += plan.batches(name, mine)
    return jobs


def main(make_lab, opts, whole):
    """`lab test` and `lab run`."""
    base = os.path.join(util.BUILD, "test")
    os.makedirs(base, exist_ok=True)
    jobs = make_jobs(opts, whole, base)
    out = ktap.Writer(os.path.join(base, "results.ktap"))
    runner = Runner(make_lab, out, opts.minutes)
    try:
        runner.run(jobs, workers(opts.jobs))
    finally:
        out.close()
        runner.report(os.path.join(base, "report.json"))
    runner.summary()
    return 1 if runner.failures() or not any(s.result == "passed" for s in runner.scores) else 0
