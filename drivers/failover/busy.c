// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: A queue of the VF that takes no frames
 *
 * What is sent meanwhile goes by the synthetic path, and overtakes what stands in the queue. So
 * it is no light decision: a driver stops its queue when the ring is full, but byte queue limits
 * stop it between any two completions, and for that the VF has a qdisc.
 *
 * Pure.
 */
#include <linux/jiffies.h>

#include "busy.h"

/**
 * vfo_busy() - shall a frame go round a queue of the VF?
 * @txq: the queue
 * @now: jiffies
 *
 * Context: any.
 *
 * Return: true when the driver has stopped the queue, or byte queue limits have, and nothing was
 * sent for more than VFO_BUSY_STUCK_MS.
 */
bool vfo_busy(const struct netdev_queue *txq, unsigned long now)
{
	if (netif_tx_queue_stopped(txq))
		return true;
	return netif_xmit_stopped(txq) &&
	       time_after(now, READ_ONCE(txq->trans_start) + msecs_to_jiffies(VFO_BUSY_STUCK_MS));
}
