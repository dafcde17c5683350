// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: The bridge and the embedded switch, kept in step
 *
 * With the PF as a port of a Linux bridge, both switches form one. What the bridge
 * knows on its other ports goes into the NIC's address table, for the PF's pool: a VF
 * can reach these stations. And when a VF's data path moves, the bridge's entry for
 * its address moves with it, between the PF and the port that its guest's synthetic
 * path ends on.
 *
 * The kernel's switchdev notifications carry both; they come and go in atomic context.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/switchdev.h>

#include "eswitch_priv.h"

/* Frames that were under way when the path moved may mislead the bridge for so long */
#define VPF_BRIDGE_LATE_MS	200

#if IS_ENABLED(CONFIG_NET_SWITCHDEV)

static bool vpf_bridge_send(struct net_device *port, unsigned long event, const u8 *mac, u16 vid)
{
	struct switchdev_notifier_fdb_info info = {
		.addr = mac,
		.vid = vid,
		.offloaded = event == SWITCHDEV_FDB_ADD_TO_BRIDGE,
	};

	return call_switchdev_notifiers(event, port, &info.info, NULL) != NOTIFY_BAD;
}

/* The VLAN of untagged frames of the VF, as the bridge sees it. RCU. */
static u16 vpf_bridge_vid(struct vpf_eswitch *esw, struct net_device *br,
			  const struct vpf_vport *vp)
{
	u16 vid;

	if (!esw->vlan_enabled || !esw->vlan_pvid || !esw->vlan_enabled(br))
		return 0;
	if (vp->port_vid)
		return vp->port_vid;
	return esw->vlan_pvid(esw->a->netdev, &vid) ? 0 : vid;
}

/* Where the bridge has the address now, other than behind the PF, is its home */
static void vpf_bridge_take_homes(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	struct vpf_vport_home home;
	bool first = true;

	spin_lock_bh(&esw->tbl_lock);
	while (!vpf_fdb_take_bridge(&esw->fdb, vp->mac, &home.vid, &home.port)) {
		if (first)
			vp->num_homes = 0;
		first = false;
		if (vp->num_homes < VPF_VPORT_MAX_HOMES)
			vp->home[vp->num_homes++] = home;
	}
	spin_unlock_bh(&esw->tbl_lock);
}

/**
 * vpf_bridge_to_vf() - the bridge shall send to a VF by the PF
 * @esw: switch; lock held
 * @vp: vport, whose address leads to the VF in the NIC already
 */
void vpf_bridge_to_vf(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	struct net_device *br;
	unsigned int i;

	vpf_bridge_take_homes(esw, vp);
	rcu_read_lock();
	br = rcu_dereference(esw->bridge);
	if (br) {
		if (!vp->num_homes)
			vpf_bridge_send(esw->a->netdev, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac,
					vpf_bridge_vid(esw, br, vp));
		for (i = 0; i < vp->num_homes; i++)
			vpf_bridge_send(esw->a->netdev, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac,
					vp->home[i].vid);
	}
	rcu_read_unlock();
}

/* Is this port still one of the bridge's? RCU. */
static struct net_device *vpf_bridge_port(struct net_device *br, struct net *net, int ifindex)
{
	struct net_device *port = dev_get_by_index_rcu(net, ifindex);

	if (!port || !netif_is_bridge_port(port) || netdev_master_upper_dev_get_rcu(port) != br)
		return NULL;
	return port;
}

static bool vpf_bridge_send_home(struct vpf_eswitch *esw, struct net_device *br,
				 const struct vpf_vport *vp, const struct vpf_vport_home *home)
{
	struct net_device *port = vpf_bridge_port(br, dev_net(br), home->port);

	if (!port)
		return false;
	/* The bridge doesn't tell those who move an entry that it has moved */
	if (!vpf_bridge_send(port, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac, home->vid))
		return false;
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_add_bridge(&esw->fdb, vp->mac, home->vid, home->port);
	spin_unlock_bh(&esw->tbl_lock);
	return true;
}

/**
 * vpf_bridge_to_synthetic() - the bridge shall send to a VF's guest by the synthetic path
 * @esw: switch; lock held
 * @vp: vport, whose address still leads to the VF in the NIC
 *
 * Without a port to send to, the bridge forgets the address, and floods.
 */
void vpf_bridge_to_synthetic(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	bool moved = false;
	struct net_device *br;
	unsigned int i;

	/* The guest may have sent by its synthetic path already */
	vpf_bridge_take_homes(esw, vp);
	rcu_read_lock();
	br = rcu_dereference(esw->bridge);
	if (br) {
		for (i = 0; i < vp->num_homes; i++)
			moved |= vpf_bridge_send_home(esw, br, vp, &vp->home[i]);
		if (!moved)
			vpf_bridge_send(esw->a->netdev, SWITCHDEV_FDB_DEL_TO_BRIDGE, vp->mac,
					vpf_bridge_vid(esw, br, vp));
	}
	rcu_read_unlock();
}

/*
 * The bridge has learned a VF's address anew, from a frame that was under way while the
 * path moved or from one that the guest sent on its other path: the data path counts.
 */
void vpf_bridge_assert_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(work, struct vpf_eswitch, assert_work);
	u64 now = jiffies64_to_msecs(get_jiffies_64());
	unsigned int n;

	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs; n++) {
		struct vpf_vport *vp = &esw->vport[n];

		if (vp->state == VPF_VPORT_ACTIVE)
			vpf_bridge_to_vf(esw, vp);
		else if (vp->left_ms && now - vp->left_ms < VPF_BRIDGE_LATE_MS)
			vpf_bridge_to_synthetic(esw, vp);
	}
	mutex_unlock(&esw->lock);
}

/* An entry came or went on a port of our bridge. RCU, tbl_lock not held. */
static void vpf_bridge_entry(struct vpf_eswitch *esw, struct net_device *dev,
			     const struct switchdev_notifier_fdb_info *info, bool add)
{
	bool own, ours = dev == esw->a->netdev;

	spin_lock_bh(&esw->tbl_lock);
	own = vpf_fdb_find_own(&esw->fdb, info->addr) > VPF_FDB_RAR_PF;
	if (add && !ours)
		vpf_fdb_add_bridge(&esw->fdb, info->addr, info->vid, dev->ifindex);
	else
		/* Gone, or moved to our side */
		vpf_fdb_del_bridge(&esw->fdb, info->addr, info->vid);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	if (own && add)
		queue_work(esw->wq, &esw->assert_work);
}

static int vpf_bridge_fdb_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vpf_eswitch *esw = container_of(nb, struct vpf_eswitch, fdb_nb);
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct switchdev_notifier_fdb_info *info;
	struct net_device *br;

	if (event != SWITCHDEV_FDB_ADD_TO_DEVICE && event != SWITCHDEV_FDB_DEL_TO_DEVICE)
		return NOTIFY_DONE;
	info = container_of((struct switchdev_notifier_info *)ptr,
			    struct switchdev_notifier_fdb_info, info);
	rcu_read_lock();
	br = rcu_dereference(esw->bridge);
	/* Addresses of the bridge and its ports are stations of this host, too */
	if (br && (dev == br || netdev_master_upper_dev_get_rcu(dev) == br))
		vpf_bridge_entry(esw, dev, info, event == SWITCHDEV_FDB_ADD_TO_DEVICE);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

/*
 * The bridge's functions, while there is a bridge. Were they symbols that this module is linked
 * with, `modprobe -r vfpath_pf` would unload the bridge module, and with it all bridges.
 */
static void vpf_bridge_get(struct vpf_eswitch *esw)
{
#if IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING)
	esw->vlan_enabled = symbol_get(br_vlan_enabled);
	esw->vlan_pvid = symbol_get(br_vlan_get_pvid_rcu);
#endif
}

static void vpf_bridge_put(struct vpf_eswitch *esw)
{
#if IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING)
	if (esw->vlan_enabled)
		symbol_put(br_vlan_enabled);
	if (esw->vlan_pvid)
		symbol_put(br_vlan_get_pvid_rcu);
	esw->vlan_enabled = NULL;
	esw->vlan_pvid = NULL;
#endif
}

static void vpf_bridge_join(struct vpf_eswitch *esw, struct net_device *br,
			    struct netlink_ext_ack *extack)
{
	struct net_device *netdev = esw->a->netdev;
	int err;

	vpf_bridge_get(esw);
	rcu_assign_pointer(esw->bridge, br);
	/* Replays what the bridge knows already */
	err = switchdev_bridge_port_offload(netdev, netdev, esw, &esw->fdb_nb, NULL, false, extack);
	if (err)
		netdev_warn(netdev, "bridge %s: entries are not followed: %pe\n", br->name,
			    ERR_PTR(err));
}

static void vpf_bridge_leave(struct vpf_eswitch *esw)
{
	struct net_device *netdev = esw->a->netdev;

	if (!rtnl_dereference(esw->bridge))
		return;
	switchdev_bridge_port_unoffload(netdev, esw, &esw->fdb_nb, NULL);
	RCU_INIT_POINTER(esw->bridge, NULL);
	synchronize_rcu();
	vpf_bridge_put(esw);
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_flush(&esw->fdb, VPF_FDB_BRIDGE, VFP_PF_POOL);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/* A new port of ours: VFs that are active already are behind it */
static void vpf_bridge_announce(struct vpf_eswitch *esw)
{
	queue_work(esw->wq, &esw->assert_work);
}

static int vpf_bridge_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vpf_eswitch *esw = container_of(nb, struct vpf_eswitch, netdev_nb);
	struct netdev_notifier_changeupper_info *info = ptr;

	if (netdev_notifier_info_to_dev(ptr) != esw->a->netdev)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_PRECHANGEUPPER:
		if (!info->linking && netif_is_bridge_master(info->upper_dev))
			vpf_bridge_leave(esw);
		break;
	case NETDEV_CHANGEUPPER:
		if (info->linking && netif_is_bridge_master(info->upper_dev)) {
			vpf_bridge_join(esw, info->upper_dev,
					netdev_notifier_info_to_extack(&info->info));
			vpf_bridge_announce(esw);
		}
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

	esw->fdb_nb.notifier_call = vpf_bridge_fdb_event;
	err = register_switchdev_notifier(&esw->fdb_nb);
	if (err)
		return err;
	esw->netdev_nb.notifier_call = vpf_bridge_netdev_event;
	err = register_netdevice_notifier(&esw->netdev_nb);
	if (err)
		unregister_switchdev_notifier(&esw->fdb_nb);
	return err;
}

/**
 * vpf_bridge_exit() - undo vpf_bridge_init()
 * @a: adapter; its netdev is unregistered
 */
void vpf_bridge_exit(struct vpf_adapter *a)
{
	unregister_netdevice_notifier(&a->esw->netdev_nb);
	unregister_switchdev_notifier(&a->esw->fdb_nb);
}

#else

void vpf_bridge_to_vf(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
}

void vpf_bridge_to_synthetic(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
}

void vpf_bridge_assert_work(struct work_struct *work)
{
}

int vpf_bridge_init(struct vpf_adapter *a)
{
	pci_info(a->pdev, "no CONFIG_NET_SWITCHDEV: a bridge's entries are not followed\n");
	return 0;
}

void vpf_bridge_exit(struct vpf_adapter *a)
{
}

#endif
