#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's igb turns UDP segmentation offload into IP fragmentation.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (device igb, an Intel 82576)
#           10.0.13 and 11.1.3 do the same.
# Guess:    a transmit context with TSE, L4T=UDP and an MSS is UDP segmentation (USO): a payload of
#           1500 bytes with an MSS of 500 leaves as three datagrams of 500 bytes, each with a UDP
#           header of its own. Linux' igb offers it (tx-udp-segmentation) and uses it for sockets
#           with UDP_SEGMENT.
# Seen:     one datagram of 1500 bytes in IP fragments that all say "don't fragment": the receiver's
#           socket gets one message in place of three. The cuts are at 496, the MSS rounded down to
#           a multiple of 8, hence four frames; the checksum is that of the whole.
# Matters:  what sends by UDP_SEGMENT, as QUIC does, sends one long message where it meant many;
#           single datagrams pass, and no counter tells. Filters and paths that drop fragments
#           lose the lot. A driver that may meet this NIC can't offer NETIF_F_GSO_UDP_L4.
#
# Needs apt, python3 and root (for chroot).
#
#   | sent: a UDP payload of 1500 bytes, MSS 500
#   | on the wire: IP payload 496 at 0, DF, more fragments
#   | on the wire: IP payload 496 at 496, DF, more fragments
#   | on the wire: IP payload 496 at 992, DF, more fragments
#   | on the wire: IP payload 20 at 1488, DF, no more fragments
#   | put together: UDP length 1508, checksum right
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1'

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 python3 - "$t/root" >"$t/output" <<'PYTHON'
import select, struct, sys
from qtest import Machine, datagram, verifies

MSS, PAYLOAD = 500, bytes(range(250)) * 6
CONTEXT = 14 << 9 | 20, 0, 1 << 29 | 2 << 20 | 1 << 10, MSS << 16 | 8 << 8
with Machine(sys.argv[1], "igb", wire=True) as m:
    m.enumerate()
    m.link_up()
    m.send(datagram(PAYLOAD, length_in_sum=False), CONTEXT, 3, len(PAYLOAD), segment=True)
    print(f"sent: a UDP payload of {len(PAYLOAD)} bytes, MSS {MSS}")
    whole = b""
    while select.select([m.wire], [], [], 2)[0]:
        ip = m.wire.recv(65536)[14:]
        size, flags = struct.unpack("!2xH2xH", ip[:8])
        print(f"on the wire: IP payload {size - 20} at {(flags & 0x1fff) * 8},",
              "DF," if flags & 0x4000 else "no DF,",
              "more fragments" if flags & 0x2000 else "no more fragments")
        whole += ip[20 if whole else 0:size]
print("put together: UDP length %d," % struct.unpack("!H", whole[24:26]),
      "checksum", "right" if verifies(whole) else "wrong")
PYTHON
as_in_header "$t/output"
