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

#include "compat.h"
#include "io.h"
#include "mbx_msg.h"
#include "ring.h"

#define VVF_NAME		"vfpath_vf"
#define VVF_MAX_FRAME(mtu)	((mtu) + ETH_HLEN + ETH_FCS_LEN)

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
	VVF_F_PATH_VF,		/* the data path is wanted on this VF (RTNL) */
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
 * @tx_count: descriptors of the transmit ring (RTNL)
 * @rx_count: descriptors of the receive ring (RTNL)
 * @itr_us: interrupt interval in us (RTNL)
 * @mbx_lock: one message at a time; protects what follows up to @cookie
 * @version: of the extension, 0: an in-tree PF
 * @caps: VFP_CAP_* granted
 * @cts: the RESET handshake is done
 * @cookie: of the last DATA_PATH
 * @state: what the PF said last
 * @v2p_lock: protects @v2p
 * @v2p: bits of V2PMAILBOX that clear when read, kept until they are used
 * @mail_jiffies: when the mailbox was looked at last
 * @host_mac: the address the PF gave this VF
 * @vlans: VLANs joined (RTNL)
 * @wq: ordered: everything below
 * @mail_work: the PF said something
 * @watchdog: while open: what no interrupt tells
 * @tx_late: what the watchdog has missed in the TX ring
 * @rx_late: and in the RX ring
 * @reset_work: the handshake and the queues once more
 * @path_work: the data path once more
 * @rx_mode_work: ndo_set_rx_mode can't sleep
 * @remove_work: detaches the netdev after a surprise removal
 * @lower_nb: hears what the upper wants (NETDEV_CHANGELOWERSTATE)
 * @upper_chooses: its upper, if it has one, is one that says what it wants (RTNL)
 * @resets: how often the VF was reset, its own or the PF's doing
 * @path_refused: data path switches that the PF refused or never answered
 * @mbx_timeouts: messages without an answer
 * @late_interrupts: polls that the watchdog has begun in place of an interrupt
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
	u16 tx_count;
	u16 rx_count;
	u32 itr_us;

	/* One exchange with the PF at a time */
	struct mutex mbx_lock;
	u16 version;
	u32 caps;
	bool cts;
	u32 cookie;
	struct vvf_mbx_state state;

	/* v2p: its bits clear when read */
	spinlock_t v2p_lock;
	u32 v2p;
	unsigned long mail_jiffies;
	u8 host_mac[ETH_ALEN];
	DECLARE_BITMAP(vlans, VLAN_N_VID);

	struct workqueue_struct *wq;
	struct work_struct mail_work;
	struct delayed_work watchdog;
	struct vrg_late tx_late;
	struct vrg_late rx_late;
	struct delayed_work reset_work;
	struct work_struct path_work;
	struct work_struct rx_mode_work;
	struct work_struct remove_work;
	struct notifier_block lower_nb;
	bool upper_chooses;

	u64 resets;
	u64 path_refused;
	u64 mbx_timeouts;
	u64 late_interrupts;
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
int vvf_netdev_set_rings(struct vvf_adapter *a, u16 tx_count, u16 rx_count);
void vvf_netdev_down(struct vvf_adapter *a, bool quiet);
void vvf_netdev_reset_work(struct work_struct *work);
void vvf_netdev_rx_mode_work(struct work_struct *work);
int vvf_netdev_sync_rx_mode(struct vvf_adapter *a);

/* irq.c */
int vvf_irq_alloc(struct vvf_adapter *a);
void vvf_irq_free(struct vvf_adapter *a);
int vvf_irq_request(struct vvf_adapter *a);
void vvf_irq_release(struct vvf_adapter *a);
void vvf_irq_program(struct vvf_adapter *a);
void vvf_irq_enable(struct vvf_adapter *a);
void vvf_irq_disable(struct vvf_adapter *a);

/* mailbox.c */
u32 vvf_mbx_look(struct vvf_adapter *a);
int vvf_mbx_reset(struct vvf_adapter *a, u8 *mac);
int vvf_mbx_set_mac(struct vvf_adapter *a, const u8 *mac);
int vvf_mbx_set_uc(struct vvf_adapter *a, struct net_device *netdev);
int vvf_mbx_set_mc(struct vvf_adapter *a, const u16 *hashes, unsigned int num);
int vvf_mbx_set_rx_mode(struct vvf_adapter *a, u8 mode);
int vvf_mbx_vlan(struct vvf_adapter *a, u16 vid, bool join);
int vvf_mbx_max_frame(struct vvf_adapter *a, u32 max_frame);
int vvf_mbx_path(struct vvf_adapter *a, bool to_vf);
void vvf_mbx_mail_work(struct work_struct *work);

/* path.c */
int vvf_path_init(struct vvf_adapter *a);
void vvf_path_exit(struct vvf_adapter *a);
int vvf_path_set(struct vvf_adapter *a, bool to_vf);
bool vvf_path_implied(struct vvf_adapter *a);
void vvf_path_work(struct work_struct *work);

/* watchdog.c */
void vvf_watchdog_work(struct work_struct *work);
void vvf_watchdog_start(struct vvf_adapter *a);
void vvf_watchdog_carrier(struct vvf_adapter *a);
void vvf_watchdog_reset(struct vvf_adapter *a, const char *why);
void vvf_watchdog_stats(struct vvf_adapter *a);

/* pm.c */
extern const struct dev_pm_ops vvf_pm_ops;
extern const struct pci_error_handlers vvf_pm_err_handler;

/* ethtool.c */
extern const struct ethtool_ops vvf_ethtool_ops;

#endif /* _VVF_VF_H_ */
