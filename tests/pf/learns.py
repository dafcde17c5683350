# SPDX-License-Identifier: GPL-2.0
"""A VF reaches who stands behind the PF, whatever the host has there; without a command."""

import re

from common import nic
from common.scene import BRIDGE, CHILD3_MAC, Scene
from common.station import Station, reaches
from common.verdict import Promise

from labkit.runner import Skip
from labkit.util import Timeout, say, wait_for

MAC = "52:54:00:00:46:01"
# More than one port may have, and than the NIC has exact entries.
FLOOD = 600

SPEAK = r"""
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for n in range(int(sys.argv[2])):
    s.send(bytes.fromhex("ffffffffffff" + "0252%08x" % n) + bytes([0x88, 0xb5] + [0] * 46))
"""


def setup_module(lab):
    """VF 1 with child3, VF 2 with child4; no guest."""
    scene = lab.scene = Scene(lab, guest=False, numvfs=3)
    scene.start()
    lab.host.sh("ip netns add child4 && ip -n child4 link set lo up")
    dev = scene.bind_vf(2, "vfpath_vf")
    lab.host.sh(f"ip link set {dev} down && ip link set {dev} name c4 && "
                "ip link set c4 netns child4")
    scene.child4 = Station("child4", lab.host, "c4", 14, "child4")
    scene.child4.configure()
    wait_for(lambda: scene.child4.ping(scene.outside.ip, 1), 20, "child4 to reach outside")


def everybody_reached(scene, promise, when, stations):
    """Both ways, and the wire stays reached."""
    for station in stations:
        promise.expect(reaches(scene.child3, station.ip), f"{when}: child3 doesn't reach {station}")
        promise.expect(reaches(station, scene.child4.ip), f"{when}: {station} doesn't reach child4")
        promise.expect(reaches(station, scene.outside.ip), f"{when}: {station} doesn't reach outside")
    promise.expect(reaches(scene.child3, scene.outside.ip), f"{when}: child3 doesn't reach outside")
    promise.expect(reaches(scene.child3, scene.child4.ip), f"{when}: child3 doesn't reach child4")
    for station in [scene.child3, scene.child4, *stations]:
        station.sh("ip neigh flush all")


def stats(lab):
    """The PF's counters."""
    return nic.ethtool(lab.host, lab.scene.pf)


def test_bridge(lab):
    """A Linux bridge."""
    promise = Promise("behind a bridge")
    everybody_reached(lab.scene, promise, "bridge", [lab.scene.child2, lab.scene.me])
    promise.require()


def test_hub(lab):
    """A bridge that forgets at once, and one whose ports don't learn."""
    scene, promise = lab.scene, Promise("behind a hub")
    lab.host.sh(f"ip link set {BRIDGE} type bridge ageing_time 0")
    everybody_reached(scene, promise, "ageing_time 0", [scene.child2, scene.me])
    lab.host.sh(f"ip link set {BRIDGE} type bridge ageing_time 30000 && "
                f"bridge link set dev {scene.pf} learning off && "
                "bridge link set dev c2h learning off")
    lab.host.sh("ip link set c2h down && ip link set c2h up")
    everybody_reached(scene, promise, "learning off", [scene.child2, scene.me])
    lab.host.sh(f"bridge link set dev {scene.pf} learning on && "
                "bridge link set dev c2h learning on")
    promise.require()


def test_forgotten(lab):
    """A station that was silent until the bridge forgot it isn't lost for those who talk to it."""
    scene, host, promise = lab.scene, lab.host, Promise("a silent station")
    promise.expect(reaches(scene.child3, scene.child2.ip), "child3 doesn't reach child2")
    mac = scene.child2.mac()
    # The VF's neighbour entry stays; child2 never speaks by itself.
    scene.child3.sh(f"ip neigh replace {scene.child2.ip} lladdr {mac} dev c3 nud permanent")
    count = scene.child2.bg("exec tcpdump -Z root -p -n -l --immediate-mode -i c2 -Q in ip proto 253")
    wait_for(lambda: count.poll() is None and "listening on" in count.output, 15, "tcpdump")
    host.sh(f"ip link set {BRIDGE} type bridge ageing_time 200")
    wait_for(lambda: not nic.fdb_owner(lab, BRIDGE, mac), 30, "the bridge to forget child2")
    host.sh(f"ip link set {BRIDGE} type bridge ageing_time 30000")
    send = ("import socket; s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 253)\n"
            f"for _ in range(10): s.sendto(b'x', ('{scene.child2.ip}', 0))\n")
    host.put("/run/vfpath/one_way.py", send)
    scene.child3.sh("python3 /run/vfpath/one_way.py")

    def seen():
        count.poll()
        return len(re.findall("> " + re.escape(scene.child2.ip), count.output))
    try:
        wait_for(lambda: seen() >= 10, 5, "them to come")
    except Timeout:
        pass
    got = seen()
    count.stop()
    promise.expect(got >= 10, f"{got} of 10 frames came")
    scene.child3.sh(f"ip neigh del {scene.child2.ip} dev c3")
    promise.require()


def test_flood(lab):
    """A port with very many addresses: the others are reached, and it is said."""
    scene, promise = lab.scene, Promise("a port with many addresses")
    before = stats(lab)
    lab.host.put("/run/vfpath/speak.py", SPEAK)
    lab.host.sh("ip netns add noisy && ip link add nh type veth peer name n0 netns noisy && "
                f"ip -n noisy link set n0 up && ip link set nh master {BRIDGE} up")
    wait_for(lambda: lab.host.link("nh")["operstate"] == "UP", 10, "nh")
    lab.host.sh(f"python3 /run/vfpath/speak.py n0 {FLOOD}", netns="noisy")
    everybody_reached(scene, promise, "flood", [scene.child2, scene.me])
    now = stats(lab)
    promise.figures.update({k: v for k, v in now.items() if k.startswith("fdb_")})
    promise.expect(now["fdb_evicted"] > before["fdb_evicted"], "nothing was counted")
    try:
        wait_for(lambda: re.search("nh: more stations", lab.host.dmesg()), 10, "a word of it")
    except Timeout:
        promise.expect(False, "nothing was said")
    for station in (scene.child2, scene.me):
        promise.expect(scene.rar_owner(station.mac()) == {nic.PF_POOL},
                       f"{station} has no exact entry, though VFs talk to it")
    lab.host.sh("ip link del nh && ip netns del noisy")
    wait_for(lambda: not stats(lab)["fdb_hashed"], 10, "the table to be emptied")
    promise.require()


def test_ports_own(lab):
    """The addresses of a bridge's ports take no entries, but that which is the bridge's, too."""
    before = stats(lab)
    # The lowest of all would become the bridge's.
    macs = [f"fe:54:00:00:47:{i:02x}" for i in range(8)]
    lab.host.sh(" && ".join(f"ip link add p{i} address {mac} type veth peer name q{i} && "
                            f"ip link set p{i} master {BRIDGE} up" for i, mac in enumerate(macs)))
    owners = [lab.scene.rar_owner(mac) for mac in macs]
    used = stats(lab)["fdb_used"]
    lab.host.sh(" && ".join(f"ip link del p{i}" for i in range(8)))
    assert owners == [set()] * 8 and used <= before["fdb_used"] + 1, (owners, before, used)


def test_hosts_address(lab):
    """Whatever a VF is given for an address: the bridge's own entry stays, the host is reached."""
    scene, host, promise = lab.scene, lab.host, Promise("the host's own address")
    mac = scene.me.mac()
    scene.child3.sh("ip link set c3 down")
    scene.set_vf(1, f"mac {mac}", check=False)
    scene.child3.sh(f"ip link set c3 address {mac}; ip link set c3 up", check=False)
    scene.child3.ping(scene.outside.ip, 1)
    scene.child3.sh("ip link set c3 down")
    local = [e for e in host.json(f"bridge -j fdb show br {BRIDGE}")
             if e["mac"] == mac and "permanent" == e.get("state")]
    scene.set_vf(1, f"mac {CHILD3_MAC}")
    scene.child3.sh(f"ip link set c3 address {CHILD3_MAC}; ip link set c3 up", check=False)
    promise.expect(local, "the bridge has lost its own address")
    promise.expect(reaches(scene.outside, scene.me.ip, 20), "outside doesn't reach the host")
    wait_for(lambda: scene.child3.ping(scene.outside.ip, 1), 20, "child3 to be back")
    promise.require()


def test_bond(lab):
    """A bond with the PF in it is the bridge's port."""
    scene, host, promise = lab.scene, lab.host, Promise("behind a bond")
    host.sh(f"ip link set {scene.pf} nomaster && ip link set {scene.pf} down && "
            "ip link add bond0 type bond mode active-backup miimon 100 && "
            f"ip link set {scene.pf} master bond0 && ip link set bond0 master {BRIDGE} up")
    wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 20, "child2 to reach outside")
    everybody_reached(scene, promise, "bond", [scene.child2, scene.me])
    owner = scene.fdb_owner(CHILD3_MAC)
    promise.expect(owner == {"bond0"}, f"the bridge has child3 at {owner}")
    host.sh(f"ip link del bond0 && ip link set {scene.pf} master {BRIDGE} up")
    wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 20, "child2 to reach outside again")
    everybody_reached(scene, promise, "bridge again", [scene.child2, scene.me])
    promise.require()


def test_passthru(lab):
    """A macvlan on the PF that passes all on, as a macvtap does, and somebody behind it."""
    scene, host, promise = lab.scene, lab.host, Promise("macvlan in passthru mode")
    host.sh(f"ip link set {scene.pf} nomaster && "
            f"ip link add link {scene.pf} name mt0 type macvlan mode passthru && "
            "ip netns add child5 && ip link set mt0 netns child5 && "
            "ip -n child5 link add br5 type bridge && ip -n child5 link set mt0 master br5 up && "
            "ip -n child5 link add in5 type veth peer name out5 && "
            "ip -n child5 link set out5 master br5 up && ip -n child5 link set br5 up")
    inner = Station("inner", host, "in5", 15, "child5")
    inner.configure()
    everybody_reached(scene, promise, "passthru", [inner])
    # What is in a namespace that is deleted goes later.
    host.sh("ip -n child5 link del mt0 && ip netns del child5 && "
            f"ip link set {scene.pf} master {BRIDGE} up")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 20, "child3 and child2 as before")
    promise.require()


def test_ovs(lab):
    """Open vSwitch: an internal port and a veth."""
    scene, host, promise = lab.scene, lab.host, Promise("behind Open vSwitch")
    if host.sh("command -v ovs-vsctl && modprobe openvswitch", check=False).rc:
        raise Skip("no Open vSwitch here")
    host.sh("mkdir -p /run/openvswitch /etc/openvswitch /var/log/openvswitch && "
            "ovsdb-tool create /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema; "
            "ovsdb-server /etc/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock "
            "--detach --pidfile --log-file && ovs-vsctl --no-wait init && "
            "ovs-vswitchd --detach --pidfile --log-file", timeout=60)
    host.sh(f"ip link set {scene.pf} nomaster && ip link set c2h nomaster && "
            f"ovs-vsctl add-br ovs0 && ovs-vsctl add-port ovs0 {scene.pf} && "
            "ovs-vsctl add-port ovs0 c2h && ip link set ovs0 up && "
            f"ip link set {scene.pf} up", timeout=60)
    internal = Station("ovs0", host, "ovs0", 17)
    internal.configure()
    host.sh(f"ip addr flush dev {BRIDGE}")
    everybody_reached(scene, promise, "OVS", [scene.child2, internal])
    host.sh("ovs-vsctl del-br ovs0 && ovs-appctl -t ovs-vswitchd exit && "
            "ovs-appctl -t ovsdb-server exit", timeout=60)
    host.sh(f"ip link set {scene.pf} master {BRIDGE} up && ip link set c2h master {BRIDGE} up")
    scene.me.configure()
    say(f"    {promise.figures}")
    promise.require()
