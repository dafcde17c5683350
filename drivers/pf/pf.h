/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfpath_pf: what its files share. The embedded switch has a header of its own,
 * eswitch.h.
 */
#ifndef _VPF_PF_H_
#define _VPF_PF_H_

#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <net/devlink.h>

#include "compat.h"
#include "io.h"
#include "ring.h"

#define VPF_NAME		"vfpath_pf"
#define VPF_MAX_FRAME(mtu)	((mtu) + ETH_HLEN + 2 * VLAN_HLEN + ETH_FCS_LEN)

/* The PF's queues: RX and TX 7, and TX 15 (same pool; it never receives) */
#define VPF_NUM_TX		2
#define VPF_TX_QUEUE(i)		(VFP_PF_POOL + VFP_NUM_POOLS * (i))
#define VPF_RX_QUEUE		VFP_PF_POOL

/* MSI-X vectors. With 7 VFs hardware leaves the PF vectors 0 to 3. */
#define VPF_VEC_MISC		0
#define VPF_VEC_QUEUE		1
#define VPF_NUM_VEC		2
#define VPF_ITR_MAX		0x1fffU	/* us */
/* Receive overruns that are counted one by one, between two looks at the statistics */
#define VPF_IRQ_MAX_RXO		1024

struct vpf_eswitch;
struct vpf_ptp;

enum vpf_flag {
	VPF_F_UP,		/* queues run; changes under RTNL */
	VPF_F_REMOVED,		/* the device is gone */
	VPF_F_LOADED,		/* @netdev, @esw and all are there; see vpf_main_get() */
	VPF_F_PAUSED,		/* asleep, or in recovery: no register is there */
	VPF_F_PHY_DEAD,		/* the PHY didn't answer; not reported yet */
	VPF_F_NAMED,		/* devlink has been told of the netdev, which has no port's name */
	VPF_F_SELFTEST,		/* received frames are the self-test's */
};

enum vpf_health {
	VPF_HEALTH_TX,
	VPF_HEALTH_MAILBOX,
	VPF_HEALTH_LINK,
	VPF_HEALTH_REPORTERS
};

/* Counters the NIC clears when read, accumulated */
struct vpf_hw_stats {
	u64 crc_errors;
	u64 align_errors;
	u64 symbol_errors;
	u64 rx_errors;
	u64 length_errors;
	u64 undersize;
	u64 fragments;
	u64 oversize;
	u64 jabber;
	u64 missed;
	u64 no_buffers;
	u64 rx_overruns;	/* interrupts that said so: the emulated NIC's only sign */
	u64 collisions;
	u64 late_collisions;
	u64 xon_rx;
	u64 xon_tx;
	u64 xoff_rx;
	u64 xoff_tx;
	u64 rx_packets;
	u64 rx_bytes;
	u64 rx_broadcast;
	u64 rx_multicast;
	u64 tx_packets;
	u64 tx_bytes;
	u64 tx_broadcast;
	u64 tx_multicast;
	u64 rx_size[6];		/* 64, 65-127, 128-255, 256-511, 512-1023, more */
	u64 tx_size[6];
};

/**
 * struct vpf_adapter - one physical function (devlink_priv())
 * @pdev: its PCI function
 * @netdev: its netdev
 * @load_lock: @netdev and @esw stay while it is held for reading; devlink's reload holds it for
 *	writing. Taken after devlink's lock and before RTNL; works only try, see vpf_main_get().
 * @perm_addr: the address in the NVM
 * @force_vf_removal: VFs in use may be taken away (devlink param)
 * @io: its registers
 * @bar: what @io.base is while the device is there
 * @esw: its embedded switch
 * @ptp: its clock, or NULL
 * @flags: enum vpf_flag, atomic bit operations
 * @vec: the vector that serves all of the PF's queues
 * @tx: transmit rings (RTNL; NULL while down)
 * @rx: receive ring (RTNL; NULL while down)
 * @ring_lock: guards the pointers @tx and @rx and the sums below against readers
 *	of statistics, which don't hold RTNL
 * @tx_gone: what transmit rings counted that are freed (@ring_lock)
 * @rx_gone: what receive rings counted that are freed (@ring_lock)
 * @tx_count: descriptors of a transmit ring (RTNL)
 * @rx_count: descriptors of the receive ring (RTNL)
 * @itr_us: interrupt interval in us, 0: none (RTNL)
 * @link_work: link change, from the misc interrupt
 * @reset_work: full reset, from a transmit timeout
 * @remove_work: detaches the netdev after a surprise removal
 * @stats_work: every 2 s, before the NIC's 32-bit counters can wrap
 * @stats_lock: protects @hw_stats and the registers that clear when read
 * @hw_stats: the NIC's counters, widened (@stats_lock)
 * @nvm_lock: protects EERD: RTNL or devlink's lock, whoever reads
 * @fc_wanted: pause directions asked for, FLOW_CTRL_* (RTNL)
 * @fc_autoneg: pause directions are negotiated (RTNL)
 * @fc: pause directions in force (link_work)
 * @speed: Mbit/s, or SPEED_UNKNOWN (link_work)
 * @duplex: DUPLEX_* (link_work)
 * @msg_enable: NETIF_MSG_*
 * @rxo: receive overruns that the misc interrupt reported
 * @misc_irqs: misc interrupts seen
 * @selftest_frames: frames that the self-test got back
 * @resets: full resets (RTNL)
 * @tx_timeouts: of the PF's queues
 * @ledctl: LEDCTL before the port was to be identified (RTNL)
 * @devlink: this device's
 * @devlink_port: the physical port
 * @vf_port: the VFs' ports (devlink's lock)
 * @num_vf_ports: how many of them are there (devlink's lock)
 * @rate_work: the rates of VFs have changed
 * @health: by reporter (health.c); NULL: none
 * @health_work: there is something to report
 * @devlink_live: devlink is registered: reports can be made
 * @region: register snapshots, or NULL
 */
struct vpf_adapter {
	struct pci_dev *pdev;
	struct net_device *netdev;
	/* netdev and esw come and go by devlink's reload */
	struct rw_semaphore load_lock;
	u8 perm_addr[ETH_ALEN];
	bool force_vf_removal;
	struct vfp_io io;
	u8 __iomem *bar;
	struct vpf_eswitch *esw;
	struct vpf_ptp *ptp;
	unsigned long flags;

	struct vrg_vector vec;
	struct vrg_ring *tx[VPF_NUM_TX];
	struct vrg_ring *rx;
	/* Ring pointers and sums, against readers without RTNL */
	spinlock_t ring_lock;
	struct vrg_stats tx_gone;
	struct vrg_stats rx_gone;
	u16 tx_count;
	u16 rx_count;
	u32 itr_us;

	struct work_struct link_work;
	struct work_struct reset_work;
	struct work_struct remove_work;
	struct delayed_work stats_work;
	/* hw_stats, and the registers that clear when read */
	struct mutex stats_lock;
	struct vpf_hw_stats hw_stats;
	/* EERD */
	struct mutex nvm_lock;

	u8 fc_wanted;
	u8 fc;
	bool fc_autoneg;
	int speed;
	u8 duplex;
	u32 msg_enable;
	atomic_t rxo;
	atomic_t misc_irqs;
	atomic_t selftest_frames;
	u32 resets;
	u32 tx_timeouts;
	u32 ledctl;
	struct devlink *devlink;
	struct devlink_port devlink_port;
	struct devlink_port vf_port[VFP_MAX_VFS];
	unsigned int num_vf_ports;
	struct work_struct rate_work;
	struct devlink_health_reporter *health[VPF_HEALTH_REPORTERS];
	struct work_struct health_work;
	bool devlink_live;
	struct devlink_region *region;
};

/* The adapter of a netdev; a reload makes a new netdev, but not a new adapter */
static inline struct vpf_adapter *vpf_adapter(const struct net_device *netdev)
{
	return *(struct vpf_adapter **)netdev_priv(netdev);
}

static inline u32 vpf_rd32(struct vpf_adapter *a, u32 reg)
{
	return vfp_rd32(&a->io, reg);
}

static inline void vpf_wr32(struct vpf_adapter *a, u32 reg, u32 val)
{
	vfp_wr32(&a->io, reg, val);
}

static inline struct device *vpf_dev(const struct vpf_adapter *a)
{
	return &a->pdev->dev;
}

/* main.c */
int vpf_main_load(struct vpf_adapter *a);
void vpf_main_unload(struct vpf_adapter *a);
bool vpf_main_get(struct vpf_adapter *a);
void vpf_main_put(struct vpf_adapter *a);

/* netdev.c */
extern const struct net_device_ops vpf_netdev_ops;
int vpf_netdev_up(struct vpf_adapter *a);
void vpf_netdev_down(struct vpf_adapter *a);
int vpf_netdev_set_rings(struct vpf_adapter *a, u16 tx_count, u16 rx_count);
void vpf_netdev_quiesce(struct vpf_adapter *a);
int vpf_netdev_revive(struct vpf_adapter *a);
int vpf_netdev_reset(struct vpf_adapter *a);
void vpf_netdev_reset_work(struct work_struct *work);

/* hw.c */
int vpf_hw_reset(struct vpf_adapter *a);
void vpf_hw_start(struct vpf_adapter *a);
int vpf_hw_nvm_read(struct vpf_adapter *a, u16 word, u16 *val);
unsigned int vpf_hw_nvm_words(struct vpf_adapter *a);
int vpf_hw_nvm_mac(struct vpf_adapter *a, u8 *mac);
int vpf_hw_nvm_check(struct vpf_adapter *a);
int vpf_hw_phy_read(struct vpf_adapter *a, u8 reg, u16 *val);
int vpf_hw_phy_write(struct vpf_adapter *a, u8 reg, u16 val);

/* irq.c */
int vpf_irq_alloc(struct vpf_adapter *a);
void vpf_irq_free(struct vpf_adapter *a);
int vpf_irq_queue_request(struct vpf_adapter *a);
void vpf_irq_queue_free(struct vpf_adapter *a);
void vpf_irq_program(struct vpf_adapter *a);
void vpf_irq_misc_enable(struct vpf_adapter *a);
void vpf_irq_misc_disable(struct vpf_adapter *a);
void vpf_irq_mailbox_enable(struct vpf_adapter *a);
unsigned int vpf_irq_rxo(struct vpf_adapter *a);
void vpf_irq_set_itr(struct vpf_adapter *a);

/* queue.c */
void vpf_queue_settle_tx(struct vpf_adapter *a);
void vpf_queue_settle_rx(struct vpf_adapter *a);

/* link.c */
int vpf_link_init(struct vpf_adapter *a);
void vpf_link_work(struct work_struct *work);
int vpf_link_get(struct net_device *netdev, struct ethtool_link_ksettings *cmd);
int vpf_link_set(struct net_device *netdev, const struct ethtool_link_ksettings *cmd);
int vpf_link_restart(struct net_device *netdev);
void vpf_link_get_pause(struct net_device *netdev, struct ethtool_pauseparam *pause);
int vpf_link_set_pause(struct net_device *netdev, struct ethtool_pauseparam *pause);

/* ptp.c */
void vpf_ptp_init(struct vpf_adapter *a);
void vpf_ptp_exit(struct vpf_adapter *a);
void vpf_ptp_pause(struct vpf_adapter *a);
void vpf_ptp_restore(struct vpf_adapter *a);
bool vpf_ptp_tx(struct vrg_ring *ring, struct sk_buff *skb);
void vpf_ptp_rx(struct vrg_ring *ring, struct sk_buff *skb);
void vpf_ptp_tend(struct vpf_adapter *a);
int vpf_ptp_ts_info(struct net_device *netdev, vfp_ts_info *info);
#ifdef VFP_HAVE_NDO_HWTSTAMP
int vpf_ptp_hwtstamp_get(struct net_device *netdev, struct kernel_hwtstamp_config *config);
int vpf_ptp_hwtstamp_set(struct net_device *netdev, struct kernel_hwtstamp_config *config,
			 struct netlink_ext_ack *extack);
#else
int vpf_ptp_ioctl(struct net_device *netdev, struct ifreq *ifr, int cmd);
#endif

/* pm.c */
extern const struct dev_pm_ops vpf_pm_ops;
extern const struct pci_error_handlers vpf_pm_err_handler;

/* stats.c */
void vpf_stats_init(struct net_device *netdev);
void vpf_stats_work(struct work_struct *work);
void vpf_stats_update(struct vpf_adapter *a);
void vpf_stats_get64(struct net_device *netdev, struct rtnl_link_stats64 *s);

/* selftest.c */
enum {
	VPF_SELFTEST_LINK,
	VPF_SELFTEST_NVM,
	VPF_SELFTEST_IRQ,
	VPF_SELFTEST_LOOPBACK,
	VPF_SELFTEST_REGS,
	VPF_SELFTESTS
};

extern const char vpf_selftest_names[VPF_SELFTESTS][ETH_GSTRING_LEN];
void vpf_selftest(struct net_device *netdev, struct ethtool_test *test, u64 *data);
bool vpf_selftest_rx(struct vpf_adapter *a, struct sk_buff *skb);

/* ethtool.c */
extern const struct ethtool_ops vpf_ethtool_ops;

/* devlink.c */
struct vpf_adapter *vpf_devlink_alloc(struct pci_dev *pdev);
void vpf_devlink_free(struct vpf_adapter *a);
void vpf_devlink_register(struct vpf_adapter *a);
void vpf_devlink_unregister(struct vpf_adapter *a);

/* devlink_port.c */
void vpf_devlink_port_init(struct vpf_adapter *a);
int vpf_devlink_port_add(struct vpf_adapter *a);
void vpf_devlink_port_del(struct vpf_adapter *a);
int vpf_devlink_hw_addr_get(struct devlink_port *port, u8 *addr, int *len,
			    struct netlink_ext_ack *extack);
int vpf_devlink_hw_addr_set(struct devlink_port *port, const u8 *addr, int len,
			    struct netlink_ext_ack *extack);
int vpf_devlink_rate_set(struct devlink_rate *rate, void *priv, u64 tx_max,
			 struct netlink_ext_ack *extack);

/* health.c */
void vpf_health_setup(struct vpf_adapter *a);
void vpf_health_init(struct vpf_adapter *a);
void vpf_health_exit(struct vpf_adapter *a);
void vpf_health_tx_hang(struct vpf_adapter *a);
void vpf_health_link(struct vpf_adapter *a);
void vpf_health_mailbox(struct vpf_adapter *a);

#endif /* _VPF_PF_H_ */
