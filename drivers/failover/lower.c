// SPDX-License-Identifier: GPL-2.0
/*
 * Binding lowers, and letting them go.
 *
 * Binding is what a notifier may do, with the lower's own lock held: it makes the lower the
 * upper's and nobody else's, and calls nothing of its driver's. What does is fit.c's.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/pci.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>
#include <net/sch_generic.h>

#include "failover.h"

/* No addresses, no bridge; a name may still be given to it although it is up */
#define VFO_LOWER_FLAGS	(VFP_IFF_NO_ADDRCONF | IFF_DONT_BRIDGE | VFP_IFF_LIVE_RENAME_OK)

/* The lower that a netdev is, or NULL. RTNL. */
struct vfo_lower *vfo_lower_of(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != vfo_rx_handler)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

/**
 * vfo_lower_is_pci() - is a netdev a PCI function itself?
 * @dev: netdev
 *
 * Return: true for what can only be a VF. Paravirtual netdevs have a bus of their own between
 * (virtio, vmbus, xen), and virtual ones have no device at all.
 */
bool vfo_lower_is_pci(const struct net_device *dev)
{
	return dev->dev.parent && dev_is_pci(dev->dev.parent);
}

/*
 * VF or synthetic? Of two that are no PCI functions the first is the synthetic one: virtio-net
 * may be the VF, too.
 */
static enum vfo_side vfo_lower_side(struct vfo_upper *u, const struct net_device *dev)
{
	return vfo_lower_is_pci(dev) || vfo_lower_rtnl(u, VFO_SYNTHETIC) ? VFO_VF : VFO_SYNTHETIC;
}

/* The permanent address, which the host gave; the current one where there is none */
const u8 *vfo_lower_mac(const struct net_device *dev)
{
	return is_valid_ether_addr(dev->perm_addr) ? dev->perm_addr : dev->dev_addr;
}

/**
 * vfo_lower_carrier() - would the stack give a lower what we send by it?
 * @dev: netdev
 *
 * A carrier that comes is not enough: until link watch has run, the queues have the qdisc
 * that drops all. NETDEV_CHANGE follows when it has.
 *
 * Context: any.
 *
 * Return: true with carrier and qdiscs that take frames.
 */
bool vfo_lower_carrier(const struct net_device *dev)
{
	return netif_carrier_ok(dev) && !qdisc_tx_is_noop(dev);
}

/* Of the operator's: what IPv6 gives itself it gives itself on the upper as well */
static bool vfo_lower_has_ipv6(const struct net_device *dev)
{
	bool found = false;
#if IS_ENABLED(CONFIG_IPV6)
	struct inet6_dev *in6 = __in6_dev_get(dev);
	struct inet6_ifaddr *ifa;

	if (!in6)
		return false;
	read_lock_bh(&in6->lock);
	list_for_each_entry(ifa, &in6->addr_list, if_list)
		found |= ifa->flags & IFA_F_PERMANENT &&
			 !(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL);
	read_unlock_bh(&in6->lock);
#endif
	return found;
}

static bool vfo_lower_has_addresses(struct net_device *dev)
{
	struct in_device *in = __in_dev_get_rtnl(dev);

	return (in && rtnl_dereference(in->ifa_list)) || vfo_lower_has_ipv6(dev);
}

static enum vfo_why vfo_lower_check(struct vfo_upper *u, struct net_device *dev)
{
	enum vfo_side side = vfo_lower_side(u, dev);
	struct vfo_lower *other = vfo_lower_rtnl(u, !side);

	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK)
		return VFO_WHY_NOT_ETHERNET;
	if (dev->netdev_ops == u->dev->netdev_ops || netif_is_lag_master(dev) ||
	    netif_is_bridge_master(dev) || is_vlan_dev(dev))
		return VFO_WHY_WRONG_KIND;
	if (netdev_is_rx_handler_busy(dev))
		return VFO_WHY_HAS_RECEIVER;
	if (netdev_has_any_upper_dev(dev))
		return VFO_WHY_HAS_UPPER;
	if (vfo_lower_has_addresses(dev))
		return VFO_WHY_HAS_ADDRESSES;
	if (vfo_lower_rtnl(u, side))
		return VFO_WHY_TAKEN;
	if (other && !ether_addr_equal(vfo_lower_mac(dev), other->mac))
		return VFO_WHY_OTHER_ADDRESS;
	return VFO_WHY_OK;
}

static int vfo_lower_errno(enum vfo_why why)
{
	switch (why) {
	case VFO_WHY_NOT_ETHERNET:
	case VFO_WHY_WRONG_KIND:
	case VFO_WHY_OTHER_ADDRESS:
		return -EINVAL;
	default:
		return -EBUSY;
	}
}

/* An address that the operator set stays; another lower's doesn't */
static void vfo_lower_first(struct vfo_upper *u, struct net_device *dev)
{
	if (vfo_lower_rtnl(u, VFO_VF) || vfo_lower_rtnl(u, VFO_SYNTHETIC))
		return;
	if (u->dev->addr_assign_type == NET_ADDR_STOLEN ||
	    (u->taken && u->dev->addr_assign_type == NET_ADDR_PERM)) {
		dev_addr_set(u->dev, vfo_lower_mac(dev));
		ether_addr_copy(u->dev->perm_addr, vfo_lower_mac(dev));
		/* Its own, as in-tree net_failover's: user space looks for no other NIC */
		u->dev->addr_assign_type = NET_ADDR_PERM;
		u->taken = true;
		call_netdevice_notifiers(NETDEV_CHANGEADDR, u->dev);
	}
	if (u->dev->mtu == ETH_DATA_LEN && dev->mtu != ETH_DATA_LEN)
		dev_set_mtu(u->dev, dev->mtu);
}

static int vfo_lower_link(struct vfo_upper *u, struct vfo_lower *l,
			  struct netlink_ext_ack *extack)
{
	/* To a VF's driver: we tell which lower we send by, as bonding does */
	struct netdev_lag_upper_info info = {
		.tx_type = NETDEV_LAG_TX_TYPE_ACTIVEBACKUP,
		.hash_type = NETDEV_LAG_HASH_NONE,
	};
	struct net_device *dev = l->dev;
	int err;

	dev->flags |= IFF_SLAVE;
	dev->priv_flags |= VFO_LOWER_FLAGS;
	err = netdev_rx_handler_register(dev, vfo_rx_handler, l);
	if (err)
		goto err_flags;
	err = netdev_master_upper_dev_link(dev, u->dev, NULL, &info, extack);
	if (err)
		goto err_handler;
	return 0;

err_handler:
	netdev_rx_handler_unregister(dev);
err_flags:
	dev->flags &= ~IFF_SLAVE;
	dev->priv_flags &= ~VFO_LOWER_FLAGS;
	return err;
}

static struct vfo_lower *vfo_lower_new(struct vfo_upper *u, struct net_device *dev)
{
	struct vfo_lower *l = kzalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return NULL;
	l->dev = dev;
	l->upper = u->dev;
	l->side = vfo_lower_side(u, dev);
	l->orig_mtu = dev->mtu;
	ether_addr_copy(l->orig_mac, dev->dev_addr);
	ether_addr_copy(l->mac, vfo_lower_mac(dev));
	/* An address that IPv6 gave itself goes when it is closed, and none comes any more */
	l->was_up = dev->flags & IFF_UP;
	l->stale = l->was_up;
	vfo_plan_init(&l->plan);
	l->look_at = jiffies;
	return l;
}

static void vfo_lower_announced(struct vfo_upper *u, struct vfo_lower *l)
{
	vfo_switch_event(u, l->side, VFO_EV_ADDED, "enslaved");
	vfo_switch_event(u, l->side, VFO_EV_UNFIT, "enslaved");
	if (vfo_lower_carrier(l->dev))
		vfo_switch_event(u, l->side, VFO_EV_CARRIER_ON, "enslaved");
	if (l->dev->flags & IFF_UP)
		vfo_switch_event(u, l->side, VFO_EV_UP, "enslaved");
	netdev_info(u->dev, "%s %s enslaved\n", vfo_side_name(l->side), l->dev->name);
	/* udev heard of it before it was ours: now it can tell (TEST=="master/vfpath") */
	kobject_uevent(&l->dev->dev.kobj, KOBJ_CHANGE);
}

/**
 * vfo_lower_bind() - bind a netdev exclusively
 * @u: upper; RTNL
 * @dev: VF or synthetic netdev
 * @why: why not
 * @extack: the same
 *
 * It is of no use until fit.c has made it like the upper: vfo_fit_run(), now or by the work that
 * this queues.
 *
 * Context: also a notifier with the lock of @dev held.
 *
 * Return: 0 or an error, with @dev as it was.
 */
int vfo_lower_bind(struct vfo_upper *u, struct net_device *dev, struct vfo_reason *why,
		   struct netlink_ext_ack *extack)
{
	struct vfo_lower *l, *other;
	int err;

	ASSERT_RTNL();
	*why = (struct vfo_reason){ .why = vfo_lower_check(u, dev) };
	if (why->why != VFO_WHY_OK) {
		if (extack)
			extack->_msg = vfo_reason_text(why);
		return vfo_lower_errno(why->why);
	}
	l = vfo_lower_new(u, dev);
	if (!l)
		return -ENOMEM;
	vfo_lower_first(u, dev);
	err = vfo_lower_link(u, l, extack);
	if (err) {
		why->why = VFO_WHY_KERNEL;
		why->err = err;
		kfree(l);
		return err;
	}
	netdev_hold(dev, &l->tracker, GFP_KERNEL);
	vfo_stats_bound(u, l);
	rcu_assign_pointer(u->lower[l->side], l);
	u->features_due = true;
	if (u->let_go == dev->ifindex)
		u->let_go = 0;
	if (l->side == VFO_VF)
		u->left_index = 0;
	other = vfo_lower_rtnl(u, !l->side);
	if (other)
		vfo_plan_changed(&other->plan);
	vfo_lower_announced(u, l);
	vfo_kick_scan();
	return 0;
}

/* As it came, unless its host has given it another address meanwhile */
static void vfo_lower_restore(struct vfo_lower *l, bool open)
{
	struct net_device *dev = l->dev;
	struct sockaddr_storage ss = { .ss_family = dev->type };
	bool given = is_valid_ether_addr(dev->perm_addr) &&
		     !ether_addr_equal(dev->perm_addr, l->mac);

	/* A driver may not change its address while it is up, so it is closed by now */
	if (!given && !ether_addr_equal(dev->dev_addr, l->orig_mac)) {
		memcpy(((struct sockaddr *)&ss)->sa_data, l->orig_mac, ETH_ALEN);
		vfp_dev_set_mac_address(dev, &ss);
	}
	if (dev->mtu != l->orig_mtu)
		dev_set_mtu(dev, l->orig_mtu);
	if (open && l->was_up)
		dev_open(dev, NULL);
}

static void vfo_lower_undo(struct vfo_upper *u, struct vfo_lower *l)
{
	struct net_device *dev = l->dev;

	WRITE_ONCE(l->lists, false);
	dev_uc_unsync(dev, u->dev);
	dev_mc_unsync(dev, u->dev);
	if (l->promisc)
		dev_set_promiscuity(dev, -1);
	if (l->allmulti)
		dev_set_allmulti(dev, -1);
	if (l->vlans)
		vlan_vids_del_by_dev(dev, u->dev);
}

/**
 * vfo_lower_release() - let a lower go
 * @u: upper; RTNL, and not the lower's own lock
 * @l: lower; freed
 * @how: why
 *
 * Its path is left before it is closed, and it is closed before its driver hears that it is alone:
 * to a VF that is alone "open" means that it wants the data path, and its address is the guest's.
 * So a VF that leaves a path that goes on stays closed.
 */
void vfo_lower_release(struct vfo_upper *u, struct vfo_lower *l, enum vfo_leave how)
{
	struct net_device *dev = l->dev;
	enum vfo_side side = l->side;
	bool alive = dev->reg_state == NETREG_REGISTERED, stays = alive && how != VFO_LEAVE_GONE;
	bool rival = side == VFO_VF && how == VFO_LEAVE_LET_GO && vfo_lower_rtnl(u, VFO_SYNTHETIC);

	ASSERT_RTNL();
	u->own++;
	vfo_switch_event(u, side, VFO_EV_DOWN, "released");
	if (stays)
		dev_close(dev);
	vfo_lower_undo(u, l);

	netdev_upper_dev_unlink(dev, u->dev);
	netdev_rx_handler_unregister(dev);
	vfo_switch_event(u, side, VFO_EV_REMOVED, "released");
	vfo_stats_take(u, l);
	RCU_INIT_POINTER(u->lower[side], NULL);
	vfo_netpoll_disable(l);
	/* Nobody sends by it or counts on it after this */
	synchronize_net();

	dev->flags &= ~IFF_SLAVE;
	dev->priv_flags &= ~VFO_LOWER_FLAGS;
	if (alive)
		vfo_lower_restore(l, stays && !rival);
	if (stays)
		kobject_uevent(&dev->dev.kobj, KOBJ_CHANGE);
	netdev_info(u->dev, "%s %s released\n", vfo_side_name(side), dev->name);
	if (how == VFO_LEAVE_LET_GO)
		u->let_go = dev->ifindex;
	netdev_put(dev, &l->tracker);
	kfree(l);
	u->own--;

	u->features_due = true;
	l = vfo_lower_rtnl(u, !side);
	if (l)
		vfo_plan_changed(&l->plan);
	vfo_kick_scan();
}
