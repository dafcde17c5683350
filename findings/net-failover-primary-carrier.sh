#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Linux' net_failover: a primary that loses its link takes the guest's reception with it.
#
# Version:  linux-image-6.12.95+deb12-amd64 6.12.95-1~bpo12+1, QEMU 10.0.2's virtio-net with
#           failover=on
# Guess:    when the primary (the VF) loses its carrier, the pair fails over to the standby
#           (virtio-net), as bonding's active-backup does: that's what it is for.
# Seen:     only half of it does. Sending goes by carrier, and uses the standby; receiving drops
#           whatever comes in on the standby as long as a primary is registered, link or not. The
#           requests go out, the answers come in and are thrown away; the upper has a carrier.
# Matters:  a guest whose VF has lost its link is cut off, and says that its link is fine. Only the
#           removal of the primary (hot unplug, unbind) ends it: a host can't move such a guest to
#           its standby by taking the VF's link down.
#
# Needs apt, python3 and root (for chroot).
#
#   | primary has a link: 5 of 5 pings answered
#   | primary has none: 0 of 5 pings answered, upper's carrier is 1
#   | the answers came in on the standby
#   | primary unbound: 5 of 5 pings answered
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/host" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1' \
	'linux-image-6.12.95+deb12-amd64=6.12.95-1~bpo12+1' kmod=30+20221128-1
fetch "$t/guest" busybox-static=1:1.35.0-4+deb12u1+b1

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 \
	python3 - "$t/host" "$t/guest" >"$t/output" <<'PYTHON'
import sys
from guest import Guest

SCRIPT = r"""
pci=/sys/bus/pci/devices/0000:00
received() { ping -c 5 -W 2 192.0.2.2 | sed -n 's/.* \([0-9]*\) packets received.*/\1/p'; }
rx() { cat /sys/class/net/$1/statistics/rx_packets; }

until_ [ -e $pci:06.0/net/*/master ]
primary=$(ls $pci:06.0/net)
peer=$(ls $pci:07.0/virtio*/net)
upper=$(basename $(readlink $pci:06.0/net/*/master))
standby=$(ls $pci:05.0/virtio*/net | grep -v -x $upper)

unshare -n sleep 600 &
sleep 1
ip link set $peer netns $!
nsenter -n -t $! ip addr add 192.0.2.2/24 dev $peer
nsenter -n -t $! ip link set $peer up
ip addr add 192.0.2.1/24 dev $upper
ip link set $upper up
until_ ping -c 1 -W 1 192.0.2.2 >/dev/null 2>&1

say "primary has a link: $(received) of 5 pings answered"
say pull
until_ grep -q 0 /sys/class/net/$primary/carrier
before=$(rx $standby)
say "primary has none: $(received) of 5 pings answered, upper's carrier is" \
	"$(cat /sys/class/net/$upper/carrier)"
[ $(($(rx $standby) - before)) -lt 5 ] || say "the answers came in on the standby"
echo 0000:00:06.0 >/sys/bus/pci/drivers/e1000e/unbind
say "primary unbound: $(received) of 5 pings answered"
"""
MODULES = "net_failover virtio_net virtio_pci e1000e".split()
NICS = ("virtio-net-pci,addr=5,failover=on,mac=52:54:00:00:00:01",
        "e1000e,addr=6,id=primary,mac=52:54:00:00:00:01",
        "virtio-net-pci,addr=7,mac=52:54:00:00:00:02")
args = []
for n, nic in enumerate(NICS):
    args += ["-netdev", f"hubport,id=n{n},hubid=0", "-device", f"{nic},netdev=n{n},romfile="]
guest = Guest(*sys.argv[1:], MODULES, SCRIPT, *args)
for line in guest:
    if line == "pull":
        guest.execute("set_link", name="primary", up=False)
    else:
        print(line)
PYTHON
as_in_header "$t/output"
