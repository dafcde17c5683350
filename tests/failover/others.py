# SPDX-License-Identifier: GPL-2.0
"""Other VFs than ours, more uppers than one."""

from common import nic
from common.interop import check_both_paths, check_streams
from common.scene import BRIDGE, GUEST_MAC, UPPER, with_guest
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

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


def test_veth(lab):
    """A veth as the VF: virtual netdevs are taken only when the operator says so."""
    scene, promise, guest = lab.scene, Promise("veth as a VF"), lab.scene.guest
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
