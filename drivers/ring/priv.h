/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of vfpath_ring share among themselves */
#ifndef _VRG_PRIV_H_
#define _VRG_PRIV_H_

#include "ring.h"

/* Descriptors software may still fill; one stays free so that full isn't empty */
static inline u16 vrg_unused(const struct vrg_ring *ring)
{
	u16 clean = READ_ONCE(ring->next_clean);
	u16 use = READ_ONCE(ring->next_use);

	return (clean > use ? 0 : ring->count) + clean - use - 1;
}

static inline u16 vrg_next(const struct vrg_ring *ring, u16 i)
{
	return i + 1 == ring->count ? 0 : i + 1;
}

struct vrg_ring *vrg_ring_alloc(struct net_device *netdev, struct device *dev, u16 index,
				u16 count, size_t desc_size);
void vrg_ring_free(struct vrg_ring *ring);

/*
 * With so many descriptors free a stopped queue is woken: room for two frames that take
 * @needed each, in a small ring half of what it has beyond one
 */
static inline u16 vrg_tx_wake_level(u16 count, u16 needed)
{
	return min(2 * needed, (count - 1 + needed) / 2);
}

int vrg_queue_start_tx(struct vfp_io *io, u32 base, struct vrg_ring *ring);
int vrg_queue_start_rx(struct vfp_io *io, u32 base, struct vrg_ring *ring);
void vrg_queue_off(struct vfp_io *io, u32 base);

void vrg_tx_begin(struct vrg_ring *ring);
void vrg_tx_flush(struct vrg_ring *ring);
bool vrg_tx_done(const struct vrg_ring *ring);
bool vrg_tx_clean(struct vrg_ring *ring, int budget);
void vrg_dim_sample(struct vrg_vector *vec);
int vrg_rx_fill(struct vrg_ring *ring);
void vrg_rx_reset(struct vrg_ring *ring);
int vrg_rx_poll(struct vrg_ring *ring, struct napi_struct *napi, int budget);

#endif /* _VRG_PRIV_H_ */
