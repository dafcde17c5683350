# SPDX-License-Identifier: GPL-2.0
"""Behind QEMU's failover=on: virtio-net makes its upper by our net_failover.ko."""

from common.migration import migrate
from common.promises import FLR, LEAVE, RETURN, judge, judge_agreement, play
from common.flows import Flows
from common.scene import BRIDGE, GUEST_MAC, UPPER, Scene
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

GUEST = "machine"
ALONE = True

LOAD = ("modprobe vfpath_vf && modprobe vfpath_failover && "
        "insmod /opt/vfpath/instead/net_failover.ko && modprobe virtio_net")


class StandbyScene(Scene):
    """The scene with a guest in which nobody has to set up an upper."""

    def make_guest(self):
        self.guest = self.lab.guest(1, mac=GUEST_MAC, bridge=BRIDGE, nic="failover=on")
        self.guest.vf_options = {"failover_pair_id": "nic0"}
        self.guest.sh(LOAD)
        upper = wait_for(self.find_upper, 10, "an upper that virtio-net has made")
        self.guest.sh(f"ip link set {upper} name {UPPER}")
        self.station = Station("guest", self.guest, UPPER, 11)
        self.station.configure()
        self.wait_active("synthetic")
        wait_for(lambda: self.station.ping(self.outside.ip, 1), 20, "the guest to reach outside")

    def find_upper(self):
        """The upper, if there is one."""
        return next((link["ifname"] for link in self.guest.links()
                     if self.guest.sh(f"test -e /sys/class/net/{link['ifname']}/vfpath",
                                      check=False).rc == 0), None)


def setup_module(lab):
    """QEMU has negotiated STANDBY with the guest's virtio-net."""
    lab.scene = StandbyScene(lab, guest="machine").start()


def test_upper(lab):
    """The upper has virtio-net's device and address, so user space names it as it always did."""
    scene, guest, promise = lab.scene, lab.scene.guest, Promise("the upper of virtio-net")
    standby = scene.vfpath("synthetic")
    promise.expect(guest.link(standby)["master"] == UPPER, "not enslaved")
    promise.expect(guest.driver_of(standby) == "virtio_net", "another driver's")
    same = guest.sh(f"readlink -f /sys/class/net/{UPPER}/device /sys/class/net/{standby}/device")
    promise.expect(len(set(same.out.split())) == 1, same.out)
    promise.expect(guest.read(f"/sys/class/net/{standby}/phys_port_name") == "sby", "no port name")
    promise.expect(guest.link(UPPER)["address"] == GUEST_MAC, "another address")
    promise.require()


def test_events(lab):
    """The VF that QEMU pairs with it comes, is torn, and goes."""
    scene, promise = lab.scene, Promise("behind failover=on")
    with Flows.of(scene) as flows:
        for event in (RETURN, *FLR, LEAVE):
            judge(promise, play(scene, flows, event))
            judge_agreement(promise, scene, event[0], event[1])
    promise.require()


def test_migration(lab):
    """QEMU takes the VF itself, and migrates."""
    migrate(lab.scene, Promise("migration"), BRIDGE, lambda scene: scene.plug(), by_qemu=True)


def test_driver_goes(lab):
    """virtio-net is unloaded, and its upper with it; both come back."""
    scene, guest = lab.scene, lab.scene.guest
    scene.on_vf()
    guest.sh("modprobe -r virtio_net")
    assert not scene.find_upper()
    assert "vfpath_vf" in guest.sh("lsmod").out
    # Our net_failover was unloaded with it, as nobody else needs it.
    guest.sh(LOAD)
    upper = wait_for(scene.find_upper, 10, "the upper again")
    guest.sh(f"ip link set {upper} name {UPPER}")
    scene.station.configure()
    scene.wait_active("vf")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "traffic after it")
    # It is virtio-net's alone to remove.
    assert guest.sh(f"ip link del {UPPER}", check=False).rc
    assert scene.find_upper() == UPPER
