#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's igb gives a short datagram either a wrong checksum or a short frame.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (device igb, an Intel 82576, on
#           -netdev dgram).
#           10.0.13 and 11.1.3 do the same.
# Guess:    a NIC computes UDP's checksum by the lengths in the headers, so zeros behind a datagram
#           change nothing; and with TCTL.PSP set it pads short frames to 60 bytes by itself.
# Seen:     neither. A frame that software has padded to Ethernet's minimum gets a checksum whose
#           pseudo header has the length with the padding: a receiver that checks it drops it. A
#           frame that is left to TCTL.PSP has a right checksum, but fewer than 60 bytes.
# Matters:  datagrams of less than 18 bytes vanish, and only those, when a driver pads them: ping
#           and DNS work, a heartbeat of some bytes doesn't. A driver that pads by hand, as many do
#           for real silicon, looks broken in the emulator and is not; one that does not pad is
#           right here, and shows runts that no wire would have.
#
# Needs apt, python3 and root (for chroot).
#
#   | payload 10, padding left to the NIC: a frame of 52 bytes, checksum right
#   | payload 10, padding left by software: a frame of 60 bytes, checksum wrong
#   | payload 18, padding left to the NIC: a frame of 60 bytes, checksum right
#   | payload 18, padding left by software: a frame of 60 bytes, checksum right
#   | payload 19, padding left to the NIC: a frame of 61 bytes, checksum right
#   | payload 19, padding left by software: a frame of 61 bytes, checksum right
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1'

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 python3 - "$t/root" >"$t/output" <<'PYTHON'
import select, sys
from qtest import Machine, datagram, verifies

CONTEXT = 14 << 9 | 20, 0, 1 << 29 | 2 << 20 | 1 << 10, 8 << 8
with Machine(sys.argv[1], "igb", wire=True) as m:
    m.enumerate()
    m.link_up()
    for size in (10, 18, 19):
        for how in ("to the NIC", "by software"):
            frame = datagram(b"x" * size)
            if how == "by software":
                frame = frame.ljust(60, b"\0")
            m.send(frame, CONTEXT, 2, len(frame))
            if not select.select([m.wire], [], [], 5)[0]:
                sys.exit("no frame came")
            frame = m.wire.recv(65536)
            print(f"payload {size}, padding left {how}: a frame of {len(frame)} bytes, checksum",
                  "right" if verifies(frame[14:]) else "wrong")
PYTHON
as_in_header "$t/output"
