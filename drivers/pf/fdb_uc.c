// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Further addresses of the PF and of VFs
 *
 * What `bridge fdb add ... self` or a macvlan makes, on either side of the mailbox.
 *
 * Pure, as fdb.c is.
 */
#include <linux/errno.h>

#include "fdb.h"

static bool vpf_fdb_wants(const struct vpf_station *s, enum vpf_fdb_owner owner, u8 pool)
{
	return owner == VPF_FDB_PF_UC ? s->pf_uc : s->vf_uc & BIT(pool);
}

static void vpf_fdb_set_wants(struct vpf_fdb *fdb, unsigned int i, enum vpf_fdb_owner owner,
			      u8 pool, bool on)
{
	struct vpf_station *s = &fdb->sta.sta[i];

	if (owner == VPF_FDB_PF_UC)
		s->pf_uc = on;
	else if (on)
		s->vf_uc |= BIT(pool);
	else
		s->vf_uc &= ~BIT(pool);
	fdb->uc[pool] += on ? 1 : -1;
	vpf_fdb_settle(fdb, i);
}

/**
 * vpf_fdb_add() - PF or VF want a further address
 * @fdb: table
 * @owner: whose it is
 * @pool: its pool
 * @mac: a unicast address
 *
 * Return: 0 (also when it was wanted before), -EINVAL, -EADDRINUSE when a VF wants
 * the own address of another function, -ENOSPC.
 */
int vpf_fdb_add(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool, const u8 *mac)
{
	u8 most = owner == VPF_FDB_PF_UC ? VFP_PF_POOL : VFP_MAX_VFS - 1;
	u8 least = owner == VPF_FDB_PF_UC ? VFP_PF_POOL : 0;
	int i;

	if (pool < least || pool > most || !is_valid_ether_addr(mac))
		return -EINVAL;
	if (owner == VPF_FDB_VF_UC && vpf_fdb_find_own(fdb, mac) >= 0)
		return -EADDRINUSE;
	i = vpf_stations_find(&fdb->sta, mac);
	if (i >= 0 && vpf_fdb_wants(&fdb->sta.sta[i], owner, pool)) {
		fdb->sta.sta[i].mark = false;
		return 0;
	}
	if (owner == VPF_FDB_VF_UC && fdb->uc[pool] == VPF_STA_PER_VF) {
		fdb->refused++;
		return -ENOSPC;
	}
	i = vpf_fdb_get(fdb, mac);
	if (i < 0)
		return i;
	vpf_fdb_set_wants(fdb, i, owner, pool, true);
	return 0;
}

/**
 * vpf_fdb_flush() - take back all further addresses of somebody
 * @fdb: table
 * @owner: who
 * @pool: of which pool
 */
void vpf_fdb_flush(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool)
{
	unsigned int i;

	for (i = 0; fdb->uc[pool] && i < VPF_STA_MAX; i++) {
		if (vpf_fdb_wants(&fdb->sta.sta[i], owner, pool))
			vpf_fdb_set_wants(fdb, i, owner, pool, false);
	}
}

/**
 * vpf_fdb_mark_uc() - the PF's further addresses are about to be stated anew
 * @fdb: table
 *
 * Those that vpf_fdb_add() doesn't name until vpf_fdb_flush_marked_uc() go then; the others keep
 * what they have.
 */
void vpf_fdb_mark_uc(struct vpf_fdb *fdb)
{
	unsigned int i;

	for (i = 0; fdb->uc[VFP_PF_POOL] && i < VPF_STA_MAX; i++)
		fdb->sta.sta[i].mark = fdb->sta.sta[i].pf_uc;
}

void vpf_fdb_flush_marked_uc(struct vpf_fdb *fdb)
{
	unsigned int i;

	for (i = 0; fdb->uc[VFP_PF_POOL] && i < VPF_STA_MAX; i++) {
		if (fdb->sta.sta[i].pf_uc && fdb->sta.sta[i].mark)
			vpf_fdb_set_wants(fdb, i, VPF_FDB_PF_UC, VFP_PF_POOL, false);
	}
}

/**
 * vpf_fdb_is_others() - is this address somebody's, as far as the switch knows?
 * @fdb: table
 * @pool: of the VF that would like to have it
 * @mac: address
 *
 * Return: true for a station behind the PF (the host's own included), and for further addresses of
 * the PF and of other VFs. Functions' own: vpf_fdb_find_own().
 */
bool vpf_fdb_is_others(const struct vpf_fdb *fdb, u8 pool, const u8 *mac)
{
	int i = vpf_stations_find(&fdb->sta, mac);
	const struct vpf_station *s;

	if (i < 0)
		return false;
	s = &fdb->sta.sta[i];
	return s->behind_pf || s->pf_uc || s->vf_uc & ~BIT(pool);
}
