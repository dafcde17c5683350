#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU migrates an igb with its VFs enabled, says that it is complete, and the VFs are dead.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (device igb, an Intel 82576)
#           10.0.13 and 11.1.3 do the same.
# Guess:    either the VFs' state moves with the VM, as the PF's does, or QEMU refuses, as it does
#           for devices that are marked unmigratable.
# Seen:     both sides say "completed". PF and its SR-IOV capability are as they were, with VFs
#           enabled; each VF's own configuration space is that of a VF after reset: memory and
#           bus master off, so all its registers read as 0.
# Matters:  savevm and loadvm use the same stream: after a restore the drivers of the VFs find their
#           device gone, while PF, VF count and lspci look right. A lab that boots from a snapshot
#           must enable its VFs after the restore, not before the snapshot.
#
# Needs apt, python3 and root (for chroot).
#
#   | before: PF command 0x6, SR-IOV 0x19, STATUS 0x800c8481; VF command 0x6, STATUS 0x800c8481
#   | migration to a file: completed
#   | migration from it: completed
#   | after: PF command 0x6, SR-IOV 0x19, STATUS 0x800c8481; VF command 0x0, STATUS 0x0
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1'

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 python3 - "$t/root" >"$t/output" <<'PYTHON'
import sys, time
from qtest import BAR, CAP_SRIOV, DEVICE, VF, VF_BAR, Machine


def show(m, where):
    control = m.config(DEVICE, m.extended(DEVICE, CAP_SRIOV) + 0x08)
    print(f"{where}: PF command {m.config(DEVICE, 4) & 0xffff:#x}, SR-IOV {control:#x},",
          f"STATUS {m.read(BAR + 8):#x}; VF command {m.config(VF, 4) & 0xffff:#x},",
          f"STATUS {m.read(VF_BAR + 8):#x}")


def finish(m):
    while m.monitor("query-migrate").get("status") not in ("completed", "failed"):
        time.sleep(0.1)
    return m.monitor("query-migrate")["status"]


with Machine(sys.argv[1], "igb") as m:
    m.enumerate()
    m.enable_vfs(2)
    show(m, "before")
    m.monitor("migrate", uri="file:/state")
    print("migration to a file:", finish(m))
with Machine(sys.argv[1], "igb", "-incoming", "defer", incoming=True) as m:
    m.monitor("migrate-incoming", uri="file:/state")
    print("migration from it:", finish(m))
    show(m, "after")
PYTHON
as_in_header "$t/output"
