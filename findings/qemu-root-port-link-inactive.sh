#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A q35's PCIe root port says that the link to its working device is down and its slot empty.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (machine q35, pcie-root-port, any device)
#           10.0.13 and 11.1.3 do the same.
# Guess:    a port whose link capabilities promise "data link layer active" reporting has LNKSTA's
#           DLLLA bit set while the device behind it answers, and "presence detect" in SLTSTA.
# Seen:     so it is only with ACPI hot plug off. With it, and that is the default, both stay 0.
# Matters:  nothing shows it until a bus is reset: behind a port faster than 5 GT/s (16 is the
#           default) Linux then waits for DLLLA, in vain, and says that the reset has failed, though
#           the device is there. With x-speed=2_5 the port doesn't promise the bit; with ACPI hot
#           plug off it has it.
#
# Needs apt, python3 and root (for chroot).
#
#   | ACPI hot plug on: device 0x10c98086 is there; port: slot 1, reports link 1; link active 0, card present 0
#   | ACPI hot plug off: device 0x10c98086 is there; port: slot 1, reports link 1; link active 1, card present 1
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1'

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 python3 - "$t/root" >"$t/output" <<'PYTHON'
import sys
from qtest import CAP_EXPRESS, DEVICE, ROOT_PORT, Machine

for hotplug in "on", "off":
    with Machine(sys.argv[1], "igb", "-global",
                 f"ICH9-LPC.acpi-pci-hotplug-with-bridge-support={hotplug}") as m:
        m.enumerate()
        cap = m.capability(ROOT_PORT, CAP_EXPRESS)
        can = m.config(ROOT_PORT, cap + 0x0c) >> 20 & 1
        slot = m.config(ROOT_PORT, cap + 0x00) >> 24 & 1
        active = m.config(ROOT_PORT, cap + 0x10) >> 29 & 1
        present = m.config(ROOT_PORT, cap + 0x18) >> 22 & 1
        print(f"ACPI hot plug {hotplug}: device {m.config(DEVICE, 0):#x} is there; port: slot",
              f"{slot}, reports link {can}; link active {active}, card present {present}")
PYTHON
as_in_header "$t/output"
