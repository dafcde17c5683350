# SPDX-License-Identifier: GPL-2.0
"""What can happen to the guest's VF. Each returns when the guest is where it should be after it."""

from labkit.util import wait_for

from .scene import VFPATH


def hot_plug(scene):
    """The VF comes."""
    scene.plug()


def device_del(scene):
    """The VF leaves on purpose."""
    scene.unplug()


def admin_synthetic(scene):
    """The operator moves the guest off its VF."""
    scene.set_path("synthetic")
    scene.wait_active("synthetic")


def admin_vf(scene):
    """The operator moves it back."""
    scene.set_path("vf")
    scene.wait_active("vf")


def flr(scene):
    """The VF is reset under its driver's feet."""
    # Often over before the upper sees the carrier go, so its moves say nothing; the VF's own
    # count of resets does.
    before = scene.vf_resets()
    scene.host.write(f"/sys/bus/pci/devices/{scene.lab.vf_pci(0)}/reset", 1)
    wait_for(lambda: scene.vf_resets() > before, 20, "the VF's driver to see the reset")
    scene.wait_active("vf")


def unbind(scene):
    """The guest's VF driver lets go."""
    scene.guest.unbind_vf()
    scene.wait_active("synthetic")


def bind(scene):
    """The guest's VF driver takes the VF again."""
    scene.guest.bind_vf()
    scene.wait_active("vf")


def state_disable(scene):
    """The host cuts the VF's link."""
    scene.set_vf(0, "state disable")
    scene.wait_active("synthetic")


def state_auto(scene):
    """The host gives it back."""
    scene.set_vf(0, "state auto")
    scene.wait_active("vf")


def numvfs_zero(scene):
    """All VFs go; the guest has given its own back before."""
    scene.remove_vfs()
    scene.wait_active("synthetic")


def numvfs_again(scene):
    """VFs are made again."""
    scene.make_vfs(2)
    scene.wait_active("synthetic")


def each_path(scene):
    """The guest on one path after the other."""
    scene.on_vf()
    for path in ("vf", "synthetic", "vf"):
        scene.set_path(path)
        scene.wait_active(path)
        yield path


# How the upper's path is read.
READ = f"""
    with open("{VFPATH}/active", encoding="ascii") as f:
        return f.read().strip()
"""
# Logs, on the guest's clock, every change of the path. Reads at 50 Hz: a picture needs no more.
WATCH = """
import sys, time
def read():
%s
last = None
while True:
    try:
        now = read()
    except OSError:
        now = "none"
    if now != last:
        print(time.clock_gettime_ns(time.CLOCK_MONOTONIC), now, flush=True)
        last = now
    time.sleep(0.02)
"""


class PathWatch:
    """The history of a guest's path; `read` is the body of a Python function that tells it."""

    def __init__(self, guest, read=READ):
        self.guest, self.read = guest, read

    def __enter__(self):
        self.guest.put("/run/vfpath/watch.py", WATCH % self.read)
        self.job = self.guest.bg("exec python3 /run/vfpath/watch.py")
        return self

    def __exit__(self, *_exc):
        self.job.stop()

    def changes(self):
        """(nanoseconds, path), a line a change."""
        self.job.poll()
        out = []
        for line in self.job.output.splitlines():
            when, _, path = line.partition(" ")
            if when.isdigit():
                out.append((int(when), path))
        return out

    def now(self):
        """The path it is on."""
        changes = self.changes()
        return changes[-1][1] if changes else "none"
