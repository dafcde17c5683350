# SPDX-License-Identifier: GPL-2.0
"""The scene that most cases play in.

    br0 on the host:  PF, tap of guest 1, c2h (to child2, a station without VF)
    guest 1:          virtio-net on the tap, VF 0 when it is plugged, the upper vfp0 over both
    child3:           VF 1, in a network namespace of the host
    outside:          a station on the wire
"""

import time

from labkit import util
from labkit.util import wait_for

from . import nic
from .flow import Flow, Station

NET = "10.7.0"
SYSFS = "/sys/class/net/vfp0/vfpath"
QUIET = 0.5         # how long is looked after an event, in seconds


class Scene:
    """Builds it, and moves things about in it."""

    def __init__(self, lab, guest=True, child3=False, numvfs=2):
        self.lab, self.host = lab, lab.host
        self.flows = []
        self.rate = 200 if lab.kernel.debug else 1000
        self.vf = None
        self.make_host(numvfs)
        if child3:
            self.make_child3()
        if guest:
            self.make_guest()

    def make_host(self, numvfs):
        """The bridge with the PF and child2, and the outside."""
        self.host.sh("modprobe vfpath_pf && modprobe bridge && modprobe veth", timeout=60)
        self.pf = self.lab.pf()
        self.host.sh(f"""
            ip link add br0 type bridge && ip link set {self.pf} master br0 &&
            ip link set {self.pf} up && ip addr add {NET}.10/24 dev br0 && ip link set br0 up &&
            ip netns add child2 && ip link add c2h type veth peer name c2 netns child2 &&
            ip link set c2h master br0 up && ip -n child2 addr add {NET}.12/24 dev c2 &&
            ip -n child2 link set c2 up && ip -n child2 link set lo up &&
            ip -n outside addr add {NET}.1/24 dev out0""")
        self.station = {"host": Station("host", self.host, f"{NET}.10"),
                        "child2": Station("child2", self.host, f"{NET}.12", "child2"),
                        "outside": Station("outside", self.host, f"{NET}.1", "outside")}
        wait_for(lambda: self.host.read(f"/sys/class/net/{self.pf}/carrier", check=False) == "1",
                 20, "link of the PF")
        if numvfs:
            self.lab.set_numvfs(numvfs, autoprobe=False)

    def make_child3(self):
        """A VF of the host, in a namespace."""
        pci = self.lab.vf_pci(1)
        self.host.sh(f"modprobe vfpath_vf && echo vfpath_vf > "
                     f"/sys/bus/pci/devices/{pci}/driver_override && "
                     f"echo {pci} > /sys/bus/pci/drivers_probe", timeout=60)
        dev = self.host.netdev_of(pci)
        self.host.sh(f"ip netns add child3 && ip link set {dev} netns child3 name c3 && "
                     f"ip -n child3 addr add {NET}.13/24 dev c3 && ip -n child3 link set c3 up && "
                     "ip -n child3 link set lo up")
        self.station["child3"] = Station("child3", self.host, f"{NET}.13", "child3")
        wait_for(lambda: self.station["child3"].sh("cat /sys/class/net/c3/carrier",
                                                   check=False).out.strip() == "1",
                 20, "link of child3")

    def make_guest(self):
        """Guest 1 with the synthetic netdev and the upper on it."""
        self.guest = self.lab.guest(1, bridge="br0")
        self.mac = self.guest.mac
        self.host.sh(f"ip link set {self.pf} vf 0 mac {self.mac}")
        self.guest.sh("modprobe virtio_net && modprobe vfpath_failover && modprobe vfpath_vf",
                      timeout=60)
        self.synthetic = self.guest.netdev_by_mac(self.mac)
        self.guest.sh(f"ip link add vfp0 type vfpath && ip link set {self.synthetic} master vfp0 && "
                      f"ip addr add {NET}.11/24 dev vfp0 && ip link set vfp0 up")
        self.station["guest1"] = Station("guest1", self.guest, f"{NET}.11")
        self.wait_active("synthetic")

    # The guest's view

    def knob(self, name):
        return self.guest.read(f"{SYSFS}/{name}")

    def active(self):
        return self.knob("active")

    def wait_active(self, path, timeout=20):
        wait_for(lambda: self.active() == path, timeout, f"the path to be {path}")

    def set_path(self, policy):
        self.guest.write(f"{SYSFS}/path", policy)

    def counters(self):
        """ethtool -S of the upper."""
        out = self.guest.sh("ethtool -S vfp0").out.splitlines()[1:]
        return {k.strip(): int(v) for k, v in (line.rsplit(":", 1) for line in out)}

    # What happens to the VF

    def plug(self):
        """Hot plug of VF 0; back when the path is on it."""
        self.vf = self.guest.plug_vf(self.lab.vf_pci(0))
        self.wait_active("vf")

    def unplug(self):
        """Hot unplug; back when it is gone."""
        self.guest.unplug_vf()
        self.vf = None
        self.wait_active("synthetic")

    def vf_reset(self):
        """A function level reset from the host, under the guest's feet."""
        before = self.resets()
        self.host.sh(f"echo 1 > /sys/bus/pci/devices/{self.vf}/reset")
        wait_for(lambda: self.resets() > before, 20, "the VF driver to notice")
        self.wait_active("vf")

    def resets(self):
        dev = self.knob("vf")
        out = self.guest.sh(f"ethtool -S {dev} 2>/dev/null", check=False).out
        found = [int(line.split(":")[1]) for line in out.splitlines() if "resets:" in line]
        return found[0] if found else -1

    def guest_vf_pci(self):
        """The VF's PCI address in the guest."""
        return self.guest.pci_by_id("8086:10ca")[0]

    def unbind(self):
        self.guest.sh(f"echo {self.guest_vf_pci()} > /sys/bus/pci/drivers/vfpath_vf/unbind")
        self.wait_active("synthetic")

    def bind(self):
        self.guest.sh(f"echo {self.guest_vf_pci()} > /sys/bus/pci/drivers/vfpath_vf/bind")
        self.wait_active("vf")

    def vf_state(self, state):
        self.host.sh(f"ip link set {self.pf} vf 0 state {state}")
        self.wait_active("synthetic" if state == "disable" else "vf")

    # What the host holds

    def owner(self):
        """Where NIC and bridge send to guest 1: 'vf', 'synthetic', or what they disagree on."""
        pools = nic.pools(self.lab, self.mac)
        port = nic.fdb_port(self.lab, self.mac)
        if pools == [0] and port == self.pf:
            return "vf"
        if pools == [nic.PF_POOL] and port == self.guest.tap:
            return "synthetic"
        return f"pools {pools}, port {port}"

    def check_owner(self, path):
        got = self.owner()
        assert got == path, f"the guest is on {path}; the host has {got}"

    # Flows

    def start_flows(self, peers=("child2", "outside")):
        """A numbered stream each way between guest 1 and its peers."""
        for peer in peers:
            for pair in (("guest1", peer), (peer, "guest1")):
                self.flows.append(Flow(self.station[pair[0]], self.station[pair[1]], self.rate))

    def stop_flows(self):
        flows, self.flows = self.flows, []
        return [(f, f.stop()) for f in flows]

    def event(self, name, action):
        """Do something while the flows run; a row of figures for each of them."""
        def mark(suffix):
            for f in self.flows:
                f.mark(f"{name}{suffix}")

        time.sleep(QUIET * 0.4)
        mark(".a")
        action()
        time.sleep(QUIET * util.slowness)
        mark(".b")
        rows = []
        for f in self.flows:
            w = f.window(f"{name}.a", f"{name}.b")
            to_guest = f.dst.name == "guest1"
            rows.append({"event": name, "direction": "rx" if to_guest else "tx",
                         "peer": f.src.name if to_guest else f.dst.name,
                         "received": w["received"], "lost": w["lost"],
                         "duplicated": w["duplicated"], "reordered": w["reordered"],
                         "gap_ms": round(w["longest_gap_us"] / 1000, 1)})
        return rows


def check_quiet(rows):
    """Nothing lost, nothing twice."""
    for r in rows:
        assert r["received"] > 0 and not r["lost"] and not r["duplicated"], rows


def check_gap(rows, limit_ms=250):
    """A short outage."""
    for r in rows:
        assert r["received"] > 0 and not r["duplicated"], rows
        assert r["gap_ms"] <= limit_ms * max(1.0, util.slowness), rows
