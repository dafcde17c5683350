# SPDX-License-Identifier: GPL-2.0
"""What is put on the upper, and under it: VLANs, macvlans, bridges, packet sockets, XDP; sleep."""

from common.events import each_path
from common.promises import refused
from common.scene import UPPER, with_guest
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

setup_module = with_guest
CHECKED = True

VID = 70
# Loads a program that returns the action in argv[1] (linux/bpf.h: XDP_DROP 1, XDP_PASS 2), and
# pins it at argv[2]. BPF_PROG_LOAD is 5, BPF_OBJ_PIN 6, of the system call bpf, 321 on x86-64.
XDP = r"""
import ctypes, os, struct, sys
syscall = ctypes.CDLL(None, use_errno=True).syscall
insns = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xb7, 0, 0, int(sys.argv[1]),
                                                0x95, 0, 0, 0))
license = ctypes.create_string_buffer(b"GPL")
path = ctypes.create_string_buffer(sys.argv[2].encode())
def bpf(cmd, attr):
    attr = ctypes.create_string_buffer(attr.ljust(128, bytes(1)), 128)
    got = syscall(321, cmd, attr, 128)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return got
fd = bpf(5, struct.pack("<IIQQ", 6, 2, ctypes.addressof(insns), ctypes.addressof(license)))
bpf(6, struct.pack("<QI", ctypes.addressof(path), fd))
"""
XDP_DROP, XDP_PASS = 1, 2


def test_vlan(lab):
    """A VLAN on the upper works on both paths, and was made before the VF came."""
    scene, promise = lab.scene, Promise("VLAN")
    scene.on_synthetic()
    scene.outside.sh(f"ip link add link out0 name out0.{VID} type vlan id {VID} && "
                     f"ip addr add 10.7.70.1/24 dev out0.{VID} && ip link set out0.{VID} up")
    scene.guest.sh(f"ip link add link {UPPER} name {UPPER}.{VID} type vlan id {VID} && "
                   f"ip addr add 10.7.70.11/24 dev {UPPER}.{VID} && ip link set {UPPER}.{VID} up")
    for path in each_path(scene):
        wait_for(lambda: scene.station.ping("10.7.70.1", 1), 10, f"{path}: the VLAN")
        promise.expect(scene.station.ping("10.7.70.1") == 3, f"{path}: the VLAN doesn't answer")
    scene.guest.sh(f"ip link del {UPPER}.{VID}")
    promise.require()


def test_macvlan(lab):
    """A macvlan on the upper has an address of its own, which the host has to allow on a VF."""
    scene, promise = lab.scene, Promise("macvlan")
    scene.set_vf(0, "trust on")
    scene.guest.sh(f"ip link add link {UPPER} name mv0 type macvlan mode bridge && "
                   "ip addr add 10.7.0.60/24 dev mv0 && ip link set mv0 up")
    for path in each_path(scene):
        for peer in (scene.outside, scene.child2):
            wait_for(lambda peer=peer: peer.ping("10.7.0.60", 1), 20, f"{path}: {peer}, mv0")
            promise.expect(peer.ping("10.7.0.60") == 3, f"{path}: {peer} doesn't reach mv0")
    scene.guest.sh("ip link del mv0")
    scene.set_vf(0, "trust off")
    promise.require()


# Five frames to all, of a type for experiments (IEEE 802, 0x88b5)
BROADCAST = """
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("in0", 0))
for _ in range(5):
    s.send(bytes([255] * 6) + bytes.fromhex(sys.argv[1].replace(":", "")) +
           bytes([0x88, 0xb5] + [0] * 46))
    time.sleep(0.1)
"""


def test_bridge(lab):
    """A bridge on the upper: a station behind the guest, which no NIC knows, so not by the VF.

    After a move the host's bridge hears where it is, although it says nothing.
    """
    scene, promise = lab.scene, Promise("a bridge on the upper")
    ip, where = "ip -n guest", lab.host
    scene.on_vf()
    where.sh(f"ip netns add inner && {ip} link add brg type bridge && "
             f"{ip} link add ing type veth peer name in0 && {ip} link set in0 netns inner && "
             f"{ip} link set ing master brg up && {ip} addr flush dev {UPPER} && "
             f"{ip} link set {UPPER} master brg && {ip} link set brg up")
    inner = Station("inner", where, "in0", 63, "inner")
    inner.configure()
    scene.wait_active("synthetic")
    promise.expect("bridge" in scene.vfpath("inactive_reason"), scene.vfpath("inactive_reason"))
    for peer in (scene.outside, scene.child2):
        wait_for(lambda peer=peer: inner.ping(peer.ip, 1), 20, f"inner to reach {peer}")
        promise.expect(peer.ping(inner.ip) == 3, f"{peer} doesn't reach inner")
    mac = inner.mac()
    promise.expect(scene.fdb_owner(mac) == {scene.guest.tap}, f"{scene.fdb_owner(mac)}")
    # Nobody can have it receive for them, whatever the operator says: the NIC gives unknown unicast
    # to no VF. Inner is reached all the same.
    scene.set_vf(0, "trust on spoofchk off")
    scene.set_path("vf")
    wait_for(lambda: "promiscuous" in scene.vfpath("inactive_reason"), 10, "the VF's reason")
    for peer in (scene.outside, scene.child2):
        promise.expect(peer.ping(inner.ip) == 3, f"path=vf: {peer} doesn't reach inner")
    promise.expect(scene.fdb_owner(mac) == {scene.guest.tap}, f"path=vf: {scene.fdb_owner(mac)}")
    # What comes back by the NIC doesn't mislead the guest's own bridge.
    inner.sh("ip link set in0 arp off")
    inner.sh(f"python3 -c '{BROADCAST}' {mac}")
    ports = {e["ifname"] for e in scene.guest.json("bridge -j fdb show br brg") if e["mac"] == mac}
    promise.expect(ports == {"ing"}, f"the guest's bridge has inner at {ports}")
    scene.set_path("auto")
    scene.set_vf(0, "trust off spoofchk on")
    where.sh(f"{ip} link set {UPPER} nomaster && {ip} link del brg && ip netns del inner")
    scene.station.configure()
    scene.wait_active("vf")
    promise.expect(scene.vfpath("inactive_reason") == "", scene.vfpath("inactive_reason"))
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "the guest itself after it")
    promise.require()


def test_xdp(lab):
    """A program on the upper sees what comes by either path."""
    scene, promise, guest = lab.scene, Promise("XDP"), lab.scene.guest
    scene.on_vf()
    guest.put("/run/vfpath/xdp.py", XDP)
    mount = "{ mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf; }"
    for path in each_path(scene):
        for action in (XDP_DROP, XDP_PASS):
            guest.sh(f"{mount} && rm -f /sys/fs/bpf/vfp && "
                     f"python3 /run/vfpath/xdp.py {action} /sys/fs/bpf/vfp && "
                     f"ip -force link set dev {UPPER} xdp pinned /sys/fs/bpf/vfp")
            got = scene.station.ping(scene.outside.ip)
            promise.expect(got == (3 if action == XDP_PASS else 0),
                           f"{path}: {got} answers with action {action}")
        guest.sh(f"ip link set dev {UPPER} xdp off")
        promise.expect(scene.station.ping(scene.outside.ip) == 3, f"{path}: without a program")
    promise.require()


def test_sleep(lab):
    """The guest sleeps and wakes, under traffic, and is on its VF after it."""
    scene = lab.scene
    scene.on_vf()
    load = scene.child2.bg(f"ping -n -q -i 0.05 {scene.station.ip}")
    for path in each_path(scene):
        scene.guest.sh("echo devices > /sys/power/pm_test && echo freeze > /sys/power/state",
                       timeout=120)
        scene.wait_active(path)
        wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 30, f"{path}: outside")
        wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 30, f"{path}: child2")
        scene.guest.sh("echo none > /sys/power/pm_test")
    load.stop()


def test_packet_socket(lab):
    """Frames that don't come from a protocol: arping uses a packet socket."""
    scene = lab.scene
    for path in each_path(scene):
        out = scene.station.sh(f"arping -c 3 -I {UPPER} {scene.outside.ip}", check=False).out
        assert out.count("reply from") == 3, f"{path}: {out}"


def test_namespace(lab):
    """The upper stays where its lowers are; a lower that leaves is let go."""
    scene, promise = lab.scene, Promise("namespaces")
    scene.on_vf()
    # A guest in a namespace can't make others that last.
    root, ip, home = lab.host, "ip -n guest", "guest"
    vf = scene.vfpath("vf")
    root.sh("ip netns add elsewhere")
    refused(promise, root, f"{ip} link set {UPPER} netns elsewhere", "moving the upper")
    root.sh(f"{ip} link set {vf} netns elsewhere")
    scene.wait_active("synthetic")
    promise.expect(scene.vfpath("vf") == "", "the VF is in another namespace, and still bound")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 10, "the synthetic path")
    root.sh(f"ip -n elsewhere link set {vf} netns {home}")
    scene.wait_active("vf")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the VF that is back")
    root.sh("ip netns del elsewhere")
    promise.require()
