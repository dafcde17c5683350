# SPDX-License-Identifier: GPL-2.0
"""What must not be done is refused with an error, and changes nothing."""

from common import nic
from common.promises import refused
from common.scene import UPPER, with_guest
from common.verdict import Promise

from labkit.util import wait_for

setup_module = with_guest

WRONG_VF = tuple(f"vf {n} {what}" for n in (7, 99)
                 for what in ("mac 52:54:00:00:40:01", "vlan 5", "spoofchk off", "trust on",
                              "state disable"))
WRONG_POLICY = ("vf 0 mac 01:00:5e:00:00:01", "vf 0 mac ff:ff:ff:ff:ff:ff", "vf 0 vlan 4095",
                "vf 0 vlan 5 proto 802.1ad", "vf 0 max_tx_rate 100000", "vf 0 min_tx_rate 10",
                "vf 1 mac 01:00:5e:00:00:01", "mtu 100000", "address 01:00:5e:00:00:01")


def refused_unchanged(promise, machine, commands, state):
    """Each command fails, and what state() tells stays the same."""
    for cmd in commands:
        before = state()
        refused(promise, machine, cmd, "bad input")
        after = state()
        promise.expect(after == before, f"{cmd}: {before} became {after}")


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
