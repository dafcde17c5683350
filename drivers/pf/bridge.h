/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_BRIDGE_H_
#define _VPF_BRIDGE_H_

#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>

#include "mbx_dispatch.h"

struct vpf_eswitch;
struct vpf_vport;

/**
 * struct vpf_bridge_port - a port of a bridge that leads to the NIC
 * @dev: the PF, a bond or team that it is in, or a VLAN of it
 * @br: the bridge
 * @vid: the VLAN, 0: the PF itself
 * @br_mac: the bridge's address, as the address table has it
 * @node: in &vpf_bridge.ports
 */
struct vpf_bridge_port {
	struct net_device *dev;
	struct net_device *br;
	u16 vid;
	u8 br_mac[ETH_ALEN];
	struct list_head node;
};

/**
 * struct vpf_bridge - Linux bridges with the NIC in them
 * @ports: &struct vpf_bridge_port (RTNL; RCU for readers)
 * @vlan_enabled: the bridge module's br_vlan_enabled(); held while there are @ports
 * @vlan_pvid: its br_vlan_get_pvid_rcu()
 * @vlan_info: its br_vlan_get_info_rcu()
 * @port_flag: its br_port_flag_is_set()
 * @netdev_nb: joins and leaves
 * @fdb_nb: the bridge's entries come and go
 */
struct vpf_bridge {
	struct list_head ports;
	bool (*vlan_enabled)(const struct net_device *br);
	int (*vlan_pvid)(const struct net_device *port, u16 *pvid);
	int (*vlan_info)(const struct net_device *port, u16 vid, struct bridge_vlan_info *info);
	bool (*port_flag)(const struct net_device *port, unsigned long flag);
	struct notifier_block netdev_nb;
	struct notifier_block fdb_nb;
};

struct vpf_bridge_port *vpf_bridge_find(struct vpf_eswitch *esw, const struct net_device *br,
					u16 vid);
int vpf_bridge_has_mac(struct net_device *dev, struct netdev_nested_priv *priv);

/* bridge_vf.c */
void vpf_bridge_check_paths(struct vpf_eswitch *esw);
void vpf_bridge_assert_work(struct work_struct *work);
/* the caller holds esw->lock */
void vpf_bridge_check_path(struct vpf_eswitch *esw, unsigned int n);
enum vpf_mbx_owner vpf_bridge_owner(struct vpf_eswitch *esw, unsigned int n, const u8 *mac);
void vpf_bridge_to_vf(struct vpf_eswitch *esw, struct vpf_vport *vp);
void vpf_bridge_to_synthetic(struct vpf_eswitch *esw, struct vpf_vport *vp);
u8 vpf_bridge_path_nack(struct vpf_eswitch *esw, struct vpf_vport *vp);
bool vpf_bridge_has_home(struct vpf_eswitch *esw, struct vpf_vport *vp);

#endif /* _VPF_BRIDGE_H_ */
