#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Process 1 of the host VM and of the guests.
export PATH=/opt/vfpath/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8

mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
mkdir -p /run/netns /run/vfpath

# A guest's memory in whole huge pages, one after the other: the emulated NIC drops a frame one of
# whose buffers is in two pages that aren't neighbours (Documentation/testing.rst). A page that
# was read first, as those of a migrated guest, would stay split.
for setting in enabled=always defrag=always use_zero_page=0; do
	file=/sys/kernel/mm/transparent_hugepage/${setting%=*}
	[ ! -e "$file" ] || echo "${setting#*=}" >"$file"
done

mount -o bind "/lab/lib/modules" /lib/modules
mkdir -p /opt/vfpath
mount -o bind /lab/opt /opt/vfpath

hostname "$(sed -n 's/.*vfpath\.name=\([^ ]*\).*/\1/p' /proc/cmdline)"
ip link set lo up
modprobe -q virtio_console

if grep -q 'vfpath\.shell' /proc/cmdline; then
	setsid -c sh -l </dev/console >/dev/console 2>&1 &
fi

python3 /lab/agent.py >/run/agent.log 2>&1 &
agent=$!
# Process 1 reaps orphans in wait; it ends only when the agent does.
while kill -0 $agent 2>/dev/null; do
	wait $agent
done
echo "the agent has ended:" >/dev/console
cat /run/agent.log >/dev/console
sleep 2
echo o >/proc/sysrq-trigger
