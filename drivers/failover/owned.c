// SPDX-License-Identifier: GPL-2.0
/*
 * Uppers that a paravirtual driver asks for, before its own netdev is registered: virtio-net,
 * when its host offers VIRTIO_NET_F_STANDBY, by way of net_failover.ko.
 */
#include <linux/slab.h>

#include "failover.h"
#include "vfpath_upper.h"

/**
 * vfpath_upper_create() - an upper for a netdev that will be registered next
 * @standby: the netdev, not registered yet; its parent device is the upper's, too, so that user
 *	space names the upper by it
 *
 * The upper has the netdev's address and takes the netdev when it comes, and then the VF of
 * that address.
 *
 * Context: process; takes RTNL.
 *
 * Return: the upper, for vfpath_upper_destroy(), or an ERR_PTR().
 */
struct vfo_owned *vfpath_upper_create(struct net_device *standby)
{
	struct net_device *upper;
	struct vfo_owned *owned;
	int err;

	owned = kzalloc(sizeof(*owned), GFP_KERNEL);
	if (!owned)
		return ERR_PTR(-ENOMEM);
	rtnl_lock();
	upper = vfo_adopt_create(dev_net(standby), "eth%d");
	err = PTR_ERR_OR_ZERO(upper);
	if (!err) {
		SET_NETDEV_DEV(upper, standby->dev.parent);
		/* Its own, as in-tree net_failover's: cloud-init looks for no other NIC */
		eth_hw_addr_set(upper, standby->dev_addr);
		upper->addr_assign_type = NET_ADDR_PERM;
		upper->min_mtu = standby->min_mtu;
		upper->max_mtu = standby->max_mtu;
		err = register_netdevice(upper);
		if (err)
			free_netdev(upper);
	}
	if (!err) {
		struct vfo_upper *u = netdev_priv(upper);

		u->owned = owned;
		owned->upper = upper;
		owned->standby = standby;
	}
	rtnl_unlock();
	if (err) {
		kfree(owned);
		return ERR_PTR(err);
	}
	return owned;
}
EXPORT_SYMBOL_GPL(vfpath_upper_create);

/**
 * vfpath_upper_destroy() - the driver's netdev is gone, or will never be registered
 * @owned: its upper, which somebody may have removed before
 *
 * Context: process; takes RTNL.
 */
void vfpath_upper_destroy(struct vfo_owned *owned)
{
	rtnl_lock();
	if (owned->upper)
		unregister_netdevice(owned->upper);
	rtnl_unlock();
	kfree(owned);
}
EXPORT_SYMBOL_GPL(vfpath_upper_destroy);
