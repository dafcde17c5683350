// SPDX-License-Identifier: GPL-2.0
/*
 * The embedded switch: from events and wishes to tables (fdb, vlan, vport), and from
 * the tables to registers.
 *
 * All registers of the switch are written by vpf_eswitch_apply(), from shadows, and
 * only where they differ. So a reset of the NIC loses nothing, and a wish of the PF
 * never disturbs what a VF has.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "eswitch_priv.h"

#define VPF_RCTL_SWITCH	(RCTL_VFE | RCTL_UPE | RCTL_MPE)
/* Units of the rate limiter: 2^-14 of the link's speed */
#define VPF_RATE_FRAC	14
#define VPF_RATE_ENA	BIT(31)
#define VPF_LINK_MBPS	1000

static u64 vpf_eswitch_now(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

/* Registers */

static void vpf_eswitch_put(struct vpf_eswitch *esw, u32 reg, u32 *shadow, u32 val)
{
	if (esw->regs_known && *shadow == val)
		return;
	vpf_wr32(esw->a, reg, val);
	*shadow = val;
}

static u32 vpf_eswitch_vmolr(const struct vpf_pool *p)
{
	u32 val = VMOLR_LPE | VMOLR_BAM | FIELD_PREP(VMOLR_RLPML, p->max_frame);

	if (!p->port_vlan)
		val |= VMOLR_AUPE;
	if (p->hash_mc || p->all_mc)
		val |= VMOLR_ROMPE;
	if (p->all_mc)
		val |= VMOLR_MPME;
	if (p->promisc)
		val |= VMOLR_ROPE;
	if (p->strip_vlan)
		val |= VMOLR_STRVLAN;
	return val;
}

/* RTTBCNRC: the link's speed over the limit, in fixed point; 0: no limit */
static u32 vpf_eswitch_rate(u32 max_rate)
{
	if (!max_rate)
		return 0;
	return VPF_RATE_ENA | ((VPF_LINK_MBPS << VPF_RATE_FRAC) / max_rate);
}

static void vpf_eswitch_apply_rates(struct vpf_eswitch *esw)
{
	unsigned int i;

	for (i = 0; i < VFP_MAX_VFS; i++) {
		u32 val = vpf_eswitch_rate(esw->pool[i].max_rate);

		if (esw->regs_known && esw->rate[i] == val)
			continue;
		/* A pool sends on two queues; VFs are given the first */
		vpf_wr32(esw->a, R_RTTDQSEL, i);
		vpf_wr32(esw->a, R_RTTBCNRC, val);
		esw->rate[i] = val;
	}
}

static void vpf_eswitch_apply_mta(struct vpf_eswitch *esw)
{
	unsigned int i;

	/* MPME alone does nothing on the emulated NIC: all hashes, then */
	for (i = 0; i < VFP_NUM_MTA; i++)
		esw->mta.want[i] = esw->all_mta ? ~0U : esw->pf_mta[i] | esw->vf_mta[i];
	vpf_apply_mta(&esw->a->io, &esw->mta);
}

static void vpf_eswitch_apply_enables(struct vpf_eswitch *esw)
{
	u32 rx = 0, tx = 0;
	unsigned int i;

	for (i = 0; i < VFP_NUM_POOLS; i++) {
		rx |= esw->pool[i].rx ? BIT(i) : 0;
		tx |= esw->pool[i].tx ? BIT(i) : 0;
	}
	vpf_eswitch_put(esw, R_VFRE, &esw->vfre, rx);
	vpf_eswitch_put(esw, R_VFTE, &esw->vfte, tx);
}

static void vpf_eswitch_apply_pools(struct vpf_eswitch *esw)
{
	struct vpf_pool *pf = &esw->pool[VFP_PF_POOL];
	u32 dtxswc = esw->loopback ? DTXSWC_LOOPBACK_EN : 0;
	unsigned int i;

	/* On the emulated NIC addresses of the hash table need ROMPE as well */
	pf->hash_mc = esw->fdb.hashed || pf->all_mc ||
		      memchr_inv(esw->pf_mta, 0, sizeof(esw->pf_mta));
	pf->promisc = esw->pf_promisc || esw->fdb.hashed;
	for (i = 0; i < VFP_NUM_POOLS; i++) {
		vpf_eswitch_put(esw, R_VMOLR(i), &esw->vmolr[i],
				vpf_eswitch_vmolr(&esw->pool[i]));
		if (!esw->pool[i].spoofchk)
			continue;
		dtxswc |= FIELD_PREP(DTXSWC_MAC_SPOOF, BIT(i));
		if (esw->pool[i].port_vlan)
			dtxswc |= FIELD_PREP(DTXSWC_VLAN_SPOOF, BIT(i));
	}
	vpf_eswitch_put(esw, R_DTXSWC, &esw->dtxswc, dtxswc);
}

/* Who lies behind the PF alone: what is sent there would come straight back */
static void vpf_eswitch_index_pf_only(struct vpf_eswitch *esw)
{
	DECLARE_BITMAP(map, 256) = {};
	unsigned int i;

	for (i = 0; i < VFP_NUM_RAR; i++) {
		if (esw->fdb.rar[i].pools == BIT(VFP_PF_POOL))
			__set_bit(esw->fdb.rar[i].mac[ETH_ALEN - 1], map);
	}
	for (i = 0; i < VFP_NUM_UTA && esw->fdb.hashed; i++) {
		if (esw->fdb.uta[i]) {
			bitmap_fill(map, 256);
			break;
		}
	}
	for (i = 0; i < ARRAY_SIZE(esw->pf_only); i++)
		WRITE_ONCE(esw->pf_only[i], map[i]);
}

/**
 * vpf_eswitch_apply() - make the registers what the tables say
 * @esw: switch; tbl_lock held
 *
 * Receivers are told apart (filters) before they are let in, and shut out before
 * their filters go.
 */
void vpf_eswitch_apply(struct vpf_eswitch *esw)
{
	bool filter = vpf_vlan_filtering(&esw->vlan);
	u32 rctl = filter ? RCTL_VFE : 0, vt_ctl;

	if (!vfp_io_present(&esw->a->io))
		return;
	if (esw->pf_promisc)
		rctl |= RCTL_UPE;
	if (esw->pool[VFP_PF_POOL].all_mc)
		rctl |= RCTL_MPE;
	vt_ctl = FIELD_PREP(VT_CTL_DEF_PL, VFP_PF_POOL) | VT_CTL_REPL_EN;
	if (!esw->pf_promisc)
		vt_ctl |= VT_CTL_DIS_DEF_POOL;
	esw->vlan.trunk = esw->pf_promisc;

	if (!filter && (esw->rctl & RCTL_VFE || !esw->regs_known))
		vfp_rmw32(&esw->a->io, R_RCTL, RCTL_VFE, 0);
	vpf_apply_vlan(&esw->a->io, &esw->vlan);
	vpf_eswitch_apply_mta(esw);
	vpf_eswitch_apply_pools(esw);
	vpf_apply_fdb(&esw->a->io, &esw->fdb);
	vpf_eswitch_index_pf_only(esw);
	vpf_eswitch_put(esw, R_VT_CTL, &esw->vt_ctl, vt_ctl);
	if (!esw->regs_known || esw->rctl != rctl) {
		vfp_rmw32(&esw->a->io, R_RCTL, VPF_RCTL_SWITCH, rctl);
		esw->rctl = rctl;
	}
	vpf_eswitch_apply_rates(esw);
	vpf_eswitch_apply_enables(esw);
	esw->regs_known = true;
}

/**
 * vpf_eswitch_rctl() - change bits of RCTL that aren't the switch's
 * @a: adapter
 * @clear: bits to clear
 * @set: bits to set
 */
void vpf_eswitch_rctl(struct vpf_adapter *a, u32 clear, u32 set)
{
	spin_lock_bh(&a->esw->tbl_lock);
	vfp_rmw32(&a->io, R_RCTL, clear, set);
	spin_unlock_bh(&a->esw->tbl_lock);
}

/**
 * vpf_eswitch_rewrite() - write the small registers again
 * @esw: switch
 *
 * Creating and removing VFs clears VFRE and VFTE bits behind our back.
 */
void vpf_eswitch_rewrite(struct vpf_eswitch *esw)
{
	spin_lock_bh(&esw->tbl_lock);
	esw->regs_known = false;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/* Loopback is on while VFs exist only: without, the NIC segments in one go */
void vpf_eswitch_loopback(struct vpf_eswitch *esw, bool on)
{
	spin_lock_bh(&esw->tbl_lock);
	WRITE_ONCE(esw->loopback, on);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/* VFs */

static void vpf_eswitch_sum_mta(struct vpf_eswitch *esw)
{
	unsigned int i, j;

	memset(esw->vf_mta, 0, sizeof(esw->vf_mta));
	esw->all_mta = esw->pool[VFP_PF_POOL].all_mc;
	for (i = 0; i < VFP_MAX_VFS; i++) {
		const struct vpf_vport *vp = &esw->vport[i];

		if (vp->rx_mode)
			esw->all_mta = true;
		for (j = 0; j < vp->num_mc; j++)
			esw->vf_mta[vp->mc[j] / 32] |= BIT(vp->mc[j] % 32);
	}
}

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

/* Where the vport's addresses are delivered, in one register write each */
static int vpf_eswitch_place(struct vpf_eswitch *esw, unsigned int n)
{
	const struct vpf_vport *vp = &esw->vport[n];
	u8 pool = vpf_vport_pool(vp);
	int err;

	spin_lock_bh(&esw->tbl_lock);
	err = vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_VF(n), vp->mac,
			      vpf_vport_exists(vp) ? BIT(pool) : 0);
	if (!err)
		vpf_fdb_route(&esw->fdb, n, pool);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return err;
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
	u32 actions;
	int err;

	err = vpf_vport_event(vp, ev, link, &actions);
	if (err)
		return err;
	is = vp->state == VPF_VPORT_ACTIVE;
	if (was != is)
		esw->mbx_stats[n].switches++;

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

/* A VF's port VLAN; 0, -EINVAL or -ENOSPC, the old one stays then */
int vpf_eswitch_vf_port_vlan(struct vpf_eswitch *esw, unsigned int n, u16 vid, u8 qos)
{
	struct vpf_vport *vp = &esw->vport[n];
	int err;

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

/* The PF's own part */

/**
 * vpf_eswitch_pf_enable() - switch the PF's own pool on or off
 * @a: adapter
 * @on: let it send and receive
 */
void vpf_eswitch_pf_enable(struct vpf_adapter *a, bool on)
{
	struct vpf_eswitch *esw = a->esw;

	spin_lock_bh(&esw->tbl_lock);
	esw->pool[VFP_PF_POOL].rx = on;
	esw->pool[VFP_PF_POOL].tx = on;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/**
 * vpf_eswitch_set_mac() - the PF's own address
 * @a: adapter
 * @mac: address
 *
 * Return: 0, -EINVAL, or -EADDRINUSE when a VF has it.
 */
int vpf_eswitch_set_mac(struct vpf_adapter *a, const u8 *mac)
{
	struct vpf_eswitch *esw = a->esw;
	int err;

	spin_lock_bh(&esw->tbl_lock);
	err = vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_PF, mac, BIT(VFP_PF_POOL));
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return err;
}

/**
 * vpf_eswitch_rx_mode() - ndo_set_rx_mode of the PF
 * @a: adapter
 *
 * Context: any; the netdev's address lock is held.
 */
void vpf_eswitch_rx_mode(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	struct net_device *netdev = a->netdev;
	struct netdev_hw_addr *ha;

	spin_lock_bh(&esw->tbl_lock);
	esw->pf_promisc = netdev->flags & IFF_PROMISC;
	esw->pool[VFP_PF_POOL].all_mc = netdev->flags & (IFF_PROMISC | IFF_ALLMULTI);
	memset(esw->pf_mta, 0, sizeof(esw->pf_mta));
	netdev_for_each_mc_addr(ha, netdev) {
		u16 hash = vpf_fdb_hash(ha->addr);

		esw->pf_mta[hash / 32] |= BIT(hash % 32);
	}
	vpf_fdb_flush(&esw->fdb, VPF_FDB_PF_UC, VFP_PF_POOL);
	netdev_for_each_uc_addr(ha, netdev)
		vpf_fdb_add(&esw->fdb, VPF_FDB_PF_UC, VFP_PF_POOL, ha->addr);
	vpf_eswitch_sum_mta(esw);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

int vpf_eswitch_vlan_add(struct vpf_adapter *a, u16 vid)
{
	return vpf_eswitch_vf_vlan(a->esw, VFP_PF_POOL, vid, true);
}

int vpf_eswitch_vlan_kill(struct vpf_adapter *a, u16 vid)
{
	return vpf_eswitch_vf_vlan(a->esw, VFP_PF_POOL, vid, false);
}

/**
 * vpf_eswitch_set_max_frame() - the largest frame the PF's pool takes
 * @a: adapter
 * @max_frame: bytes with header, tags and FCS
 *
 * Return: 0 or -EINVAL.
 */
int vpf_eswitch_set_max_frame(struct vpf_adapter *a, u32 max_frame)
{
	struct vpf_eswitch *esw = a->esw;

	if (max_frame > VFP_MAX_FRAME)
		return -EINVAL;
	spin_lock_bh(&esw->tbl_lock);
	esw->pool[VFP_PF_POOL].max_frame = max_frame;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return 0;
}

/**
 * vpf_eswitch_features() - the PF's offloads changed
 * @a: adapter
 */
void vpf_eswitch_features(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;

	spin_lock_bh(&esw->tbl_lock);
	esw->pool[VFP_PF_POOL].strip_vlan = a->netdev->features & NETIF_F_HW_VLAN_CTAG_RX;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/**
 * vpf_eswitch_link() - the PF's link changed
 * @a: adapter
 * @up: it has link
 */
void vpf_eswitch_link(struct vpf_adapter *a, bool up)
{
	struct vpf_eswitch *esw = a->esw;
	unsigned int i;

	mutex_lock(&esw->lock);
	esw->link_up = up;
	/* VFs without the extension look at their own STATUS.LU */
	for (i = 0; i < esw->num_vfs; i++) {
		if (esw->vport[i].link_state == IFLA_VF_LINK_STATE_AUTO)
			vpf_eswitch_event(esw, i, VPF_EV_LINK_CHANGE);
	}
	mutex_unlock(&esw->lock);
}

/* Reflections: see reflect.c */

bool __vpf_reflect_active(const struct vpf_adapter *a)
{
	return READ_ONCE(a->esw->loopback);
}

static void vpf_eswitch_reflect_note(struct vpf_eswitch *esw, struct sk_buff *skb)
{
	u32 signature;
	u16 tci = skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;

	signature = vpf_reflect_signature(skb->data, skb_headlen(skb), skb->len, tci);
	spin_lock_bh(&esw->reflect_lock);
	vpf_reflect_note(&esw->reflect, signature, vpf_eswitch_now());
	spin_unlock_bh(&esw->reflect_lock);
}

/**
 * vpf_reflect_tx() - the PF is about to send a frame
 * @a: adapter
 * @skb: frame, from its Ethernet header
 *
 * Return: true when nobody but the PF would get it. A bridge that doesn't know an
 * address sends to all ports; if it is one of this bridge's stations, the NIC would
 * hand the frame straight back, and the bridge learn its sender on the wrong port.
 */
bool vpf_reflect_tx(struct vpf_adapter *a, struct sk_buff *skb)
{
	struct vpf_eswitch *esw = a->esw;
	const u8 *dst = skb->data;
	bool only = false, hashed;
	int i;

	if (is_multicast_ether_addr(dst)) {
		vpf_eswitch_reflect_note(esw, skb);
		return false;
	}
	if (!test_bit(dst[ETH_ALEN - 1], esw->pf_only))
		return false;
	spin_lock_bh(&esw->tbl_lock);
	i = vpf_fdb_find(&esw->fdb, dst);
	if (i >= 0)
		only = esw->fdb.rar[i].pools == BIT(VFP_PF_POOL);
	hashed = i < 0 && vpf_fdb_in_hash(&esw->fdb, dst);
	spin_unlock_bh(&esw->tbl_lock);
	/* The hash table's go to the wire as well, and come back */
	if (hashed)
		vpf_eswitch_reflect_note(esw, skb);
	return only;
}

/**
 * vpf_reflect_rx() - the PF has received a frame
 * @a: adapter
 * @skb: frame, after eth_type_trans()
 *
 * Return: true when the PF has sent it itself.
 */
bool vpf_reflect_rx(struct vpf_adapter *a, struct sk_buff *skb)
{
	struct vpf_eswitch *esw = a->esw;
	const u8 *dst = eth_hdr(skb)->h_dest;
	u32 signature;
	bool match;
	u16 tci;

	if (!vpf_reflect_active(a))
		return false;
	if (!is_multicast_ether_addr(dst) && !vpf_fdb_in_hash(&esw->fdb, dst))
		return false;
	tci = skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;
	signature = vpf_reflect_signature(skb_mac_header(skb), skb_headlen(skb) + ETH_HLEN,
					  skb->len + ETH_HLEN, tci);
	spin_lock_bh(&esw->reflect_lock);
	match = vpf_reflect_match(&esw->reflect, signature, vpf_eswitch_now());
	spin_unlock_bh(&esw->reflect_lock);
	return match;
}

/* Statistics of the VFs */

static const u32 vpf_vf_stats_regs[VPF_VF_STATS] = {
	0x10010, 0x10014, 0x10018, 0x10034, 0x1003c,	/* GPRC GPTC GORC GOTC MPRC */
};

/**
 * vpf_eswitch_stats_update() - widen the VFs' counters
 * @a: adapter. Process context.
 */
void vpf_eswitch_stats_update(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	unsigned int n, i;

	mutex_lock(&esw->stats_lock);
	for (n = 0; n < READ_ONCE(esw->num_vfs); n++) {
		u64 *sum = &esw->vf_stats[n].rx_packets;

		for (i = 0; i < VPF_VF_STATS; i++) {
			u32 now = vpf_rd32(a, vpf_vf_stats_regs[i] + 0x100 * n);

			if (!vfp_io_present(&a->io))
				goto out;
			sum[i] += now - esw->vf_last[n][i];
			esw->vf_last[n][i] = now;
		}
	}
out:
	mutex_unlock(&esw->stats_lock);
}

void vpf_eswitch_get_vf_stats(struct vpf_eswitch *esw, unsigned int n, struct vpf_vf_stats *s)
{
	vpf_eswitch_stats_update(esw->a);
	mutex_lock(&esw->stats_lock);
	*s = esw->vf_stats[n];
	mutex_unlock(&esw->stats_lock);
}

/* ethtool -S */

static const char * const vpf_eswitch_names[] = {
	"fdb_used", "fdb_size", "fdb_hashed", "fdb_refused", "vlan_used", "vlan_size",
	"reflections_dropped",
};

static const char * const vpf_eswitch_vf_names[] = {
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_multicast", "mbx_messages",
	"mbx_malformed", "mbx_refused", "mbx_limited", "resets", "path_switches",
};

unsigned int vpf_eswitch_ethtool_count(struct vpf_adapter *a)
{
	return ARRAY_SIZE(vpf_eswitch_names) + VFP_MAX_VFS * ARRAY_SIZE(vpf_eswitch_vf_names);
}

void vpf_eswitch_ethtool_strings(struct vpf_adapter *a, u8 **p)
{
	unsigned int n, i;

	for (i = 0; i < ARRAY_SIZE(vpf_eswitch_names); i++)
		ethtool_puts(p, vpf_eswitch_names[i]);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		for (i = 0; i < ARRAY_SIZE(vpf_eswitch_vf_names); i++)
			ethtool_sprintf(p, "vf%u_%s", n, vpf_eswitch_vf_names[i]);
	}
}

void vpf_eswitch_ethtool_stats(struct vpf_adapter *a, u64 **p)
{
	struct vpf_eswitch *esw = a->esw;
	struct vpf_vf_stats s;
	unsigned int n;
	u64 *d = *p;

	mutex_lock(&esw->lock);
	spin_lock_bh(&esw->tbl_lock);
	*d++ = esw->fdb.used;
	*d++ = VPF_FDB_NUM_SHARED;
	*d++ = esw->fdb.hashed;
	*d++ = esw->fdb.refused;
	*d++ = vpf_vlan_used(&esw->vlan);
	*d++ = VFP_NUM_VLVF;
	*d++ = READ_ONCE(esw->reflect.dropped);
	spin_unlock_bh(&esw->tbl_lock);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		const struct vpf_mbx_stats *m = &esw->mbx_stats[n];

		vpf_eswitch_get_vf_stats(esw, n, &s);
		*d++ = s.rx_packets;
		*d++ = s.tx_packets;
		*d++ = s.rx_bytes;
		*d++ = s.tx_bytes;
		*d++ = s.multicast;
		*d++ = m->messages;
		*d++ = m->malformed;
		*d++ = m->refused;
		*d++ = m->limited;
		*d++ = m->flr;
		*d++ = m->switches;
	}
	mutex_unlock(&esw->lock);
	*p = d;
}

/* Life */

/**
 * vpf_eswitch_irq() - ICR.VMMB: a message, an acknowledgment or a reset of a VF
 * @a: adapter
 *
 * Context: any.
 */
void vpf_eswitch_irq(struct vpf_adapter *a)
{
	queue_work(a->esw->wq, &a->esw->mbx_work);
}

/**
 * vpf_eswitch_restore() - after a reset: all of the switch's registers
 * @a: adapter; RCTL.EN is off
 */
void vpf_eswitch_restore(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	unsigned int i;

	mutex_lock(&esw->lock);
	for (i = 0; i < esw->num_vfs; i++)
		vpf_eswitch_event(esw, i, VPF_EV_PF_RESET);

	vpf_wr32(a, R_MRQC, FIELD_PREP(MRQC_MQE, MRQC_MQE_VMDQ));
	vpf_wr32(a, R_RLPML, VFP_MAX_FRAME);
	/* Multicast is stripped or not for all pools at once */
	vpf_wr32(a, R_RPLOLR, RPLOLR_STRVLAN | RPLOLR_STRCRC);
	vpf_wr32(a, R_QDE, ~0U);
	vpf_wr32(a, R_MBVFIMR, 0xff);
	spin_lock_bh(&esw->tbl_lock);
	esw->regs_known = false;
	esw->vlan.hw_known = false;
	esw->mta.hw_known = false;
	vpf_fdb_forget(&esw->fdb);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	mutex_lock(&esw->stats_lock);
	memset(esw->vf_last, 0, sizeof(esw->vf_last));
	mutex_unlock(&esw->stats_lock);
	mutex_unlock(&esw->lock);
}

/**
 * vpf_eswitch_resume() - the NIC runs again: VFs may come back
 * @a: adapter
 */
void vpf_eswitch_resume(struct vpf_adapter *a)
{
	vfp_rmw32(&a->io, R_CTRL_EXT, 0, CTRL_EXT_PFRSTD);
	mod_delayed_work(a->esw->wq, &a->esw->tell_work, 0);
	vpf_eswitch_irq(a);
}

/**
 * vpf_eswitch_init() - an empty switch, in memory only
 * @a: adapter with perm_addr and dev_addr; no VFs exist
 *
 * Return: 0 or -ENOMEM.
 */
int vpf_eswitch_init(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw;
	u8 mac[ETH_ALEN];
	unsigned int i;

	esw = kvzalloc(sizeof(*esw), GFP_KERNEL);
	if (!esw)
		return -ENOMEM;
	esw->a = a;
	mutex_init(&esw->lock);
	mutex_init(&esw->stats_lock);
	spin_lock_init(&esw->tbl_lock);
	spin_lock_init(&esw->reflect_lock);
	INIT_WORK(&esw->mbx_work, vpf_mailbox_work);
	INIT_DELAYED_WORK(&esw->poll_work, vpf_mailbox_poll_work);
	INIT_DELAYED_WORK(&esw->tell_work, vpf_mailbox_tell_work);
	INIT_WORK(&esw->assert_work, vpf_bridge_assert_work);
	esw->wq = alloc_ordered_workqueue("%s-%s", WQ_HIGHPRI, VPF_NAME, pci_name(a->pdev));
	if (!esw->wq) {
		kvfree(esw);
		return -ENOMEM;
	}

	vpf_fdb_init(&esw->fdb);
	vpf_vlan_init(&esw->vlan);
	for (i = 0; i < VFP_MAX_VFS; i++) {
		vpf_vport_gen_mac(mac, a->netdev->perm_addr, i);
		vpf_vport_init(&esw->vport[i], i, mac);
		esw->pool[i].max_frame = esw->vport[i].max_frame;
	}
	esw->pool[VFP_PF_POOL].max_frame = VPF_MAX_FRAME(a->netdev->mtu);
	esw->pool[VFP_PF_POOL].strip_vlan = true;
	vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_PF, a->netdev->dev_addr, BIT(VFP_PF_POOL));
	a->esw = esw;
	return 0;
}

/**
 * vpf_eswitch_exit() - the end of it; there are no VFs any more
 * @a: adapter; its misc interrupt is off
 */
void vpf_eswitch_exit(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;

	cancel_delayed_work_sync(&esw->poll_work);
	cancel_delayed_work_sync(&esw->tell_work);
	destroy_workqueue(esw->wq);
	a->esw = NULL;
	kvfree(esw);
}
