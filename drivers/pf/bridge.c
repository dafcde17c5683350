// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Bridges and the embedded switch, kept in step
 *
 * With the PF as a port of a Linux bridge, both switches form one; a VLAN of the PF
 * (PF.200) may be a port of another bridge, and a bond or team with the PF in it stands for the PF.
 * What these bridges know on their other ports the NIC's address table knows as well: a VF can
 * reach these stations. What becomes of a VF's own address: bridge_vf.c.
 *
 * The kernel's switchdev notifications carry both; they come and go in atomic context.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/switchdev.h>

#include "eswitch_priv.h"

#if IS_ENABLED(CONFIG_NET_SWITCHDEV)

/**
 * vpf_bridge_find() - our port in a bridge
 * @esw: switch
 * @br: bridge
 * @vid: the port of this VLAN, if there are several
 *
 * Context: RCU or RTNL.
 *
 * Return: it, or NULL.
 */
struct vpf_bridge_port *vpf_bridge_find(struct vpf_eswitch *esw, const struct net_device *br,
					u16 vid)
{
	struct vpf_bridge_port *bp, *found = NULL;

	list_for_each_entry_rcu(bp, &esw->bridge.ports, node, lockdep_rtnl_is_held()) {
		if (bp->br == br && (!found || bp->vid == vid))
			found = bp;
	}
	return found;
}

/* For netdev_walk_all_*(): has a netdev this address? */
int vpf_bridge_has_mac(struct net_device *dev, struct netdev_nested_priv *priv)
{
	return dev->addr_len == ETH_ALEN && ether_addr_equal(dev->dev_addr, priv->data);
}

/*
 * Does a local entry say that the host can be reached by this address? Each port's own address is
 * one, in each VLAN; nobody uses them but the one that is the bridge's, too. Should one speak all
 * the same, it is learned then. RCU.
 */
static bool vpf_bridge_local_counts(struct net_device *br, const u8 *mac)
{
	struct netdev_nested_priv priv = { .data = (void *)mac };

	return ether_addr_equal(br->dev_addr, mac) ||
	       !netdev_walk_all_lower_dev_rcu(br, vpf_bridge_has_mac, &priv);
}

static void vpf_bridge_table_entry(struct vpf_eswitch *esw, const u8 *mac,
				   const struct vpf_place *place, bool ours, bool add)
{
	struct vpf_fdb *fdb = &esw->fdb;

	if (add && !ours)
		vpf_fdb_place(fdb, mac, place, ktime_get_seconds());
	else if (add)
		vpf_fdb_moved(fdb, mac, place->bridge, place->vid);
	else
		vpf_fdb_unplace(fdb, mac, place->bridge, place->vid);
}

/* An entry came or went on a port of a bridge of ours. RCU, tbl_lock not held. */
static void vpf_bridge_entry(struct vpf_eswitch *esw, struct net_device *br,
			     const struct net_device *dev,
			     const struct switchdev_notifier_fdb_info *info, bool add)
{
	const struct vpf_place place = {
		.bridge = br->ifindex,
		.port = dev->ifindex,
		.vid = info->vid,
		.local = info->is_local,
	};
	struct vpf_bridge_port *bp;
	bool ours = false;
	int own;

	if (add && place.local && !vpf_bridge_local_counts(br, info->addr))
		return;
	list_for_each_entry_rcu(bp, &esw->bridge.ports, node)
		ours |= bp->dev == dev;
	spin_lock_bh(&esw->tbl_lock);
	own = vpf_fdb_find_own(&esw->fdb, info->addr);
	if (own > VPF_FDB_RAR_PF && add && !place.local)
		esw->seen[VPF_FDB_VF_OF_RAR(own)] = (struct vpf_sighting) {
			.ms = vpf_eswitch_now(),
			.on_wire = ours,
		};
	vpf_bridge_table_entry(esw, info->addr, &place, ours, add);
	vpf_eswitch_apply_fdb(esw);
	spin_unlock_bh(&esw->tbl_lock);
	if (own > VPF_FDB_RAR_PF && add && !place.local)
		queue_work(esw->wq, &esw->assert_work);
}

/* A bridge's address may have been a port's before, whose local entry did not count. RTNL. */
static void vpf_bridge_own_address(struct vpf_eswitch *esw, const struct net_device *br)
{
	const struct vpf_place place = {
		.bridge = br->ifindex,
		.port = br->ifindex,
		.local = true,
	};
	struct vpf_bridge_port *bp = vpf_bridge_find(esw, br, 0);

	if (!bp)
		return;
	spin_lock_bh(&esw->tbl_lock);
	if (!ether_addr_equal(bp->br_mac, br->dev_addr))
		vpf_fdb_unplace(&esw->fdb, bp->br_mac, br->ifindex, 0);
	ether_addr_copy(bp->br_mac, br->dev_addr);
	vpf_fdb_place(&esw->fdb, br->dev_addr, &place, ktime_get_seconds());
	vpf_eswitch_apply_fdb(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

static void vpf_bridge_forget_port(struct vpf_eswitch *esw, int port)
{
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_forget_port(&esw->fdb, port);
	vpf_eswitch_apply_fdb(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

static int vpf_bridge_fdb_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vpf_eswitch *esw = container_of(nb, struct vpf_eswitch, bridge.fdb_nb);
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct switchdev_notifier_fdb_info *info;
	struct net_device *br;

	if (event != SWITCHDEV_FDB_ADD_TO_DEVICE && event != SWITCHDEV_FDB_DEL_TO_DEVICE)
		return NOTIFY_DONE;
	info = container_of((struct switchdev_notifier_info *)ptr,
			    struct switchdev_notifier_fdb_info, info);
	rcu_read_lock();
	/* Addresses of the bridge and its ports are stations of this host, too */
	br = netif_is_bridge_master(dev) ? dev : netdev_master_upper_dev_get_rcu(dev);
	if (br && vpf_bridge_find(esw, br, 0))
		vpf_bridge_entry(esw, br, dev, info, event == SWITCHDEV_FDB_ADD_TO_DEVICE);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/*
 * The bridge module's functions, while there is a bridge. Were they symbols that this module is
 * linked with, `modprobe -r vfpath_pf` would unload the bridge module, and with it all bridges.
 */
static void vpf_bridge_get(struct vpf_eswitch *esw)
{
	if (!list_empty(&esw->bridge.ports))
		return;
#if IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING)
	esw->bridge.vlan_enabled = symbol_get(br_vlan_enabled);
	esw->bridge.vlan_pvid = symbol_get(br_vlan_get_pvid_rcu);
	esw->bridge.vlan_info = symbol_get(br_vlan_get_info_rcu);
#endif
	esw->bridge.port_flag = symbol_get(br_port_flag_is_set);
}

static void vpf_bridge_put(struct vpf_eswitch *esw)
{
	if (!list_empty(&esw->bridge.ports))
		return;
#if IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING)
	if (esw->bridge.vlan_enabled)
		symbol_put(br_vlan_enabled);
	if (esw->bridge.vlan_pvid)
		symbol_put(br_vlan_get_pvid_rcu);
	if (esw->bridge.vlan_info)
		symbol_put(br_vlan_get_info_rcu);
	esw->bridge.vlan_enabled = NULL;
	esw->bridge.vlan_pvid = NULL;
	esw->bridge.vlan_info = NULL;
#endif
	if (esw->bridge.port_flag)
		symbol_put(br_port_flag_is_set);
	esw->bridge.port_flag = NULL;
}

static void vpf_bridge_join(struct vpf_eswitch *esw, struct net_device *dev, u16 vid,
			    struct net_device *br, struct netlink_ext_ack *extack)
{
	struct net_device *netdev = esw->a->netdev;
	struct vpf_bridge_port *bp = kzalloc(sizeof(*bp), GFP_KERNEL);
	int err;

	if (!bp) {
		netdev_warn(netdev, "bridge %s: not followed: no memory\n", br->name);
		return;
	}
	bp->dev = dev;
	bp->br = br;
	bp->vid = vid;
	vpf_bridge_get(esw);
	list_add_tail_rcu(&bp->node, &esw->bridge.ports);
	/* Replays what the bridge knows already */
	err = switchdev_bridge_port_offload(dev, netdev, esw, &esw->bridge.fdb_nb, NULL, false,
					    extack);
	if (err)
		netdev_warn(netdev, "bridge %s: entries are not followed: %pe\n", br->name,
			    ERR_PTR(err));
	vpf_bridge_own_address(esw, br);
	/* VFs that are active already are behind this port */
	queue_work(esw->wq, &esw->assert_work);
}

static void vpf_bridge_leave(struct vpf_eswitch *esw, struct net_device *dev)
{
	struct vpf_bridge_port *bp, *found = NULL;
	struct net_device *port;
	struct list_head *iter;

	list_for_each_entry(bp, &esw->bridge.ports, node) {
		if (bp->dev == dev)
			found = bp;
	}
	if (!found)
		return;
	switchdev_bridge_port_unoffload(dev, esw, &esw->bridge.fdb_nb, NULL);
	list_del_rcu(&found->node);
	synchronize_rcu();
	vpf_bridge_put(esw);
	if (!vpf_bridge_find(esw, found->br, 0)) {
		spin_lock_bh(&esw->tbl_lock);
		vpf_fdb_forget_bridge(&esw->fdb, found->br->ifindex);
		/* And whom we have heard only */
		netdev_for_each_lower_dev(found->br, port, iter)
			vpf_fdb_forget_port(&esw->fdb, port->ifindex);
		/* What it has seen on the wire counts no more */
		memset(esw->seen, 0, sizeof(esw->seen));
		vpf_eswitch_apply(esw);
		spin_unlock_bh(&esw->tbl_lock);
		queue_work(esw->wq, &esw->assert_work);
	}
	kfree(found);
}

/* The PF or a bond or team that it is in (VLAN 0), or a VLAN of the PF? RTNL. */
static bool vpf_bridge_is_ours(const struct vpf_eswitch *esw, struct net_device *dev, u16 *vid)
{
	struct net_device *netdev = esw->a->netdev;

	*vid = 0;
	if (dev == netdev)
		return true;
	if (netif_is_lag_master(dev))
		return netdev_has_upper_dev(netdev, dev);
	if (!is_vlan_dev(dev) || vlan_dev_real_dev(dev) != netdev ||
	    vlan_dev_vlan_proto(dev) != htons(ETH_P_8021Q))
		return false;
	*vid = vlan_dev_vlan_id(dev);
	return true;
}

/* A netdev that leads to the NIC joins something, or is about to leave it */
static void vpf_bridge_relink(struct vpf_eswitch *esw, struct net_device *dev, u16 vid,
			      struct net_device *upper, bool linking,
			      struct netlink_ext_ack *extack)
{
	struct net_device *br = upper;

	/* Into a bond: that may be a bridge's port already */
	if (dev == esw->a->netdev && netif_is_lag_master(upper)) {
		dev = upper;
		br = netdev_master_upper_dev_get(upper);
	}
	if (!br || !netif_is_bridge_master(br))
		return;
	if (linking)
		vpf_bridge_join(esw, dev, vid, br, extack);
	else
		vpf_bridge_leave(esw, dev);
}

static int vpf_bridge_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vpf_eswitch *esw = container_of(nb, struct vpf_eswitch, bridge.netdev_nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct netdev_notifier_changeupper_info *info = ptr;
	u16 vid;

	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		if (!info->linking && vpf_bridge_is_ours(esw, dev, &vid))
			vpf_bridge_relink(esw, dev, vid, info->upper_dev, false, NULL);
		break;
	case NETDEV_CHANGEUPPER:
		if (info->linking && vpf_bridge_is_ours(esw, dev, &vid))
			vpf_bridge_relink(esw, dev, vid, info->upper_dev, true,
					  netdev_notifier_info_to_extack(&info->info));
		if (!info->linking && info->master)
			vpf_bridge_forget_port(esw, dev->ifindex);
		break;
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		/* Nobody is reached behind it; who comes back speaks */
		if (net_eq(dev_net(dev), dev_net(esw->a->netdev)))
			vpf_bridge_forget_port(esw, dev->ifindex);
		break;
	case NETDEV_CHANGEADDR:
		if (netif_is_bridge_master(dev))
			vpf_bridge_own_address(esw, dev);
		break;
	}
	return NOTIFY_DONE;
}

/**
 * vpf_bridge_init() - follow the PF in and out of bridges
 * @a: adapter; its netdev isn't registered yet
 *
 * Return: 0 or an error.
 */
int vpf_bridge_init(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	int err;

	esw->bridge.fdb_nb.notifier_call = vpf_bridge_fdb_event;
	err = register_switchdev_notifier(&esw->bridge.fdb_nb);
	if (err)
		return err;
	esw->bridge.netdev_nb.notifier_call = vpf_bridge_netdev_event;
	err = register_netdevice_notifier(&esw->bridge.netdev_nb);
	if (err)
		unregister_switchdev_notifier(&esw->bridge.fdb_nb);
	return err;
}

/**
 * vpf_bridge_exit() - undo vpf_bridge_init()
 * @a: adapter; its netdev is unregistered
 */
void vpf_bridge_exit(struct vpf_adapter *a)
{
	unregister_netdevice_notifier(&a->esw->bridge.netdev_nb);
	unregister_switchdev_notifier(&a->esw->bridge.fdb_nb);
}

#else

int vpf_bridge_init(struct vpf_adapter *a)
{
	pci_info(a->pdev, "no CONFIG_NET_SWITCHDEV: a bridge's entries are not followed\n");
	return 0;
}

void vpf_bridge_exit(struct vpf_adapter *a)
{
}

#endif
