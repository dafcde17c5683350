/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfpath_failover: what its files share. A file calls those below it, never those above:
 *
 *	main                             what is heard of netdevs
 *	adopt, auto, owned               whose a netdev is, and uppers that make themselves
 *	upper, ethtool, sysfs            what the stack and the operator ask of an upper
 *	fit                              makes a lower like the upper
 *	lower, tx, rx                    binds and releases; frames
 *	switch                           moves the path
 *	features, stats, announce, netpoll, above, work
 *	path, plan, reason, sources, busy        decide; pure
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
#include "plan.h"
#include "reason.h"
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

/* What lowers alone can count: errors and drops of struct rtnl_link_stats64, see stats.c */
#define VFO_ERRORS	15

#define VFO_REASON_LEN	128

/**
 * struct vfo_lower - an enslaved netdev
 * @dev: it
 * @upper: its upper
 * @side: VF or synthetic
 * @tracker: of the reference to @dev
 * @mac: its permanent address when it was bound
 * @orig_mac: address it came with
 * @orig_mtu: MTU it came with
 * @was_up: it was open when it came
 * @plan: making it like the upper (RTNL)
 * @look_at: when to look again, if @plan waits (jiffies; RTNL)
 * @stale: it is still open as it came (RTNL)
 * @parked: somebody else has closed it (RTNL)
 * @vlans: it has all VLANs of the upper (RTNL)
 * @lists: it gets the upper's further addresses (RTNL; the upper's address lock)
 * @promisc: promiscuity that we added (RTNL)
 * @allmulti: same
 * @np: sends for netpoll, NULL: nobody uses that (RTNL; the packet path)
 * @seen: its errors when they were added up last (&struct vfo_upper.stats_lock)
 */
struct vfo_lower {
	struct net_device *dev;
	struct net_device *upper;
	enum vfo_side side;
	netdevice_tracker tracker;
	u8 mac[ETH_ALEN] __aligned(2);
	u8 orig_mac[ETH_ALEN] __aligned(2);
	unsigned int orig_mtu;
	bool was_up;
	struct vfo_plan plan;
	unsigned long look_at;
	bool stale;
	bool parked;
	bool vlans;
	bool lists;
	bool promisc;
	bool allmulti;
	struct netpoll *np;
	u64 seen[VFO_ERRORS];
};

/**
 * struct vfo_upper - the upper netdev (netdev_priv())
 * @dev: it
 * @path: what is decided (RTNL)
 * @lower: the lowers (RTNL; RCU for the packet path)
 * @active: the lower to send by, NULL: none (RTNL; RCU)
 * @pcpu: counters
 * @stats_lock: protects @errors and &struct vfo_lower.seen
 * @errors: of the lowers, also of those that have gone
 * @check: notices a lost carrier before linkwatch does, while a VF is active
 * @check_until: and for how long after that (jiffies)
 * @lost_at: when the active path failed (ns, 0: it didn't); any context
 * @up: its ndo_open was called, and its ndo_stop not yet (RTNL)
 * @own: what happens to lowers now, we do (RTNL)
 * @features_due: a lower's features may have changed (RTNL)
 * @announce_due: nobody could hear the last announcement (RTNL)
 * @taken: its address is that of a lower (RTNL)
 * @host: what the host said, the last time it was asked (RTNL)
 * @ask_at: when to ask it again (jiffies; RTNL)
 * @ask_ms: and how long to wait then, 0: no need to (RTNL)
 * @switches: how often the path moved (RTNL)
 * @refused: how often the host said no (RTNL)
 * @last_outage_us: from the failure to the move (RTNL)
 * @last_reason: of the last move (RTNL)
 * @left: why a netdev that could be its VF isn't (RTNL)
 * @left_name: that netdev's name
 * @left_index: and its index, 0: there is none
 * @let_go: index of a netdev that the operator has released, 0: none (RTNL)
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
	spinlock_t stats_lock;		/* protects errors and the lowers' seen */
	u64 errors[VFO_SIDES][VFO_ERRORS];
	struct delayed_work check;
	unsigned long check_until;
	atomic64_t lost_at;
	bool up;
	unsigned int own;
	bool features_due;
	bool announce_due;
	bool taken;
	enum vfp_lower_reason host;
	unsigned long ask_at;
	unsigned int ask_ms;
	u64 switches;
	u64 refused;
	u64 last_outage_us;
	char last_reason[VFO_REASON_LEN];
	struct vfo_reason left;
	char left_name[IFNAMSIZ];
	int left_index;
	int let_go;
	struct vfo_sources sources;
	bool netpoll;
	struct vfo_owned *owned;
	struct list_head node;
};

/**
 * struct vfo_owned - a driver's hold on the upper that it has asked for
 * @upper: it, NULL: somebody else has removed it (RTNL)
 * @standby: the driver's netdev until it is registered, then NULL (RTNL; only compared)
 */
struct vfo_owned {
	struct net_device *upper;
	const struct net_device *standby;
};

/* Why a lower is released */
enum vfo_leave {
	VFO_LEAVE_LET_GO,	/* the operator says so */
	VFO_LEAVE_FOREIGN,	/* its address isn't the guest's any more */
	VFO_LEAVE_UPPER,	/* its upper is removed */
	VFO_LEAVE_GONE,		/* it is unregistered, or moves to another namespace */
};

static inline struct vfo_lower *vfo_lower_rtnl(struct vfo_upper *u, enum vfo_side side)
{
	return rtnl_dereference(u->lower[side]);
}

/* work.c */
extern struct workqueue_struct *vfo_wq;
extern struct list_head vfo_uppers;
extern bool vfo_scan_due;
int vfo_work_init(void (*fn)(struct work_struct *work));
void vfo_work_exit(void);
void vfo_kick(unsigned int ms);
void vfo_kick_scan(void);

/* above.c */
bool vfo_above_sends(struct net_device *dev);

/* features.c */
void vfo_features_init(struct net_device *dev);
netdev_features_t vfo_features_fix(struct net_device *dev, netdev_features_t features);
void vfo_features_update(struct vfo_upper *u);

/* stats.c */
void vfo_stats_sum(struct vfo_upper *u, struct vfo_pcpu *sum);
void vfo_stats_bound(struct vfo_upper *u, struct vfo_lower *l);
void vfo_stats_take(struct vfo_upper *u, struct vfo_lower *l);
void vfo_stats_errors(struct vfo_upper *u, enum vfo_side side, struct rtnl_link_stats64 *s);
void vfo_stats64(struct net_device *dev, struct rtnl_link_stats64 *s);

/* announce.c */
void vfo_announce(struct vfo_upper *u);
void vfo_announce_again(struct vfo_upper *u);

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

/* switch.c */
void vfo_switch_event(struct vfo_upper *u, enum vfo_side side, enum vfo_event ev,
		      const char *reason);
void vfo_switch_lost(struct vfo_upper *u);
void vfo_switch_check_work(struct work_struct *work);
void vfo_switch_ask_soon(struct vfo_upper *u, unsigned int ms);
void vfo_switch_ask(struct vfo_upper *u);
void vfo_switch_policy(struct vfo_upper *u, enum vfo_policy policy);
void vfo_switch_others(struct vfo_upper *u);
const char *vfo_side_name(enum vfo_side side);

/* rx.c, tx.c */
rx_handler_result_t vfo_rx_handler(struct sk_buff **pskb);
netdev_tx_t vfo_tx_xmit(struct sk_buff *skb, struct net_device *dev);

/* lower.c */
struct vfo_lower *vfo_lower_of(const struct net_device *dev);
bool vfo_lower_is_pci(const struct net_device *dev);
const u8 *vfo_lower_mac(const struct net_device *dev);
bool vfo_lower_carrier(const struct net_device *dev);
int vfo_lower_bind(struct vfo_upper *u, struct net_device *dev, struct vfo_reason *why,
		   struct netlink_ext_ack *extack);
void vfo_lower_release(struct vfo_upper *u, struct vfo_lower *l, enum vfo_leave how);

/* fit.c */
void vfo_fit_changed(struct vfo_upper *u);
void vfo_fit_lower_changed(struct vfo_upper *u, struct vfo_lower *l);
void vfo_fit_lower_state(struct vfo_upper *u, struct vfo_lower *l);
void vfo_fit_failed(struct vfo_upper *u, struct vfo_lower *l, enum vfo_step step, int err);
int vfo_fit_mtu(struct vfo_upper *u, struct vfo_lower *l, unsigned int mtu);
int vfo_fit_mac(struct vfo_upper *u, struct vfo_lower *l, const u8 *mac);
int vfo_fit_flags(struct vfo_upper *u, struct vfo_lower *l);
void vfo_fit_close(struct vfo_upper *u, struct vfo_lower *l);
void vfo_fit_run(struct vfo_upper *u);
unsigned int vfo_fit_wait_ms(struct vfo_upper *u);

/* upper.c */
bool vfo_is_upper(const struct net_device *dev);
void vfo_upper_setup(struct net_device *dev);

/* auto.c */
int vfo_auto_init(void);
bool vfo_auto_wanted(const struct net_device *dev);
void vfo_auto_exit(void);

/* adopt.c */
extern struct rtnl_link_ops vfo_link_ops;
struct net_device *vfo_adopt_create(struct net *net, const char *name);
void vfo_adopt_registered(struct net_device *dev);
void vfo_adopt_readdressed(const struct net_device *dev);
void vfo_adopt_gone(const struct net_device *dev);
bool vfo_adopt_scan(void);

/* sysfs.c */
extern const struct attribute_group vfo_sysfs_group;
extern const char * const vfo_policy_names[];

/* ethtool.c */
extern const struct ethtool_ops vfo_ethtool_ops;

#endif /* _VFO_FAILOVER_H_ */
