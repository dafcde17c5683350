// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit: from an skb to descriptors, and back from finished descriptors.
 *
 * One producer (xmit, under the queue's lock) and one consumer (NAPI). A frame
 * occupies the descriptors first..eop; only the first one's buffer entry tells
 * so, and it is written last, after the descriptors.
 */
#include <linux/bitfield.h>
#include <linux/dma-mapping.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "priv.h"
#include "txdesc.h"

#define VRG_NO_EOP	0xffff

/*
 * The most descriptors a frame takes: a context, the linear part and each
 * fragment, and one more for each full 16 KiB of at most 64 KiB.
 */
#define VRG_TX_NEEDED	(MAX_SKB_FRAGS + 2 + GSO_LEGACY_MAX_SIZE / VFP_TXD_MAX_DATA)

/* The shortest frame that the NIC takes, in bytes (TCTL.PSP is set) */
#define VRG_TX_MIN_LEN	17

struct vrg_tx_buf {
	struct sk_buff *skb;	/* in the first entry of a frame */
	dma_addr_t dma;
	u32 len;		/* mapped bytes, 0: none (a context) */
	u32 bytes;		/* first entry: what BQL was told */
	u16 segs;		/* first entry: frames on the wire */
	u16 eop;		/* first entry: last descriptor, or VRG_NO_EOP */
	bool page;		/* mapped by page (a fragment) */
};

/**
 * vrg_tx_alloc() - a transmit ring, empty
 * @netdev: its netdev
 * @dev: for DMA
 * @index: netdev queue number
 * @count: descriptors, a multiple of VRG_DESC_ALIGN
 *
 * Return: the ring, or NULL without memory.
 */
struct vrg_ring *vrg_tx_alloc(struct net_device *netdev, struct device *dev, u16 index,
			      u16 count)
{
	struct vrg_ring *ring;
	unsigned int i;

	/* The smallest ring takes the largest frame */
	BUILD_BUG_ON(VRG_TX_NEEDED >= VRG_MIN_DESC);

	ring = vrg_ring_alloc(netdev, dev, index, count, sizeof(union vfp_tx_desc));
	if (!ring)
		return NULL;
	ring->tx_buf = kvcalloc(count, sizeof(*ring->tx_buf), GFP_KERNEL);
	if (!ring->tx_buf) {
		vrg_ring_free(ring);
		return NULL;
	}
	for (i = 0; i < count; i++)
		ring->tx_buf[i].eop = VRG_NO_EOP;
	return ring;
}
EXPORT_SYMBOL_GPL(vrg_tx_alloc);

static void vrg_tx_unmap(struct vrg_ring *ring, struct vrg_tx_buf *buf)
{
	if (!buf->len)
		return;
	if (buf->page)
		dma_unmap_page(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	else
		dma_unmap_single(ring->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	buf->len = 0;
}

/**
 * vrg_tx_flush() - free all frames that were not sent
 * @ring: its queue is off and nobody transmits or polls
 */
void vrg_tx_flush(struct vrg_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->count; i++) {
		struct vrg_tx_buf *buf = &ring->tx_buf[i];

		vrg_tx_unmap(ring, buf);
		dev_kfree_skb_any(buf->skb);
		buf->skb = NULL;
		buf->eop = VRG_NO_EOP;
	}
	memset(ring->desc, 0, ring->size);
	ring->next_use = 0;
	ring->next_clean = 0;
	netdev_tx_reset_queue(netdev_get_tx_queue(ring->netdev, ring->index));
}

/**
 * vrg_tx_begin() - a ring is about to be used
 * @ring: empty; nobody transmits or polls
 *
 * Byte queue limits learn from completions, and begin with a limit of 0 whatever the queue's
 * least limit: after its first frame the queue would stop until that one is completed.
 */
void vrg_tx_begin(struct vrg_ring *ring)
{
#ifdef CONFIG_BQL
	struct dql *dql = &netdev_get_tx_queue(ring->netdev, ring->index)->dql;

	/* Nothing was completed, but the least limit is looked at */
	if (READ_ONCE(dql->min_limit))
		dql_completed(dql, 0);
#endif
}

/**
 * vrg_tx_free() - free a ring
 * @ring: flushed, or NULL
 */
void vrg_tx_free(struct vrg_ring *ring)
{
	if (!ring)
		return;
	kvfree(ring->tx_buf);
	vrg_ring_free(ring);
}
EXPORT_SYMBOL_GPL(vrg_tx_free);

/**
 * vrg_tx_pending() - is a frame not yet completed?
 * @ring: transmit ring
 *
 * Return: true as long as the NIC or the next poll has something to do.
 */
bool vrg_tx_pending(const struct vrg_ring *ring)
{
	return READ_ONCE(ring->next_clean) != READ_ONCE(ring->next_use);
}
EXPORT_SYMBOL_GPL(vrg_tx_pending);

/**
 * vrg_tx_done() - has the NIC sent the frame that is to be completed next?
 * @ring: transmit ring
 *
 * Return: true if so, and the next poll takes it.
 */
bool vrg_tx_done(const struct vrg_ring *ring)
{
	const union vfp_tx_desc *desc = ring->desc;
	u16 eop = READ_ONCE(ring->tx_buf[READ_ONCE(ring->next_clean)].eop);

	return eop != VRG_NO_EOP && (READ_ONCE(desc[eop].wb.status) & cpu_to_le32(TXD_STAT_DD));
}

/*
 * Segmentation: the headers become a template. The TCP checksum field gets the
 * pseudo header's sum without length; the NIC does the rest for each segment.
 */
static int vrg_tx_tso(struct sk_buff *skb, struct vrg_tx_offload *o)
{
	struct tcphdr *th;
	int err;

	err = skb_cow_head(skb, 0);
	if (err)
		return err;

	th = tcp_hdr(skb);
	if (ip_hdr(skb)->version == 4) {
		struct iphdr *iph = ip_hdr(skb);

		o->ipv4 = true;
		iph->tot_len = 0;
		iph->check = 0;
		th->check = ~csum_tcpudp_magic(iph->saddr, iph->daddr, 0, IPPROTO_TCP, 0);
	} else {
		ipv6_hdr(skb)->payload_len = 0;
		tcp_v6_gso_csum_prep(skb);
	}
	o->tso = true;
	o->l4_proto = IPPROTO_TCP;
	o->l4_len = tcp_hdrlen(skb);
	o->mss = skb_shinfo(skb)->gso_size;
	return 0;
}

/* Which L4 protocol a CHECKSUM_PARTIAL frame carries; 0: none the NIC can sum */
static u8 vrg_tx_csum_proto(const struct sk_buff *skb)
{
	switch (skb->csum_offset) {
	case offsetof(struct tcphdr, check):
		return IPPROTO_TCP;
	case offsetof(struct udphdr, check):
		return IPPROTO_UDP;
	case offsetof(struct sctphdr, checksum):
		return skb_csum_is_sctp((struct sk_buff *)skb) ? IPPROTO_SCTP : 0;
	default:
		return 0;
	}
}

static int vrg_tx_csum(struct sk_buff *skb, struct vrg_tx_offload *o)
{
	u8 proto = vrg_tx_csum_proto(skb);
	int err;

	if (!proto)
		return skb_checksum_help(skb);
	/*
	 * The emulated NIC writes the sum it made back into our memory. A frame
	 * flooded by a bridge shares its header with its copies, and a copy that
	 * leaves by software would sum up the finished sum: unshare it.
	 */
	err = skb_cow_head(skb, 0);
	if (err)
		return err;
	o->csum = true;
	o->l4_proto = proto;
	o->ipv4 = ip_hdr(skb)->version == 4;
	return 0;
}

static int vrg_tx_offload(struct sk_buff *skb, struct vrg_tx_offload *o)
{
	int err = 0;

	if (skb_vlan_tag_present(skb)) {
		o->vlan = true;
		o->vlan_tci = skb_vlan_tag_get(skb);
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		err = skb_is_gso(skb) ? vrg_tx_tso(skb, o) : vrg_tx_csum(skb, o);
	if (err)
		return err;

	o->mac_len = ETH_HLEN;
	if (o->tso || o->csum) {
		o->mac_len = skb_network_offset(skb);
		o->ip_len = skb_transport_offset(skb) - skb_network_offset(skb);
	}
	return 0;
}

/* One piece of memory, in as many descriptors as it takes. Returns the next index. */
static u16 vrg_tx_piece(struct vrg_ring *ring, u16 i, dma_addr_t dma, u32 len, u32 cmd,
			u32 olinfo)
{
	union vfp_tx_desc *desc = ring->desc;

	while (len) {
		u32 n = min_t(u32, len, VFP_TXD_MAX_DATA);

		desc[i].read.addr = cpu_to_le64(dma);
		desc[i].read.cmd_type_len = cpu_to_le32(cmd | n);
		desc[i].read.olinfo_status = cpu_to_le32(olinfo);
		dma += n;
		len -= n;
		i = vrg_next(ring, i);
	}
	return i;
}

static u16 vrg_prev(const struct vrg_ring *ring, u16 i)
{
	return i ? i - 1 : ring->count - 1;
}

/* Undo the mappings of [first, end) */
static void vrg_tx_unwind(struct vrg_ring *ring, u16 first, u16 end)
{
	while (end != first) {
		end = vrg_prev(ring, end);
		vrg_tx_unmap(ring, &ring->tx_buf[end]);
	}
}

/*
 * A frame that asks for a time stamp gets it if its owner has one to give. It is asked when
 * nothing can fail any more: what it keeps of the frame is for one that is sent.
 */
static void vrg_tx_stamp(struct vrg_ring *ring, struct sk_buff *skb, u16 first, u16 end)
{
	union vfp_tx_desc *desc = ring->desc;

	if (likely(!(skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP)) || !ring->tx_stamp ||
	    !ring->tx_stamp(ring, skb))
		return;
	/* A context has no address of a buffer, and knows no such bit */
	for (; first != end; first = vrg_next(ring, first)) {
		if (ring->tx_buf[first].len)
			desc[first].read.cmd_type_len |= cpu_to_le32(TXD_CMD_TSTAMP);
	}
}

/* Map and describe the frame. Returns the index after it, or an error. */
static int vrg_tx_map(struct vrg_ring *ring, struct sk_buff *skb, u16 first,
		      const struct vrg_tx_offload *o)
{
	union vfp_tx_desc *desc = ring->desc;
	u32 olinfo = vrg_txdesc_olinfo(o, skb->len);
	u32 cmd = vrg_txdesc_cmd(o);
	struct vrg_tx_buf *buf;
	dma_addr_t dma;
	unsigned int f;
	u16 i = first;

	if (vrg_txdesc_needs_ctx(o)) {
		vrg_txdesc_ctx(o, &desc[i].ctx);
		i = vrg_next(ring, i);
	}
	/* An empty linear part has no descriptor: the NIC drops a frame with one */
	if (skb_headlen(skb)) {
		dma = dma_map_single(ring->dev, skb->data, skb_headlen(skb), DMA_TO_DEVICE);
		if (dma_mapping_error(ring->dev, dma))
			goto err;
		buf = &ring->tx_buf[i];
		buf->dma = dma;
		buf->len = skb_headlen(skb);
		buf->page = false;
		i = vrg_tx_piece(ring, i, dma, buf->len, cmd, olinfo);
	}
	for (f = 0; f < skb_shinfo(skb)->nr_frags; f++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[f];
		u32 len = skb_frag_size(frag);

		if (!len)
			continue;
		dma = skb_frag_dma_map(ring->dev, frag, 0, len, DMA_TO_DEVICE);
		if (dma_mapping_error(ring->dev, dma))
			goto err;
		buf = &ring->tx_buf[i];
		buf->dma = dma;
		buf->len = len;
		buf->page = true;
		i = vrg_tx_piece(ring, i, dma, len, cmd, olinfo);
	}
	return i;

err:
	vrg_tx_unwind(ring, first, i);
	return -ENOMEM;
}

static void vrg_tx_count_drop(struct vrg_ring *ring)
{
	u64_stats_update_begin(&ring->syncp);
	ring->stats.drops++;
	u64_stats_update_end(&ring->syncp);
}

static void vrg_tx_doorbell(struct vrg_ring *ring)
{
	/* Descriptors are in memory before the NIC is told of them */
	wmb();
	if (ring->tail)
		writel(ring->next_use, ring->tail);
}

/**
 * vrg_tx_kick() - no further frame of a batch comes: the NIC is told of those it has
 * @ring: of the batch's queue
 *
 * For an owner whose ndo_start_xmit hasn't passed the last frame on to vrg_tx_xmit().
 */
void vrg_tx_kick(struct vrg_ring *ring)
{
	if (!netdev_xmit_more())
		vrg_tx_doorbell(ring);
}
EXPORT_SYMBOL_GPL(vrg_tx_kick);

/* Stop the queue when the largest frame might not fit, unless NAPI just made room */
static void vrg_tx_maybe_stop(struct vrg_ring *ring, struct netdev_queue *txq)
{
	if (likely(vrg_unused(ring) >= VRG_TX_NEEDED))
		return;
	netif_tx_stop_queue(txq);
	/* Pairs with the barrier in vrg_tx_wake(): one of both sees the other */
	smp_mb();
	if (vrg_unused(ring) >= VRG_TX_NEEDED)
		netif_tx_start_queue(txq);
}

/**
 * vrg_tx_xmit() - ndo_start_xmit for a ring
 * @skb: frame
 * @ring: the ring of the skb's queue
 *
 * Return: NETDEV_TX_OK (sent, or dropped and counted) or NETDEV_TX_BUSY.
 */
netdev_tx_t vrg_tx_xmit(struct sk_buff *skb, struct vrg_ring *ring)
{
	struct netdev_queue *txq = netdev_get_tx_queue(ring->netdev, ring->index);
	struct vrg_tx_offload o = {};
	union vfp_tx_desc *desc = ring->desc;
	u16 first = ring->next_use;
	struct vrg_tx_buf *buf;
	bool kick;
	u32 bytes;
	u16 segs;
	int next;

	if (unlikely(vrg_unused(ring) < VRG_TX_NEEDED)) {
		/* Unless there is room by now */
		vrg_tx_maybe_stop(ring, txq);
		if (netif_tx_queue_stopped(txq))
			return NETDEV_TX_BUSY;
	}
	/*
	 * The NIC pads the rest of the way (TCTL.PSP). Padded by us, a short frame whose checksum
	 * the emulated NIC makes would have one over the padding, too. Frees the skb on failure.
	 */
	if (skb_put_padto(skb, VRG_TX_MIN_LEN)) {
		vrg_tx_count_drop(ring);
		goto out_kick;
	}
	if (vrg_tx_offload(skb, &o))
		goto drop;
	next = vrg_tx_map(ring, skb, first, &o);
	if (next < 0)
		goto drop;
	vrg_tx_stamp(ring, skb, first, next);

	/* What goes out, counted as the wire sees it */
	segs = o.tso ? skb_shinfo(skb)->gso_segs : 1;
	bytes = skb->len;
	if (o.tso)
		bytes += (segs - 1) * (skb_transport_offset(skb) + o.l4_len);

	desc[vrg_prev(ring, next)].read.cmd_type_len |= cpu_to_le32(TXD_CMD_EOP | TXD_CMD_RS);

	u64_stats_update_begin(&ring->syncp);
	ring->stats.packets += segs;
	ring->stats.bytes += bytes;
	ring->stats.tso += o.tso;
	u64_stats_update_end(&ring->syncp);

	skb_tx_timestamp(skb);

	buf = &ring->tx_buf[first];
	buf->skb = skb;
	buf->bytes = bytes;
	buf->segs = segs;
	/* A NIC that says it is sent before it was told of it must find it counted */
	kick = __netdev_tx_sent_queue(txq, bytes, netdev_xmit_more());
	/* NAPI looks at the entry once it has an EOP: descriptors come first */
	smp_wmb();
	WRITE_ONCE(buf->eop, vrg_prev(ring, next));
	WRITE_ONCE(ring->next_use, next);

	vrg_tx_maybe_stop(ring, txq);
	if (kick || netif_tx_queue_stopped(txq))
		vrg_tx_doorbell(ring);
	return NETDEV_TX_OK;

drop:
	dev_kfree_skb_any(skb);
	vrg_tx_count_drop(ring);
out_kick:
	/* Frames before this one may wait for its doorbell */
	vrg_tx_kick(ring);
	return NETDEV_TX_OK;
}
EXPORT_SYMBOL_GPL(vrg_tx_xmit);

/*
 * Carrier or none: without it the stack gives us no frames, and when it is back nobody
 * else would wake the queue. The xmit lock is for vrg_stop_tx(); netpoll may have it already,
 * and a poll proper follows its.
 */
static void vrg_tx_wake(struct vrg_ring *ring, struct netdev_queue *txq, int budget)
{
	/* Pairs with the barrier in vrg_tx_maybe_stop() */
	smp_mb();
	if (!netif_tx_queue_stopped(txq) ||
	    vrg_unused(ring) < vrg_tx_wake_level(ring->count, VRG_TX_NEEDED))
		return;
	if (budget)
		__netif_tx_lock(txq, smp_processor_id());
	else if (!__netif_tx_trylock(txq))
		return;
	if (READ_ONCE(ring->vec->state) == VRG_UP) {
		netif_tx_wake_queue(txq);
		/* A 64-bit counter with one writer: NAPI. The others are xmit's, with syncp. */
		WRITE_ONCE(ring->stats.restarts, ring->stats.restarts + 1);
	}
	__netif_tx_unlock(txq);
}

/**
 * vrg_tx_clean() - free frames the NIC has sent
 * @ring: transmit ring
 * @budget: NAPI's, 0 from netpoll
 *
 * Return: false when it stopped before the ring was looked through.
 */
bool vrg_tx_clean(struct vrg_ring *ring, int budget)
{
	struct netdev_queue *txq = netdev_get_tx_queue(ring->netdev, ring->index);
	union vfp_tx_desc *desc = ring->desc;
	unsigned int limit = 256;
	u32 frames = 0, bytes = 0;
	u16 i = ring->next_clean;

	while (limit--) {
		struct vrg_tx_buf *first = &ring->tx_buf[i];
		u16 eop = READ_ONCE(first->eop);

		if (eop == VRG_NO_EOP)
			break;
		/* Pairs with smp_wmb() in vrg_tx_xmit() */
		smp_rmb();
		if (!(READ_ONCE(desc[eop].wb.status) & cpu_to_le32(TXD_STAT_DD)))
			break;

		frames += first->segs;
		bytes += first->bytes;
		napi_consume_skb(first->skb, budget);
		first->skb = NULL;
		WRITE_ONCE(first->eop, VRG_NO_EOP);
		for (;;) {
			vrg_tx_unmap(ring, &ring->tx_buf[i]);
			if (i == eop)
				break;
			i = vrg_next(ring, i);
		}
		i = vrg_next(ring, i);
	}
	WRITE_ONCE(ring->next_clean, i);
	if (frames)
		netdev_tx_completed_queue(txq, frames, bytes);
	/* Or somebody else has made room while it couldn't be woken */
	if (frames || netif_tx_queue_stopped(txq))
		vrg_tx_wake(ring, txq, budget);
	return limit != UINT_MAX;
}

/**
 * vrg_features_check() - ndo_features_check
 * @skb: frame
 * @netdev: not used
 * @features: what the stack would leave to the NIC
 *
 * Return: @features without what the descriptor's fields can't hold for @skb.
 */
netdev_features_t vrg_features_check(struct sk_buff *skb, struct net_device *netdev,
				     netdev_features_t features)
{
	int mac_len = skb_network_offset(skb), ip_len;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return features;
	/* The transport header is set by the stack after this, to where the sum starts */
	ip_len = skb_checksum_start_offset(skb) - mac_len;
	/* No tunnels: the emulated NIC parses the outermost headers by itself */
	if (skb->encapsulation || mac_len < 0 || mac_len > FIELD_MAX(TXC_MACLEN) ||
	    ip_len < 0 || ip_len > FIELD_MAX(TXC_IPLEN))
		return features & ~(NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC | NETIF_F_GSO_MASK);
	return features;
}
EXPORT_SYMBOL_GPL(vrg_features_check);
