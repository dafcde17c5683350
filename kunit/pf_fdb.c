// SPDX-License-Identifier: GPL-2.0
#include <linux/prandom.h>
#include <linux/slab.h>

#include "pf/fdb.h"
#include "suites.h"

/* A bridge's ifindex */
#define VFK_BR	40

static struct vpf_fdb *vfk_fdb(struct kunit *test)
{
	struct vpf_fdb *fdb = kunit_kzalloc(test, sizeof(*fdb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fdb);
	vpf_fdb_init(fdb);
	return fdb;
}

static const u8 *vfk_mac(u8 *mac, u16 n)
{
	const u8 base[ETH_ALEN] = { 0x02, 0, 0, 0, n >> 8, n };

	ether_addr_copy(mac, base);
	return mac;
}

static void vfk_fdb_own(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN], n[ETH_ALEN];
	static const u8 mc[ETH_ALEN] = { 1, 0, 0x5e, 0, 0, 1 };

	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_PF, vfk_mac(m, 1), BIT(7)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), m, BIT(7)), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), mc, BIT(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, 5, vfk_mac(n, 2), BIT(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VFP_NUM_RAR, n, BIT(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), n, BIT(0)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, n), VPF_FDB_RAR_VF(0));
	KUNIT_EXPECT_EQ(test, vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, n), -ENOENT);
}

static void vfk_fdb_held_own(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	unsigned int rar = VPF_FDB_RAR_VF(3);
	u8 m[ETH_ALEN];

	KUNIT_EXPECT_EQ(test, VPF_FDB_VF_OF_RAR(rar), 3);
	KUNIT_EXPECT_EQ(test, vpf_fdb_hold_own(fdb, 5, vfk_mac(m, 1)), -EINVAL);
	KUNIT_ASSERT_EQ(test, vpf_fdb_set_own(fdb, rar, m, BIT(VFP_PF_POOL)), 0);
	vpf_fdb_written(fdb, rar);
	KUNIT_EXPECT_EQ(test, vpf_fdb_hold_own(fdb, rar, m), 0);
	/* Out of the NIC, but nobody else's */
	KUNIT_EXPECT_EQ(test, vpf_fdb_next(fdb, rar), VPF_FDB_CLEAR);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find(fdb, m), -ENOENT);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find_own(fdb, m), rar);
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
		KUNIT_ASSERT_EQ(test, vpf_fdb_add_bridge(fdb, VFK_BR, vfk_mac(m, 0x100 + 16 * i),
							 0, 9), 0);
	KUNIT_EXPECT_EQ(test, fdb->used, VPF_FDB_NUM_SHARED);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 0);
	KUNIT_ASSERT_EQ(test, vpf_fdb_add_bridge(fdb, VFK_BR, vfk_mac(m, 0x800), 0, 9), 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 1);
	KUNIT_EXPECT_TRUE(test, vpf_fdb_in_hash(fdb, m));
	KUNIT_EXPECT_EQ(test, vpf_fdb_find(fdb, m), -ENOENT);
	/* An address that a VF wants displaces one of the bridge */
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 2, vfk_mac(m, 0x900)), 0);
	KUNIT_EXPECT_GT(test, vpf_fdb_find(fdb, m), 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 2);
	KUNIT_EXPECT_EQ(test, vpf_fdb_del(fdb, VPF_FDB_VF_UC, 2, m), 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 1);
	/* Room frees: back to an exact entry */
	KUNIT_EXPECT_EQ(test, vpf_fdb_del_bridge(fdb, VFK_BR, vfk_mac(m, 0x100), 0), 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 0);
	KUNIT_EXPECT_GT(test, vpf_fdb_find(fdb, vfk_mac(m, 0x800)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_del_bridge(fdb, VFK_BR, vfk_mac(m, 0x999), 0), -ENOENT);
}

static void vfk_fdb_own_hides_bridge(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	u16 vid;
	int port;

	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(1), vfk_mac(m, 5), BIT(1));
	KUNIT_EXPECT_EQ(test, vpf_fdb_add_bridge(fdb, VFK_BR, m, 0, 11), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add_bridge(fdb, VFK_BR, m, 7, 11), 0);
	KUNIT_EXPECT_EQ(test, fdb->used, 0);
	KUNIT_EXPECT_EQ(test, fdb->hashed, 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_bridge(fdb, m, &vid, &port), 0);
	KUNIT_EXPECT_EQ(test, port, 11);
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_bridge(fdb, m, &vid, &port), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_take_bridge(fdb, m, &vid, &port), -ENOENT);
}

static void vfk_fdb_vlans_of_an_address(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];

	vfk_mac(m, 6);
	vpf_fdb_add_bridge(fdb, VFK_BR, m, 1, 3);
	vpf_fdb_add_bridge(fdb, VFK_BR, m, 2, 3);
	vpf_fdb_add_bridge(fdb, VFK_BR, m, 2, 4);
	KUNIT_EXPECT_EQ(test, fdb->num_wants, 2);
	KUNIT_EXPECT_EQ(test, fdb->used, 1);
	vpf_fdb_del_bridge(fdb, VFK_BR, m, 1);
	KUNIT_EXPECT_GT(test, vpf_fdb_find(fdb, m), 0);
	vpf_fdb_del_bridge(fdb, VFK_BR, m, 2);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find(fdb, m), -ENOENT);
}

/* Two bridges, on two VLANs of the PF: what one forgets the other still knows */
static void vfk_fdb_bridges_of_an_address(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN], other[ETH_ALEN];

	vfk_mac(m, 6);
	vfk_mac(other, 7);
	vpf_fdb_add_bridge(fdb, VFK_BR, m, 0, 3);
	vpf_fdb_add_bridge(fdb, VFK_BR + 1, m, 0, 4);
	vpf_fdb_add_bridge(fdb, VFK_BR + 1, other, 0, 4);
	KUNIT_EXPECT_EQ(test, fdb->num_wants, 3);
	KUNIT_EXPECT_EQ(test, fdb->used, 2);
	KUNIT_EXPECT_EQ(test, vpf_fdb_del_bridge(fdb, VFK_BR, m, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_del_bridge(fdb, VFK_BR, other, 0), -ENOENT);
	KUNIT_EXPECT_GT(test, vpf_fdb_find(fdb, m), 0);
	vpf_fdb_add_bridge(fdb, VFK_BR, m, 0, 3);
	vpf_fdb_flush_bridge(fdb, VFK_BR + 1);
	KUNIT_EXPECT_EQ(test, fdb->num_wants, 1);
	KUNIT_EXPECT_GT(test, vpf_fdb_find(fdb, m), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find(fdb, other), -ENOENT);
}

static void vfk_fdb_limits(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	unsigned int i;

	for (i = 0; i < VPF_FDB_MAX_VF_UC; i++)
		KUNIT_ASSERT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 0, vfk_mac(m, i + 1)), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 0, m), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 0, vfk_mac(m, 99)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_VF_UC, 1, m), 0);
	KUNIT_EXPECT_EQ(test, fdb->refused, 1);
	for (i = fdb->num_wants; i < VPF_FDB_MAX_WANTS; i++)
		KUNIT_ASSERT_EQ(test, vpf_fdb_add_bridge(fdb, VFK_BR, vfk_mac(m, i + 1000),
							 0, 1), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add_bridge(fdb, VFK_BR, vfk_mac(m, 9999), 0, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vpf_fdb_add(fdb, VPF_FDB_BRIDGE, 0, m), -EINVAL);
	vpf_fdb_flush(fdb, VPF_FDB_VF_UC, 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_count(fdb, VPF_FDB_VF_UC, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_fdb_count(fdb, VPF_FDB_VF_UC, 1), 1);
}

static void vfk_fdb_route(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	u8 m[ETH_ALEN];
	int at;

	vpf_fdb_add(fdb, VPF_FDB_VF_UC, 2, vfk_mac(m, 3));
	at = vpf_fdb_find(fdb, m);
	KUNIT_ASSERT_GT(test, at, 0);
	KUNIT_EXPECT_EQ(test, fdb->rar[at].pools, BIT(2));
	vpf_fdb_route(fdb, 2, VFP_PF_POOL);
	KUNIT_EXPECT_EQ(test, vpf_fdb_find(fdb, m), at);
	KUNIT_EXPECT_EQ(test, fdb->rar[at].pools, BIT(VFP_PF_POOL));
}

/* After any sequence each wanted address has an exact entry or its hash is set */
static void vfk_fdb_random(struct kunit *test)
{
	struct vpf_fdb *fdb = vfk_fdb(test);
	struct rnd_state rnd;
	unsigned int i, j;
	u8 m[ETH_ALEN];

	prandom_seed_state(&rnd, 1);
	for (i = 0; i < 2000; i++) {
		u32 r = prandom_u32_state(&rnd);

		vfk_mac(m, 0x40 * (r % 40) + 1);
		switch (r >> 16 & 3) {
		case 0:
			vpf_fdb_add_bridge(fdb, VFK_BR, m, 0, 1);
			break;
		case 1:
			vpf_fdb_add(fdb, VPF_FDB_VF_UC, r >> 20 & 3, m);
			break;
		case 2:
			vpf_fdb_del_bridge(fdb, VFK_BR, m, 0);
			break;
		default:
			vpf_fdb_del(fdb, VPF_FDB_VF_UC, r >> 20 & 3, m);
		}
		for (j = 0; j < fdb->num_wants; j++) {
			const u8 *w = fdb->want[j].mac;

			KUNIT_ASSERT_TRUE(test, vpf_fdb_find(fdb, w) >= 0 ||
					  vpf_fdb_in_hash(fdb, w));
		}
		KUNIT_ASSERT_LE(test, fdb->used, VPF_FDB_NUM_SHARED);
	}
}

static struct kunit_case vfk_pf_fdb_cases[] = {
	KUNIT_CASE(vfk_fdb_own),
	KUNIT_CASE(vfk_fdb_held_own),
	KUNIT_CASE(vfk_fdb_overflow_and_back),
	KUNIT_CASE(vfk_fdb_own_hides_bridge),
	KUNIT_CASE(vfk_fdb_vlans_of_an_address),
	KUNIT_CASE(vfk_fdb_bridges_of_an_address),
	KUNIT_CASE(vfk_fdb_limits),
	KUNIT_CASE(vfk_fdb_route),
	KUNIT_CASE(vfk_fdb_random),
	{}
};

struct kunit_suite vfk_pf_fdb_suite = {
	.name = "vfpath_pf_fdb",
	.test_cases = vfk_pf_fdb_cases,
};
