# SPDX-License-Identifier: GPL-2.0
"""A namespace that ends takes upper and lowers along, and the kernel goes on."""

from labkit.util import wait_for

UPPER = "vfp0"
MAC = "52:54:00:00:50:01"


def test_deleted_with_upper(lab):
    """Upper and lowers are closed and removed in one go (once an endless loop)."""
    host = lab.host
    host.sh(f"modprobe vfpath_failover && ip netns add short && "
            f"ip link add far type veth peer name near address {MAC} netns short && "
            f"ip link set far up && ip -n short link add {UPPER} type vfpath && "
            f"ip -n short link set near master {UPPER} && ip -n short link set {UPPER} up")
    wait_for(lambda: "LOWER_UP" in host.link(UPPER, netns="short")["flags"], 10,
             "the upper's carrier")
    host.sh("ip netns del short")
    wait_for(lambda: host.sh("ip link show far", check=False).rc, 30, "the veth to go")
    host.sh("modprobe -r vfpath_failover")
