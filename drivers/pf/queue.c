// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's queues: from the rings' fields to the NIC's registers.
 */
#include <linux/bitfield.h>
#include <linux/iopoll.h>

#include "pf.h"

static int vpf_queue_enable(struct vpf_adapter *a, u32 base, u32 dctl)
{
	u32 val;

	vpf_wr32(a, base + Q_DCTL, dctl | DCTL_ENABLE);
	return read_poll_timeout(vpf_rd32, val, val & DCTL_ENABLE, 100, 20000, false, a,
				 base + Q_DCTL);
}

static void vpf_queue_program(struct vpf_adapter *a, u32 base, struct vrg_ring *ring)
{
	vpf_wr32(a, base + Q_DCTL, 0);
	vpf_wr32(a, base + Q_BAL, lower_32_bits(ring->dma));
	vpf_wr32(a, base + Q_BAH, upper_32_bits(ring->dma));
	vpf_wr32(a, base + Q_LEN, ring->size);
	vpf_wr32(a, base + Q_HEAD, 0);
	vpf_wr32(a, base + Q_TAIL, 0);
	ring->tail = a->io.base ? a->io.base + base + Q_TAIL : NULL;
	ring->vec = &a->vec;
}

static int vpf_queue_start_tx(struct vpf_adapter *a, unsigned int i)
{
	u32 base = R_QBASE_TX(VPF_TX_QUEUE(i));

	vpf_queue_program(a, base, a->tx[i]);
	return vpf_queue_enable(a, base, FIELD_PREP(DCTL_PTHRESH, 8) | FIELD_PREP(DCTL_HTHRESH, 1));
}

static int vpf_queue_start_rx(struct vpf_adapter *a)
{
	u32 base = R_QBASE_RX(VPF_RX_QUEUE);
	int err;

	vpf_queue_program(a, base, a->rx);
	/* DROP_EN: a full queue of one pool never holds up the others */
	vpf_wr32(a, base + Q_SRRCTL, FIELD_PREP(SRRCTL_BSIZEPKT, a->rx->buf_len >> 10) |
		 FIELD_PREP(SRRCTL_DESCTYPE, SRRCTL_DESCTYPE_ADV_ONE) | SRRCTL_DROP_EN);
	err = vpf_queue_enable(a, base, FIELD_PREP(DCTL_PTHRESH, 8) | FIELD_PREP(DCTL_HTHRESH, 8));
	if (err)
		return err;
	/* The tail is ignored before the queue is on */
	return vrg_rx_fill(a->rx);
}

/**
 * vpf_queue_start() - let the NIC use the rings
 * @a: adapter with rings that are empty
 *
 * Return: 0, -ETIMEDOUT or -ENOMEM; the queues may be on in part then.
 */
int vpf_queue_start(struct vpf_adapter *a)
{
	unsigned int i;
	int err;

	for (i = 0; i < VPF_NUM_TX; i++) {
		err = vpf_queue_start_tx(a, i);
		if (err)
			return err;
	}
	return vpf_queue_start_rx(a);
}

/**
 * vpf_queue_stop() - take the rings from the NIC and empty them
 * @a: adapter; nobody transmits or polls
 */
void vpf_queue_stop(struct vpf_adapter *a)
{
	unsigned int i;

	vpf_wr32(a, R_QBASE_RX(VPF_RX_QUEUE) + Q_DCTL, 0);
	for (i = 0; i < VPF_NUM_TX; i++)
		vpf_wr32(a, R_QBASE_TX(VPF_TX_QUEUE(i)) + Q_DCTL, 0);
	vfp_io_flush(&a->io);
	/* Descriptors the NIC has fetched are finished within microseconds */
	usleep_range(1000, 2000);

	for (i = 0; i < VPF_NUM_TX; i++) {
		a->tx[i]->tail = NULL;
		vrg_tx_flush(a->tx[i]);
	}
	a->rx->tail = NULL;
	vrg_rx_reset(a->rx);
}
