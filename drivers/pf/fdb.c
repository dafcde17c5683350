// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: The embedded switch's address table
 *
 * The NIC has 24 exact addresses, each with a bitmap of pools that get its frames.
 * RAR 0 is the PF's own, RAR 23-n the one of VF n (as in-tree igb has it); the 16
 * between are shared by further addresses of PF and VFs and by what the bridge
 * knows behind its other ports. What doesn't fit goes to a hash table (UTA), which
 * reaches the PF, but the wire and multicast-promiscuous VFs as well.
 *
 * Everybody states what he wants; vpf_fdb_plan() derives the entries from it, so
 * an entry that becomes free is taken by an address that was only hashed, and two
 * who want the same address share an entry. An own address hides a wish for the
 * same address: two entries with one address would deliver frames twice.
 *
 * Pure: no register is touched here. The caller compares, writes, and says so with
 * vpf_fdb_written(). Locking is the caller's.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "fdb.h"

static bool vpf_fdb_is_own(unsigned int rar)
{
	return rar < VPF_FDB_SHARED_FIRST || rar > VPF_FDB_SHARED_LAST;
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
 * vpf_fdb_find() - the exact entry of an address
 * @fdb: table
 * @mac: address
 *
 * Return: number of the receive address, or -ENOENT.
 */
int vpf_fdb_find(const struct vpf_fdb *fdb, const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_RAR; i++) {
		if (fdb->rar[i].pools && ether_addr_equal(fdb->rar[i].mac, mac))
			return i;
	}
	return -ENOENT;
}

static int vpf_fdb_find_shared(const struct vpf_fdb_rar *rar, const u8 *mac)
{
	unsigned int i;

	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		if (rar[i].pools && ether_addr_equal(rar[i].mac, mac))
			return i;
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
	unsigned int i;

	for (i = 0; i < VFP_NUM_RAR; i++) {
		const struct vpf_fdb_rar *rar = &fdb->rar[i];

		if (vpf_fdb_is_own(i) && (rar->pools || rar->held) &&
		    ether_addr_equal(rar->mac, mac))
			return i;
	}
	return -ENOENT;
}

static bool vpf_fdb_own_has(const struct vpf_fdb *fdb, const u8 *mac)
{
	return vpf_fdb_find_own(fdb, mac) >= 0;
}

/**
 * vpf_fdb_in_hash() - would the hash table let a frame to this address in?
 * @fdb: table
 * @mac: address
 *
 * Return: true also when another address has the same hash.
 */
bool vpf_fdb_in_hash(const struct vpf_fdb *fdb, const u8 *mac)
{
	u16 hash = vpf_fdb_hash(mac);

	return READ_ONCE(fdb->uta[hash / 32]) & BIT(hash % 32);
}

/* A plan under way: @strong marks entries that PF or VFs want, not only the bridge */
struct vpf_fdb_plan {
	struct vpf_fdb_rar rar[VFP_NUM_RAR];
	bool strong[VFP_NUM_RAR];
};

static void vpf_fdb_plan_put(struct vpf_fdb *fdb, struct vpf_fdb_plan *p,
			     const struct vpf_fdb_want *w, unsigned int i)
{
	bool strong = w->owner != VPF_FDB_BRIDGE;

	/* What a VF or the PF wants isn't the bridge's: it would get a second copy */
	if (p->rar[i].pools && p->strong[i] && !strong)
		return;
	ether_addr_copy(p->rar[i].mac, w->mac);
	p->rar[i].pools |= BIT(fdb->route[w->pool]);
	p->strong[i] = strong;
}

/* Free in the plan; one that is free now, too, spares a live entry */
static int vpf_fdb_plan_free(const struct vpf_fdb *fdb, const struct vpf_fdb_plan *p)
{
	int taken = -ENOSPC;
	unsigned int i;

	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		if (p->rar[i].pools)
			continue;
		if (!fdb->rar[i].pools)
			return i;
		if (taken < 0)
			taken = i;
	}
	return taken;
}

static void vpf_fdb_plan_owner(struct vpf_fdb *fdb, struct vpf_fdb_plan *p, u8 owner)
{
	unsigned int i;
	int at;

	/* An address that has an entry keeps it, unless somebody more important took it */
	for (i = 0; i < fdb->num_wants; i++) {
		const struct vpf_fdb_want *w = &fdb->want[i];

		if (w->owner != owner || vpf_fdb_own_has(fdb, w->mac))
			continue;
		at = vpf_fdb_find_shared(fdb->rar, w->mac);
		if (at >= 0 && (!p->rar[at].pools || ether_addr_equal(p->rar[at].mac, w->mac)))
			vpf_fdb_plan_put(fdb, p, w, at);
	}
	for (i = 0; i < fdb->num_wants; i++) {
		const struct vpf_fdb_want *w = &fdb->want[i];
		u16 hash;

		if (w->owner != owner || vpf_fdb_own_has(fdb, w->mac))
			continue;
		at = vpf_fdb_find_shared(p->rar, w->mac);
		if (at < 0)
			at = vpf_fdb_plan_free(fdb, p);
		if (at >= 0) {
			vpf_fdb_plan_put(fdb, p, w, at);
			continue;
		}
		hash = vpf_fdb_hash(w->mac);
		fdb->uta[hash / 32] |= BIT(hash % 32);
		fdb->hashed++;
	}
}

/*
 * Derive the shared entries and the hash table from the wishes, the most important
 * first: an address of the PF or of a VF displaces one of the bridge.
 */
static void vpf_fdb_plan(struct vpf_fdb *fdb)
{
	struct vpf_fdb_plan p = {};
	unsigned int i;

	memset(fdb->uta, 0, sizeof(fdb->uta));
	fdb->hashed = 0;
	for (i = 0; i < VPF_FDB_OWNERS; i++)
		vpf_fdb_plan_owner(fdb, &p, i);
	fdb->used = 0;
	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		fdb->rar[i] = p.rar[i];
		fdb->used += !!p.rar[i].pools;
	}
}

/**
 * vpf_fdb_init() - an empty table
 * @fdb: table
 */
void vpf_fdb_init(struct vpf_fdb *fdb)
{
	unsigned int i;

	memset(fdb, 0, sizeof(*fdb));
	for (i = 0; i < VFP_NUM_POOLS; i++)
		fdb->route[i] = i;
	vpf_fdb_forget(fdb);
}

static int vpf_fdb_put_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac, u8 pools,
			   bool held)
{
	int other;

	if (rar >= VFP_NUM_RAR || !vpf_fdb_is_own(rar))
		return -EINVAL;
	if (pools || held) {
		if (!is_valid_ether_addr(mac))
			return -EINVAL;
		other = vpf_fdb_find_own(fdb, mac);
		if (other >= 0 && other != rar)
			return -EADDRINUSE;
		ether_addr_copy(fdb->rar[rar].mac, mac);
	}
	fdb->rar[rar].pools = pools;
	fdb->rar[rar].held = held;
	vpf_fdb_plan(fdb);
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

static int vpf_fdb_find_want(const struct vpf_fdb *fdb, const struct vpf_fdb_want *key)
{
	unsigned int i;

	for (i = 0; i < fdb->num_wants; i++) {
		const struct vpf_fdb_want *w = &fdb->want[i];

		if (w->owner == key->owner && w->pool == key->pool && w->vid == key->vid &&
		    w->bridge == key->bridge && ether_addr_equal(w->mac, key->mac))
			return i;
	}
	return -ENOENT;
}

static int vpf_fdb_add_want(struct vpf_fdb *fdb, const struct vpf_fdb_want *w)
{
	int i = vpf_fdb_find_want(fdb, w);

	if (i >= 0) {
		fdb->want[i].port = w->port;
		return 0;
	}
	if (fdb->num_wants == VPF_FDB_MAX_WANTS ||
	    (w->owner == VPF_FDB_VF_UC &&
	     vpf_fdb_count(fdb, w->owner, w->pool) == VPF_FDB_MAX_VF_UC)) {
		fdb->refused++;
		return -ENOSPC;
	}
	fdb->want[fdb->num_wants++] = *w;
	vpf_fdb_plan(fdb);
	return 0;
}

/**
 * vpf_fdb_add() - PF or VF want a further address
 * @fdb: table
 * @owner: VPF_FDB_PF_UC or VPF_FDB_VF_UC
 * @pool: whose
 * @mac: a unicast address
 *
 * Return: 0 (also when it was wanted before), -EINVAL, -EADDRINUSE when a VF wants
 * the own address of another function, -ENOSPC.
 */
int vpf_fdb_add(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool, const u8 *mac)
{
	struct vpf_fdb_want w = { .owner = owner, .pool = pool };

	if (owner >= VPF_FDB_BRIDGE || pool >= VFP_NUM_POOLS || !is_valid_ether_addr(mac))
		return -EINVAL;
	if (owner == VPF_FDB_VF_UC && vpf_fdb_own_has(fdb, mac))
		return -EADDRINUSE;
	ether_addr_copy(w.mac, mac);
	return vpf_fdb_add_want(fdb, &w);
}

/**
 * vpf_fdb_add_bridge() - a bridge knows an address behind another port than ours
 * @fdb: table
 * @bridge: its ifindex
 * @mac: a unicast address
 * @vid: the bridge's VLAN, 0: it has none
 * @port: ifindex of that port, or of the bridge itself
 *
 * Return: 0 (also when it was known before), -EINVAL, -ENOSPC.
 */
int vpf_fdb_add_bridge(struct vpf_fdb *fdb, int bridge, const u8 *mac, u16 vid, int port)
{
	struct vpf_fdb_want w = {
		.owner = VPF_FDB_BRIDGE,
		.pool = VFP_PF_POOL,
		.vid = vid,
		.bridge = bridge,
		.port = port,
	};

	if (!is_valid_ether_addr(mac))
		return -EINVAL;
	ether_addr_copy(w.mac, mac);
	return vpf_fdb_add_want(fdb, &w);
}

static void vpf_fdb_remove_want(struct vpf_fdb *fdb, unsigned int i)
{
	fdb->num_wants--;
	memmove(&fdb->want[i], &fdb->want[i + 1], (fdb->num_wants - i) * sizeof(fdb->want[0]));
}

static int vpf_fdb_del_want(struct vpf_fdb *fdb, const struct vpf_fdb_want *w)
{
	int i = vpf_fdb_find_want(fdb, w);

	if (i < 0)
		return i;
	vpf_fdb_remove_want(fdb, i);
	vpf_fdb_plan(fdb);
	return 0;
}

/**
 * vpf_fdb_del() - PF or VF no longer want a further address
 * @fdb: table
 * @owner: as for vpf_fdb_add()
 * @pool: whose
 * @mac: address
 *
 * Return: 0, or -ENOENT when they never did.
 */
int vpf_fdb_del(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool, const u8 *mac)
{
	struct vpf_fdb_want w = { .owner = owner, .pool = pool };

	ether_addr_copy(w.mac, mac);
	return vpf_fdb_del_want(fdb, &w);
}

/**
 * vpf_fdb_del_bridge() - a bridge forgot an address
 * @fdb: table
 * @bridge: its ifindex
 * @mac: address
 * @vid: the bridge's VLAN
 *
 * Return: 0, or -ENOENT when it wasn't known.
 */
int vpf_fdb_del_bridge(struct vpf_fdb *fdb, int bridge, const u8 *mac, u16 vid)
{
	struct vpf_fdb_want w = {
		.owner = VPF_FDB_BRIDGE,
		.pool = VFP_PF_POOL,
		.vid = vid,
		.bridge = bridge,
	};

	ether_addr_copy(w.mac, mac);
	return vpf_fdb_del_want(fdb, &w);
}

/**
 * vpf_fdb_take_bridge() - take back what bridges knew of an address, one VLAN of one bridge
 * @fdb: table
 * @mac: address
 * @vid: the VLAN
 * @port: the port it was behind
 *
 * For an address that moves to a VF: the bridge does not announce that its entry on
 * the old port is gone when a driver moves it.
 *
 * Return: 0, or -ENOENT when nothing is left.
 */
int vpf_fdb_take_bridge(struct vpf_fdb *fdb, const u8 *mac, u16 *vid, int *port)
{
	unsigned int i;

	for (i = 0; i < fdb->num_wants; i++) {
		const struct vpf_fdb_want *w = &fdb->want[i];

		if (w->owner != VPF_FDB_BRIDGE || !ether_addr_equal(w->mac, mac))
			continue;
		*vid = w->vid;
		*port = w->port;
		vpf_fdb_remove_want(fdb, i);
		vpf_fdb_plan(fdb);
		return 0;
	}
	return -ENOENT;
}

/**
 * vpf_fdb_route() - where the further addresses of a pool are delivered
 * @fdb: table
 * @pool: whose
 * @to: @pool itself, or the PF's while the data path isn't on the VF
 */
void vpf_fdb_route(struct vpf_fdb *fdb, u8 pool, u8 to)
{
	if (fdb->route[pool] == to)
		return;
	fdb->route[pool] = to;
	vpf_fdb_plan(fdb);
}

/**
 * vpf_fdb_flush() - take back all wishes of somebody
 * @fdb: table
 * @owner: who
 * @pool: of which pool
 */
void vpf_fdb_flush(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool)
{
	unsigned int i = fdb->num_wants;

	while (i--) {
		if (fdb->want[i].owner == owner && fdb->want[i].pool == pool)
			vpf_fdb_remove_want(fdb, i);
	}
	vpf_fdb_plan(fdb);
}

/**
 * vpf_fdb_flush_bridge() - take back all that a bridge knew
 * @fdb: table
 * @bridge: its ifindex
 */
void vpf_fdb_flush_bridge(struct vpf_fdb *fdb, int bridge)
{
	unsigned int i = fdb->num_wants;

	while (i--) {
		if (fdb->want[i].owner == VPF_FDB_BRIDGE && fdb->want[i].bridge == bridge)
			vpf_fdb_remove_want(fdb, i);
	}
	vpf_fdb_plan(fdb);
}

/**
 * vpf_fdb_count() - how many addresses somebody wants
 * @fdb: table
 * @owner: who
 * @pool: of which pool
 *
 * Return: their number.
 */
unsigned int vpf_fdb_count(const struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool)
{
	unsigned int i, n = 0;

	for (i = 0; i < fdb->num_wants; i++)
		n += fdb->want[i].owner == owner && fdb->want[i].pool == pool;
	return n;
}

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
