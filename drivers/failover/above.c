// SPDX-License-Identifier: GPL-2.0
/*
 * Who is above an upper: do others send through it, by addresses that it doesn't know?
 */
#include "failover.h"

/*
 * A bridge, or Open vSwitch, forwards what others send. A bond or a team that has another address
 * than its port sends by that. VLANs and macvlans are no others: the upper hears of their addresses
 * in its lists, and so does the VF's driver, which can say no.
 */
static int vfo_above_one(struct net_device *above, struct netdev_nested_priv *priv)
{
	const struct net_device *dev = priv->data;

	return netif_is_bridge_master(above) || netif_is_ovs_master(above) ||
	       (netif_is_lag_master(above) &&
		!ether_addr_equal(above->dev_addr, dev->dev_addr));
}

/**
 * vfo_above_sends() - do others send through a netdev?
 * @dev: netdev; RTNL
 *
 * Return: true when there is somebody above it, at any depth, who does.
 */
bool vfo_above_sends(struct net_device *dev)
{
	struct netdev_nested_priv priv = { .data = dev };
	bool found;

	rcu_read_lock();
	found = netdev_walk_all_upper_dev_rcu(dev, vfo_above_one, &priv);
	rcu_read_unlock();
	return found;
}
