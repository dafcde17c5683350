// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: The embedded switch's VLAN table
 *
 * 32 VLANs, each with a bitmap of pools. The NIC filters by VLAN for all pools or
 * for none (RCTL.VFE). It is switched on with the first port VLAN: only then must a
 * pool not see other VLANs. As long as no VF has one, every pool gets every VLAN of
 * its addresses, so that tagged traffic through the host's bridge needs no entry.
 *
 * A pool with a port VLAN is in that VLAN and in no other, not even in VLAN 0, whose
 * (priority-tagged) frames would pass by the port VLAN. The PF's pool, as a trunk,
 * joins every VLAN in use, but hardware has no entry for "all": a VLAN that nobody
 * joined reaches it with unicast from the wire only.
 *
 * Pure. Locking is the caller's.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/if_vlan.h>
#include <linux/string.h>

#include "vlan.h"

/**
 * vpf_vlan_init() - the table after probe: all pools in VLAN 0
 * @v: table
 *
 * VLAN 0 is that of priority-tagged frames, which are dropped otherwise.
 */
void vpf_vlan_init(struct vpf_vlan *v)
{
	memset(v, 0, sizeof(*v));
	v->entry[0].vid = 0;
	v->entry[0].pools = 0xff;
}

static struct vpf_vlan_entry *vpf_vlan_find(struct vpf_vlan *v, u16 vid)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].pools && v->entry[i].vid == vid)
			return &v->entry[i];
	}
	return NULL;
}

static struct vpf_vlan_entry *vpf_vlan_free(struct vpf_vlan *v)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (!v->entry[i].pools)
			return &v->entry[i];
	}
	return NULL;
}

/**
 * vpf_vlan_join() - a pool gets the frames of a VLAN
 * @v: table
 * @pool: 0..7
 * @vid: 0..4094
 *
 * Return: 0 (also when it was in), -EINVAL, -EPERM under a port VLAN, -ENOSPC when 32
 * VLANs are in use.
 */
int vpf_vlan_join(struct vpf_vlan *v, u8 pool, u16 vid)
{
	struct vpf_vlan_entry *e;

	if (pool >= VFP_NUM_POOLS || vid >= VLAN_N_VID - 1)
		return -EINVAL;
	if (v->port_tci[pool])
		return -EPERM;
	e = vpf_vlan_find(v, vid);
	if (!e) {
		e = vpf_vlan_free(v);
		if (!e)
			return -ENOSPC;
		e->vid = vid;
	}
	e->pools |= BIT(pool);
	return 0;
}

/**
 * vpf_vlan_leave() - a pool leaves a VLAN
 * @v: table
 * @pool: 0..7
 * @vid: 1..4094; 0 is never left
 *
 * Return: 0, -EINVAL, -EPERM under a port VLAN, -ENOENT when it wasn't in.
 */
int vpf_vlan_leave(struct vpf_vlan *v, u8 pool, u16 vid)
{
	struct vpf_vlan_entry *e;

	if (pool >= VFP_NUM_POOLS || vid >= VLAN_N_VID - 1)
		return -EINVAL;
	if (v->port_tci[pool])
		return -EPERM;
	if (!vid)
		return 0;
	e = vpf_vlan_find(v, vid);
	if (!e || !(e->pools & BIT(pool)))
		return -ENOENT;
	e->pools &= ~BIT(pool);
	return 0;
}

/**
 * vpf_vlan_flush() - a pool leaves all VLANs but its port VLAN and VLAN 0
 * @v: table
 * @pool: 0..7
 */
void vpf_vlan_flush(struct vpf_vlan *v, u8 pool)
{
	u16 port = v->port_tci[pool] & VLAN_VID_MASK;
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].vid && v->entry[i].vid != port)
			v->entry[i].pools &= ~BIT(pool);
	}
}

/**
 * vpf_vlan_set_port() - a pool's port VLAN
 * @v: table
 * @pool: 0..7
 * @vid: 1..4094, or 0 with no @qos: none
 * @qos: 802.1p priority, 0..7
 *
 * The pool's frames get the tag on their way out and lose it on their way in; the
 * VLANs that its VF joined before are left.
 *
 * Return: 0, -EINVAL, -ENOSPC; the old one stays then.
 */
int vpf_vlan_set_port(struct vpf_vlan *v, u8 pool, u16 vid, u8 qos)
{
	struct vpf_vlan_entry *e, *zero = vpf_vlan_find(v, 0);
	unsigned int i;

	if (pool >= VFP_NUM_POOLS || vid >= VLAN_N_VID - 1 || qos > 7 || (qos && !vid))
		return -EINVAL;
	e = vpf_vlan_find(v, vid);
	if (!e)
		e = vpf_vlan_free(v);
	/* The entry of a VLAN that only this pool is in becomes free by this */
	for (i = 0; !e && i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].vid && v->entry[i].pools == BIT(pool))
			e = &v->entry[i];
	}
	if (!e)
		return -ENOSPC;
	v->port_tci[pool] = vid | qos << VLAN_PRIO_SHIFT;
	if (e->vid != vid) {
		e->vid = vid;
		e->pools = 0;
	}
	if (vid)
		zero->pools &= ~BIT(pool);
	e->pools |= BIT(pool);
	vpf_vlan_flush(v, pool);
	return 0;
}

/**
 * vpf_vlan_filtering() - must the NIC filter by VLAN?
 * @v: table
 *
 * Return: true once a pool has a port VLAN.
 */
bool vpf_vlan_filtering(const struct vpf_vlan *v)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_POOLS; i++) {
		if (v->port_tci[i])
			return true;
	}
	return false;
}

/* VLVF @i, from the table */
u32 vpf_vlan_vlvf(const struct vpf_vlan *v, unsigned int i)
{
	const struct vpf_vlan_entry *e = &v->entry[i];
	u8 pools = e->pools;

	if (!pools)
		return 0;
	if (v->trunk)
		pools |= BIT(VFP_PF_POOL);
	return VLVF_VI_EN | FIELD_PREP(VLVF_VLAN_ID, e->vid) | FIELD_PREP(VLVF_POOLSEL, pools);
}

/* A word of the VLAN bitmap; the NIC wants a VLAN in both places */
u32 vpf_vlan_vfta(const struct vpf_vlan *v, unsigned int word)
{
	unsigned int i;
	u32 val = 0;

	if (v->trunk)
		return ~0U;
	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].pools && v->entry[i].vid / 32 == word)
			val |= BIT(v->entry[i].vid % 32);
	}
	return val;
}

/* VMVIR of a pool: the tag its frames get */
u32 vpf_vlan_vmvir(const struct vpf_vlan *v, u8 pool)
{
	if (!v->port_tci[pool])
		return FIELD_PREP(VMVIR_MODE, VMVIR_MODE_DESC);
	return FIELD_PREP(VMVIR_MODE, VMVIR_MODE_DEFAULT) |
	       FIELD_PREP(VMVIR_VLAN, v->port_tci[pool]);
}

/* VLANs in use, VLAN 0 included */
unsigned int vpf_vlan_used(const struct vpf_vlan *v)
{
	unsigned int i, n = 0;

	for (i = 0; i < VFP_NUM_VLVF; i++)
		n += !!v->entry[i].pools;
	return n;
}
