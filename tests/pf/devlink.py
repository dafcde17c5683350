# SPDX-License-Identifier: GPL-2.0
"""devlink of the PF: ports, rates, tables, health, snapshots."""

import re

from common import nic
from common.mailbox import Mailbox
from common.promises import refused
from common.scene import BRIDGE, CHILD3_MAC, GUEST_MAC, without_guest
from common.verdict import Promise

from labkit.util import wait_for

RCTL = 0x100
MBIT = 1000 * 1000 // 8
# So many malformed messages, and a VF isn't served any more.
MAX_BAD = 64

setup_module = without_guest


def handle(lab):
    """The devlink handle of the PF."""
    return f"pci/{lab.pf_pci()}"


def devlink(lab, cmd, **kw):
    """Run devlink; %h is the PF's handle."""
    return lab.host.sh(f"devlink {cmd.replace('%h', handle(lab))}", **kw)


def show(lab, cmd, key):
    """The JSON of a devlink command, below key."""
    return lab.host.json(f"devlink -j {cmd.replace('%h', handle(lab))}")[key]


def reporter(lab, name):
    """What `devlink health show` says of a reporter."""
    found = show(lab, "health show", "health")[handle(lab)]
    return next(r for r in found if r["reporter"] == name)


def test_info(lab):
    """Driver, its version, the NVM's, and a serial number."""
    info = show(lab, "dev info %h", "info")[handle(lab)]
    assert info["driver"] == "vfpath_pf" and info["serial_number"], info
    versions = info["versions"]
    assert re.match(r"\d+\.\d+", versions["running"]["driver"]) and versions["running"]["fw"], info
    assert versions["fixed"]["board.id"], info


def test_eswitch(lab):
    """The switch is in legacy mode, and says why it stays there."""
    assert show(lab, "dev eswitch show %h", "dev")[handle(lab)]["mode"] == "legacy"
    res = devlink(lab, "dev eswitch set %h mode switchdev", check=False)
    assert res.rc and "legacy" in res.err, res
    assert show(lab, "dev eswitch show %h", "dev")[handle(lab)]["mode"] == "legacy"


def test_ports(lab):
    """A physical port, and one a VF, whose address is that of `ip link`."""
    scene, promise = lab.scene, Promise("ports")
    ports = show(lab, "port show", "port")
    promise.expect(ports[f"{handle(lab)}/0"]["flavour"] == "physical", f"{ports}")
    promise.expect(ports[f"{handle(lab)}/0"]["netdev"] == scene.pf, f"{ports}")
    for vf, mac in ((0, GUEST_MAC), (1, CHILD3_MAC)):
        port = ports[f"{handle(lab)}/{vf + 1}"]
        promise.expect(port["flavour"] == "pcivf" and port["vfnum"] == vf, f"{port}")
        promise.expect(port["function"]["hw_addr"] == mac, f"VF {vf}: {port}")
    promise.expect(f"{handle(lab)}/3" not in ports, "a port without a VF")
    new = "52:54:00:00:41:01"
    devlink(lab, f"port function set %h/1 hw_addr {new}")
    promise.expect(nic.vfs(lab, scene.pf)[0]["address"] == new, "ip link shows another address")
    promise.expect(scene.rar_owner(new) == {7}, "the NIC doesn't have it")
    scene.set_vf(0, f"mac {GUEST_MAC}")
    port = show(lab, "port show %h/1", "port")[f"{handle(lab)}/1"]
    promise.expect(port["function"]["hw_addr"] == GUEST_MAC, f"after ip link: {port}")
    for bad, why in (("01:00:5e:00:00:01", "station|unicast"), (CHILD3_MAC, "another VF")):
        res = devlink(lab, f"port function set %h/1 hw_addr {bad}", check=False)
        promise.expect(res.rc and re.search(why, res.err), f"{bad}: {res}")
    promise.expect(nic.vfs(lab, scene.pf)[0]["address"] == GUEST_MAC, "a refusal changed it")
    promise.require()


def test_rate(lab):
    """tx_max of a VF: the same as max_tx_rate, in Mbit/s up to the link's speed."""
    scene, promise = lab.scene, Promise("rate")

    def tx_max():
        rate = show(lab, "port function rate show %h/1", "rate")[f"{handle(lab)}/1"]
        return rate.get("tx_max", 0)

    def shown():
        vf = nic.vfs(lab, scene.pf)[0]
        return vf.get("rate", {}).get("max_tx", vf.get("max_tx_rate", 0))

    devlink(lab, "port function rate set %h/1 tx_max 100mbit")
    promise.expect(shown() == 100, f"ip link shows {shown()} Mbit/s")
    for bad in ("1001mbit", "1500kbit"):
        res = devlink(lab, f"port function rate set %h/1 tx_max {bad}", check=False)
        promise.expect(res.rc and "bit/s" in res.err, f"{bad}: {res}")
    promise.expect(tx_max() == 100 * MBIT and shown() == 100, f"{tx_max()}, {shown()}")
    scene.set_vf(0, "max_tx_rate 200")
    wait_for(lambda: tx_max() == 200 * MBIT, 5, "devlink to follow ip link")
    devlink(lab, "port function rate set %h/1 tx_max 0")
    promise.expect(not shown(), f"no limit: ip link shows {shown()}")
    promise.require()


def test_resources(lab):
    """How full the NIC's tables are."""
    scene = lab.scene

    def occupied(name):
        found = show(lab, "resource show %h", "resources")[handle(lab)]
        res = next(r for r in found if r["name"] == name)
        assert res["size"] == {"fdb": 16, "vlan": 32}[name], res
        return res.get("occ", 0)

    fdb, vlan = occupied("fdb"), occupied("vlan")
    # A VLAN of the PF's takes an entry only where the NIC filters for it, a VF's always.
    lab.host.sh(f"bridge fdb add 52:54:00:00:41:02 dev {scene.pf} self && "
                "ip -n child3 link add link c3 name c3v type vlan id 77")
    assert occupied("fdb") == fdb + 1, (fdb, occupied("fdb"))
    assert occupied("vlan") == vlan + 1, (vlan, occupied("vlan"))
    lab.host.sh(f"ip -n child3 link del c3v && bridge fdb del 52:54:00:00:41:02 dev {scene.pf} self")
    assert (occupied("fdb"), occupied("vlan")) == (fdb, vlan)


def test_health(lab):
    """Three reporters, well at first; what they diagnose can be asked for."""
    for name in ("tx", "vf_mailbox", "link"):
        assert reporter(lab, name)["state"] == "healthy", reporter(lab, name)
    tx = lab.host.json(f"devlink -j health diagnose {handle(lab)} reporter tx")
    assert [q["descriptors"] for q in tx["queues"]] == [512, 512], tx
    link = lab.host.json(f"devlink -j health diagnose {handle(lab)} reporter link")
    assert link["up"] is True, link
    vfs = lab.host.json(f"devlink -j health diagnose {handle(lab)} reporter vf_mailbox")["VFs"]
    assert [v["vf"] for v in vfs] == [0, 1] and vfs[1]["messages"], vfs


def test_quarantine(lab):
    """A VF that talks nonsense is not served until the operator or its reset says so."""
    scene = lab.scene
    scene.remove_vfs()
    lab.set_numvfs(1, autoprobe=False)
    with Mailbox(lab, 0) as mailbox:
        assert mailbox.send("1")[0] == "0x80000001"
        mailbox.send(*["5,0"] * MAX_BAD)
        wait_for(lambda: reporter(lab, "vf_mailbox")["state"] == "error", 10, "the report")
        assert mailbox.send("5,600", limit=1)[0] is None, "a VF in quarantine is served"
        devlink(lab, "health recover %h reporter vf_mailbox")
        assert reporter(lab, "vf_mailbox")["state"] == "healthy"
    with Mailbox(lab, 0) as mailbox:
        assert mailbox.send("1")[0] == "0x80000001", "not served after the recovery"
    scene.remove_vfs()
    scene.make_vfs(2)


def test_region(lab):
    """A snapshot of the registers, as the NIC has them."""
    devlink(lab, "region new %h/registers snapshot 7")
    out = devlink(lab, f"region read %h/registers snapshot 7 address {RCTL} length 4").out
    value = int.from_bytes(bytes.fromhex("".join(out.split()[1:])), "little")
    assert value == nic.words(lab, nic.bar0(lab) + RCTL, 1)[0], out
    devlink(lab, "region del %h/registers snapshot 7")


def test_tx_recover(lab):
    """A full reset of the NIC, as a hang would cause it: VFs come back by themselves."""
    scene, promise = lab.scene, Promise("tx recovery")
    policy = nic.vfs(lab, scene.pf)
    lab.host.sh(f"ethtool -G {scene.pf} rx 512")
    refused(promise, scene.host, f"devlink health recover {handle(lab)} reporter none", "nobody")
    # Recovery of a healthy reporter does nothing; a time-out of the queue is made by hand.
    before = lab.host.json(f"devlink -j health diagnose {handle(lab)} reporter tx")["resets"]
    devlink(lab, "health recover %h reporter tx")
    after = lab.host.json(f"devlink -j health diagnose {handle(lab)} reporter tx")["resets"]
    promise.expect(after == before, "a healthy queue was recovered")
    promise.expect(nic.vfs(lab, scene.pf) == policy, "the VFs' policy changed")
    promise.require()


def test_reload(lab):
    """devlink dev reload: refused while there are VFs; else all is made anew, and works."""
    scene, promise = lab.scene, Promise("reload")
    res = devlink(lab, "dev reload %h", check=False, timeout=60)
    promise.expect(res.rc and "VFs" in res.err, f"with VFs: {res}")
    promise.expect(scene.child3.ping(scene.outside.ip) == 3, "the refusal has cut off a VF")
    scene.remove_vfs()
    mac = lab.host.link(scene.pf)["address"]
    lab.host.sh(f"ethtool -G {scene.pf} rx 64")
    load = scene.outside.bg(f"ping -n -q -f {scene.child2.ip}")
    for _ in range(2):
        devlink(lab, "dev reload %h action driver_reinit", timeout=60)
        scene.pf = lab.pf()
        promise.expect(lab.host.link(scene.pf)["address"] == mac, "another address")
        lab.host.sh(f"ip link set {scene.pf} master {BRIDGE} up")
        wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
        wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 30, "the bridge to reach outside")
    load.stop()
    promise.expect(re.search(r"RX:\s+512\b", lab.host.sh(f"ethtool -g {scene.pf}").out.split(
        "Current")[1]), "a ring size of before the reload")
    ports = show(lab, "port show", "port")
    promise.expect(ports[f"{handle(lab)}/0"]["netdev"] == scene.pf, f"{ports}")
    res = devlink(lab, "dev reload %h netns 1", check=False, timeout=60)
    promise.expect(res.rc, f"into a namespace: {res}")
    scene.make_vfs(2)
    promise.expect(scene.child3.ping(scene.child2.ip) == 3, "a VF after the reload")
    for name in ("tx", "vf_mailbox", "link"):
        promise.expect(reporter(lab, name)["state"] == "healthy", name)
    promise.require()
