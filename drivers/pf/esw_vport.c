// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a VF: from events, its wishes and its operator's to the switch's tables.
 * What follows from an event is decided in vport.c.
 */
#include <linux/etherdevice.h>

#include "eswitch_priv.h"

/**
 * vpf_eswitch_sync_vport() - bring a vport's settings to its pool
 * @esw: switch; lock held
 * @n: VF
 */
void vpf_eswitch_sync_vport(struct vpf_eswitch *esw, unsigned int n)
{
	const struct vpf_vport *vp = &esw->vport[n];
	struct vpf_pool *p = &esw->pool[n];

	spin_lock_bh(&esw->tbl_lock);
	p->max_frame = vp->max_frame;
	p->max_rate = vpf_vport_exists(vp) ? vp->max_rate : 0;
	p->strip_vlan = vpf_vport_exists(vp);
	p->hash_mc = vp->num_mc;
	p->all_mc = vpf_vport_rx_mode(vp);
	p->promisc = vp->rx_mode & VFP_RX_PROMISC;
	p->port_vlan = vp->port_vid;
	p->spoofchk = vpf_vport_exists(vp) && vp->spoofchk;
	vpf_eswitch_sum_mta(esw);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	vpf_eswitch_show(esw, n);
}

/**
 * vpf_eswitch_show() - what `ip link` shows of a VF is as it is now
 * @esw: switch; lock held
 * @n: VF
 *
 * Whoever reads it holds RTNL and shall wait for nobody.
 */
void vpf_eswitch_show(struct vpf_eswitch *esw, unsigned int n)
{
	const struct vpf_vport *vp = &esw->vport[n];
	struct vpf_vf_view *view = &esw->vf[n].view;

	spin_lock_bh(&esw->view_lock);
	ether_addr_copy(view->mac, vp->mac);
	view->port_vid = vp->port_vid;
	view->port_qos = vp->port_qos;
	view->spoofchk = vp->spoofchk;
	view->trusted = vp->trusted;
	view->link_state = vp->link_state;
	view->max_rate = vp->max_rate;
	spin_unlock_bh(&esw->view_lock);
}

/**
 * vpf_eswitch_place() - where the vport's addresses are delivered, in one register write each
 * @esw: switch; lock held
 * @n: VF
 *
 * An address that is neither on the VF nor behind the bridge's other ports, but somewhere on
 * the wire (its guest was moved to another host), is nobody's here.
 *
 * Return: 0, -EINVAL, or -EADDRINUSE when another function has the address.
 */
int vpf_eswitch_place(struct vpf_eswitch *esw, unsigned int n)
{
	const struct vpf_vport *vp = &esw->vport[n];
	u8 pool = vpf_vport_pool(vp);
	int err;

	spin_lock_bh(&esw->tbl_lock);
	if (vpf_vport_exists(vp) && pool == VFP_PF_POOL && vp->away)
		err = vpf_fdb_hold_own(&esw->fdb, VPF_FDB_RAR_VF(n), vp->mac);
	else
		err = vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_VF(n), vp->mac,
				      vpf_vport_exists(vp) ? BIT(pool) : 0);
	if (!err)
		vpf_fdb_route(&esw->fdb, n, pool);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return err;
}

/* Whatever the bridge has seen of the vport's address before doesn't count any more */
static void vpf_eswitch_forget_seen(struct vpf_eswitch *esw, unsigned int n)
{
	esw->vport[n].away = false;
	spin_lock_bh(&esw->tbl_lock);
	memset(&esw->seen[n], 0, sizeof(esw->seen[n]));
	spin_unlock_bh(&esw->tbl_lock);
}

static void vpf_eswitch_enable_pool(struct vpf_eswitch *esw, unsigned int n, bool on)
{
	spin_lock_bh(&esw->tbl_lock);
	esw->pool[n].rx = on;
	esw->pool[n].tx = on;
	/* A reset of the VF clears the bits without a word */
	esw->enables_lost = true;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

static void vpf_eswitch_clear_vport(struct vpf_eswitch *esw, unsigned int n)
{
	vpf_vport_clear(&esw->vport[n]);
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_flush(&esw->fdb, VPF_FDB_VF_UC, n);
	vpf_vlan_flush(&esw->vlan, n);
	/* Its function keeps what its driver had OR-ed into it. One that runs still needs it. */
	if (!vpf_vport_attached(&esw->vport[n]))
		vpf_wr32(esw->a, R_IVAR(n), 0);
	spin_unlock_bh(&esw->tbl_lock);
	vpf_eswitch_sync_vport(esw, n);
}

/* Its next address is its address; nothing is known of the places where that was seen */
static int vpf_eswitch_take_mac(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];
	u8 old[ETH_ALEN];
	int err;

	ether_addr_copy(old, vp->mac);
	ether_addr_copy(vp->mac, vp->next_mac);
	vp->num_homes = 0;
	err = vpf_eswitch_place(esw, n);
	if (err) {
		ether_addr_copy(vp->mac, old);
		vpf_eswitch_place(esw, n);
	}
	return err;
}

static int vpf_eswitch_act(struct vpf_eswitch *esw, unsigned int n, u32 actions)
{
	struct vpf_vport *vp = &esw->vport[n];
	int err = 0;

	if (actions & VPF_ACT_FORGET)
		vpf_eswitch_forget_seen(esw, n);
	/* A port that the bridge sends to before the NIC does; never the reverse */
	if (actions & VPF_ACT_TO_SYNTHETIC)
		vpf_bridge_to_synthetic(esw, vp);
	/* Someone may have the host's address by now; a driver that starts has to be told of one */
	if (actions & VPF_ACT_TAKE_MAC)
		err = vpf_eswitch_take_mac(esw, n) && !(actions & VPF_ACT_CLEAR) ? -EADDRINUSE : 0;
	else if (actions & VPF_ACT_PLACE)
		err = vpf_eswitch_place(esw, n);
	if (actions & VPF_ACT_DISABLE)
		vpf_eswitch_enable_pool(esw, n, false);
	if (actions & VPF_ACT_CLEAR)
		vpf_eswitch_clear_vport(esw, n);
	if (actions & VPF_ACT_ENABLE)
		vpf_eswitch_enable_pool(esw, n, true);
	if (actions & VPF_ACT_TO_VF)
		vpf_bridge_to_vf(esw, vp);
	if (actions & VPF_ACT_MUTE_LATER)
		esw->vf[n].mute_ms = vpf_eswitch_now() + VPF_VPORT_MUTE_MS;
	if (actions & (VPF_ACT_SETTLE | VPF_ACT_MUTE_LATER | VPF_ACT_TELL))
		vpf_mailbox_kick(esw, n);
	return err;
}

/**
 * vpf_eswitch_event() - something happened to a VF: decide, then apply
 * @esw: switch; lock held
 * @n: VF
 * @ev: what
 *
 * Nothing is waited for: a move of the data path has begun when this returns, and the VF's
 * work brings it to its end (vpf_eswitch_settle()).
 *
 * Return: 0, why the vport's state doesn't allow it (vpf_vport_event()), or -EADDRINUSE.
 */
int vpf_eswitch_event(struct vpf_eswitch *esw, unsigned int n, enum vpf_vport_event ev)
{
	struct vpf_vport *vp = &esw->vport[n];
	bool was = vpf_vport_on_vf(vp);
	u32 actions;
	int err;

	lockdep_assert_held(&esw->lock);
	err = vpf_vport_event(vp, ev, vpf_vport_link_up(vp, esw->link_up), vpf_eswitch_now(),
			      &actions);
	if (err)
		return err;
	if (was != vpf_vport_on_vf(vp))
		esw->mbx_stats[n].switches++;
	err = vpf_eswitch_act(esw, n, actions);
	vpf_eswitch_show(esw, n);
	return err;
}

/**
 * vpf_eswitch_settle() - bring a move of a VF's data path that has begun to its end
 * @esw: switch; its lock is not held, for this may take a while
 * @n: VF
 *
 * Context: the VF's own work, so once at a time.
 */
void vpf_eswitch_settle(struct vpf_eswitch *esw, unsigned int n)
{
	const struct vpf_vport *vp = &esw->vport[n];
	enum vpf_vport_state state;
	u32 moves;

	for (;;) {
		mutex_lock(&esw->lock);
		state = vp->state;
		moves = vp->moves;
		mutex_unlock(&esw->lock);
		if (state == VPF_VPORT_ARRIVING)
			/* What came for the guest before still goes by its synthetic path */
			vpf_queue_settle_rx(esw->a);
		else if (state == VPF_VPORT_LEAVING)
			/* What the bridge sent our way before would come back to us */
			vpf_queue_settle_tx(esw->a);
		else
			return;
		mutex_lock(&esw->lock);
		/* Else it has turned round, and there is more to wait for */
		if (vp->moves == moves)
			vpf_eswitch_event(esw, n, VPF_EV_SETTLED);
		mutex_unlock(&esw->lock);
	}
}

/* Another function has the address, or will: a VF whose guest uses another one now */
static bool vpf_eswitch_mac_taken(struct vpf_eswitch *esw, unsigned int n, const u8 *mac)
{
	unsigned int i;
	int own;

	for (i = 0; i < VFP_MAX_VFS; i++) {
		if (i != n && vpf_vport_exists(&esw->vport[i]) &&
		    ether_addr_equal(esw->vport[i].host_mac, mac))
			return true;
	}
	spin_lock_bh(&esw->tbl_lock);
	own = vpf_fdb_find_own(&esw->fdb, mac);
	spin_unlock_bh(&esw->tbl_lock);
	return own >= 0 && own != VPF_FDB_RAR_VF(n);
}

/**
 * vpf_eswitch_vf_mac() - give a VF another address
 * @esw: switch; lock held
 * @n: VF
 * @mac: address
 * @ev: VPF_EV_HOST_MAC or VPF_EV_OWN_MAC: who wants it
 *
 * Return: 0, -EINVAL, or -EADDRINUSE when another function has it.
 */
int vpf_eswitch_vf_mac(struct vpf_eswitch *esw, unsigned int n, const u8 *mac,
		       enum vpf_vport_event ev)
{
	struct vpf_vport *vp = &esw->vport[n];

	if (ether_addr_equal(vp->mac, mac))
		return 0;
	if (!is_valid_ether_addr(mac))
		return -EINVAL;
	if (vpf_eswitch_mac_taken(esw, n, mac))
		return -EADDRINUSE;
	ether_addr_copy(vp->next_mac, mac);
	return vpf_eswitch_event(esw, n, ev);
}

/* A further address of a VF; 0, -EINVAL, -EADDRINUSE or -ENOSPC */
int vpf_eswitch_vf_uc_add(struct vpf_eswitch *esw, unsigned int n, const u8 *mac)
{
	int err;

	spin_lock_bh(&esw->tbl_lock);
	err = vpf_fdb_add(&esw->fdb, VPF_FDB_VF_UC, n, mac);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return err;
}

void vpf_eswitch_vf_uc_flush(struct vpf_eswitch *esw, unsigned int n)
{
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_flush(&esw->fdb, VPF_FDB_VF_UC, n);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/* A VF joins or leaves a VLAN; see vpf_vlan_join() for errors */
int vpf_eswitch_vf_vlan(struct vpf_eswitch *esw, unsigned int n, u16 vid, bool join)
{
	int err;

	spin_lock_bh(&esw->tbl_lock);
	err = join ? vpf_vlan_join(&esw->vlan, n, vid) : vpf_vlan_leave(&esw->vlan, n, vid);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return err;
}

/* A VF's port VLAN; 0, or -EINVAL: the old one stays then */
int vpf_eswitch_vf_port_vlan(struct vpf_eswitch *esw, unsigned int n, u16 vid, u8 qos)
{
	struct vpf_vport *vp = &esw->vport[n];
	int err;

	if (vp->port_vid == vid && vp->port_qos == qos)
		return 0;
	spin_lock_bh(&esw->tbl_lock);
	err = vpf_vlan_set_port(&esw->vlan, n, vid, qos);
	spin_unlock_bh(&esw->tbl_lock);
	if (err)
		return err;
	vp->port_vid = vid;
	vp->port_qos = qos;
	vpf_eswitch_sync_vport(esw, n);
	return 0;
}
