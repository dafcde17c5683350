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
 * (priority-tagged) frames would pass by the port VLAN. What its VF had asked for is kept
 * and holds again when the port VLAN goes.
 *
 * Who asks is remembered for all 4094 VLANs. Of the 32 entries one is VLAN 0's, one each is kept
 * for a port VLAN of each VF, and VFs have a share each, so that no VF can make another one's port
 * VLAN or VLAN fail. What is left, VPF_VLAN_PF_ENTRIES at least, is the PF's, and only while the
 * NIC filters. It may be in more VLANs than that, up to all as a bridge's trunk; the entries go to
 * those that it sends in. A VLAN without one reaches it with unicast from the wire only.
 *
 * Pure. Locking is the caller's.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "vlan.h"

#define VPF_VLAN_VFS	GENMASK(VFP_MAX_VFS - 1, 0)

static struct vpf_vlan_entry *vpf_vlan_find(struct vpf_vlan *v, u16 vid)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].used && v->entry[i].vid == vid)
			return &v->entry[i];
	}
	return NULL;
}

static struct vpf_vlan_entry *vpf_vlan_free(struct vpf_vlan *v)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (!v->entry[i].used)
			return &v->entry[i];
	}
	return NULL;
}

/* An entry that is the PF's alone: that of the VLAN it hasn't sent in for longest */
static struct vpf_vlan_entry *vpf_vlan_idlest(struct vpf_vlan *v)
{
	struct vpf_vlan_entry *found = NULL;
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		struct vpf_vlan_entry *e = &v->entry[i];

		if (!e->used || !e->vid || e->pools & VPF_VLAN_VFS)
			continue;
		if (!found ||
		    (s32)(READ_ONCE(v->heard[e->vid]) - READ_ONCE(v->heard[found->vid])) < 0)
			found = e;
	}
	return found;
}

/* The pools that are in a VLAN, whether it has an entry or not */
static u8 vpf_vlan_pools(const struct vpf_vlan *v, u16 vid)
{
	u8 pools = vid ? v->member[vid] : 0xff;
	unsigned int i;

	for (i = 0; i < VFP_NUM_POOLS; i++) {
		if (!v->port_tci[i])
			continue;
		if ((v->port_tci[i] & VLAN_VID_MASK) == vid)
			pools |= BIT(i);
		else
			pools &= ~BIT(i);
	}
	return pools;
}

static void vpf_vlan_drop(struct vpf_vlan *v, struct vpf_vlan_entry *e)
{
	clear_bit(e->vid, v->served);
	memset(e, 0, sizeof(*e));
}

static void vpf_vlan_use(struct vpf_vlan *v, struct vpf_vlan_entry *e, u16 vid)
{
	e->vid = vid;
	e->used = true;
	set_bit(vid, v->served);
}

/* Something about a VLAN has changed: it has the entry that it should have after this */
static void vpf_vlan_fit(struct vpf_vlan *v, u16 vid)
{
	struct vpf_vlan_entry *e = vpf_vlan_find(v, vid);
	u8 pools = vpf_vlan_pools(v, vid);
	bool vfs = !vid || pools & VPF_VLAN_VFS;

	if (!vfs && !(v->filters && (pools || (e && v->trunk)))) {
		if (e)
			vpf_vlan_drop(v, e);
		return;
	}
	if (!e) {
		e = vpf_vlan_free(v);
		if (!e && vfs) {
			e = vpf_vlan_idlest(v);
			if (e)
				vpf_vlan_drop(v, e);
		}
		if (!e)
			return;
		vpf_vlan_use(v, e, vid);
	}
	e->pools = pools;
}

/* All VLANs that some of @pools asked for */
static void vpf_vlan_fit_members(struct vpf_vlan *v, u8 pools)
{
	unsigned int vid;

	for (vid = 1; vid < VLAN_N_VID; vid++) {
		if (v->member[vid] & pools)
			vpf_vlan_fit(v, vid);
	}
}

/* What is free goes to VLANs of the PF that have none */
static void vpf_vlan_fill(struct vpf_vlan *v)
{
	unsigned int vid;

	if (!v->filters || !vpf_vlan_unserved(v))
		return;
	for (vid = 1; vid < VLAN_N_VID && vpf_vlan_free(v); vid++) {
		if (v->member[vid] & BIT(VFP_PF_POOL))
			vpf_vlan_fit(v, vid);
	}
}

/**
 * vpf_vlan_init() - the table after probe: all pools in VLAN 0
 * @v: table
 *
 * VLAN 0 is that of priority-tagged frames, which are dropped otherwise.
 */
void vpf_vlan_init(struct vpf_vlan *v)
{
	memset(v, 0, sizeof(*v));
	vpf_vlan_set_vfs(v, VFP_MAX_VFS);
	vpf_vlan_fit(v, 0);
}

/**
 * vpf_vlan_set_vfs() - how many VFs share the table
 * @v: table
 * @num_vfs: 1..7; none has joined a VLAN yet
 */
void vpf_vlan_set_vfs(struct vpf_vlan *v, unsigned int num_vfs)
{
	/* VLAN 0, and a port VLAN each */
	v->share = (VFP_NUM_VLVF - 1 - num_vfs - VPF_VLAN_PF_ENTRIES) / num_vfs;
}

/**
 * vpf_vlan_join() - a pool gets the frames of a VLAN
 * @v: table
 * @pool: 0..7
 * @vid: 0..4094
 *
 * Return: 0 (also when it was in), -EINVAL, -EPERM under a port VLAN, -ENOSPC when a VF has had its
 * share. The PF isn't refused.
 */
int vpf_vlan_join(struct vpf_vlan *v, u8 pool, u16 vid)
{
	if (pool >= VFP_NUM_POOLS || vid >= VLAN_N_VID - 1)
		return -EINVAL;
	if (v->port_tci[pool])
		return -EPERM;
	if (!vid || v->member[vid] & BIT(pool))
		return 0;
	if (pool != VFP_PF_POOL && v->count[pool] >= v->share) {
		v->refused++;
		return -ENOSPC;
	}
	v->member[vid] |= BIT(pool);
	v->count[pool]++;
	vpf_vlan_fit(v, vid);
	return 0;
}

static void vpf_vlan_forget(struct vpf_vlan *v, u8 pool, u16 vid)
{
	v->member[vid] &= ~BIT(pool);
	v->count[pool]--;
	vpf_vlan_fit(v, vid);
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
	if (pool >= VFP_NUM_POOLS || vid >= VLAN_N_VID - 1)
		return -EINVAL;
	if (v->port_tci[pool])
		return -EPERM;
	if (!vid)
		return 0;
	if (!(v->member[vid] & BIT(pool)))
		return -ENOENT;
	vpf_vlan_forget(v, pool, vid);
	vpf_vlan_fill(v);
	return 0;
}

/**
 * vpf_vlan_flush() - a pool leaves all VLANs but its port VLAN and VLAN 0
 * @v: table
 * @pool: 0..7
 */
void vpf_vlan_flush(struct vpf_vlan *v, u8 pool)
{
	unsigned int vid;

	for (vid = 1; v->count[pool] && vid < VLAN_N_VID; vid++) {
		if (v->member[vid] & BIT(pool))
			vpf_vlan_forget(v, pool, vid);
	}
	vpf_vlan_fill(v);
}

/**
 * vpf_vlan_set_port() - a VF's port VLAN
 * @v: table
 * @pool: the VF's
 * @vid: 1..4094, or 0 with no @qos: none
 * @qos: 802.1p priority, 0..7
 *
 * The pool's frames get the tag on their way out and lose it on their way in; it is
 * in no other VLAN for as long.
 *
 * Return: 0 or -EINVAL; the old one stays then. There is always room.
 */
int vpf_vlan_set_port(struct vpf_vlan *v, u8 pool, u16 vid, u8 qos)
{
	u16 tci = vid | qos << VLAN_PRIO_SHIFT, old = v->port_tci[pool] & VLAN_VID_MASK;
	bool filtered = v->filters;

	if (pool >= VFP_MAX_VFS || vid >= VLAN_N_VID - 1 || qos > 7 || (qos && !vid))
		return -EINVAL;
	if (v->port_tci[pool] == tci)
		return 0;
	v->port_tci[pool] = tci;
	WRITE_ONCE(v->filters, vpf_vlan_filtering(v));
	vpf_vlan_fit_members(v, BIT(pool));
	vpf_vlan_fit(v, old);
	vpf_vlan_fit(v, vid);
	vpf_vlan_fit(v, 0);
	/* Now the PF needs entries, too; or needs them no more */
	if (filtered && !v->filters)
		vpf_vlan_fit_members(v, BIT(VFP_PF_POOL));
	vpf_vlan_set_trunk(v, v->trunk);
	vpf_vlan_fill(v);
	return 0;
}

/**
 * vpf_vlan_set_trunk() - is the PF in all VLANs?
 * @v: table
 * @trunk: it is
 */
void vpf_vlan_set_trunk(struct vpf_vlan *v, bool trunk)
{
	unsigned int i;

	v->trunk = trunk;
	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].used)
			vpf_vlan_fit(v, v->entry[i].vid);
	}
}

/**
 * vpf_vlan_heard() - the PF sends in a VLAN that has no entry
 * @v: table
 * @vid: VLAN
 * @now: seconds
 *
 * It gets one, unless those of the PF are all in use: what is sent may be answered by broadcast.
 *
 * Return: whether something has changed.
 */
bool vpf_vlan_heard(struct vpf_vlan *v, u16 vid, u32 now)
{
	struct vpf_vlan_entry *e;

	if (!v->filters || !vid || vid >= VLAN_N_VID - 1 || vpf_vlan_find(v, vid) ||
	    !(v->trunk || v->member[vid] & BIT(VFP_PF_POOL)))
		return false;
	e = vpf_vlan_free(v);
	if (!e) {
		e = vpf_vlan_idlest(v);
		if (!e || now - READ_ONCE(v->heard[e->vid]) < VPF_VLAN_HEARD_S)
			return false;
		vpf_vlan_drop(v, e);
	}
	vpf_vlan_use(v, e, vid);
	e->pools = vpf_vlan_pools(v, vid);
	return true;
}

/**
 * vpf_vlan_filtering() - must the NIC filter by VLAN?
 * @v: table
 *
 * Return: true once a pool has a port VLAN.
 */
bool vpf_vlan_filtering(const struct vpf_vlan *v)
{
	return memchr_inv(v->port_tci, 0, sizeof(v->port_tci));
}

/* VLVF @i, from the table */
u32 vpf_vlan_vlvf(const struct vpf_vlan *v, unsigned int i)
{
	const struct vpf_vlan_entry *e = &v->entry[i];
	u8 pools = e->pools;

	if (!e->used)
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
		if (v->entry[i].used && v->entry[i].vid / 32 == word)
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

/* Entries in use, VLAN 0's included */
unsigned int vpf_vlan_used(const struct vpf_vlan *v)
{
	unsigned int i, n = 0;

	for (i = 0; i < VFP_NUM_VLVF; i++)
		n += v->entry[i].used;
	return n;
}

/* VLANs that the PF asked for and that have no entry though the NIC filters */
unsigned int vpf_vlan_unserved(const struct vpf_vlan *v)
{
	unsigned int i, n = v->count[VFP_PF_POOL];

	if (!v->filters)
		return 0;
	for (i = 0; i < VFP_NUM_VLVF; i++) {
		if (v->entry[i].used && v->member[v->entry[i].vid] & BIT(VFP_PF_POOL))
			n--;
	}
	return n;
}
