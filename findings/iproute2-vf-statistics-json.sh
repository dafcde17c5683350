#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# iproute2's JSON calls a VF's transmit counters otherwise than everything else.
#
# Version:  iproute2 6.1.0-3 (ip -json -stats link), with Linux 6.12's igb and one VF
# Guess:    "rx" and "tx" of a VF have the members that "rx" and "tx" of the interface have, in the
#           same answer: bytes, packets, dropped and so on.
# Seen:     a VF's "rx" does. Its "tx" has tx_bytes and tx_packets, beside a plain dropped.
# Matters:  a collector that walks over both directions with the same names gets the VFs' received
#           counters and, with 0 for what is missing, VFs that never send. The plain text
#           output has the same headings for both.
#
# Needs apt, python3 and root (for chroot).
#
#   | interface rx: bytes packets errors dropped over_errors multicast
#   | interface tx: bytes packets errors dropped carrier_errors collisions
#   | VF rx: bytes packets multicast broadcast dropped
#   | VF tx: tx_bytes tx_packets dropped
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/host" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1' \
	'linux-image-6.12.95+deb12-amd64=6.12.95-1~bpo12+1' kmod=30+20221128-1
fetch "$t/guest" busybox-static=1:1.35.0-4+deb12u1+b1 iproute2=6.1.0-3

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 \
	python3 - "$t/host" "$t/guest" >"$t/output" <<'PYTHON'
import json, sys
from guest import Guest

SCRIPT = """
pf=$(ls /sys/bus/pci/devices/0000:01:00.0/net)
/bin/ip link set $pf up
echo 1 >/sys/bus/pci/devices/0000:01:00.0/sriov_numvfs
say "$(/bin/ip -json -stats link show dev $pf)"
"""
for line in Guest(*sys.argv[1:], ["igb"], SCRIPT, "-device", "pcie-root-port,id=rp0",
                  "-device", "igb,bus=rp0,romfile=", cpu="max,phys-bits=36"):
    link, = json.loads(line)
    for where, stats in (("interface", link["stats64"]), ("VF", link["vfinfo_list"][0]["stats"])):
        for way in "rx", "tx":
            print(where, way + ":", *stats[way])
PYTHON
as_in_header "$t/output"
