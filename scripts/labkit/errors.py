# SPDX-License-Identifier: GPL-2.0
"""What goes wrong in the lab."""


class LabError(Exception):
    """Something the user has to know about; shown without a traceback."""


class Timeout(LabError):
    """A condition did not come true in time."""


class EmulatorFailed(LabError):
    """It was the emulator, not what it runs; see Documentation/testing.rst."""
