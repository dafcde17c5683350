# SPDX-License-Identifier: GPL-2.0
"""The in-tree igbvf in a guest, on a VF of vfpath_pf by vfio: all of `ip link set PF vf N`."""

from common import nic
from common.interop import check_streams
from common.scene import BRIDGE, GUEST_MAC, Scene
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

GUEST = "machine"

VID = 100


def setup_module(lab):
    """A guest with a VF and no virtio-net in use, beside the host's part of the scene."""
    scene = lab.scene = Scene(lab, guest=False).start()
    lab.guest_vm = lab.guest(1, mac="52:54:00:00:47:01", bridge=BRIDGE)
    lab.guest_vm.plug_vf(lab.vf_pci(0))
    lab.guest_vm.sh("modprobe igbvf")
    dev = wait_for(lambda: lab.guest_vm.netdev_by_mac(GUEST_MAC), 20, "igbvf's netdev")
    lab.station = Station("guest", lab.guest_vm, dev, 11)
    lab.station.configure()
    wait_for(lambda: lab.station.ping(scene.outside.ip, 1), 30, "the guest to reach outside")


def carrier(lab):
    """The guest's idea of its link."""
    return lab.guest_vm.read(f"/sys/class/net/{lab.station.dev}/carrier", check=False)


def restart(lab):
    """igbvf resets its VF, as it has to for some settings."""
    lab.station.sh(f"ip link set {lab.station.dev} down")
    lab.station.configure()
    wait_for(lambda: carrier(lab) == "1", 30, "igbvf's link")


def test_traffic(lab):
    """To the wire, the bridge, another VF and the host, both ways."""
    scene = lab.scene
    check_streams(lab.station, [scene.outside, scene.child2, scene.child3, scene.me],
                  scene.rate // 4)


def test_state(lab):
    """Its link goes and comes."""
    scene = lab.scene
    scene.set_vf(0, "state disable")
    wait_for(lambda: carrier(lab) == "0", 20, "loss of the link")
    scene.set_vf(0, "state auto")
    wait_for(lambda: lab.station.ping(scene.outside.ip, 1), 30, "the link again")
    assert scene.rar_owner() == {0}


def test_vlan(lab):
    """A port VLAN, of which the guest knows nothing."""
    scene, station, promise = lab.scene, lab.station, Promise("port VLAN")
    scene.outside.sh(f"ip link add link out0 name out0.{VID} type vlan id {VID} && "
                     f"ip addr add 10.7.1.1/24 dev out0.{VID} && ip link set out0.{VID} up")
    station.sh(f"ip addr add 10.7.1.11/24 dev {station.dev}")
    scene.set_vf(0, f"vlan {VID}")
    wait_for(lambda: station.ping("10.7.1.1", 1), 30, "the VLAN")
    promise.expect(station.ping("10.7.1.1") == 3, "the VLAN doesn't answer")
    promise.expect(not station.ping(scene.child2.ip), "the bridge outside of the VLAN answers")
    scene.set_vf(0, "vlan 0")
    wait_for(lambda: station.ping(scene.outside.ip, 1), 30, "the untagged network")
    promise.require()


def test_mac(lab):
    """An address of the host's takes effect with igbvf's next reset; it goes on until then."""
    scene, station, mac = lab.scene, lab.station, "52:54:00:00:47:02"
    scene.set_vf(0, f"mac {mac}")
    restart(lab)
    assert station.mac() == mac, station.mac()
    wait_for(lambda: station.ping(scene.outside.ip, 1), 30, "traffic with the new address")
    assert station.ping(scene.child2.ip) == 3
    assert scene.rar_owner(mac) == {0}
    scene.set_vf(0, f"mac {GUEST_MAC}")
    restart(lab)
    wait_for(lambda: station.ping(scene.outside.ip, 1), 30, "traffic with the old address")


def test_rest(lab):
    """Rate, anti-spoof, trust and counters do not get into its way."""
    scene, station = lab.scene, lab.station
    before = scene.vf_packets(0)
    for what in ("max_tx_rate 100", "spoofchk off", "trust on"):
        scene.set_vf(0, what)
        assert station.ping(scene.outside.ip) == 3, what
    for what in ("max_tx_rate 0", "spoofchk on", "trust off"):
        scene.set_vf(0, what)
        assert station.ping(scene.outside.ip) == 3, what
    assert all(b >= a + 18 for a, b in zip(before, scene.vf_packets(0)))


def test_guest_dies(lab):
    """Its vport is free again, without a word of the guest's."""
    scene = lab.scene
    assert scene.rar_owner() == {0}
    lab.host.sh("pkill -9 qemu-system")
    lab.guests.pop(1)
    wait_for(lambda: scene.rar_owner() == {nic.PF_POOL}, 20, "the NIC to take the address back")
    assert scene.child3.ping(scene.outside.ip) == 3
    lab.set_numvfs(0)
    scene.numvfs = 0
