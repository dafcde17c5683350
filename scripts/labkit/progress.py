# SPDX-License-Identifier: GPL-2.0
"""Long commands, and several of them at once: each says now and then what it is at."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from . import util
from .util import LabError, say

# So often a command that takes long is heard of.
EVERY = 30

# The commands that run, ended when the lab is; run() may be called by several threads.
running = set()
stopped = threading.Event()


def last_line(path, start):
    """The last line that isn't empty of what was added to a file since it had `start` bytes."""
    with open(path, "rb") as f:
        f.seek(max(start, os.path.getsize(path) - 2000))
        lines = f.read().decode(errors="replace").replace("\r", "\n").splitlines()
    found = [line.strip() for line in lines if line.strip()]
    return found[-1][:100] if found else ""


def run(cmd, what, log, whole=False, **kw):
    """Run a command whose output is added to build/lab/LOG; returns this output.

    Every half a minute a line says how far it is. LabError as of util.run(). With `whole` it is
    never ended early, as it would leave behind what is worse than waiting.
    """
    if stopped.is_set():
        raise LabError("stopped")
    path = os.path.join(util.BUILD, "lab", log)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shown = cmd if isinstance(cmd, str) else " ".join(cmd)
    if util.verbose:
        say(f"$ {shown}")
    with open(path, "a", encoding="utf-8") as f:
        f.write(f"$ {shown}\n")
        f.flush()
        start = f.tell()
        begun = time.monotonic()
        with subprocess.Popen(cmd, shell=isinstance(cmd, str), stdin=subprocess.DEVNULL,
                              stdout=f, stderr=subprocess.STDOUT, start_new_session=True,
                              **kw) as proc:
            if not whole:
                running.add(proc)
            try:
                rc = watch(proc, what, path, start, begun)
            except BaseException:
                if not whole:
                    end(proc)
                raise
            finally:
                running.discard(proc)
    with open(path, "rb") as f:
        f.seek(start)
        out = f.read().decode(errors="replace")
    if rc:
        tail = "\n".join(out.splitlines()[-30:])
        raise LabError(f"{shown}: exit code {rc} (all of it: {path})\n{tail}")
    return out


def watch(proc, what, path, start, begun):
    """Wait for a command; its exit code."""
    while True:
        try:
            return proc.wait(EVERY)
        except subprocess.TimeoutExpired:
            say(f"    {what}, {time.monotonic() - begun:.0f} s: {last_line(path, start)}")


def end(proc):
    """End a command, with what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(proc.pid, signal.SIGTERM)


def stop():
    """End what run() has started, and let nothing follow it."""
    stopped.set()
    for proc in list(running):
        end(proc)


def together(*jobs):
    """Call functions at once. The first that fails ends the others, and is what is raised."""
    if stopped.is_set():
        raise LabError("stopped")
    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            done, _left = wait(futures, return_when=FIRST_EXCEPTION)
        except BaseException:
            stop()
            raise
        failed = [f for f in futures if f in done and f.exception()]
        if failed:
            stop()
            raise failed[0].exception()
    return [f.result() for f in futures]
