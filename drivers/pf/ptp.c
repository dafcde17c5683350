// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: The NIC's clock (IEEE 1588; datasheet 7.10)
 *
 * SYSTIM adds INCVALUE every 16 ns; a nanosecond has 2^19 units, so that it can be tuned
 * by less than a part in a billion. It counts from 0 after a reset, so the time of day is
 * kept by a timecounter, which goes on by the kernel's own clock while the NIC is away.
 *
 * Time stamps of frames are in one register pair for each direction: one frame at a time.
 * Received ones are recognised by Ethertype: PTP over Ethernet (IEEE 1588-2008, annex F).
 * PTP over UDP isn't offered; the emulated NIC couldn't show that it works.
 */
#include <linux/bitfield.h>
#include <linux/clocksource.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_classify.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/slab.h>
#include <linux/timecounter.h>

#include "pf.h"

#define VPF_PTP_SHIFT		19
#define VPF_PTP_INCVALUE	(16U << VPF_PTP_SHIFT)	/* 2^23 of 24 bits */
#define VPF_PTP_MAX_ADJ		500000000		/* parts in a billion: 1.5 * 2^23 fits */
/* SYSTIM wraps after 2^45 ns, nearly ten hours */
#define VPF_PTP_REFRESH		(3600 * HZ)
#define VPF_PTP_TX_TIMEOUT	(HZ / 4)
#define VPF_PTP_ETQF		3	/* the filter that igb takes, too */

/**
 * struct vpf_ptp - the clock of a NIC
 * @a: adapter
 * @info: what it can
 * @clock: /dev/ptpN, or NULL
 * @cc: SYSTIM
 * @lock: protects @tc, SYSTIM, the registers of a time stamp and what follows
 * @tc: from SYSTIM to time of day
 * @incvalue: what SYSTIM is tuned to
 * @config: time stamps wanted
 * @paused_ns: time of day when the NIC went away
 * @paused_at: the kernel's clock then
 * @tx_skb: the frame whose time stamp is awaited
 * @tx_start: since when, jiffies
 * @tx_timeouts: time stamps that never came
 * @tx_skipped: frames that found another one waiting
 * @rx_waiting: a received frame's time stamp waits, and did when it was last looked at
 * @rx_cleared: time stamps that nobody has fetched
 * @tx_work: looks for the time stamp
 */
struct vpf_ptp {
	struct vpf_adapter *a;
	struct ptp_clock_info info;
	struct ptp_clock *clock;
	struct cyclecounter cc;
	/* Everything below */
	spinlock_t lock;
	struct timecounter tc;
	u32 incvalue;
	struct hwtstamp_config config;
	u64 paused_ns;
	ktime_t paused_at;
	struct sk_buff *tx_skb;
	unsigned long tx_start;
	u64 tx_timeouts;
	u64 tx_skipped;
	bool rx_waiting;
	u64 rx_cleared;
	struct work_struct tx_work;
};

static struct vpf_ptp *vpf_ptp_of(struct ptp_clock_info *info)
{
	return container_of(info, struct vpf_ptp, info);
}

/* Reading the low half latches the high one */
static u64 vpf_ptp_read64(struct vpf_adapter *a, u32 low)
{
	u64 val = vpf_rd32(a, low);

	return val | (u64)vpf_rd32(a, low + 4) << 32;
}

static u64 vpf_ptp_read_cc(VFP_CC_CONST struct cyclecounter *cc)
{
	return vpf_ptp_read64(container_of(cc, struct vpf_ptp, cc)->a, R_SYSTIML);
}

static int vpf_ptp_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct vpf_ptp *ptp = vpf_ptp_of(info);
	u64 before, after, ns;

	spin_lock_bh(&ptp->lock);
	ptp->incvalue = adjust_by_scaled_ppm(VPF_PTP_INCVALUE, scaled_ppm);
	ns = timecounter_read(&ptp->tc);
	before = ptp->tc.cycle_last;
	vpf_wr32(ptp->a, R_TIMINCA, FIELD_PREP(TIMINCA_PERIOD, 1) |
		 FIELD_PREP(TIMINCA_VALUE, ptp->incvalue));
	after = vpf_ptp_read64(ptp->a, R_SYSTIML);
	/* The emulated NIC adds the change times its uptime: SYSTIM jumps, either way */
	if (after - before > (u64)NSEC_PER_MSEC << VPF_PTP_SHIFT)
		timecounter_init(&ptp->tc, &ptp->cc, ns);
	spin_unlock_bh(&ptp->lock);
	return 0;
}

static int vpf_ptp_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct vpf_ptp *ptp = vpf_ptp_of(info);

	spin_lock_bh(&ptp->lock);
	timecounter_adjtime(&ptp->tc, delta);
	spin_unlock_bh(&ptp->lock);
	return 0;
}

static int vpf_ptp_gettimex(struct ptp_clock_info *info, struct timespec64 *ts,
			    struct ptp_system_timestamp *sts)
{
	struct vpf_ptp *ptp = vpf_ptp_of(info);
	int err = 0;
	u64 cycles;

	spin_lock_bh(&ptp->lock);
	ptp_read_system_prets(sts);
	cycles = vpf_rd32(ptp->a, R_SYSTIML);
	ptp_read_system_postts(sts);
	cycles |= (u64)vpf_rd32(ptp->a, R_SYSTIMH) << 32;
	if (vfp_io_present(&ptp->a->io))
		*ts = ns_to_timespec64(timecounter_cyc2time(&ptp->tc, cycles));
	else
		err = -ENODEV;
	spin_unlock_bh(&ptp->lock);
	return err;
}

static int vpf_ptp_settime(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct vpf_ptp *ptp = vpf_ptp_of(info);

	spin_lock_bh(&ptp->lock);
	timecounter_init(&ptp->tc, &ptp->cc, timespec64_to_ns(ts));
	spin_unlock_bh(&ptp->lock);
	return 0;
}

/* A timecounter must be read at least once in half of its range */
static long vpf_ptp_refresh(struct ptp_clock_info *info)
{
	struct vpf_ptp *ptp = vpf_ptp_of(info);

	spin_lock_bh(&ptp->lock);
	if (vfp_io_present(&ptp->a->io))
		timecounter_read(&ptp->tc);
	spin_unlock_bh(&ptp->lock);
	return VPF_PTP_REFRESH;
}

/* Transmit */

static void vpf_ptp_tx_drop(struct vpf_ptp *ptp)
{
	dev_kfree_skb_any(ptp->tx_skb);
	ptp->tx_skb = NULL;
}

/* A time stamp whose frame was given up is nobody's: not the next frame's, either */
static void vpf_ptp_tx_discard(struct vpf_ptp *ptp)
{
	if (vpf_rd32(ptp->a, R_TSYNCTXCTL) & TSYNCTXCTL_VALID)
		vpf_ptp_read64(ptp->a, R_TXSTMPL);
}

static void vpf_ptp_tx_work(struct work_struct *work)
{
	struct vpf_ptp *ptp = container_of(work, struct vpf_ptp, tx_work);
	struct skb_shared_hwtstamps stamp = {};
	struct vpf_adapter *a = ptp->a;
	struct sk_buff *skb = NULL;
	bool again = false;

	spin_lock_bh(&ptp->lock);
	if (!ptp->tx_skb) {
		/* The queue was emptied meanwhile */
	} else if (vpf_rd32(a, R_TSYNCTXCTL) & TSYNCTXCTL_VALID && vfp_io_present(&a->io)) {
		stamp.hwtstamp = ns_to_ktime(timecounter_cyc2time(&ptp->tc,
								  vpf_ptp_read64(a, R_TXSTMPL)));
		skb = ptp->tx_skb;
		ptp->tx_skb = NULL;
	} else if (time_after(jiffies, ptp->tx_start + VPF_PTP_TX_TIMEOUT)) {
		ptp->tx_timeouts++;
		vpf_ptp_tx_drop(ptp);
		vpf_ptp_tx_discard(ptp);
	} else {
		again = true;
	}
	spin_unlock_bh(&ptp->lock);
	if (skb) {
		skb_tstamp_tx(skb, &stamp);
		dev_kfree_skb_any(skb);
	}
	if (again) {
		usleep_range(200, 400);
		schedule_work(&ptp->tx_work);
	}
}

/**
 * vpf_ptp_tx() - may this frame have a time stamp?
 * @ring: transmit ring
 * @skb: frame with SKBTX_HW_TSTAMP
 *
 * Return: true: the descriptor shall ask for it. A second frame has to do without.
 */
bool vpf_ptp_tx(struct vrg_ring *ring, struct sk_buff *skb)
{
	struct vpf_adapter *a = vpf_adapter(ring->netdev);
	struct vpf_ptp *ptp = a->ptp;
	bool ok = false;

	if (!ptp)
		return false;
	spin_lock_bh(&ptp->lock);
	if (ptp->config.tx_type == HWTSTAMP_TX_ON) {
		ok = !ptp->tx_skb;
		if (ok) {
			vpf_ptp_tx_discard(ptp);
			skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
			ptp->tx_skb = skb_get(skb);
			ptp->tx_start = jiffies;
			schedule_work(&ptp->tx_work);
		} else {
			ptp->tx_skipped++;
		}
	}
	spin_unlock_bh(&ptp->lock);
	return ok;
}

/* Receive */

/* Reading makes room for the next: the high half, on the emulated NIC the source */
static u64 vpf_ptp_rx_read(struct vpf_adapter *a)
{
	u64 stamp = vpf_ptp_read64(a, R_RXSTMPL);

	vpf_rd32(a, R_RXSATRH);
	return stamp;
}

/**
 * vpf_ptp_rx() - the NIC has noted when this frame came
 * @ring: receive ring
 * @skb: frame
 */
void vpf_ptp_rx(struct vrg_ring *ring, struct sk_buff *skb)
{
	struct vpf_adapter *a = vpf_adapter(ring->netdev);
	struct vpf_ptp *ptp = a->ptp;

	if (!ptp)
		return;
	spin_lock(&ptp->lock);
	if (vpf_rd32(a, R_TSYNCRXCTL) & TSYNCRXCTL_VALID) {
		u64 stamp = vpf_ptp_rx_read(a);

		skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(timecounter_cyc2time(&ptp->tc, stamp));
	}
	ptp->rx_waiting = false;
	spin_unlock(&ptp->lock);
}

/**
 * vpf_ptp_tend() - make room for the time stamps of frames to come
 * @a: adapter
 *
 * The NIC notes the time of frames that the PF never gets as well: to a VF, or for which there was
 * no buffer. It notes no other until that is fetched. Called now and then: what waits at two such
 * times in a row waits for nobody.
 */
void vpf_ptp_tend(struct vpf_adapter *a)
{
	struct vpf_ptp *ptp = a->ptp;
	bool waiting;

	if (!ptp || ptp->config.rx_filter == HWTSTAMP_FILTER_NONE)
		return;
	spin_lock_bh(&ptp->lock);
	waiting = vpf_rd32(a, R_TSYNCRXCTL) & TSYNCRXCTL_VALID && vfp_io_present(&a->io);
	if (waiting && ptp->rx_waiting) {
		vpf_ptp_rx_read(a);
		ptp->rx_cleared++;
		waiting = false;
	}
	ptp->rx_waiting = waiting;
	spin_unlock_bh(&ptp->lock);
}

static void vpf_ptp_apply(struct vpf_ptp *ptp)
{
	bool rx = ptp->config.rx_filter != HWTSTAMP_FILTER_NONE;
	bool tx = ptp->config.tx_type == HWTSTAMP_TX_ON;
	struct vpf_adapter *a = ptp->a;

	vpf_wr32(a, R_TSYNCRXCTL, rx ? TSYNCRXCTL_ENABLE |
		 FIELD_PREP(TSYNCRXCTL_TYPE, TSYNCRXCTL_TYPE_EVENT_V2) : 0);
	vpf_wr32(a, R_ETQF(VPF_PTP_ETQF), rx ? ETQF_ENABLE | ETQF_1588 |
		 FIELD_PREP(ETQF_TYPE, ETH_P_1588) : 0);
	vpf_wr32(a, R_TSYNCTXCTL, tx ? TSYNCTXCTL_ENABLE : 0);
	/* What was noted before isn't anybody's */
	vpf_ptp_read64(a, R_TXSTMPL);
	vpf_ptp_rx_read(a);
}

static int vpf_ptp_set_config(struct vpf_ptp *ptp, int tx_type, int *rx_filter)
{
	if (tx_type != HWTSTAMP_TX_OFF && tx_type != HWTSTAMP_TX_ON)
		return -ERANGE;
	switch (*rx_filter) {
	case HWTSTAMP_FILTER_NONE:
		break;
	case HWTSTAMP_FILTER_PTP_V2_L2_EVENT:
	case HWTSTAMP_FILTER_PTP_V2_L2_SYNC:
	case HWTSTAMP_FILTER_PTP_V2_L2_DELAY_REQ:
		*rx_filter = HWTSTAMP_FILTER_PTP_V2_L2_EVENT;
		break;
	default:
		return -ERANGE;
	}
	spin_lock_bh(&ptp->lock);
	ptp->config.tx_type = tx_type;
	ptp->config.rx_filter = *rx_filter;
	vpf_ptp_apply(ptp);
	spin_unlock_bh(&ptp->lock);
	return 0;
}

#ifdef VFP_HAVE_NDO_HWTSTAMP
int vpf_ptp_hwtstamp_get(struct net_device *netdev, struct kernel_hwtstamp_config *config)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	if (!a->ptp)
		return -EOPNOTSUPP;
	hwtstamp_config_to_kernel(config, &a->ptp->config);
	return 0;
}

int vpf_ptp_hwtstamp_set(struct net_device *netdev, struct kernel_hwtstamp_config *config,
			 struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	int err;

	if (!a->ptp)
		return -EOPNOTSUPP;
	err = vpf_ptp_set_config(a->ptp, config->tx_type, (int *)&config->rx_filter);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "PTP version 2 over Ethernet only");
	return err;
}
#else
int vpf_ptp_ioctl(struct net_device *netdev, struct ifreq *ifr, int cmd)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct hwtstamp_config config;
	int err = 0;

	if (!a->ptp || (cmd != SIOCGHWTSTAMP && cmd != SIOCSHWTSTAMP))
		return -EOPNOTSUPP;
	if (cmd == SIOCGHWTSTAMP) {
		config = a->ptp->config;
	} else {
		if (copy_from_user(&config, ifr->ifr_data, sizeof(config)))
			return -EFAULT;
		if (config.flags)
			return -EINVAL;
		err = vpf_ptp_set_config(a->ptp, config.tx_type, &config.rx_filter);
	}
	if (err)
		return err;
	return copy_to_user(ifr->ifr_data, &config, sizeof(config)) ? -EFAULT : 0;
}
#endif

/**
 * vpf_ptp_ts_info() - ethtool -T
 * @netdev: the PF's
 * @info: result
 *
 * Return: 0.
 */
int vpf_ptp_ts_info(struct net_device *netdev, vfp_ts_info *info)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	if (!a->ptp)
		return ethtool_op_get_ts_info(netdev, info);
	info->so_timestamping = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
				SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE |
				SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = ptp_clock_index(a->ptp->clock);
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE) | BIT(HWTSTAMP_FILTER_PTP_V2_L2_EVENT);
	return 0;
}

/**
 * vpf_ptp_pause() - the NIC is about to be reset
 * @a: adapter; its queues are stopped
 */
void vpf_ptp_pause(struct vpf_adapter *a)
{
	struct vpf_ptp *ptp = a->ptp;

	if (!ptp)
		return;
	spin_lock_bh(&ptp->lock);
	ptp->paused_ns = timecounter_read(&ptp->tc);
	if (!vfp_io_present(&ptp->a->io))
		ptp->paused_ns = ktime_get_real_ns();
	ptp->paused_at = ktime_get();
	vpf_ptp_tx_drop(ptp);
	spin_unlock_bh(&ptp->lock);
}

/**
 * vpf_ptp_restore() - the NIC was reset: SYSTIM starts from 0
 * @a: adapter
 */
void vpf_ptp_restore(struct vpf_adapter *a)
{
	struct vpf_ptp *ptp = a->ptp;

	if (!ptp)
		return;
	spin_lock_bh(&ptp->lock);
	vpf_wr32(a, R_TIMINCA, FIELD_PREP(TIMINCA_PERIOD, 1) |
		 FIELD_PREP(TIMINCA_VALUE, ptp->incvalue));
	vpf_wr32(a, R_SYSTIML, 0);
	vpf_wr32(a, R_SYSTIMH, 0);
	timecounter_init(&ptp->tc, &ptp->cc, ptp->paused_ns +
			 ktime_to_ns(ktime_sub(ktime_get(), ptp->paused_at)));
	vpf_ptp_apply(ptp);
	spin_unlock_bh(&ptp->lock);
}

/**
 * vpf_ptp_init() - offer the clock; the driver does without what it can't have
 * @a: adapter, the NIC runs
 */
void vpf_ptp_init(struct vpf_adapter *a)
{
	struct vpf_ptp *ptp = kzalloc(sizeof(*ptp), GFP_KERNEL);

	if (!ptp)
		return;
	ptp->a = a;
	spin_lock_init(&ptp->lock);
	INIT_WORK(&ptp->tx_work, vpf_ptp_tx_work);
	ptp->incvalue = VPF_PTP_INCVALUE;
	ptp->paused_ns = ktime_get_real_ns();
	ptp->paused_at = ktime_get();
	ptp->cc.read = vpf_ptp_read_cc;
	ptp->cc.mask = CYCLECOUNTER_MASK(64);
	ptp->cc.mult = 1;
	ptp->cc.shift = VPF_PTP_SHIFT;
	ptp->info.owner = THIS_MODULE;
	snprintf(ptp->info.name, sizeof(ptp->info.name), "%pM", a->netdev->perm_addr);
	ptp->info.max_adj = VPF_PTP_MAX_ADJ;
	ptp->info.adjfine = vpf_ptp_adjfine;
	ptp->info.adjtime = vpf_ptp_adjtime;
	ptp->info.gettimex64 = vpf_ptp_gettimex;
	ptp->info.settime64 = vpf_ptp_settime;
	ptp->info.do_aux_work = vpf_ptp_refresh;
	a->ptp = ptp;
	vpf_ptp_restore(a);
	ptp->clock = ptp_clock_register(&ptp->info, vpf_dev(a));
	if (IS_ERR_OR_NULL(ptp->clock)) {
		if (IS_ERR(ptp->clock))
			pci_warn(a->pdev, "no clock: %pe\n", ptp->clock);
		a->ptp = NULL;
		kfree(ptp);
		return;
	}
	ptp_schedule_worker(ptp->clock, VPF_PTP_REFRESH);
}

/**
 * vpf_ptp_exit() - undo vpf_ptp_init()
 * @a: adapter; the netdev is unregistered
 */
void vpf_ptp_exit(struct vpf_adapter *a)
{
	struct vpf_ptp *ptp = a->ptp;

	if (!ptp)
		return;
	ptp_clock_unregister(ptp->clock);
	cancel_work_sync(&ptp->tx_work);
	spin_lock_bh(&ptp->lock);
	vpf_ptp_tx_drop(ptp);
	spin_unlock_bh(&ptp->lock);
	a->ptp = NULL;
	kfree(ptp);
}
