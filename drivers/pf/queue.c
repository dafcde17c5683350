// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's queues.
 */
#include <linux/delay.h>

#include "pf.h"

/**
 * vpf_queue_start() - let the NIC use the rings
 * @a: adapter with rings that are empty
 *
 * Return: 0, -ETIMEDOUT, -ENODEV or -ENOMEM; the queues may be on in part then.
 */
int vpf_queue_start(struct vpf_adapter *a)
{
	unsigned int i;
	int err;

	for (i = 0; i < VPF_NUM_TX; i++) {
		a->tx[i]->vec = &a->vec;
		err = vrg_queue_start_tx(&a->io, R_QBASE_TX(VPF_TX_QUEUE(i)), a->tx[i]);
		if (err)
			return err;
	}
	a->rx->vec = &a->vec;
	return vrg_queue_start_rx(&a->io, R_QBASE_RX(VPF_RX_QUEUE), a->rx);
}

/**
 * vpf_queue_stop() - take the rings from the NIC and empty them
 * @a: adapter; nobody transmits or polls
 */
void vpf_queue_stop(struct vpf_adapter *a)
{
	unsigned int i;

	vrg_queue_off(&a->io, R_QBASE_RX(VPF_RX_QUEUE));
	for (i = 0; i < VPF_NUM_TX; i++)
		vrg_queue_off(&a->io, R_QBASE_TX(VPF_TX_QUEUE(i)));
	vfp_io_flush(&a->io);
	usleep_range(1000, 2000);

	for (i = 0; i < VPF_NUM_TX; i++) {
		a->tx[i]->tail = NULL;
		vrg_tx_flush(a->tx[i]);
	}
	a->rx->tail = NULL;
	vrg_rx_reset(a->rx);
}
