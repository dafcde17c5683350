// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for the PF's queues to have done what they were given.
 */
#include <linux/delay.h>
#include <linux/rcupdate.h>

#include "pf.h"

/* A packet buffer of 64 KB is in memory by then; and 20 to 40 ms at most */
#define VPF_SETTLE_US		200
#define VPF_SETTLE_TRIES	100

/* How far a ring's position is beyond another */
static u16 vpf_queue_dist(const struct vrg_ring *ring, u16 from, u16 to)
{
	return to >= from ? to - from : to + ring->count - from;
}

/* A place in a ring, to wait until it is passed */
struct vpf_queue_mark {
	const struct vrg_ring *ring;
	u16 start;
	u16 dist;
};

/*
 * Who has decided to send this way (a bridge looks an address up under RCU) has put it into
 * the ring after this. Expedited: a guest waits for its answer with RTNL held. Bounded: an
 * in-tree VF driver of this host waits for our answer with softirqs off, and so holds up the
 * grace period.
 */
static void vpf_queue_settle_rcu(void)
{
	unsigned long cookie = start_poll_synchronize_rcu_expedited();
	unsigned int tries;

	for (tries = 0; tries < VPF_SETTLE_TRIES && !poll_state_synchronize_rcu(cookie); tries++)
		usleep_range(VPF_SETTLE_US, 2 * VPF_SETTLE_US);
}

/**
 * vpf_queue_settle_tx() - wait until the NIC has sent what it was given before
 * @a: adapter
 *
 * For those who are about to change where it goes. Bounded: a link that is held up must
 * not hold up its operator.
 *
 * Context: process.
 */
void vpf_queue_settle_tx(struct vpf_adapter *a)
{
	struct vpf_queue_mark mark[VPF_NUM_TX] = {};
	unsigned int tries, i;
	bool waiting = true;

	vpf_queue_settle_rcu();
	for (tries = 0; waiting && tries < VPF_SETTLE_TRIES; tries++) {
		if (tries)
			usleep_range(VPF_SETTLE_US, 2 * VPF_SETTLE_US);
		waiting = false;
		/* Keeps the rings; see vpf_netdev_use_rings() */
		spin_lock_bh(&a->ring_lock);
		for (i = 0; i < VPF_NUM_TX && test_bit(VPF_F_UP, &a->flags); i++) {
			const struct vrg_ring *ring = a->tx[i];
			struct vpf_queue_mark *m = &mark[i];
			u16 head;

			if (!ring || (tries && m->ring != ring))
				continue;
			head = vrg_queue_head(&a->io, R_QBASE_TX(VPF_TX_QUEUE(i)), ring);
			if (!tries) {
				m->ring = ring;
				m->start = head;
				m->dist = vpf_queue_dist(ring, head, READ_ONCE(ring->next_use));
			}
			waiting |= vpf_queue_dist(ring, m->start, head) < m->dist;
		}
		spin_unlock_bh(&a->ring_lock);
	}
}

/* Has the poll ended that took the last of them? Until then GRO may hold some. */
static bool vpf_queue_polled(const struct vpf_adapter *a, u32 polls)
{
	return !test_bit(NAPI_STATE_SCHED, &a->vec.napi.state) ||
	       READ_ONCE(a->vec.polls) - polls >= 2;
}

/**
 * vpf_queue_settle_rx() - wait until the stack has what the NIC received before
 * @a: adapter
 *
 * For those who have changed where frames go in the NIC, and are about to tell the stack.
 * Bounded, like vpf_queue_settle_tx().
 *
 * Context: process.
 */
void vpf_queue_settle_rx(struct vpf_adapter *a)
{
	struct vpf_queue_mark m = {};
	bool passed = false, done = false;
	unsigned int tries;
	u32 polls = 0;

	for (tries = 0; !done && tries < VPF_SETTLE_TRIES; tries++) {
		/* At first for what is in the NIC's packet buffer still */
		usleep_range(VPF_SETTLE_US, 2 * VPF_SETTLE_US);
		spin_lock_bh(&a->ring_lock);
		if (!a->rx || !test_bit(VPF_F_UP, &a->flags) || (tries && m.ring != a->rx)) {
			spin_unlock_bh(&a->ring_lock);
			return;
		}
		if (!tries) {
			m.ring = a->rx;
			m.start = READ_ONCE(a->rx->next_clean);
			m.dist = vpf_queue_dist(a->rx, m.start,
						vrg_queue_head(&a->io, R_QBASE_RX(VPF_RX_QUEUE),
							       a->rx));
		}
		if (passed) {
			done = vpf_queue_polled(a, polls);
		} else if (vpf_queue_dist(a->rx, m.start, READ_ONCE(a->rx->next_clean)) >= m.dist) {
			passed = true;
			polls = READ_ONCE(a->vec.polls);
			done = vpf_queue_polled(a, polls);
		}
		spin_unlock_bh(&a->ring_lock);
	}
}
