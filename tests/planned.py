# SPDX-License-Identifier: GPL-2.0
"""Planned leave and return, and the operator's switches: nothing lost, nothing twice."""

from common.scene import Scene, check_quiet

scene = None


def setup_module(lab):
    global scene                        # pylint: disable=global-statement
    scene = Scene(lab)
    scene.start_flows()


def test_return(_lab):
    check_quiet(scene.event("plug", scene.plug))
    scene.check_owner("vf")


def test_admin_switch(_lab):
    before = int(scene.knob("switches"))
    for n in range(5):
        for path in ("synthetic", "vf"):
            check_quiet(scene.event(f"admin{n}{path}", lambda p=path: (scene.set_path(p),
                                                                      scene.wait_active(p))))
            scene.check_owner(path)
    assert int(scene.knob("switches")) == before + 10, scene.knob("switches")
    scene.set_path("auto")


def test_leave(_lab):
    check_quiet(scene.event("unplug", scene.unplug))
    scene.check_owner("synthetic")


def test_return_again(_lab):
    check_quiet(scene.event("replug", scene.plug))
    scene.check_owner("vf")
    assert scene.counters()["vf_rx_packets"] > 0


def test_flows_whole(_lab):
    """No datagram was lost between the events either."""
    for flow, whole in scene.stop_flows():
        assert whole["received"] and not whole["lost"] and not whole["duplicated"], (str(flow), whole)
