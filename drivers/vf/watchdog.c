// SPDX-License-Identifier: GPL-2.0
/*
 * What no interrupt tells: link, lost mail, a reset behind our back, a device that is
 * gone. Often while the netdev is open, now and then while it is closed.
 */
#include <linux/jiffies.h>

#include "vf.h"

/* An outage of the VF is at least so long */
#define VVF_WATCHDOG_MS		20
/* And while it is closed nothing hurries */
#define VVF_WATCHDOG_IDLE_MS	1000
/* At 1 Gb/s a counter of bytes wraps in 34 s */
#define VVF_WATCHDOG_STATS_MS	5000
/* So often in a row the same descriptor is late before it is lost */
#define VVF_WATCHDOG_LOST	3

/**
 * vvf_watchdog_carrier() - carrier from what PF and NIC say
 * @a: adapter
 *
 * Off at once when the handshake doesn't hold any more: nothing sent would arrive. Whoever
 * takes away what it is made of calls this afterwards; the lock makes that the last word.
 *
 * Context: process.
 */
void vvf_watchdog_carrier(struct vvf_adapter *a)
{
	bool up, changed;
	u32 state;

	spin_lock_bh(&a->carrier_lock);
	state = READ_ONCE(a->state.state);
	up = test_bit(VVF_F_UP, &a->flags) && !test_bit(VVF_F_RESET, &a->flags) &&
	     !test_bit(VVF_F_TAKEN, &a->flags) && READ_ONCE(a->cts) && state & VFP_STATE_LINK_UP &&
	     (state & VFP_STATE_LINK_FORCED || vvf_rd32(a, R_STATUS) & STATUS_LU) &&
	     vfp_io_present(&a->io);
	changed = up != netif_carrier_ok(a->netdev);
	if (changed && up)
		netif_carrier_on(a->netdev);
	else if (changed)
		netif_carrier_off(a->netdev);
	spin_unlock_bh(&a->carrier_lock);
	if (!changed)
		return;
	if (up)
		vvf_host_changed(a);
	if (net_ratelimit())
		netdev_info(a->netdev, "link is %s\n", up ? "up" : "down");
}

/**
 * vvf_watchdog_reset() - start again: handshake, queues
 * @a: adapter
 * @why: for the log
 *
 * Context: process.
 */
void vvf_watchdog_reset(struct vvf_adapter *a, const char *why)
{
	if (test_bit(VVF_F_STOPPING, &a->flags))
		return;
	set_bit(VVF_F_RESET, &a->flags);
	vvf_watchdog_carrier(a);
	if (queue_delayed_work(a->wq, &a->reset_work, 0) && net_ratelimit())
		netdev_info(a->netdev, "reset: %s\n", why);
}

static const u32 vvf_watchdog_regs[VVF_HW_STATS] = {
	R_VFGPRC, R_VFGPTC, R_VFGORC, R_VFGOTC, R_VFMPRC,
	R_VFGPRLBC, R_VFGPTLBC, R_VFGORLBC, R_VFGOTLBC,
};

static void vvf_watchdog_read(struct vvf_adapter *a, bool count)
{
	unsigned int i;

	spin_lock_bh(&a->hw_lock);
	for (i = 0; i < VVF_HW_STATS; i++) {
		u32 now = vvf_rd32(a, vvf_watchdog_regs[i]);

		if (!vfp_io_present(&a->io))
			break;
		if (count)
			a->hw_stats[i] += now - a->hw_last[i];
		a->hw_last[i] = now;
	}
	a->hw_jiffies = jiffies;
	spin_unlock_bh(&a->hw_lock);
}

/**
 * vvf_watchdog_stats() - widen the NIC's counters
 * @a: adapter
 */
void vvf_watchdog_stats(struct vvf_adapter *a)
{
	vvf_watchdog_read(a, true);
}

/**
 * vvf_watchdog_stats_rebase() - a reset has cleared the NIC's counters, or not
 * @a: adapter, just reset
 *
 * The emulated NIC keeps them.
 */
void vvf_watchdog_stats_rebase(struct vvf_adapter *a)
{
	vvf_watchdog_read(a, false);
}

/* Interrupts that haven't come yet */
static void vvf_watchdog_poll(struct vvf_adapter *a)
{
	unsigned int i;

	/* Keeps the rings; they are on while the NAPIs are */
	spin_lock_bh(&a->ring_lock);
	for (i = 0; i < VVF_NUM_VEC && test_bit(VVF_F_UP, &a->flags); i++)
		a->late_interrupts += vrg_vector_late(&a->vec[i]);
	spin_unlock_bh(&a->ring_lock);
}

static bool vvf_watchdog_lost(struct vvf_adapter *a)
{
	unsigned int tx = 0, rx = 0;

	/* Keeps the rings */
	spin_lock_bh(&a->ring_lock);
	if (test_bit(VVF_F_UP, &a->flags)) {
		tx = vrg_late_seen(&a->tx_late,
				   vrg_queue_tx_lost(&a->io, R_QBASE_TX(0), a->tx),
				   READ_ONCE(a->tx->next_clean));
		rx = vrg_late_seen(&a->rx_late,
				   vrg_queue_rx_lost(&a->io, R_QBASE_RX(0), a->rx),
				   READ_ONCE(a->rx->next_clean));
	}
	spin_unlock_bh(&a->ring_lock);
	return max(tx, rx) >= VVF_WATCHDOG_LOST;
}

static void vvf_watchdog_check(struct vvf_adapter *a)
{
	u32 v2p = vvf_mbx_look(a);

	if (v2p & V2PMAILBOX_PFSTS || READ_ONCE(a->state_due)) {
		queue_work(a->wq, &a->mail_work);
		return;
	}
	if (v2p & (V2PMAILBOX_RSTI | V2PMAILBOX_RSTD))
		vvf_watchdog_reset(a, "the PF was reset");
	else if (!(vvf_rd32(a, R_QBASE_RX(0) + Q_DCTL) & DCTL_ENABLE))
		vvf_watchdog_reset(a, "its queues were switched off");
	else if (!READ_ONCE(a->cts))
		vvf_watchdog_reset(a, "no handshake");
	else if (vvf_watchdog_lost(a))
		vvf_watchdog_reset(a, "it can't write to memory");
}

/*
 * Closed, or waiting for a PF that is away: there are no interrupts. The host may change the
 * address all the same, and an upper may wait for it.
 */
static void vvf_watchdog_idle(struct vvf_adapter *a)
{
	u32 v2p = vvf_mbx_look(a);

	if (v2p & (V2PMAILBOX_RSTI | V2PMAILBOX_RSTD) || !READ_ONCE(a->cts))
		vvf_watchdog_reset(a, "the PF was reset");
	else if (v2p & V2PMAILBOX_PFSTS || READ_ONCE(a->state_due))
		queue_work(a->wq, &a->mail_work);
}

/**
 * vvf_watchdog_start() - have a look soon
 * @a: adapter
 */
void vvf_watchdog_start(struct vvf_adapter *a)
{
	bool up = test_bit(VVF_F_UP, &a->flags);

	mod_delayed_work(a->wq, &a->watchdog,
			 msecs_to_jiffies(up ? VVF_WATCHDOG_MS : VVF_WATCHDOG_IDLE_MS));
}

/**
 * vvf_watchdog_work() - a look at everything
 * @work: &struct vvf_adapter.watchdog
 */
void vvf_watchdog_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(to_delayed_work(work), struct vvf_adapter, watchdog);

	if (!vfp_io_present(&a->io) || test_bit(VVF_F_STOPPING, &a->flags) ||
	    test_bit(VVF_F_PAUSED, &a->flags))
		return;
	if (test_bit(VVF_F_UP, &a->flags)) {
		vvf_watchdog_poll(a);
		vvf_watchdog_check(a);
		vvf_watchdog_carrier(a);
		if (time_after(jiffies, a->hw_jiffies + msecs_to_jiffies(VVF_WATCHDOG_STATS_MS)))
			vvf_watchdog_stats(a);
	} else if (!netif_running(a->netdev)) {
		vvf_watchdog_idle(a);
	}
	vvf_watchdog_start(a);
}
