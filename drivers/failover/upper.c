// SPDX-License-Identifier: GPL-2.0
/*
 * The upper netdev: what the stack asks of it, passed on to both lowers.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netpoll.h>

#include "busy.h"
#include "failover.h"

#define VFO_FEATURES	(NETIF_F_HW_CSUM | NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_ALL_TSO | \
			 NETIF_F_HIGHDMA | NETIF_F_RXCSUM)

/* Calls @fn for both lowers; what was done is undone when one fails */
static int vfo_upper_both(struct vfo_upper *u, int (*fn)(struct vfo_lower *l, unsigned long arg),
			  unsigned long arg, int (*undo)(struct vfo_lower *l, unsigned long arg),
			  unsigned long old)
{
	struct vfo_lower *l[VFO_SIDES];
	int i, err;

	for (i = 0; i < VFO_SIDES; i++) {
		l[i] = vfo_lower_rtnl(u, i);
		err = l[i] ? fn(l[i], arg) : 0;
		if (err)
			break;
	}
	if (i == VFO_SIDES)
		return 0;
	while (i--) {
		if (l[i])
			undo(l[i], old);
	}
	return err;
}

static int vfo_upper_open(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i, err;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (!l)
			continue;
		err = dev_open(l->dev, NULL);
		/* With one of both there is a path; the other's reason can be read */
		if (err)
			snprintf(u->inactive_reason, VFO_REASON_LEN, "%s: open failed (%d)",
				 l->dev->name, err);
	}
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

	for (i = VFO_SIDES; i--;) {
		l = vfo_lower_rtnl(u, i);
		/*
		 * A namespace that ends closes many at once, linked by close_list; who is on
		 * that list is closed by it, and would break it here.
		 */
		if (l && list_empty(&l->dev->close_list))
			dev_close(l->dev);
	}
	return 0;
}

static void vfo_upper_count_tx(struct vfo_upper *u, enum vfo_side side, unsigned int len,
			       bool ok, bool busy)
{
	struct vfo_pcpu *c = this_cpu_ptr(u->pcpu);

	u64_stats_update_begin(&c->syncp);
	if (ok) {
		c->side[side].tx_packets++;
		c->side[side].tx_bytes += len;
	} else {
		c->side[side].tx_dropped++;
	}
	c->queue_busy += busy;
	u64_stats_update_end(&c->syncp);
}

/* Who sends through us will have to be announced after a move */
static void vfo_upper_note_source(struct vfo_upper *u, const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;

	if (!ether_addr_equal(eth->h_source, u->dev->dev_addr))
		vfo_sources_note(&u->sources, eth->h_source, vid, jiffies);
}

static void vfo_upper_no_path(struct vfo_upper *u, struct sk_buff *skb)
{
	struct vfo_pcpu *c = this_cpu_ptr(u->pcpu);

	u64_stats_update_begin(&c->syncp);
	c->no_path++;
	u64_stats_update_end(&c->syncp);
	dev_kfree_skb_any(skb);
}

/* The queue of a lower for a frame, by the upper's queue that the stack has chosen for it */
static u16 vfo_upper_queue(const struct net_device *lower, const struct sk_buff *skb)
{
	unsigned int num = READ_ONCE(lower->real_num_tx_queues);

	return num > 1 ? skb_get_queue_mapping(skb) % num : 0;
}

/*
 * The lower for this frame: the active one, or the synthetic one when the VF can't take
 * it now. Its loss is noticed here, with the first frame that meets it.
 */
static struct vfo_lower *vfo_upper_choose(struct vfo_upper *u, const struct sk_buff *skb,
					  bool *busy)
{
	struct vfo_lower *l = rcu_dereference_bh(u->active), *other;
	struct netdev_queue *txq;
	bool lost;

	if (!l || l->side == VFO_SYNTHETIC)
		return l;
	lost = !netif_running(l->dev) || !netif_carrier_ok(l->dev);
	if (lost)
		vfo_switch_lost(u);
	txq = netdev_get_tx_queue(l->dev, vfo_upper_queue(l->dev, skb));
	if (likely(!lost && !vfo_busy(txq, jiffies)))
		return l;
	other = rcu_dereference_bh(u->lower[VFO_SYNTHETIC]);
	if (!other || !netif_running(other->dev) || !netif_carrier_ok(other->dev))
		return l;
	*busy = !lost;
	return other;
}

static netdev_tx_t vfo_upper_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	unsigned int len = skb->len;
	struct vfo_lower *l;
	bool busy = false;
	int ret;

	if (unlikely(READ_ONCE(u->path.bridged)))
		vfo_upper_note_source(u, skb);
	l = vfo_upper_choose(u, skb, &busy);
	if (!l) {
		vfo_upper_no_path(u, skb);
		return NETDEV_TX_OK;
	}
	/* A recorded queue is what the stack takes over when it chooses once more, for the lower */
	skb_record_rx_queue(skb, vfo_upper_queue(l->dev, skb));
	skb->dev = l->dev;
	ret = unlikely(netpoll_tx_running(dev)) ? vfo_netpoll_send(l, skb) : dev_queue_xmit(skb);
	vfo_upper_count_tx(u, l->side, len, ret == NET_XMIT_SUCCESS || ret == NET_XMIT_CN, busy);
	return NETDEV_TX_OK;
}

/**
 * vfo_upper_sum() - the counters of all CPUs
 * @u: upper
 * @sum: result
 */
void vfo_upper_sum(struct vfo_upper *u, struct vfo_pcpu *sum)
{
	const u64 *from;
	unsigned int start, i;
	u64 *to = (u64 *)sum;
	struct vfo_pcpu v;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct vfo_pcpu *c = per_cpu_ptr(u->pcpu, cpu);

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			memcpy(&v, c, offsetof(struct vfo_pcpu, syncp));
		} while (u64_stats_fetch_retry(&c->syncp, start));
		from = (const u64 *)&v;
		for (i = 0; i < offsetof(struct vfo_pcpu, syncp) / sizeof(u64); i++)
			to[i] += from[i];
	}
}

static void vfo_upper_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_pcpu sum;
	int i;

	vfo_upper_sum(u, &sum);
	for (i = 0; i < VFO_SIDES; i++) {
		s->rx_packets += sum.side[i].rx_packets;
		s->rx_bytes += sum.side[i].rx_bytes;
		s->tx_packets += sum.side[i].tx_packets;
		s->tx_bytes += sum.side[i].tx_bytes;
		s->tx_dropped += sum.side[i].tx_dropped;
		s->multicast += sum.side[i].multicast;
	}
	s->tx_dropped += sum.no_path;
	s->tx_carrier_errors = sum.no_path;
}

static int vfo_upper_one_mtu(struct vfo_lower *l, unsigned long mtu)
{
	return dev_set_mtu(l->dev, mtu);
}

static int vfo_upper_change_mtu(struct net_device *dev, int mtu)
{
	struct vfo_upper *u = netdev_priv(dev);
	int err = vfo_upper_both(u, vfo_upper_one_mtu, mtu, vfo_upper_one_mtu, dev->mtu);

	if (err)
		return err;
	WRITE_ONCE(dev->mtu, mtu);
	vfo_lower_again(u);
	return 0;
}

static int vfo_upper_one_mac(struct vfo_lower *l, unsigned long mac)
{
	return vfo_lower_set_mac(l->dev, (const u8 *)mac);
}

static int vfo_upper_set_mac(struct net_device *dev, void *p)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct sockaddr *addr = p;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	err = vfo_upper_both(u, vfo_upper_one_mac, (unsigned long)addr->sa_data,
			     vfo_upper_one_mac, (unsigned long)dev->dev_addr);
	if (err)
		return err;
	eth_hw_addr_set(dev, addr->sa_data);
	vfo_lower_again(u);
	return 0;
}

static int vfo_upper_add_vid(struct vfo_lower *l, unsigned long vid)
{
	return vlan_vid_add(l->dev, htons(ETH_P_8021Q), vid);
}

static int vfo_upper_del_vid(struct vfo_lower *l, unsigned long vid)
{
	vlan_vid_del(l->dev, htons(ETH_P_8021Q), vid);
	return 0;
}

static int vfo_upper_vlan_add(struct net_device *dev, __be16 proto, u16 vid)
{
	return vfo_upper_both(netdev_priv(dev), vfo_upper_add_vid, vid, vfo_upper_del_vid, vid);
}

static int vfo_upper_vlan_kill(struct net_device *dev, __be16 proto, u16 vid)
{
	return vfo_upper_both(netdev_priv(dev), vfo_upper_del_vid, vid, vfo_upper_del_vid, vid);
}

static void vfo_upper_rx_mode(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l;
	int i;

	rcu_read_lock();
	for (i = 0; i < VFO_SIDES; i++) {
		l = rcu_dereference(u->lower[i]);
		if (!l)
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
	int i;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l && vfo_lower_flags(u, l))
			netdev_warn(dev, "%s: promiscuous mode failed\n", l->dev->name);
	}
}

/* What both lowers can do, so that a switch changes nothing */
static netdev_features_t vfo_upper_fix_features(struct net_device *dev,
						netdev_features_t features)
{
	struct vfo_upper *u = netdev_priv(dev);
	netdev_features_t mask = features;
	struct vfo_lower *l;
	int i;

	features = (features & ~NETIF_F_ONE_FOR_ALL) | NETIF_F_ALL_FOR_ALL;
	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l)
			features = netdev_increment_features(features, l->dev->features, mask);
	}
	return netdev_add_tso_features(features, mask);
}

/**
 * vfo_upper_features() - a lower came, went or changed
 * @u: upper; RTNL
 */
void vfo_upper_features(struct vfo_upper *u)
{
	netdev_features_t vlan = VFO_FEATURES & NETIF_F_ALL_FOR_ALL;
	unsigned int max_size = GSO_MAX_SIZE, headroom = 0, i;
	unsigned short hard = ETH_HLEN;
	u16 max_segs = GSO_MAX_SEGS;
	struct vfo_lower *l;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (!l)
			continue;
		vlan = netdev_increment_features(vlan, l->dev->vlan_features, VFO_FEATURES);
		max_size = min(max_size, l->dev->gso_max_size);
		max_segs = min_t(u16, max_segs, l->dev->gso_max_segs);
		headroom = max_t(unsigned int, headroom, l->dev->needed_headroom);
		hard = max(hard, l->dev->hard_header_len);
	}
	u->dev->vlan_features = vlan;
	u->dev->hard_header_len = hard;
	u->dev->needed_headroom = headroom;
	netif_set_tso_max_segs(u->dev, max_segs);
	netif_set_tso_max_size(u->dev, max_size);
	netdev_update_features(u->dev);
}

static int vfo_upper_add_slave(struct net_device *dev, struct net_device *lower,
			       struct netlink_ext_ack *extack)
{
	return vfo_lower_enslave(netdev_priv(dev), lower, extack);
}

static int vfo_upper_del_slave(struct net_device *dev, struct net_device *lower)
{
	struct vfo_lower *l = vfo_main_lower(lower);

	if (!l || l->upper != dev)
		return -EINVAL;
	vfo_lower_release(netdev_priv(dev), l, false);
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
	INIT_DELAYED_WORK(&u->check, vfo_switch_check_work);
	INIT_DELAYED_WORK(&u->retry, vfo_switch_retry_work);
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
			vfo_lower_release(u, vfo_lower_rtnl(u, i), false);
	}
	list_del(&u->node);
	if (u->owned)
		vfo_owned_gone(u->owned);
	/* They never wait for RTNL */
	cancel_delayed_work_sync(&u->check);
	cancel_delayed_work_sync(&u->retry);
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
	.ndo_start_xmit		= vfo_upper_xmit,
	.ndo_get_stats64	= vfo_upper_stats64,
	.ndo_change_mtu		= vfo_upper_change_mtu,
	.ndo_set_mac_address	= vfo_upper_set_mac,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_rx_mode	= vfo_upper_rx_mode,
	.ndo_change_rx_flags	= vfo_upper_rx_flags,
	.ndo_vlan_rx_add_vid	= vfo_upper_vlan_add,
	.ndo_vlan_rx_kill_vid	= vfo_upper_vlan_kill,
	.ndo_fix_features	= vfo_upper_fix_features,
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
	dev->hw_features = VFO_FEATURES | NETIF_F_HW_VLAN_CTAG_FILTER;
	dev->features |= dev->hw_features | NETIF_F_GSO_SOFTWARE | NETIF_F_HW_VLAN_CTAG_TX |
			 NETIF_F_HW_VLAN_CTAG_RX;
	eth_hw_addr_random(dev);
}
