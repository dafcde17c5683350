// SPDX-License-Identifier: GPL-2.0
/*
 * Uppers that a paravirtual driver asks for, before its own netdev is registered: virtio-net,
 * when its host offers VIRTIO_NET_F_STANDBY, by way of net_failover.ko.
 */
#include <linux/slab.h>

#include "failover.h"
#include "vfpath_upper.h"

/**
 * struct vfo_owned - the driver's hold on its upper
 * @upper: it, NULL: somebody else has removed it (RTNL)
 * @standby: the driver's netdev until it is registered, then NULL (RTNL; only compared)
 */
struct vfo_owned {
	struct net_device *upper;
	const struct net_device *standby;
};

/**
 * vfo_owned_gone() - an upper is removed, by its driver or by anybody
 * @owned: of the upper; RTNL
 */
void vfo_owned_gone(struct vfo_owned *owned)
{
	owned->upper = NULL;
	owned->standby = NULL;
}

/**
 * vfo_owned_registered() - a netdev was registered: is it one that an upper was made for?
 * @dev: netdev; RTNL
 */
void vfo_owned_registered(struct net_device *dev)
{
	struct netlink_ext_ack extack = {};
	struct vfo_upper *u;

	list_for_each_entry(u, &vfo_uppers, node) {
		if (!u->owned || u->owned->standby != dev)
			continue;
		u->owned->standby = NULL;
		if (vfo_lower_enslave(u, dev, &extack))
			netdev_warn(u->dev, "%s: %s\n", dev->name,
				    extack._msg ? extack._msg : "can't be enslaved");
		return;
	}
}

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
	upper = vfo_main_create(dev_net(standby), "eth%d");
	err = PTR_ERR_OR_ZERO(upper);
	if (!err) {
		SET_NETDEV_DEV(upper, standby->dev.parent);
		eth_hw_addr_set(upper, standby->dev_addr);
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
