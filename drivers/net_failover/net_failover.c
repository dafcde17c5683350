// SPDX-License-Identifier: GPL-2.0
/*
 * A net_failover.ko with vfpath's upper inside: virtio-net calls these two functions when its
 * host offers VIRTIO_NET_F_STANDBY (QEMU's failover=on, libvirt's <teaming>), and needs no change.
 *
 * The CRCs of the two depend on which headers are seen, so these are the ones that the in-tree
 * module has.
 */
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/netpoll.h>
#include <linux/rtnetlink.h>
#include <linux/if_vlan.h>
#include <linux/pci.h>
#include <net/sch_generic.h>
#include <uapi/linux/if_arp.h>
#include <net/net_failover.h>

#include "vfpath_upper.h"

/**
 * struct vnf_failover - what a driver gets for its netdev
 * @base: that it is a failover is all the driver knows
 * @upper: the upper
 */
struct vnf_failover {
	struct failover base;
	struct vfo_owned *upper;
};

/**
 * net_failover_create() - a failover upper for a standby netdev
 * @standby_dev: netdev of the paravirtual driver, not registered yet
 *
 * Context: process; takes RTNL.
 *
 * Return: for net_failover_destroy(), or an ERR_PTR().
 */
struct failover *net_failover_create(struct net_device *standby_dev)
{
	struct vnf_failover *f = kzalloc(sizeof(*f), GFP_KERNEL);
	struct vfo_owned *upper;

	if (!f)
		return ERR_PTR(-ENOMEM);
	upper = vfpath_upper_create(standby_dev);
	if (IS_ERR(upper)) {
		kfree(f);
		return ERR_CAST(upper);
	}
	f->upper = upper;
	return &f->base;
}
EXPORT_SYMBOL_GPL(net_failover_create);

/**
 * net_failover_destroy() - the standby netdev is gone
 * @failover: what net_failover_create() returned, or NULL
 *
 * Context: process; takes RTNL.
 */
void net_failover_destroy(struct failover *failover)
{
	struct vnf_failover *f = container_of(failover, struct vnf_failover, base);

	if (!failover)
		return;
	vfpath_upper_destroy(f->upper);
	kfree(f);
}
EXPORT_SYMBOL_GPL(net_failover_destroy);

MODULE_DESCRIPTION("vfpath: its failover upper for virtio-net's STANDBY");
MODULE_LICENSE("GPL");
