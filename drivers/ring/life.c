// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Up and down
 *
 * How the queues of a netdev begin and end, PF and VF alike. A vector is in one of three
 * states, and whoever would wake a queue or unmask an interrupt asks it:
 *
 *	DOWN --vrg_queues_on(), vrg_up()--> UP --vrg_stop_tx()--> STOPPING --vrg_down()--> DOWN
 *
 * vrg_stop_tx() changes the state and then takes each queue's xmit lock to stop it; a
 * completion wakes a queue with that lock held. So it sees the state, or is followed by the
 * stop: once vrg_stop_tx() has returned, nobody transmits until the next vrg_up().
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/module.h>

#include "priv.h"

/* Frames under way come to their end, or don't, within 20 ms */
#define VRG_DRAIN_TRIES	20

static void vrg_set_state(struct vrg_vector *vec, unsigned int num, enum vrg_state state)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		WRITE_ONCE(vec[i].state, state);
}

/**
 * vrg_queues_off() - take the rings from the NIC and empty them
 * @vec: vectors with rings in place; nobody transmits or polls
 * @num: how many
 *
 * Context: process.
 */
void vrg_queues_off(struct vrg_vector *vec, unsigned int num)
{
	unsigned int i, t;

	for (i = 0; i < num; i++) {
		if (vec[i].rx)
			vrg_queue_off(vec[i].io, vec[i].rx->base);
		for (t = 0; t < vec[i].num_tx; t++)
			vrg_queue_off(vec[i].io, vec[i].tx[t]->base);
	}
	vfp_io_flush(vec->io);
	usleep_range(1000, 2000);
	for (i = 0; i < num; i++) {
		for (t = 0; t < vec[i].num_tx; t++) {
			vec[i].tx[t]->tail = NULL;
			vrg_tx_flush(vec[i].tx[t]);
		}
		if (vec[i].rx) {
			vec[i].rx->tail = NULL;
			vrg_rx_reset(vec[i].rx);
		}
	}
}
EXPORT_SYMBOL_GPL(vrg_queues_off);

static int vrg_vector_on(struct vrg_vector *vec)
{
	unsigned int t;
	int err;

	for (t = 0; t < vec->num_tx; t++) {
		vec->tx[t]->vec = vec;
		err = vrg_queue_start_tx(vec->io, vec->tx[t]->base, vec->tx[t]);
		if (err)
			return err;
	}
	if (!vec->rx)
		return 0;
	vec->rx->vec = vec;
	return vrg_queue_start_rx(vec->io, vec->rx->base, vec->rx);
}

/**
 * vrg_queues_on() - let the NIC use the rings
 * @vec: vectors, down, with empty rings in place
 * @num: how many
 *
 * Nobody polls yet, so what fails from here to vrg_up() is undone by vrg_queues_off().
 *
 * Context: process.
 *
 * Return: 0, -ETIMEDOUT, -ENODEV or -ENOMEM; all queues are off then.
 */
int vrg_queues_on(struct vrg_vector *vec, unsigned int num)
{
	unsigned int i;
	int err;

	for (i = 0; i < num; i++) {
		err = vrg_vector_on(&vec[i]);
		if (err) {
			vrg_queues_off(vec, num);
			return err;
		}
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vrg_queues_on);

/**
 * vrg_up() - poll, and let the stack transmit
 * @vec: vectors of a netdev whose queues are on
 * @num: how many
 *
 * What waits in the netdev's qdiscs is sent, and what the NIC has received so far is taken:
 * its interrupt may have been before this.
 *
 * Context: process.
 */
void vrg_up(struct vrg_vector *vec, unsigned int num)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		napi_enable(&vec[i].napi);
	vrg_set_state(vec, num, VRG_UP);
	for (i = 0; i < num; i++)
		vec[i].irq_rearm(&vec[i]);
	netif_tx_wake_all_queues(vec->netdev);
	local_bh_disable();
	for (i = 0; i < num; i++)
		napi_schedule(&vec[i].napi);
	local_bh_enable();
}
EXPORT_SYMBOL_GPL(vrg_up);

/**
 * vrg_stop_tx() - nobody transmits after this, and no completion wakes a queue
 * @vec: vectors of a netdev
 * @num: how many
 *
 * Completions and received frames are taken as before, until vrg_down().
 *
 * Context: process.
 */
void vrg_stop_tx(struct vrg_vector *vec, unsigned int num)
{
	vrg_set_state(vec, num, VRG_STOPPING);
	netif_tx_disable(vec->netdev);
}
EXPORT_SYMBOL_GPL(vrg_stop_tx);

/**
 * vrg_drain() - what the NIC has for us, or took from us, comes to its end; bounded
 * @vec: vectors after vrg_stop_tx()
 * @num: how many
 *
 * Context: process.
 */
void vrg_drain(struct vrg_vector *vec, unsigned int num)
{
	unsigned int tries = VRG_DRAIN_TRIES, i, t;
	bool pending = true;

	while (pending && tries-- && vfp_io_present(vec->io)) {
		pending = false;
		for (i = 0; i < num; i++) {
			for (t = 0; t < vec[i].num_tx; t++)
				pending |= vrg_tx_pending(vec[i].tx[t]);
			pending |= vec[i].rx && vrg_rx_pending(vec[i].rx);
			local_bh_disable();
			vrg_vector_late(&vec[i]);
			local_bh_enable();
		}
		if (pending)
			usleep_range(500, 1000);
	}
}
EXPORT_SYMBOL_GPL(vrg_drain);

/**
 * vrg_down() - nobody polls after this, the queues are off, the rings are empty
 * @vec: vectors after vrg_stop_tx()
 * @num: how many
 *
 * Context: process.
 */
void vrg_down(struct vrg_vector *vec, unsigned int num)
{
	unsigned int i;

	/* From here on a poll that ends leaves the interrupt masked */
	vrg_set_state(vec, num, VRG_DOWN);
	for (i = 0; i < num; i++)
		vec[i].irq_mask(&vec[i]);
	vfp_io_flush(vec->io);
	for (i = 0; i < num; i++) {
		synchronize_irq(vec[i].irq);
		napi_disable(&vec[i].napi);
		if (vec[i].set_itr)
			vrg_dim_stop(&vec[i]);
	}
	vrg_queues_off(vec, num);
}
EXPORT_SYMBOL_GPL(vrg_down);
