// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics: the netdev's come from the rings (64 bit, counted by software), the
 * NIC's own 32-bit counters clear when read and are accumulated here.
 */
#include "eswitch.h"
#include "pf.h"

/* A 32-bit byte counter wraps in 34 s at 1 Gbit/s */
#define VPF_STATS_PERIOD	(2 * HZ)

struct vpf_stats_reg {
	u32 reg;
	u16 offset;
};

#define VPF_STAT(r, field)	{ r, offsetof(struct vpf_hw_stats, field) }

static const struct vpf_stats_reg vpf_stats_regs[] = {
	VPF_STAT(R_CRCERRS, crc_errors),
	VPF_STAT(R_ALGNERRC, align_errors),
	VPF_STAT(R_SYMERRS, symbol_errors),
	VPF_STAT(R_RXERRC, rx_errors),
	VPF_STAT(R_RLEC, length_errors),
	VPF_STAT(R_RUC, undersize),
	VPF_STAT(R_RFC, fragments),
	VPF_STAT(R_ROC, oversize),
	VPF_STAT(R_RJC, jabber),
	VPF_STAT(R_MPC, missed),
	VPF_STAT(R_RNBC, no_buffers),
	VPF_STAT(R_COLC, collisions),
	VPF_STAT(R_LATECOL, late_collisions),
	VPF_STAT(R_XONRXC, xon_rx),
	VPF_STAT(R_XONTXC, xon_tx),
	VPF_STAT(R_XOFFRXC, xoff_rx),
	VPF_STAT(R_XOFFTXC, xoff_tx),
	VPF_STAT(R_GPRC, rx_packets),
	VPF_STAT(R_BPRC, rx_broadcast),
	VPF_STAT(R_MPRC, rx_multicast),
	VPF_STAT(R_GPTC, tx_packets),
	VPF_STAT(R_BPTC, tx_broadcast),
	VPF_STAT(R_MPTC, tx_multicast),
	VPF_STAT(R_PRC64, rx_size[0]),
	VPF_STAT(R_PRC64 + 4, rx_size[1]),
	VPF_STAT(R_PRC64 + 8, rx_size[2]),
	VPF_STAT(R_PRC64 + 12, rx_size[3]),
	VPF_STAT(R_PRC64 + 16, rx_size[4]),
	VPF_STAT(R_PRC64 + 20, rx_size[5]),
	VPF_STAT(R_PTC64, tx_size[0]),
	VPF_STAT(R_PTC64 + 4, tx_size[1]),
	VPF_STAT(R_PTC64 + 8, tx_size[2]),
	VPF_STAT(R_PTC64 + 12, tx_size[3]),
	VPF_STAT(R_PTC64 + 16, tx_size[4]),
	VPF_STAT(R_PTC64 + 20, tx_size[5]),
};

/* 64-bit counters: the low half first, the high half latches and clears both */
static u64 vpf_stats_read64(struct vpf_adapter *a, u32 low)
{
	u64 val = vpf_rd32(a, low);

	return val | (u64)vpf_rd32(a, low + 4) << 32;
}

/**
 * vpf_stats_update() - fold the NIC's counters into @a->hw_stats
 * @a: adapter. Process context.
 */
void vpf_stats_update(struct vpf_adapter *a)
{
	struct vpf_hw_stats *s = &a->hw_stats;
	unsigned int i;

	mutex_lock(&a->stats_lock);
	for (i = 0; i < ARRAY_SIZE(vpf_stats_regs) && vfp_io_present(&a->io); i++) {
		u32 val = vpf_rd32(a, vpf_stats_regs[i].reg);
		u64 *sum = (void *)s + vpf_stats_regs[i].offset;

		if (vfp_io_present(&a->io))
			*sum += val;
	}
	if (vfp_io_present(&a->io)) {
		u64 rx = vpf_stats_read64(a, R_GORCL);
		u64 tx = vpf_stats_read64(a, R_GOTCL);

		if (vfp_io_present(&a->io)) {
			s->rx_bytes += rx;
			s->tx_bytes += tx;
		}
	}
	s->rx_overruns += vpf_irq_rxo(a);
	mutex_unlock(&a->stats_lock);
	vpf_eswitch_stats_update(a);
}

void vpf_stats_work(struct work_struct *work)
{
	struct vpf_adapter *a = container_of(to_delayed_work(work), struct vpf_adapter, stats_work);

	vpf_stats_update(a);
	vpf_ptp_tend(a);
	if (vfp_io_present(&a->io))
		schedule_delayed_work(&a->stats_work, VPF_STATS_PERIOD);
}

/* ndo_get_stats64: rings come and go, so what they counted is kept in dead_* */
void vpf_stats_get64(struct net_device *netdev, struct rtnl_link_stats64 *s)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vrg_stats tx, rx;
	unsigned int i;

	spin_lock_bh(&a->ring_lock);
	tx = a->tx_gone;
	rx = a->rx_gone;
	for (i = 0; i < VPF_NUM_TX; i++)
		vrg_ring_get_stats(a->tx[i], &tx);
	vrg_ring_get_stats(a->rx, &rx);
	spin_unlock_bh(&a->ring_lock);

	s->tx_packets = tx.packets;
	s->tx_bytes = tx.bytes;
	s->tx_dropped = tx.drops;
	s->rx_packets = rx.packets;
	s->rx_bytes = rx.bytes;
	s->rx_errors = rx.drops;
	s->multicast = rx.multicast;
	s->rx_crc_errors = READ_ONCE(a->hw_stats.crc_errors);
	s->rx_missed_errors = READ_ONCE(a->hw_stats.missed);
	s->collisions = READ_ONCE(a->hw_stats.collisions);
}

#ifdef VFP_HAVE_QSTATS
/* The netdev family's qstats-get: live queues, and what queues that are gone had counted */

static void vpf_stats_queue_rx(struct net_device *netdev, int idx,
			       struct netdev_queue_stats_rx *rx)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vrg_stats s = {};

	vrg_ring_get_stats(a->rx, &s);
	rx->packets = s.packets;
	rx->bytes = s.bytes;
	rx->alloc_fail = s.alloc_fail;
	rx->csum_bad = s.csum_err;
}

static void vpf_stats_queue_tx(struct net_device *netdev, int idx,
			       struct netdev_queue_stats_tx *tx)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vrg_stats s = {};

	vrg_ring_get_stats(a->tx[idx], &s);
	tx->packets = s.packets;
	tx->bytes = s.bytes;
	tx->hw_gso_packets = s.tso;
	tx->wake = s.restarts;
}

static void vpf_stats_base(struct net_device *netdev, struct netdev_queue_stats_rx *rx,
			   struct netdev_queue_stats_tx *tx)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	spin_lock_bh(&a->ring_lock);
	rx->packets = a->rx_gone.packets;
	rx->bytes = a->rx_gone.bytes;
	rx->alloc_fail = a->rx_gone.alloc_fail;
	rx->csum_bad = a->rx_gone.csum_err;
	tx->packets = a->tx_gone.packets;
	tx->bytes = a->tx_gone.bytes;
	tx->hw_gso_packets = a->tx_gone.tso;
	tx->wake = a->tx_gone.restarts;
	spin_unlock_bh(&a->ring_lock);
}

static const struct netdev_stat_ops vpf_stats_ops = {
	.get_queue_stats_rx	= vpf_stats_queue_rx,
	.get_queue_stats_tx	= vpf_stats_queue_tx,
	.get_base_stats		= vpf_stats_base,
};
#endif

/**
 * vpf_stats_init() - offer statistics by queue, where the kernel has them
 * @netdev: before it is registered
 */
void vpf_stats_init(struct net_device *netdev)
{
#ifdef VFP_HAVE_QSTATS
	netdev->stat_ops = &vpf_stats_ops;
#endif
}
