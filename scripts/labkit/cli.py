# SPDX-License-Identifier: GPL-2.0
"""The command line of scripts/lab."""

import argparse
import importlib.util
import os
import shutil
import signal
import subprocess
import sys

from . import build, debian, kernels, kunit, runner, setup, util
from .cases import discover
from .lab import Lab
from .util import LabError, say


def parser():
    p = argparse.ArgumentParser(prog="scripts/lab", description=__doc__)
    p.add_argument("--kernel", choices=kernels.NAMES, action="append",
                   help="which kernel, again for several (demo, bench, shell: 6.12; "
                   "test: 6.1 and debug)")
    p.add_argument("--debug", action="store_true", help="the same as --kernel debug")
    p.add_argument("-v", "--verbose", action="store_true", help="show every command")
    p.add_argument("--minutes", type=float,
                   help="test, run: cases not begun after so many are skipped, and said to be")
    p.add_argument("--jobs", type=int,
                   help="test, run: so many host VMs beside each other (as many as this machine "
                   "has processors and memory for)")
    sub = p.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, text):
        q = sub.add_parser(name, help=text)
        for opt, kw in (("--kernel", {"choices": kernels.NAMES, "action": "append"}),
                        ("--debug", {"action": "store_true"}),
                        ("--verbose", {"action": "store_true"}),
                        ("--minutes", {"type": float}), ("--jobs", {"type": int})):
            q.add_argument(opt, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **kw)
        return q

    verb("setup", "install packages; build root image, kernels, tools")
    verb("demo", "the whole story, with a report and a picture")
    q = verb("bench", "a benchmark of tests/bench: failover")
    q.add_argument("bench", metavar="NAME")
    q.add_argument("setups", nargs="*", metavar="SETUP", help="some of its set-ups only")
    verb("test", "all tests, or some").add_argument("cases", nargs="*", metavar="CASE")
    verb("run", "some tests of tests/, nothing else").add_argument("cases", nargs="+",
                                                                  metavar="CASE")
    verb("list", "the names of all cases")
    verb("shell", "a shell in a host VM").add_argument(
        "--command", help="run this instead, and end")
    verb("kunit", "the unit tests on the debug kernel")
    verb("check", "static checks")
    verb("tools", "build the measuring programs in build/tools and run their tests")
    verb("where", "print where a kernel's headers are, or the packed source").add_argument(
        "what", choices=(*kernels.NAMES, "source"))
    q = verb("minimal", "make a minimal Debian in a directory (scripts/newcomer does more)")
    q.add_argument("suite", choices=debian.RELEASES)
    q.add_argument("directory")
    q = verb("clean", "remove build/")
    q.add_argument("--cache", action="store_true", help="and the cache")
    return p


def make_lab(kernel, **kw):
    """A Lab with our modules and tools on a kernel, not started."""
    return Lab(kernel, modules_dir=build.modules(kernel), bin_dir=build.tools(), **kw)


def play(opts, name, *args):
    """Run tests/NAME.py, whose main(make_lab, kernel, ...) does the rest."""
    top = os.path.join(util.TOP, "tests")
    path = os.path.join(top, f"{name}.py")
    if not os.path.exists(path):
        raise LabError(f"there is no {os.path.relpath(path, util.TOP)}")
    sys.path.insert(0, top)
    spec = importlib.util.spec_from_file_location(name, path)
    mod = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
    kernel = kernels.get((opts.kernel or ["6.12"])[0])
    return mod.main(make_lab, kernel, *args)


def shell(opts):
    """Commands from the terminal, run in the host VM by the agent."""
    kernel = kernels.get((opts.kernel or ["6.12"])[0])
    with make_lab(kernel, name="shell") as lab:
        if opts.command:
            res = lab.host.sh(opts.command, check=False, timeout=3600)
            sys.stdout.write(res.out)
            sys.stderr.write(res.err)
            return res.rc
        say("The host VM. A command a line; `out: CMD` runs it on the outside station, "
            "`g1: CMD` in guest 1, `guest N` boots a guest. End with ^D.")
        while True:
            try:
                line = input("host# ").strip()
            except EOFError:
                return 0
            shell_line(lab, line)


def shell_line(lab, line):
    machine, netns = lab.host, None
    try:
        if line.startswith("guest "):
            lab.guest(int(line.split()[1]))
            return
        if line.startswith("out:"):
            netns, line = "outside", line[4:]
        elif line.startswith("g") and ":" in line and line[1:line.index(":")].isdigit():
            machine = lab.guests[int(line[1:line.index(":")])]
            line = line[line.index(":") + 1:]
        if line.strip():
            res = machine.sh(line, check=False, timeout=600, netns=netns)
            print(res.out + res.err, end="", flush=True)
    except (LabError, KeyError, ValueError) as e:
        print(f"error: {e}")


def main(argv):
    opts = parser().parse_args(argv)
    util.verbose = opts.verbose
    if opts.debug:
        opts.kernel = ["debug"]
    signal.signal(signal.SIGTERM, lambda *_a: sys.exit(143))
    try:
        return int(dispatch(opts) or 0)
    except LabError as e:
        print(f"error: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as e:
        print(f"error: {e}", file=sys.stderr)
        return 2


def dispatch(opts):
    if opts.verb == "clean":
        shutil.rmtree(util.BUILD, ignore_errors=True)
        if opts.cache:
            shutil.rmtree(util.CACHE, ignore_errors=True)
        return 0
    if opts.verb == "list":
        for case in discover():
            print(f"{case.name:40} {' '.join(case.kernels)}")
        return 0
    if opts.verb == "setup":
        setup.everything(opts.kernel or kernels.NAMES)
        build.tools()
        return 0
    if opts.verb == "where":
        print(kernels.source()[0] if opts.what == "source" else kernels.get(opts.what).kdir)
        return 0
    if opts.verb == "minimal":
        setup.packages("minimal")
        debian.plain(os.path.abspath(opts.directory), opts.suite)
        return 0
    if opts.verb in ("check", "tools"):
        setup.packages(opts.verb, opts.kernel)
        if opts.verb == "tools":
            build.tools_test()
            return 0
        return subprocess.run([os.path.join(util.TOP, "scripts", "check")], check=False).returncode
    verb = opts.verb
    if verb == "test" and opts.cases and not {"check", "tools", "kunit"} & set(opts.cases):
        verb = "run"
    setup.ready(verb, opts.kernel, small=verb == "demo")
    if opts.verb == "demo":
        return play(opts, "demo")
    if opts.verb == "bench":
        return play(opts, f"bench/{opts.bench}", opts.setups)
    if opts.verb == "shell":
        return shell(opts)
    if opts.verb == "kunit":
        return kunit.main(make_lab)
    return runner.main(make_lab, opts, whole=opts.verb == "test")
