// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt moderation that adapts to the traffic: net_dim decides, the vector's owner
 * writes the register.
 */
#include <linux/dim.h>
#include <linux/module.h>

#include "priv.h"

static void vrg_dim_work(struct work_struct *work)
{
	struct dim *dim = container_of(work, struct dim, work);
	struct vrg_vector *vec = container_of(dim, struct vrg_vector, dim);

	vec->set_itr(vec, net_dim_get_rx_moderation(dim->mode, dim->profile_ix).usec);
	dim->state = DIM_START_MEASURE;
}

/* After a poll that took all there was */
void vrg_dim_sample(struct vrg_vector *vec)
{
	struct dim_sample sample = {};
	struct vrg_stats s = {};
	unsigned int i;

	vrg_ring_get_stats(vec->rx, &s);
	for (i = 0; i < vec->num_tx; i++)
		vrg_ring_get_stats(vec->tx[i], &s);
	dim_update_sample(vec->events, s.packets, s.bytes, &sample);
	vfp_net_dim(&vec->dim, sample);
}

/**
 * vrg_dim_init() - prepare a vector for adaptive moderation, which is off at first
 * @vec: vector
 * @set_itr: writes the interval between interrupts, in microseconds; process context
 */
void vrg_dim_init(struct vrg_vector *vec, void (*set_itr)(struct vrg_vector *vec, u32 usecs))
{
	vec->set_itr = set_itr;
	INIT_WORK(&vec->dim.work, vrg_dim_work);
	vec->dim.mode = DIM_CQ_PERIOD_MODE_START_FROM_EQE;
}
EXPORT_SYMBOL_GPL(vrg_dim_init);

/**
 * vrg_dim_set() - switch adaptive moderation on or off
 * @vec: vector
 * @on: which
 *
 * When this has returned with @on false, the owner's set_itr isn't called any more once
 * polls that are under way have ended. Process context.
 */
void vrg_dim_set(struct vrg_vector *vec, bool on)
{
	WRITE_ONCE(vec->adaptive, on);
	if (!on)
		vrg_dim_stop(vec);
}
EXPORT_SYMBOL_GPL(vrg_dim_set);

/**
 * vrg_dim_stop() - wait for a change under way
 * @vec: vector; nobody polls
 */
void vrg_dim_stop(struct vrg_vector *vec)
{
	cancel_work_sync(&vec->dim.work);
	vec->dim.state = DIM_START_MEASURE;
}
EXPORT_SYMBOL_GPL(vrg_dim_stop);
