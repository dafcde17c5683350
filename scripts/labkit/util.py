# SPDX-License-Identifier: GPL-2.0
"""Paths, the cache, and small helpers shared by the whole lab; with those of errors and pace."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time

from .errors import EmulatorFailed, LabError, Timeout      # noqa: F401
from .pace import wait_for                              # noqa: F401

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "vfpath")

verbose = False


# What each line of progress begins with: several host VMs may run beside each other.
who = ""


def say(text):
    """One line of progress, in one write: others write there, too."""
    sys.stderr.write(f"# {who}{text}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def step(text):
    """A line of progress with the time the step took."""
    start = time.monotonic()
    say(f"{text} ...")
    yield
    say(f"{text}: {time.monotonic() - start:.1f} s")


def run(cmd, logfile=None, **kw):
    """Run a command on this machine; LabError with the end of its output when it fails.

    It is in a session of its own, which ends with this call, however that ends.
    """
    if verbose:
        say("$ " + (cmd if isinstance(cmd, str) else " ".join(cmd)))
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.STDOUT)
    with subprocess.Popen(cmd, text=True, errors="replace", stdin=subprocess.DEVNULL,
                          shell=isinstance(cmd, str), start_new_session=True, **kw) as p:
        try:
            out, _err = p.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(p.pid, signal.SIGKILL)
            raise
    if logfile:
        os.makedirs(os.path.dirname(logfile), exist_ok=True)
        with open(logfile, "w", encoding="utf-8") as f:
            f.write(out or "")
    if p.returncode:
        tail = "\n".join((out or "").splitlines()[-30:])
        where = f" (all of it: {logfile})" if logfile else ""
        raise LabError(f"{cmd}: exit code {p.returncode}{where}\n{tail}")
    return out or ""


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
