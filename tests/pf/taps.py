# SPDX-License-Identifier: GPL-2.0
"""What holds for a guest's tap isn't got round by its VF: the guest stays on the tap then."""

from common.scene import BRIDGE, UPPER, with_guest
from common.station import comes
from common.verdict import Promise

from labkit.util import wait_for

setup_module = with_guest


def stays_on_tap(scene, promise, what):
    """The VF comes, and isn't used."""
    scene.plug(wait=False)
    taken = comes(lambda: scene.vfpath("active") == "vf", 5)
    promise.expect(not taken, f"{what}: the guest is on its VF")
    promise.expect(scene.vfpath("inactive_reason"), f"{what}: no reason")
    promise.figures[what] = scene.vfpath("inactive_reason")


def takes_vf(scene, promise, what):
    """Without what was in the way it is used by itself."""
    promise.expect(comes(lambda: scene.vfpath("active") == "vf", 20), f"{what}: still not on the VF "
                   f"({scene.vfpath('inactive_reason')})")
    scene.unplug()


def flag(lab, name, promise):
    """A bridge port's flag, before and while the VF is in use."""
    scene, tap = lab.scene, lab.scene.guest.tap
    off, on = ("off", "on") if name != "learning" else ("on", "off")
    scene.station.ping(scene.child2.ip, 1)
    lab.host.sh(f"bridge link set dev {tap} {name} {on}")
    stays_on_tap(scene, promise, name)
    lab.host.sh(f"bridge link set dev {tap} {name} {off}")
    promise.expect(comes(lambda: scene.vfpath("active") == "vf", 20), f"{name} gone: not on the VF")
    lab.host.sh(f"bridge link set dev {tap} {name} {on}")
    promise.expect(comes(lambda: scene.vfpath("active") == "synthetic", 20),
                   f"{name} while the VF is in use: the guest is still on it")
    lab.host.sh(f"bridge link set dev {tap} {name} {off}")
    takes_vf(scene, promise, name)


def test_isolated(lab):
    """An isolated port."""
    promise = Promise("isolated")
    flag(lab, "isolated", promise)
    promise.require()


def test_learning(lab):
    """A port that doesn't learn: with a static entry."""
    promise = Promise("learning off")
    flag(lab, "learning", promise)
    promise.require()


def test_size(lab):
    """Frames of a guest that the tap doesn't take: they pass by neither path, and it is said."""
    scene, promise = lab.scene, Promise("frames of the VF alone")
    scene.outside.sh("ip link set out0 mtu 9000")
    scene.guest.sh(f"ip link set {UPPER} mtu 9000")
    stays_on_tap(scene, promise, "MTU 9000")
    promise.expect("size" in scene.vfpath("inactive_reason"), scene.vfpath("inactive_reason"))
    lab.host.sh(f"ip link set {scene.guest.tap} mtu 9000")
    promise.expect(comes(lambda: scene.vfpath("active") == "vf", 20), "the tap's MTU: not on the VF")
    scene.station.sh(f"ping -n -q -M do -s 8000 -i 0.2 -W 1 -c 3 {scene.outside.ip}")
    lab.host.sh(f"ip link set {scene.guest.tap} mtu 1500")
    promise.expect(comes(lambda: scene.vfpath("active") == "synthetic", 20),
                   "the tap's MTU while the VF is in use: the guest is still on it")
    scene.guest.sh(f"ip link set {UPPER} mtu 1500")
    scene.outside.sh("ip link set out0 mtu 1500")
    takes_vf(scene, promise, "MTU 1500")
    promise.require()


def test_vlan(lab):
    """The tap is in a VLAN, the VF isn't; then it is, too."""
    scene, host, promise = lab.scene, lab.host, Promise("tap in a VLAN")
    tap = scene.guest.tap
    host.sh(f"ip link set {BRIDGE} type bridge vlan_filtering 1 && "
            f"bridge vlan add dev {scene.pf} vid 30 && "
            f"for d in {tap} c2h; do bridge vlan add dev $d vid 30 pvid untagged && "
            f"bridge vlan del dev $d vid 1; done")
    wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 10, "child2 in VLAN 30")
    promise.expect(not scene.station.ping(scene.outside.ip), "synthetic: the wire's VLAN 1")
    stays_on_tap(scene, promise, "VLAN 30")
    promise.expect(scene.station.ping(scene.child2.ip) == 3, "child2 isn't reached")
    promise.expect(not scene.station.ping(scene.outside.ip), "the wire's VLAN 1 is reached")
    scene.set_vf(0, "vlan 30")
    promise.expect(comes(lambda: scene.vfpath("active") == "vf", 20),
                   f"vf 0 vlan 30: {scene.vfpath('inactive_reason')}")
    wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 10, "child2, by the VF")
    promise.expect(not scene.station.ping(scene.outside.ip), "by the VF: the wire's VLAN 1")
    scene.unplug()
    scene.set_vf(0, "vlan 0")
    host.sh(f"for d in {tap} c2h; do bridge vlan add dev $d vid 1 pvid untagged; "
            f"bridge vlan del dev $d vid 30; done; ip link set {BRIDGE} type bridge "
            "vlan_filtering 0")
    promise.require()
