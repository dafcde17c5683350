# SPDX-License-Identifier: GPL-2.0
"""However upper, synthetic netdev and VF come together, the guest ends up on its VF."""

from common.scene import GUEST_MAC, UPPER, Scene
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

CHECKED = True

ADD = f"ip link add {UPPER} type vfpath"
SYNTHETIC, VF = f"ip link set eth0 master {UPPER}", f"ip link set vf0 master {UPPER}"
# None: the VF comes here; by itself where a synthetic netdev waits for it, else by hand.
ORDERS = {
    "upper, synthetic, VF": (ADD, SYNTHETIC, None),
    "upper, VF, synthetic": (ADD, None, SYNTHETIC),
    "upper, VF by hand, synthetic": (ADD, None, VF, SYNTHETIC),
    "VF, upper, synthetic": (None, ADD, SYNTHETIC),
    "VF that is up, upper, synthetic": (None, "ip link set vf0 up", ADD, SYNTHETIC),
    "synthetic and VF that are up, upper": (None, "ip link set vf0 up && ip link set eth0 up", ADD,
                                            SYNTHETIC),
    "upper that is up": (ADD, f"ip link set {UPPER} up", SYNTHETIC, None),
}
# Where each takes a minute, for the checkers' sake: those that bind late, and under RTNL.
CHECKED_ORDERS = ("upper, VF, synthetic", "synthetic and VF that are up, upper", "upper that is up")


def setup_module(lab):
    """A guest in a namespace, without an upper."""
    scene = lab.scene = Scene(lab)
    scene.start()
    scene.guest.sh(f"ip link del {UPPER}")


def test_orders(lab):
    """Each order, and each apart again."""
    scene, guest, promise = lab.scene, lab.scene.guest, Promise("orders")
    for name, steps in ORDERS.items():
        if lab.kernel.debug and name not in CHECKED_ORDERS:
            continue
        for step in steps:
            if step:
                guest.sh(step)
            else:
                guest.plug_vf(lab.vf_pci(0))
        scene.station = Station("guest", guest, UPPER, 11)
        scene.station.configure()
        try:
            scene.wait_active("vf")
            wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 10, "outside to answer")
            wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 10, "child2 to answer")
        except Exception as e:          # pylint: disable=broad-except
            promise.expect(False, f"{name}: {e}")
        promise.expect(guest.link(UPPER)["address"] == GUEST_MAC, f"{name}: another address")
        shown = guest.sh("ip -o addr show dev eth0; ip -o addr show dev vf0").out
        promise.expect("inet" not in shown, f"{name}: {shown}")
        guest.sh(f"ip link del {UPPER}")
        guest.unplug_vf()
        guest.sh("ip link set eth0 down")
    promise.require()


def test_misfit(lab):
    """A VF that can't do what the upper does is kept out of use, says why, and is used once it can."""
    scene, guest, promise = lab.scene, lab.scene.guest, Promise("misfit")
    guest.sh(f"ip link set eth0 mtu 9600 && {ADD} && {SYNTHETIC} && ip link set {UPPER} mtu 9600")
    scene.station = Station("guest", guest, UPPER, 11)
    scene.station.configure()
    scene.wait_active("synthetic")
    guest.plug_vf(lab.vf_pci(0))
    wait_for(lambda: scene.vfpath("vf") == "vf0", 10, "the VF to be bound")
    promise.expect("MTU" in scene.vfpath("inactive_reason"), scene.vfpath("inactive_reason"))
    promise.expect(scene.vfpath("active") == "synthetic", "used in spite of it")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the synthetic path")
    guest.sh(f"ip link set {UPPER} mtu 1500")
    scene.wait_active("vf")
    promise.expect(scene.vfpath("inactive_reason") == "", scene.vfpath("inactive_reason"))
    promise.expect(guest.link("vf0")["mtu"] == 1500, "another MTU")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 10, "outside to answer")
    guest.sh(f"ip link del {UPPER}")
    guest.unplug_vf()
    promise.require()
