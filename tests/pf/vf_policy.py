# SPDX-License-Identifier: GPL-2.0
"""`ip link set PF vf N ...` does what it says, and `ip link show` tells it."""

from common import nic
from common.promises import refused
from common.scene import CHILD3_MAC, without_guest
from common.verdict import Promise

from labkit.util import wait_for

setup_module = without_guest

VID = 100
VMOLR1, VMOLR_ROPE, VMOLR_MPME = 0x5ad4, 1 << 26, 1 << 28


def shown(scene, vf=0):
    """What `ip link` tells of a VF, in one flat dictionary."""
    info = dict(nic.vfs(scene.lab, scene.pf)[vf])
    info["mac"] = info.pop("address", info.get("mac"))
    vlan = (info.get("vlan_list") or [info])[0]
    info["vlan"], info["qos"] = vlan.get("vlan", 0), vlan.get("qos", 0)
    rate = info.get("rate", {})
    info["max_tx_rate"] = rate.get("max_tx", info.get("max_tx_rate", 0))
    return info


def test_reflected(lab):
    """Each setting is shown, and the others stay."""
    scene, promise = lab.scene, Promise("vf_policy")
    for cmd, want in (("mac 52:54:00:00:40:01", {"mac": "52:54:00:00:40:01"}),
                      ("vlan 100", {"vlan": 100, "qos": 0}),
                      ("vlan 200 qos 5", {"vlan": 200, "qos": 5}),
                      ("vlan 0", {"vlan": 0, "qos": 0}),
                      ("spoofchk off", {"spoofchk": False}),
                      ("spoofchk on", {"spoofchk": True}),
                      ("trust on", {"trust": True}),
                      ("trust off", {"trust": False}),
                      ("state enable", {"link_state": "enable"}),
                      ("state disable", {"link_state": "disable"}),
                      ("state auto", {"link_state": "auto"}),
                      ("max_tx_rate 100", {"max_tx_rate": 100}),
                      ("max_tx_rate 0", {"max_tx_rate": 0})):
        before, other = shown(scene), shown(scene, 1)
        scene.set_vf(0, cmd)
        now = shown(scene)
        for key, value in before.items():
            # The same again, in another form.
            if key in ("vlan_list", "rate", "tx_rate"):
                continue
            expected = want.get(key, value)
            promise.expect(now.get(key) == expected,
                           f"{cmd}: {key} is {now.get(key)}, not {expected}")
        for key, value in want.items():
            promise.expect(now.get(key) == value, f"{cmd}: {key} is {now.get(key)}")
        promise.expect(shown(scene, 1) == other, f"{cmd}: VF 1 changed")
    promise.require()


def test_mac_reset(lab):
    """A zero address gives the VF back one of the PF's making."""
    scene = lab.scene
    scene.set_vf(0, "mac 52:54:00:00:40:01")
    scene.set_vf(0, "mac 00:00:00:00:00:00")
    mac = shown(scene)["mac"]
    assert mac not in ("52:54:00:00:40:01", "00:00:00:00:00:00"), mac
    assert not int(mac[:2], 16) & 1, f"{mac} is a group address"


def test_in_filter(lab):
    """The NIC's filter has a VF's address, in the VF's pool while it is in use."""
    scene = lab.scene
    assert scene.rar_owner(CHILD3_MAC) == {1}
    scene.set_vf(0, "mac 52:54:00:00:40:02")
    # Nobody drives VF 0: what is sent to its address is the PF's.
    assert scene.rar_owner("52:54:00:00:40:02") == {7}
    scene.set_vf(0, "mac 52:54:00:00:40:03")
    assert scene.rar_owner("52:54:00:00:40:02") == set()


def test_vlan_isolates(lab):
    """A VF in a port VLAN reaches its VLAN and nothing else."""
    scene, promise = lab.scene, Promise("VLAN isolation")
    child3, outside = scene.child3, scene.outside
    outside.sh(f"ip link add link out0 name out0.{VID} type vlan id {VID} && "
               f"ip addr add 10.7.1.1/24 dev out0.{VID} && ip link set out0.{VID} up")
    child3.sh("ip addr add 10.7.1.13/24 dev c3")
    promise.expect(child3.ping(outside.ip) == 3, "untagged: outside does not answer")
    promise.expect(not child3.ping("10.7.1.1"), "untagged: the VLAN answers")
    scene.set_vf(1, f"vlan {VID}")
    wait_for(lambda: child3.ping("10.7.1.1", 1), 20, "the VF in its VLAN")
    promise.expect(child3.ping("10.7.1.1") == 3, "port VLAN: its own VLAN does not answer")
    promise.expect(not child3.ping(outside.ip), "port VLAN: the untagged network answers")
    promise.expect(not child3.ping(scene.child2.ip), "port VLAN: the bridge answers")
    refused(promise, scene.host, "ip -n child3 link add link c3 name c3.5 type vlan id 5 && "
            "ip -n child3 link set c3.5 up", "a VLAN of the VF's own under a port VLAN")
    scene.set_vf(1, "vlan 0")
    wait_for(lambda: child3.ping(outside.ip, 1), 20, "the VF outside of VLANs again")
    promise.expect(not child3.ping("10.7.1.1"), "untagged again: the VLAN answers")
    promise.expect(child3.ping(scene.child2.ip) == 3, "untagged again: the bridge doesn't answer")
    promise.require()


def test_state(lab):
    """A VF that is disabled is cut off, and comes back."""
    scene = lab.scene
    carrier = "cat /sys/class/net/c3/carrier"
    scene.set_vf(1, "state disable")
    wait_for(lambda: scene.child3.sh(carrier).out.strip() == "0", 10, "loss of the VF's link")
    assert not scene.outside.ping(scene.child3.ip)
    scene.set_vf(1, "state auto")
    wait_for(lambda: scene.child3.sh(carrier).out.strip() == "1", 10, "the VF's link")
    assert wait_for(lambda: scene.child3.ping(scene.outside.ip), 10, "the VF's traffic")


def test_live_mac(lab):
    """A driver that runs takes a new address; it is reached there, by the wire and the host."""
    scene, mac = lab.scene, "52:54:00:00:40:04"
    scene.set_vf(1, f"mac {mac}")
    wait_for(lambda: scene.child3.mac() == mac, 10, "the VF's driver to take the address")
    wait_for(lambda: scene.rar_owner(mac) == {1}, 10, "the NIC to deliver to the VF")
    assert scene.rar_owner(CHILD3_MAC) == set()
    wait_for(lambda: scene.child3.ping(scene.outside.ip), 10, "the VF to reach outside")
    assert scene.child3.ping(scene.me.ip) == 3


def test_trust(lab):
    """A VF's own address and what it may listen to are up to the host."""
    scene, promise, mac = lab.scene, Promise("trust"), "52:54:00:00:40:07"
    own = scene.child3.mac()

    def vmolr():
        return nic.words(lab, nic.bar0(lab) + VMOLR1, 1)[0] & (VMOLR_MPME | VMOLR_ROPE)
    scene.set_vf(1, f"mac {own}")
    scene.set_vf(1, "trust off")
    refused(promise, scene.child3, f"ip link set c3 address {mac}", "an address of its own")
    scene.child3.sh("ip link set c3 promisc on")
    promise.expect(scene.child3.ping(scene.outside.ip) == 3, "promiscuous, not trusted: cut off")
    promise.expect(not vmolr(), f"not trusted: {vmolr():#x}")
    scene.child3.sh("ip link set c3 promisc off")
    scene.set_vf(1, "trust on")
    # Unknown unicast is refused, trusted or not: guests.py.
    scene.child3.sh(f"ip link set c3 allmulticast on && ip link set c3 address {mac}")
    wait_for(lambda: vmolr() == VMOLR_MPME, 10, "all groups")
    promise.expect(scene.rar_owner(mac) == {1}, f"trusted: {mac} is at {scene.rar_owner(mac)}")
    promise.expect(scene.child3.ping(scene.outside.ip) == 3, "with an address of its own: cut off")
    # What trust gave goes with it.
    scene.set_vf(1, "trust off")
    wait_for(lambda: not vmolr(), 10, "the end of it")
    scene.child3.sh("ip link set c3 allmulticast off")
    scene.set_vf(1, f"mac {own}")
    wait_for(lambda: scene.child3.mac() == own, 10, "the host's address")
    wait_for(lambda: scene.child3.ping(scene.outside.ip), 10, "the VF to reach outside")
    promise.require()


def test_lasts(lab):
    """Down, up, MTU and link of the PF, or a reset of the VF, take nothing from the VFs."""
    scene = lab.scene
    scene.set_vf(0, "vlan 200 qos 5")
    before = nic.vfs(lab, scene.pf)
    scene.host.sh(f"ip link set {scene.pf} down && ip link set {scene.pf} mtu 2000 && "
                  f"ip link set {scene.pf} up && ip link set {scene.pf} mtu 1500")
    assert nic.vfs(lab, scene.pf) == before
    lab.set_link(False)
    wait_for(lambda: scene.carrier() == "0", 10, "the link to go")
    lab.set_link(True)
    wait_for(lambda: scene.carrier() == "1", 10, "the link to come")
    scene.host.write(f"/sys/bus/pci/devices/{lab.vf_pci(0)}/reset", 1)
    assert nic.vfs(lab, scene.pf) == before
    wait_for(lambda: scene.child3.ping(scene.outside.ip), 20, "the VF to carry on")
    scene.set_vf(0, "vlan 0")


def test_statistics(lab):
    """`ip -s link show PF` counts what a VF sends and receives."""
    scene = lab.scene
    before = scene.vf_packets(1)
    assert scene.child3.ping(scene.outside.ip, 10) == 10
    after = scene.vf_packets(1)
    assert all(b >= a + 10 for a, b in zip(before, after)), (before, after)


def test_gone_with_the_vf(lab):
    """Policy belongs to a VF: the next one of that number starts afresh."""
    scene = lab.scene
    scene.set_vf(0, "mac 52:54:00:00:40:05 vlan 100 spoofchk off trust on state enable")
    scene.remove_vfs()
    lab.set_numvfs(1, autoprobe=False)
    vf = shown(scene)
    assert vf["mac"] != "52:54:00:00:40:05" and not vf["vlan"], vf
    assert vf["spoofchk"] and not vf["trust"] and vf["link_state"] == "auto", vf
