# SPDX-License-Identifier: GPL-2.0
"""A place with an address: a machine, or a network namespace of one."""

import re

from labkit.util import Timeout, wait_for


class Station:
    """Somebody on the network of the scene."""

    def __init__(self, name, machine, dev, number, netns=None):
        self.name, self.machine, self.dev, self.netns = name, machine, dev, netns
        self.ip, self.ip6 = f"10.7.0.{number}", f"fd00:7::{number:x}"

    def __repr__(self):
        return self.name

    def sh(self, cmd, **kw):
        """Run a command there."""
        return self.machine.sh(cmd, netns=self.netns, **kw)

    def bg(self, cmd):
        """Start a command there."""
        return self.machine.bg(cmd, netns=self.netns)

    def address(self, family=4):
        """Its address as the measuring programs write it."""
        return self.ip if family == 4 else f"[{self.ip6}]"

    def configure(self):
        """Give the device its addresses and bring it up."""
        self.sh(f"ip addr replace {self.ip}/24 dev {self.dev} && "
                f"ip addr replace {self.ip6}/64 dev {self.dev} nodad && "
                f"ip link set {self.dev} up")

    def mac(self):
        """The device's MAC address now."""
        return self.machine.link(self.dev, netns=self.netns)["address"]

    def has(self, address):
        """Whether the device has an IP address starting so."""
        return address in self.sh(f"ip -o addr show dev {self.dev}").out

    def ping(self, ip, count=3):
        """How many of a few pings were answered."""
        out = self.sh(f"ping -n -q -i 0.2 -W 1 -c {count} {ip}", check=False).out
        m = re.search(r"(\d+) received", out)
        return int(m.group(1)) if m else 0


def comes(condition, limit=10, what="it"):
    """Whether something comes true in time."""
    try:
        return bool(wait_for(condition, limit, what, 0.2))
    except Timeout:
        return False


def reaches(station, ip, limit=8, least=3):
    """Whether, within that time, a ping is answered, and then so many of three."""
    return comes(lambda: station.ping(ip, 1) and station.ping(ip) >= least, limit)


def vlan(station, vid, ip, mac=None, name=None):
    """A VLAN on a station's netdev, with an address; a Station."""
    name = name or f"{station.dev}.{vid}"
    station.sh(f"ip link add link {station.dev} name {name} {f'address {mac}' if mac else ''} "
               f"type vlan id {vid} && ip addr add {ip}/24 dev {name} && ip link set {name} up")
    sub = Station(f"{station.name}.{vid}", station.machine, name, 0, station.netns)
    sub.ip = ip
    return sub
