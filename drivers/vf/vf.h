/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfpath_vf: what its files share.
 */
#ifndef _VVF_VF_H_
#define _VVF_VF_H_

#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include "addr.h"
#include "compat.h"
#include "filter.h"
#include "io.h"
#include "lower_state.h"
#include "mbx_msg.h"
#include "ring.h"
#include "../pf/reflect.h"

#define VVF_NAME		"vfpath_vf"
/* With a tag, as igbvf says it: an in-tree PF counts it */
#define VVF_MAX_FRAME(mtu)	((mtu) + ETH_HLEN + VLAN_HLEN + ETH_FCS_LEN)

/* Vectors, as in-tree igbvf has them: the emulated NIC only ever adds bits to VTIVAR */
#define VVF_VEC_TX		0
#define VVF_VEC_RX		1
#define VVF_NUM_VEC		2
#define VVF_VEC_ALL		(BIT(VVF_NUM_VEC) - 1)

/* How long the mailbox may take, in ms: with RTNL held, and for RESET */
#define VVF_MBX_MS		100
#define VVF_MBX_RESET_MS	500

enum vvf_flag {
	VVF_F_UP,		/* queues run; changes under RTNL */
	VVF_F_REMOVED,		/* the device is gone */
	VVF_F_REGISTERED,	/* the PF has answered, there is a netdev */
	VVF_F_RESET,		/* a reset is due: nothing that is sent would arrive */
	VVF_F_ADDRESS,		/* the netdev's address has changed, and nobody was told (RTNL) */
	VVF_F_PATH_VF,		/* the data path is wanted on this VF (RTNL) */
	VVF_F_PATH_UNSURE,	/* the PF hasn't answered: it may be either way (RTNL) */
	VVF_F_TAKEN,		/* its address is somebody else's: nothing is sent (RTNL) */
	VVF_F_STOPPING,		/* no new works */
	VVF_F_PAUSED,		/* asleep, or in recovery: no register is there */
};

#define VVF_HW_STATS		9

/**
 * struct vvf_adapter - one virtual function (netdev_priv())
 * @pdev: its PCI function
 * @netdev: its netdev
 * @io: its registers
 * @bar: what @io.base is while the device is there
 * @flags: enum vvf_flag, atomic bit operations
 * @vec: vectors: transmit, receive
 * @tx: transmit ring (RTNL; NULL while down)
 * @rx: receive ring (RTNL; NULL while down)
 * @ring_lock: guards the pointers @tx and @rx and the sums below against readers of
 *	statistics
 * @tx_gone: what transmit rings counted that are freed (@ring_lock)
 * @rx_gone: what receive rings counted that are freed (@ring_lock)
 * @echo_lock: protects @echo
 * @echo: multicasts of others that it has sent
 * @echo_jiffies: when it has sent the last one
 * @tx_count: descriptors of the transmit ring (RTNL)
 * @rx_count: descriptors of the receive ring (RTNL)
 * @itr_us: interrupt interval in us (RTNL)
 * @mbx_lock: one message at a time; protects what follows up to @state_due
 * @version: of the extension, 0: an in-tree PF
 * @caps: VFP_CAP_* granted
 * @cts: the RESET handshake is done
 * @cookie: of the last DATA_PATH
 * @nack: why the last request was refused (VFP_NACK_*)
 * @state: what the PF said last
 * @host: what it said of the address
 * @state_due: it has to be asked again
 * @v2p_lock: protects @v2p
 * @v2p: bits of V2PMAILBOX that clear when read, kept until they are used
 * @mail_jiffies: when the mailbox was looked at last
 * @carrier_lock: carrier follows what it is made of, whoever looks
 * @known: what the host has said of the address last, and the netdev has followed (RTNL)
 * @host_retry_ms: how long @host_work waits the next time (RTNL)
 * @seen_trusted: so was it when the PF was last told what to let through (RTNL)
 * @seen_port_vid: the same
 * @sync_lock: protects what follows up to @sync_retry_ms; taken before @mbx_lock
 * @filter: what the PF has to know
 * @want: scratch
 * @refused: what of it the PF refuses
 * @refused_nack: and why
 * @sync_retry_ms: how long @sync_work waits the next time
 * @wq: everything below
 * @mail_work: the PF said something
 * @watchdog: while open: what no interrupt tells
 * @tx_late: what the watchdog has missed in the TX ring
 * @rx_late: and in the RX ring
 * @reset_work: the handshake and the queues once more
 * @host_work: what the host says of the VF has changed
 * @sync_work: the PF has to know something; ndo_set_rx_mode can't sleep
 * @probe_work: the PF hadn't answered when the VF was probed
 * @remove_work: detaches the netdev after a surprise removal
 * @lower_nb: hears what the upper wants (NETDEV_CHANGELOWERSTATE)
 * @panic_nb: and that the kernel has come to its end
 * @upper_chooses: its upper, if it has one, is one that says what it wants (RTNL)
 * @resets: how often the VF was reset, its own or the PF's doing
 * @path_reason: why the data path isn't on this VF although its upper wants it (RTNL)
 * @path_refused: data path switches that were refused or never answered
 * @mbx_timeouts: messages without an answer
 * @refusals: messages that were refused
 * @late_interrupts: polls that the watchdog has begun in place of an interrupt
 * @hw_lock: protects @hw_last and @hw_stats
 * @hw_jiffies: when they were read last
 * @hw_last: the NIC's 32-bit counters when last read
 * @hw_stats: widened
 */
struct vvf_adapter {
	struct pci_dev *pdev;
	struct net_device *netdev;
	struct vfp_io io;
	u8 __iomem *bar;
	unsigned long flags;

	struct vrg_vector vec[VVF_NUM_VEC];
	struct vrg_ring *tx;
	struct vrg_ring *rx;
	/* Ring pointers and sums, against readers without RTNL */
	spinlock_t ring_lock;
	struct vrg_stats tx_gone;
	struct vrg_stats rx_gone;
	/* Frames sent a moment ago: from xmit to NAPI */
	spinlock_t echo_lock;
	struct vpf_reflect echo;
	unsigned long echo_jiffies;
	u16 tx_count;
	u16 rx_count;
	u32 itr_us;

	/* One exchange with the PF at a time */
	struct mutex mbx_lock;
	u16 version;
	u32 caps;
	bool cts;
	u32 cookie;
	u8 nack;
	struct vvf_mbx_state state;
	struct vvf_addr host;
	bool state_due;

	/* v2p: its bits clear when read */
	spinlock_t v2p_lock;
	u32 v2p;
	unsigned long mail_jiffies;

	/* Carrier follows what it is made of */
	spinlock_t carrier_lock;
	struct vvf_addr known;
	unsigned int host_retry_ms;
	bool seen_trusted;
	u16 seen_port_vid;

	/* What the PF has to know of whom we listen to */
	struct mutex sync_lock;
	struct vvf_filter filter;
	struct vvf_filter_set want;
	enum vvf_filter_kind refused;
	u8 refused_nack;
	unsigned int sync_retry_ms;

	struct workqueue_struct *wq;
	struct work_struct mail_work;
	struct delayed_work watchdog;
	struct vrg_late tx_late;
	struct vrg_late rx_late;
	struct delayed_work reset_work;
	struct delayed_work host_work;
	struct delayed_work sync_work;
	struct delayed_work probe_work;
	struct work_struct remove_work;
	struct notifier_block lower_nb;
	struct notifier_block panic_nb;
	bool upper_chooses;

	u64 resets;
	enum vfp_lower_reason path_reason;
	u64 path_refused;
	u64 mbx_timeouts;
	u64 refusals;
	u64 late_interrupts;
	/* The NIC's counters */
	spinlock_t hw_lock;
	unsigned long hw_jiffies;
	u32 hw_last[VVF_HW_STATS];
	u64 hw_stats[VVF_HW_STATS];
};

static inline u32 vvf_rd32(struct vvf_adapter *a, u32 reg)
{
	return vfp_rd32(&a->io, reg);
}

static inline void vvf_wr32(struct vvf_adapter *a, u32 reg, u32 val)
{
	vfp_wr32(&a->io, reg, val);
}

/* main.c */
int vvf_main_handshake(struct vvf_adapter *a);

/* netdev.c */
extern const struct net_device_ops vvf_netdev_ops;
void vvf_netdev_sums(struct vvf_adapter *a, struct vrg_stats *tx, struct vrg_stats *rx);
int vvf_netdev_set_rings(struct vvf_adapter *a, u16 tx_count, u16 rx_count);
void vvf_netdev_down(struct vvf_adapter *a, bool quiet);
void vvf_netdev_reset_work(struct work_struct *work);

/* echo.c */
void vvf_echo_note(struct vvf_adapter *a, const struct sk_buff *skb);
bool vvf_echo_match(struct vvf_adapter *a, const struct sk_buff *skb);

/* irq.c */
int vvf_irq_alloc(struct vvf_adapter *a);
void vvf_irq_free(struct vvf_adapter *a);
int vvf_irq_request(struct vvf_adapter *a);
void vvf_irq_release(struct vvf_adapter *a);
void vvf_irq_program(struct vvf_adapter *a);

/* mailbox.c */
u32 vvf_mbx_look(struct vvf_adapter *a);
bool vvf_mbx_again(int err);
int vvf_mbx_reset(struct vvf_adapter *a);
int vvf_mbx_set_mac(struct vvf_adapter *a, const u8 *mac, u8 *nack);
int vvf_mbx_clear_uc(struct vvf_adapter *a, const u8 *own, u8 *nack);
int vvf_mbx_add_uc(struct vvf_adapter *a, const u8 *mac, u8 *nack);
int vvf_mbx_set_mc(struct vvf_adapter *a, const u16 *hashes, unsigned int num, u8 *nack);
int vvf_mbx_set_rx_mode(struct vvf_adapter *a, u8 mode, u8 *nack);
int vvf_mbx_vlan(struct vvf_adapter *a, u16 vid, bool join, u8 *nack);
int vvf_mbx_max_frame(struct vvf_adapter *a, u32 max_frame, u8 *nack);
int vvf_mbx_path(struct vvf_adapter *a, u8 path, u8 *nack);
void vvf_mbx_mail_work(struct work_struct *work);

/* path.c */
int vvf_path_init(struct vvf_adapter *a);
void vvf_path_exit(struct vvf_adapter *a);
enum vfp_lower_reason vvf_path_set(struct vvf_adapter *a, bool to_vf);
bool vvf_path_implied(struct vvf_adapter *a);
bool vvf_path_answered(struct vvf_adapter *a);
int vvf_path_review(struct vvf_adapter *a);

/* sync.c */
int vvf_sync(struct vvf_adapter *a, bool again);
void vvf_sync_later(struct vvf_adapter *a, unsigned int ms);
void vvf_sync_work(struct work_struct *work);
void vvf_sync_forgotten(struct vvf_adapter *a);
void vvf_sync_doubt(struct vvf_adapter *a, bool trust, bool vlans);
int vvf_sync_mtu(struct vvf_adapter *a, int mtu);
int vvf_sync_vlan(struct vvf_adapter *a, u16 vid, bool on);

/* host.c */
int vvf_host_address(struct vvf_adapter *a);
void vvf_host_begin(struct vvf_adapter *a);
void vvf_host_changed(struct vvf_adapter *a);
void vvf_host_soon(struct vvf_adapter *a, unsigned int ms);
void vvf_host_later(struct vvf_adapter *a);
void vvf_host_work(struct work_struct *work);

/* watchdog.c */
void vvf_watchdog_work(struct work_struct *work);
void vvf_watchdog_start(struct vvf_adapter *a);
void vvf_watchdog_carrier(struct vvf_adapter *a);
void vvf_watchdog_reset(struct vvf_adapter *a, const char *why);
void vvf_watchdog_stats(struct vvf_adapter *a);
void vvf_watchdog_stats_rebase(struct vvf_adapter *a);

/* pm.c */
extern const struct dev_pm_ops vvf_pm_ops;
extern const struct pci_error_handlers vvf_pm_err_handler;

/* ethtool.c */
extern const struct ethtool_ops vvf_ethtool_ops;

#endif /* _VVF_VF_H_ */
