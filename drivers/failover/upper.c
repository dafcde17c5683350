// SPDX-License-Identifier: GPL-2.0
/*
 * The upper netdev: what the stack asks of it, passed on to its lowers.
 *
 * What the operator asks for and a lower in use can't do at all (an MTU) is refused. Where the
 * synthetic path can and the VF can't (an address, a VLAN, a filter), the upper does it, and the VF
 * is out of use until it can.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>

#include "failover.h"

static int vfo_upper_open(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i;

	u->up = true;
	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l)
			l->parked = false;
	}
	vfo_fit_changed(u);
	/* With one of both there is a path; the other's reason can be read */
	vfo_fit_run(u);
	if (u->path.active == VFO_NONE)
		netif_carrier_off(dev);
	else
		netif_carrier_on(dev);
	return 0;
}

static int vfo_upper_stop(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i;

	u->up = false;
	for (i = VFO_SIDES; i--;) {
		l = vfo_lower_rtnl(u, i);
		if (l)
			vfo_fit_close(u, l);
	}
	atomic64_set(&u->lost_at, 0);
	return 0;
}

/* A lower that is out of use isn't asked: it is looked at when it can be */
static bool vfo_upper_asks(const struct vfo_lower *l)
{
	return l && (l->side == VFO_SYNTHETIC || l->plan.fits);
}

static int vfo_upper_change_mtu(struct net_device *dev, int mtu)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i, err = 0;

	for (i = 0; i < VFO_SIDES && !err; i++) {
		l = vfo_lower_rtnl(u, i);
		if (vfo_upper_asks(l))
			err = vfo_fit_mtu(u, l, mtu);
	}
	if (!err)
		WRITE_ONCE(dev->mtu, mtu);
	/* Also back to what it was */
	vfo_fit_changed(u);
	vfo_fit_run(u);
	return err;
}

static int vfo_upper_set_mac(struct net_device *dev, void *p)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct sockaddr *addr = p;
	struct vfo_lower *l;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	l = vfo_lower_rtnl(u, VFO_SYNTHETIC) ?: vfo_lower_rtnl(u, VFO_VF);
	err = l ? vfo_fit_mac(u, l, addr->sa_data) : 0;
	if (err)
		return err;
	eth_hw_addr_set(dev, addr->sa_data);
	vfo_fit_changed(u);
	vfo_fit_run(u);
	return 0;
}

static int vfo_upper_vlan_add(struct net_device *dev, __be16 proto, u16 vid)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *s = vfo_lower_rtnl(u, VFO_SYNTHETIC), *vf = vfo_lower_rtnl(u, VFO_VF);
	int err = s && s->vlans ? vlan_vid_add(s->dev, proto, vid) : 0;

	if (err || !vf || !vf->vlans)
		return err;
	err = vlan_vid_add(vf->dev, proto, vid);
	if (!err || !s)
		return err;
	/* It takes up no room for VLANs that the guest doesn't have by it */
	vlan_vids_del_by_dev(vf->dev, dev);
	vf->vlans = false;
	vfo_fit_failed(u, vf, VFO_STEP_VLANS, err);
	return 0;
}

static int vfo_upper_vlan_kill(struct net_device *dev, __be16 proto, u16 vid)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (!l)
			continue;
		if (l->vlans)
			vlan_vid_del(l->dev, proto, vid);
		else
			vfo_fit_lower_changed(u, l);
	}
	return 0;
}

static void vfo_upper_rx_mode(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i;

	rcu_read_lock();
	for (i = 0; i < VFO_SIDES; i++) {
		l = rcu_dereference(u->lower[i]);
		if (!l || !READ_ONCE(l->lists))
			continue;
		dev_uc_sync_multiple(l->dev, dev);
		dev_mc_sync_multiple(l->dev, dev);
	}
	rcu_read_unlock();
}

static void vfo_upper_rx_flags(struct net_device *dev, int change)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i, err;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		err = l ? vfo_fit_flags(u, l) : 0;
		if (err)
			vfo_fit_failed(u, l, VFO_STEP_FLAGS, err);
	}
}

static int vfo_upper_add_slave(struct net_device *dev, struct net_device *lower,
			       struct netlink_ext_ack *extack)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_reason why;
	int err = vfo_lower_bind(u, lower, &why, extack);

	if (!err)
		vfo_fit_run(u);
	return err;
}

static int vfo_upper_del_slave(struct net_device *dev, struct net_device *lower)
{
	struct vfo_lower *l = vfo_lower_of(lower);

	if (!l || l->upper != dev)
		return -EINVAL;
	vfo_lower_release(netdev_priv(dev), l, VFO_LEAVE_LET_GO);
	return 0;
}

static int vfo_upper_init(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);

	u->dev = dev;
	u->pcpu = netdev_alloc_pcpu_stats(struct vfo_pcpu);
	if (!u->pcpu)
		return -ENOMEM;
	vfo_path_init(&u->path);
	vfo_sources_init(&u->sources);
	spin_lock_init(&u->stats_lock);
	INIT_DELAYED_WORK(&u->check, vfo_switch_check_work);
	list_add_tail(&u->node, &vfo_uppers);
	netif_carrier_off(dev);
	return 0;
}

static void vfo_upper_uninit(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	int i;

	for (i = 0; i < VFO_SIDES; i++) {
		if (vfo_lower_rtnl(u, i))
			vfo_lower_release(u, vfo_lower_rtnl(u, i), VFO_LEAVE_UPPER);
	}
	/* The shared work doesn't find it any more; its own never waits for RTNL */
	list_del(&u->node);
	if (u->owned) {
		u->owned->upper = NULL;
		u->owned->standby = NULL;
	}
	cancel_delayed_work_sync(&u->check);
}

static void vfo_upper_free(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);

	free_percpu(u->pcpu);
}

static const struct net_device_ops vfo_upper_ops = {
	.ndo_init		= vfo_upper_init,
	.ndo_uninit		= vfo_upper_uninit,
	.ndo_open		= vfo_upper_open,
	.ndo_stop		= vfo_upper_stop,
	.ndo_start_xmit		= vfo_tx_xmit,
	.ndo_get_stats64	= vfo_stats64,
	.ndo_change_mtu		= vfo_upper_change_mtu,
	.ndo_set_mac_address	= vfo_upper_set_mac,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_rx_mode	= vfo_upper_rx_mode,
	.ndo_change_rx_flags	= vfo_upper_rx_flags,
	.ndo_vlan_rx_add_vid	= vfo_upper_vlan_add,
	.ndo_vlan_rx_kill_vid	= vfo_upper_vlan_kill,
	.ndo_fix_features	= vfo_features_fix,
	.ndo_features_check	= passthru_features_check,
	.ndo_add_slave		= vfo_upper_add_slave,
	.ndo_del_slave		= vfo_upper_del_slave,
#ifdef CONFIG_NET_POLL_CONTROLLER
	.ndo_netpoll_setup	= vfo_netpoll_setup,
	.ndo_netpoll_cleanup	= vfo_netpoll_cleanup,
#endif
};

/**
 * vfo_is_upper() - of any kind, or of none
 * @dev: netdev
 *
 * Return: true for one of this module's.
 */
bool vfo_is_upper(const struct net_device *dev)
{
	return dev->netdev_ops == &vfo_upper_ops;
}

/**
 * vfo_upper_setup() - rtnl_link_ops.setup
 * @dev: fresh upper
 */
void vfo_upper_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &vfo_upper_ops;
	dev->ethtool_ops = &vfo_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = vfo_upper_free;
	dev->sysfs_groups[0] = &vfo_sysfs_group;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_UNICAST_FLT | IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~(IFF_TX_SKB_SHARING | IFF_XMIT_DST_RELEASE);
	vfp_netdev_set_lltx(dev);
	/* Its lowers would stay behind */
	vfp_netdev_set_netns_local(dev);
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	vfo_features_init(dev);
	eth_hw_addr_random(dev);
	/*
	 * Not its own: a lower's is to come. So udev's MACAddressPolicy=persistent, which would
	 * give a random one a value that no lower has, lets it alone.
	 */
	dev->addr_assign_type = NET_ADDR_STOLEN;
}
