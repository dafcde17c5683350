# SPDX-License-Identifier: GPL-2.0
"""What must not be done is refused with an error, and changes nothing."""

from common import nic
from common.promises import refused
from common.mailbox import Mailbox
from common.scene import GUEST_MAC, UPPER, with_guest
from common.verdict import Promise

from labkit.util import wait_for

setup_module = with_guest

WRONG_VF = tuple(f"vf {n} {what}" for n in (7, 99)
                 for what in ("mac 52:54:00:00:40:01", "vlan 5", "spoofchk off", "trust on",
                              "state disable"))
WRONG_POLICY = ("vf 0 mac 01:00:5e:00:00:01", "vf 0 mac ff:ff:ff:ff:ff:ff", "vf 0 vlan 4095",
                "vf 0 vlan 5000", "vf 0 vlan 5 qos 8", "vf 0 vlan 5 proto 802.1ad",
                "vf 0 max_tx_rate 5000", "vf 0 min_tx_rate 10", f"vf 1 mac {GUEST_MAC}",
                "mtu 10", "mtu 9217", "mtu 70000", "address 01:00:5e:00:00:01")

# Messages that do not fit, in words of hex. Before NEGOTIATE, and after it.
MALFORMED = {
    "unknown id": "7f", "reserved bits": "1f000004", "reply bits": "80000005,600",
    "set_mac: what": "00090002,00005452,0001", "set_mac: multicast": "2,00000001,0",
    "set_mac: zero": "2,0,0", "add: multicast": "00020002,ffffffff,ffff",
    "multicast: count": "001f0003", "vlan: what": "00020004,5", "vlan: 4095": "00010004,fff",
    "vlan: huge": "00010004,ffffffff", "lpe: 0": "5,0", "lpe: huge": "5,ffffffff",
    "promisc: untrusted": "00020006", "negotiate: magic": "20,1,00010001,f",
    "negotiate: version 0": "20,56465054,0,f", "negotiate: low > high": "20,56465054,00020001,f",
    "negotiate: future": "20,56465054,00090009,f", "data path: before negotiate": "00010021,1",
    "rx mode: before negotiate": "00030022", "mc list: before negotiate": "00010023,10000,1",
}
NEGOTIATED = {
    "data path: what": "00020021,1", "rx mode: bits": "00ff0022", "rx mode: untrusted": "00030022",
    "mc list: count": "001d0023,001d0000", "mc list: overrun": "00020023,00010000,1",
    "mc list: gap": "00010023,00200005,1", "mc list: too long": "00010023,ffff0000,1",
}
RESET, RESET_ACK = "1", "0x80000001"
NEGOTIATE = "20,56465054,00010001,f"
LPE = "5,600"


def refused_unchanged(promise, machine, commands, state):
    """Each command fails, and what state() tells stays the same."""
    before = state()
    for cmd in commands:
        refused(promise, machine, cmd, "bad input")
    after = state()
    promise.expect(after == before, f"{'; '.join(commands)}: {before} became {after}")


def pf_state(scene):
    """All that the commands to the PF could change."""
    link = scene.lab.host.link(scene.pf)
    numvfs = scene.host.read(f"/sys/bus/pci/devices/{scene.lab.pf_pci()}/sriov_numvfs")
    return link["address"], link["mtu"], link["flags"], numvfs, nic.vfs(scene.lab, scene.pf)


def upper_state(scene):
    """All that the commands to the upper could change."""
    link = scene.guest.link(UPPER)
    files = [scene.vfpath(f) for f in ("vf", "synthetic", "active", "path")]
    return link["address"], link["mtu"], link["flags"], files


def test_vf_commands(lab):
    """`ip link set PF vf N ...` with numbers and values that do not exist."""
    scene, promise = lab.scene, Promise("bad input: VFs")
    refused_unchanged(promise, scene.host,
                      [f"ip link set {scene.pf} {what}" for what in WRONG_VF + WRONG_POLICY],
                      lambda: pf_state(scene))
    promise.require()


def test_numvfs(lab):
    """More VFs than there are, or a number other than 0 while there are some."""
    scene, promise = lab.scene, Promise("bad input: sriov_numvfs")
    path = f"/sys/bus/pci/devices/{lab.pf_pci()}/sriov_numvfs"
    refused_unchanged(promise, scene.host,
                      [f"sh -c 'echo {n} > {path}'" for n in (8, 3, -1, "x", 65536)],
                      lambda: pf_state(scene))
    scene.remove_vfs()
    try:
        refused_unchanged(promise, scene.host,
                          [f"sh -c 'echo {n} > {path}'" for n in (8, 256)],
                          lambda: pf_state(scene))
    finally:
        scene.make_vfs(2)
    promise.require()


def test_upper(lab):
    """Lowers of the wrong kind, too many, or taken; an MTU that no lower can."""
    scene, promise = lab.scene, Promise("bad input: upper")
    scene.on_vf()
    guest = scene.guest
    guest.sh(f"""modprobe tun && modprobe dummy numdummies=0 && ip tuntap add dev tun9 mode tun &&
        ip link add dum9 type dummy && ip link add dum8 type dummy &&
        ip link add mac8 link dum8 type macvlan && ip link add brx type bridge &&
        ip link add link {UPPER} name vlan9 type vlan id 9 && ip link add vfp9 type vfpath &&
        ip addr add 10.9.9.9/24 dev brx && ip link add dum7 type dummy &&
        ip addr add 10.9.8.9/24 dev dum7""")
    sysfs = f"/sys/class/net/{UPPER}/vfpath/path"
    commands = [f"ip link set {dev} master {UPPER}"
                for dev in ("lo", "tun9", "brx", "vlan9", "vfp9", "dum9")]
    commands += [f"ip link set {dev} master vfp9"
                 for dev in ("lo", "tun9", "brx", "vlan9", UPPER, "vfp9", "dum8", "dum7")]
    commands += [f"ip link set {UPPER} mtu {mtu}" for mtu in (60, 20000, 70000)]
    commands += [f"sh -c 'echo {word} > {sysfs}'" for word in ("bogus", "none", "vfx")]
    commands += [f"ip link set {UPPER} address 01:00:5e:00:00:01",
                 "ip link add vfp8 address 01:00:5e:00:00:01 type vfpath"]
    refused_unchanged(promise, guest, commands, lambda: upper_state(scene))
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the guest is cut off")
    guest.sh("ip link del vfp9; ip link del vlan9; ip link del brx; ip link del dum9; "
             "ip link del dum8; ip link del dum7; ip link del tun9")
    promise.require()


def test_other_mac(lab):
    """A VF with another MAC address is neither adopted nor let in by hand."""
    scene, promise = lab.scene, Promise("bad input: MAC address")
    scene.on_synthetic()
    mac = "52:54:00:00:40:99"
    scene.set_vf(0, f"mac {mac}")
    scene.plug(wait=False)
    dev = wait_for(lambda: scene.guest.netdev_by_mac(mac), 20, "the VF")
    refused_unchanged(promise, scene.guest, [f"ip link set {dev} master {UPPER}"],
                      lambda: upper_state(scene))
    promise.expect(scene.vfpath("vf") == "", "adopted with a foreign MAC address")
    scene.guest.unplug_vf()
    scene.set_vf(0, f"mac {scene.station.mac()}")
    scene.on_vf()
    promise.require()


def test_mailbox(lab):
    """A message malformed in any field is answered NACK; what is in force stays."""
    scene, promise = lab.scene, Promise("bad input: mailbox")
    # VF 1 without its driver: the test itself is the VF.
    scene.on_synthetic()
    scene.remove_vfs()
    lab.set_numvfs(2, autoprobe=False)

    def state():
        return sorted((mac, sorted(pools)) for mac, pools in nic.rars(lab)), pf_state(scene)

    with Mailbox(lab, 1) as mailbox:
        promise.expect(mailbox.nack(mailbox.send(LPE)[0]), "a message before RESET is accepted")
        reset, = mailbox.send(RESET)
        promise.expect(reset == RESET_ACK, f"RESET: {reset}")
        before = state()
        for stage in (MALFORMED, NEGOTIATED):
            for name, answer in zip(stage, mailbox.send(*stage.values())):
                promise.expect(mailbox.nack(answer), f"{name}: {answer}")
            promise.expect(state() == before, f"{before} became {state()}")
            answer, = mailbox.send(NEGOTIATE)
            promise.expect(answer and not mailbox.nack(answer), f"NEGOTIATE: {answer}")
    scene.remove_vfs()
    scene.make_vfs(2)
    promise.expect(scene.child3.ping(scene.outside.ip) == 3, "the VF does not work after it")
    promise.require()
