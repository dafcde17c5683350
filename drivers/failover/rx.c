// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving: which frames of a lower are the upper's.
 */
#include "failover.h"

static void vfo_rx_count(struct vfo_upper *u, u64 offset_of_counter)
{
	struct vfo_pcpu *c = this_cpu_ptr(u->pcpu);

	u64_stats_update_begin(&c->syncp);
	(*(u64 *)((u8 *)c + offset_of_counter))++;
	u64_stats_update_end(&c->syncp);
}

static void vfo_rx_take(struct vfo_upper *u, enum vfo_side side, const struct sk_buff *skb)
{
	struct vfo_pcpu *c = this_cpu_ptr(u->pcpu);

	u64_stats_update_begin(&c->syncp);
	c->side[side].rx_packets++;
	c->side[side].rx_bytes += skb->len;
	c->side[side].multicast += skb->pkt_type == PACKET_MULTICAST;
	u64_stats_update_end(&c->syncp);
}

/* Sent by us, or through us by somebody above: a macvlan, a station behind a bridge */
static bool vfo_rx_is_own(struct vfo_upper *u, const struct sk_buff *skb)
{
	const struct ethhdr *eth = eth_hdr(skb);
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;

	if (ether_addr_equal_64bits(eth->h_source, u->dev->dev_addr))
		return true;
	return vfo_sources_echo(&u->sources, eth->h_source, vid, jiffies);
}

/**
 * vfo_rx_handler() - a lower has received a frame
 * @pskb: frame
 *
 * Unicast is taken from either lower at any time: during a switch it comes by both.
 * Multicast comes by both all the time (the host's bridge and the NIC each copy it), so
 * it is taken from the active path alone. What we sent ourselves is dropped: the NIC
 * gives a multicast back to its sender, by one path or the other.
 *
 * Return: RX_HANDLER_ANOTHER with the upper as the receiver, RX_HANDLER_EXACT for what
 * isn't for it (captures on the lower see it).
 */
rx_handler_result_t vfo_rx_handler(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vfo_lower *l = rcu_dereference(skb->dev->rx_handler_data);
	struct vfo_upper *u = netdev_priv(l->upper);
	const struct ethhdr *eth;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	*pskb = skb;

	eth = eth_hdr(skb);
	if (is_multicast_ether_addr(eth->h_dest)) {
		if (vfo_rx_is_own(u, skb)) {
			vfo_rx_count(u, offsetof(struct vfo_pcpu, own_dropped));
			return RX_HANDLER_EXACT;
		}
		if (rcu_access_pointer(u->active) != l) {
			vfo_rx_count(u, offsetof(struct vfo_pcpu, inactive_dropped));
			return RX_HANDLER_EXACT;
		}
	}
	if (unlikely(!(l->upper->flags & IFF_UP)))
		return RX_HANDLER_EXACT;
	vfo_rx_take(u, l->side, skb);
	skb->dev = l->upper;
	return RX_HANDLER_ANOTHER;
}
