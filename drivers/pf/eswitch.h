/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The embedded switch and its VFs, as the rest of the driver sees them.
 *
 * Locks, in this order: RTNL, &vpf_eswitch.lock, the bridge's own, &vpf_eswitch.tbl_lock.
 * The mailbox never takes RTNL: a VF of this same host waits for its answer under
 * RTNL.
 */
#ifndef _VPF_ESWITCH_H_
#define _VPF_ESWITCH_H_

#include <linux/if_link.h>

#include "pf.h"

struct devlink_port;

/* eswitch.c: before register_netdev(), with netdev->perm_addr and dev_addr set */
int vpf_eswitch_init(struct vpf_adapter *a);
/* after unregister_netdev() and vpf_sriov_disable() */
void vpf_eswitch_exit(struct vpf_adapter *a);
/* after each reset, before RCTL.EN: all of the switch's registers */
void vpf_eswitch_restore(struct vpf_adapter *a);
/* the registers go away for a while */
void vpf_eswitch_pause(struct vpf_adapter *a);
/* the PF runs (again): VFs may start their RESET handshake */
void vpf_eswitch_resume(struct vpf_adapter *a);
/* the PF's own pool; RCTL.EN is never touched */
void vpf_eswitch_pf_enable(struct vpf_adapter *a, bool on);
int vpf_eswitch_set_mac(struct vpf_adapter *a, const u8 *mac);
/* ndo_set_rx_mode: atomic */
void vpf_eswitch_rx_mode(struct vpf_adapter *a);
int vpf_eswitch_vlan_add(struct vpf_adapter *a, u16 vid);
int vpf_eswitch_vlan_kill(struct vpf_adapter *a, u16 vid);
int vpf_eswitch_set_max_frame(struct vpf_adapter *a, u32 max_frame);
/* carrier of the PF changed; without RTNL */
void vpf_eswitch_link(struct vpf_adapter *a, bool up);
/* netdev->features changed */
void vpf_eswitch_features(struct vpf_adapter *a);

/* mailbox.c: ICR.VMMB, with its interrupt off until all that was seen is done; any context */
void vpf_mailbox_irq(struct vpf_adapter *a);

/* esw_regs.c: bits of RCTL, which the switch shares with the rest of the driver */
void vpf_eswitch_rctl(struct vpf_adapter *a, u32 clear, u32 set);

/* esw_stats.c: every 2 s: widens the VFs' 32-bit counters */
void vpf_eswitch_stats_update(struct vpf_adapter *a);
/* ethtool -S */
unsigned int vpf_eswitch_ethtool_count(struct vpf_adapter *a);
void vpf_eswitch_ethtool_strings(struct vpf_adapter *a, u8 **p);
void vpf_eswitch_ethtool_stats(struct vpf_adapter *a, u64 **p);

/* sriov.c; pci_get_drvdata() is the adapter */
int vpf_sriov_configure(struct pci_dev *pdev, int num_vfs);
void vpf_sriov_disable(struct vpf_adapter *a);
void vpf_sriov_unbind(struct vpf_adapter *a);
void vpf_sriov_adopt(struct vpf_adapter *a);

/* vf_ndo.c: what `ip link` and devlink share, then the ndo_* */
#define VPF_MAX_RATE	1000	/* Mbit/s: the link's speed */
int vpf_vf_set_mac(struct vpf_adapter *a, int vf, const u8 *mac, struct netlink_ext_ack *extack);
int vpf_vf_get_mac(struct vpf_adapter *a, int vf, u8 *mac);
int vpf_vf_set_rate(struct vpf_adapter *a, int vf, u32 max_rate);
int vpf_ndo_set_vf_mac(struct net_device *netdev, int vf, u8 *mac);
int vpf_ndo_set_vf_vlan(struct net_device *netdev, int vf, u16 vid, u8 qos, __be16 proto);
int vpf_ndo_set_vf_rate(struct net_device *netdev, int vf, int min_rate, int max_rate);
int vpf_ndo_set_vf_spoofchk(struct net_device *netdev, int vf, bool on);
int vpf_ndo_set_vf_trust(struct net_device *netdev, int vf, bool on);
int vpf_ndo_set_vf_link_state(struct net_device *netdev, int vf, int link_state);
int vpf_ndo_get_vf_config(struct net_device *netdev, int vf, struct ifla_vf_info *ivi);
int vpf_ndo_get_vf_stats(struct net_device *netdev, int vf, struct ifla_vf_stats *s);

/* bridge.c */
int vpf_bridge_init(struct vpf_adapter *a);	/* before register_netdev() */
void vpf_bridge_exit(struct vpf_adapter *a);	/* after unregister_netdev() */

/* devlink_port.c */
struct devlink_port *vpf_ndo_get_devlink_port(struct net_device *netdev);
int vpf_devlink_vf_ports_add(struct vpf_adapter *a, unsigned int num);
void vpf_devlink_vf_ports_del(struct vpf_adapter *a);
void vpf_devlink_rates_changed(struct vpf_adapter *a);

/*
 * learn.c. Asked about each frame before it is sent and when it is received, while loopback is on:
 * who stands behind the PF is learned from what it sends, and the NIC gives the PF what it sends
 * itself. True: the caller drops it.
 */
bool vpf_learn_active(const struct vpf_adapter *a);
bool vpf_learn_tx(struct vpf_adapter *a, struct sk_buff *skb);
bool vpf_learn_rx(struct vpf_adapter *a, struct sk_buff *skb);
netdev_features_t vpf_learn_features_check(struct sk_buff *skb, struct net_device *netdev,
					   netdev_features_t features);

#endif /* _VPF_ESWITCH_H_ */
