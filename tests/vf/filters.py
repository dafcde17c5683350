# SPDX-License-Identifier: GPL-2.0
"""What a VF may hear follows the host's trust and VLANs while it is up."""

from common import nic
from common.scene import without_guest
from common.station import Station, vlan
from common.verdict import Promise

from labkit.util import wait_for

setup_module = without_guest
MAC = "52:54:00:00:77:01"


def test_trust_later(lab):
    """A macvlan on an untrusted VF is dead, and is reached as soon as the host trusts it."""
    scene, promise = lab.scene, Promise("trust later")
    scene.set_vf(1, "trust off")
    scene.host.sh("ip netns add inner && ip -n child3 link add link c3 name mv0 address "
                  f"{MAC} type macvlan mode private && ip -n child3 link set mv0 netns inner")
    inner = Station("inner", scene.host, "mv0", 60, "inner")
    inner.configure()
    before = nic.ethtool(scene.host, "c3", "child3")
    promise.expect(before["mbx_refused"], "no refusal was counted")
    promise.expect(not inner.ping(scene.outside.ip, 2), "reached without trust")
    scene.set_vf(1, "trust on")
    wait_for(lambda: inner.ping(scene.outside.ip, 1), 20, "the macvlan to be reached")
    promise.expect(nic.rar_owner(lab, MAC) == {1}, f"{nic.rar_owner(lab, MAC)}")
    # An open one is open: that takes no new handshake.
    promise.expect(nic.ethtool(scene.host, "c3", "child3")["resets"] == before["resets"], "reset")
    scene.host.sh("ip netns del inner")
    wait_for(lambda: not nic.rar_owner(lab, MAC), 20, "the NIC to forget it")
    scene.set_vf(1, "trust off")
    promise.require()


def test_port_vlan(lab):
    """A VLAN of the guest's is refused below a port VLAN; those it has come back after one."""
    scene, promise = lab.scene, Promise("port VLAN")
    far = vlan(scene.outside, 50, "10.7.50.1", name="v50")
    inner = vlan(scene.child3, 50, "10.7.50.13", name="v50")
    wait_for(lambda: inner.ping(far.ip, 1), 20, "the VLAN to be reached")
    scene.set_vf(1, "vlan 100")
    wait_for(lambda: not inner.ping(far.ip, 1), 20, "the VLAN to be cut off")
    res = scene.child3.sh("ip link add link c3 name v51 type vlan id 51", check=False)
    promise.expect(res.rc, "a VLAN below a port VLAN")
    scene.set_vf(1, "vlan 0")
    wait_for(lambda: inner.ping(far.ip, 1), 20, "the VLAN to be back")
    for station in (scene.outside, scene.child3):
        station.sh("ip link del v50")
    promise.require()


def test_own_frames(lab):
    """What others send by the VF doesn't come back by it: its bridge keeps them where they are."""
    scene, promise = lab.scene, Promise("own frames")
    ip, mac = "ip -n child3", "52:54:00:00:77:05"
    scene.set_vf(1, "trust on spoofchk off")
    scene.host.sh(f"ip netns add inner && {ip} link add br3 type bridge && "
                  f"{ip} link add ing type veth peer name in0 address {mac} netns inner && "
                  f"{ip} addr flush dev c3 && {ip} link set ing master br3 up && "
                  f"{ip} link set c3 master br3 && {ip} link set br3 up")
    inner = Station("inner", scene.host, "in0", 63, "inner")
    inner.configure()
    before = nic.ethtool(scene.host, "c3", "child3")["rx_queue_0_reflections"]
    for _ in range(10):
        # Nobody has such an address: a broadcast that isn't answered.
        inner.ping("10.7.0.250", 1)
        where = {e["ifname"] for e in scene.host.json("ip netns exec child3 bridge -j fdb show")
                 if e.get("mac") == mac}
        promise.expect(where == {"ing"}, f"the bridge has it at {where}")
    after = nic.ethtool(scene.host, "c3", "child3")["rx_queue_0_reflections"]
    promise.expect(after - before >= 5, f"{after - before} reflections")
    scene.host.sh(f"{ip} link set c3 nomaster && {ip} link del br3 && ip netns del inner")
    scene.child3.configure()
    scene.set_vf(1, "trust off spoofchk on")
    promise.require()
