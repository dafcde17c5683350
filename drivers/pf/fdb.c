// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: The embedded switch's address table
 *
 * The NIC has 24 exact addresses, each with a bitmap of pools that get its frames.
 * RAR 0 is the PF's own, RAR 23-n the one of VF n (as in-tree igb has it); the 16
 * between are shared by further addresses of PF and VFs and by stations behind the PF.
 * What doesn't fit goes to a hash table (UTA), which reaches the PF, but the wire and
 * multicast-promiscuous VFs as well.
 *
 * Everything here is a step from what was: an address comes, goes, or gets more important, and
 * the entries of all others stay. Further addresses of PF and VFs go first; of the stations those
 * that VFs talk to. A station that finds an entry free takes it, until somebody needs it more.
 * What has become free is filled by vpf_fdb_tend(), which runs now and then. Who the stations are
 * is fdb_learn.c's.
 *
 * An own address hides a further one and a station of the same address: two entries with
 * one address would deliver frames twice.
 *
 * Pure: no register is touched here. The caller compares, writes, and says so with
 * vpf_fdb_written(). Locking is the caller's. Times are seconds of any clock.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "fdb.h"

static bool vpf_fdb_is_own(unsigned int rar)
{
	return rar < VPF_FDB_SHARED_FIRST || rar > VPF_FDB_SHARED_LAST;
}

/* The pool whose own address a receive address is */
static u8 vpf_fdb_own_pool(unsigned int rar)
{
	return rar == VPF_FDB_RAR_PF ? VFP_PF_POOL : VPF_FDB_VF_OF_RAR(rar);
}

/**
 * vpf_fdb_hash() - bit of an address in MTA and UTA
 * @mac: address
 *
 * Return: 0..4095 (RCTL.MO = 0: bits 47:36 of the address).
 */
u16 vpf_fdb_hash(const u8 *mac)
{
	return (mac[4] >> 4 | mac[5] << 4) & 0xfff;
}

/**
 * vpf_fdb_pool_of() - the function whose own address this is
 * @fdb: table
 * @mac: address
 * @flags: VPF_STA_F_*, on success
 *
 * Context: any, without a lock.
 *
 * Return: its pool, or -ENOENT.
 */
int vpf_fdb_pool_of(const struct vpf_fdb *fdb, const u8 *mac, u64 *flags)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_POOLS; i++) {
		u64 key = READ_ONCE(fdb->own[i]);

		if (vpf_sta_key_is(key, mac)) {
			*flags = key & VPF_STA_F_MASK;
			return i;
		}
	}
	return -ENOENT;
}

/**
 * vpf_fdb_find_own() - the function whose own address this is
 * @fdb: table
 * @mac: address
 *
 * Return: number of the receive address, or -ENOENT.
 */
int vpf_fdb_find_own(const struct vpf_fdb *fdb, const u8 *mac)
{
	u64 flags;
	int pool = vpf_fdb_pool_of(fdb, mac, &flags);

	if (pool < 0)
		return pool;
	return pool == VFP_PF_POOL ? VPF_FDB_RAR_PF : VPF_FDB_RAR_VF(pool);
}

/**
 * vpf_fdb_in_hash() - would the hash table let a frame to this address in?
 * @fdb: table
 * @mac: address
 *
 * Context: any, without a lock.
 *
 * Return: true also when another address has the same hash.
 */
bool vpf_fdb_in_hash(const struct vpf_fdb *fdb, const u8 *mac)
{
	u16 hash = vpf_fdb_hash(mac);

	return READ_ONCE(fdb->uta[hash / 32]) & BIT(hash % 32);
}

/* Exact entries and the hash table */

static void vpf_fdb_unhash(struct vpf_fdb *fdb, unsigned int i)
{
	u8 mac[ETH_ALEN];
	u16 hash;

	if (!fdb->sta.sta[i].hashed)
		return;
	vpf_stations_mac(&fdb->sta, i, mac);
	hash = vpf_fdb_hash(mac);
	if (!--fdb->uta_users[hash])
		WRITE_ONCE(fdb->uta[hash / 32], fdb->uta[hash / 32] & ~BIT(hash % 32));
	fdb->sta.sta[i].hashed = false;
	fdb->hashed--;
}

static void vpf_fdb_to_hash(struct vpf_fdb *fdb, unsigned int i)
{
	u8 mac[ETH_ALEN];
	u16 hash;

	if (fdb->sta.sta[i].hashed)
		return;
	vpf_stations_mac(&fdb->sta, i, mac);
	hash = vpf_fdb_hash(mac);
	if (!fdb->uta_users[hash]++)
		WRITE_ONCE(fdb->uta[hash / 32], fdb->uta[hash / 32] | BIT(hash % 32));
	fdb->sta.sta[i].hashed = true;
	fdb->hashed++;
}

static void vpf_fdb_free_rar(struct vpf_fdb *fdb, unsigned int i)
{
	u8 rar = fdb->sta.sta[i].rar;

	if (!rar)
		return;
	fdb->rar[rar].pools = 0;
	fdb->user[rar] = VPF_STA_NONE;
	fdb->sta.sta[i].rar = 0;
	fdb->used--;
}

static void vpf_fdb_use_rar(struct vpf_fdb *fdb, unsigned int i, unsigned int rar)
{
	vpf_stations_mac(&fdb->sta, i, fdb->rar[rar].mac);
	fdb->user[rar] = i;
	fdb->sta.sta[i].rar = rar;
	fdb->used++;
}

/* What readers without a lock see */
static void vpf_fdb_show(struct vpf_fdb *fdb, unsigned int i)
{
	const struct vpf_station *s = &fdb->sta.sta[i];
	u64 flags = 0;

	if (s->behind_pf)
		flags |= VPF_STA_F_PF;
	if (s->num_places)
		flags |= VPF_STA_F_PLACED;
	if (s->rar) {
		flags |= VPF_STA_F_EXACT;
		if (fdb->rar[s->rar].pools == BIT(VFP_PF_POOL))
			flags |= VPF_STA_F_ONLY_PF;
	}
	vpf_stations_set_flags(&fdb->sta, i, flags);
}

/**
 * vpf_fdb_demote() - from an exact entry to the hash table
 * @fdb: table
 * @i: its index in &vpf_fdb.sta
 */
void vpf_fdb_demote(struct vpf_fdb *fdb, unsigned int i)
{
	vpf_fdb_to_hash(fdb, i);
	vpf_fdb_free_rar(fdb, i);
	vpf_fdb_show(fdb, i);
}

/* A shared entry that is free; one that is free now, too, spares a live entry */
static int vpf_fdb_free(const struct vpf_fdb *fdb)
{
	int taken = -ENOSPC;
	unsigned int i;

	if (fdb->used == VPF_FDB_NUM_SHARED)
		return -ENOSPC;
	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		if (fdb->rar[i].pools)
			continue;
		if (!fdb->hw[i].pools)
			return i;
		if (taken < 0)
			taken = i;
	}
	return taken;
}

/* The exact entry of the station that VFs haven't talked to for longest, and for how long */
static int vpf_fdb_idlest(const struct vpf_fdb *fdb, u32 *idle)
{
	int found = -ENOENT;
	unsigned int i;

	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		u16 n = fdb->user[i];
		u32 ago;

		if (n == VPF_STA_NONE || vpf_sta_strong(&fdb->sta.sta[n]))
			continue;
		ago = fdb->now - READ_ONCE(fdb->sta.talked[n]);
		if (found < 0 || ago > *idle) {
			found = i;
			*idle = ago;
		}
	}
	return found;
}

/* An exact entry for an address that has none, or an error: the hash table, then */
static int vpf_fdb_room(struct vpf_fdb *fdb, unsigned int i)
{
	u32 mine = fdb->now - READ_ONCE(fdb->sta.talked[i]), idle = 0;
	int rar = vpf_fdb_free(fdb);
	u16 victim;

	if (rar >= 0)
		return rar;
	rar = vpf_fdb_idlest(fdb, &idle);
	if (rar < 0)
		return rar;
	if (!vpf_sta_strong(&fdb->sta.sta[i]) && (mine >= idle || idle < VPF_FDB_TALK_S))
		return -ENOSPC;
	victim = fdb->user[rar];
	vpf_fdb_demote(fdb, victim);
	return rar;
}

static u8 vpf_fdb_pools(const struct vpf_fdb *fdb, unsigned int i)
{
	const struct vpf_station *s = &fdb->sta.sta[i];
	u8 pools = s->pf_uc ? BIT(VFP_PF_POOL) : 0;
	u8 mac[ETH_ALEN];
	unsigned int n;

	vpf_stations_mac(&fdb->sta, i, mac);
	if (vpf_fdb_find_own(fdb, mac) >= 0)
		return 0;
	for (n = 0; n < VFP_MAX_VFS; n++)
		pools |= s->vf_uc & BIT(n) ? BIT(fdb->route[n]) : 0;
	/* What a VF wants isn't the PF's as well: it would get a second copy */
	return !pools && s->behind_pf ? BIT(VFP_PF_POOL) : pools;
}

/* May the address have an exact entry? */
static bool vpf_fdb_exact(const struct vpf_station *s)
{
	return vpf_sta_strong(s) || !s->both;
}

/**
 * vpf_fdb_settle() - something about an address has changed
 * @fdb: table
 * @i: its index in &vpf_fdb.sta
 *
 * It has what it should have after this, or is gone.
 */
void vpf_fdb_settle(struct vpf_fdb *fdb, unsigned int i)
{
	struct vpf_station *s = &fdb->sta.sta[i];
	u8 pools = vpf_fdb_pools(fdb, i);
	int rar = s->rar;

	if (!pools) {
		vpf_fdb_free_rar(fdb, i);
		vpf_fdb_unhash(fdb, i);
		if (!vpf_stations_in_use(&fdb->sta, i)) {
			vpf_stations_remove(&fdb->sta, i);
			return;
		}
	} else if (!vpf_fdb_exact(s)) {
		vpf_fdb_to_hash(fdb, i);
		vpf_fdb_free_rar(fdb, i);
	} else {
		if (!rar)
			rar = vpf_fdb_room(fdb, i);
		if (rar > 0) {
			if (!s->rar)
				vpf_fdb_use_rar(fdb, i, rar);
			fdb->rar[rar].pools = pools;
			vpf_fdb_unhash(fdb, i);
		} else {
			vpf_fdb_to_hash(fdb, i);
		}
	}
	vpf_fdb_show(fdb, i);
}

/**
 * vpf_fdb_init() - an empty table
 * @fdb: table
 * @seed: random
 */
void vpf_fdb_init(struct vpf_fdb *fdb, u32 seed)
{
	unsigned int i;

	memset(fdb, 0, sizeof(*fdb));
	vpf_stations_init(&fdb->sta, seed);
	for (i = 0; i < VFP_NUM_POOLS; i++)
		fdb->route[i] = i;
	for (i = 0; i < VFP_NUM_RAR; i++)
		fdb->user[i] = VPF_STA_NONE;
	vpf_fdb_forget(fdb);
}

static void vpf_fdb_settle_mac(struct vpf_fdb *fdb, const u8 *mac)
{
	int i = vpf_stations_find(&fdb->sta, mac);

	if (i >= 0)
		vpf_fdb_settle(fdb, i);
}

static int vpf_fdb_put_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac, u8 pools,
			   bool held)
{
	struct vpf_fdb_rar *r = &fdb->rar[rar];
	u8 old[ETH_ALEN];
	u64 key = 0;
	int other;

	if (rar >= VFP_NUM_RAR || !vpf_fdb_is_own(rar))
		return -EINVAL;
	ether_addr_copy(old, r->mac);
	if (pools || held) {
		if (!is_valid_ether_addr(mac))
			return -EINVAL;
		other = vpf_fdb_find_own(fdb, mac);
		if (other >= 0 && other != rar)
			return -EADDRINUSE;
		ether_addr_copy(r->mac, mac);
		key = vpf_sta_key(mac);
		if (pools)
			key |= VPF_STA_F_EXACT;
		if (pools == BIT(VFP_PF_POOL))
			key |= VPF_STA_F_ONLY_PF;
	}
	r->pools = pools;
	r->held = held;
	WRITE_ONCE(fdb->own[vpf_fdb_own_pool(rar)], key);
	/* What it hid, and what it hides now */
	vpf_fdb_settle_mac(fdb, old);
	vpf_fdb_settle_mac(fdb, r->mac);
	return 0;
}

/**
 * vpf_fdb_set_own() - the PF's or a VF's own address, or where it is delivered
 * @fdb: table
 * @rar: VPF_FDB_RAR_PF or VPF_FDB_RAR_VF()
 * @mac: address; ignored with no @pools
 * @pools: bitmap, 0 takes the address away
 *
 * Return: 0, -EINVAL for an entry that isn't anybody's own or a bad address,
 * -EADDRINUSE when it is another function's own.
 */
int vpf_fdb_set_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac, u8 pools)
{
	return vpf_fdb_put_own(fdb, rar, mac, pools, false);
}

/**
 * vpf_fdb_hold_own() - a VF's own address that is delivered nowhere: its frames go to the wire
 * @fdb: table
 * @rar: VPF_FDB_RAR_VF()
 * @mac: address
 *
 * Nobody else can have it as his own, as with vpf_fdb_set_own().
 *
 * Return: as vpf_fdb_set_own().
 */
int vpf_fdb_hold_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac)
{
	return vpf_fdb_put_own(fdb, rar, mac, 0, true);
}

/**
 * vpf_fdb_get() - the entry of an address, made if need be
 * @fdb: table
 * @mac: a unicast address
 *
 * Return: its index in &vpf_fdb.sta, or -ENOSPC.
 */
int vpf_fdb_get(struct vpf_fdb *fdb, const u8 *mac)
{
	int i = vpf_stations_find(&fdb->sta, mac), old;

	if (i >= 0)
		return i;
	old = vpf_stations_full(&fdb->sta, mac);
	if (old == -ENOSPC) {
		fdb->refused++;
		return old;
	}
	if (old >= 0) {
		fdb->sta.evicted++;
		vpf_stations_disown(&fdb->sta, old);
		vpf_fdb_settle(fdb, old);
	}
	return vpf_stations_insert(&fdb->sta, mac, fdb->now);
}

/**
 * vpf_fdb_route() - where the further addresses of a pool are delivered
 * @fdb: table
 * @pool: whose
 * @to: @pool itself, or the PF's while the data path isn't on the VF
 */
void vpf_fdb_route(struct vpf_fdb *fdb, u8 pool, u8 to)
{
	unsigned int i;

	if (fdb->route[pool] == to)
		return;
	fdb->route[pool] = to;
	/* The hash table has no pools */
	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		if (fdb->user[i] == VPF_STA_NONE)
			continue;
		fdb->rar[i].pools = vpf_fdb_pools(fdb, fdb->user[i]);
		vpf_fdb_show(fdb, fdb->user[i]);
	}
}

/* Registers */

/**
 * vpf_fdb_next() - what a receive address register pair needs
 * @fdb: table
 * @rar: its number
 *
 * Return: the write to do, from @rar[@rar].
 */
enum vpf_fdb_write vpf_fdb_next(const struct vpf_fdb *fdb, unsigned int rar)
{
	const struct vpf_fdb_rar *want = &fdb->rar[rar], *hw = &fdb->hw[rar];

	if (!want->pools)
		return hw->pools ? VPF_FDB_CLEAR : VPF_FDB_KEEP;
	if (!hw->pools || !ether_addr_equal(want->mac, hw->mac))
		return VPF_FDB_REPLACE;
	return want->pools == hw->pools ? VPF_FDB_KEEP : VPF_FDB_POOLS;
}

/**
 * vpf_fdb_written() - the registers now hold what they shall
 * @fdb: table
 * @rar: number of the receive address
 */
void vpf_fdb_written(struct vpf_fdb *fdb, unsigned int rar)
{
	fdb->hw[rar] = fdb->rar[rar];
}

/**
 * vpf_fdb_forget() - the registers were reset: all of them want writing
 * @fdb: table
 *
 * Nothing is known of the registers then, so even the entries not in use differ.
 */
void vpf_fdb_forget(struct vpf_fdb *fdb)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_RAR; i++) {
		eth_broadcast_addr(fdb->hw[i].mac);
		fdb->hw[i].pools = 0xff;
	}
	fdb->hw_known = false;
}
