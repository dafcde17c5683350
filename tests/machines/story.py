# SPDX-License-Identifier: GPL-2.0
"""The demo's story, with a machine for a guest: vfio, hot plug and device_del by QMP, each promise once.

What is tried here once is tried elsewhere again and again, with a namespace for a guest.
"""

from demo import Demo

GUEST = "machine"
ALONE = True


class Story(Demo):
    """Without a picture."""

    def end(self):
        """Nothing is drawn."""


def test_story(lab):
    """All that can happen to a guest's VF, in front of streams and connections."""
    story = Story(lab)
    story.play()
    broken = [f"{name}: {problem}" for name, promise in story.promises.items()
              for problem in promise.problems or ([] if promise.ok else ["nothing was checked"])]
    assert not broken, "\n".join(broken)
