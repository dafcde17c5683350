/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfpath_failover: what its files share.
 */
#ifndef _VFO_FAILOVER_H_
#define _VFO_FAILOVER_H_

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "path.h"
#include "sources.h"

#define VFO_KIND	"vfpath"
#define VFO_NAME	"vfpath_failover"

/* Counters of a path, per CPU */
struct vfo_counters {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
	u64 tx_dropped;
	u64 multicast;
};

struct vfo_pcpu {
	struct vfo_counters side[VFO_SIDES];
	u64 no_path;		/* frames to send, and no path */
	u64 queue_busy;		/* sent synthetic, since the VF's queue was stopped */
	u64 own_dropped;	/* our own, echoed by the NIC */
	u64 inactive_dropped;	/* multicast from the path that isn't active */
	struct u64_stats_sync syncp;
};

#define VFO_REASON_LEN	96

/**
 * struct vfo_lower - an enslaved netdev
 * @dev: it
 * @upper: its upper
 * @side: VF or synthetic
 * @tracker: of the reference to @dev
 * @orig_mac: address it came with
 * @orig_mtu: MTU it came with
 * @was_up: it was open when it came
 * @promisc: promiscuity that we added
 * @allmulti: same
 * @np: sends for netpoll, NULL: nobody uses that (RTNL; the packet path)
 */
struct vfo_lower {
	struct net_device *dev;
	struct net_device *upper;
	enum vfo_side side;
	netdevice_tracker tracker;
	u8 orig_mac[ETH_ALEN];
	unsigned int orig_mtu;
	bool was_up;
	bool promisc;
	bool allmulti;
	struct netpoll *np;
};

/**
 * struct vfo_upper - the upper netdev (netdev_priv())
 * @dev: it
 * @path: what is decided (RTNL)
 * @lower: the lowers (RTNL; RCU for the packet path)
 * @active: the lower to send by, NULL: none (RTNL; RCU)
 * @pcpu: counters
 * @check: notices a carrier change before linkwatch does, while a VF is active
 * @retry: asks the host again
 * @retry_ms: how long until then
 * @lost_at: when the active path failed (ns, 0: it didn't); any context
 * @switches: how often the path moved (RTNL)
 * @refused: how often the host said no (RTNL)
 * @last_outage_us: from the failure to the move (RTNL)
 * @last_reason: of the last move (RTNL)
 * @inactive_reason: why the VF isn't used (RTNL)
 * @sources: who sends through it, other than itself
 * @netpoll: somebody uses netpoll on it (RTNL)
 * @owned: the driver that it was made for, NULL: none (RTNL)
 * @node: in the list of all uppers (RTNL)
 */
struct vfo_upper {
	struct net_device *dev;
	struct vfo_path path;
	struct vfo_lower __rcu *lower[VFO_SIDES];
	struct vfo_lower __rcu *active;
	struct vfo_pcpu __percpu *pcpu;
	struct delayed_work check;
	struct delayed_work retry;
	unsigned int retry_ms;
	atomic64_t lost_at;
	u64 switches;
	u64 refused;
	u64 last_outage_us;
	char last_reason[VFO_REASON_LEN];
	char inactive_reason[VFO_REASON_LEN];
	struct vfo_sources sources;
	bool netpoll;
	struct vfo_owned *owned;
	struct list_head node;
};

static inline struct vfo_lower *vfo_lower_rtnl(struct vfo_upper *u, enum vfo_side side)
{
	return rtnl_dereference(u->lower[side]);
}

/* main.c */
extern struct list_head vfo_uppers;
extern struct workqueue_struct *vfo_wq;
struct net_device *vfo_main_create(struct net *net, const char *name);
struct vfo_lower *vfo_main_lower(const struct net_device *dev);
void vfo_main_adopt_waiting(struct net *net);

/* auto.c */
int vfo_auto_init(void);
void vfo_auto_registered(struct net_device *dev);
void vfo_auto_exit(void);

/* upper.c */
bool vfo_is_upper(const struct net_device *dev);
void vfo_upper_setup(struct net_device *dev);
void vfo_upper_features(struct vfo_upper *u);
void vfo_upper_sum(struct vfo_upper *u, struct vfo_pcpu *sum);

/* lower.c */
int vfo_lower_enslave(struct vfo_upper *u, struct net_device *dev,
		      struct netlink_ext_ack *extack);
void vfo_lower_release(struct vfo_upper *u, struct vfo_lower *l, bool going);
bool vfo_lower_is_pci(const struct net_device *dev);
const u8 *vfo_lower_mac(const struct net_device *dev);
int vfo_lower_set_mac(struct net_device *dev, const u8 *mac);
bool vfo_lower_carrier(const struct net_device *dev);
int vfo_lower_flags(struct vfo_upper *u, struct vfo_lower *l);
void vfo_lower_again(struct vfo_upper *u);

/* owned.c */
void vfo_owned_gone(struct vfo_owned *owned);
void vfo_owned_registered(struct net_device *dev);

/* rx.c */
rx_handler_result_t vfo_rx_handler(struct sk_buff **pskb);

/* switch.c */
void vfo_switch_event(struct vfo_upper *u, enum vfo_side side, enum vfo_event ev,
		      const char *reason);
void vfo_switch_lost(struct vfo_upper *u);
void vfo_switch_check_work(struct work_struct *work);
void vfo_switch_retry_work(struct work_struct *work);
int vfo_switch_policy(struct vfo_upper *u, enum vfo_policy policy);
const char *vfo_side_name(enum vfo_side side);

void vfo_switch_bridged(struct vfo_upper *u, bool bridged);

/* announce.c */
void vfo_announce(struct vfo_upper *u);

/* netpoll.c */
#ifdef CONFIG_NET_POLL_CONTROLLER
int vfo_netpoll_enable(struct vfo_upper *u, struct vfo_lower *l);
void vfo_netpoll_disable(struct vfo_lower *l);
int vfo_netpoll_send(struct vfo_lower *l, struct sk_buff *skb);
#ifdef VFP_HAVE_NETPOLL_INFO
int vfo_netpoll_setup(struct net_device *dev, struct netpoll_info *info);
#else
int vfo_netpoll_setup(struct net_device *dev);
#endif
void vfo_netpoll_cleanup(struct net_device *dev);
#else
static inline int vfo_netpoll_enable(struct vfo_upper *u, struct vfo_lower *l)
{
	return 0;
}

static inline void vfo_netpoll_disable(struct vfo_lower *l)
{
}

static inline int vfo_netpoll_send(struct vfo_lower *l, struct sk_buff *skb)
{
	return dev_queue_xmit(skb);
}
#endif

/* sysfs.c */
extern const struct attribute_group vfo_sysfs_group;
extern const char * const vfo_policy_names[];

/* ethtool.c */
extern const struct ethtool_ops vfo_ethtool_ops;

#endif /* _VFO_FAILOVER_H_ */
