// SPDX-License-Identifier: GPL-2.0
/*
 * Whose is this netdev? The one place that answers: a driver's own upper, which waits for it; the
 * upper with a synthetic netdev of its address, which lacks a VF; one that auto= makes for it or
 * has made before; or nobody's.
 */
#include <linux/if_arp.h>
#include <net/rtnetlink.h>

#include "failover.h"

static unsigned int vfo_adopt_num_queues(void)
{
	return min_t(unsigned int, num_possible_cpus(), 16);
}

static int vfo_adopt_validate(struct nlattr *tb[], struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] && (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
				 !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_MOD(extack, "not a unicast MAC address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

struct rtnl_link_ops vfo_link_ops = {
	.kind			= VFO_KIND,
	.priv_size		= sizeof(struct vfo_upper),
	.setup			= vfo_upper_setup,
	.validate		= vfo_adopt_validate,
	.get_num_tx_queues	= vfo_adopt_num_queues,
	.get_num_rx_queues	= vfo_adopt_num_queues,
};

/**
 * vfo_adopt_create() - an upper that nobody has asked for by netlink
 * @net: in this namespace; RTNL
 * @name: of it, with %d perhaps
 *
 * It is of no kind: user space can't remove it, and takes it for what it knows best.
 * NetworkManager lets netdevs of a kind it doesn't know alone.
 *
 * Return: the upper, to be registered, or an ERR_PTR().
 */
struct net_device *vfo_adopt_create(struct net *net, const char *name)
{
	struct nlattr *tb[IFLA_MAX + 1] = {};
	struct net_device *dev;

	dev = rtnl_create_link(net, name, NET_NAME_ENUM, &vfo_link_ops, tb, NULL);
	if (!IS_ERR(dev))
		dev->rtnl_link_ops = NULL;
	return dev;
}

/* A virtio-net whose host offers STANDBY has asked for its upper itself */
static struct vfo_upper *vfo_adopt_owned(const struct net_device *dev)
{
	struct vfo_upper *u;

	list_for_each_entry(u, &vfo_uppers, node) {
		if (u->owned && u->owned->standby == dev) {
			u->owned->standby = NULL;
			return u;
		}
	}
	return NULL;
}

/* The upper whose VF a netdev is: it waits for one, and has a synthetic netdev of that address */
static struct vfo_upper *vfo_adopt_vf(const struct net_device *dev)
{
	struct vfo_upper *u;

	/* Hardware, real or paravirtual: VLANs and the like have the address of what is below */
	if (dev->type != ARPHRD_ETHER || vfo_is_upper(dev) || !dev->dev.parent)
		return NULL;
	list_for_each_entry(u, &vfo_uppers, node) {
		struct vfo_lower *s = vfo_lower_rtnl(u, VFO_SYNTHETIC);

		if (s && !vfo_lower_rtnl(u, VFO_VF) && net_eq(dev_net(u->dev), dev_net(dev)) &&
		    ether_addr_equal(s->mac, vfo_lower_mac(dev)))
			return u;
	}
	return NULL;
}

/* The upper that has the address of a netdev, by birth or by the operator's will, or NULL */
static struct vfo_upper *vfo_adopt_auto_old(const struct net_device *dev)
{
	const u8 *mac = vfo_lower_mac(dev);
	struct vfo_upper *u;

	list_for_each_entry(u, &vfo_uppers, node) {
		if (net_eq(dev_net(u->dev), dev_net(dev)) &&
		    (ether_addr_equal(u->dev->perm_addr, mac) ||
		     ether_addr_equal(u->dev->dev_addr, mac)))
			return u;
	}
	return NULL;
}

static int vfo_adopt_auto_new(struct net_device *dev, struct vfo_reason *why)
{
	struct net_device *upper;
	int err;

	upper = vfo_adopt_create(dev_net(dev), "vfp%d");
	if (IS_ERR(upper))
		return PTR_ERR(upper);
	err = register_netdevice(upper);
	if (err) {
		free_netdev(upper);
		return err;
	}
	err = vfo_lower_bind(netdev_priv(upper), dev, why, NULL);
	if (err)
		unregister_netdevice(upper);
	return err;
}

/*
 * An upper that has lost such a netdev before, and its VF perhaps has not, gets the new one. VLANs
 * and the like on an upper have its address, too.
 */
static int vfo_adopt_auto(struct net_device *dev, struct vfo_reason *why)
{
	struct vfo_upper *u = vfo_adopt_auto_old(dev);

	if (!u)
		return vfo_adopt_auto_new(dev, why);
	if (!dev->dev.parent || vfo_lower_rtnl(u, VFO_SYNTHETIC))
		return 0;
	return vfo_lower_bind(u, dev, why, NULL);
}

/* A VF that can't be bound is asked for again: what is in the way may go */
static void vfo_adopt_bind_vf(struct vfo_upper *u, struct net_device *dev)
{
	bool known = u->left_index == dev->ifindex && u->left.why != VFO_WHY_READDRESSED;
	struct vfo_reason why;

	if (!vfo_lower_bind(u, dev, &why, NULL))
		return;
	u->left = why;
	u->left_index = dev->ifindex;
	strscpy(u->left_name, dev->name, sizeof(u->left_name));
	if (!known)
		netdev_warn(u->dev, "%s: %s\n", dev->name, vfo_reason_text(&why));
}

/**
 * vfo_adopt_registered() - a netdev is there
 * @dev: netdev; RTNL, and perhaps its own lock
 */
void vfo_adopt_registered(struct net_device *dev)
{
	struct vfo_upper *u = vfo_adopt_owned(dev);
	struct vfo_reason why = {};
	int err = 0;

	if (vfo_lower_of(dev))
		return;
	if (u) {
		err = vfo_lower_bind(u, dev, &why, NULL);
	} else {
		u = vfo_adopt_vf(dev);
		if (u)
			vfo_adopt_bind_vf(u, dev);
		else if (vfo_auto_wanted(dev))
			err = vfo_adopt_auto(dev, &why);
	}
	if (err)
		netdev_warn(dev, "no upper for it: %s (%d)\n", vfo_reason_text(&why), err);
}

/**
 * vfo_adopt_readdressed() - a netdev that is nobody's has another address
 * @dev: netdev; RTNL, and perhaps its own lock
 */
void vfo_adopt_readdressed(const struct net_device *dev)
{
	if (vfo_adopt_vf(dev))
		vfo_kick_scan();
}

/**
 * vfo_adopt_gone() - a netdev is unregistered, or moves to another namespace
 * @dev: netdev, not a lower any more; RTNL
 */
void vfo_adopt_gone(const struct net_device *dev)
{
	struct vfo_upper *u;

	list_for_each_entry(u, &vfo_uppers, node) {
		if (!net_eq(dev_net(u->dev), dev_net(dev)))
			continue;
		if (u->left_index == dev->ifindex)
			u->left_index = 0;
		if (u->let_go == dev->ifindex)
			u->let_go = 0;
	}
}

/* What an operator has released stays so until it is enslaved again, or comes anew */
static bool vfo_adopt_let_go(const struct net_device *dev)
{
	struct vfo_upper *u;

	list_for_each_entry(u, &vfo_uppers, node) {
		if (u->let_go == dev->ifindex && net_eq(dev_net(u->dev), dev_net(dev)))
			return true;
	}
	return false;
}

/**
 * vfo_adopt_scan() - look for VFs that nobody has
 *
 * RTNL is held.
 *
 * Return: true when there is one that its upper can't have yet: look again.
 */
bool vfo_adopt_scan(void)
{
	struct net_device *dev;
	struct vfo_upper *u;
	bool again = false;

	list_for_each_entry(u, &vfo_uppers, node) {
		if (!vfo_lower_rtnl(u, VFO_SYNTHETIC) || vfo_lower_rtnl(u, VFO_VF))
			continue;
		/* Binding changes no list that is walked here */
		for_each_netdev(dev_net(u->dev), dev) {
			if (!vfo_lower_of(dev) && !vfo_adopt_let_go(dev) && vfo_adopt_vf(dev) == u)
				vfo_adopt_bind_vf(u, dev);
		}
		again |= !vfo_lower_rtnl(u, VFO_VF) && u->left_index &&
			 u->left.why != VFO_WHY_READDRESSED;
	}
	return again;
}
