# SPDX-License-Identifier: GPL-2.0
"""The VF torn away: a short outage, and back by itself. TCP survives it all."""

from common.flow import Stream, check_stream
from common.scene import Scene, check_gap

scene = None
stream = None


def setup_module(lab):
    global scene, stream                # pylint: disable=global-statement
    scene = Scene(lab)
    scene.start_flows()
    stream = Stream(scene.station["guest1"], scene.station["outside"])
    scene.plug()


def test_flr(_lab):
    check_gap(scene.event("flr", scene.vf_reset))
    scene.check_owner("vf")


def test_link_state(_lab):
    check_gap(scene.event("disable", lambda: scene.vf_state("disable")))
    scene.check_owner("synthetic")
    check_gap(scene.event("enable", lambda: scene.vf_state("auto")))
    scene.check_owner("vf")


def test_unbind(_lab):
    check_gap(scene.event("unbind", scene.unbind))
    scene.check_owner("synthetic")
    check_gap(scene.event("bind", scene.bind))
    scene.check_owner("vf")


def test_numvfs(lab):
    """All VFs go while the guest is on its synthetic path, and come back."""
    def away():
        scene.unplug()
        lab.set_numvfs(0)

    def back():
        lab.set_numvfs(1)
        scene.host.sh(f"ip link set {scene.pf} vf 0 mac {scene.mac}")
        scene.plug()

    check_gap(scene.event("numvfs0", away))
    check_gap(scene.event("numvfs1", back))
    scene.check_owner("vf")


def test_tcp_survives(_lab):
    check_stream(stream)
