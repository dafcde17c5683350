# SPDX-License-Identifier: GPL-2.0
"""What a guest does to its VF harms neither the host nor another VF.

The test is the driver of VF 1, and of VF 0 where it is said; it does what no driver does.
"""

import re
import time

from common import nic
from common.mailbox import Mailbox
from common.scene import BRIDGE, CHILD3_MAC, without_guest
from common.verdict import Promise

from labkit.util import say, wait_for

RESET, NEGOTIATE, LPE = "1", "20,56465054,00010001,3f", "5,600"
PATH_VF, PATH_SYNTHETIC, GET_STATE = "00010021,1", "00000021,2", "24"
MALFORMED, MAX_BAD = "1f000004", 64
RESET_ACK = "0x80000001"
# VTCTRL.RST, and V2PMAILBOX.REQ: what each guest can write as often as it likes.
FLR, REQ = "0=4000000", "c40=1"
VFRE, VFTE = 0xc8c, 0xc90
# drivers/pf/vport.h and mailbox.c: at once, and a second.
PATH_BURST, PATH_RATE = 32, 4
PASS_BURST, PASS_RATE = 256, 512
HOST_MAC = "52:54:00:aa:aa:aa"


def setup_module(lab):
    """The host's part of the scene, with VFs that nobody drives."""
    without_guest(lab)
    bare(lab)


def bare(lab, count=2):
    """VFs as new, without a driver."""
    lab.scene.remove_vfs()
    lab.set_numvfs(count, autoprobe=False)


def set_mac(mac, what=0):
    """The words that ask for an address."""
    b = bytes.fromhex(mac.replace(":", ""))
    return f"{what << 16 | 2:x},{int.from_bytes(b[:4], 'little'):x}," \
           f"{int.from_bytes(b[4:], 'little'):x}"


def of_vf(lab, vf, name):
    """One of ethtool's counters of a VF."""
    return nic.ethtool(lab.host, lab.scene.pf)[f"vf{vf}_{name}"]


def interrupts(lab):
    """How often the PF's vector for mailboxes has fired."""
    line = re.search(rf"^.*\s{lab.pf_pci()}$", lab.host.read("/proc/interrupts"), re.M).group()
    return sum(int(n) for n in line.split(":")[1].split() if n.isdigit())


def enabled(lab, vf):
    """Whether the NIC lets a VF receive, and send."""
    regs = nic.words(lab, nic.bar0(lab) + VFRE, 2)
    return tuple(bool(reg >> vf & 1) for reg in regs)


def test_paths_are_limited(lab):
    """The data path comes to a VF a few times a second; more often is refused, leaving never."""
    promise = Promise("path changes")
    bare(lab)
    with Mailbox(lab, 1) as mailbox:
        assert mailbox.send(RESET)[0] == RESET_ACK
        mailbox.send(NEGOTIATE)
        before, start = of_vf(lab, 1, "path_switches"), time.monotonic()
        answers = []
        for _ in range(4):
            answers += mailbox.send(*[PATH_VF, PATH_SYNTHETIC] * 40)
        passed = time.monotonic() - start
        moves = of_vf(lab, 1, "path_switches") - before
        to_vf, away = answers[::2], answers[1::2]
        promise.figures.update(moves=moves, seconds=round(passed, 1), refused=sum(
            map(mailbox.nack, to_vf)))
        promise.expect(None not in answers, "a message without an answer")
        promise.expect(not any(map(mailbox.nack, away)), "leaving the VF was refused")
        promise.expect(moves <= 2 * (PATH_BURST + PATH_RATE * passed + 1), f"{moves} moves")
        promise.expect(moves >= 2 * PATH_BURST, f"{moves} moves: no driver could work with that")
        # The same by a driver without the extension, whose LPE asks for the path.
        before, start = of_vf(lab, 1, "path_switches"), time.monotonic()
        mailbox.send(*[RESET, LPE] * 100)
        passed = time.monotonic() - start
        moves = of_vf(lab, 1, "path_switches") - before
        promise.figures.update(base_moves=moves, base_seconds=round(passed, 1))
        promise.expect(moves <= 2 * (PATH_BURST + PATH_RATE * passed + 1), f"base: {moves} moves")
        # It doesn't ask twice, and has its path in the end.
        wait_for(lambda: 1 in nic.rar_owner(lab, mac_of(lab, 1)), 10, "the base driver's path")
    promise.require()


def mac_of(lab, vf):
    """The address of a VF that `ip link` shows."""
    return nic.vfs(lab, lab.scene.pf)[vf]["address"]


def test_others_are_served(lab):
    """While one VF does nothing but move, and another resets itself, a third is answered."""
    promise = Promise("other VFs")
    bare(lab, 3)
    with Mailbox(lab, 0) as quiet, Mailbox(lab, 1) as mover, Mailbox(lab, 2) as resetter:
        mover.send(RESET, NEGOTIATE)
        assert quiet.send(RESET)[0] == RESET_ACK
        quiet.send(NEGOTIATE)
        loads = [lab.host.bg(f"exec {mover.command(5, *[PATH_VF, PATH_SYNTHETIC] * 400)}"),
                 lab.host.bg(f"exec {resetter.storming(8, FLR)}")]
        answers, shown = [], 0
        while any(load.poll() is None for load in loads) and shown < 20:
            answers += quiet.send(*[GET_STATE] * 5)
            lab.host.sh(f"ip -s link show {lab.scene.pf}")
            shown += 1
        for load in loads:
            load.stop()
        promise.figures.update(answers=len(answers), shown=shown)
        promise.expect(answers and None not in answers, "a message without an answer")
        promise.expect(not any(map(quiet.nack, answers)), "a message was refused")
    promise.require()


def test_interrupts_are_limited(lab):
    """A VF that writes to its mailbox, or resets itself, all the time: few interrupts."""
    promise = Promise("interrupts")
    bare(lab)
    with Mailbox(lab, 1) as mailbox, Mailbox(lab, 0) as other:
        other.send(RESET)
        for name, write in (("mailbox", REQ), ("reset", FLR)):
            before, start = interrupts(lab), time.monotonic()
            writes = mailbox.storm(4, write)
            passed = time.monotonic() - start
            seen = interrupts(lab) - before
            promise.figures[name] = (writes, seen, round(passed, 1))
            say(f"    {name}: {writes} writes, {seen} interrupts in {passed:.1f} s")
            promise.expect(seen <= PASS_BURST + PASS_RATE * passed + 10, f"{name}: {seen}")
            promise.expect(other.send(LPE)[0] not in (None, "0x40000005"), f"{name}: VF 0 is deaf")
    promise.require()


def test_quarantine_lasts(lab):
    """No reset of its own gets a VF out of quarantine, nor fills the log; the host does."""
    promise = Promise("quarantine")
    bare(lab)

    def lines():
        return int(lab.host.sh("dmesg | grep -c 'malformed messages'", check=False).out)
    before = lines()
    with Mailbox(lab, 1) as mailbox:
        assert mailbox.send(RESET)[0] == RESET_ACK
        mailbox.send(*[MALFORMED] * MAX_BAD)
        for _ in range(3):
            promise.expect(mailbox.send(RESET, limit=1)[0] is None, "served in quarantine")
            mailbox.storm(0.1, FLR)
        promise.expect(mailbox.send(RESET, limit=1)[0] is None, "served after its own reset")
        for how in ("state disable", "mac 52:54:00:00:43:01"):
            lab.scene.set_vf(1, how)
            promise.expect(mailbox.send(RESET)[0] == RESET_ACK, f"{how}: not served")
            mailbox.send(*[MALFORMED] * MAX_BAD, limit=1)
            promise.expect(mailbox.send(RESET, limit=1)[0] is None, f"{how}: served after more")
        promise.figures["lines"] = lines() - before
        promise.expect(lines() - before == 1, f"{lines() - before} lines in the log")
    bare(lab)
    with Mailbox(lab, 1) as mailbox:
        promise.expect(mailbox.send(RESET)[0] == RESET_ACK, "a new VF is not served")
    promise.require()


def test_addresses_of_others(lab):
    """A VF can't have the host's address, nor that of somebody else behind the bridge."""
    scene, promise = lab.scene, Promise("others' addresses")
    host, old = scene.host, lab.host.link(BRIDGE)["address"]
    bare(lab)
    host.sh(f"ip link set {BRIDGE} address {HOST_MAC}")
    wait_for(lambda: scene.me.ping(scene.child2.ip, 1), 10, "the bridge to know child2")
    tap = host.link("c2h")["address"]
    taken = {"the bridge": HOST_MAC, "child2": scene.child2.mac(), "a port": tap,
             "the PF": host.link(scene.pf)["address"], "VF 0": mac_of(lab, 0)}
    try:
        with Mailbox(lab, 1) as mailbox:
            assert mailbox.send(RESET)[0] == RESET_ACK
            mailbox.send(NEGOTIATE)
            for who, mac in taken.items():
                for what in (0, 2):
                    answer, = mailbox.send(set_mac(mac, what))
                    promise.expect(mailbox.nack(answer), f"{who}, {what}: {answer}")
                promise.expect(1 not in scene.rar_owner(mac), f"{who}: VF 1 receives for it")
            mailbox.send(PATH_VF, PATH_SYNTHETIC)
            local = [e for e in host.json(f"bridge -j fdb show br {BRIDGE}")
                     if e["mac"] == HOST_MAC]
            promise.expect(local, "the bridge has lost its own address")
            promise.expect(scene.outside.ping(scene.me.ip) == 3, "the host is not reached")
            # With trust a station's may be taken, its guest's own by another path; not the host's.
            scene.set_vf(1, "trust on")
            mailbox.send(GET_STATE)
            promise.expect(mailbox.nack(mailbox.send(set_mac(HOST_MAC))[0]),
                           "trusted: the bridge's")
            promise.expect(not mailbox.nack(mailbox.send(set_mac(scene.child2.mac(), 2))[0]),
                           "trusted: a station's is refused")
            mailbox.send(set_mac(scene.child2.mac(), 1))
    finally:
        host.sh(f"ip link set {BRIDGE} address {old}")
    promise.require()


def test_disabled_is_off(lab):
    """`state disable` switches the VF's queues off, whatever its guest does; and on again."""
    scene, promise = lab.scene, Promise("state disable")
    bare(lab)
    with Mailbox(lab, 1) as mailbox:
        assert mailbox.send(RESET)[0] == RESET_ACK
        mailbox.send(NEGOTIATE, PATH_VF)
        promise.expect(enabled(lab, 1) == (True, True), f"attached: {enabled(lab, 1)}")
        scene.set_vf(1, "state disable")
        wait_for(lambda: enabled(lab, 1) == (False, False), 10, "the queues to be off")
        promise.expect(mailbox.nack(mailbox.send(PATH_VF)[0]), "the path of a disabled VF")
        mailbox.send(RESET)
        promise.expect(enabled(lab, 1) == (False, False), "a reset has switched it on")
        scene.set_vf(1, "state auto")
        wait_for(lambda: enabled(lab, 1) == (True, True), 10, "the queues to be on")
        # Shorter than it has to hear of it: nothing happens to it afterwards.
        scene.set_vf(1, "state disable")
        scene.set_vf(1, "state auto")
        time.sleep(3)
        promise.expect(enabled(lab, 1) == (True, True), "off after it was enabled")
    promise.require()


def test_trust_taken(lab):
    """With trust goes what it gave: further addresses, an address of its own, all groups."""
    scene, promise = lab.scene, Promise("trust off")
    own, more = "52:54:00:00:43:11", "52:54:00:00:43:12"
    bare(lab)
    scene.set_vf(1, f"mac {CHILD3_MAC} trust on")
    with Mailbox(lab, 1) as mailbox:
        assert mailbox.send(RESET)[0] == RESET_ACK
        answers = mailbox.send(NEGOTIATE, set_mac(own), set_mac(more, 2), PATH_VF, "00010022")
        promise.expect(not any(map(mailbox.nack, answers)), f"trusted: {answers}")
        promise.expect(scene.rar_owner(own) == scene.rar_owner(more) == {1}, "trusted: not in use")
        promise.expect(mailbox.nack(mailbox.send("00030022")[0]), "promiscuous: acknowledged")
        scene.set_vf(1, "trust off")
        wait_for(lambda: not scene.rar_owner(own) | scene.rar_owner(more), 5, "them to go")
        promise.expect(mac_of(lab, 1) == CHILD3_MAC, f"shown: {mac_of(lab, 1)}")
        promise.expect(scene.rar_owner(CHILD3_MAC) == {7}, f"{scene.rar_owner(CHILD3_MAC)}")
        answer, = mailbox.send(set_mac(own))
        promise.expect(mailbox.nack(answer), "its own again, without trust")
        # The same kind: an address of the operator's takes what the guest had chosen without one.
        scene.set_vf(1, "mac 00:00:00:00:00:00")
        mailbox.send(GET_STATE, set_mac(more, 2))
        scene.set_vf(1, f"mac {CHILD3_MAC}")
        promise.expect(not scene.rar_owner(more), "a further address under the operator's")
    promise.require()


def test_restored_address(lab):
    """Whoever gives a VF back the address that it has found doesn't take its choice away."""
    scene, promise = lab.scene, Promise("restored address")
    free = "52:54:00:00:43:21"
    bare(lab)
    found = mac_of(lab, 1)
    with Mailbox(lab, 1) as mailbox:
        for mac, may in ((CHILD3_MAC, False), (CHILD3_MAC, False), (found, True)):
            scene.set_vf(1, f"mac {mac}")
            promise.expect(mailbox.send(RESET)[0] == RESET_ACK, "RESET")
            answer, = mailbox.send(set_mac(free))
            promise.expect(mailbox.nack(answer) == (not may), f"after {mac}: {answer}")
        # What is shown now is the guest's: an orchestrator would restore this.
        promise.expect(mac_of(lab, 1) == free, f"shown: {mac_of(lab, 1)}")
        for mac in (CHILD3_MAC, free):
            scene.set_vf(1, f"mac {mac}")
        mailbox.send(RESET)
        answer, = mailbox.send(set_mac("52:54:00:00:43:22"))
        promise.expect(not mailbox.nack(answer), f"pinned by a restore: {answer}")
        # With the driver goes its choice.
        mailbox.storm(0.1, FLR)
        wait_for(lambda: mac_of(lab, 1) == free, 5, "the host's address")
    promise.require()


def test_stale_address(lab):
    """A trusted driver that hasn't heard of the host's address yet can't put its old one back."""
    scene, promise = lab.scene, Promise("stale address")
    old, new = "52:54:00:00:43:31", "52:54:00:00:43:32"
    bare(lab)
    scene.set_vf(1, f"mac {old} trust on")
    with Mailbox(lab, 1) as mailbox:
        assert mailbox.send(RESET)[0] == RESET_ACK
        mailbox.send(NEGOTIATE, GET_STATE)
        scene.set_vf(1, f"mac {new}")
        promise.expect(mailbox.nack(mailbox.send(set_mac(old))[0]), "the stale address is taken")
        promise.expect(mac_of(lab, 1) == new, f"shown: {mac_of(lab, 1)}")
        mailbox.send(GET_STATE)
        promise.expect(not mailbox.nack(mailbox.send(set_mac(old))[0]),
                       "one of its own, knowing the host's")
    promise.require()


def test_news_in_replies(lab):
    """A VF whose mailbox is never idle is told in its replies that there is something to ask."""
    scene, promise = lab.scene, Promise("news")
    news = 1 << 28
    bare(lab)
    with Mailbox(lab, 1) as mailbox:
        mailbox.send(RESET, NEGOTIATE, GET_STATE)
        promise.expect(not int(mailbox.send(LPE)[0], 16) & news, "news without a change")
        for what in ("state enable", "trust on", "vlan 77", "mac 52:54:00:00:43:41", "vlan 0"):
            scene.set_vf(1, what)
            for _ in range(2):
                promise.expect(int(mailbox.send("3")[0], 16) & news, f"{what}: no news")
            mailbox.send(GET_STATE)
            promise.expect(not int(mailbox.send("3")[0], 16) & news, f"{what}: still news")
    promise.require()


def test_counters_of_a_predecessor(lab):
    """New VFs have counted nothing, whatever those before them had."""
    scene, promise = lab.scene, Promise("a predecessor's counters")
    scene.remove_vfs()
    scene.make_vfs(2)
    assert scene.child3.ping(scene.outside.ip, 20) == 20
    counted = scene.vf_packets(1)
    promise.expect(min(counted) >= 20, f"before: {counted}")
    bare(lab)
    time.sleep(3)
    promise.expect(scene.vf_packets(1) == (0, 0), f"of a new VF: {scene.vf_packets(1)}")
    promise.figures.update(before=counted, after=scene.vf_packets(1))
    promise.require()


def test_vlans_stay(lab):
    """A port VLAN that is set as it is takes no VLAN from the guest."""
    scene, promise = lab.scene, Promise("VLANs")
    bare(lab)
    used = nic.ethtool(lab.host, scene.pf)["vlan_used"]
    with Mailbox(lab, 1) as mailbox:
        mailbox.send(RESET, NEGOTIATE)
        promise.expect(not mailbox.nack(mailbox.send("00010004,32")[0]), "VLAN 50 is refused")
        scene.set_vf(1, "vlan 0")
        promise.expect(nic.ethtool(lab.host, scene.pf)["vlan_used"] == used + 1,
                       "VLAN 50 has gone")
    promise.require()


def test_groups_overflow(lab):
    """DPDK and BSD say by a bit that they listen to more than 30 groups: not malformed."""
    promise = Promise("groups")
    bare(lab)
    with Mailbox(lab, 1) as mailbox:
        mailbox.send(RESET)
        before = of_vf(lab, 1, "mbx_malformed")
        answer, = mailbox.send(f"9e0003,{','.join(['00020001'] * 15)}")
        promise.expect(answer and not mailbox.nack(answer), f"{answer}")
        promise.expect(of_vf(lab, 1, "mbx_malformed") == before, "counted as malformed")
        promise.expect(mailbox.nack(mailbox.send("9f0003")[0]), "31 groups")
    promise.require()
