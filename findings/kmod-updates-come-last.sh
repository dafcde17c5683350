#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# depmod: a driver in updates/ is loaded after, not before, the kernel's own one for a device.
#
# Version:  kmod 30+20221128-1, modules of linux-image-6.12.95+deb12-amd64 6.12.95-1~bpo12+1
# Guess:    updates/ has the highest priority (depmod.d(5): "depmod will give a higher priority to a
#           directory with the name updates"), so a driver that is installed there, as DKMS and
#           modules_install do, gets its device.
# Seen:     that holds for two files of one name only. When two drivers of different names claim a
#           device, both are loaded, in the order of modules.alias: first what is in modules.order,
#           the kernel's own; what isn't comes last. Moving a driver into updates/ turns it
#           from the first into the last, and the last finds its device taken.
# Matters:  an out-of-tree driver with a name of its own that works after "modprobe NAME" loses its
#           device to the in-tree one at the next boot. It takes a blacklist or driver_override.
#
# Needs apt and root (for chroot). 8139too and 8139cp are two drivers for one PCI ID.
#
#   | 8139cp in kernel/: 8139cp 8139too
#   | 8139cp in updates/: 8139too 8139cp
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/root" kmod=30+20221128-1 'linux-image-6.12.95+deb12-amd64=6.12.95-1~bpo12+1'

# loads WHERE: what is loaded for the device, in this order
loads() {
	chroot "$t/root" depmod "$kernel"
	echo "8139cp in $1:" "$(chroot "$t/root" modprobe -S "$kernel" -D \
		pci:v000010ECd00008139sv00000000sd00000000bc02sc00i00 |
		sed -n 's|^insmod .*/\(8139[a-z]*\)\.ko.*|\1|p' | xargs)"
}

kernel=$(ls "$t/root/lib/modules")
own=$t/root/lib/modules/$kernel
{
	loads kernel/
	mkdir "$own/updates"
	mv "$own"/kernel/drivers/net/ethernet/realtek/8139cp.ko* "$own/updates"
	loads updates/
} >"$t/output"
as_in_header "$t/output"
