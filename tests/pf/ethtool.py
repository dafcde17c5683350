# SPDX-License-Identifier: GPL-2.0
"""ethtool of the PF: what is shown is what the NIC has, and what is set arrives there."""

import re
import struct

from common import nic
from common.promises import refused
from common.scene import without_guest
from common.verdict import Promise

from labkit.util import wait_for

CTRL, RCTL, LEDCTL, EITR1, RAL0 = 0x0, 0x100, 0xe00, 0x1684, 0x5400
CTRL_RFCE, CTRL_TFCE = 1 << 27, 1 << 28
LED_ON, LED_OFF = 0xe, 0xf
NVM_SUM, NVM_WORDS = 0xbaba, 64

setup_module = without_guest


def reg(lab, offset):
    """A register of the PF."""
    return nic.words(lab, nic.bar0(lab) + offset, 1)[0]


def ethtool(lab, args, **kw):
    """Run ethtool on the PF; %s is its name."""
    return lab.host.sh(f"ethtool {args.replace('%s', lab.scene.pf)}", **kw)


def test_driver(lab):
    """ethtool -i names driver, version and bus address."""
    out = ethtool(lab, "-i %s").out
    assert "driver: vfpath_pf" in out and re.search(r"^version: \d+\.\d+", out, re.M), out
    assert f"bus-info: {lab.pf_pci()}" in out, out


def test_registers(lab):
    """ethtool -d: pairs of offset and value, as the registers are."""
    lab.host.sh(f"ethtool -d {lab.scene.pf} raw on > /tmp/regs")
    data = lab.host.get("/tmp/regs")
    regs = dict(struct.iter_unpack("<II", data))
    assert len(regs) > 500 and len(regs) == len(data) // 8, len(regs)
    for offset in (RCTL, RAL0, 0x581c, 0x5ad0, 0x3500):
        assert regs[offset] == reg(lab, offset), f"{offset:#x}: {regs[offset]:#x}"


def test_eeprom(lab):
    """ethtool -e: an NVM whose checksum is right and whose address is the PF's."""
    lab.host.sh(f"ethtool -e {lab.scene.pf} raw on > /tmp/nvm")
    data = lab.host.get("/tmp/nvm")
    words = struct.unpack(f"<{NVM_WORDS}H", data[:2 * NVM_WORDS])
    assert sum(words) & 0xffff == NVM_SUM, words
    assert data[:6].hex(":") == lab.host.link(lab.scene.pf)["address"]
    lab.host.sh(f"ethtool -e {lab.scene.pf} raw on offset 1 length 4 > /tmp/nvm")
    assert lab.host.get("/tmp/nvm") == data[1:5]


def test_identify(lab):
    """ethtool -p: the port's LED is switched, and afterwards is as before."""
    before = reg(lab, LEDCTL)
    base = nic.bar0(lab)
    blink = lab.host.bg(f"ethtool -p {lab.scene.pf} 5")
    seen = set()

    def both():
        seen.add(nic.words(lab, base + LEDCTL, 1)[0] & 0xff)
        return {LED_ON, LED_OFF} <= seen
    wait_for(both, 10, "the LED to go on and off", 0.05)
    wait_for(lambda: blink.poll() is not None, 20, "ethtool -p to end")
    assert reg(lab, LEDCTL) == before


def test_selftest(lab):
    """ethtool -t: online at any time; offline not while there are VFs, and then well."""
    scene = lab.scene
    res = ethtool(lab, "-t %s online", check=False)
    assert not res.rc and "Interrupt (on/offline)" in res.out, res
    before = scene.carrier_changes()
    res = ethtool(lab, "-t %s offline", check=False)
    assert res.rc, f"offline with VFs: {res}"
    assert scene.carrier_changes() == before and scene.child3.ping(scene.outside.ip) == 3
    scene.remove_vfs()
    res = ethtool(lab, "-t %s offline", check=False, timeout=60)
    results = dict(re.findall(r"^(\w+) .*?(-?\d+)$", res.out, re.M))
    assert not res.rc, res
    assert results == {"Link": "0", "NVM": "0", "Interrupt": "0", "Loopback": "0",
                       "Registers": "0"}, res.out
    wait_for(lambda: scene.carrier() == "1", 20, "the link after the self-test")
    wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 20, "the bridge after the self-test")
    scene.make_vfs(2)


def test_groups(lab):
    """ethtool -S --groups: the standard names, counting."""
    scene = lab.scene

    def stats():
        return lab.host.json(f"ethtool --json -S {scene.pf} --groups eth-mac eth-phy eth-ctrl "
                             "rmon")[0]
    before = stats()
    assert scene.me.ping(scene.outside.ip, 10) == 10
    after = stats()
    for name in ("FramesTransmittedOK", "FramesReceivedOK", "OctetsTransmittedOK"):
        assert after["eth-mac"][name] >= before["eth-mac"][name] + 10, (name, before, after)
    assert "SymbolErrorDuringCarrier" in after["eth-phy"], after
    assert "MACControlFramesReceived" in after["eth-ctrl"], after
    rx = [h for h in after["rmon"]["rx-pktsNtoM"] if h["low"] == 65]
    assert rx and rx[0]["val"] >= 10, after["rmon"]
    pause, = lab.host.json(f"ethtool --json -I -a {scene.pf}")
    assert "tx_pause_frames" in pause["statistics"], pause


def test_coalesce(lab):
    """ethtool -C: the interval arrives in the NIC; adaptive moderation chooses it by itself."""
    scene, promise = lab.scene, Promise("coalesce")
    ethtool(lab, "-C %s rx-usecs 100")
    promise.expect(reg(lab, EITR1) >> 2 & 0x1fff == 100, f"EITR is {reg(lab, EITR1):#x}")
    refused(promise, scene.host, f"ethtool -C {scene.pf} rx-usecs 9000", "an interval too long")
    promise.expect(reg(lab, EITR1) >> 2 & 0x1fff == 100, "a refused interval took effect")
    ethtool(lab, "-C %s adaptive-rx on")
    promise.expect("Adaptive RX: on" in ethtool(lab, "-c %s").out, "adaptive is not shown")
    # net_dim decides after 64 interrupts.
    before = reg(lab, EITR1)
    scene.me.sh(f"ping -n -q -f -c 3000 {scene.outside.ip}", timeout=60)
    promise.expect(reg(lab, EITR1) != before, "net_dim has never chosen an interval")
    ethtool(lab, "-C %s adaptive-rx off rx-usecs 0")
    promise.expect(reg(lab, EITR1) >> 2 & 0x1fff == 0, f"EITR is {reg(lab, EITR1):#x}")
    promise.expect(scene.me.ping(scene.outside.ip) == 3, "no traffic any more")
    promise.require()


def test_rings(lab):
    """ethtool -G under traffic; sizes that can't be are refused."""
    scene, promise = lab.scene, Promise("rings")
    for rx, tx in ((64, 64), (4096, 4096), (512, 512)):
        ethtool(lab, f"-G %s rx {rx} tx {tx}")
        out = ethtool(lab, "-g %s").out.split("Current")[1]
        promise.expect(re.search(rf"RX:\s+{rx}\b", out) and re.search(rf"TX:\s+{tx}\b", out), out)
        promise.expect(scene.me.ping(scene.outside.ip) == 3, f"{rx}, {tx}: no traffic")
    for bad in ("rx 32", "tx 1", "rx 8192"):
        refused(promise, scene.host, f"ethtool -G {scene.pf} {bad}", "a ring size")
    promise.expect(re.search(r"RX:\s+512\b", ethtool(lab, "-g %s").out), "a refusal changed it")
    promise.require()


def test_link(lab):
    """Speed and autonegotiation are shown; what copper can't do is refused."""
    scene, promise = lab.scene, Promise("link settings")
    out = ethtool(lab, "%s").out
    for line in ("Speed: 1000Mb/s", "Duplex: Full", "Auto-negotiation: on", "Link detected: yes"):
        promise.expect(line in out, f"{line}: {out}")
    for bad in ("speed 1000 duplex full autoneg off", "speed 10000", "wol g"):
        refused(promise, scene.host, f"ethtool -s {scene.pf} {bad}", bad)
    promise.expect(ethtool(lab, "%s").out == out, "a refusal changed the link's settings")
    promise.require()


def test_pause(lab):
    """ethtool -A: forced pause directions arrive in the NIC."""
    ethtool(lab, "-A %s autoneg off rx on tx off", check=False)
    assert reg(lab, CTRL) & (CTRL_RFCE | CTRL_TFCE) == CTRL_RFCE, hex(reg(lab, CTRL))
    ethtool(lab, "-A %s autoneg off rx off tx on", check=False)
    assert reg(lab, CTRL) & (CTRL_RFCE | CTRL_TFCE) == CTRL_TFCE, hex(reg(lab, CTRL))
    ethtool(lab, "-A %s autoneg off rx off tx off")
    assert not reg(lab, CTRL) & (CTRL_RFCE | CTRL_TFCE)
    out = ethtool(lab, "-a %s").out
    assert re.search(r"RX:\s+off", out) and re.search(r"TX:\s+off", out), out


def test_channels(lab):
    """ethtool -l: two transmit queues, one receive queue."""
    out = ethtool(lab, "-l %s").out.split("Current")[1]
    assert re.search(r"RX:\s+1\b", out) and re.search(r"TX:\s+2\b", out), out
