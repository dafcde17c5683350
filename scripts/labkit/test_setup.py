# SPDX-License-Identifier: GPL-2.0
"""Tests of what needs no virtual machine: sources of packages, and commands that take long.

python3 -m unittest discover -s scripts -p 'test_*.py'; scripts/check runs them.
"""

import os
import tempfile
import time
import unittest
from unittest import mock

from labkit import debian, progress, setup, util
from labkit.util import LabError

ONE_LINE = """# deb http://commented.invalid/debian bookworm main
deb-src http://source.invalid/debian bookworm main
deb [arch=amd64 signed-by=/k/other.gpg] https://other.invalid/debian bookworm stable
deb [ signed-by=/k/third.gpg ] https://third.invalid bookworm main
 deb [arch=amd64 trusted=yes signed-by=/k/debian-archive-keyring.gpg] http://own.invalid/d \
bookworm main contrib # of the house
deb http://own.invalid/s bookworm-security main
deb cdrom:[Debian]/ bookworm main
"""
DEB822 = """# one that is off

Types: deb
Enabled: no
URIs: http://off.invalid/debian
Suites: bookworm
Components: main

Types: deb deb-src
URIs: http://own.invalid/debian
 http://second.invalid/debian
Suites: stable
# in between
 stable-updates
Components: main non-free
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDME
 -----END PGP PUBLIC KEY BLOCK-----
"""


class Sources(unittest.TestCase):
    """A machine's sources, of all forms, and what is made of them."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        for sub in ("parts", "lists"):
            os.mkdir(os.path.join(self.dir.name, sub))
        conf = self.write("apt.conf", f'Dir::Etc::sourcelist "{self.dir.name}/list";\n'
                          f'Dir::Etc::sourceparts "{self.dir.name}/parts";\n'
                          f'Dir::State::lists "{self.dir.name}/lists";\n'
                          'Dir::Etc::netrc "/etc/own-auth";\n'
                          'Acquire::http::Proxy "http://proxy.invalid:1";\n')
        for patch in (mock.patch.dict(os.environ, APT_CONFIG=conf),
                      mock.patch.object(debian, "codename", lambda: "bookworm")):
            patch.start()
            self.addCleanup(patch.stop)

    def write(self, name, text):
        path = os.path.join(self.dir.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def test_one_line(self):
        self.write("list", ONE_LINE)
        self.assertEqual(debian.sources(["trixie", "bookworm-security"]),
                         "Types: deb\nURIs: http://own.invalid/d\nSuites: trixie\n"
                         "Components: main\nTrusted: yes\n"
                         "Signed-By: /k/debian-archive-keyring.gpg\n\n"
                         "Types: deb\nURIs: http://own.invalid/s\nSuites: bookworm-security\n"
                         "Components: main\n")

    def test_deb822(self):
        self.write("parts/own.sources", DEB822)
        text = debian.sources(["bookworm-backports"])
        self.assertIn("URIs: http://own.invalid/debian\nSuites: bookworm-backports\n", text)
        self.assertIn(" .\n mDME\n -----END", text)
        self.assertNotIn("non-free", text)
        # There is a source of updates, though by another name; of security there is none
        self.assertIn("Suites: bookworm-updates\n", debian.sources(["bookworm-updates"]))
        self.assertEqual(debian.sources(["bookworm-security"]), "")

    def test_others_have_such_suites_too(self):
        self.write("list", "deb https://third.invalid bookworm main\n"
                           "deb http://own.invalid/debian bookworm main\n")
        known = {("https://third.invalid", "bookworm"): ("Third", "bookworm"),
                 ("http://own.invalid/debian", "bookworm"): ("Debian", "bookworm")}
        self.assertEqual(debian.find("bookworm", known)["URIs"], "http://own.invalid/debian")
        # What an archive calls itself tells more than how the source calls the suite
        known["http://own.invalid/debian", "bookworm"] = ("Mirror of another", "bookworm")
        self.assertIsNone(debian.find("bookworm", known))

    def test_none(self):
        self.write("list", "deb https://other.invalid/debian bookworm stable\n")
        with self.assertRaisesRegex(LabError, "no source of Debian \"bookworm\""):
            debian.sources(["bookworm"])

    def test_how_to_get_there(self):
        text = debian.acquire_options()
        self.assertIn('Acquire::http::Proxy "http://proxy.invalid:1";\n', text)
        self.assertIn('Dir::Etc::netrc "/etc/own-auth";\n', text)
        self.assertNotIn("IndexTargets", text)


class Packages(unittest.TestCase):
    """Each verb has what it needs, and no more."""

    def test_demo_is_the_least(self):
        demo = set(setup.needed("demo"))
        for name in ("dkms", "sparse", "codespell", "shellcheck", "libgtest-dev", "flex"):
            self.assertNotIn(name, demo)
            self.assertIn(name, setup.needed("test"))
        self.assertFalse([p for p in setup.needed("test") if p.startswith("linux-")])
        self.assertLess(demo, set(setup.needed("test")))

    def test_debug_kernel(self):
        self.assertIn("flex", setup.needed("demo", ["debug"]))
        self.assertNotIn("flex", setup.needed("run", ["6.1"]))


class Commands(unittest.TestCase):
    """Commands that take long, and several at once."""

    def setUp(self):
        where = tempfile.TemporaryDirectory()
        self.addCleanup(where.cleanup)
        self.said = []
        for patch in (mock.patch.object(util, "BUILD", where.name),
                      mock.patch.object(progress, "say", self.said.append)):
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(progress.stopped.clear)

    def log(self):
        with open(os.path.join(util.BUILD, "lab", "log"), encoding="utf-8") as f:
            return f.read()

    def test_log_grows(self):
        self.assertEqual(progress.run("echo first", "x", "log"), "first\n")
        self.assertEqual(progress.run(["echo", "second"], "x", "log"), "second\n")
        self.assertEqual(self.log(), "$ echo first\nfirst\n$ echo second\nsecond\n")

    def test_failure(self):
        with self.assertRaisesRegex(LabError, "exit code 3(.|\n)*the reason"):
            progress.run("echo the reason; exit 3", "x", "log")

    def test_says_what_it_is_at(self):
        # The command ends when it has been heard of
        def say(text):
            self.said.append(text)
            if "compiling" in text:
                with open(os.path.join(util.BUILD, "go"), "w", encoding="ascii"):
                    pass

        with mock.patch.object(progress, "EVERY", 0.05), mock.patch.object(progress, "say", say):
            progress.run("echo compiling; timeout 60 sh -c 'until [ -e go ]; do sleep .02; done'",
                         "a build", "log", cwd=util.BUILD)
        self.assertRegex(self.said[-1], "a build, [0-9]+ s: compiling")

    def test_first_failure_ends_the_others(self):
        ended = []

        def other():
            try:
                progress.run("echo; sleep 1000", "x", "log")
            except LabError as e:
                ended.append(str(e))
                raise

        def fails():
            while not progress.running:
                time.sleep(0.01)
            raise LabError("the cause")

        with self.assertRaisesRegex(LabError, "the cause"):
            progress.together(other, fails)
        self.assertEqual(len(ended), 1)

    def test_all_results(self):
        self.assertEqual(progress.together(lambda: 1, lambda: 2), [1, 2])


if __name__ == "__main__":
    unittest.main()
