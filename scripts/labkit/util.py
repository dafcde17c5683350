# SPDX-License-Identifier: GPL-2.0
"""Paths, the cache, and small helpers shared by the whole lab."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "vfpath")

verbose = False


class LabError(Exception):
    """Something the user has to know about; shown without a traceback."""


class Timeout(LabError):
    """A condition did not come true in time."""


def say(text):
    """One line of progress."""
    print(f"# {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text):
    """A line of progress with the time the step took."""
    start = time.monotonic()
    say(f"{text} ...")
    yield
    say(f"{text}: {time.monotonic() - start:.1f} s")


def run(cmd, logfile=None, **kw):
    """Run a command on this machine; LabError with the end of its output when it fails."""
    if verbose:
        say("$ " + (cmd if isinstance(cmd, str) else " ".join(cmd)))
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.STDOUT)
    res = subprocess.run(cmd, text=True, errors="replace", stdin=subprocess.DEVNULL,
                         check=False, shell=isinstance(cmd, str), **kw)
    if logfile:
        os.makedirs(os.path.dirname(logfile), exist_ok=True)
        with open(logfile, "w", encoding="utf-8") as f:
            f.write(res.stdout or "")
    if res.returncode:
        tail = "\n".join((res.stdout or "").splitlines()[-30:])
        where = f" (all of it: {logfile})" if logfile else ""
        raise LabError(f"{cmd}: exit code {res.returncode}{where}\n{tail}")
    return res.stdout or ""


def digest(*parts):
    """A short content hash of strings, byte strings and lists of them."""
    h = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else repr(part).encode()
        h.update(len(data).to_bytes(8, "little") + data)
    return h.hexdigest()[:16]


def file_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def tree_files(top, subdirs, suffixes=()):
    """Relative paths of the files below some directories (or the files named), sorted."""
    found = []
    for sub in subdirs:
        path = os.path.join(top, sub)
        if os.path.isfile(path):
            found.append(sub)
        for base, dirs, names in os.walk(path):
            dirs[:] = [d for d in dirs if not d.startswith(".")]
            found += [os.path.relpath(os.path.join(base, n), top) for n in names
                      if not suffixes or n.endswith(suffixes) or n in suffixes]
    return sorted(set(found))


def digest_tree(top, files, *extra):
    parts = []
    for name in files:
        parts += [name, file_bytes(os.path.join(top, name))]
    return digest(*parts, *extra)


@contextlib.contextmanager
def locked(name):
    """Hold the cache's lock `name`, against other runs of the lab."""
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, f".lock-{name}"), "w", encoding="utf-8") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def cached(kind, key, make, what=None, keep=3):
    """The directory CACHE/kind/key, filled by make(dir) when it is not there yet."""
    path = os.path.join(CACHE, kind, key)
    if os.path.isdir(path):
        os.utime(path)
        return path
    with locked(kind):
        if os.path.isdir(path):
            return path
        tmp = path + ".tmp"
        shutil.rmtree(tmp, ignore_errors=True)
        os.makedirs(tmp)
        with step(what or f"{kind} {key}"):
            make(tmp)
        os.rename(tmp, path)
        prune(kind, keep)
    return path


def prune(kind, keep):
    """Forget all but the `keep` entries used last; a day's worth stays in any case."""
    base = os.path.join(CACHE, kind)
    dirs = [os.path.join(base, d) for d in os.listdir(base) if not d.endswith(".tmp")]
    dirs.sort(key=os.path.getmtime, reverse=True)
    for old in dirs[keep:]:
        if time.time() - os.path.getmtime(old) > 3600:
            shutil.rmtree(old, ignore_errors=True)


# How much slower than the reference machine this one is; measured when a host VM boots.
slowness = 1.0


def wait_for(fn, timeout=10, what="condition", interval=0.05):
    """Poll fn() until it is true, and return its value. Time-outs grow on slow machines."""
    end = time.monotonic() + timeout * slowness
    while True:
        val = fn()
        if val:
            return val
        if time.monotonic() > end:
            raise Timeout(f"{what}: not within {timeout * slowness:.1f} s")
        time.sleep(interval)
