# SPDX-License-Identifier: GPL-2.0
"""Hot plugs under a guest's network configuration: it manages the upper, and leaves the lowers alone.

What names the synthetic netdev by its address or by its name means the upper.

Under NetworkManager, systemd-networkd, and ifupdown called by udev as cloud images do it, each
set to configure whatever netdev there is. VFPATH_HOT_PLUGS in the environment says how many
times the VF comes and goes under each (default 2).
"""

import os
import re

from common.scene import GUEST_MAC, UPPER, Scene
from common.station import Station
from common.verdict import Promise

from labkit import util
from labkit.util import run, wait_for

GUEST = "machine"

PLUGS = int(os.environ.get("VFPATH_HOT_PLUGS", "2"))
ADDRESS = Station("guest", None, UPPER, 11).ip


class NetworkManager:
    """It makes a connection of its own for each Ethernet netdev that nobody else manages."""

    name = "NetworkManager"
    online = "nm-online -s -q -t 30"
    files = {
        "/etc/NetworkManager/system-connections/upper.nmconnection": (
            "[connection]\nid=upper\nuuid=8d7d5f4e-6f0a-4c1e-9a63-2f6f5a0b1c01\ntype=ethernet\n"
            f"interface-name={UPPER}\n[ipv4]\nmethod=manual\naddress1={ADDRESS}/24\n"
            "[ipv6]\nmethod=link-local\n", 0o600),
    }

    @staticmethod
    def start(guest):
        """NetworkManager wants the system bus."""
        guest.sh("mkdir -p /run/dbus && dbus-daemon --system --fork")
        return guest.bg("exec NetworkManager --debug")

    @staticmethod
    def touches(guest, dev):
        """Whether it has a netdev under its hands."""
        out = guest.sh("nmcli -t -f DEVICE,STATE device", check=False).out
        return f"{dev}:unmanaged" not in out.splitlines()


class Networkd:
    """One .network file for all."""

    name = "systemd-networkd"
    online = "/lib/systemd/systemd-networkd-wait-online --timeout=30"
    files = {
        "/etc/systemd/network/20-all.network": (
            f"[Match]\nType=ether\n[Network]\nAddress={ADDRESS}/24\n", 0o644),
    }

    @staticmethod
    def start(guest):
        """Without systemd, in a directory that systemd would make."""
        guest.sh("install -d -o systemd-network -g systemd-network /run/systemd/netif /run/systemd/netif/links "
                 "/run/systemd/netif/leases /run/systemd/netif/lldp")
        return guest.bg("exec /lib/systemd/systemd-networkd")

    @staticmethod
    def touches(guest, dev):
        """Its state file of the netdev says."""
        index = guest.read(f"/sys/class/net/{dev}/ifindex")
        state = guest.read(f"/run/systemd/netif/links/{index}", check=False) or ""
        return "ADMIN_STATE=unmanaged" not in state.splitlines()


class Ifupdown:
    """The helper of Debian's cloud images, in short: ifup of each netdev as it comes."""

    name = "ifupdown"
    online = f"ifquery --state {UPPER}"
    files = {
        "/etc/udev/rules.d/75-cloud-ifupdown.rules": (
            'ACTION=="add", SUBSYSTEM=="net", ENV{INTERFACE}!="lo", '
            'RUN+="/etc/network/cloud-ifupdown-helper"\n', 0o644),
        "/etc/network/cloud-ifupdown-helper": (
            '#!/bin/sh\nexport PATH=/usr/sbin:/usr/bin:/sbin:/bin\n'
            'mkdir -p /run/network/interfaces.d\n'
            'printf "iface %s inet static\\n address ' + ADDRESS + '/24\\n" "$INTERFACE" '
            '> "/run/network/interfaces.d/$INTERFACE"\n'
            'exec ifup "$INTERFACE"\n', 0o755),
        "/etc/network/interfaces": ("source-directory /run/network/interfaces.d\n", 0o644),
    }

    @staticmethod
    def start(_guest):
        """udev calls it."""
        return None

    @staticmethod
    def touches(guest, dev):
        """It says which netdevs it has brought up."""
        return guest.sh(f"ifquery --state {dev}", check=False).rc == 0


class ConfiguredScene(Scene):
    """The scene; its guest has an upper by auto=, then udev and one of the managers."""

    manager = job = None

    def make_guest(self):
        self.guest = guest = self.lab.guest(1, mac=GUEST_MAC, bridge="br0")
        install(guest)
        for path, (text, mode) in self.manager.files.items():
            guest.put(path, text, mode)
        # As an initramfs does it, before udev and the managers.
        guest.sh("modprobe vfpath_vf && modprobe vfpath_failover auto=all && modprobe virtio_net")
        guest.sh("systemd-machine-id-setup && mkdir -p /run/udev /run/network && /lib/systemd/systemd-udevd --daemon && "
                 "udevadm trigger --action=add && udevadm settle")
        self.job = self.manager.start(guest)
        self.station = Station("guest", guest, UPPER, 11)
        try:
            wait_for(lambda: self.station.has(ADDRESS), 30,
                     f"{self.manager.name} to configure {UPPER}")
        except util.Timeout as e:
            raise util.Timeout(f"{e}\n{self.job.stop() if self.job else ''}") from e
        wait_for(lambda: self.station.ping(self.outside.ip, 1), 20, "the guest to reach outside")


class NamedNetworkd(Networkd):
    """As netplan's set-name has it: a name for what has that address, and a configuration by that."""

    name = "systemd-networkd, by name"
    files = {
        "/etc/systemd/network/10-eth0.link": (
            f"[Match]\nPermanentMACAddress={GUEST_MAC}\n[Link]\nName=lan0\n", 0o644),
        "/etc/systemd/network/10-eth0.network": (
            f"[Match]\nName=lan0\n[Network]\nAddress={ADDRESS}/24\n", 0o644),
    }


class KernelNamedNetworkd(NamedNetworkd):
    """The same with the name that the kernel has given."""

    name = "systemd-networkd, by the kernel's name"
    files = {path: (text.replace("lan0", "eth0"), mode)
             for path, (text, mode) in NamedNetworkd.files.items()}


class AddressedNetworkd(Networkd):
    """By the address alone, in the first of all files."""

    name = "systemd-networkd, by address"
    files = {
        "/etc/systemd/network/01-all.network": (
            f"[Match]\nPermanentMACAddress={GUEST_MAC}\n[Network]\nAddress={ADDRESS}/24\n", 0o644),
    }


def install(guest):
    """What `make config-install` installs, in the guest."""
    tree = os.path.join(util.BUILD, "lab", "config")
    run(f"rm -rf {tree} && make -s -C {util.TOP} config-install DESTDIR={tree}")
    for base, _dirs, names in os.walk(tree):
        for name in names:
            path = os.path.join(base, name)
            guest.put(path[len(tree):], util.file_bytes(path), os.stat(path).st_mode & 0o777)


def lowers(scene):
    """The names of both, as udev has called them."""
    return [scene.vfpath("synthetic"), scene.vfpath("vf")]


def check_lowers(scene, promise, when):
    """The manager lets them alone, and has the upper."""
    guest, manager = scene.guest, scene.manager
    for dev in lowers(scene):
        if not dev:
            continue
        try:
            wait_for(lambda dev=dev: not manager.touches(guest, dev), 10, "unmanaged")
        except util.Timeout:
            promise.expect(False, f"{when}: {manager.name} manages the lower {dev}")
        shown = guest.sh(f"ip -o addr show dev {dev}").out
        promise.expect("inet" not in shown, f"{when}: {shown}")
    promise.expect(manager.touches(guest, UPPER), f"{when}: {UPPER} isn't managed")
    promise.expect(scene.station.has(ADDRESS), f"{when}: {UPPER} has lost its address")


def hot_plugs(lab, manager, plugs=PLUGS):
    """The VF comes and goes, many times."""
    scene = ConfiguredScene(lab, guest="machine")
    scene.manager = manager
    promise = Promise(manager.name)
    lab.scene = scene.start()
    guest = scene.guest
    monitor = guest.bg("exec ip -o monitor address")
    promise.expect(guest.sh(manager.online, check=False, timeout=60).rc == 0, "not online at boot")
    check_lowers(scene, promise, "at boot")
    index = guest.read(f"/sys/class/net/{UPPER}/ifindex")
    for n in range(plugs):
        scene.plug()
        guest.sh("udevadm settle")
        check_lowers(scene, promise, f"plug {n}")
        promise.expect(scene.station.ping(scene.outside.ip) >= 2, f"plug {n}: outside")
        scene.unplug()
        guest.sh("udevadm settle")
        check_lowers(scene, promise, f"unplug {n}")
    promise.expect(guest.read(f"/sys/class/net/{UPPER}/ifindex") == index, f"another {UPPER}")
    promise.expect(guest.sh(manager.online, check=False, timeout=60).rc == 0, "not online any more")
    touched = set(re.findall(r"^(?:Deleted )?\d+: (\S+) +inet", monitor.stop(), re.M))
    promise.expect(touched <= {UPPER}, f"addresses came or went on {touched}:\n{monitor.output}")
    promise.require()


def test_network_manager(lab):
    """NetworkManager's default is to manage all there is."""
    hot_plugs(lab, NetworkManager)


def test_networkd(lab):
    """networkd with a file that matches all."""
    lab.reset()
    hot_plugs(lab, Networkd)


def test_ifupdown(lab):
    """ifup called for all that comes."""
    lab.reset()
    hot_plugs(lab, Ifupdown)


def test_networkd_named(lab):
    """A .link and a .network file that name the guest's NIC by address and name."""
    lab.reset()
    hot_plugs(lab, NamedNetworkd, 1)
    guest = lab.scene.guest
    # The name is the upper's, for whoever asks by it.
    assert "vfp0" in guest.sh("ip -o link show dev lan0").out
    assert guest.read("/sys/class/net/vfp0/vfpath/synthetic") == "vfp0-syn"


def test_networkd_named_as_before(lab):
    """The same, with the name that the synthetic netdev has already."""
    lab.reset()
    hot_plugs(lab, KernelNamedNetworkd, 1)


def test_networkd_addressed(lab):
    """A .network file by the address, which the lowers have, too."""
    lab.reset()
    hot_plugs(lab, AddressedNetworkd, 1)


def test_udev_address(lab):
    """An upper made by hand with udev running keeps the address that it gets from its lower."""
    lab.reset()
    promise = Promise("MACAddressPolicy=persistent")
    scene = lab.scene = Scene(lab).start()
    guest = scene.guest
    guest.sh(f"ip link del {UPPER}")
    guest.sh("systemd-machine-id-setup && mkdir -p /run/udev && "
             "/lib/systemd/systemd-udevd --daemon && udevadm settle")
    try:
        guest.sh(f"ip link add {UPPER} type vfpath && udevadm settle")
        guest.sh(f"ip link set eth0 master {UPPER} && ip link set {UPPER} up && udevadm settle")
        macs = {dev: guest.link(dev)["address"] for dev in (UPPER, "eth0")}
        promise.expect(set(macs.values()) == {GUEST_MAC}, f"{macs}")
        scene.station.configure()
        scene.plug()
        promise.expect(scene.station.ping(scene.outside.ip) == 3, "outside")
    finally:
        guest.sh("udevadm control --exit; sleep 1", check=False)
    promise.require()
