# SPDX-License-Identifier: GPL-2.0
"""The scene that tests and demo play in.

    wire ── outside (10.7.0.1)
     │
     PF ── br0 (10.7.0.10) ──┬─ tap1 ── guest, by virtio-net ──┐
     │                       └─ c2h ─── child2 (10.7.0.12)     ├─ vfp0 (10.7.0.11)
     ├─ VF 0 ── guest, by vfio ────────────────────────────────┘
     └─ VF 1 ── child3 (10.7.0.13), a namespace of the host
"""

from labkit.util import Timeout, wait_for

from . import nic
from .guest import NamespaceGuest
from .station import Station

BRIDGE = "br0"
UPPER = "vfp0"
GUEST_MAC = "52:54:00:00:20:01"
CHILD3_MAC = "52:54:00:00:30:01"
VFPATH = f"/sys/class/net/{UPPER}/vfpath"
# What a guest's streams, four or six of them, are carried at without loss: by a namespace, by a
# namespace under the debug kernel's checkers, and by a machine, whose exits are what is slow: some
# 3000 a second are all there is.
RATE, RATE_CHECKED, RATE_MACHINE = 500, 100, 200


class Scene:
    """Host with bridge, PF and VFs; stations; and, if asked for, a guest with an upper.

    The guest is a network namespace of the host VM (guest=True), or a virtual machine ("machine").
    """

    def __init__(self, lab, guest=True, numvfs=2, pf_driver="vfpath_pf", vf_driver="vfpath_vf"):
        self.lab, self.host = lab, lab.host
        self.with_guest, self.numvfs = bool(guest), numvfs
        self.nested = guest == "machine"
        self.pf_driver, self.vf_driver = pf_driver, vf_driver
        self.pf = self.guest = self.station = self.child3 = None
        self.outside = Station("outside", lab.host, "out0", 1, "outside")
        self.child2 = Station("child2", lab.host, "c2", 12, "child2")
        self.me = Station("host", lab.host, BRIDGE, 10)
        # Datagrams a second of a stream, where it isn't load.py that finds out what is carried.
        self.rate = RATE_CHECKED if lab.kernel.debug else RATE_MACHINE if self.nested else RATE

    def start(self):
        """Set all of it up; the guest's VF is made, but not plugged."""
        self.host.sh(f"modprobe {self.pf_driver}")
        self.pf = self.lab.pf()
        self.make_bridge()
        self.outside.configure()
        self.make_child2()
        self.me.configure()
        wait_for(lambda: self.carrier() == "1", 20, "link of the PF")
        self.make_vfs(self.numvfs)
        if self.with_guest:
            self.make_guest()
        return self

    def make_bridge(self):
        self.host.sh(f"ip link add {BRIDGE} type bridge && "
                     f"ip link set {self.pf} master {BRIDGE} up && ip link set {BRIDGE} up")

    def make_child2(self):
        self.host.sh("ip netns add child2 && ip -n child2 link set lo up && "
                     "ip link add c2h type veth peer name c2 netns child2 && "
                     f"ip link set c2h master {BRIDGE} up")
        self.child2.configure()

    def make_vfs(self, count):
        """Make VFs; VF 0 gets the guest's MAC, VF 1 goes to child3."""
        self.lab.set_numvfs(count, autoprobe=False)
        self.numvfs = count
        if count:
            self.set_vf(0, f"mac {GUEST_MAC}")
        if count > 1:
            self.set_vf(1, f"mac {CHILD3_MAC}")
            self.make_child3()

    def remove_vfs(self):
        """Remove all VFs. None may be plugged into a guest."""
        self.lab.set_numvfs(0)
        self.numvfs = 0
        if self.child3:
            self.host.sh("ip netns del child3")
            self.child3 = None

    def set_vf(self, vf, what, check=True):
        """`ip link set PF vf N ...`"""
        return self.host.sh(f"ip link set {self.pf} vf {vf} {what}", check=check)

    def bind_vf(self, vf, driver):
        """Bind a VF on the host; returns its network device."""
        pci = self.lab.vf_pci(vf)
        self.host.sh(f"modprobe {driver} && cd /sys/bus/pci/devices/{pci} && "
                     f"echo {driver} > driver_override && echo {pci} > /sys/bus/pci/drivers_probe "
                     f"&& [ $(basename $(readlink driver)) = {driver} ]")
        return self.host.netdev_of(pci)

    def make_child3(self, vf=1):
        """A VF on the host, in a namespace of its own."""
        dev = self.bind_vf(vf, self.vf_driver)
        self.host.sh("ip netns add child3 && ip -n child3 link set lo up && "
                     f"ip link set {dev} netns child3 name c3")
        self.child3 = Station("child3", self.host, "c3", 13, "child3")
        self.child3.configure()
        wait_for(lambda: self.child3.ping(self.outside.ip, 1), 20, "child3 to reach outside")

    def make_guest(self):
        """A guest with an upper over its synthetic netdev."""
        if self.nested:
            self.guest = self.lab.guest(1, mac=GUEST_MAC, bridge=BRIDGE)
            self.guest.sh("modprobe virtio_net")
        else:
            self.guest = NamespaceGuest(self.lab, GUEST_MAC, BRIDGE)
        dev = self.guest.netdev_by_mac(GUEST_MAC)
        self.guest.sh("modprobe vfpath_vf && modprobe vfpath_failover && "
                      f"ip link add {UPPER} type vfpath && ip link set {dev} master {UPPER}")
        self.station = Station("guest", self.guest, UPPER, 11)
        self.station.configure()
        self.wait_active("synthetic")
        wait_for(lambda: self.station.ping(self.outside.ip, 1), 20, "the guest to reach outside")

    # The guest's path

    def vfpath(self, name):
        """One of the upper's files in sysfs."""
        return self.guest.read(f"{VFPATH}/{name}")

    def switches(self):
        """How often the upper has moved so far."""
        return int(self.vfpath("switches"))

    def vf_resets(self):
        """How many resets the guest's VF has come back from."""
        return nic.ethtool(self.guest, self.vfpath("vf"))["resets"]

    def wait_active(self, path, timeout=20):
        """Until the guest's traffic takes that path."""
        try:
            wait_for(lambda: self.vfpath("active") == path, timeout,
                     f"the guest to be on path {path}")
        except Timeout as e:
            reason = self.vfpath("inactive_reason")
            raise Timeout(f"{e} (inactive_reason: {reason!r})") from e

    def set_path(self, path):
        """The operator's choice: auto, vf or synthetic."""
        self.guest.write(f"{VFPATH}/path", path)

    def plug(self, wait=True):
        """Hot-plug VF 0 into the guest."""
        self.guest.plug_vf(self.lab.vf_pci(0))
        if wait:
            self.wait_active("vf")

    def unplug(self):
        """Take it away again, on purpose."""
        self.guest.unplug_vf()
        self.wait_active("synthetic")

    def plugged(self):
        """Whether the guest has its VF."""
        return bool(self.guest.vfs)

    def on_vf(self):
        """See to it that the guest is on its VF."""
        if not self.plugged():
            self.plug(wait=False)
        self.set_path("auto")
        self.wait_active("vf")

    def on_synthetic(self):
        """See to it that the guest has no VF."""
        if self.plugged():
            self.unplug()

    def renew(self):
        """As start() has left it, for those who come next."""
        self.on_synthetic()
        self.set_path("auto")
        for vf, mac in ((0, GUEST_MAC), (1, CHILD3_MAC)):
            self.set_vf(vf, f"mac {mac} vlan 0 spoofchk on trust off state auto max_tx_rate 0")
        self.wait_active("synthetic")
        for peer in (self.outside, self.child2, self.child3):
            wait_for(lambda p=peer: self.station.ping(p.ip, 1), 20, f"the guest to reach {peer.name}")

    def upper_stats(self):
        """ethtool -S of the upper."""
        return nic.ethtool(self.guest, UPPER)

    # The host's side

    def carrier(self):
        return self.host.read(f"/sys/class/net/{self.pf}/carrier", check=False)

    def carrier_changes(self):
        """How often the PF's link has come or gone."""
        return int(self.host.read(f"/sys/class/net/{self.pf}/carrier_changes"))

    def vf_packets(self, vf=0):
        """(received, sent) by a VF, as the PF counts."""
        return nic.vf_packets(self.lab, self.pf, vf)

    def rar_owner(self, mac=GUEST_MAC):
        """The pools the NIC delivers a MAC address to."""
        return nic.rar_owner(self.lab, mac)

    def fdb_owner(self, mac=GUEST_MAC):
        """The ports where the bridge has a MAC address."""
        return nic.fdb_owner(self.lab, BRIDGE, mac)

    def host_side(self, path):
        """(RAR pools, bridge ports) there should be when the guest is on that path."""
        if path == "vf":
            return {0}, {self.pf}
        return ({nic.PF_POOL} if self.numvfs else set()), {self.guest.tap}

    def host_agrees(self, path):
        """Whether NIC and bridge have the guest there. Without VFs the NIC need not know it."""
        pools, ports = self.host_side(path)
        rar = self.rar_owner()
        return (rar == pools or not self.numvfs and rar <= {nic.PF_POOL}) and \
            self.fdb_owner() == ports


def with_guest(lab):
    """A module's setup_module: the whole scene, as lab.scene; its guest is a namespace."""
    lab.scene = Scene(lab).start()


def with_machine(lab):
    """The same with a virtual machine for a guest, for a module with GUEST = "machine"."""
    lab.scene = Scene(lab, guest="machine").start()


with_guest.renew = with_machine.renew = lambda lab: lab.scene.renew()


def without_guest(lab):
    """A module's setup_module: the host's part of it."""
    lab.scene = Scene(lab, guest=False).start()
