// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: VFs and the bridge
 *
 * When a VF's data path moves, the bridge's entry for its address moves with it, between our port
 * and the one that its guest's synthetic path ends on, its home. (That makes an entry on a port
 * that isn't ours: without it the bridge would flood until the guest speaks, and what it floods to
 * both paths the guest would have twice.) The host's own addresses are never touched.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/rculist.h>
#include <net/switchdev.h>

#include "eswitch_priv.h"
#include "port_path.h"

#if IS_ENABLED(CONFIG_NET_SWITCHDEV)

/* Where a VF's untagged frames come out on the host, or NULL: in no bridge. RCU. */
static struct vpf_bridge_port *vpf_bridge_of_vf(struct vpf_eswitch *esw,
						const struct vpf_vport *vp)
{
	struct vpf_bridge_port *bp, *found = NULL;

	list_for_each_entry_rcu(bp, &esw->bridge.ports, node) {
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
	const struct vpf_bridge *b = &esw->bridge;
	u16 vid;

	if (!b->vlan_enabled || !b->vlan_pvid || !b->vlan_enabled(bp->br))
		return 0;
	if (!bp->vid && vp->port_vid)
		return vp->port_vid;
	return b->vlan_pvid(bp->dev, &vid) ? 0 : vid;
}

/* Where a bridge has the address now, other than behind the PF, is its home */
static void vpf_bridge_take_homes(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	struct vpf_place place;
	bool first = true;

	spin_lock_bh(&esw->tbl_lock);
	while (!vpf_fdb_take_place(&esw->fdb, vp->mac, &place)) {
		if (first)
			vp->num_homes = 0;
		first = false;
		if (vp->num_homes < VPF_VPORT_MAX_HOMES)
			vp->home[vp->num_homes++] = (struct vpf_vport_home) {
				.vid = place.vid,
				.port = place.port,
			};
	}
	spin_unlock_bh(&esw->tbl_lock);
}

/* The same, and the table keeps them */
static void vpf_bridge_peek_homes(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	const struct vpf_station *s;
	unsigned int n;
	int i;

	spin_lock_bh(&esw->tbl_lock);
	i = vpf_stations_find(&esw->fdb.sta, vp->mac);
	s = i < 0 ? NULL : &esw->fdb.sta.sta[i];
	for (n = 0; s && n < s->num_places && n < VPF_VPORT_MAX_HOMES; n++) {
		vp->home[n] = (struct vpf_vport_home) {
			.vid = s->place[n].vid,
			.port = s->place[n].port,
		};
		vp->num_homes = n + 1;
	}
	spin_unlock_bh(&esw->tbl_lock);
}

static int vpf_bridge_has_or_port(struct net_device *dev, struct netdev_nested_priv *priv)
{
	if (vpf_bridge_has_mac(dev, priv))
		return 1;
	return netif_is_bridge_master(dev) ?
	       netdev_walk_all_lower_dev_rcu(dev, vpf_bridge_has_mac, priv) : 0;
}

/*
 * Is it an address of the host's own: of what is above the PF, or of a bridge's port there?
 * Whatever a VF has for an address, the bridge's entry for this one stays.
 */
static bool vpf_bridge_is_hosts(struct vpf_eswitch *esw, const u8 *mac)
{
	struct netdev_nested_priv priv = { .data = (void *)mac };
	bool found;

	spin_lock_bh(&esw->tbl_lock);
	found = vpf_fdb_is_local(&esw->fdb, mac);
	spin_unlock_bh(&esw->tbl_lock);
	rcu_read_lock();
	found = found || netdev_walk_all_upper_dev_rcu(esw->a->netdev, vpf_bridge_has_or_port,
						       &priv);
	rcu_read_unlock();
	return found;
}

/**
 * vpf_bridge_owner() - whom does the host know by an address?
 * @esw: switch
 * @n: VF that would like to have it
 * @mac: address
 *
 * Return: enum vpf_mbx_owner.
 */
enum vpf_mbx_owner vpf_bridge_owner(struct vpf_eswitch *esw, unsigned int n, const u8 *mac)
{
	bool station;

	if (vpf_bridge_is_hosts(esw, mac))
		return VPF_OWNER_HOST;
	spin_lock_bh(&esw->tbl_lock);
	station = vpf_fdb_is_others(&esw->fdb, n, mac);
	spin_unlock_bh(&esw->tbl_lock);
	return station ? VPF_OWNER_STATION : VPF_OWNER_NONE;
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

	if (vpf_bridge_is_hosts(esw, vp->mac))
		return;
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
	struct vpf_place place = { .port = home->port, .vid = home->vid };
	struct vpf_bridge_port *bp;
	struct net_device *port = vpf_bridge_home(esw, vp, home, &bp);

	if (!port)
		return false;
	/* The bridge doesn't tell those who move an entry that it has moved */
	if (!vpf_bridge_send(port, SWITCHDEV_FDB_ADD_TO_BRIDGE, vp->mac, home->vid))
		return false;
	place.bridge = bp->br->ifindex;
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_place(&esw->fdb, vp->mac, &place, esw->fdb.now);
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

	if (vpf_bridge_is_hosts(esw, vp->mac))
		return;
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

/*
 * Is the guest of an active VF heard by its synthetic path, and by that alone? (A driver without
 * the extension couldn't ask for the path again; its guest may use the synthetic one by choice.)
 */
static bool vpf_bridge_lost(struct vpf_eswitch *esw, unsigned int n)
{
	const struct vpf_vport *vp = &esw->vport[n];
	struct vpf_sighting last;
	struct vpf_vf_stats s;

	spin_lock_bh(&esw->tbl_lock);
	last = esw->seen[n];
	spin_unlock_bh(&esw->tbl_lock);
	if (vp->state != VPF_VPORT_ACTIVE || !vp->version || !last.ms || last.on_wire)
		return false;
	vpf_eswitch_get_vf_stats(esw, n, &s);
	return vpf_vport_silent(&esw->vport[n], s.tx_packets, last.ms);
}

/* The bridge has learned a VF's address anew: has it been misled, or has the guest moved? */
static void vpf_bridge_assert(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];
	enum vpf_vport_seen seen;

	if (vpf_bridge_lost(esw, n)) {
		vpf_eswitch_event(esw, n, VPF_EV_PATH_SYNTHETIC);
		vpf_eswitch_event(esw, n, VPF_EV_NEWS);
		return;
	}
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

/* What the bridge does with a port's frames. RCU. */
static void vpf_bridge_view(struct vpf_eswitch *esw, const struct net_device *br,
			    const struct net_device *port, struct vpf_port_view *view)
{
	const struct vpf_bridge *b = &esw->bridge;
	struct bridge_vlan_info info = {};

	*view = (struct vpf_port_view) { .learning = true, .mtu = READ_ONCE(port->mtu) };
	if (b->port_flag) {
		view->isolated = b->port_flag(port, BR_ISOLATED);
		view->locked = b->port_flag(port, BR_PORT_LOCKED);
		view->learning = b->port_flag(port, BR_LEARNING);
	}
	if (!b->vlan_enabled || !b->vlan_pvid || !b->vlan_info || !b->vlan_enabled(br))
		return;
	view->filters = true;
	if (b->vlan_pvid(port, &view->vid))
		view->vid = 0;
	view->untagged = view->vid && !b->vlan_info(port, view->vid, &info) &&
			 info.flags & BRIDGE_VLAN_INFO_UNTAGGED;
}

static u8 vpf_bridge_home_nack(struct vpf_eswitch *esw, const struct vpf_vport *vp,
			       const struct vpf_vport_home *home)
{
	struct vpf_port_view tap, pf;
	struct vpf_bridge_port *bp;
	struct net_device *port = vpf_bridge_home(esw, vp, home, &bp);

	if (!port)
		return 0;
	vpf_bridge_view(esw, bp->br, port, &tap);
	vpf_bridge_view(esw, bp->br, bp->dev, &pf);
	/* PF.200 gets the frames of VLAN 200 untagged */
	return vpf_port_path_nack(&tap, &pf, bp->vid ? 0 : vp->port_vid, vp->max_frame);
}

/**
 * vpf_bridge_path_nack() - would a VF get round what holds for its guest's synthetic path?
 * @esw: switch; lock held
 * @vp: vport
 *
 * Return: VFP_NACK_*, 0: it may have the data path.
 */
u8 vpf_bridge_path_nack(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	unsigned int i;
	u8 nack = 0;

	/* Until it has the data path the bridge may learn of further ones */
	if (!vpf_vport_on_vf(vp))
		vpf_bridge_peek_homes(esw, vp);
	rcu_read_lock();
	for (i = 0; i < vp->num_homes && !nack; i++)
		nack = vpf_bridge_home_nack(esw, vp, &vp->home[i]);
	rcu_read_unlock();
	return nack;
}

/**
 * vpf_bridge_has_home() - does the bridge know the VF's address behind another port now?
 * @esw: switch; lock held
 * @vp: vport that hasn't got the data path
 *
 * Return: true if so.
 */
bool vpf_bridge_has_home(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	struct vpf_bridge_port *bp;
	bool found = false;
	unsigned int i;

	/* Those that it had before may be those of its guest, who has gone */
	vp->num_homes = 0;
	vpf_bridge_peek_homes(esw, vp);
	rcu_read_lock();
	for (i = 0; i < vp->num_homes; i++)
		found |= !!vpf_bridge_home(esw, vp, &vp->home[i], &bp);
	rcu_read_unlock();
	return found;
}

/**
 * vpf_bridge_check_path() - may a VF have the data path as it is now?
 * @esw: switch; lock held
 * @n: VF
 *
 * One that would get round what holds for its tap loses it; one that wouldn't any more is told,
 * and may ask again.
 */
void vpf_bridge_check_path(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];
	u8 nack = vpf_bridge_path_nack(esw, vp);

	if (nack == vp->path_nack)
		return;
	vp->path_nack = nack;
	if (nack)
		vpf_eswitch_event(esw, n, VPF_EV_PATH_SYNTHETIC);
	vpf_eswitch_event(esw, n, VPF_EV_NEWS);
}

/**
 * vpf_bridge_check_paths() - what operators have set for taps may have changed
 * @esw: switch
 */
void vpf_bridge_check_paths(struct vpf_eswitch *esw)
{
	unsigned int n;

	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs; n++)
		vpf_bridge_check_path(esw, n);
	mutex_unlock(&esw->lock);
}

#else

enum vpf_mbx_owner vpf_bridge_owner(struct vpf_eswitch *esw, unsigned int n, const u8 *mac)
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

u8 vpf_bridge_path_nack(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	return 0;
}

bool vpf_bridge_has_home(struct vpf_eswitch *esw, struct vpf_vport *vp)
{
	return false;
}

void vpf_bridge_check_path(struct vpf_eswitch *esw, unsigned int n)
{
}

void vpf_bridge_check_paths(struct vpf_eswitch *esw)
{
}

#endif
