// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of an upper: its own, by path and CPU, and errors and drops that only a lower can
 * count. These are added up as they grow, so nothing goes back when a lower does, or leaves.
 */
#include "failover.h"

#define VFO_AT(field)	offsetof(struct rtnl_link_stats64, field)

static const size_t vfo_stats_at[VFO_ERRORS] = {
	VFO_AT(rx_errors), VFO_AT(tx_errors), VFO_AT(rx_dropped), VFO_AT(tx_dropped),
	VFO_AT(collisions), VFO_AT(rx_length_errors), VFO_AT(rx_over_errors),
	VFO_AT(rx_crc_errors), VFO_AT(rx_frame_errors), VFO_AT(rx_fifo_errors),
	VFO_AT(rx_missed_errors), VFO_AT(tx_aborted_errors), VFO_AT(tx_carrier_errors),
	VFO_AT(tx_fifo_errors), VFO_AT(tx_window_errors),
};

static u64 *vfo_stats_field(struct rtnl_link_stats64 *s, unsigned int i)
{
	return (u64 *)((u8 *)s + vfo_stats_at[i]);
}

/**
 * vfo_stats_sum() - the counters of all CPUs
 * @u: upper
 * @sum: result
 */
void vfo_stats_sum(struct vfo_upper *u, struct vfo_pcpu *sum)
{
	const u64 *from;
	unsigned int start, i;
	u64 *to = (u64 *)sum;
	struct vfo_pcpu v;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct vfo_pcpu *c = per_cpu_ptr(u->pcpu, cpu);

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			memcpy(&v, c, offsetof(struct vfo_pcpu, syncp));
		} while (u64_stats_fetch_retry(&c->syncp, start));
		from = (const u64 *)&v;
		for (i = 0; i < offsetof(struct vfo_pcpu, syncp) / sizeof(u64); i++)
			to[i] += from[i];
	}
}

/**
 * vfo_stats_bound() - a lower came: what it has counted before isn't the upper's
 * @u: upper; RTNL
 * @l: lower, which nobody else knows yet
 */
void vfo_stats_bound(struct vfo_upper *u, struct vfo_lower *l)
{
	struct rtnl_link_stats64 now;
	unsigned int i;

	dev_get_stats(l->dev, &now);
	for (i = 0; i < VFO_ERRORS; i++)
		l->seen[i] = *vfo_stats_field(&now, i);
}

/**
 * vfo_stats_take() - add up what a lower has counted since the last time
 * @u: upper
 * @l: lower; RTNL, or RCU
 *
 * A counter that has gone back begins anew.
 */
void vfo_stats_take(struct vfo_upper *u, struct vfo_lower *l)
{
	struct rtnl_link_stats64 now;
	unsigned int i;

	spin_lock_bh(&u->stats_lock);
	dev_get_stats(l->dev, &now);
	for (i = 0; i < VFO_ERRORS; i++) {
		u64 value = *vfo_stats_field(&now, i);

		u->errors[l->side][i] += value < l->seen[i] ? value : value - l->seen[i];
		l->seen[i] = value;
	}
	spin_unlock_bh(&u->stats_lock);
}

/**
 * vfo_stats_errors() - errors of a path
 * @u: upper
 * @side: path
 * @s: they are added to this
 *
 * Context: any without the lock of a lower's counters.
 */
void vfo_stats_errors(struct vfo_upper *u, enum vfo_side side, struct rtnl_link_stats64 *s)
{
	struct vfo_lower *l;
	unsigned int i;

	rcu_read_lock();
	l = rcu_dereference(u->lower[side]);
	if (l)
		vfo_stats_take(u, l);
	rcu_read_unlock();
	spin_lock_bh(&u->stats_lock);
	for (i = 0; i < VFO_ERRORS; i++)
		*vfo_stats_field(s, i) += u->errors[side][i];
	spin_unlock_bh(&u->stats_lock);
}

/**
 * vfo_stats64() - ndo_get_stats64
 * @dev: upper
 * @s: result
 */
void vfo_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_pcpu sum;
	int i;

	vfo_stats_sum(u, &sum);
	for (i = 0; i < VFO_SIDES; i++) {
		s->rx_packets += sum.side[i].rx_packets;
		s->rx_bytes += sum.side[i].rx_bytes;
		s->tx_packets += sum.side[i].tx_packets;
		s->tx_bytes += sum.side[i].tx_bytes;
		s->tx_dropped += sum.side[i].tx_dropped;
		s->multicast += sum.side[i].multicast;
		vfo_stats_errors(u, i, s);
	}
	s->tx_dropped += sum.no_path;
	s->tx_carrier_errors += sum.no_path;
}
