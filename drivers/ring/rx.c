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
	memset(ring->desc, 0, ring->size);
	ring->next_use = 0;
	ring->next_clean = 0;
}
EXPORT_SYMBOL_GPL(vrg_rx_reset);

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
 * Return: 0, or -ENOMEM when the ring is entirely empty afterwards.
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
	return ring->next_use == ring->next_clean ? -ENOMEM : 0;
}
EXPORT_SYMBOL_GPL(vrg_rx_fill);

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

/* Append the buffer to the frame in progress, or start one. False: it was dropped. */
static bool vrg_rx_add(struct vrg_ring *ring, struct page *page, u16 len)
{
	struct sk_buff *skb = ring->skb;

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

	ring->skb = NULL;
	if (unlikely((status & RXD_ERR_FRAME) || skb->len < ETH_HLEN)) {
		sums->drops++;
		napi_consume_skb(skb, 1);
		return;
	}
	sums->packets++;
	sums->bytes += skb->len;
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
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		sums->multicast++;
	if (ring->filter && ring->filter(ring, skb)) {
		sums->filtered++;
		napi_consume_skb(skb, 1);
		return;
	}
	napi_gro_receive(napi, skb);
}

/**
 * vrg_rx_poll() - take received frames
 * @ring: receive ring
 * @napi: who polls
 * @budget: frames at most
 *
 * Return: frames taken; @budget as well when the ring lacks all buffers, so that
 * the poll is repeated until there is memory.
 */
int vrg_rx_poll(struct vrg_ring *ring, struct napi_struct *napi, int budget)
{
	union vfp_rx_desc *desc = ring->desc;
	struct vrg_rx_sums sums = {};
	bool starved = false;
	int frames = 0;

	while (frames < budget) {
		u16 i = ring->next_clean;
		struct page *page;
		u32 status;
		u16 len;

		if (i == ring->next_use)
			break;
		status = vrg_rx_status(ring, i);
		if (!(status & RXD_STAT_DD))
			break;
		/* The rest of the descriptor is read after DD */
		dma_rmb();
		len = le16_to_cpu(desc[i].wb.length);
		page = ring->rx_buf[i].page;
		ring->rx_buf[i].page = NULL;

		dma_sync_single_range_for_cpu(ring->dev, page_pool_get_dma_addr(page),
					      VRG_RX_HEADROOM, len, DMA_FROM_DEVICE);
		if (unlikely(len > ring->buf_len || !vrg_rx_add(ring, page, len))) {
			page_pool_put_full_page(ring->pool, page, true);
			sums.drops++;
			vrg_rx_drop_partial(ring);
		} else if (status & RXD_STAT_EOP) {
			vrg_rx_deliver(ring, napi, &desc[i], status, &sums);
		}
		if (status & RXD_STAT_EOP)
			frames++;
		WRITE_ONCE(ring->next_clean, vrg_next(ring, i));
		if (vrg_unused(ring) >= VRG_RX_BATCH)
			starved = vrg_rx_fill(ring) == -ENOMEM;
	}
	if (ring->next_clean == ring->next_use)
		starved = vrg_rx_fill(ring) == -ENOMEM;

	u64_stats_update_begin(&ring->syncp);
	ring->stats.packets += sums.packets;
	ring->stats.bytes += sums.bytes;
	ring->stats.drops += sums.drops;
	ring->stats.csum_err += sums.csum_err;
	ring->stats.filtered += sums.filtered;
	ring->stats.multicast += sums.multicast;
	u64_stats_update_end(&ring->syncp);
	return starved ? budget : frames;
}
