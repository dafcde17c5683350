// SPDX-License-Identifier: GPL-2.0
/*
 * The embedded switch: from the tables to registers.
 *
 * All registers of the switch are written by vpf_eswitch_apply(), from shadows, and
 * only where they differ. So a reset of the NIC loses nothing, and a wish of the PF
 * never disturbs what a VF has.
 */
#include <linux/bitfield.h>
#include <linux/string.h>

#include "eswitch_priv.h"

#define VPF_RCTL_SWITCH	(RCTL_VFE | RCTL_UPE | RCTL_MPE)
#define VPF_RATE_FRAC	14
#define VPF_RATE_MIN	1	/* Mbit/s */

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
static u32 vpf_eswitch_rate(u32 max_rate, u32 link)
{
	if (!max_rate || max_rate >= link)
		return 0;
	return RTTBCNRC_ENA | FIELD_PREP(RTTBCNRC_FACTOR, (link << VPF_RATE_FRAC) / max_rate);
}

static void vpf_eswitch_write_rate(struct vpf_eswitch *esw, unsigned int queue, u32 val)
{
	vpf_wr32(esw->a, R_RTTDQSEL, queue);
	vpf_wr32(esw->a, R_RTTBCNRC, val);
}

static void vpf_eswitch_apply_rates(struct vpf_eswitch *esw)
{
	unsigned int i;

	if (!esw->regs_known)
		vpf_wr32(esw->a, R_RTTBCNRM, RTTBCNRM_JUMBO);
	for (i = 0; i < VFP_MAX_VFS; i++) {
		u32 val = vpf_eswitch_rate(esw->pool[i].max_rate, esw->link_mbps);

		if (esw->regs_known && esw->rate[i] == val)
			continue;
		/*
		 * A pool has two queues. Drivers of VFs are given the first; what a guest sends on
		 * the second must not come on top of that.
		 */
		vpf_eswitch_write_rate(esw, i, val);
		vpf_eswitch_write_rate(esw, i + VFP_NUM_POOLS,
				       val ? vpf_eswitch_rate(VPF_RATE_MIN, esw->link_mbps) : 0);
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
	if (esw->enables_lost) {
		esw->vfre = ~rx;
		esw->vfte = ~tx;
		esw->enables_lost = false;
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

/**
 * vpf_eswitch_apply_fdb() - make the registers what the address table says
 * @esw: switch; tbl_lock held
 *
 * The little that changes with a station, for those in a hurry.
 */
void vpf_eswitch_apply_fdb(struct vpf_eswitch *esw)
{
	if (!esw->regs_known || !vfp_io_present(&esw->a->io))
		return;
	vpf_eswitch_apply_pools(esw);
	vpf_apply_fdb(&esw->a->io, &esw->fdb);
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
	if (esw->vlan.trunk != esw->pf_promisc)
		vpf_vlan_set_trunk(&esw->vlan, esw->pf_promisc);

	if (!filter && (esw->rctl & RCTL_VFE || !esw->regs_known))
		vfp_rmw32(&esw->a->io, R_RCTL, RCTL_VFE, 0);
	vpf_apply_vlan(&esw->a->io, &esw->vlan);
	vpf_eswitch_apply_mta(esw);
	vpf_eswitch_apply_pools(esw);
	vpf_apply_fdb(&esw->a->io, &esw->fdb);
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
