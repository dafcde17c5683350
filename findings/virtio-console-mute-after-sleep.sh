#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Linux 7.3 in QEMU: after a suspend no virtio-serial port can send any more.
#
# Version:  linux-image-7.3.4+deb13-amd64 7.3.4-1~bpo13+1 (Debian 13's backports), QEMU 10.0.2;
#           linux-image-6.12.95+deb12-amd64 beside it
# Guess:    virtio devices come back from a suspend as they were. An agent in a guest that holds its
#           port open needs to do nothing.
# Seen:     so it is with 6.12. With 7.3 what the host sends comes in, and each write waits. The
#           driver's restore asks the device for the state of each port before it has put buffers
#           into the control queue (since a fix for a race there); QEMU has nowhere to put the
#           answer, drops it, and the driver goes on to think that nobody listens on the host.
# Matters:  guest agents are mute once the guest has slept, and all looks well from inside: the port
#           is there and open. It can write again once virtio_console has been unbound from the
#           device and bound to it again.
#
# Needs apt, python3 and root (for chroot).
#
#   | 6.12.95+deb12-amd64: slept
#   | 6.12.95+deb12-amd64: the host got: before sleep after
#   | 7.3.4+deb13-amd64: slept
#   | 7.3.4+deb13-amd64: a write of "sleep" has waited for 5 s
#   | 7.3.4+deb13-amd64: a write of "after" has waited for 5 s
#   | 7.3.4+deb13-amd64: the host got: before
set -eu
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/common.sh"

t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fetch "$t/host" 'qemu-system-x86=1:10.0.2+ds-2+deb13u1~bpo12+1' kmod=30+20221128-1 \
	'linux-image-6.12.95+deb12-amd64=6.12.95-1~bpo12+1'
fetch "$t/guest" busybox-static=1:1.35.0-4+deb12u1+b1
RELEASE=trixie fetch "$t/new" 'linux-image-7.3.4+deb13-amd64=7.3.4-1~bpo13+1'

cat >"$t/run.py" <<'PYTHON'
import socket, sys
from guest import Guest

SCRIPT = r"""
port=/dev/vport0p1
until_ [ -e $port ]
exec 3<>$port
say next
while :; do
	read -r line || { sleep 0.2; continue; }
	[ "$line" != sleep ] || {
		echo devices >/sys/power/pm_test
		echo freeze >/sys/power/state
		say slept
	}
	echo "$line" >&3 &
	sleep 5
	kill $! 2>/dev/null && say "a write of \"$line\" has waited for 5 s"
	[ "$line" != after ] || break
	say next
done <&3
"""
with_port, far = socket.socketpair()
guest = Guest(*sys.argv[1:], ["virtio_pci", "virtio_console"], SCRIPT,
              "-chardev", f"socket,id=port,fd={far.fileno()}", "-device", "virtio-serial-pci",
              "-device", "virtserialport,chardev=port,name=port", fds=[far.fileno()])
far.close()
lines = iter(("before", "sleep", "after"))
for line in guest:
    if line == "next":
        with_port.sendall(next(lines).encode() + b"\n")
    else:
        print(f"{guest.version}:", line)
print(f"{guest.version}: the host got:", *with_port.recv(4096).decode().split())
PYTHON
PYTHONPATH=$(dirname "$0")/lib
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
python3 "$t/run.py" "$t/host" "$t/guest" >"$t/output"

# The other kernel in its place; its packages have it elsewhere
rm -r "$t/guest/modules" "$t/host/lib/modules"
mv "$t/new/usr/lib/modules" "$t/host/lib/"
mv "$t"/host/lib/modules/*/vmlinuz "$t/host/boot/vmlinuz-7.3.4+deb13-amd64"
python3 "$t/run.py" "$t/host" "$t/guest" >>"$t/output"
as_in_header "$t/output"
