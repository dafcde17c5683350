# SPDX-License-Identifier: GPL-2.0
"""A VF that doesn't fit, for whatever reason: the guest goes on, reads why, and gets it back."""

from common.above import FREE_MAC, both_ways, case, comes, namespace_scene, plug, reaches, state
from common.scene import GUEST_MAC, UPPER

setup_module = namespace_scene


def back(promise, scene, when, limit=25):
    """The VF is used again, by itself."""
    promise.expect(comes(lambda: scene.vfpath("active") == "vf", limit), f"{when}: {state(scene)}")
    promise.expect(scene.vfpath("inactive_reason") == "" or scene.vfpath("active") != "vf",
                   f"{when}: {state(scene)}")


def kept(promise, scene, when, word):
    """The guest is on its synthetic path, and why is said; both peers are reached."""
    promise.expect(comes(lambda: scene.vfpath("active") == "synthetic"
                         and word in scene.vfpath("inactive_reason")), f"{when}: {state(scene)}")
    both_ways(promise, scene, scene.station, (scene.outside, scene.child2), when)


def test_mtu(lab):
    """An MTU that the VF can't have, before it comes; then one that it can."""
    with case(lab, "MTU") as (scene, promise):
        lab.host.sh(f"ip link set {scene.guest.tap} mtu 9600")
        scene.guest.sh(f"ip link set {UPPER} mtu 9600")
        plug(scene, 3)
        kept(promise, scene, "9600", "MTU")
        promise.expect("UP" not in scene.guest.link("vf0")["flags"], "open, and of no use")
        scene.guest.sh(f"ip link set {UPPER} mtu 1400")
        back(promise, scene, "1400")
        promise.expect(scene.guest.link("vf0")["mtu"] == 1400, f"{scene.guest.link('vf0')}")
        # Somebody else's hand on a lower: the upper's value is put back.
        scene.guest.sh("ip link set vf0 mtu 1300")
        promise.expect(comes(lambda: scene.guest.link("vf0")["mtu"] == 1400), "MTU of the lower")
        scene.guest.sh(f"ip link set {UPPER} mtu 1500")
        lab.host.sh(f"ip link set {scene.guest.tap} mtu 1500")
        back(promise, scene, "1500")


def test_vlan(lab):
    """A VLAN that the VF can't have: used without it, also when that was there first."""
    with case(lab, "VLAN") as (scene, promise):
        scene.set_vf(0, "vlan 100")
        scene.guest.sh(f"ip link add link {UPPER} name v50 type vlan id 50")
        plug(scene, 3)
        kept(promise, scene, "v50 first", "a VLAN")
        scene.guest.sh("ip link del v50")
        comes(lambda: scene.vfpath("active") == "vf", 20)
        promise.expect(scene.vfpath("active") == "vf", f"without v50: {state(scene)}")
        # In VLAN 100 of the host the guest's peers aren't.
        res = scene.guest.sh(f"ip link add link {UPPER} name v50 type vlan id 50", check=False)
        promise.expect(not res.rc, f"the synthetic path could have it: {res.err}")
        kept(promise, scene, "v50 later", "a VLAN")
        scene.guest.sh("ip link del v50")
        back(promise, scene, "without v50 again")
        scene.set_vf(0, "vlan 0")


def test_closed_by_hand(lab):
    """A VF that the operator closes stays closed, and is used when it is opened."""
    with case(lab, "closed by hand") as (scene, promise):
        scene.on_vf()
        scene.guest.sh("ip link set vf0 down")
        kept(promise, scene, "closed", "down")
        # Whatever else happens meanwhile: it is the operator's.
        scene.guest.sh(f"ip link set {UPPER} mtu 1400 && ip link set {UPPER} mtu 1500")
        kept(promise, scene, "closed, MTU changed", "down")
        scene.guest.sh("ip link set vf0 up")
        back(promise, scene, "opened")
        scene.guest.sh(f"ip link set vf0 down; ip link set {UPPER} down; ip link set {UPPER} up")
        back(promise, scene, "the upper opened")


def test_address_by_hand(lab):
    """Somebody changes a lower's address: it has the upper's again."""
    with case(lab, "address of a lower") as (scene, promise):
        scene.on_vf()
        scene.guest.sh(f"ip link set eth0 address {FREE_MAC}")
        promise.expect(comes(lambda: scene.guest.link("eth0")["address"] == GUEST_MAC),
                       f"{scene.guest.link('eth0')['address']}")
        both_ways(promise, scene, scene.station, (scene.outside, scene.child2), "after it")


def test_upper_address(lab):
    """An address that the host doesn't let the VF have: the guest has it by its synthetic path."""
    with case(lab, "address of the upper") as (scene, promise):
        scene.on_vf()
        res = scene.guest.sh(f"ip link set {UPPER} address {FREE_MAC}", check=False)
        promise.expect(not res.rc, f"refused: {res.err}")
        promise.expect(comes(lambda: scene.vfpath("active") == "synthetic"), state(scene))
        promise.expect("address" in scene.vfpath("inactive_reason"), state(scene))
        for peer in (scene.outside, scene.child2):
            peer.sh(f"ip neigh flush to {scene.station.ip}")
            promise.expect(reaches(peer, scene.station.ip), f"{peer} doesn't reach the guest")
        scene.guest.sh(f"ip link set {UPPER} address {GUEST_MAC}")
        back(promise, scene, "its own address again")


def test_nomaster(lab):
    """The VF is let go by hand: it is closed, and nobody takes it until it is enslaved again."""
    with case(lab, "nomaster") as (scene, promise):
        scene.on_vf()
        scene.guest.sh("ip link set vf0 nomaster")
        promise.expect(scene.vfpath("vf") == "", "still bound")
        promise.expect("UP" not in scene.guest.link("vf0")["flags"],
                       "open, with the guest's address: the host sends to it")
        both_ways(promise, scene, scene.station, (scene.outside, scene.child2), "without it")
        promise.expect(scene.fdb_owner() == {scene.guest.tap}, f"{scene.fdb_owner()}")
        promise.expect(scene.vfpath("vf") == "", "taken against the operator's will")
        scene.guest.sh(f"ip link set vf0 master {UPPER}")
        back(promise, scene, "enslaved again")


def test_in_the_way(lab):
    """A VF that can't be bound, as it has an IP address of its own, joins when that has gone."""
    with case(lab, "in the way") as (scene, promise):
        scene.guest.sh("ip link set eth0 nomaster")
        scene.plug(wait=False)
        scene.guest.sh("ip addr add 10.99.0.1/24 dev vf0")
        scene.guest.sh(f"ip link set eth0 master {UPPER}")
        scene.station.configure()
        promise.expect(comes(lambda: "IP addresses" in scene.vfpath("inactive_reason")),
                       state(scene))
        promise.expect(scene.vfpath("vf") == "", "bound all the same")
        scene.guest.sh("ip addr flush dev vf0")
        back(promise, scene, "the address has gone")


def test_ipv6_in_the_way(lab):
    """An IPv6 address of the operator's isn't lost silently: enslaving is refused."""
    with case(lab, "IPv6") as (scene, promise):
        guest = scene.guest
        lab.host.sh("modprobe dummy numdummies=0")
        guest.sh("ip link add dum6 type dummy && ip link set dum6 up && ip link add vfp6 type vfpath && "
                 "ip addr add fd00:9::1/64 dev dum6 nodad")
        res = guest.sh("ip link set dum6 master vfp6", check=False)
        promise.expect(res.rc and "IP addresses" in res.err, f"{res.rc} {res.err}")
        guest.sh("ip addr del fd00:9::1/64 dev dum6 && ip link set dum6 master vfp6")
        promise.expect("fe80" not in guest.sh("ip -6 addr show dev dum6").out, "link-local")
        guest.sh("ip link del vfp6 && ip link del dum6")
