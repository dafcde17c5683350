# SPDX-License-Identifier: GPL-2.0
"""What is put on top of an upper, or of another station, in the namespace guest's scene."""

from contextlib import contextmanager

from labkit.util import wait_for

from .scene import UPPER, Scene
from .station import Station, comes, reaches, vlan    # noqa: F401: tests take vlan from here
from .verdict import Promise

# Nobody else has these addresses.
FREE_MAC, FREE_MAC2 = "52:54:00:00:77:01", "52:54:00:00:77:02"

# Takes away what a case has made: netdevs on top of others, stations of its own.
CLEAN = f"""
ip netns list | while read ns rest; do
    case $ns in outside|child2|child3|guest) ;; *) ip netns del $ns; continue ;; esac
    for kind in macvtap macvlan vlan bridge bond team dummy; do
        ip -n $ns -o link show type $kind | sed 's/^[0-9]*: *//; s/[:@].*//' |
        while read dev; do ip -n $ns link del dev $dev 2>/dev/null; done; done; done
ip -n guest link set {UPPER} nomaster
ip -n guest link set {UPPER} allmulticast off promisc off mtu 1500 up
true
"""


def namespace_scene(lab):
    """A module's setup_module: the whole scene, its guest in a namespace, as lab.scene."""
    lab.scene = Scene(lab).start()


def renew(lab):
    """As good as new, whatever a case has put on top."""
    scene = lab.scene
    scene.host.sh(CLEAN, timeout=60)
    scene.on_synthetic()
    scene.station.configure()
    scene.renew()


namespace_scene.renew = renew


@contextmanager
def case(lab, name):
    """Scene and promise; the promise is judged, and the scene left as it was found."""
    promise = Promise(name)
    yield lab.scene, promise
    promise.require()
    renew(lab)


def state(scene):
    """The upper's path, and why."""
    return f"{scene.vfpath('active')}/{scene.vfpath('inactive_reason')!r}"


def both_ways(promise, scene, station, peers, when):
    """A station and its peers reach each other; whatever the path, and said which."""
    for peer in peers:
        for a, b in ((station, peer), (peer, station)):
            promise.expect(reaches(a, b.ip), f"{when}: {a} doesn't reach {b} ({state(scene)})")


def plug(scene, limit=10):
    """The VF comes; it is bound, and used or not: which path the guest is on then."""
    scene.plug(wait=False)
    wait_for(lambda: scene.vfpath("vf") == "vf0", limit, "the VF to be bound")
    comes(lambda: scene.vfpath("active") == "vf", limit)
    return scene.vfpath("active")


def settled(promise, scene, when):
    """On the VF, or else with a reason that can be read."""
    active, reason = scene.vfpath("active"), scene.vfpath("inactive_reason")
    promise.expect(active == "vf" or (active == "synthetic" and reason),
                   f"{when}: path {active!r}, reason {reason!r}")
    promise.figures[when] = f"{active}/{reason}"


def macvlan(scene, mac, name="mv0", number=60, mode="private"):
    """A container with a macvlan on the upper; its Station."""
    netns = f"ns{name}"
    scene.host.sh(f"ip netns add {netns} && ip -n guest link add link {UPPER} name {name} "
                  f"address {mac} type macvlan mode {mode} && "
                  f"ip -n guest link set {name} netns {netns}")
    inner = Station(name, scene.host, name, number, netns)
    inner.configure()
    return inner


def behind_bridge(scene, port):
    """A bridge in the guest over one of its netdevs, and a station behind it."""
    ip = "ip -n guest"
    scene.host.sh(f"ip netns add inner && {ip} link add brg type bridge && "
                  f"{ip} link add ing type veth peer name in0 && {ip} link set in0 netns inner && "
                  f"{ip} link set ing master brg up && {ip} addr flush dev {port} && "
                  f"{ip} link set {port} master brg && {ip} link set {port} up && "
                  f"{ip} link set brg up")
    inner = Station("inner", scene.host, "in0", 63, "inner")
    inner.configure()
    return inner
