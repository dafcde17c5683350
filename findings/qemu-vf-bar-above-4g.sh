#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A VF of QEMU 10.0.2's igb doesn't answer when its 64-bit BAR is above 4 GiB.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (device igb; Debian 12's backports)
# Guess:    a 64-bit VF BAR works wherever the firmware or the kernel puts it.
# Seen:     below 4 GiB the VF's STATUS is the PF's; above, all reads of the VF's registers are 0,
#           though the SR-IOV capability holds the address as written and the VF decodes memory.
#           10.0.13 and 11.1.3 are right.
# Matters:  where firmware and kernel place BARs depends on how many physical address bits the
#           processor model has: -cpu host or max may get high ones, phys-bits=36 low ones. So the
#           same command line works on one host and not on another, and Linux' igbvf says "PF still
#           in reset state", which points at the PF.
#
# Needs apt, python3 and root (for chroot).
#
#   | VF BAR 0xfe080000: STATUS of the VF 0x800c4481, of the PF 0x800c4481
#   | VF BAR 0x800000000: STATUS of the VF 0x0, of the PF 0x800c4481
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1'

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 python3 - "$t/root" >"$t/output" <<'PYTHON'
import sys
from qtest import BAR, ROOT_PORT, VF_BAR, Machine

HIGH = 0x800000000
with Machine(sys.argv[1], "igb", "-cpu", "max,phys-bits=40") as m:
    m.enumerate()
    # The port's window for prefetchable memory, where 64-bit BARs go
    m.set_config(ROOT_PORT, 0x24, 0x00f10001)
    m.set_config(ROOT_PORT, 0x28, HIGH >> 32)
    m.set_config(ROOT_PORT, 0x2c, HIGH >> 32)
    for bar in VF_BAR, HIGH:
        m.enable_vfs(1, bar)
        print(f"VF BAR {bar:#x}: STATUS of the VF {m.read(bar + 8):#x}, of the PF",
              f"{m.read(BAR + 8):#x}")
PYTHON
as_in_header "$t/output"
