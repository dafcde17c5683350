# SPDX-License-Identifier: GPL-2.0
"""Everybody reaches everybody, by the way it should be."""

import itertools

from common import nic
from common.flow import Flow
from common.scene import Scene


def expected(a, b, guest_on):
    """(on the wire, seen by the host on the PF) for traffic of two stations."""
    in_nic = {"child3"} | ({"guest1"} if guest_on == "vf" else set())
    wire = "outside" in (a, b)
    if {a, b} <= in_nic:
        return False, False
    if wire:
        return True, not {a, b} & in_nic
    return False, bool({a, b} & in_nic)


def matrix(scene, guest_on):
    """All pairs, both ways; [(a, b, figures)] and asserts on the way of each."""
    results = []
    for a, b in itertools.combinations(sorted(scene.station), 2):
        sa, sb = scene.station[a], scene.station[b]
        assert sa.ping(sb), f"{a} does not reach {b}"
        wire, capture = nic.Wire(scene.lab), nic.PfCapture(scene.lab)
        flows = [Flow(sa, sb, scene.rate), Flow(sb, sa, scene.rate)]
        whole = [f.stop() for f in flows]
        frames = capture.stop()
        on_wire, on_pf = expected(a, b, guest_on)
        for f, w in zip(flows, whole):
            what = f"{f} (guest on {guest_on})"
            assert w["received"] and not w["lost"] and not w["duplicated"], (what, w)
            assert bool(wire.udp(f.port)) == on_wire, f"{what}: wire {wire.udp(f.port)}"
            seen = nic.udp_port_count(frames, f.port)
            assert bool(seen) == on_pf, f"{what}: the host saw {seen}"
            results.append({"from": f.src.name, "to": f.dst.name, "guest1": guest_on,
                            "received": w["received"], "lost": w["lost"]})
    return results


def test_routing(lab):
    scene = Scene(lab, child3=True)
    matrix(scene, "synthetic")
    scene.plug()
    matrix(scene, "vf")
