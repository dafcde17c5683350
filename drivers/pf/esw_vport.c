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
	p->all_mc = vp->rx_mode;
	p->promisc = vp->rx_mode & VFP_RX_PROMISC;
	p->port_vlan = vp->port_vid;
	p->spoofchk = vpf_vport_exists(vp) && vp->spoofchk;
	vpf_eswitch_sum_mta(esw);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
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
	if (!on)
		/* The VF's function keeps what its driver had OR-ed into it */
		vpf_wr32(esw->a, R_IVAR(n), 0);
	/* A reset of the VF clears the bits without a word */
	esw->vfre = on ? esw->vfre & ~BIT(n) : esw->vfre | BIT(n);
	esw->vfte = on ? esw->vfte & ~BIT(n) : esw->vfte | BIT(n);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

static void vpf_eswitch_clear_vport(struct vpf_eswitch *esw, unsigned int n)
{
	vpf_vport_clear(&esw->vport[n]);
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_flush(&esw->fdb, VPF_FDB_VF_UC, n);
	vpf_vlan_flush(&esw->vlan, n);
	spin_unlock_bh(&esw->tbl_lock);
	vpf_eswitch_sync_vport(esw, n);
}

/**
 * vpf_eswitch_event() - something happened to a VF: decide, then apply
 * @esw: switch; lock held
 * @n: VF
 * @ev: what
 *
 * Return: 0, or why the vport's state doesn't allow it (vpf_vport_event()).
 */
int vpf_eswitch_event(struct vpf_eswitch *esw, unsigned int n, enum vpf_vport_event ev)
{
	struct vpf_vport *vp = &esw->vport[n];
	bool link = vpf_vport_link_up(vp, esw->link_up);
	bool was = vp->state == VPF_VPORT_ACTIVE, is;
	bool quarantined = vp->quarantined;
	u32 actions;
	int err;

	if (ev == VPF_EV_PATH_VF) {
		vp->path_nack = vpf_bridge_path_nack(esw, vp);
		if (vp->path_nack)
			return -EACCES;
	}
	err = vpf_vport_event(vp, ev, link, &actions);
	if (err)
		return err;
	if (quarantined && !vp->quarantined)
		vpf_health_mailbox(esw->a);
	is = vp->state == VPF_VPORT_ACTIVE;
	if (was != is)
		esw->mbx_stats[n].switches++;

	if (actions & (VPF_ACT_MAC_TO_PF | VPF_ACT_MAC_TO_VF) || ev == VPF_EV_RESERVE)
		vpf_eswitch_forget_seen(esw, n);
	if (actions & VPF_ACT_MAC_TO_PF) {
		vp->left_ms = vpf_eswitch_now();
		/* A port that the bridge sends to before the NIC does; never the reverse */
		vpf_bridge_to_synthetic(esw, vp);
		/* What the bridge sent our way before would come back to us */
		vpf_queue_settle_tx(esw->a);
		vpf_eswitch_place(esw, n);
	}
	if (actions & VPF_ACT_DISABLE)
		vpf_eswitch_enable_pool(esw, n, false);
	if (actions & VPF_ACT_CLEAR)
		vpf_eswitch_clear_vport(esw, n);
	if (ev == VPF_EV_RESERVE || ev == VPF_EV_RELEASE)
		vpf_eswitch_place(esw, n);
	if (actions & VPF_ACT_ENABLE)
		vpf_eswitch_enable_pool(esw, n, true);
	if (actions & VPF_ACT_MAC_TO_VF) {
		vpf_eswitch_place(esw, n);
		/* What came for the guest before still goes by its synthetic path */
		vpf_queue_settle_rx(esw->a);
		vpf_bridge_to_vf(esw, vp);
	}
	if (actions & VPF_ACT_TELL_STATE)
		vpf_mailbox_tell(esw, n);
	if (actions & VPF_ACT_TELL_RESET) {
		vp->tell_reset = true;
		/* Its driver most likely starts again by itself */
		mod_delayed_work(esw->wq, &esw->tell_work, msecs_to_jiffies(5));
	}
	return 0;
}

/**
 * vpf_eswitch_vf_mac() - give a VF another address
 * @esw: switch; lock held
 * @n: VF
 * @mac: address
 *
 * Return: 0, -EINVAL, or -EADDRINUSE when another function has it.
 */
int vpf_eswitch_vf_mac(struct vpf_eswitch *esw, unsigned int n, const u8 *mac)
{
	struct vpf_vport *vp = &esw->vport[n];
	u8 old[ETH_ALEN];
	int err;

	if (ether_addr_equal(vp->mac, mac))
		return 0;
	if (!is_valid_ether_addr(mac))
		return -EINVAL;
	spin_lock_bh(&esw->tbl_lock);
	err = vpf_fdb_find_own(&esw->fdb, mac);
	spin_unlock_bh(&esw->tbl_lock);
	if (err >= 0)
		return -EADDRINUSE;

	ether_addr_copy(old, vp->mac);
	if (vp->state == VPF_VPORT_ACTIVE)
		vpf_bridge_to_synthetic(esw, vp);
	ether_addr_copy(vp->mac, mac);
	/* Where the old one was seen says nothing of this one */
	vp->num_homes = 0;
	vpf_eswitch_forget_seen(esw, n);
	err = vpf_eswitch_place(esw, n);
	if (err)
		ether_addr_copy(vp->mac, old);
	if (vp->state == VPF_VPORT_ACTIVE)
		vpf_bridge_to_vf(esw, vp);
	return err;
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
