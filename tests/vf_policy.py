# SPDX-License-Identifier: GPL-2.0
"""`ip link set PF vf N ...`: what is set is shown, is in force, and lasts."""

from labkit.util import wait_for

from common import nic
from common.scene import NET, Scene

scene = None


def setup_module(lab):
    global scene                        # pylint: disable=global-statement
    scene = Scene(lab, guest=False, child3=True)


def info(n=1):
    return scene.host.link(scene.pf)["vfinfo_list"][n]


def test_shown(_lab):
    scene.host.sh(f"ip link set {scene.pf} vf 0 mac 52:54:00:00:00:aa vlan 100 qos 3 && "
                  f"ip link set {scene.pf} vf 0 spoofchk off && "
                  f"ip link set {scene.pf} vf 0 trust on && "
                  f"ip link set {scene.pf} vf 0 state enable && "
                  f"ip link set {scene.pf} vf 0 max_tx_rate 100")
    vf = info(0)
    assert vf["address"] == "52:54:00:00:00:aa", vf
    assert vf["vlan_list"][0]["vlan"] == 100 and vf["vlan_list"][0]["qos"] == 3, vf
    assert not vf["spoofchk"] and vf["trust"] and vf["link_state"] == "enable", vf
    assert vf["rate"]["max_tx"] == 100, vf


def test_generated_macs_are_stable(lab):
    first = [v["address"] for v in scene.host.link(scene.pf)["vfinfo_list"]][1]
    assert first.startswith("52:") and int(first[:2], 16) & 3 == 2, first
    assert nic.pools(lab, first) == [1]


def test_live_mac(_lab):
    """The VF's driver takes a new address without being reloaded."""
    child = scene.station["child3"]
    scene.host.sh(f"ip link set {scene.pf} vf 1 mac 52:54:00:00:00:bb")
    wait_for(lambda: "52:54:00:00:00:bb" in child.sh("ip link show c3").out, 20, "the new address")
    wait_for(lambda: nic.pools(scene.lab, "52:54:00:00:00:bb") == [1], 20, "its filter")
    assert child.ping(scene.station["outside"])
    assert child.ping(scene.station["host"])


def test_port_vlan_isolates(_lab):
    """In its port VLAN it reaches that VLAN on the wire, and nobody else."""
    child, outside = scene.station["child3"], scene.station["outside"]
    assert child.ping(scene.station["child2"])
    scene.host.sh("modprobe 8021q && ip -n outside link add link out0 name out0.100 type vlan id 100 &&"
                  " ip -n outside addr add 10.8.0.1/24 dev out0.100 && "
                  "ip -n outside link set out0.100 up")
    scene.host.sh(f"ip link set {scene.pf} vf 1 vlan 100")
    child.sh("ip addr add 10.8.0.13/24 dev c3")
    wait_for(lambda: child.sh("ping -c1 -W1 10.8.0.1", check=False).rc == 0, 20,
             "the port VLAN to be in force")
    assert not child.ping(outside, check=False), "left its VLAN"
    assert not child.ping(scene.station["child2"], check=False), "left its VLAN"
    refused = child.sh("ip link add link c3 name c3.5 type vlan id 5 && ip link set c3.5 up",
                       check=False)
    assert refused.rc, "a guest VLAN under a port VLAN"
    scene.host.sh(f"ip link set {scene.pf} vf 1 vlan 0")
    wait_for(lambda: child.ping(outside, check=False), 20, "no VLAN any more")
    child.sh("ip addr del 10.8.0.13/24 dev c3")


def test_survives_pf_down_up(_lab):
    before = scene.host.link(scene.pf)["vfinfo_list"]
    scene.host.sh(f"ip link set {scene.pf} down && ip link set {scene.pf} mtu 2000 && "
                  f"ip link set {scene.pf} up && ip link set {scene.pf} mtu 1500")
    after = scene.host.link(scene.pf)["vfinfo_list"]
    for a, b in zip(before, after):
        for key in ("address", "vlan_list", "spoofchk", "trust", "link_state", "rate"):
            assert a.get(key) == b.get(key), (a, b)
    wait_for(lambda: scene.station["child3"].ping(scene.station["outside"], check=False), 20,
             "the VF to carry on")


def test_statistics(_lab):
    before = info(1)["stats"]
    scene.station["child3"].sh(f"ping -n -c 10 -i 0.1 {NET}.1")
    after = info(1)["stats"]
    assert after["rx"]["packets"] >= before["rx"]["packets"] + 10, (before, after)
    assert after["tx"]["packets"] >= before["tx"]["packets"] + 10, (before, after)


def test_gone_with_the_vf(lab):
    lab.set_numvfs(0)
    lab.set_numvfs(2)
    vf = info(0)
    assert vf["address"] != "52:54:00:00:00:aa" and vf["spoofchk"] and not vf["trust"], vf
