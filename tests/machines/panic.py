# SPDX-License-Identifier: GPL-2.0
"""A guest whose kernel has come to its end, and stands still: its VF has the path no more."""

from common.scene import Scene

from labkit.util import wait_for

GUEST = "machine"


def setup_module(lab):
    """A guest of its own: it doesn't live long."""
    lab.scene = Scene(lab, guest="machine").start()


def test_panic(lab):
    """The host takes the path back although nobody takes the VF from the guest."""
    scene, guest = lab.scene, lab.scene.guest
    scene.on_vf()
    wait_for(lambda: scene.host_agrees("vf"), 20, "the host to send to the VF")
    # It waits for ever then; a reboot would reset the VF in any case.
    guest.sh("echo 0 > /proc/sys/kernel/panic && echo 0 > /proc/sys/kernel/panic_on_oops")
    guest.bg("sleep 1; echo c > /proc/sysrq-trigger")
    wait_for(lambda: scene.host_agrees("synthetic"), 30, "the host to send to the tap")
    assert guest.process.poll() is None, "the guest has ended"
    guest.stop()
