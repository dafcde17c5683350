# SPDX-License-Identifier: GPL-2.0
"""The address and VLAN tables of the NIC follow the host: bridge, macvlan, static entries."""

from common import nic
from common.scene import BRIDGE, CHILD3_MAC, without_guest
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

# More stations than the table has shared entries (16).
MANY = 20
RCTL = 0x100
STATIC = "52:54:00:00:42:01"

setup_module = without_guest


def stats(lab):
    """The PF's counters."""
    return nic.ethtool(lab.host, lab.scene.pf)


def test_static_entry(lab):
    """`bridge fdb add ... dev PF self`: the PF gets frames to that address."""
    host, pf = lab.host, lab.scene.pf
    host.sh(f"bridge fdb add {STATIC} dev {pf} self")
    assert lab.scene.rar_owner(STATIC) == {7}
    host.sh(f"bridge fdb del {STATIC} dev {pf} self")
    assert lab.scene.rar_owner(STATIC) == set()


def test_overflow(lab):
    """More stations behind the bridge than entries: all are reached, and it can be seen."""
    scene, promise = lab.scene, Promise("FDB overflow")
    before = stats(lab)
    promise.expect(not before["fdb_hashed"], f"hashed at the start: {before['fdb_hashed']}")
    scene.child2.sh(" && ".join(
        f"ip link add link c2 name m{i} address 52:54:00:00:43:{i:02x} type macvlan && "
        f"ip addr add 10.7.0.{100 + i}/32 dev m{i} && ip link set m{i} up" for i in range(MANY)))
    scene.child2.sh("sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 "
                    "net.ipv4.conf.all.rp_filter=0")
    # The bridge has heard of each of them.
    scene.child2.sh("; ".join(f"ping -n -q -c 1 -W 1 -I m{i} {scene.me.ip}" for i in range(MANY)),
                    check=False, timeout=60)
    got = [i for i in range(MANY) if scene.child3.ping(f"10.7.0.{100 + i}", 1)
           or scene.child3.ping(f"10.7.0.{100 + i}", 2)]
    promise.expect(len(got) == MANY, f"child3 reaches {len(got)} of {MANY} stations: {got}")
    full = stats(lab)
    promise.expect(full["fdb_used"] == full["fdb_size"], f"used {full['fdb_used']}")
    promise.expect(full["fdb_hashed"], "nothing is in the hash table")
    # What the PF itself wants goes before what the bridge knows.
    lab.host.sh(f"bridge fdb add {STATIC} dev {scene.pf} self")
    promise.expect(scene.rar_owner(STATIC) == {7}, "a static entry finds no exact entry")
    now = stats(lab)
    promise.expect(now["fdb_hashed"] > full["fdb_hashed"],
                   f"nobody made room for it: {full['fdb_hashed']}, then {now['fdb_hashed']} in the "
                   f"hash table; {now['fdb_used']} of {now['fdb_size']} used")
    lab.host.sh(f"bridge fdb del {STATIC} dev {scene.pf} self")
    scene.child2.sh(" && ".join(f"ip link del m{i}" for i in range(MANY)))
    lab.host.sh("ip link set c2h down && ip link set c2h up")
    wait_for(lambda: stats(lab)["fdb_hashed"] == 0, 10, "the table to be emptied")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 20, "child3 to reach child2 again")
    promise.require()


def test_move(lab):
    """A station that moves from the host to the wire is followed there, and back."""
    scene, mac = lab.scene, "52:54:00:00:44:01"
    make = f"ip link add link %s name mv address {mac} type macvlan && ip link set mv up && " \
           "ip addr add 10.7.0.90/24 dev mv && ping -n -q -c 2 -i 0.2 -I mv 10.7.0.10"
    scene.child2.sh(make % "c2")
    assert wait_for(lambda: scene.rar_owner(mac) == {7}, 5, "the NIC to know it")
    scene.child2.sh("ip link del mv")
    scene.outside.sh(make % "out0")
    wait_for(lambda: scene.rar_owner(mac) == set(), 5, "the NIC to let it go")
    wait_for(lambda: scene.child3.ping("10.7.0.90", 1), 10, "child3 to reach it on the wire")
    scene.outside.sh("ip link del mv")
    scene.child2.sh(make % "c2")
    wait_for(lambda: scene.rar_owner(mac) == {7}, 5, "the NIC to know it again")
    scene.child2.sh("ip link del mv")


def test_ageing(lab):
    """What the bridge forgets takes no exact entry any more (who reaches it: learns/forgotten)."""
    scene, mac = lab.scene, "52:54:00:00:44:02"
    lab.host.sh(f"ip link set {BRIDGE} type bridge ageing_time 300")
    scene.child2.sh(f"ip link add link c2 name aged address {mac} type macvlan && "
                    "ip link set aged up && ip addr add 10.7.0.91/24 dev aged && "
                    "ping -n -q -c 1 -I aged 10.7.0.10")
    wait_for(lambda: scene.rar_owner(mac) == {7}, 5, "the NIC to know it")
    scene.child2.sh("ip link del aged")
    wait_for(lambda: scene.rar_owner(mac) == set(), 30, "the NIC to forget it")
    lab.host.sh(f"ip link set {BRIDGE} type bridge ageing_time 30000")


def test_capture(lab):
    """tcpdump on the PF sees what is not the PF's, and leaves no trace behind."""
    scene = lab.scene

    def state():
        vfs = [(mac, pools) for mac, pools in nic.rars(lab) if pools != {7}]
        return nic.words(lab, nic.bar0(lab) + RCTL, 1), vfs, nic.vfs(lab, scene.pf)
    before = state()
    dump = lab.host.bg(f"tcpdump -n -i {scene.pf} -c 3 -w /tmp/pf.pcap ether host {CHILD3_MAC}")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1) and dump.poll() is not None, 20,
             "tcpdump to see child3 and child2")
    assert scene.child3.ping(scene.outside.ip) == 3
    assert state() == before


def test_vlan_filtering(lab):
    """A bridge that filters VLANs, a VF with a port VLAN: they meet in their VLAN alone."""
    scene, promise = lab.scene, Promise("vlan_filtering")
    host, pf = lab.host, scene.pf
    host.sh(f"bridge vlan add dev {pf} vid 100 && bridge vlan add dev c2h vid 100 pvid untagged && "
            f"ip link set {BRIDGE} type bridge vlan_filtering 1")
    promise.expect(not scene.child3.ping(scene.child2.ip), "untagged VF: VLAN 100 answers")
    promise.expect(scene.child3.ping(scene.outside.ip) == 3, "untagged VF: the wire doesn't answer")
    scene.set_vf(1, "vlan 100")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 20, "VF and bridge port in VLAN 100")
    promise.expect(not scene.child3.ping(scene.outside.ip), "VLAN 100: the untagged wire answers")
    scene.set_vf(1, "vlan 0")
    host.sh(f"ip link set {BRIDGE} type bridge vlan_filtering 0 && "
            f"bridge vlan del dev {pf} vid 100 && bridge vlan del dev c2h vid 100")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 20, "child3 and child2 as before")
    promise.require()


def test_macvlan(lab):
    """Without a bridge: macvlans on the PF, beside VFs."""
    scene, host = lab.scene, lab.host
    host.sh(f"ip link set {scene.pf} nomaster && ip netns add child5 && "
            f"ip link add link {scene.pf} name mv5 netns child5 type macvlan mode bridge")
    child5 = Station("child5", host, "mv5", 15, "child5")
    child5.configure()
    assert scene.rar_owner(child5.mac()) == {7}
    wait_for(lambda: child5.ping(scene.outside.ip, 1), 20, "a macvlan to reach outside")
    wait_for(lambda: child5.ping(scene.child3.ip, 1), 20, "a macvlan to reach a VF")
    assert child5.ping(scene.child3.ip) == 3
    host.sh(f"ip -n child5 link del mv5 && ip netns del child5 && "
            f"ip link set {scene.pf} master {BRIDGE}")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 20, "child3 and child2 as before")


def test_two_bridges(lab):
    """A bridge on a VLAN of the PF beside the PF's own: a VF in that VLAN meets its stations."""
    scene, host, promise = lab.scene, lab.host, Promise("two bridges")
    host.sh(f"ip link add link {scene.pf} name pf200 type vlan id 200 && "
            "ip link add br1 type bridge && ip link set pf200 master br1 up && "
            "ip link set br1 up && ip netns add child6 && "
            "ip link add c6h type veth peer name c6 netns child6 && ip link set c6h master br1 up")
    child6 = Station("child6", host, "c6", 16, "child6")
    child6.configure()
    mac = child6.mac()
    promise.expect(not scene.child3.ping(child6.ip), "an untagged VF reaches VLAN 200")
    scene.set_vf(1, "vlan 200")
    wait_for(lambda: scene.child3.ping(child6.ip, 1), 20, "VF and station of br1 in VLAN 200")
    promise.expect(scene.child3.ping(child6.ip) == 3 == child6.ping(scene.child3.ip), "VLAN 200")
    promise.expect(scene.rar_owner(mac) == {7}, f"the NIC has child6 at {scene.rar_owner(mac)}")
    owner = nic.fdb_owner(lab, "br1", CHILD3_MAC)
    promise.expect(owner == {"pf200"}, f"br1 has the VF at {owner}")
    promise.expect(not scene.child3.ping(scene.child2.ip), "VLAN 200 reaches br0")
    promise.expect(scene.child2.ping(scene.outside.ip) == 3, "br0 is cut off")
    scene.set_vf(1, "vlan 0")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 20, "child3 and child2 as before")
    promise.expect(not scene.child3.ping(child6.ip), "untagged again: VLAN 200 answers")
    host.sh("ip link del br1")
    promise.expect(scene.rar_owner(mac) == set(), "the NIC still has a station of br1")
    host.sh("ip link del pf200 && ip link del c6h && ip netns del child6")
    promise.require()
