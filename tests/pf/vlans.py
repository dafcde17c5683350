# SPDX-License-Identifier: GPL-2.0
"""VLANs of PF and VFs: each has its own, and nobody takes them from others."""

from common import nic
from common.promises import refused
from common.scene import BRIDGE, without_guest
from common.station import reaches, vlan
from common.verdict import Promise

ALL = "2-4094"

setup_module = without_guest


def subdev(station, vid, number):
    """A VLAN of a station's, with an address."""
    return vlan(station, vid, f"10.7.{vid}.{number}")


def test_all_on_pf(lab):
    """All VLANs on the PF, as on a trunk; VFs have theirs beside it."""
    scene, host, promise = lab.scene, lab.host, Promise("bridge vlan add dev PF vid 2-4094")
    host.sh(f"ip link set {BRIDGE} type bridge vlan_filtering 1")
    res = host.sh(f"bridge vlan add dev {scene.pf} vid {ALL}", check=False, timeout=60)
    promise.expect(not res.rc, f"refused: {res.err}")
    near = subdev(scene.child3, 50, 13)
    far = subdev(scene.outside, 50, 1)
    promise.expect(reaches(near, far.ip), "VLAN 50 of the VF, before")
    res = scene.set_vf(0, "vlan 100", check=False)
    promise.expect(not res.rc, f"vf 0 vlan 100: {res.err}")
    promise.expect(reaches(near, far.ip), "VLAN 50 of the VF, with another VF's port VLAN")
    promise.expect(reaches(scene.child2, scene.outside.ip), "the bridge's untagged VLAN")
    # A VLAN of the bridge that nobody but the host is in: high, so that it gets no entry by chance.
    host.sh("bridge vlan add dev c2h vid 240")
    tagged, wire = subdev(scene.child2, 240, 12), subdev(scene.outside, 240, 1)
    promise.expect(reaches(tagged, wire.ip), "a VLAN of the bridge's trunk, from the host")
    wire.sh("ip neigh flush all")
    promise.expect(reaches(wire, tagged.ip), "a VLAN of the bridge's trunk, from the wire")
    stats = nic.ethtool(host, scene.pf)
    promise.figures.update({k: v for k, v in stats.items() if k.startswith("vlan_")})
    promise.expect(stats["vlan_unserved"] > 4000, f"{stats['vlan_unserved']} unserved")
    scene.set_vf(0, "vlan 0")
    promise.expect(not nic.ethtool(host, scene.pf)["vlan_unserved"], "unserved without filtering")
    promise.expect(reaches(near, far.ip), "VLAN 50 of the VF, after it")
    for station in (near, far, tagged, wire):
        station.sh(f"ip link del {station.dev}")
    host.sh(f"bridge vlan del dev {scene.pf} vid {ALL} && bridge vlan del dev c2h vid 240 && "
            f"ip link set {BRIDGE} type bridge vlan_filtering 0", timeout=60)
    promise.require()


def test_share(lab):
    """A VF that wants all: the others have theirs, and their port VLANs."""
    scene, promise = lab.scene, Promise("a VF's share of the VLANs")
    made = 0
    while made < 32 and not lab.host.sh(
            f"ip -n child3 link add link c3 name v{made} type vlan id {300 + made}",
            check=False).rc:
        made += 1
    promise.figures["share"] = made
    promise.expect(2 <= made < 31, f"it got {made}")
    refused(promise, lab.host, "ip -n child3 link add link c3 name vx type vlan id 400",
            "one more than its share")
    res = scene.set_vf(0, "vlan 402", check=False)
    promise.expect(not res.rc, f"no port VLAN for the other VF: {res.err}")
    res = lab.host.sh(f"ip link add link {scene.pf} name px type vlan id 401 && ip link del px",
                      check=False)
    promise.expect(not res.rc, f"no VLAN for the PF: {res.err}")
    promise.expect(nic.ethtool(lab.host, scene.pf)["vlan_refused"], "it isn't counted")
    scene.set_vf(0, "vlan 0")
    lab.host.sh(" && ".join(f"ip -n child3 link del v{i}" for i in range(made)))
    promise.require()


def test_again(lab):
    """`vlan 0` for a VF that has none changes nothing, nor does the port VLAN that it has."""
    scene, promise = lab.scene, Promise("vlan 0 again")
    scene.set_vf(0, "vlan 100")
    near, far = subdev(scene.child3, 50, 13), subdev(scene.outside, 50, 1)
    promise.expect(reaches(near, far.ip), "before")
    scene.set_vf(1, "vlan 0")
    promise.expect(reaches(near, far.ip), "after vlan 0")
    scene.set_vf(0, "vlan 100")
    promise.expect(reaches(near, far.ip), "after the other VF's vlan 100")
    # Its own VLANs are out of force under a port VLAN, and back when that goes.
    scene.set_vf(1, "vlan 200")
    promise.expect(not reaches(near, far.ip, 2), "VLAN 50 by a VF in VLAN 200")
    scene.set_vf(1, "vlan 0")
    promise.expect(reaches(near, far.ip), "VLAN 50 isn't back")
    scene.set_vf(0, "vlan 0")
    near.sh(f"ip link del {near.dev}")
    far.sh(f"ip link del {far.dev}")
    promise.require()


def test_pf_name(lab):
    """The PF's predictable name is the one it has under the in-tree driver."""
    lab.reset()
    names = {}
    for driver in ("igb", "vfpath_pf"):
        lab.host.sh(f"modprobe {driver}")
        dev = lab.pf()
        names[driver] = lab.host.sh(f"udevadm test-builtin net_id /sys/class/net/{dev} 2>/dev/null | "
                                    "sed -n s/ID_NET_NAME_PATH=//p").out.strip()
        lab.host.sh(f"modprobe -r {driver}")
    assert names["igb"] and names["igb"] == names["vfpath_pf"], names
