# SPDX-License-Identifier: GPL-2.0
"""Building the modules and the tools for the virtual machines."""

import glob
import os
import shutil

from . import progress, util
from .util import (LabError, cached, digest, digest_tree, file_bytes, locked, run,
                   tree_files)

MODULE_PARTS = ["Makefile", "Kbuild", "Kconfig", "dkms.conf", "drivers", "include", "kunit"]
SOURCES = (".c", ".h", "Kbuild", "Makefile", "Kconfig", "dkms.conf")


# The newest kernel's modules are built as strictly as can be, once for checks and cases: with all
# warnings, and with the suites, though it has no KUnit, so that its functions are missing.
STRICT = {"backports": ("W=1", "KUNIT=1", "KBUILD_MODPOST_WARN=1")}


def mirror(files, dest, how):
    """Make dest a copy of these files of the project, as built `how`; what is the same stays as old."""
    stamp = os.path.join(dest, "built-how")
    if not os.path.exists(stamp) or file_bytes(stamp) != how.encode():
        shutil.rmtree(dest, ignore_errors=True)
    for name in tree_files(dest, MODULE_PARTS, SOURCES) if os.path.isdir(dest) else ():
        if ".mod." not in name and name not in files:
            os.unlink(os.path.join(dest, name))
    for name in files:
        ours, copy = os.path.join(util.TOP, name), os.path.join(dest, name)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        if not os.path.exists(copy) or file_bytes(copy) != file_bytes(ours):
            shutil.copyfile(ours, copy)
    with open(stamp, "w", encoding="ascii") as f:
        f.write(how)


def modules(kernel):
    """The directory with our modules for a kernel; KUnit's suites for those that have KUnit.

    The build happens on a copy, so kernels do not disturb each other; it stays, so that only what
    has changed is built anew. With W=1 a warning is an error.
    """
    flags = STRICT.get(kernel.name, ())
    files = [f for f in tree_files(util.TOP, MODULE_PARTS, SOURCES) if ".mod." not in f]
    kunit = kernel.config("KUNIT") in ("y", "m")
    args = ["NET_FAILOVER=1"] + (["KUNIT=1"] if kunit else [])

    def make(path):
        src = os.path.join(util.BUILD, "modules", kernel.name)
        mirror(files, src, digest(kernel.version, kernel.kdir, args, list(flags)))
        out = kernel.make(src, [f"-j{os.cpu_count()}", "modules", *args, *flags],
                          f"modules for {kernel.version}", f"modules-{kernel.name}.log")
        found = [line for line in out.splitlines()
                 if "warning:" in line and "compiler differs" not in line
                 or "undefined!" in line and "vfpath_kunit.ko" not in line]
        if "W=1" in flags and found:
            # Or it would be silent the next time
            shutil.rmtree(src)
            raise LabError("\n".join(found))
        for ko in glob.glob(os.path.join(src, "**", "*.ko"), recursive=True):
            shutil.copy(ko, path)

    key = digest_tree(util.TOP, files, kernel.version, kernel.kdir, args, list(flags))
    return cached("modules", key, make, f"modules for {kernel.version}", keep=8)


# Where the tools are built, for all that is done with them.
TOOLS = os.path.join(util.BUILD, "tools")


def tools_key():
    return digest_tree(util.TOP, [f for f in tree_files(util.TOP, ["tools"])
                                  if not f.startswith("tools/build")])


def build_tools(tests):
    """Build the tools, and their tests if wanted, or what has changed of them."""
    args = ["cmake", "-S", os.path.join(util.TOP, "tools"), "-B", TOOLS,
            f"-DBUILD_TESTING={'ON' if tests else 'OFF'}"]
    try:
        run(args)
    except LabError:
        # Of another CMake or compiler, or moved
        shutil.rmtree(TOOLS, ignore_errors=True)
        run(args)
    progress.run(["cmake", "--build", TOOLS, f"-j{os.cpu_count()}"], "tools", "tools.log")


def tools():
    """The directory with vfpath-probe and the other programs."""

    def make(path):
        with locked("tools-build"):
            build_tools(tests=False)
            for prog in glob.glob(os.path.join(TOOLS, "vfpath-*")):
                if os.path.isfile(prog) and os.access(prog, os.X_OK):
                    shutil.copy(prog, path)

    return cached("tools", digest_tree(util.TOP, [], "built alone", tools_key()), make, "tools",
                  keep=3)


def tools_test():
    """The tools' own tests, unless these very ones have passed; LabError when one fails."""

    def make(_path):
        with locked("tools-build"):
            build_tools(tests=True)
            progress.run(["ctest", "--test-dir", TOOLS, "--output-on-failure"],
                         "the tools' tests", "tools-test.log")

    cached("tools-test", tools_key(), make, "tests of the tools", keep=3)
