#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's igb: what a VF writes to its vector table reads back, and what counts is something else.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (device igb, an Intel 82576)
#           10.0.13 and 11.1.3 do the same.
# Guess:    VTIVAR assigns a VF's queues to its MSI-X vectors; a write replaces the assignment,
#           a zero byte (valid bit off) removes it, a reset of the VF clears it.
# Seen:     VTIVAR reads back as written. The device goes by the PF's IVAR of that queue, into which
#           each write is OR-ed; a VF can't clear a bit there, nor does its CTRL.RST.
# Matters:  the first driver works. The next one, or the next guest on that VF, that uses another
#           vector gets the OR of both: interrupts on a vector that it didn't ask for, and no more
#           frames, while all the VF's registers look right. Only the PF can clear the bytes.
#
# Needs apt, python3 and root (for chroot).
#
#   | VF writes 0x8081, reads 0x8081; the PF's IVAR0 is 0x9697
#   | VF writes 0x8180, reads 0x8180; the PF's IVAR0 is 0x9797
#   | VF writes 0x0000, reads 0x0000; the PF's IVAR0 is 0x9797
#   | VF resets itself, reads 0x0000; the PF's IVAR0 is 0x9797
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1'

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 python3 - "$t/root" >"$t/output" <<'PYTHON'
import sys
from qtest import BAR, VF_BAR, Machine

with Machine(sys.argv[1], "igb") as m:
    m.enumerate()
    m.enable_vfs(1)
    # Byte 0 is queue 0's receive vector, byte 1 its transmit vector; VF 0 has 0x16 to 0x18
    ivar, vtivar = BAR + 0x01700, VF_BAR + 0x01700
    m.write(ivar, 0)
    for value in 0x8081, 0x8180, 0:
        m.write(vtivar, value)
        print(f"VF writes {value:#06x}, reads {m.read(vtivar):#06x}; the PF's IVAR0 is",
              f"{m.read(ivar) & 0xffff:#06x}")
    m.write(VF_BAR, 1 << 26)        # CTRL.RST
    print(f"VF resets itself, reads {m.read(vtivar):#06x}; the PF's IVAR0 is",
          f"{m.read(ivar) & 0xffff:#06x}")
PYTHON
as_in_header "$t/output"
