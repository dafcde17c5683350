// SPDX-License-Identifier: GPL-2.0
/*
 * From a ring's fields to the registers of a queue. PF and VF see their queues at
 * different places, but each queue looks the same.
 */
#include <linux/bitfield.h>
#include <linux/iopoll.h>
#include <linux/module.h>

#include "priv.h"

static int vrg_queue_enable(struct vfp_io *io, u32 base, u32 dctl)
{
	u32 val;
	int err;

	vfp_wr32(io, base + Q_DCTL, dctl | DCTL_ENABLE);
	err = read_poll_timeout(vfp_rd32, val, val & DCTL_ENABLE, 100, 20000, false, io,
				base + Q_DCTL);
	return vfp_io_present(io) ? err : -ENODEV;
}

static void vrg_queue_program(struct vfp_io *io, u32 base, struct vrg_ring *ring)
{
	vfp_wr32(io, base + Q_DCTL, 0);
	vfp_wr32(io, base + Q_BAL, lower_32_bits(ring->dma));
	vfp_wr32(io, base + Q_BAH, upper_32_bits(ring->dma));
	vfp_wr32(io, base + Q_LEN, ring->size);
	vfp_wr32(io, base + Q_HEAD, 0);
	vfp_wr32(io, base + Q_TAIL, 0);
	ring->tail = io->base ? io->base + base + Q_TAIL : NULL;
}

/**
 * vrg_queue_start_tx() - let the NIC send from a ring
 * @io: registers
 * @base: of the queue, R_QBASE_TX()
 * @ring: empty
 *
 * Return: 0, -ETIMEDOUT or -ENODEV.
 */
int vrg_queue_start_tx(struct vfp_io *io, u32 base, struct vrg_ring *ring)
{
	vrg_tx_begin(ring);
	vrg_queue_program(io, base, ring);
	return vrg_queue_enable(io, base, FIELD_PREP(DCTL_PTHRESH, 8) |
				FIELD_PREP(DCTL_HTHRESH, 1));
}

/**
 * vrg_queue_start_rx() - let the NIC receive into a ring
 * @io: registers
 * @base: of the queue, R_QBASE_RX()
 * @ring: empty
 *
 * Return: 0, -ETIMEDOUT, -ENODEV or -ENOMEM.
 */
int vrg_queue_start_rx(struct vfp_io *io, u32 base, struct vrg_ring *ring)
{
	int err;

	vrg_queue_program(io, base, ring);
	/* DROP_EN: a full queue of one pool never holds up the others */
	vfp_wr32(io, base + Q_SRRCTL, FIELD_PREP(SRRCTL_BSIZEPKT, ring->buf_len >> 10) |
		 FIELD_PREP(SRRCTL_DESCTYPE, SRRCTL_DESCTYPE_ADV_ONE) | SRRCTL_DROP_EN);
	err = vrg_queue_enable(io, base, FIELD_PREP(DCTL_PTHRESH, 8) |
			       FIELD_PREP(DCTL_HTHRESH, 8));
	/* The tail is ignored before the queue is on */
	return err ? err : vrg_rx_fill(ring);
}

/**
 * vrg_queue_off() - tell the NIC to leave a queue alone
 * @io: registers
 * @base: of the queue
 *
 * Descriptors that it has fetched are finished within microseconds; the caller waits a
 * millisecond before it takes their memory.
 */
void vrg_queue_off(struct vfp_io *io, u32 base)
{
	vfp_wr32(io, base + Q_DCTL, 0);
}

/**
 * vrg_queue_head() - the descriptor the NIC takes next
 * @io: registers
 * @base: of the queue
 * @ring: what it works on
 *
 * Return: its index.
 */
u16 vrg_queue_head(struct vfp_io *io, u32 base, const struct vrg_ring *ring)
{
	return vfp_rd32(io, base + Q_HEAD) % ring->count;
}
EXPORT_SYMBOL_GPL(vrg_queue_head);

/**
 * vrg_queue_tx_lost() - has the NIC taken frames without ever saying so?
 * @io: registers
 * @base: of the queue
 * @ring: what it works on
 *
 * It has when it can't write to memory: a reset of the function takes its bus mastering,
 * for as long as the one who resets it likes. Frames held up by flow control are not lost.
 *
 * Return: true if it is so now; a write may just be under way, so see vrg_late_seen().
 */
bool vrg_queue_tx_lost(struct vfp_io *io, u32 base, const struct vrg_ring *ring)
{
	return vrg_tx_pending(ring) && !vrg_tx_done(ring) &&
	       vrg_queue_head(io, base, ring) == READ_ONCE(ring->next_use);
}
EXPORT_SYMBOL_GPL(vrg_queue_tx_lost);

/**
 * vrg_queue_rx_lost() - has the NIC used buffers without ever saying so?
 * @io: registers
 * @base: of the queue
 * @ring: what it works on
 *
 * Return: as vrg_queue_tx_lost().
 */
bool vrg_queue_rx_lost(struct vfp_io *io, u32 base, const struct vrg_ring *ring)
{
	return vrg_queue_head(io, base, ring) != READ_ONCE(ring->next_clean) &&
	       !vrg_rx_pending(ring);
}
EXPORT_SYMBOL_GPL(vrg_queue_rx_lost);
