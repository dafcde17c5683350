# SPDX-License-Identifier: GPL-2.0
"""VFs of other drivers, more uppers than one, a second VF with the same address."""

from common import nic
from common.interop import check_streams
from common.scene import BRIDGE, GUEST_MAC, UPPER, with_guest
from common.station import Station
from common.verdict import Promise

from labkit.runner import Skip
from labkit.util import wait_for

KERNELS = ("6.1", "debug")

SECOND_MAC = "52:54:00:00:20:02"

# Sixty-four flows, of sockets that aren't connected: each frame is given its queue anew.
FLOWS = ("import socket, sys\n"
         "for _ in range(64):\n"
         "    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', (sys.argv[1], 9))\n")


def queue_packets(guest, dev):
    """How many frames each transmit queue has taken, by its qdisc."""
    return [q["packets"] for q in guest.json(f"tc -s -j qdisc show dev {dev}")
            if "parent" in q]


def setup_module(lab):
    """The scene for ourselves: VFs are put to other uses here."""
    with_guest(lab)


def check_both_paths(scene, promise, name):
    """The guest gets from one path to the other and back, and both carry."""
    for path in ("vf", "synthetic", "vf"):
        scene.set_path(path)
        scene.wait_active(path)
        for peer in (scene.outside, scene.child2):
            wait_for(lambda peer=peer: scene.station.ping(peer.ip, 1), 20, f"{name}: {peer}")
            promise.expect(peer.ping(scene.station.ip) >= 3, f"{name}, {path}: not from {peer}")
    scene.set_path("auto")


def test_igbvf(lab):
    """The in-tree igbvf instead of vfpath_vf, on vfpath_pf."""
    scene, promise = lab.scene, Promise("igbvf below the upper")
    if not scene.nested:
        raise Skip("nothing of ours to check in a driver that isn't")
    scene.on_synthetic()
    scene.guest.use_vf_driver("igbvf")
    scene.on_vf()
    check_both_paths(scene, promise, "igbvf")
    promise.expect(scene.rar_owner() == {0}, f"igbvf is up, and the NIC: {scene.rar_owner()}")
    scene.unplug()
    wait_for(lambda: scene.rar_owner() == {nic.PF_POOL}, 10, "the NIC to take the address back")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the synthetic path after it")
    scene.guest.use_vf_driver("vfpath_vf")
    promise.require()


def test_virtio(lab):
    """A virtio-net as the VF: hardware with the address is taken by itself."""
    scene, promise, guest = lab.scene, Promise("virtio-net as a VF"), lab.scene.guest
    if not scene.nested:
        raise Skip("a namespace has no virtio-net")
    scene.on_synthetic()
    lab.host.sh(f"ip tuntap add dev tapv mode tap vnet_hdr && ip link set tapv master {BRIDGE} up")
    guest.qmp("netdev_add", type="tap", id="nv", ifname="tapv", script="no", downscript="no",
              vhost=True)
    guest.qmp("device_add", driver="virtio-net-pci", id="vf9", bus="rp2", netdev="nv",
              mac=GUEST_MAC, romfile="")
    scene.wait_active("vf")
    check_both_paths(scene, promise, "virtio-net")
    guest.unplug_vf("vf9")
    scene.wait_active("synthetic")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the synthetic path after it")
    guest.qmp("netdev_del", id="nv")
    promise.require()


def test_veth(lab):
    """A veth as the VF: virtual netdevs are taken only when the operator says so."""
    scene, promise, guest = lab.scene, Promise("veth as a VF"), lab.scene.guest
    if scene.nested:
        raise Skip("a guest's veth leads nowhere")
    scene.on_synthetic()
    lab.host.sh(f"ip link add vethv type veth peer name vf9 address {GUEST_MAC} netns guest && "
                f"ip link set vethv master {BRIDGE} up")
    promise.expect(scene.vfpath("vf") == "", "a veth was taken by itself")
    guest.sh(f"ip link set vf9 master {UPPER}")
    scene.wait_active("vf")
    check_both_paths(scene, promise, "veth")
    lab.host.sh("ip link set vethv down")
    scene.wait_active("synthetic")
    lab.host.sh("ip link set vethv up")
    scene.wait_active("vf")
    lab.host.sh("ip link del vethv")
    scene.wait_active("synthetic")
    promise.expect(scene.vfpath("vf") == "", "still there")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the synthetic path after it")
    promise.require()


def test_two_uppers(lab):
    """Each takes the VF of its own address; the second has several queues."""
    scene, promise, guest = lab.scene, Promise("two uppers"), lab.scene.guest
    if scene.nested:
        raise Skip("this guest has one virtio-net")
    scene.on_vf()
    lab.host.sh(f"ip link add tap9 numtxqueues 4 numrxqueues 4 type veth peer name eth9 "
                f"numtxqueues 4 numrxqueues 4 address {SECOND_MAC} netns guest && "
                f"ip link set tap9 master {BRIDGE} up")
    guest.sh("ip link add vfp9 numtxqueues 4 numrxqueues 4 type vfpath && "
             "ip link set eth9 master vfp9")
    scene.set_vf(1, f"mac {SECOND_MAC}")
    lab.host.sh("ip netns del child3")
    scene.child3 = None
    # child3's VF is back in the host's own namespace.
    wait_for(lambda: lab.host.netdev_of(lab.vf_pci(1)), 10, "VF 1")
    guest.give_vf(lab.vf_pci(1), "vf9")
    second = Station("guest's second", guest, "vfp9", 14)
    # One network, so one upper with an address at a time, or the first would carry it all.
    guest.sh(f"sysctl -qw net.ipv4.conf.all.arp_ignore=1 && ip addr flush dev {UPPER}")
    second.configure()
    wait_for(lambda: guest.read("/sys/class/net/vfp9/vfpath/active") == "vf", 20, "the second VF")
    promise.expect(scene.vfpath("vf") == "vf0", scene.vfpath("vf"))
    promise.expect(guest.read("/sys/class/net/vfp9/vfpath/vf") == "vf9", "another VF")
    promise.expect(scene.rar_owner() == {0} and scene.rar_owner(SECOND_MAC) == {1},
                   f"{scene.rar_owner()} {scene.rar_owner(SECOND_MAC)}")
    check_streams(second, [scene.outside, scene.child2], scene.rate // 4)
    by_vf = nic.ethtool(guest, "vfp9")
    promise.expect(by_vf["vf_tx_packets"] > 100 and by_vf["vf_rx_packets"] > 100, by_vf)
    guest.write("/sys/class/net/vfp9/vfpath/path", "synthetic")
    wait_for(lambda: scene.rar_owner(SECOND_MAC) == {nic.PF_POOL}, 10, "the NIC to follow")
    promise.expect(scene.vfpath("active") == "vf", "the first moved, too")
    check_streams(second, [scene.outside, scene.child2], scene.rate // 4)
    after = nic.ethtool(guest, "vfp9")
    promise.expect(all(after[f"synthetic_{way}_packets"] > by_vf[f"synthetic_{way}_packets"] + 100
                       for way in ("rx", "tx")), f"{by_vf} {after}")
    guest.sh("tc qdisc add dev eth9 root mq")
    guest.sh(f'python3 -c "{FLOWS}" {scene.outside.ip}')
    packets = queue_packets(guest, "eth9")
    promise.expect(len(packets) == 4 and all(packets), f"by the lower's queues: {packets}")
    guest.sh("ip link del vfp9")
    lab.host.sh("ip link del tap9")
    scene.station.configure()
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the first, after the second")
    promise.require()
