# SPDX-License-Identifier: GPL-2.0
"""The set-ups that are compared: a host's PF driver, and what the guest joins its two NICs by."""

from labkit import util
from labkit.util import Timeout, say, wait_for

from common.events import PathWatch
from common.scene import BRIDGE, GUEST_MAC, Scene
from common.station import Station

ZERO_MAC = "00:00:00:00:00:00"
# Longer than any driver here takes to find its link.
BRING_UP_S = 10


class Join:
    """How a guest joins a VF and a virtio-net: vfpath's upper, or another."""

    vf_driver = "igbvf"
    # Options of the guest's virtio-net device.
    nic = ""
    # Reads the path, for PathWatch.
    read = ""

    def __init__(self):
        self.guest = self.dev = None

    def create(self, guest):
        """Join what there is at boot; the name of the upper."""
        raise NotImplementedError

    def attach(self, vf):
        """The VF's netdev has come: what the guest's configuration does about it."""

    def move(self, path):
        """A command that moves the guest to a path on purpose, or None."""
        del path


class Vfpath(Join):
    """Ours."""

    vf_driver = "vfpath_vf"
    read = """
    with open("/sys/class/net/vfp0/vfpath/active", encoding="ascii") as f:
        return f.read().strip()
"""

    def create(self, guest):
        dev = guest.netdev_by_mac(GUEST_MAC)
        guest.sh("modprobe vfpath_vf && modprobe vfpath_failover && "
                 f"ip link add vfp0 type vfpath && ip link set {dev} master vfp0")
        return "vfp0"

    def move(self, path):
        return f"printf {path} > /sys/class/net/vfp0/vfpath/path"


class Bonding(Join):
    """Active-backup, the VF being primary; both have the same address, as the document wants."""

    read = """
    with open("/sys/class/net/bond0/bonding/active_slave", encoding="ascii") as f:
        name = f.read().strip()
    return {"": "none", "vf0": "vf"}.get(name, "synthetic")
"""

    def __init__(self, miimon):
        super().__init__()
        self.miimon = miimon
        self.standby = None

    def create(self, guest):
        self.guest = guest
        self.standby = guest.netdev_by_mac(GUEST_MAC)
        guest.sh("modprobe igbvf && modprobe bonding max_bonds=0 && "
                 f"ip link add bond0 type bond mode active-backup miimon {self.miimon} && "
                 f"ip link set {self.standby} down && ip link set {self.standby} master bond0")
        return "bond0"

    def attach(self, vf):
        self.guest.sh(f"ip link set {vf} down && {{ [ {vf} = vf0 ] || "
                      f"ip link set {vf} name vf0; }} && ip link set vf0 master bond0 && "
                      "ip link set bond0 type bond primary vf0")

    def move(self, path):
        # The choice of the primary slave would be taken back at once.
        slave = "vf0" if path == "vf" else self.standby
        return f"ip link set bond0 type bond primary {slave} active_slave {slave}"


class NetFailover(Join):
    """net_failover, which virtio-net makes itself when its host has STANDBY."""

    nic = "failover=on"
    # It says nothing of itself; this is the rule by which it sends.
    read = """
    import glob, os
    for path in glob.glob("/sys/class/net/*/device/driver"):
        if os.path.basename(os.path.realpath(path)) == "igbvf":
            dev = path.split("/")[4]
            try:
                with open(f"/sys/class/net/{dev}/carrier", encoding="ascii") as f:
                    if f.read().strip() == "1" and os.path.exists(f"/sys/class/net/{dev}/master"):
                        return "vf"
            except OSError:
                pass        # it is down
    return "synthetic"
"""

    def create(self, guest):
        guest.sh("modprobe igbvf")

        def master():
            for link in guest.links():
                lower = f"/sys/class/net/{link['ifname']}/lower_*"
                if link.get("address") == GUEST_MAC and \
                        not guest.sh(f"ls -d {lower}", check=False).rc:
                    return link["ifname"]
            return None
        return wait_for(master, 20, "net_failover's netdev")


class HostScript:
    """What net_failover.rst has the host's operator do, beside entries for the bridge's stations."""

    def __init__(self, scene):
        self.host, self.scene = scene.host, scene

    def stations(self, op="add"):
        """A VF reaches what is on the bridge only by entries of the PF's, made by hand."""
        self.host.sh(f"bridge fdb {op} {self.scene.child2.mac()} dev {self.scene.pf}")

    def synthetic(self):
        """After the VF has left.

        The document leaves out `static`: its entry then is one of the bridge's own addresses,
        and nothing gets to the guest any more.
        """
        self.scene.set_vf(0, f"mac {ZERO_MAC}")
        self.host.sh(f"bridge fdb replace {GUEST_MAC} dev {self.scene.pf} && "
                     f"bridge fdb replace {GUEST_MAC} dev {self.scene.guest.tap} master static")

    def forget(self):
        """Before the VF comes."""
        self.host.sh(f"bridge fdb del {GUEST_MAC} dev {self.scene.pf}; "
                     f"bridge fdb del {GUEST_MAC} dev {self.scene.guest.tap} master", check=False)

    def vf(self):
        """The same, with the VF's address; libvirt sets it when it attaches a VF."""
        self.forget()
        self.scene.set_vf(0, f"mac {GUEST_MAC}")


class BenchScene(Scene):
    """The tests' scene, with a guest that joins its NICs by something else perhaps.

    The guest's VF has no address yet: to set it is one of the events.
    """

    def __init__(self, lab, setup):
        super().__init__(lab, guest="machine", pf_driver=setup.pf_driver,
                         vf_driver=setup.join.vf_driver)
        self.join = setup.join
        self.script = HostScript(self) if setup.pf_driver == "igb" else None
        self.watch = None

    def set_vf(self, vf, what, check=True):
        if self.guest or vf:
            return super().set_vf(vf, what, check)
        return None

    def make_guest(self):
        self.guest = self.lab.guest(1, mac=GUEST_MAC, bridge=BRIDGE, nic=self.join.nic)
        self.guest.vf_driver = self.join.vf_driver
        self.guest.sh("modprobe virtio_net")
        self.station = Station("guest", self.guest, self.join.create(self.guest), 11)
        self.station.configure()
        wait_for(lambda: self.station.ping(self.child2.ip, 1), 30, "the guest to reach the bridge")
        self.watch = PathWatch(self.guest, self.join.read)

    def fixed_neighbours(self):
        """Nobody has to ask for an address: it is the path that is measured."""
        others = [self.outside, self.child2, self.child3]
        mac = self.station.mac()
        for other in others:
            other.sh(f"ip neigh replace {self.station.ip} lladdr {mac} dev {other.dev} "
                     "nud permanent")
            self.station.sh(f"ip neigh replace {other.ip} lladdr {other.mac()} "
                            f"dev {self.station.dev} nud permanent")

    def vf_dev(self):
        """The VF's netdev in the guest."""
        pci, = self.guest.pci_by_id("8086:10ca")
        return self.guest.netdev_of(pci)

    def plug_and_attach(self):
        """Hot plug, and the guest's configuration after it."""
        self.guest.plug_vf(self.lab.vf_pci(0))
        self.attach()

    def attach(self):
        """The guest's configuration of a VF that has come."""
        self.wait_vf()
        self.join.attach(self.vf_dev())

    def wait_vf(self):
        """Until the guest has a VF's netdev."""
        wait_for(lambda: self.guest.pci_by_id("8086:10ca"), 20, "the VF in the guest")
        self.vf_dev()

    def wait_path(self, path):
        """Until the guest says that it is there, but not for ever: some never are."""
        try:
            wait_for(lambda: self.watch.now() == path, BRING_UP_S, f"path {path}", 0.1)
        except Timeout as e:
            say(str(e))


class Setup:
    """One of those compared."""

    def __init__(self, slug, name, pf_driver, join, script=False):
        self.slug, self.pf_driver, self.script = slug, pf_driver, script
        self.name = name + (" + script" if script else "")
        self.make_join = join
        self.join = None

    def fresh(self):
        """Before each try."""
        self.join = self.make_join()
        return self

    @property
    def ours(self):
        """Whether all the drivers are vfpath's."""
        return self.pf_driver == "vfpath_pf"


def in_tree(slug, name, join):
    """A set-up on the in-tree igb, without and with the host's script."""
    yield Setup(slug, name, "igb", join)
    yield Setup(f"{slug}-script", name, "igb", join, script=True)


ALL = [Setup("vfpath", "vfpath", "vfpath_pf", Vfpath),
       *in_tree("bonding-100", "bonding, miimon 100", lambda: Bonding(100)),
       *in_tree("bonding-10", "bonding, miimon 10", lambda: Bonding(10)),
       *in_tree("net-failover", "net_failover", NetFailover),
       *in_tree("vfpath-on-igb", "vfpath on igb", Vfpath)]


def chosen(slugs):
    """Those of these names, or all."""
    known = {s.slug: s for s in ALL}
    for slug in slugs:
        if slug not in known:
            raise util.LabError(f"no set-up {slug!r}; there are {' '.join(known)}")
    return [known[slug] for slug in slugs] or ALL
