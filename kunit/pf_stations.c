// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>

#include "pf/stations.h"
#include "suites.h"

#define VFK_TAP		11
#define VFK_BR		40

static struct vpf_stations *vfk_stations(struct kunit *test)
{
	struct vpf_stations *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	vpf_stations_init(t, 0x1234);
	return t;
}

static const u8 *vfk_sta_mac(u8 *mac, u32 n)
{
	const u8 base[ETH_ALEN] = { 0x02, 0, n >> 24, n >> 16, n >> 8, n };

	ether_addr_copy(mac, base);
	return mac;
}

/* As vpf_fdb_learn() does it, without the NIC */
static int vfk_sta_add(struct vpf_stations *t, u32 n, int port, u32 now)
{
	u8 m[ETH_ALEN];
	int i;

	i = vpf_stations_full(t, vfk_sta_mac(m, n));
	if (i == -ENOSPC)
		return i;
	if (i >= 0)
		vpf_stations_remove(t, i);
	i = vpf_stations_over_quota(t, port);
	if (i >= 0)
		vpf_stations_remove(t, i);
	i = vpf_stations_insert(t, m, now);
	if (i >= 0)
		vpf_stations_own(t, i, port, now);
	return i;
}

static void vfk_sta_find(struct kunit *test)
{
	struct vpf_stations *t = vfk_stations(test);
	u8 m[ETH_ALEN], n[ETH_ALEN];
	int i;

	KUNIT_EXPECT_EQ(test, vpf_stations_find(t, vfk_sta_mac(m, 1)), -ENOENT);
	/* What is free is no address */
	eth_zero_addr(n);
	KUNIT_EXPECT_EQ(test, vpf_stations_find(t, n), -ENOENT);
	i = vfk_sta_add(t, 1, VFK_TAP, 5);
	KUNIT_ASSERT_GE(test, i, 0);
	KUNIT_EXPECT_EQ(test, vpf_stations_find(t, m), i);
	KUNIT_EXPECT_EQ(test, vpf_stations_find(t, vfk_sta_mac(n, 2)), -ENOENT);
	vpf_stations_mac(t, i, n);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(m, n));
	vpf_stations_set_flags(t, i, VPF_STA_F_PF | VPF_STA_F_EXACT);
	KUNIT_EXPECT_EQ(test, vpf_stations_find(t, m), i);
	KUNIT_EXPECT_EQ(test, vpf_stations_flags(t, i), (u64)(VPF_STA_F_PF | VPF_STA_F_EXACT));
	KUNIT_EXPECT_EQ(test, t->num, 1);
	vpf_stations_remove(t, i);
	KUNIT_EXPECT_EQ(test, vpf_stations_find(t, m), -ENOENT);
	KUNIT_EXPECT_EQ(test, t->num, 0);
	KUNIT_EXPECT_EQ(test, vpf_stations_of_port(t, VFK_TAP), -ENOENT);
}

/* What the transmit path writes, it writes seldom */
static void vfk_sta_touch(struct kunit *test)
{
	struct vpf_stations *t = vfk_stations(test);
	int i = vfk_sta_add(t, 1, VFK_TAP, 100);
	u32 now, written = 0;

	for (now = 100; now < 100 + 10 * VPF_STA_SEEN_S; now++)
		written += vpf_stations_touch(&t->seen[i], now, VPF_STA_SEEN_S);
	KUNIT_EXPECT_EQ(test, written, 9);
	/* The clock wraps */
	t->seen[i] = U32_MAX - 1;
	KUNIT_EXPECT_FALSE(test, vpf_stations_touch(&t->seen[i], 3, VPF_STA_SEEN_S));
	KUNIT_EXPECT_TRUE(test, vpf_stations_touch(&t->seen[i], 30, VPF_STA_SEEN_S));
	/* A new one hasn't talked, whatever the time is */
	KUNIT_EXPECT_TRUE(test, vpf_stations_touch(&t->talked[i], 100, 10000));
}

/* A port with a thousand addresses forgets its own alone, and those it still uses last */
static void vfk_sta_quota(struct kunit *test)
{
	struct vpf_stations *t = vfk_stations(test);
	u8 m[ETH_ALEN];
	unsigned int n;

	for (n = 0; n < 5; n++)
		KUNIT_ASSERT_GE(test, vfk_sta_add(t, n, VFK_TAP + 1, 0), 0);
	for (n = 0; n < 5; n++)
		KUNIT_ASSERT_GE(test, vfk_sta_add(t, 0x100 + n, VFK_TAP, 0), 0);
	for (n = 0; n < 2000; n++) {
		KUNIT_ASSERT_GE(test, vfk_sta_add(t, 0x10000 + n, VFK_TAP, n / 10), 0);
		/* These speak all the time */
		t->seen[vpf_stations_find(t, vfk_sta_mac(m, 0x103))] = n / 10 + 1;
	}
	KUNIT_EXPECT_EQ(test, t->num, VPF_STA_PER_PORT + 5);
	for (n = 0; n < 5; n++)
		KUNIT_EXPECT_GE(test, vpf_stations_find(t, vfk_sta_mac(m, n)), 0);
	KUNIT_EXPECT_GE(test, vpf_stations_find(t, vfk_sta_mac(m, 0x103)), 0);
	KUNIT_EXPECT_LT(test, vpf_stations_find(t, vfk_sta_mac(m, 0x104)), 0);
	/* Said once */
	KUNIT_EXPECT_EQ(test, vpf_stations_full_owner(t), VFK_TAP);
	KUNIT_EXPECT_EQ(test, vpf_stations_full_owner(t), -ENOENT);
}

static void vfk_sta_rate(struct kunit *test)
{
	struct vpf_stations *t = vfk_stations(test);
	unsigned int n, got = 0;

	vfk_sta_add(t, 1, VFK_TAP, 10);
	for (n = 0; n < 1000; n++)
		got += vpf_stations_may_learn(t, VFK_TAP, 10);
	KUNIT_EXPECT_EQ(test, got, VPF_STA_BURST);
	KUNIT_EXPECT_EQ(test, t->limited, 1000 - VPF_STA_BURST);
	KUNIT_EXPECT_TRUE(test, vpf_stations_may_learn(t, VFK_TAP + 1, 10));
	KUNIT_EXPECT_TRUE(test, vpf_stations_may_learn(t, VFK_TAP, 11));
	/* An hour of silence gives no more than a burst */
	for (got = 0, n = 0; n < 1000; n++)
		got += vpf_stations_may_learn(t, VFK_TAP, 3611);
	KUNIT_EXPECT_EQ(test, got, VPF_STA_BURST);
}

/* A full set: the one silent for longest goes; what functions asked for and local ones stay */
static void vfk_sta_full_set(struct kunit *test)
{
	const struct vpf_place local = { .bridge = VFK_BR, .port = VFK_BR, .local = true };
	struct vpf_stations *t = vfk_stations(test);
	unsigned int way, n = 0, set = 0;
	u8 m[ETH_ALEN];
	int i;

	for (way = 0; way < VPF_STA_WAYS; n++) {
		KUNIT_ASSERT_LT(test, n, 100000);
		if (vpf_stations_full(t, vfk_sta_mac(m, n)) != -ENOENT)
			continue;
		i = vpf_stations_insert(t, m, 100 - way);
		if (!way)
			set = i / VPF_STA_WAYS;
		if (i / VPF_STA_WAYS != set) {
			vpf_stations_remove(t, i);
			continue;
		}
		vpf_stations_own(t, i, VFK_TAP, 100 - way);
		t->seen[i] = 100 - way;
		way++;
	}
	while (vpf_stations_full(t, vfk_sta_mac(m, n)) == -ENOENT)
		n++;
	i = vpf_stations_full(t, m);
	KUNIT_ASSERT_GE(test, i, 0);
	KUNIT_EXPECT_EQ(test, t->seen[i], 100 - (VPF_STA_WAYS - 1));
	t->sta[i].pf_uc = true;
	i = vpf_stations_full(t, m);
	KUNIT_EXPECT_EQ(test, t->seen[i], 100 - (VPF_STA_WAYS - 2));
	vpf_stations_place(t, i, &local);
	i = vpf_stations_full(t, m);
	KUNIT_EXPECT_EQ(test, t->seen[i], 100 - (VPF_STA_WAYS - 3));
	for (i = set * VPF_STA_WAYS; i < (set + 1) * VPF_STA_WAYS; i++)
		t->sta[i].vf_uc = 1;
	KUNIT_EXPECT_EQ(test, vpf_stations_full(t, m), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vpf_stations_insert(t, m, 1), -ENOSPC);
}

/* More ports than there are owners: those beyond share one, and nobody is lost */
static void vfk_sta_many_ports(struct kunit *test)
{
	struct vpf_stations *t = vfk_stations(test);
	unsigned int port;
	u8 m[ETH_ALEN];
	int i;

	for (port = 1; port <= VPF_STA_OWNERS + 20; port++)
		KUNIT_ASSERT_GE(test, vfk_sta_add(t, port, port, 1), 0);
	KUNIT_EXPECT_EQ(test, t->num, VPF_STA_OWNERS + 20);
	/* A station that is behind another port now is that one's */
	i = vpf_stations_find(t, vfk_sta_mac(m, 3));
	vpf_stations_own(t, i, 4, 2);
	KUNIT_EXPECT_EQ(test, vpf_stations_of_port(t, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, t->num, VPF_STA_OWNERS + 20);
	vpf_stations_disown(t, i);
	KUNIT_EXPECT_EQ(test, t->num, VPF_STA_OWNERS + 19);
	KUNIT_EXPECT_FALSE(test, vpf_stations_in_use(t, i));
	for (port = 1; port <= VPF_STA_OWNERS + 20; port++) {
		i = vpf_stations_find(t, vfk_sta_mac(m, port));
		KUNIT_ASSERT_GE(test, i, 0);
		vpf_stations_remove(t, i);
	}
	KUNIT_EXPECT_EQ(test, t->num, 0);
}

static void vfk_sta_places(struct kunit *test)
{
	struct vpf_place p = { .bridge = VFK_BR, .port = VFK_TAP, .vid = 1 };
	struct vpf_stations *t = vfk_stations(test);
	int i = vfk_sta_add(t, 1, VFK_TAP, 1);
	u16 vid;

	vpf_stations_place(t, i, &p);
	p.port++;
	vpf_stations_place(t, i, &p);
	KUNIT_EXPECT_EQ(test, t->sta[i].num_places, 1);
	KUNIT_EXPECT_EQ(test, t->sta[i].place[0].port, VFK_TAP + 1);
	KUNIT_EXPECT_FALSE(test, vpf_stations_unplace(t, i, VFK_BR, 2));
	KUNIT_EXPECT_TRUE(test, vpf_stations_unplace(t, i, VFK_BR, 1));
	KUNIT_EXPECT_FALSE(test, vpf_stations_is_local(t, i));
	p.local = true;
	for (vid = 1; vid < 4095; vid++) {
		p.vid = vid;
		vpf_stations_place(t, i, &p);
	}
	KUNIT_EXPECT_EQ(test, t->sta[i].num_places, VPF_STA_PLACES);
	KUNIT_EXPECT_TRUE(test, vpf_stations_is_local(t, i));
	KUNIT_EXPECT_FALSE(test, vpf_stations_leave_bridge(t, i, VFK_BR + 1));
	KUNIT_EXPECT_TRUE(test, vpf_stations_leave_bridge(t, i, VFK_BR));
	KUNIT_EXPECT_FALSE(test, vpf_stations_leave_bridge(t, i, VFK_BR));
}

static struct kunit_case vfk_pf_stations_cases[] = {
	KUNIT_CASE(vfk_sta_find),
	KUNIT_CASE(vfk_sta_touch),
	KUNIT_CASE(vfk_sta_quota),
	KUNIT_CASE(vfk_sta_rate),
	KUNIT_CASE(vfk_sta_full_set),
	KUNIT_CASE(vfk_sta_many_ports),
	KUNIT_CASE(vfk_sta_places),
	{}
};

struct kunit_suite vfk_pf_stations_suite = {
	.name = "vfpath_pf_stations",
	.test_cases = vfk_pf_stations_cases,
};
