# SPDX-License-Identifier: GPL-2.0
"""A guest without a machine of its own: a network namespace of the host VM.

VF driver and upper are the same: the VF is bound on the host, and its netdev moves to the
namespace; a veth is the synthetic one. It is there at once, carries ten times as much as a nested
virtual machine, and runs under the debug kernel's checkers, where a machine would boot for minutes.
"""

from labkit.machine import Machine

NETNS = "guest"


class NamespaceGuest(Machine):
    """Does what tests expect of labkit.lab.Guest."""

    netns = NETNS
    synthetic_driver = None
    vf_driver = "vfpath_vf"

    def __init__(self, lab, mac, bridge):
        super().__init__(lab, "guest", None)
        self.mac, self.tap = mac, "tap1"
        self.vfs = {}
        lab.host.sh(f"ip netns add {NETNS} && ip -n {NETNS} link set lo up && "
                    f"ip link add {self.tap} type veth peer name eth0 address {mac} "
                    f"netns {NETNS} && ip link set {self.tap} master {bridge} up")

    def sh(self, cmd, check=True, timeout=30, netns=None):
        """Run a shell command in the namespace."""
        return super().sh(cmd, check, timeout, netns or NETNS)

    def bg(self, cmd, netns=None):
        """Start one there."""
        return super().bg(cmd, netns or NETNS)

    def give_vf(self, pci, name):
        """Move the netdev of a PCI function of the host here."""
        dev = self.lab.host.netdev_of(pci)
        # First its name: there an upper may take it at once.
        self.lab.host.sh(f"ip link set {dev} down && ip link set {dev} name {name} && "
                         f"ip link set {name} netns {NETNS}")

    def use_vf_driver(self, driver):
        """For VFs that come after this."""
        self.vf_driver = driver

    def probe_vf(self, pci):
        """Bind a VF of the host to the guest's driver, whatever drivers_autoprobe says."""
        self.lab.host.sh(f"modprobe {self.vf_driver} && cd /sys/bus/pci/devices/{pci} && "
                         f"{{ [ ! -e driver ] || echo {pci} > driver/unbind; }} && "
                         f"echo {self.vf_driver} > driver_override && "
                         f"echo {pci} > /sys/bus/pci/drivers_probe")

    def plug_vf(self, pci):
        """The VF comes: bound to its driver."""
        self.probe_vf(pci)
        self.vfs["vf0"] = pci
        self.give_vf(pci, "vf0")

    def unplug_vf(self):
        """The VF leaves."""
        self.unbind_vf()
        return self.vfs.pop("vf0")

    def unbind_vf(self):
        """The VF's driver lets go."""
        self.write(f"/sys/bus/pci/drivers/{self.vf_driver}/unbind", self.vfs["vf0"])

    def bind_vf(self):
        """It takes the VF again."""
        self.write(f"/sys/bus/pci/drivers/{self.vf_driver}/bind", self.vfs["vf0"])
        self.give_vf(self.vfs["vf0"], "vf0")
