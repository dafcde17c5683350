# SPDX-License-Identifier: GPL-2.0
"""A guest inside the host VM: a real machine, with a synthetic netdev, and VFs by vfio."""

import os

from .machine import Machine
from .util import LabError, wait_for


class Guest(Machine):
    """A guest inside the host VM."""

    synthetic_driver = "virtio_net"
    vf_driver = "vfpath_vf"
    # More properties of the VFs that are plugged.
    vf_options = {}

    def __init__(self, lab, n, mac, tap):
        super().__init__(lab, f"guest{n}", n)
        self.mac, self.tap = mac, tap
        self.run_dir = f"/run/vfpath/g{n}"
        self.process = None
        self.successors = 0
        self.options = {}
        self.vfs = {}

    def qmp(self, execute=None, event=None, match=None, timeout=30, **arguments):
        """A command to this guest's QEMU, and/or an event to wait for."""
        args = {"path": f"{self.run_dir}/qmp", "timeout": timeout}
        if execute:
            args.update(execute=execute, arguments=arguments)
        if event:
            args.update(event=event, match=match or {})
        return self.lab.host.call("qmp", **args)["return"]

    def plug_vf(self, pci, ident="vf0", port="rp1"):
        """Hot-plug the VF at a PCI address of the host into this guest."""
        self.lab.vfio_bind(pci)
        self.qmp("device_add", driver="vfio-pci", host=pci, id=ident, bus=port, rombar=0,
                 **self.vf_options)
        self.vfs[ident] = pci
        return pci

    def unplug_vf(self, ident="vf0", timeout=30):
        """device_del, and wait until the device is gone."""
        self.qmp("device_del", id=ident)
        self.qmp(event="DEVICE_DELETED", match={"device": ident}, timeout=timeout)
        return self.vfs.pop(ident, None)

    def use_vf_driver(self, driver):
        """For VFs that come after this."""
        self.sh(f"modprobe -r {self.vf_driver} && modprobe {driver}")
        self.vf_driver = driver

    def unbind_vf(self):
        """The guest's VF driver lets go of its VF."""
        pci, = self.pci_by_id("8086:10ca")
        self.write(f"/sys/bus/pci/drivers/{self.vf_driver}/unbind", pci)

    def bind_vf(self):
        """It takes the VF again."""
        pci, = self.pci_by_id("8086:10ca")
        self.write(f"/sys/bus/pci/drivers/{self.vf_driver}/bind", pci)

    def successor(self, tap, bridge):
        """A QEMU that waits for this guest to be migrated to it, on another tap."""
        self.successors += 1
        other = self.lab.guest(self.index + 100 * self.successors, mac=self.mac, tap=tap,
                               bridge=bridge, wait=False,
                               **{**self.options, "extra": "-incoming defer"})
        self.lab.guests.pop(other.index)
        self.lab.wait_sockets(other)
        other.qmp("migrate-incoming", uri=f"unix:{other.run_dir}/migrate")
        return other

    def migrate(self, other, timeout=120):
        """Live, to a successor(). Returns for how many milliseconds no guest ran."""
        self.qmp("migrate", uri=f"unix:{other.run_dir}/migrate")

        def done():
            seen = self.qmp("query-migrate")
            if seen["status"] in ("failed", "cancelled"):
                raise LabError(f"{self.name}: migration {seen}")
            return seen["status"] == "completed"
        wait_for(done, timeout, f"{self.name}: migration", 0.2)
        stop, resume = self.qmp(event="STOP"), other.qmp(event="RESUME")
        self.save_logs()
        self.qmp("quit")
        self.process.wait()
        self.run_dir, self.tap, self.process = other.run_dir, other.tap, other.process
        self.vfs = {}
        self.lab.host.call("relay", n=self.index, path=f"{self.run_dir}/agent")
        wait_for(lambda: self.qmp("query-status")["running"], 30, f"{self.name} to run again")
        start, end = (ev["timestamp"]["seconds"] * 1000 + ev["timestamp"]["microseconds"] / 1000
                      for ev in (stop, resume))
        return end - start

    def stop(self):
        """Power off; the console log stays in build/lab."""
        if self.process:
            try:
                self.qmp("quit")
            except LabError:
                pass
            self.process.stop()
            self.save_logs()
            self.process = None
        self.lab.guests.pop(self.index, None)

    def save_logs(self):
        for name in ("console", "qemu.log"):
            try:
                data = self.lab.host.get(f"{self.run_dir}/{name}")
            except LabError:
                continue
            with open(os.path.join(self.lab.dir, f"{self.name}.{name}"), "wb") as f:
                f.write(data)
