// SPDX-License-Identifier: GPL-2.0
/*
 * What TX and RX rings have in common: memory, statistics, and the poll function
 * of the vector that serves them.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "priv.h"

struct vrg_ring *vrg_ring_alloc(struct net_device *netdev, struct device *dev, u16 index,
				u16 count, size_t desc_size)
{
	struct vrg_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);

	if (!ring)
		return NULL;
	ring->netdev = netdev;
	ring->dev = dev;
	ring->index = index;
	ring->count = count;
	ring->size = ALIGN(count * desc_size, 128);
	u64_stats_init(&ring->syncp);
	ring->desc = dma_alloc_coherent(dev, ring->size, &ring->dma, GFP_KERNEL);
	if (!ring->desc) {
		kfree(ring);
		return NULL;
	}
	return ring;
}

void vrg_ring_free(struct vrg_ring *ring)
{
	dma_free_coherent(ring->dev, ring->size, ring->desc, ring->dma);
	kfree(ring);
}

/**
 * vrg_ring_get_stats() - add a ring's counters to @s
 * @ring: a TX or RX ring, or NULL
 * @s: sums
 */
void vrg_ring_get_stats(const struct vrg_ring *ring, struct vrg_stats *s)
{
	struct vrg_stats v;
	unsigned int start;

	if (!ring)
		return;
	do {
		start = u64_stats_fetch_begin(&ring->syncp);
		v = ring->stats;
	} while (u64_stats_fetch_retry(&ring->syncp, start));

	s->packets += v.packets;
	s->bytes += v.bytes;
	s->drops += v.drops;
	s->csum_err += v.csum_err;
	s->alloc_fail += v.alloc_fail;
	s->filtered += v.filtered;
	s->multicast += v.multicast;
	s->restarts += v.restarts;
	s->tso += v.tso;
}
EXPORT_SYMBOL_GPL(vrg_ring_get_stats);

/**
 * vrg_vector_poll() - NAPI poll of a &struct vrg_vector
 * @napi: the vector's
 * @budget: RX frames at most; 0 from netpoll, when only TX is cleaned
 *
 * Return: RX frames taken, or @budget when there is more to do.
 */
int vrg_vector_poll(struct napi_struct *napi, int budget)
{
	struct vrg_vector *vec = container_of(napi, struct vrg_vector, napi);
	bool done = true;
	unsigned int i;
	int work = 0;

	WRITE_ONCE(vec->polls, vec->polls + 1);
	if (vec->poll_extra)
		vec->poll_extra(vec);
	for (i = 0; i < vec->num_tx; i++)
		done &= vrg_tx_clean(vec->tx[i], budget);
	if (!budget)
		return 0;
	if (vec->rx) {
		work = vrg_rx_poll(vec->rx, napi, budget);
		done &= work < budget;
	}
	if (!done)
		return budget;
	if (napi_complete_done(napi, work)) {
		if (READ_ONCE(vec->adaptive))
			vrg_dim_sample(vec);
		if (READ_ONCE(vec->state) != VRG_DOWN)
			vec->irq_rearm(vec);
	}
	return work;
}
EXPORT_SYMBOL_GPL(vrg_vector_poll);

/**
 * vrg_vector_late() - poll a vector that has something to do and was not told
 * @vec: vector with rings that stay where they are; NAPI is enabled
 *
 * An interrupt may be lost, and a guest's may take a third of a second, above all its first
 * ones. A queue that waits for them is stopped by byte queue limits, and its qdisc drops what
 * gets old.
 *
 * Context: softirqs off.
 *
 * Return: true if it is polled now.
 */
bool vrg_vector_late(struct vrg_vector *vec)
{
	bool waiting = vec->rx && vrg_rx_pending(vec->rx);
	unsigned int i;

	for (i = 0; i < vec->num_tx; i++)
		waiting |= vrg_tx_done(vec->tx[i]);
	/* napi_schedule() tells nothing before 6.7 */
	if (!waiting || !napi_schedule_prep(&vec->napi))
		return false;
	__napi_schedule(&vec->napi);
	return true;
}
EXPORT_SYMBOL_GPL(vrg_vector_late);
