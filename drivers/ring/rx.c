// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: pages from a page_pool that the NIC fills, made into skbs in place.
 *
 * A buffer is one page: headroom, VRG_RX_BUF_LEN bytes for the NIC, room for
 * skb_shared_info. A frame larger than that takes further buffers as fragments,
 * so a change of MTU never needs larger pages.
 */
#include <linux/bitfield.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "priv.h"

#define VRG_RX_HEADROOM		(NET_SKB_PAD + NET_IP_ALIGN)
#define VRG_RX_BUF_LEN		3072U	/* SRRCTL.BSIZEPKT counts KiB */
#define VRG_RX_BATCH		16	/* buffers given at once */
/* With fewer a frame of the largest size might wait for ever for those it needs */
#define VRG_RX_LOW		(DIV_ROUND_UP(VFP_MAX_FRAME, VRG_RX_BUF_LEN) + 1)
/* Buffers that a poll takes at most for each frame of its budget, should no frame end */
#define VRG_RX_BUFS		4

struct vrg_rx_buf {
	struct page *page;
};

/**
 * vrg_rx_alloc() - a receive ring, without buffers yet
 * @netdev: its netdev
 * @dev: for DMA
 * @napi: who polls it
 * @index: netdev queue number
 * @count: descriptors, a multiple of VRG_DESC_ALIGN
 *
 * Return: the ring, or NULL without memory.
 */
struct vrg_ring *vrg_rx_alloc(struct net_device *netdev, struct device *dev,
			      struct napi_struct *napi, u16 index, u16 count)
{
	struct page_pool_params pp = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = count,
		.nid = NUMA_NO_NODE,
		.dev = dev,
		.dma_dir = DMA_FROM_DEVICE,
		.offset = VRG_RX_HEADROOM,
		.max_len = VRG_RX_BUF_LEN,
	};
	struct vrg_ring *ring;

	BUILD_BUG_ON(VRG_RX_HEADROOM + VRG_RX_BUF_LEN > SKB_WITH_OVERHEAD(PAGE_SIZE));

	ring = vrg_ring_alloc(netdev, dev, index, count, sizeof(union vfp_rx_desc));
	if (!ring)
		return NULL;
	ring->buf_len = VRG_RX_BUF_LEN;
	ring->rx_buf = kvcalloc(count, sizeof(*ring->rx_buf), GFP_KERNEL);
	if (!ring->rx_buf)
		goto err_ring;
	vfp_page_pool_set_napi(&pp, napi);
	ring->pool = page_pool_create(&pp);
	if (IS_ERR(ring->pool))
		goto err_buf;
	return ring;

err_buf:
	kvfree(ring->rx_buf);
err_ring:
	vrg_ring_free(ring);
	return NULL;
}
EXPORT_SYMBOL_GPL(vrg_rx_alloc);

static void vrg_rx_drop_partial(struct vrg_ring *ring)
{
	dev_kfree_skb_any(ring->skb);
	ring->skb = NULL;
}

/**
 * vrg_rx_reset() - take all buffers back: as after vrg_rx_alloc()
 * @ring: its queue is off and nobody polls
 */
void vrg_rx_reset(struct vrg_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->count; i++) {
		if (!ring->rx_buf[i].page)
			continue;
		page_pool_put_full_page(ring->pool, ring->rx_buf[i].page, false);
		ring->rx_buf[i].page = NULL;
	}
	vrg_rx_drop_partial(ring);
	ring->skip = false;
	memset(ring->desc, 0, ring->size);
	ring->next_use = 0;
	ring->next_clean = 0;
}

/**
 * vrg_rx_free() - free a ring and its buffers
 * @ring: its queue is off and nobody polls; or NULL
 */
void vrg_rx_free(struct vrg_ring *ring)
{
	if (!ring)
		return;
	vrg_rx_reset(ring);
	page_pool_destroy(ring->pool);
	kvfree(ring->rx_buf);
	vrg_ring_free(ring);
}
EXPORT_SYMBOL_GPL(vrg_rx_free);

/**
 * vrg_rx_fill() - give the NIC all the buffers it lacks
 * @ring: receive ring; the queue is on (it ignores its tail before)
 *
 * Return: 0, or -ENOMEM when it has too few for a frame of the largest size afterwards.
 */
int vrg_rx_fill(struct vrg_ring *ring)
{
	union vfp_rx_desc *desc = ring->desc;
	u16 left = vrg_unused(ring);
	u16 i = ring->next_use;
	u64 failed = 0;

	while (left) {
		struct page *page = page_pool_dev_alloc_pages(ring->pool);

		if (unlikely(!page)) {
			failed = 1;
			break;
		}
		ring->rx_buf[i].page = page;
		desc[i].read.pkt_addr = cpu_to_le64(page_pool_get_dma_addr(page) + VRG_RX_HEADROOM);
		/* Shares its place with the DD bit: clears it */
		desc[i].read.hdr_addr = 0;
		i = vrg_next(ring, i);
		left--;
	}
	if (failed) {
		u64_stats_update_begin(&ring->syncp);
		ring->stats.alloc_fail += failed;
		u64_stats_update_end(&ring->syncp);
	}
	if (i != ring->next_use) {
		WRITE_ONCE(ring->next_use, i);
		/* Descriptors are in memory before the NIC is told of them */
		wmb();
		if (ring->tail)
			writel(i, ring->tail);
	}
	return ring->count - 1 - vrg_unused(ring) < VRG_RX_LOW ? -ENOMEM : 0;
}

static u32 vrg_rx_status(const struct vrg_ring *ring, u16 i)
{
	const union vfp_rx_desc *desc = ring->desc;

	return le32_to_cpu(READ_ONCE(desc[i].wb.status_error));
}

/**
 * vrg_rx_pending() - has the NIC a finished frame that was not polled yet?
 * @ring: receive ring
 *
 * Return: true if so.
 */
bool vrg_rx_pending(const struct vrg_ring *ring)
{
	u16 clean = READ_ONCE(ring->next_clean);

	return clean != READ_ONCE(ring->next_use) && (vrg_rx_status(ring, clean) & RXD_STAT_DD);
}
EXPORT_SYMBOL_GPL(vrg_rx_pending);

/* Append the buffer to the frame in progress, or start one. False: it can't be done. */
static bool vrg_rx_add(struct vrg_ring *ring, struct page *page, u16 len)
{
	struct sk_buff *skb = ring->skb;

	/* What a NIC that works never says */
	if (unlikely(!len || len > ring->buf_len))
		return false;
	dma_sync_single_range_for_cpu(ring->dev, page_pool_get_dma_addr(page), VRG_RX_HEADROOM,
				      len, DMA_FROM_DEVICE);
	if (skb) {
		if (unlikely(skb_shinfo(skb)->nr_frags >= MAX_SKB_FRAGS))
			return false;
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, VRG_RX_HEADROOM, len,
				PAGE_SIZE);
		return true;
	}
	skb = napi_build_skb(page_address(page), PAGE_SIZE);
	if (unlikely(!skb))
		return false;
	skb_mark_for_recycle(skb);
	skb_reserve(skb, VRG_RX_HEADROOM);
	__skb_put(skb, len);
	ring->skb = skb;
	return true;
}

static void vrg_rx_checksum(struct vrg_ring *ring, struct sk_buff *skb, u32 status, bool *bad)
{
	if (!(ring->netdev->features & NETIF_F_RXCSUM))
		return;
	if (status & (RXD_ERR_L4E | RXD_ERR_IPE)) {
		/* Let the stack find out by itself */
		*bad = true;
		return;
	}
	if (status & (RXD_STAT_L4CS | RXD_STAT_UDPCS))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
}

struct vrg_rx_sums {
	u32 packets, bytes, drops, csum_err, filtered, multicast;
};

/* The frame is complete: hand it up */
static void vrg_rx_deliver(struct vrg_ring *ring, struct napi_struct *napi,
			   const union vfp_rx_desc *desc, u32 status, struct vrg_rx_sums *sums)
{
	struct sk_buff *skb = ring->skb;
	bool bad_csum = false;
	u32 len = skb->len;

	ring->skb = NULL;
	if (unlikely((status & RXD_ERR_FRAME) || skb_headlen(skb) < ETH_HLEN)) {
		sums->drops++;
		napi_consume_skb(skb, 1);
		return;
	}
	vrg_rx_checksum(ring, skb, status, &bad_csum);
	sums->csum_err += bad_csum;
	if ((ring->netdev->features & NETIF_F_RXHASH) &&
	    (le16_to_cpu(desc->wb.pkt_info) & RXD_RSS_TYPE))
		skb_set_hash(skb, le32_to_cpu(desc->wb.rss), PKT_HASH_TYPE_L3);
	if (status & RXD_STAT_VP)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), le16_to_cpu(desc->wb.vlan));
	if (unlikely(status & RXD_STAT_TS) && ring->rx_stamp)
		ring->rx_stamp(ring, skb);
	skb_record_rx_queue(skb, ring->index);
	skb->protocol = eth_type_trans(skb, ring->netdev);
	if (ring->filter && ring->filter(ring, skb)) {
		sums->filtered++;
		napi_consume_skb(skb, 1);
		return;
	}
	sums->packets++;
	sums->bytes += len;
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		sums->multicast++;
	napi_gro_receive(napi, skb);
}

/* One buffer that the NIC has filled */
static void vrg_rx_take(struct vrg_ring *ring, struct napi_struct *napi, u16 i, u32 status,
			struct vrg_rx_sums *sums)
{
	const union vfp_rx_desc *desc = &((const union vfp_rx_desc *)ring->desc)[i];
	struct page *page = ring->rx_buf[i].page;
	bool eop = status & RXD_STAT_EOP;

	ring->rx_buf[i].page = NULL;
	if (ring->skip || !vrg_rx_add(ring, page, le16_to_cpu(READ_ONCE(desc->wb.length)))) {
		/* Whole, or not at all: its rest would pass for a frame of its own */
		sums->drops += !ring->skip;
		ring->skip = !eop;
		page_pool_put_full_page(ring->pool, page, true);
		vrg_rx_drop_partial(ring);
	} else if (eop) {
		vrg_rx_deliver(ring, napi, desc, status, sums);
	}
}

/**
 * vrg_rx_poll() - take received frames
 * @ring: receive ring
 * @napi: who polls
 * @budget: frames at most
 *
 * Return: frames taken; @budget as well when the ring lacks buffers, so that the poll is
 * repeated until there is memory.
 */
int vrg_rx_poll(struct vrg_ring *ring, struct napi_struct *napi, int budget)
{
	int frames = 0, bufs = budget * VRG_RX_BUFS;
	struct vrg_rx_sums sums = {};
	bool starved = false;

	while (frames < budget && bufs--) {
		u16 i = ring->next_clean;
		u32 status;

		if (i == ring->next_use)
			break;
		status = vrg_rx_status(ring, i);
		if (!(status & RXD_STAT_DD))
			break;
		/* The rest of the descriptor is read after DD */
		dma_rmb();
		vrg_rx_take(ring, napi, i, status, &sums);
		if (status & RXD_STAT_EOP)
			frames++;
		WRITE_ONCE(ring->next_clean, vrg_next(ring, i));
		if (vrg_unused(ring) >= VRG_RX_BATCH)
			starved = vrg_rx_fill(ring) == -ENOMEM;
	}
	/* Also of a poll before this one */
	if (ring->count - 1 - vrg_unused(ring) < VRG_RX_LOW)
		starved = vrg_rx_fill(ring) == -ENOMEM;

	u64_stats_update_begin(&ring->syncp);
	ring->stats.packets += sums.packets;
	ring->stats.bytes += sums.bytes;
	ring->stats.drops += sums.drops;
	ring->stats.csum_err += sums.csum_err;
	ring->stats.filtered += sums.filtered;
	ring->stats.multicast += sums.multicast;
	u64_stats_update_end(&ring->syncp);
	return starved || bufs < 0 ? budget : frames;
}
