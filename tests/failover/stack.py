# SPDX-License-Identifier: GPL-2.0
"""What is put on the upper, and under it: VLANs, macvlans, netconsole, packet sockets, unloading."""

from common.promises import refused
from common.scene import UPPER, with_guest
from common.station import Station
from common.verdict import Promise

from labkit.runner import Skip
from labkit.util import wait_for

setup_module = with_guest

VID = 70
CONSOLE_PORT = 6666
LISTEN = f"""
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", {CONSOLE_PORT}))
print("ready", flush=True)
while True:
    print(s.recv(2000).decode(errors="replace").rstrip(), flush=True)
"""


def each_path(scene):
    """The guest on one path after the other."""
    scene.on_vf()
    for path in ("vf", "synthetic", "vf"):
        scene.set_path(path)
        scene.wait_active(path)
        yield path


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


def test_packet_socket(lab):
    """Frames that don't come from a protocol: arping uses a packet socket."""
    scene = lab.scene
    for path in each_path(scene):
        out = scene.station.sh(f"arping -c 3 -I {UPPER} {scene.outside.ip}", check=False).out
        assert out.count("reply from") == 3, f"{path}: {out}"


def test_netconsole(lab):
    """The kernel's log goes out by either path."""
    scene, promise = lab.scene, Promise("netconsole")
    if not scene.nested:
        raise Skip("a veth, the synthetic netdev here, can't do it")
    lab.host.put("/run/vfpath/listen.py", LISTEN)
    listener = scene.outside.bg("exec python3 /run/vfpath/listen.py")
    wait_for(lambda: listener.poll() is None and "ready" in listener.output, 20, "the listener")
    scene.on_vf()
    scene.guest.sh(f"modprobe netconsole netconsole=6665@{scene.station.ip}/{UPPER},"
                   f"{CONSOLE_PORT}@{scene.outside.ip}/{scene.outside.mac()}")
    for path in each_path(scene):
        word = f"vfpath-console-{path}-{scene.switches()}"

        def heard(word=word):
            scene.guest.sh(f"echo '<3>{word}' > /dev/kmsg")
            listener.poll()
            return word in listener.output
        try:
            wait_for(heard, 10, word, 0.5)
        except Exception as e:          # pylint: disable=broad-except
            promise.expect(False, str(e))
        promise.expect(True, path)
    # A VF that goes and comes takes part in it.
    scene.unplug()
    scene.plug()
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "traffic after it")
    scene.guest.sh("modprobe -r netconsole")
    listener.stop()
    promise.require()


def test_unload(lab):
    """Each module of the guest is removed under traffic, and comes back."""
    scene = lab.scene
    if not scene.nested:
        raise Skip("other stations of this host use the same modules")
    scene.on_vf()
    load = [scene.station.bg(f"ping -n -q -f {scene.outside.ip}"),
            scene.child2.bg(f"ping -n -q -f {scene.station.ip}")]
    scene.guest.sh("modprobe -r vfpath_vf")
    scene.wait_active("synthetic")
    scene.guest.sh("modprobe vfpath_vf")
    scene.wait_active("vf")
    synthetic = scene.vfpath("synthetic")
    scene.guest.sh("modprobe -r vfpath_failover")
    assert not scene.guest.sh(f"ip link show {UPPER}", check=False).out
    scene.guest.sh(f"modprobe vfpath_failover && ip link add {UPPER} type vfpath && "
                   f"ip link set {synthetic} master {UPPER}")
    for process in load:
        process.stop()
    scene.station = Station("guest", scene.guest, UPPER, 11)
    scene.station.configure()
    scene.wait_active("vf")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "traffic after it")


def test_namespace(lab):
    """The upper stays where its lowers are; a lower that leaves is let go."""
    scene, promise = lab.scene, Promise("namespaces")
    scene.on_vf()
    # A guest in a namespace can't make others that last.
    root, ip, home = (scene.guest, "ip", "1") if scene.nested else (lab.host, "ip -n guest", "guest")
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
