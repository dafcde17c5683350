#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KVM works inside QEMU's TCG: no virtualization is needed to have /dev/kvm.
#
# Version:  qemu-system-x86 1:10.0.2+ds-2+deb13u1~bpo12+1 (-accel tcg -cpu max),
#           linux-image-6.12.95+deb12-amd64 6.12.95-1~bpo12+1
# Guess:    /dev/kvm in a guest needs nested virtualization, so KVM with VMX or SVM below it. On a
#           machine without, as many CI machines are, nested guests must be TCG in TCG, and tests
#           of vfio and KVM are not possible.
# Seen:     TCG emulates AMD's SVM with nested paging: kvm_amd loads, and its guests run. It does so
#           beside an emulated Intel IOMMU, a mix that no real machine has.
# Matters:  an inner guest isn't TCG in TCG, and device assignment by vfio, with interrupt and DMA
#           remapping, can be tested where no KVM is. On an Intel host, too, the module is
#           kvm_amd: TCG has no VMX.
#
# Needs apt, python3 and root (for chroot).
#
#   | cpuinfo has svm and npt
#   | nested paging (kvm_amd npt): Y
#   | KVM ran: exit 2 (2: I/O), port 0x3f8, 2 + 2 = 4
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/host" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1' \
	'linux-image-6.12.95+deb12-amd64=6.12.95-1~bpo12+1' kmod=30+20221128-1
fetch "$t/guest" busybox-static=1:1.35.0-4+deb12u1+b1 python3-minimal=3.11.2-1+b1 \
	libpython3-stdlib=3.11.2-1+b1

PYTHONPATH=$(dirname "$0")/lib PYTHONDONTWRITEBYTECODE=1 \
	python3 - "$t/host" "$t/guest" >"$t/output" <<'PYTHON'
import sys
from guest import Guest

# In the guest: a machine of KVM's that adds 2 and 2 and sends the digit to a port
RUN = r"""
import ctypes, fcntl, mmap, os, struct
kvm = os.open("/dev/kvm", os.O_RDWR)
vm = fcntl.ioctl(kvm, 0xae01, 0)                        # KVM_CREATE_VM
mem = mmap.mmap(-1, 4096)
mem[:9] = bytes.fromhex("00d8 0430 ba f803 ee f4")      # add al,bl; add al,'0'; out 0x3f8; hlt
addr = ctypes.addressof(ctypes.c_char.from_buffer(mem))
fcntl.ioctl(vm, 0x4020ae46, struct.pack("<IIQQQ", 0, 0, 0x1000, 4096, addr))
vcpu = fcntl.ioctl(vm, 0xae41, 0)                       # KVM_CREATE_VCPU
run = mmap.mmap(vcpu, fcntl.ioctl(kvm, 0xae04, 0))      # KVM_GET_VCPU_MMAP_SIZE
sregs = bytearray(312)
fcntl.ioctl(vcpu, 0x8138ae83, sregs)                    # KVM_GET_SREGS; CS becomes 0
struct.pack_into("<Q4xH", sregs, 0, 0, 0)
fcntl.ioctl(vcpu, 0x4138ae84, sregs)
regs = struct.pack("<18Q", 2, 2, *[0] * 14, 0x1000, 2)  # AX 2, BX 2, IP, flags
fcntl.ioctl(vcpu, 0x4090ae82, regs)
fcntl.ioctl(vcpu, 0xae80, 0)                            # KVM_RUN
reason, = struct.unpack_from("<I", run, 8)
port, = struct.unpack_from("<H", run, 34)
at, = struct.unpack_from("<Q", run, 40)
print(f"KVM ran: exit {reason} (2: I/O), port {port:#x}, 2 + 2 =", chr(run[at]))
"""
SCRIPT = f"""
grep -q -w svm /proc/cpuinfo && grep -q -w npt /proc/cpuinfo && say "cpuinfo has svm and npt"
say "nested paging (kvm_amd npt): $(cat /sys/module/kvm_amd/parameters/npt)"
cat >/run.py <<'END'{RUN}END
say "$(python3 /run.py 2>&1 | tail -n 1)"
"""
for line in Guest(*sys.argv[1:], ["kvm_amd"], SCRIPT, "-device", "intel-iommu"):
    print(line)
PYTHON
as_in_header "$t/output"
