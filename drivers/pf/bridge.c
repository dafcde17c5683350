// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Bridges and the embedded switch, kept in step
 *
 * With the PF as a port of a Linux bridge, both switches form one; a VLAN of the PF
 * (PF.200) may be a port of another bridge. What these bridges know on their other ports
 * goes into the NIC's address table, for the PF's pool: a VF can reach these stations. And
 * when a VF's data path moves, the bridge's entry for its address moves with it, between
 * our port and the one that its guest's synthetic path ends on.
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
#include <net/switchdev.h>

#include "eswitch_priv.h"

#if IS_ENABLED(CONFIG_NET_SWITCHDEV)

/**
 * struct vpf_bridge_port - a port of a bridge that leads to the NIC
 * @dev: the PF, or a VLAN of it
 * @br: the bridge
 * @vid: the VLAN, 0: the PF itself
 * @node: in &vpf_eswitch.bridge_ports
 */
struct vpf_bridge_port {
	struct net_device *dev;
	struct net_device *br;
	u16 vid;
	struct list_head node;
};

/* Our port in a bridge, that of VLAN @vid if there are several. RCU or RTNL. */
static struct vpf_bridge_port *vpf_bridge_find(struct vpf_eswitch *esw,
					       const struct net_device *br, u16 vid)
{
	struct vpf_bridge_port *bp, *found = NULL;

	list_for_each_entry_rcu(bp, &esw->bridge_ports, node, lockdep_rtnl_is_held()) {
		if (bp->br == br && (!found || bp->vid == vid))
			found = bp;
	}
	return found;
}

/* Where a VF's untagged frames come out on the host, or NULL: in no bridge. RCU. */
static struct vpf_bridge_port *vpf_bridge_of_vf(struct vpf_eswitch *esw,
						const struct vpf_vport *vp)
{
	struct vpf_bridge_port *bp, *found = NULL;

	list_for_each_entry_rcu(bp, &esw->bridge_ports, node) {
		if (bp->vid == vp->port_vid)
			return bp;
		if (!bp->vid)
			found = bp;
	}
	return found;
}

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
static u16 vpf_bridge_vid(struct vpf_eswitch *esw, const struct vpf_bridge_port *bp,
			  const struct vpf_vport *vp)
{
	u16 vid;

	if (!esw->vlan_enabled || !esw->vlan_pvid || !esw->vlan_enabled(bp->br))
		return 0;
	if (!bp->vid && vp->port_vid)
		return vp->port_vid;
	return esw->vlan_pvid(bp->dev, &vid) ? 0 : vid;
}

/* Where a bridge has the address now, other than behind the PF, is its home */
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

/* The port of a bridge that a home is, and our own port there; NULL when it is none now. RCU. */
static struct net_device *vpf_bridge_home(struct vpf_eswitch *esw, const struct vpf_vport *vp,
					  const struct vpf_vport_home *home,
					  struct vpf_bridge_port **bp)
{
	struct net_device *port = dev_get_by_index_rcu(dev_net(esw->a->netdev), home->port);

	if (!port || !netif_is_bridge_port(port))
		return NULL;
	*bp = vpf_bridge_find(esw, netdev_master_upper_dev_get_rcu(port), vp->port_vid);
	return *bp ? port : NULL;
}

/**
 * vpf_bridge_to_vf() - the bridge shall send to a VF by the PF
 * @esw: switch; lock held
 * @vp: vport, whose address leads to the VF in the NIC already
 */
void vpf_bridge_to_vf(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	struct vpf_bridge_port *bp;
	bool sent = false;
	unsigned int i;

	vpf_bridge_take_homes(esw, vp);
	rcu_read_lock();
	for (i = 0; i < vp->num_homes; i++) {
		if (!vpf_bridge_home(esw, vp, &vp->home[i], &bp))
			continue;
		vpf_bridge_send(bp->dev, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac, vp->home[i].vid);
		sent = true;
	}
	bp = sent ? NULL : vpf_bridge_of_vf(esw, vp);
	if (bp)
		vpf_bridge_send(bp->dev, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac,
				vpf_bridge_vid(esw, bp, vp));
	rcu_read_unlock();
}

static bool vpf_bridge_send_home(struct vpf_eswitch *esw, const struct vpf_vport *vp,
				 const struct vpf_vport_home *home)
{
	struct vpf_bridge_port *bp;
	struct net_device *port = vpf_bridge_home(esw, vp, home, &bp);

	if (!port)
		return false;
	/* The bridge doesn't tell those who move an entry that it has moved */
	if (!vpf_bridge_send(port, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac, home->vid))
		return false;
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_add_bridge(&esw->fdb, bp->br->ifindex, vp->mac, home->vid, home->port);
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
	struct vpf_bridge_port *bp;
	bool moved = false;
	unsigned int i;

	/* The guest may have sent by its synthetic path already */
	vpf_bridge_take_homes(esw, vp);
	rcu_read_lock();
	for (i = 0; i < vp->num_homes; i++)
		moved |= vpf_bridge_send_home(esw, vp, &vp->home[i]);
	bp = moved ? NULL : vpf_bridge_of_vf(esw, vp);
	if (bp)
		vpf_bridge_send(bp->dev, SWITCHDEV_FDB_DEL_TO_BRIDGE, vp->mac,
				vpf_bridge_vid(esw, bp, vp));
	rcu_read_unlock();
}

struct vpf_bridge_search {
	const u8 *mac;
	bool found;
};

static int vpf_bridge_match(struct net_device *dev, struct netdev_nested_priv *priv)
{
	struct vpf_bridge_search *s = priv->data;

	s->found |= dev->addr_len == ETH_ALEN && ether_addr_equal(dev->dev_addr, s->mac);
	return s->found;
}

static int vpf_bridge_match_above(struct net_device *dev, struct netdev_nested_priv *priv)
{
	if (vpf_bridge_match(dev, priv))
		return 1;
	/* Addresses of a bridge's ports are the host's as well */
	return netif_is_bridge_master(dev) ?
	       netdev_walk_all_lower_dev_rcu(dev, vpf_bridge_match, priv) : 0;
}

/**
 * vpf_bridge_owner() - whom does the host know by an address?
 * @esw: switch
 * @mac: address
 *
 * Return: enum vpf_mbx_owner.
 */
enum vpf_mbx_owner vpf_bridge_owner(struct vpf_eswitch *esw, const u8 *mac)
{
	struct vpf_bridge_search s = { .mac = mac };
	struct netdev_nested_priv priv = { .data = &s };
	bool station = false;
	unsigned int i;

	rcu_read_lock();
	netdev_walk_all_upper_dev_rcu(esw->a->netdev, vpf_bridge_match_above, &priv);
	rcu_read_unlock();
	if (s.found)
		return VPF_OWNER_HOST;
	spin_lock_bh(&esw->tbl_lock);
	for (i = 0; i < esw->fdb.num_wants; i++) {
		const struct vpf_fdb_want *w = &esw->fdb.want[i];

		station |= w->owner == VPF_FDB_BRIDGE && ether_addr_equal(w->mac, mac);
	}
	spin_unlock_bh(&esw->tbl_lock);
	return station ? VPF_OWNER_STATION : VPF_OWNER_NONE;
}

/* The bridge has learned a VF's address anew: has it been misled, or has the guest moved? */
static void vpf_bridge_assert(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];
	enum vpf_vport_seen seen;

	spin_lock_bh(&esw->tbl_lock);
	seen = vpf_vport_seen(vp, &esw->seen[n]);
	if (seen != VPF_SEEN_THERE)
		memset(&esw->seen[n], 0, sizeof(esw->seen[n]));
	spin_unlock_bh(&esw->tbl_lock);

	switch (seen) {
	case VPF_SEEN_TO_VF:
		vpf_bridge_to_vf(esw, vp);
		break;
	case VPF_SEEN_TO_SYNTHETIC:
		vpf_bridge_to_synthetic(esw, vp);
		break;
	case VPF_SEEN_THERE:
		vpf_eswitch_place(esw, n);
		break;
	}
}

void vpf_bridge_assert_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(work, struct vpf_eswitch, assert_work);
	unsigned int n;

	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs; n++)
		vpf_bridge_assert(esw, n);
	mutex_unlock(&esw->lock);
}

/* An entry came or went on a port of a bridge of ours. RCU, tbl_lock not held. */
static void vpf_bridge_entry(struct vpf_eswitch *esw, const struct net_device *br,
			     const struct net_device *dev,
			     const struct switchdev_notifier_fdb_info *info, bool add)
{
	struct vpf_bridge_port *bp;
	bool ours = false;
	int own;

	list_for_each_entry_rcu(bp, &esw->bridge_ports, node)
		ours |= bp->dev == dev;
	spin_lock_bh(&esw->tbl_lock);
	own = vpf_fdb_find_own(&esw->fdb, info->addr);
	if (own > VPF_FDB_RAR_PF && add)
		esw->seen[VPF_FDB_VF_OF_RAR(own)] = (struct vpf_sighting) {
			.ms = vpf_eswitch_now(),
			.on_wire = ours,
		};
	if (add && !ours)
		vpf_fdb_add_bridge(&esw->fdb, br->ifindex, info->addr, info->vid, dev->ifindex);
	else
		/* Gone, or moved to our side */
		vpf_fdb_del_bridge(&esw->fdb, br->ifindex, info->addr, info->vid);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	if (own > VPF_FDB_RAR_PF && add)
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
	if (!list_empty(&esw->bridge_ports))
		return;
#if IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING)
	esw->vlan_enabled = symbol_get(br_vlan_enabled);
	esw->vlan_pvid = symbol_get(br_vlan_get_pvid_rcu);
#endif
}

static void vpf_bridge_put(struct vpf_eswitch *esw)
{
	if (!list_empty(&esw->bridge_ports))
		return;
#if IS_ENABLED(CONFIG_BRIDGE_VLAN_FILTERING)
	if (esw->vlan_enabled)
		symbol_put(br_vlan_enabled);
	if (esw->vlan_pvid)
		symbol_put(br_vlan_get_pvid_rcu);
	esw->vlan_enabled = NULL;
	esw->vlan_pvid = NULL;
#endif
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
	list_add_tail_rcu(&bp->node, &esw->bridge_ports);
	/* Replays what the bridge knows already */
	err = switchdev_bridge_port_offload(dev, netdev, esw, &esw->fdb_nb, NULL, false, extack);
	if (err)
		netdev_warn(netdev, "bridge %s: entries are not followed: %pe\n", br->name,
			    ERR_PTR(err));
	/* VFs that are active already are behind this port */
	queue_work(esw->wq, &esw->assert_work);
}

static void vpf_bridge_leave(struct vpf_eswitch *esw, struct net_device *dev)
{
	struct vpf_bridge_port *bp, *found = NULL;

	list_for_each_entry(bp, &esw->bridge_ports, node) {
		if (bp->dev == dev)
			found = bp;
	}
	if (!found)
		return;
	switchdev_bridge_port_unoffload(dev, esw, &esw->fdb_nb, NULL);
	list_del_rcu(&found->node);
	synchronize_rcu();
	vpf_bridge_put(esw);
	if (!vpf_bridge_find(esw, found->br, 0)) {
		spin_lock_bh(&esw->tbl_lock);
		vpf_fdb_flush_bridge(&esw->fdb, found->br->ifindex);
		/* What it has seen on the wire counts no more */
		memset(esw->seen, 0, sizeof(esw->seen));
		vpf_eswitch_apply(esw);
		spin_unlock_bh(&esw->tbl_lock);
		queue_work(esw->wq, &esw->assert_work);
	}
	kfree(found);
}

/* The PF (VLAN 0), or a VLAN of it? */
static bool vpf_bridge_is_ours(const struct vpf_eswitch *esw, const struct net_device *dev,
			       u16 *vid)
{
	*vid = 0;
	if (dev == esw->a->netdev)
		return true;
	if (!is_vlan_dev(dev) || vlan_dev_real_dev(dev) != esw->a->netdev ||
	    vlan_dev_vlan_proto(dev) != htons(ETH_P_8021Q))
		return false;
	*vid = vlan_dev_vlan_id(dev);
	return true;
}

static int vpf_bridge_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vpf_eswitch *esw = container_of(nb, struct vpf_eswitch, netdev_nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct netdev_notifier_changeupper_info *info = ptr;
	u16 vid;

	if ((event != NETDEV_PRECHANGEUPPER && event != NETDEV_CHANGEUPPER) ||
	    !vpf_bridge_is_ours(esw, dev, &vid) || !netif_is_bridge_master(info->upper_dev))
		return NOTIFY_DONE;
	if (event == NETDEV_PRECHANGEUPPER && !info->linking)
		vpf_bridge_leave(esw, dev);
	if (event == NETDEV_CHANGEUPPER && info->linking)
		vpf_bridge_join(esw, dev, vid, info->upper_dev,
				netdev_notifier_info_to_extack(&info->info));
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

enum vpf_mbx_owner vpf_bridge_owner(struct vpf_eswitch *esw, const u8 *mac)
{
	return VPF_OWNER_NONE;
}

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
