#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# /init of the initramfs: the root image read-only below a tmpfs, the lab's image at /lab.
/bin/busybox mkdir -p /proc /sys /dev /ro /rw /new
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
for m in $(/bin/busybox cat /modules.order); do
	/bin/busybox insmod "/modules/$m"
done
n=0
while [ ! -b /dev/vdb ] && [ $n -lt 600 ]; do
	n=$((n + 1))
	/bin/busybox usleep 50000
done
/bin/busybox mount -t ext4 -o ro,noload /dev/vda /ro || echo "no root image"
/bin/busybox mount -t tmpfs -o size=60% tmpfs /rw
/bin/busybox mkdir -p /rw/up /rw/work
/bin/busybox mount -t overlay -o lowerdir=/ro,upperdir=/rw/up,workdir=/rw/work overlay /new
/bin/busybox mkdir -p /new/lab
/bin/busybox mount -t ext4 -o ro,noload /dev/vdb /new/lab || echo "no lab image"
/bin/busybox mount --move /dev /new/dev
exec /bin/busybox switch_root /new /bin/sh /lab/init.sh
