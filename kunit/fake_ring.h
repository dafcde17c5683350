/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A netdev with a TX and an RX ring whose NIC is the test: it reads and writes descriptors.
 */
#ifndef _VFK_FAKE_RING_H_
#define _VFK_FAKE_RING_H_

#include "fake_io.h"
#include "ring.h"

#define VFK_RING_FRAMES	16

/* A frame that came up to the owner's filter */
struct vfk_frame {
	unsigned int len;	/* with the Ethernet header */
	u8 first;		/* byte of the payload */
};

/**
 * struct vfk_ring - the rings, and what is around them
 * @netdev: registered; sends by @tx
 * @dev: for DMA
 * @dma_mask: its mask
 * @io: registers
 * @vec: serves both rings
 * @tx: empty, 64 descriptors unless told otherwise
 * @rx: the same, without buffers
 * @doorbell: where @tx's tail is
 * @pass: the filter lets frames through to the stack
 * @frames: what came
 * @num: how many
 * @rearmed: how often the interrupt was unmasked
 * @masked: how often it was masked
 */
struct vfk_ring {
	struct net_device *netdev;
	struct device *dev;
	u64 dma_mask;
	struct vfk_io *io;
	struct vrg_vector vec;
	struct vrg_ring *tx;
	struct vrg_ring *rx;
	u32 doorbell;
	bool pass;
	struct vfk_frame frames[VFK_RING_FRAMES];
	unsigned int num;
	unsigned int rearmed;
	unsigned int masked;
};

struct vfk_ring *vfk_ring_make(struct kunit *test, u16 tx_count, u16 rx_count);
void vfk_ring_free(struct vfk_ring *f);

#endif /* _VFK_FAKE_RING_H_ */
