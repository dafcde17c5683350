# SPDX-License-Identifier: GPL-2.0
"""Lowers that are there, and up, before the module: some have a lock of their own (kernels from 6.15)."""

from common.station import comes
from common.scene import UPPER, VFPATH

from labkit.util import wait_for

CORE = CHECKED = True
LATE_MAC = "52:54:00:00:20:07"


def setup_module(lab):
    """No netdev but these: the host's own kernel is the guest's."""
    lab.host.sh("modprobe dummy numdummies=0")


def files(lab, *names):
    """Files of the upper."""
    return tuple(lab.host.read(f"{VFPATH}/{name}") for name in names)


def load(lab):
    """The module, for a netdev with that address."""
    lab.host.sh(f"modprobe vfpath_failover auto={LATE_MAC}", timeout=60)


def test_late(lab):
    """A dummy, which has such a lock, is up when the module is loaded."""
    host = lab.host
    host.sh(f"ip link add d0 address {LATE_MAC} type dummy && ip link set d0 up")
    load(lab)
    assert files(lab, "synthetic") == ("d0",), files(lab, "synthetic", "inactive_reason")
    host.sh(f"ip link set {UPPER} up")
    wait_for(lambda: files(lab, "active") == ("synthetic",), 10, "the synthetic path")
    assert "inet6" not in host.sh("ip -6 addr show dev d0").out, "link-local address on a lower"
    host.sh("modprobe -r vfpath_failover && ip link del d0", timeout=60)


def test_registered(lab):
    """It comes while the module is there, and goes; and once more."""
    host = lab.host
    load(lab)
    for _ in range(3):
        host.sh(f"ip link add d0 address {LATE_MAC} type dummy", timeout=60)
        wait_for(lambda: files(lab, "synthetic") == ("d0",), 10, "it to be bound")
        host.sh(f"ip link set {UPPER} up && ip link set {UPPER} mtu 1400 && ip link del d0",
                timeout=60)
        wait_for(lambda: files(lab, "active") == ("none",), 10, "no path")
        # Without a device below it nothing tells that another is the same one again.
        host.sh("modprobe -r vfpath_failover", timeout=60)
        load(lab)
    host.sh("modprobe -r vfpath_failover", timeout=60)


def test_namespace(lab):
    """It moves to the namespace of an upper, up, and back."""
    host = lab.host
    host.sh("modprobe vfpath_failover", timeout=60)
    host.sh("ip netns add short && "
            f"ip -n short link add {UPPER} type vfpath && "
            f"ip link add d0 address {LATE_MAC} type dummy && ip link set d0 up", timeout=60)
    for _ in range(3):
        host.sh("ip link set d0 netns short && "
                f"ip -n short link set d0 master {UPPER} && ip -n short link set {UPPER} up",
                timeout=60)
        host.sh("ip -n short link set d0 netns 1", timeout=60)
        assert "master" not in host.link("d0"), host.link("d0")
    host.sh("ip netns del short && modprobe -r vfpath_failover && ip link del d0", timeout=60)


def test_closed(lab):
    """Enslaved by hand while it is up: closed, and opened with the upper."""
    host = lab.host
    host.sh("modprobe vfpath_failover", timeout=60)
    host.sh(f"ip link add d0 address {LATE_MAC} type dummy && ip link set d0 up && "
            f"ip link add {UPPER} type vfpath && ip link set d0 master {UPPER}", timeout=60)
    assert "UP" not in host.link("d0")["flags"], host.link("d0")
    assert host.link(UPPER)["address"] == LATE_MAC, host.link(UPPER)
    host.sh(f"ip link set {UPPER} up")
    assert comes(lambda: files(lab, "active") == ("synthetic",)), files(lab, "active")
    host.sh("modprobe -r vfpath_failover && ip link del d0", timeout=60)
