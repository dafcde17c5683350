// SPDX-License-Identifier: GPL-2.0
/*
 * Sending: which lower takes a frame.
 */
#include <linux/netpoll.h>
#include <net/sch_generic.h>

#include "busy.h"
#include "failover.h"

/*
 * What a qdisc drops nobody else counts. All else the lower does: an errno is the stack's, a drop
 * below no qdisc the driver's.
 */
static bool vfo_tx_dropped(const struct net_device *lower, int ret)
{
	const struct Qdisc *q = rcu_dereference_bh(netdev_get_tx_queue(lower, 0)->qdisc);

	return ret > 0 && q && q->enqueue;
}

static void vfo_tx_count(struct vfo_upper *u, const struct vfo_lower *l, unsigned int len, int ret,
			 bool busy)
{
	bool ok = ret == NET_XMIT_SUCCESS || ret == NET_XMIT_CN;
	bool dropped = !ok && vfo_tx_dropped(l->dev, ret);
	struct vfo_pcpu *c = this_cpu_ptr(u->pcpu);

	u64_stats_update_begin(&c->syncp);
	if (ok) {
		c->side[l->side].tx_packets++;
		c->side[l->side].tx_bytes += len;
	}
	c->side[l->side].tx_dropped += dropped;
	c->queue_busy += busy;
	u64_stats_update_end(&c->syncp);
}

static void vfo_tx_no_path(struct vfo_upper *u, struct sk_buff *skb)
{
	struct vfo_pcpu *c = this_cpu_ptr(u->pcpu);

	u64_stats_update_begin(&c->syncp);
	c->no_path++;
	u64_stats_update_end(&c->syncp);
	dev_kfree_skb_any(skb);
}

/*
 * Somebody else sends through us: what the NIC gives back of it has to be known, and after a move
 * it has to be announced.
 */
static void vfo_tx_note_source(struct vfo_upper *u, const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;

	if (unlikely(!ether_addr_equal(eth->h_source, u->dev->dev_addr)))
		vfo_sources_note(&u->sources, eth->h_source, vid, jiffies);
}

/* The queue of a lower for a frame, by the upper's queue that the stack has chosen for it */
static u16 vfo_tx_queue(const struct net_device *lower, const struct sk_buff *skb)
{
	unsigned int num = READ_ONCE(lower->real_num_tx_queues);

	return num > 1 ? skb_get_queue_mapping(skb) % num : 0;
}

/*
 * The lower for this frame: the active one, or the synthetic one when the VF can't take
 * it now. Its loss is noticed here, with the first frame that meets it.
 */
static struct vfo_lower *vfo_tx_choose(struct vfo_upper *u, const struct sk_buff *skb, bool *busy)
{
	struct vfo_lower *l = rcu_dereference_bh(u->active), *other;
	struct netdev_queue *txq;
	bool lost;

	if (!l || l->side == VFO_SYNTHETIC)
		return l;
	lost = !netif_running(l->dev) || !netif_carrier_ok(l->dev);
	if (lost)
		vfo_switch_lost(u);
	txq = netdev_get_tx_queue(l->dev, vfo_tx_queue(l->dev, skb));
	if (likely(!lost && !vfo_busy(txq, jiffies)))
		return l;
	other = rcu_dereference_bh(u->lower[VFO_SYNTHETIC]);
	if (!other || !netif_running(other->dev) || !netif_carrier_ok(other->dev))
		return l;
	*busy = !lost;
	return other;
}

/**
 * vfo_tx_xmit() - ndo_start_xmit
 * @skb: frame
 * @dev: upper
 *
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t vfo_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	unsigned int len = skb->len;
	struct vfo_lower *l;
	bool busy = false;
	int ret;

	vfo_tx_note_source(u, skb);
	l = vfo_tx_choose(u, skb, &busy);
	if (!l) {
		vfo_tx_no_path(u, skb);
		return NETDEV_TX_OK;
	}
	/* A recorded queue is what the stack takes over when it chooses once more, for the lower */
	skb_record_rx_queue(skb, vfo_tx_queue(l->dev, skb));
	skb->dev = l->dev;
	ret = unlikely(netpoll_tx_running(dev)) ? vfo_netpoll_send(l, skb) : dev_queue_xmit(skb);
	vfo_tx_count(u, l, len, ret, busy);
	return NETDEV_TX_OK;
}
