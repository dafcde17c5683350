# SPDX-License-Identifier: GPL-2.0
"""Plays something long once more when it was the emulator that failed."""

import contextlib

from labkit import util
from labkit.util import say, wait_for

# Nested guests under TCG do not always live so long; see Documentation/testing.rst.
TRIES = 4


def attempt(start_lab, make):
    """Play make(lab).play() once. Returns it, what stopped it, and what the kernels complained of.

    None instead when it was the emulator that failed.
    """
    try:
        with start_lab() as lab:
            return played(lab, make(lab))
    except util.EmulatorFailed as e:
        say(str(e))
        return None


def played(lab, story):
    """As attempt(), in a host VM that is up; raises EmulatorFailed."""
    failure = None
    try:
        story.play()
        bad = lab.check_logs()
    except util.LabError as e:
        # A machine whose agent doesn't answer any more takes a moment to be gone.
        with contextlib.suppress(util.Timeout):
            wait_for(lab.gone, 3, "a machine to be gone")
        if lab.emulator_failed():
            raise util.EmulatorFailed(str(e)) from e
        failure = str(e)
        bad = lab.check_logs()
    return story, failure, bad


def until_it_lives(start_lab, make):
    """attempt(), a few times at most."""
    for tries in range(TRIES):
        done = attempt(start_lab, make)
        if done:
            return done
        say("the emulator failed (see Documentation/testing.rst)"
            + (": from the start" if tries < TRIES - 1 else ""))
    raise util.LabError(f"the emulator failed {TRIES} times; see Documentation/testing.rst")
