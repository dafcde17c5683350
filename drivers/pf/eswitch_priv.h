/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inside of the embedded switch, for eswitch.c and the files around it.
 */
#ifndef _VPF_ESWITCH_PRIV_H_
#define _VPF_ESWITCH_PRIV_H_

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "apply.h"
#include "bridge.h"
#include "eswitch.h"
#include "fdb.h"
#include "learn.h"
#include "mbx_dispatch.h"
#include "vlan.h"
#include "vport.h"

/* What a pool's registers are made of */
struct vpf_pool {
	u32 max_frame;
	u32 max_rate;		/* Mbit/s, 0: no limit */
	bool rx;		/* VFRE */
	bool tx;		/* VFTE */
	bool strip_vlan;
	bool hash_mc;		/* gets multicast by the hash table */
	bool all_mc;
	bool promisc;
	bool port_vlan;
	bool spoofchk;
};

/* Counters of a VF, widened to 64 bits from the NIC's 32 */
struct vpf_vf_stats {
	u64 rx_packets;
	u64 tx_packets;
	u64 rx_bytes;
	u64 tx_bytes;
	u64 multicast;
};

#define VPF_VF_STATS		5

/* What `ip link` shows of a VF */
struct vpf_vf_view {
	u8 mac[ETH_ALEN];
	u16 port_vid;
	u8 port_qos;
	bool spoofchk;
	bool trusted;
	u8 link_state;
	u32 max_rate;
};

/**
 * struct vpf_vf - what is done for a VF, apart from the others
 * @esw: its switch
 * @index: its number
 * @work: serves its mailbox, settles moves of its data path, tells it what is due. Nobody else
 *	touches its mailbox, so nothing has to be locked for that
 * @reply_ms: (the work alone) when a reply was written that it may not have read, 0: none
 * @mute_ms: (&vpf_eswitch.lock) when its queues are to be switched off, 0: no need
 * @view: (&vpf_eswitch.view_lock) for those with RTNL
 */
struct vpf_vf {
	struct vpf_eswitch *esw;
	unsigned int index;
	struct delayed_work work;
	u64 reply_ms;
	u64 mute_ms;
	struct vpf_vf_view view;
};

/* What the mailbox has seen of a VF */
struct vpf_mbx_stats {
	u64 messages;
	u64 malformed;
	u64 refused;
	u64 limited;		/* left waiting for a token */
	u64 flr;
	u64 switches;		/* data path switches that changed something */
};

/**
 * struct vpf_eswitch - the embedded switch of a PF
 * @a: its adapter
 * @lock: protects @vport, @mbx_stats, @num_vfs, @link_up, @mbx_passes and MBVFIMR. Nothing is
 *	waited for with it, as those with RTNL want it: not for what is under way, nor for a
 *	mailbox. Not held across pci_enable_sriov() and pci_disable_sriov(): VF drivers of this
 *	host probe in there, and talk to the mailbox
 * @vport: all VFs, those that don't exist are VPF_VPORT_FREE
 * @mbx_stats: by VF
 * @num_vfs: how many are reserved
 * @mbx_passes: how often the mailboxes' interrupt may be let through
 * @mbvfimr: what MBVFIMR holds
 * @vf: by VF, what has its own lock or needs none
 * @view_lock: protects &vpf_vf.view
 * @unread: (atomic) VFs that haven't acknowledged what was written last
 * @link_up: the PF's link
 * @tbl_lock: protects what follows and the registers made of it; taken in any context
 * @fdb: address table
 * @vlan: VLAN table
 * @seen: by VF, where the bridge has seen its address last; what is made of it is decided with
 *	@lock held, &vpf_vport.away
 * @mta: multicast table
 * @pf_mta: the PF's part of it
 * @vf_mta: the VFs' part of it
 * @all_mta: somebody wants all multicast
 * @pool: by pool
 * @pf_promisc: the PF gets what nobody else wants
 * @loopback: VFs exist: the switch switches
 * @regs_known: false, the registers were reset: all want writing
 * @enables_lost: a VF was reset, which clears bits of VFRE and VFTE
 * @vfre: what VFRE holds
 * @vfte: what VFTE holds
 * @vmolr: what VMOLR holds
 * @link_mbps: the link's speed, which rates are a part of
 * @rate: what the rate limiter holds
 * @dtxswc: what DTXSWC holds
 * @vt_ctl: what VT_CTL holds
 * @rctl: bits of RCTL that are the switch's
 * @learn: what the PF's frames tell
 * @wq: mailboxes, resets, bridge
 * @mbx_work: something happened on a mailbox; its interrupt is off until this has run
 * @poll_work: the same once a second, while VFs exist
 * @assert_work: the bridge has moved the address of a VF
 * @stats_lock: protects @vf_stats and @vf_last
 * @vf_stats: by VF
 * @vf_last: the registers when last read
 * @bridge: Linux bridges with the PF in them
 */
struct vpf_eswitch {
	struct vpf_adapter *a;

	/* Vports, their policy and state; taken before tbl_lock */
	struct mutex lock;
	struct vpf_vport vport[VFP_MAX_VFS];
	struct vpf_mbx_stats mbx_stats[VFP_MAX_VFS];
	unsigned int num_vfs;
	bool link_up;
	struct vpf_bucket mbx_passes;
	u8 mbvfimr;

	struct vpf_vf vf[VFP_MAX_VFS];
	/* What is shown of VFs */
	spinlock_t view_lock;
	unsigned long unread;

	/* Tables, and the registers made of them */
	spinlock_t tbl_lock;
	struct vpf_fdb fdb;
	struct vpf_vlan vlan;
	struct vpf_sighting seen[VFP_MAX_VFS];
	struct vpf_mta mta;
	u32 pf_mta[VFP_NUM_MTA];
	u32 vf_mta[VFP_NUM_MTA];
	bool all_mta;
	struct vpf_pool pool[VFP_NUM_POOLS];
	bool pf_promisc;
	bool loopback;
	bool regs_known;
	bool enables_lost;
	u32 vfre;
	u32 vfte;
	u32 vmolr[VFP_NUM_POOLS];
	u32 link_mbps;
	u32 rate[VFP_NUM_POOLS];
	u32 dtxswc;
	u32 vt_ctl;
	u32 rctl;

	struct vpf_learn learn;

	struct workqueue_struct *wq;
	struct delayed_work mbx_work;
	struct delayed_work poll_work;
	struct work_struct assert_work;

	/* Counters of VFs, and the registers they are read from */
	struct mutex stats_lock;
	struct vpf_vf_stats vf_stats[VFP_MAX_VFS];
	u32 vf_last[VFP_MAX_VFS][VPF_VF_STATS];

	struct vpf_bridge bridge;
};

static inline bool vpf_vport_exists(const struct vpf_vport *vp)
{
	return vp->state != VPF_VPORT_FREE;
}

/* eswitch.c; the caller holds esw->tbl_lock */
void vpf_eswitch_sum_mta(struct vpf_eswitch *esw);
u64 vpf_eswitch_now(void);

/* esw_vport.c; the caller holds esw->lock */
int vpf_eswitch_event(struct vpf_eswitch *esw, unsigned int n, enum vpf_vport_event ev);
void vpf_eswitch_sync_vport(struct vpf_eswitch *esw, unsigned int n);
int vpf_eswitch_place(struct vpf_eswitch *esw, unsigned int n);
void vpf_eswitch_show(struct vpf_eswitch *esw, unsigned int n);
int vpf_eswitch_vf_mac(struct vpf_eswitch *esw, unsigned int n, const u8 *mac,
		       enum vpf_vport_event ev);
int vpf_eswitch_vf_uc_add(struct vpf_eswitch *esw, unsigned int n, const u8 *mac);
void vpf_eswitch_vf_uc_flush(struct vpf_eswitch *esw, unsigned int n);
int vpf_eswitch_vf_vlan(struct vpf_eswitch *esw, unsigned int n, u16 vid, bool join);
int vpf_eswitch_vf_port_vlan(struct vpf_eswitch *esw, unsigned int n, u16 vid, u8 qos);

/* and here doesn't */
void vpf_eswitch_settle(struct vpf_eswitch *esw, unsigned int n);

/* esw_regs.c; vpf_eswitch_apply() with esw->tbl_lock held */
void vpf_eswitch_apply(struct vpf_eswitch *esw);
void vpf_eswitch_apply_fdb(struct vpf_eswitch *esw);
void vpf_eswitch_loopback(struct vpf_eswitch *esw, bool on);
void vpf_eswitch_rewrite(struct vpf_eswitch *esw);

/* esw_stats.c */
void vpf_eswitch_get_vf_stats(struct vpf_eswitch *esw, unsigned int n, struct vpf_vf_stats *s);
void vpf_eswitch_stats_start(struct vpf_eswitch *esw);

/* mailbox.c */
void vpf_mailbox_init(struct vpf_eswitch *esw);
void vpf_mailbox_start(struct vpf_eswitch *esw);
void vpf_mailbox_stop(struct vpf_eswitch *esw);
void vpf_mailbox_flush(struct vpf_eswitch *esw);
void vpf_mailbox_kick(struct vpf_eswitch *esw, unsigned int n);
/* the caller holds esw->lock */
void vpf_mailbox_pardon(struct vpf_eswitch *esw, unsigned int n);
int vpf_mailbox_path_vf(struct vpf_eswitch *esw, unsigned int n);

#endif /* _VPF_ESWITCH_PRIV_H_ */
