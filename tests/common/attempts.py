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
    failure = None
    with start_lab() as lab:
        played = make(lab)
        try:
            played.play()
            bad = lab.check_logs()
        except util.LabError as e:
            # A machine whose agent doesn't answer any more takes a moment to be gone.
            with contextlib.suppress(util.Timeout):
                wait_for(lab.gone, 3, "a machine to be gone")
            if lab.emulator_failed():
                return None
            failure = str(e)
            bad = lab.check_logs()
    return played, failure, bad


def until_it_lives(start_lab, make):
    """attempt(), a few times at most."""
    for tries in range(TRIES):
        played = attempt(start_lab, make)
        if played:
            return played
        say("the emulator failed (see Documentation/testing.rst)"
            + (": from the start" if tries < TRIES - 1 else ""))
    raise util.LabError(f"the emulator failed {TRIES} times; see Documentation/testing.rst")
