// SPDX-License-Identifier: GPL-2.0
/*
 * Enslaving and releasing lowers.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/pci.h>
#include <net/sch_generic.h>

#include "failover.h"

/* No addresses, no bridge; a name may still be given to it although it is up */
#define VFO_LOWER_FLAGS	(VFP_IFF_NO_ADDRCONF | IFF_DONT_BRIDGE | VFP_IFF_LIVE_RENAME_OK)

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

static bool vfo_lower_has_addresses(struct net_device *dev)
{
	struct in_device *in = __in_dev_get_rtnl(dev);

	return in && rtnl_dereference(in->ifa_list);
}

static int vfo_lower_check(struct vfo_upper *u, struct net_device *dev,
			   struct netlink_ext_ack *extack)
{
	enum vfo_side side = vfo_lower_side(u, dev);
	struct vfo_lower *other = vfo_lower_rtnl(u, !side);

	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG_MOD(extack, "not an Ethernet netdev");
		return -EINVAL;
	}
	if (vfo_is_upper(dev) || netif_is_lag_master(dev) || netif_is_bridge_master(dev) ||
	    is_vlan_dev(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "neither a VF nor a synthetic netdev");
		return -EINVAL;
	}
	if (netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "somebody receives from this netdev already");
		return -EBUSY;
	}
	if (netdev_has_any_upper_dev(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the netdev has an upper already");
		return -EBUSY;
	}
	if (vfo_lower_has_addresses(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "it has IP addresses, which belong on the upper");
		return -EBUSY;
	}
	if (vfo_lower_rtnl(u, side)) {
		NL_SET_ERR_MSG_MOD(extack, "the upper has a VF already");
		return -EBUSY;
	}
	if (other && !ether_addr_equal(vfo_lower_mac(dev), vfo_lower_mac(other->dev))) {
		NL_SET_ERR_MSG_MOD(extack, "its permanent MAC address isn't the other lower's");
		return -EINVAL;
	}
	return 0;
}

/**
 * vfo_lower_flags() - promiscuity of the upper, on a lower
 * @u: upper; RTNL
 * @l: lower
 *
 * Return: 0 or an error.
 */
int vfo_lower_flags(struct vfo_upper *u, struct vfo_lower *l)
{
	bool promisc = u->dev->flags & IFF_PROMISC, allmulti = u->dev->flags & IFF_ALLMULTI;
	int err;

	if (promisc != l->promisc) {
		err = dev_set_promiscuity(l->dev, promisc ? 1 : -1);
		if (err)
			return err;
		l->promisc = promisc;
	}
	if (allmulti != l->allmulti) {
		err = dev_set_allmulti(l->dev, allmulti ? 1 : -1);
		if (err)
			return err;
		l->allmulti = allmulti;
	}
	return 0;
}

/**
 * vfo_lower_set_mac() - change the address of a lower
 * @dev: it; RTNL
 * @mac: address
 *
 * Return: 0, also when it has the address, or its driver's error.
 */
int vfo_lower_set_mac(struct net_device *dev, const u8 *mac)
{
	struct sockaddr_storage ss = { .ss_family = dev->type };

	if (ether_addr_equal(dev->dev_addr, mac))
		return 0;
	memcpy(((struct sockaddr *)&ss)->sa_data, mac, ETH_ALEN);
	return vfp_dev_set_mac_address(dev, &ss);
}

/* Make a lower like the upper, before any traffic. Names what failed in @u. */
static int vfo_lower_configure(struct vfo_upper *u, struct vfo_lower *l)
{
	struct net_device *dev = l->dev;
	const char *what;
	int err;

	what = "MTU";
	err = dev->mtu == u->dev->mtu ? 0 : dev_set_mtu(dev, u->dev->mtu);
	if (!err) {
		what = "MAC address";
		err = vfo_lower_set_mac(dev, u->dev->dev_addr);
	}
	if (!err && u->dev->flags & IFF_UP) {
		what = "open";
		err = dev_open(dev, NULL);
	}
	if (!err) {
		what = "VLANs";
		/* Those that a try before this one, or the upper since, has given it */
		vlan_vids_del_by_dev(dev, u->dev);
		err = vlan_vids_add_by_dev(dev, u->dev);
	}
	if (!err) {
		what = "promiscuous mode";
		err = vfo_lower_flags(u, l);
	}
	if (!err) {
		what = "netpoll";
		err = vfo_netpoll_enable(u, l);
	}
	if (!err) {
		netif_addr_lock_bh(u->dev);
		dev_uc_sync_multiple(dev, u->dev);
		dev_mc_sync_multiple(dev, u->dev);
		netif_addr_unlock_bh(u->dev);
	}
	if (err)
		snprintf(u->inactive_reason, VFO_REASON_LEN, "%s: %s failed (%d)", dev->name, what,
			 err);
	return err;
}

/**
 * vfo_lower_again() - the upper was changed: lowers that did not fit it may do so now
 * @u: upper; RTNL
 */
void vfo_lower_again(struct vfo_upper *u)
{
	struct vfo_lower *l;
	int i;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (!l || !u->path.lower[i].fault || vfo_lower_configure(u, l))
			continue;
		if (i == VFO_VF)
			u->inactive_reason[0] = 0;
		vfo_switch_event(u, i, VFO_EV_FIT, "configured");
	}
}

static void vfo_lower_first(struct vfo_upper *u, struct net_device *dev)
{
	if (vfo_lower_rtnl(u, VFO_VF) || vfo_lower_rtnl(u, VFO_SYNTHETIC))
		return;
	/* An address that the operator set stays */
	if (u->dev->addr_assign_type == NET_ADDR_RANDOM) {
		dev_addr_set(u->dev, vfo_lower_mac(dev));
		ether_addr_copy(u->dev->perm_addr, vfo_lower_mac(dev));
		u->dev->addr_assign_type = NET_ADDR_STOLEN;
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

	/* An address that IPv6 gave itself goes with it, and none comes with the flags */
	l->was_up = dev->flags & IFF_UP;
	if (l->was_up)
		dev_close(dev);
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
	if (l->was_up)
		dev_open(dev, NULL);
	return err;
}

/**
 * vfo_lower_enslave() - bind a netdev exclusively
 * @u: upper; RTNL
 * @dev: VF or synthetic netdev
 * @extack: why not
 *
 * A VF that is bound but can't be made like the upper stays bound, out of use, with a
 * reason: unbound it would be a stray NIC with the upper's address.
 *
 * Return: 0 or an error, with @dev as it was.
 */
int vfo_lower_enslave(struct vfo_upper *u, struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct vfo_lower *l;
	int err;

	ASSERT_RTNL();
	err = vfo_lower_check(u, dev, extack);
	if (err)
		return err;
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->dev = dev;
	l->upper = u->dev;
	l->side = vfo_lower_side(u, dev);
	l->orig_mtu = dev->mtu;
	ether_addr_copy(l->orig_mac, dev->dev_addr);
	vfo_lower_first(u, dev);
	err = vfo_lower_link(u, l, extack);
	if (err) {
		kfree(l);
		return err;
	}
	netdev_hold(dev, &l->tracker, GFP_KERNEL);
	rcu_assign_pointer(u->lower[l->side], l);
	vfo_switch_event(u, l->side, VFO_EV_ADDED, "enslaved");
	if (l->side == VFO_VF)
		u->inactive_reason[0] = 0;

	err = vfo_lower_configure(u, l);
	if (err) {
		netdev_warn(u->dev, "%s\n", u->inactive_reason);
		vfo_switch_event(u, l->side, VFO_EV_FAULT, "not configured");
	}
	vfo_upper_features(u);
	if (vfo_lower_carrier(dev))
		vfo_switch_event(u, l->side, VFO_EV_CARRIER_ON, "enslaved");
	if (dev->flags & IFF_UP)
		vfo_switch_event(u, l->side, VFO_EV_UP, "enslaved");
	if (l->side == VFO_VF)
		mod_delayed_work(vfo_wq, &u->check, 0);
	netdev_info(u->dev, "%s %s enslaved\n", vfo_side_name(l->side), dev->name);
	/* udev heard of it before it was ours: now it can tell (TEST=="master/vfpath") */
	kobject_uevent(&dev->dev.kobj, KOBJ_CHANGE);
	/* Its VF may have been there before */
	if (l->side == VFO_SYNTHETIC)
		vfo_main_adopt_waiting(dev_net(dev));
	return 0;
}

/**
 * vfo_lower_release() - let a lower go
 * @u: upper; RTNL
 * @l: lower; freed
 * @going: it leaves (unregistered, or to another namespace): what it was before doesn't matter
 *
 * Its path is left before it is closed.
 */
void vfo_lower_release(struct vfo_upper *u, struct vfo_lower *l, bool going)
{
	struct net_device *dev = l->dev;

	ASSERT_RTNL();
	going |= dev->reg_state != NETREG_REGISTERED;
	vfo_switch_event(u, l->side, VFO_EV_DOWN, "released");
	dev_uc_unsync(dev, u->dev);
	dev_mc_unsync(dev, u->dev);
	if (l->promisc)
		dev_set_promiscuity(dev, -1);
	if (l->allmulti)
		dev_set_allmulti(dev, -1);
	vlan_vids_del_by_dev(dev, u->dev);

	netdev_upper_dev_unlink(dev, u->dev);
	netdev_rx_handler_unregister(dev);
	vfo_switch_event(u, l->side, VFO_EV_REMOVED, "released");
	RCU_INIT_POINTER(u->lower[l->side], NULL);
	vfo_netpoll_disable(l);
	/* Nobody sends by it or counts on it after this */
	synchronize_net();

	dev->flags &= ~IFF_SLAVE;
	dev->priv_flags &= ~VFO_LOWER_FLAGS;
	if (!going) {
		/* As it came: a driver may not change its address while it is up */
		dev_close(dev);
		vfo_lower_set_mac(dev, l->orig_mac);
		if (dev->mtu != l->orig_mtu)
			dev_set_mtu(dev, l->orig_mtu);
		if (l->was_up)
			dev_open(dev, NULL);
		kobject_uevent(&dev->dev.kobj, KOBJ_CHANGE);
	}
	netdev_info(u->dev, "%s %s released\n", vfo_side_name(l->side), dev->name);
	netdev_put(dev, &l->tracker);
	kfree(l);
	vfo_upper_features(u);
}
