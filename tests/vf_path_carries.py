# SPDX-License-Identifier: GPL-2.0
"""A VF that is plugged carries the guest's traffic, and the host's CPU sees none of it."""

from common.flows import Flows
from common.promises import judge_carries, judge_planned
from common.scene import UPPER, with_guest
from common.verdict import Promise

setup_module = with_guest


def test_synthetic_first(lab):
    """Without a VF the guest is on the synthetic path, and nothing is lost there."""
    scene, promise = lab.scene, Promise("synthetic path")
    scene.on_synthetic()
    before = scene.upper_stats()
    with Flows.of(scene) as flows, flows.window("no VF") as window:
        pass
    after = scene.upper_stats()
    judge_planned(promise, window)
    promise.expect(after["synthetic_rx_packets"] > before["synthetic_rx_packets"],
                   "nothing received by the synthetic path")
    promise.expect(after["vf_tx_packets"] == before["vf_tx_packets"], "sent by a VF")
    promise.require()


def test_vf_carries(lab):
    """The VF that appears is taken by itself, and used both ways."""
    scene, promise = lab.scene, Promise("vf_path_carries")
    with Flows.of(scene) as flows:
        scene.on_vf()
        judge_carries(promise, scene, flows)
    promise.require()


def test_ipv6(lab):
    """IPv6 takes the VF too."""
    scene, promise = lab.scene, Promise("IPv6")
    scene.on_vf()
    before = scene.upper_stats()
    for peer in (scene.outside, scene.child2, scene.child3):
        promise.expect(scene.station.ping(peer.ip6) == 3, f"{peer} does not answer all pings")
    after = scene.upper_stats()
    for way in ("rx", "tx"):
        promise.expect(after[f"vf_{way}_packets"] >= before[f"vf_{way}_packets"] + 9,
                       f"{way}: not by the VF")
    promise.require()


def test_names(lab):
    """The upper says which lowers it has."""
    scene = lab.scene
    scene.on_vf()
    vf, synthetic = scene.vfpath("vf"), scene.vfpath("synthetic")
    assert scene.guest.driver_of(vf) == "vfpath_vf", vf
    assert scene.guest.driver_of(synthetic) == scene.guest.synthetic_driver, synthetic
    assert scene.vfpath("path") == "auto"
    assert scene.vfpath("inactive_reason") == ""


def test_counters_add_up(lab):
    """Both paths' counters together are the upper's, also after the VF has gone."""
    scene, promise = lab.scene, Promise("counters")
    scene.on_vf()
    last = {"rx": 0, "tx": 0}
    # Counters are read one after the other, so nothing may be under way.
    scene.guest.sh(f"ip link set {UPPER} down")
    for vf_gone in (False, True):
        if vf_gone:
            scene.guest.unplug_vf()
        paths, link = scene.upper_stats(), scene.guest.link(UPPER)["stats64"]
        for way, before in last.items():
            total = paths[f"vf_{way}_packets"] + paths[f"synthetic_{way}_packets"]
            promise.expect(total and total == link[way]["packets"],
                           f"{way}: {total} by the paths, {link[way]['packets']} in all")
            promise.expect(total >= before, f"{way}: {before}, then {total}")
            last[way] = total
    scene.station.configure()
    scene.wait_active("synthetic")
    promise.require()
