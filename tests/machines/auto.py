# SPDX-License-Identifier: GPL-2.0
"""auto=: the upper makes itself; a guest's image needs no configuration."""

from common.promises import judge_agreement
from common.scene import GUEST_MAC, UPPER, Scene
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

GUEST = "machine"


class AutoScene(Scene):
    """The module does what the operator does elsewhere."""

    def make_guest(self):
        self.guest = self.lab.guest(1, mac=GUEST_MAC, bridge="br0")
        # Before the kernel knows of any netdev, as in an initramfs.
        self.guest.sh("modprobe vfpath_vf && modprobe vfpath_failover auto=all && "
                      "modprobe virtio_net")
        self.station = Station("guest", self.guest, UPPER, 11)
        self.station.configure()
        self.wait_active("synthetic")
        wait_for(lambda: self.station.ping(self.outside.ip, 1), 20, "the guest to reach outside")


def setup_module(lab):
    """A guest whose upper is there as soon as its virtio-net."""
    lab.scene = AutoScene(lab, guest="machine").start()


def test_made(lab):
    """One upper, of the virtio-net; it takes the VF as well."""
    scene, promise = lab.scene, Promise("auto")
    uppers = scene.guest.sh("ls -d /sys/class/net/*/vfpath").out.split()
    promise.expect(len(uppers) == 1, f"{uppers}")
    promise.expect(scene.guest.driver_of(scene.vfpath("synthetic")) == "virtio_net", "synthetic")
    scene.plug()
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "on the VF")
    # Its own VLANs and others' virtual netdevs aren't synthetic netdevs.
    scene.guest.sh(f"ip link add link {UPPER} name x9 type vlan id 9 && ip link add d9 type veth")
    uppers = scene.guest.sh("ls -d /sys/class/net/*/vfpath").out.split()
    promise.expect(len(uppers) == 1, f"{uppers}")
    scene.guest.sh("ip link del x9 && ip link del d9")
    scene.unplug()
    promise.require()


def vf_carrier(scene):
    """The carrier of the upper's VF, or nothing without a VF."""
    return scene.guest.sh(f"cat /sys/class/net/{UPPER}/lower_{scene.vfpath('vf')}/carrier",
                          check=False).out.strip()


def test_upper_chooses(lab):
    """The host sends where this upper, too, says, and not to its VF as soon as that is open."""
    scene, promise = lab.scene, Promise("auto, the upper chooses")
    scene.set_path("synthetic")
    scene.plug(wait=False)
    wait_for(lambda: vf_carrier(scene) == "1", 20, "the VF's carrier")
    judge_agreement(promise, scene, "plugged", "synthetic")
    # A VF that is alone asks for the data path when its link is back.
    for state, carrier in (("disable", "0"), ("auto", "1")):
        scene.set_vf(0, f"state {state}")
        wait_for(lambda carrier=carrier: vf_carrier(scene) == carrier, 20, f"carrier {carrier}")
    judge_agreement(promise, scene, "link back", "synthetic")
    scene.set_path("auto")
    scene.wait_active("vf")
    judge_agreement(promise, scene, "auto", "vf")
    scene.unplug()
    promise.require()


def test_synthetic_again(lab):
    """A synthetic netdev that comes back, under an upper on its VF, goes to that upper."""
    scene, guest, promise = lab.scene, lab.scene.guest, Promise("auto, the driver again")
    scene.plug()
    index = guest.read(f"/sys/class/net/{UPPER}/ifindex")
    guest.sh("modprobe -r virtio_net")
    promise.expect(scene.vfpath("synthetic") == "", "still there")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "on the VF alone")
    guest.sh("modprobe virtio_net")
    promise.expect(scene.vfpath("synthetic"), "not taken")
    uppers = guest.sh("ls -d /sys/class/net/*/vfpath").out.split()
    promise.expect(len(uppers) == 1, f"{uppers}")
    promise.expect(guest.read(f"/sys/class/net/{UPPER}/ifindex") == index, "another upper")
    scene.unplug()
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "outside by the new one")
    # Of no kind, so that NetworkManager takes it for an Ethernet netdev, and nobody deletes it.
    promise.expect("linkinfo" not in guest.link(UPPER), f"{guest.link(UPPER)}")
    promise.expect(guest.sh(f"ip link del {UPPER}", check=False).rc, "deleted")
    promise.require()


def test_by_address(lab):
    """A list of addresses; what is neither that nor "all" is refused."""
    scene, promise = lab.scene, Promise("auto by address")
    guest = scene.guest
    guest.sh("modprobe -r vfpath_failover")
    for bad in ("1", "yes", "52:54:00:00:20", f"{GUEST_MAC},", f"{GUEST_MAC},x", "all,"):
        res = guest.sh(f"modprobe vfpath_failover auto={bad}", check=False)
        promise.expect(res.rc, f"auto={bad} is taken")
    guest.sh("modprobe -r virtio_net && "
             f"modprobe vfpath_failover auto=52:54:00:00:99:99,{GUEST_MAC} && modprobe virtio_net")
    promise.expect(scene.vfpath("synthetic"), "no upper was made")
    scene.station.configure()
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "the guest to reach outside")
    scene.plug()
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "on the VF")
    promise.require()
