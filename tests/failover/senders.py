# SPDX-License-Identifier: GPL-2.0
"""Others who send through the upper, at any depth above it: reached on whatever path the guest is."""

from common.above import (FREE_MAC, FREE_MAC2, behind_bridge, both_ways, case, comes, macvlan,
                          namespace_scene, plug, reaches, settled, state, vlan)
from common.scene import UPPER

from labkit.util import wait_for

setup_module = namespace_scene


def bridged_on(scene, promise, port, far, inner_ip=None, where="a bridge"):
    """A station behind a bridge on a netdev above the upper, before and after the VF comes."""
    inner = behind_bridge(scene, port)
    if inner_ip:
        inner.ip = inner_ip
        inner.configure()
    peers = [far] if inner_ip else [scene.outside, scene.child2]
    for when in ("synthetic", "with a VF"):
        both_ways(promise, scene, inner, peers, f"{where}, {when}")
        if when == "synthetic":
            plug(scene, 5)
            promise.expect("bridge" in scene.vfpath("inactive_reason"),
                           f"{where}: {state(scene)}")
            inner.sh("ip neigh flush all")
    promise.figures[where] = state(scene)
    return inner


def test_bridge_on_vlan(lab):
    """A bridge on a VLAN of the upper; without it the VF is used again."""
    with case(lab, "a bridge on a VLAN of the upper") as (scene, promise):
        far = vlan(scene.outside, 70, "10.7.70.1")
        vlan(scene.station, 70, "10.7.70.11")
        bridged_on(scene, promise, f"{UPPER}.70", far, "10.7.70.63", "on a VLAN")
        scene.guest.sh(f"ip link set {UPPER}.70 nomaster")
        promise.expect(comes(lambda: scene.vfpath("active") == "vf"),
                       f"the bridge has let go: {state(scene)}")


def test_bridge_on_bond(lab):
    """A bridge on a bond, or on a VLAN of a bond, of the upper."""
    with case(lab, "a bridge on a bond of the upper") as (scene, promise):
        ip = "ip -n guest"
        lab.host.sh("modprobe bonding max_bonds=0; "
                    f"{ip} link add bnd type bond mode active-backup miimon 100 && "
                    f"{ip} addr flush dev {UPPER} && {ip} link set {UPPER} down && "
                    f"{ip} link set {UPPER} master bnd && {ip} link set bnd up")
        bridged_on(scene, promise, "bnd", scene.outside, where="on a bond")


def test_bond(lab):
    """A bond of the upper and another netdev, whose address it takes: reached by that."""
    with case(lab, "a bond with another address") as (scene, promise):
        ip = "ip -n guest"
        lab.host.sh("modprobe bonding max_bonds=0; modprobe dummy numdummies=0; "
                    f"{ip} link add dum1 address {FREE_MAC} type dummy && "
                    f"{ip} link add bnd type bond mode active-backup miimon 100 && "
                    f"{ip} addr flush dev {UPPER} && {ip} link set {UPPER} down && "
                    f"{ip} link set dum1 master bnd && {ip} link set {UPPER} master bnd && "
                    f"{ip} link set bnd type bond primary {UPPER} && {ip} link set bnd up && "
                    f"{ip} addr add {scene.station.ip}/24 dev bnd")
        wait_for(lambda: scene.guest.read("/sys/class/net/bnd/bonding/active_slave") == UPPER, 10,
                 "the bond to use the upper")
        for when in ("synthetic", "with a VF"):
            for peer in (scene.outside, scene.child2):
                promise.expect(reaches(peer, scene.station.ip),
                               f"{when}: {peer} doesn't reach the bond ({state(scene)})")
            if when == "synthetic":
                plug(scene, 5)
                settled(promise, scene, "a bond")


def test_macvlan(lab):
    """A macvlan of an address of its own, the VF without and with trust."""
    with case(lab, "a macvlan") as (scene, promise):
        inner = macvlan(scene, FREE_MAC)
        both_ways(promise, scene, inner, (scene.outside, scene.child2), "synthetic")
        scene.set_vf(0, "trust on")
        plug(scene)
        settled(promise, scene, "trusted")
        both_ways(promise, scene, inner, (scene.outside, scene.child2), "trusted")


def test_macvlan_own_echo(lab):
    """What a macvlan sends to all doesn't come back to the guest's others."""
    with case(lab, "echo of a macvlan's broadcast") as (scene, promise):
        scene.set_vf(0, "trust on")
        first = macvlan(scene, FREE_MAC, "mv0", 60, "bridge")
        second = macvlan(scene, FREE_MAC2, "mv1", 61, "bridge")
        plug(scene)
        dump = second.bg("exec tcpdump -Z root -p -e -n -l --immediate-mode -i mv1 "
                         f"'arp and ether src {FREE_MAC}'")
        wait_for(lambda: dump.poll() is None and "listening on" in dump.output, 15, "tcpdump")
        before = scene.upper_stats()["rx_own_dropped"]
        # Nobody has that address, so each is asked for once and for all to hear.
        first.sh("for n in 1 2 3 4 5; do ping -n -q -c 1 -W 1 10.7.0.20$n; done; true", timeout=30)
        asked = dump.stop().count("who-has")
        promise.figures.update(asked=asked, dropped=scene.upper_stats()["rx_own_dropped"] - before)
        tell = dump.output.count("who-has 10.7.0.201 ")
        # Asked for up to three times, with a second between; an echo comes at once.
        promise.expect(0 < tell <= 3, f"{tell} requests seen:\n{dump.output}")


def test_all_vlans(lab):
    """`bridge vlan add` of all VLANs, which no VF has room for: the synthetic path has them."""
    with case(lab, "all VLANs on the upper") as (scene, promise):
        scene.on_vf()
        behind_bridge(scene, UPPER)
        scene.guest.sh("ip link set brg type bridge vlan_filtering 1")
        res = scene.guest.sh(f"bridge vlan add dev {UPPER} vid 2-4094", check=False, timeout=120)
        promise.expect(not res.rc, f"refused: {res.err} ({state(scene)})")
        settled(promise, scene, "all VLANs")
