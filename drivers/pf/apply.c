// SPDX-License-Identifier: GPL-2.0
/*
 * From the shadow tables to the registers, and only what differs.
 *
 * The order of writes is what makes a change harmless to traffic. Locking is the
 * caller's.
 */
#include <linux/bitfield.h>

#include "apply.h"

static u32 vpf_apply_rah(const struct vpf_fdb_rar *rar)
{
	return RAH_AV | FIELD_PREP(RAH_POOL, rar->pools) | rar->mac[5] << 8 | rar->mac[4];
}

static void vpf_apply_rar(struct vfp_io *io, struct vpf_fdb *fdb, unsigned int i,
			  enum vpf_fdb_write write)
{
	const struct vpf_fdb_rar *rar = &fdb->rar[i];

	switch (write) {
	case VPF_FDB_KEEP:
		return;
	case VPF_FDB_POOLS:
		/*
		 * One write, straight from one pool to the other: a step with both
		 * would deliver frames twice, a step with none would lose them.
		 */
		vfp_wr32(io, R_RAH(i), vpf_apply_rah(rar));
		break;
	case VPF_FDB_CLEAR:
		vfp_wr32(io, R_RAH(i), 0);
		vfp_wr32(io, R_RAL(i), 0);
		break;
	case VPF_FDB_REPLACE:
		/* A half-written address must not match anything */
		vfp_wr32(io, R_RAH(i), 0);
		vfp_wr32(io, R_RAL(i), (u32)rar->mac[3] << 24 | rar->mac[2] << 16 |
			 rar->mac[1] << 8 | rar->mac[0]);
		vfp_wr32(io, R_RAH(i), vpf_apply_rah(rar));
		break;
	}
	vpf_fdb_written(fdb, i);
}

static void vpf_apply_uta(struct vfp_io *io, struct vpf_fdb *fdb, unsigned int i, u32 val)
{
	if (fdb->hw_known && fdb->uta_hw[i] == val)
		return;
	vfp_wr32(io, R_UTA(i), val);
	fdb->uta_hw[i] = val;
}

/**
 * vpf_apply_fdb() - write what changed in the address table
 * @io: registers
 * @fdb: table
 *
 * New ways in come before old ones go, so an address that moves from one entry to
 * another, or to the hash table, has one at any time.
 */
void vpf_apply_fdb(struct vfp_io *io, struct vpf_fdb *fdb)
{
	enum vpf_fdb_write write;
	unsigned int i;

	for (i = 0; i < VFP_NUM_UTA; i++)
		vpf_apply_uta(io, fdb, i, fdb->uta[i] | (fdb->hw_known ? fdb->uta_hw[i] : 0));
	for (i = 0; i < VFP_NUM_RAR; i++) {
		write = vpf_fdb_next(fdb, i);
		if (write != VPF_FDB_CLEAR)
			vpf_apply_rar(io, fdb, i, write);
	}
	for (i = 0; i < VFP_NUM_RAR; i++)
		vpf_apply_rar(io, fdb, i, vpf_fdb_next(fdb, i));
	fdb->hw_known = true;
	for (i = 0; i < VFP_NUM_UTA; i++)
		vpf_apply_uta(io, fdb, i, fdb->uta[i]);
}

static void vpf_apply_changed(struct vfp_io *io, u32 reg, u32 *hw, u32 want, bool known)
{
	if (known && *hw == want)
		return;
	vfp_wr32(io, reg, want);
	*hw = want;
}

/**
 * vpf_apply_vlan() - write what changed in the VLAN table
 * @io: registers
 * @v: table
 *
 * Whether the NIC filters at all (RCTL.VFE) is the caller's: on after this, off
 * before.
 */
void vpf_apply_vlan(struct vfp_io *io, struct vpf_vlan *v)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++)
		vpf_apply_changed(io, R_VLVF(i), &v->hw_vlvf[i], vpf_vlan_vlvf(v, i), v->hw_known);
	for (i = 0; i < VFP_NUM_VFTA; i++)
		vpf_apply_changed(io, R_VFTA(i), &v->hw_vfta[i], vpf_vlan_vfta(v, i), v->hw_known);
	for (i = 0; i < VFP_NUM_POOLS; i++)
		vpf_apply_changed(io, R_VMVIR(i), &v->hw_vmvir[i], vpf_vlan_vmvir(v, i),
				  v->hw_known);
	v->hw_known = true;
}

/**
 * vpf_apply_mta() - write what changed in the multicast table
 * @io: registers
 * @mta: table
 */
void vpf_apply_mta(struct vfp_io *io, struct vpf_mta *mta)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_MTA; i++)
		vpf_apply_changed(io, R_MTA(i), &mta->hw[i], mta->want[i], mta->hw_known);
	mta->hw_known = true;
}
