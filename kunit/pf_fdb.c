// SPDX-License-Identifier: GPL-2.0
#include <linux/prandom.h>
#include <linux/slab.h>

#include "pf/fdb.h"
#include "suites.h"

#define VFK_BR	40
#define VFK_TAP	11

static struct vpf_fdb *vfk_fdb(struct kunit *test)
{
	struct vpf_fdb *fdb = kunit_kzalloc(test, sizeof(*fdb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fdb);
	vpf_fdb_init(fdb, 7);
	return fdb;
}

/* The exact entry of an address, or -ENOENT */
int vfk_fdb_find(const struct vpf_fdb *fdb, const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_RAR; i++) {
		if (fdb->rar[i].pools && ether_addr_equal(fdb->rar[i].mac, mac))
			return i;
	}
	return -ENOENT;
}

static const u8 *vfk_mac(u8 *mac, u32 n)
{
	const u8 base[ETH_ALEN] = { 0x02, 0, 0, n >> 16, n >> 8, n };

	ether_addr_copy(mac, base);
	return mac;
}

static int vfk_place(struct vpf_fdb *fdb, const u8 *mac, int bridge, u16 vid, int port, u32 now)
{
	const struct vpf_place place = { .bridge = bridge, .port = port, .vid = vid };

	return vpf_fdb_place(fdb, mac, &place, now);
}

static int vfk_local(struct vpf_fdb *fdb, const u8 *mac, u16 vid, u32 now)
{
	const struct vpf_place place = {
		.bridge = VFK_BR, .port = VFK_BR, .vid = vid, .local = true
	};

	return vpf_fdb_place(fdb, mac, &place, now);
}

/* Pools of an address's exact entry; -1: it is in the hash table, -2: it is unknown to the NIC */
static int vfk_pools(const struct vpf_fdb *fdb, const u8 *mac)
{
	int at = vfk_fdb_find(fdb, mac), i = vpf_stations_find(&fdb->sta, mac);

	if (at >= 0)
		return fdb->rar[at].pools;
	return i >= 0 && fdb->sta.sta[i].hashed && vpf_fdb_in_hash(fdb, mac) ? -1 : -2;
}

static void vfk_fdb_own(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN], n[ETH_ALEN];
	static const u8 mc[ETH_ALEN] = { 1, 0, 0x5e, 0, 0, 1 };
	u64 flags;

	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_PF, vfk_mac(m, 1), BIT(7)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), m, BIT(7)), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), mc, BIT(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, 5, vfk_mac(n, 2), BIT(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VFP_NUM_RAR, n, BIT(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), n, BIT(0)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, n), VPF_FDB_RAR_VF(0));
	KUNIT_EXPECT_EQ(test, vpf_fdb_pool_of(fdb, n, &flags), 0);
	KUNIT_EXPECT_EQ(test, flags, (u64)VPF_STA_F_EXACT);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), n, BIT(7)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_pool_of(fdb, n, &flags), 0);
	KUNIT_EXPECT_EQ(test, flags, (u64)(VPF_STA_F_EXACT | VPF_STA_F_ONLY_PF));
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, n), -ENOENT);
}

static void vfk_fdb_held_own(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	unsigned int rar = VPF_FDB_RAR_VF(3);
	u8 m[ETH_ALEN];
	u64 flags;

	KUNIT_EXPECT_EQ(test, VPF_FDB_VF_OF_RAR(rar), 3);
	KUNIT_EXPECT_EQ(test, vpf_fdb_hold_own(fdb, 5, vfk_mac(m, 1)), -EINVAL);
	KUNIT_ASSERT_EQ(test, vpf_fdb_set_own(fdb, rar, m, BIT(VFP_PF_POOL)), 0);
	vpf_fdb_written(fdb, rar);
	KUNIT_EXPECT_EQ(test, vpf_fdb_hold_own(fdb, rar, m), 0);
	/* Out of the NIC, but nobody else's */
	KUNIT_EXPECT_EQ(test, vpf_fdb_next(fdb, rar), VPF_FDB_CLEAR);
	KUNIT_EXPECT_EQ(test, vfk_fdb_find(fdb, m), -ENOENT);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, m), rar);
	KUNIT_EXPECT_EQ(test, vpf_fdb_pool_of(fdb, m, &flags), 3);
	KUNIT_EXPECT_EQ(test, flags, 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_PF, m, BIT(7)), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, vpf_fdb_hold_own(fdb, VPF_FDB_RAR_VF(2), m), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 2, m), -EADDRINUSE);
	vpf_fdb_written(fdb, rar);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, rar, m, BIT(3)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_next(fdb, rar), VPF_FDB_REPLACE);
	/* And given up */
	KUNIT_EXPECT_EQ(test, vpf_fdb_hold_own(fdb, rar, m), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, rar, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, m), -ENOENT);
}

static void vfk_fdb_overflow_and_back(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	unsigned int i;

	for (i = 0; i < VPF_FDB_NUM_SHARED; i++)
		KUNIT_ASSERT_EQ(test, vfk_place(fdb, vfk_mac(m, 0x100 + 16 * i), VFK_BR, 0, 9, 0),
				0);
	KUNIT_EXPECT_EQ(test, fdb->used, VPF_FDB_NUM_SHARED);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 0);
	KUNIT_ASSERT_EQ(test, vfk_place(fdb, vfk_mac(m, 0x800), VFK_BR, 0, 9, 0), 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 1);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	/* An address that a VF wants displaces a station */
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 2, vfk_mac(m, 0x900)), 0);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(2));
	KUNIT_EXPECT_EQ(test, fdb->hashed, 2);
	vpf_fdb_flush(fdb, VPF_FDB_VF_UC, 2);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -2);
	KUNIT_EXPECT_EQ(test, fdb->used, VPF_FDB_NUM_SHARED - 1);
	/* Room is free: somebody gets back to an exact entry */
	vpf_fdb_tend(fdb, 1);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 1);
	vpf_fdb_forget_port(fdb, 9);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 0);
	KUNIT_EXPECT_EQ(test, fdb->used, 0);
	for (i = 0; i < VFP_NUM_UTA; i++)
		KUNIT_EXPECT_EQ(test, fdb->uta[i], 0);
}

/* Two addresses with one hash: the bit stays for as long as one of them needs it */
static void vfk_fdb_hash_shared(struct kunit *test)
{
	static const u8 a[ETH_ALEN] = { 2, 0, 0, 1, 0x10, 0x55 };
	static const u8 b[ETH_ALEN] = { 2, 0, 0, 2, 0x10, 0x55 };
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	unsigned int i;

	for (i = 0; i < VPF_FDB_NUM_SHARED; i++)
		vpf_fdb_add(fdb, VPF_FDB_PF_UC, VFP_PF_POOL, vfk_mac(m, i));
	vpf_fdb_learn(fdb, a, VFK_TAP, 0);
	vpf_fdb_learn(fdb, b, VFK_TAP, 0);
	KUNIT_ASSERT_EQ(test, vpf_fdb_hash(a), vpf_fdb_hash(b));
	KUNIT_EXPECT_EQ(test, fdb->hashed, 2);
	KUNIT_EXPECT_TRUE(test, vpf_fdb_on_wire(fdb, a));
	KUNIT_EXPECT_TRUE(test, vpf_fdb_in_hash(fdb, b));
	KUNIT_EXPECT_TRUE(test, vpf_fdb_on_wire(fdb, b));
	KUNIT_EXPECT_FALSE(test, vpf_fdb_in_hash(fdb, b));
}

static void vfk_fdb_own_hides_station(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	struct vpf_place place;
	u8 m[ETH_ALEN];

	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(1), vfk_mac(m, 5), BIT(1));
	/* A function's own isn't learned, but a bridge's entries for it are kept in mind */
	KUNIT_EXPECT_FALSE(test, vpf_fdb_learn(fdb, m, VFK_TAP, 0));
	KUNIT_EXPECT_EQ(test, vfk_place(fdb, m, VFK_BR, 0, VFK_TAP, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_place(fdb, m, VFK_BR, 7, VFK_TAP, 0), 0);
	KUNIT_EXPECT_EQ(test, fdb->used, 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_place(fdb, m, &place), 0);
	KUNIT_EXPECT_EQ(test, place.port, VFK_TAP);
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_place(fdb, m, &place), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_place(fdb, m, &place), -ENOENT);
	KUNIT_EXPECT_EQ(test, fdb->sta.num, 0);
	/* It isn't hidden any more when the VF has another */
	vfk_place(fdb, m, VFK_BR, 0, VFK_TAP, 0);
	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(1), NULL, 0);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(1), m, BIT(1));
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(1));
	KUNIT_EXPECT_EQ(test, fdb->used, 0);
}

static void vfk_fdb_vlans_of_an_address(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];

	vfk_mac(m, 6);
	vfk_place(fdb, m, VFK_BR, 1, 3, 0);
	vfk_place(fdb, m, VFK_BR, 2, 3, 0);
	vfk_place(fdb, m, VFK_BR, 2, 4, 0);
	KUNIT_EXPECT_EQ(test, fdb->sta.num, 1);
	KUNIT_EXPECT_EQ(test, fdb->used, 1);
	vpf_fdb_unplace(fdb, m, VFK_BR, 1);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	/* Moved to our side in its last one */
	vpf_fdb_moved(fdb, m, VFK_BR, 2);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -2);
	KUNIT_EXPECT_EQ(test, fdb->sta.num, 0);
}

/* Two bridges, on two VLANs of the PF: what moved to the wire in one VLAN is still behind the PF */
static void vfk_fdb_bridges_of_an_address(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN], other[ETH_ALEN];

	vfk_mac(m, 6);
	vfk_mac(other, 7);
	vfk_place(fdb, m, VFK_BR, 0, 3, 0);
	vfk_place(fdb, m, VFK_BR + 1, 0, 4, 0);
	vfk_place(fdb, other, VFK_BR + 1, 0, 4, 0);
	KUNIT_EXPECT_EQ(test, fdb->used, 2);
	vpf_fdb_moved(fdb, m, VFK_BR, 0);
	/* On both sides: the hash table reaches both, whatever is asked for */
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	vpf_fdb_talk(fdb, m, 1);
	vpf_fdb_tend(fdb, 1);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	KUNIT_EXPECT_FALSE(test, vpf_fdb_on_wire(fdb, m));
	/* It moves in the VLAN in which it is here: that says nothing of the other */
	vfk_place(fdb, m, VFK_BR + 1, 0, 5, 0);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	vfk_place(fdb, m, VFK_BR, 0, 3, 0);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	vpf_fdb_forget_bridge(fdb, VFK_BR + 1);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, other), -2);
}

/* What a bridge forgets (it may just have been silent) is reached all the same */
static void vfk_fdb_bridge_ages(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];

	vfk_place(fdb, vfk_mac(m, 1), VFK_BR, 0, VFK_TAP, 1000);
	vpf_fdb_unplace(fdb, m, VFK_BR, 0);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	vpf_fdb_tend(fdb, 1010);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	/* It speaks */
	vpf_fdb_learn(fdb, m, VFK_TAP, 1020);
	vpf_fdb_tend(fdb, 1021);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	/* And is silent, where no bridge knows it: not forgotten */
	vpf_fdb_tend(fdb, 1020 + VPF_FDB_QUIET_S);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	vpf_fdb_tend(fdb, 10 * VPF_FDB_QUIET_S);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	/* It is heard on the wire */
	KUNIT_EXPECT_TRUE(test, vpf_fdb_on_wire(fdb, m));
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -2);
}

/* Exact entries go to those that VFs talk to, however many others there are */
static void vfk_fdb_talkers(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	unsigned int i;

	for (i = 0; i < 60; i++)
		KUNIT_ASSERT_TRUE(test, vpf_fdb_learn(fdb, vfk_mac(m, 16 * i), VFK_TAP, 1000));
	for (i = 30; i < 30 + VPF_FDB_NUM_SHARED; i++)
		vpf_fdb_talk(fdb, vfk_mac(m, 16 * i), 1001);
	for (i = 30; i < 30 + VPF_FDB_NUM_SHARED; i++)
		KUNIT_EXPECT_EQ(test, vfk_pools(fdb, vfk_mac(m, 16 * i)), BIT(VFP_PF_POOL));
	/* One more: none of those who talk loses its entry, so entries don't go round */
	vpf_fdb_talk(fdb, vfk_mac(m, 0), 1005);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -1);
	/* They talk no more */
	vpf_fdb_talk(fdb, vfk_mac(m, 0), 1001 + VPF_FDB_TALK_S);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	KUNIT_EXPECT_EQ(test, fdb->used, VPF_FDB_NUM_SHARED);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 60 - VPF_FDB_NUM_SHARED);
}

/* 600 addresses of one guest: neither the host's other stations nor VFs' addresses suffer */
static void vfk_fdb_one_guest_floods(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	unsigned int i;

	for (i = 0; i < 600; i++)
		vfk_place(fdb, vfk_mac(m, 0x10000 + i), VFK_BR, 0, VFK_TAP, 0);
	KUNIT_EXPECT_EQ(test, fdb->sta.num, VPF_STA_PER_PORT);
	KUNIT_EXPECT_GE(test, fdb->sta.evicted, 600 - VPF_STA_PER_PORT);
	for (i = 0; i < 50; i++) {
		KUNIT_EXPECT_EQ(test, vfk_place(fdb, vfk_mac(m, i), VFK_BR, 0, VFK_TAP + 1, 1), 0);
		KUNIT_EXPECT_NE(test, vfk_pools(fdb, m), -2);
	}
	for (i = 0; i < VPF_STA_PER_VF; i++) {
		KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 1, vfk_mac(m, 0x900 + i)), 0);
		KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(1));
	}
	for (i = 0; i < 50; i++)
		KUNIT_EXPECT_NE(test, vfk_pools(fdb, vfk_mac(m, i)), -2);
	/* A local entry in each VLAN is one address */
	for (i = 1; i < 4095; i++)
		vfk_local(fdb, vfk_mac(m, 0x800), i, 2);
	KUNIT_EXPECT_EQ(test, fdb->sta.num, VPF_STA_PER_PORT + 51);
	KUNIT_EXPECT_EQ(test, fdb->refused, 0);
}

/* New addresses at a rate that no honest guest has are learned at a bounded one */
static void vfk_fdb_learn_rate(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	unsigned int i, learned = 0;
	u8 m[ETH_ALEN];

	for (i = 0; i < 1000; i++)
		learned += vpf_fdb_learn(fdb, vfk_mac(m, i), VFK_TAP, 50);
	KUNIT_EXPECT_EQ(test, learned, VPF_STA_BURST);
	KUNIT_EXPECT_TRUE(test, vpf_fdb_learn(fdb, vfk_mac(m, 5000), VFK_TAP + 1, 50));
	KUNIT_EXPECT_FALSE(test, vpf_fdb_learn(fdb, vfk_mac(m, 5000), VFK_TAP + 1, 50));
	KUNIT_EXPECT_EQ(test, fdb->sta.limited, 1000 - VPF_STA_BURST);
}

static void vfk_fdb_local(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	struct vpf_place place;
	u8 m[ETH_ALEN];

	vfk_local(fdb, vfk_mac(m, 1), 0, 0);
	KUNIT_EXPECT_TRUE(test, vpf_fdb_is_local(fdb, m));
	/* Whoever sends by it on the wire: the host is here */
	KUNIT_EXPECT_FALSE(test, vpf_fdb_on_wire(fdb, m));
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_place(fdb, m, &place), -ENOENT);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(VFP_PF_POOL));
	/* The bridge has another address: this one is nobody's */
	vpf_fdb_unplace(fdb, m, VFK_BR, 0);
	KUNIT_EXPECT_FALSE(test, vpf_fdb_is_local(fdb, m));
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), -2);
}

static void vfk_fdb_others(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];

	KUNIT_EXPECT_FALSE(test, vpf_fdb_is_others(fdb, 2, vfk_mac(m, 3)));
	/* The host's */
	vfk_local(fdb, m, 0, 0);
	KUNIT_EXPECT_TRUE(test, vpf_fdb_is_others(fdb, 2, m));
	vpf_fdb_add(fdb, VPF_FDB_PF_UC, VFP_PF_POOL, vfk_mac(m, 4));
	KUNIT_EXPECT_TRUE(test, vpf_fdb_is_others(fdb, 2, m));
	/* Another guest's, or its own by another path */
	vpf_fdb_learn(fdb, vfk_mac(m, 5), VFK_TAP, 0);
	KUNIT_EXPECT_TRUE(test, vpf_fdb_is_others(fdb, 2, m));
	vpf_fdb_add(fdb, VPF_FDB_VF_UC, 1, vfk_mac(m, 6));
	KUNIT_EXPECT_TRUE(test, vpf_fdb_is_others(fdb, 2, m));
	KUNIT_EXPECT_FALSE(test, vpf_fdb_is_others(fdb, 1, m));
}

static void vfk_fdb_uc(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	unsigned int i;
	int at;

	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, VFP_PF_POOL, vfk_mac(m, 1)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_PF_UC, 1, m), -EINVAL);
	for (i = 0; i < VPF_STA_PER_VF; i++)
		KUNIT_ASSERT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 0, vfk_mac(m, i + 1)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 0, m), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 0, vfk_mac(m, 99)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, fdb->refused, 1);
	/* Two routers' guests share a virtual address (VRRP) */
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 1, vfk_mac(m, 1)), 0);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(0) | BIT(1));
	vpf_fdb_flush(fdb, VPF_FDB_VF_UC, 0);
	KUNIT_EXPECT_EQ(test, fdb->uc[0], 0);
	KUNIT_EXPECT_EQ(test, fdb->uc[1], 1);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, m), BIT(1));
	KUNIT_EXPECT_EQ(test, fdb->used, 1);

	/* The PF's list is stated anew: those that stay keep their entries */
	vpf_fdb_add(fdb, VPF_FDB_PF_UC, VFP_PF_POOL, vfk_mac(m, 20));
	vpf_fdb_add(fdb, VPF_FDB_PF_UC, VFP_PF_POOL, vfk_mac(m, 21));
	at = vfk_fdb_find(fdb, m);
	vpf_fdb_mark_uc(fdb);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_PF_UC, VFP_PF_POOL, m), 0);
	vpf_fdb_flush_marked_uc(fdb);
	KUNIT_EXPECT_EQ(test, vfk_fdb_find(fdb, m), at);
	KUNIT_EXPECT_EQ(test, vfk_pools(fdb, vfk_mac(m, 20)), -2);
	KUNIT_EXPECT_EQ(test, fdb->uc[VFP_PF_POOL], 1);
}

static void vfk_fdb_route(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	int at;

	vpf_fdb_add(fdb, VPF_FDB_VF_UC, 2, vfk_mac(m, 3));
	at = vfk_fdb_find(fdb, m);
	KUNIT_ASSERT_GT(test, at, 0);
	KUNIT_EXPECT_EQ(test, fdb->rar[at].pools, BIT(2));
	vpf_fdb_route(fdb, 2, VFP_PF_POOL);
	KUNIT_EXPECT_EQ(test, vfk_fdb_find(fdb, m), at);
	KUNIT_EXPECT_EQ(test, fdb->rar[at].pools, BIT(VFP_PF_POOL));
}

/* What must hold of the table at any time */
static void vfk_fdb_check(struct kunit *test, const struct vpf_fdb *fdb)
{
	unsigned int i, used = 0, hashed = 0, num = 0;
	u8 m[ETH_ALEN];

	for (i = 0; i < VPF_STA_MAX; i++) {
		const struct vpf_station *s = &fdb->sta.sta[i];
		int at;

		if (!fdb->sta.key[i / VPF_STA_WAYS][i % VPF_STA_WAYS])
			continue;
		vpf_stations_mac(&fdb->sta, i, m);
		KUNIT_ASSERT_TRUE(test, vpf_stations_in_use(&fdb->sta, i));
		at = vfk_fdb_find(fdb, m);
		num += s->behind_pf;
		used += !!s->rar;
		hashed += s->hashed;
		if (vpf_fdb_find_own(fdb, m) >= 0) {
			KUNIT_ASSERT_FALSE(test, s->rar || s->hashed);
			continue;
		}
		/* One way, and one only */
		KUNIT_ASSERT_EQ(test, !s->rar, s->hashed);
		if (s->rar)
			KUNIT_ASSERT_EQ(test, at, s->rar);
		else
			KUNIT_ASSERT_TRUE(test, at < 0 && vpf_fdb_in_hash(fdb, m));
	}
	KUNIT_ASSERT_EQ(test, used, fdb->used);
	KUNIT_ASSERT_EQ(test, hashed, fdb->hashed);
	KUNIT_ASSERT_EQ(test, num, fdb->sta.num);
	KUNIT_ASSERT_LE(test, used, VPF_FDB_NUM_SHARED);
}

static void vfk_fdb_random(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	struct vpf_place place;
	struct rnd_state rnd;
	u8 m[ETH_ALEN];
	unsigned int i;

	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 4000; i++) {
		u32 r = prandom_u32_state(&rnd), now = i / 4;

		vfk_mac(m, 0x40 * (r % 40) + 1);
		switch (r >> 16 & 15) {
		case 0 ... 1:
			vfk_place(fdb, m, VFK_BR + (r >> 24 & 1), 0, 1 + (r >> 25 & 3), now);
			break;
		case 2 ... 3:
			vpf_fdb_learn(fdb, m, r >> 24 & 3, now);
			break;
		case 4:
			vpf_fdb_add(fdb, VPF_FDB_VF_UC, r >> 20 & 3, m);
			break;
		case 5:
			vpf_fdb_flush(fdb, VPF_FDB_VF_UC, r >> 20 & 3);
			break;
		case 6:
			vpf_fdb_unplace(fdb, m, VFK_BR + (r >> 24 & 1), 0);
			break;
		case 7:
			vpf_fdb_moved(fdb, m, VFK_BR + (r >> 24 & 1), 0);
			break;
		case 8:
			vpf_fdb_on_wire(fdb, m);
			break;
		case 9:
			vpf_fdb_talk(fdb, m, now);
			break;
		case 10:
			vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(r >> 24 & 3), m,
					r >> 26 & 1 ? BIT(r >> 24 & 3) : 0);
			break;
		case 11:
			vpf_fdb_add(fdb, VPF_FDB_PF_UC, VFP_PF_POOL, m);
			break;
		case 12:
			vpf_fdb_flush(fdb, VPF_FDB_PF_UC, VFP_PF_POOL);
			break;
		case 13:
			vpf_fdb_take_place(fdb, m, &place);
			break;
		case 14:
			vpf_fdb_tend(fdb, now);
			break;
		default:
			if (!(r >> 24 & 3))
				vpf_fdb_forget_port(fdb, r >> 26 & 3);
			else
				vpf_fdb_route(fdb, r >> 26 & 3, r >> 28 & 1 ? r >> 26 & 3 : 7);
		}
		if (i % 16 == 0)
			vfk_fdb_check(test, fdb);
	}
	vfk_fdb_check(test, fdb);
}

static struct kunit_case vfk_pf_fdb_cases[] = {
	KUNIT_CASE(vfk_fdb_own),
	KUNIT_CASE(vfk_fdb_held_own),
	KUNIT_CASE(vfk_fdb_overflow_and_back),
	KUNIT_CASE(vfk_fdb_hash_shared),
	KUNIT_CASE(vfk_fdb_own_hides_station),
	KUNIT_CASE(vfk_fdb_vlans_of_an_address),
	KUNIT_CASE(vfk_fdb_bridges_of_an_address),
	KUNIT_CASE(vfk_fdb_bridge_ages),
	KUNIT_CASE(vfk_fdb_talkers),
	KUNIT_CASE(vfk_fdb_one_guest_floods),
	KUNIT_CASE(vfk_fdb_learn_rate),
	KUNIT_CASE(vfk_fdb_local),
	KUNIT_CASE(vfk_fdb_others),
	KUNIT_CASE(vfk_fdb_uc),
	KUNIT_CASE(vfk_fdb_route),
	KUNIT_CASE(vfk_fdb_random),
	{}
};

struct kunit_suite vfk_pf_fdb_suite = {
	.name = "vfpath_pf_fdb",
	.test_cases = vfk_pf_fdb_cases,
};
