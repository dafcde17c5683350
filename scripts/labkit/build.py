# SPDX-License-Identifier: GPL-2.0
"""Building the modules and the tools for the virtual machines."""

import glob
import os
import shutil

from . import util
from .util import LabError, cached, digest_tree, run, tree_files

MODULE_PARTS = ["Makefile", "Kbuild", "Kconfig", "dkms.conf", "drivers", "include", "kunit"]
SOURCES = (".c", ".h", "Kbuild", "Makefile", "Kconfig", "dkms.conf")


def modules(kernel, flags=()):
    """The directory with our modules for a kernel; KUnit's suites for those that have KUnit.

    The build happens on a copy in the cache, so kernels do not disturb each other. With W=1 among
    the flags a warning is an error.
    """
    files = [f for f in tree_files(util.TOP, MODULE_PARTS, SOURCES) if ".mod." not in f]
    kunit = kernel.config("KUNIT") in ("y", "m")
    args = ["NET_FAILOVER=1"] + (["KUNIT=1"] if kunit else [])

    def make(path):
        src = os.path.join(path, "src")
        for name in files:
            os.makedirs(os.path.dirname(os.path.join(src, name)), exist_ok=True)
            shutil.copy(os.path.join(util.TOP, name), os.path.join(src, name))
        log = os.path.join(util.BUILD, "lab", f"modules-{kernel.name}.log")
        out = kernel.make(src, [f"-j{os.cpu_count()}", "modules", *args, *flags], logfile=log)
        found = [line for line in out.splitlines()
                 if "warning:" in line and "compiler differs" not in line]
        if "W=1" in flags and found:
            raise LabError("\n".join(found))
        for ko in glob.glob(os.path.join(src, "**", "*.ko"), recursive=True):
            shutil.copy(ko, path)
        shutil.rmtree(src)

    key = digest_tree(util.TOP, files, kernel.version, kernel.kdir, args, list(flags))
    return cached("modules", key, make, f"modules for {kernel.version}", keep=8)


def tools():
    """The directory with vfpath-probe and the other programs, tested by their own tests."""
    files = [f for f in tree_files(util.TOP, ["tools"])
             if not f.startswith(("tools/build", "build"))]

    def make(path):
        src = os.path.join(util.TOP, "tools")
        obj = os.path.join(path, "obj")
        run(["cmake", "-S", src, "-B", obj])
        run(["cmake", "--build", obj, f"-j{os.cpu_count()}"],
            logfile=os.path.join(util.BUILD, "lab", "tools.log"))
        run(["ctest", "--test-dir", obj, "--output-on-failure"],
            logfile=os.path.join(util.BUILD, "lab", "tools-test.log"))
        for prog in glob.glob(os.path.join(obj, "**", "vfpath-*"), recursive=True):
            if os.path.isfile(prog) and os.access(prog, os.X_OK):
                shutil.copy(prog, path)
        shutil.rmtree(obj)

    return cached("tools", digest_tree(util.TOP, files), make, "tools", keep=3)
