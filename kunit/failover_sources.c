// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "failover/sources.h"
#include "suites.h"

static struct vfo_sources vfk_sources;
static struct vfo_source vfk_out[VFO_SOURCES_BUCKETS * VFO_SOURCES_WAYS];

static int vfk_sources_setup(struct kunit *test)
{
	vfo_sources_init(&vfk_sources);
	return 0;
}

static unsigned int vfk_sources_count(unsigned long now)
{
	return vfo_sources_fresh(&vfk_sources, now, vfk_out, ARRAY_SIZE(vfk_out));
}

static void vfk_sources_mac(u8 *mac, unsigned int n)
{
	const u8 base[ETH_ALEN] = { 0x02, 0, 0, n >> 8, n, 0 };

	memcpy(mac, base, ETH_ALEN);
}

static void vfk_sources_once_each(struct kunit *test)
{
	u8 a[ETH_ALEN] __aligned(2), b[ETH_ALEN] __aligned(2);

	vfk_sources_mac(a, 1);
	vfk_sources_mac(b, 2);
	vfo_sources_note(&vfk_sources, a, 0, 1000);
	vfo_sources_note(&vfk_sources, a, 0, 1001);
	KUNIT_EXPECT_EQ(test, vfk_sources_count(1001), 1);
	KUNIT_EXPECT_EQ(test, vfk_out[0].seen, 1001);
	vfo_sources_note(&vfk_sources, a, 7, 1001);
	vfo_sources_note(&vfk_sources, b, 0, 1001);
	KUNIT_EXPECT_EQ(test, vfk_sources_count(1001), 3);
}

static void vfk_sources_unicast_only(struct kunit *test)
{
	const u8 zero[ETH_ALEN] __aligned(2) = {};
	const u8 group[ETH_ALEN] __aligned(2) = { 0x01, 0, 0x5e, 0, 0, 1 };

	vfo_sources_note(&vfk_sources, zero, 0, 1000);
	vfo_sources_note(&vfk_sources, group, 0, 1000);
	KUNIT_EXPECT_EQ(test, vfk_sources_count(1000), 0);
}

static void vfk_sources_age(struct kunit *test)
{
	/* Across the wrap of jiffies */
	unsigned long then = -10UL;
	u8 mac[ETH_ALEN] __aligned(2);

	vfk_sources_mac(mac, 1);
	vfo_sources_note(&vfk_sources, mac, 0, then);
	KUNIT_EXPECT_EQ(test, vfk_sources_count(then + VFO_SOURCES_AGE_S * HZ - 1), 1);
	KUNIT_EXPECT_EQ(test, vfk_sources_count(then + VFO_SOURCES_AGE_S * HZ), 0);
}

/* Five of one bucket: the one that was silent for longest makes room */
static void vfk_sources_oldest_makes_room(struct kunit *test)
{
	u8 mac[ETH_ALEN] __aligned(2);
	unsigned int i, n;

	for (i = 0; i <= VFO_SOURCES_WAYS; i++) {
		vfk_sources_mac(mac, i << 8);
		/* The second is the oldest */
		vfo_sources_note(&vfk_sources, mac, 0, i == 1 ? 999 : 1000 + i);
	}
	n = vfk_sources_count(1010);
	KUNIT_EXPECT_EQ(test, n, VFO_SOURCES_WAYS);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_NE(test, vfk_out[i].mac[3], 1);
}

static void vfk_sources_bounded(struct kunit *test)
{
	struct vfo_source few[3];
	u8 mac[ETH_ALEN] __aligned(2);
	unsigned int i;

	for (i = 0; i < 4096; i++) {
		vfk_sources_mac(mac, i);
		vfo_sources_note(&vfk_sources, mac, 0, 1000);
	}
	KUNIT_EXPECT_EQ(test, vfk_sources_count(1000), ARRAY_SIZE(vfk_out));
	KUNIT_EXPECT_EQ(test, vfo_sources_fresh(&vfk_sources, 1000, few, ARRAY_SIZE(few)),
			ARRAY_SIZE(few));
}

static void vfk_sources_echo(struct kunit *test)
{
	unsigned long then = -10UL, late = then + msecs_to_jiffies(VFO_SOURCES_ECHO_MS);
	u8 mac[ETH_ALEN] __aligned(2), other[ETH_ALEN] __aligned(2);

	vfk_sources_mac(mac, 1);
	vfk_sources_mac(other, 2);
	vfo_sources_note(&vfk_sources, mac, 5, then);
	KUNIT_EXPECT_TRUE(test, vfo_sources_echo(&vfk_sources, mac, 5, then));
	KUNIT_EXPECT_TRUE(test, vfo_sources_echo(&vfk_sources, mac, 5, late - 1));
	KUNIT_EXPECT_FALSE(test, vfo_sources_echo(&vfk_sources, mac, 5, late));
	KUNIT_EXPECT_FALSE(test, vfo_sources_echo(&vfk_sources, mac, 0, then));
	KUNIT_EXPECT_FALSE(test, vfo_sources_echo(&vfk_sources, other, 5, then));
}

/* What we announce for a station comes back as well, however long it has been silent */
static void vfk_sources_announced(struct kunit *test)
{
	unsigned long then = 1000, now = then + 100 * HZ;
	struct vfo_source station = {};
	u8 mac[ETH_ALEN] __aligned(2);

	vfk_sources_mac(mac, 1);
	vfo_sources_note(&vfk_sources, mac, 5, then);
	KUNIT_ASSERT_EQ(test, vfk_sources_count(now), 1);
	station = vfk_out[0];
	KUNIT_EXPECT_FALSE(test, vfo_sources_echo(&vfk_sources, mac, 5, now));
	vfo_sources_sent(&vfk_sources, &station, now);
	KUNIT_EXPECT_TRUE(test, vfo_sources_echo(&vfk_sources, mac, 5, now));
	KUNIT_EXPECT_FALSE(test, vfo_sources_echo(&vfk_sources, mac, 0, now));
	/* It isn't there for longer by that */
	KUNIT_EXPECT_EQ(test, vfk_sources_count(then + VFO_SOURCES_AGE_S * HZ), 0);
}

static struct kunit_case vfk_failover_sources_cases[] = {
	KUNIT_CASE(vfk_sources_once_each),
	KUNIT_CASE(vfk_sources_unicast_only),
	KUNIT_CASE(vfk_sources_age),
	KUNIT_CASE(vfk_sources_oldest_makes_room),
	KUNIT_CASE(vfk_sources_bounded),
	KUNIT_CASE(vfk_sources_echo),
	KUNIT_CASE(vfk_sources_announced),
	{}
};

struct kunit_suite vfk_failover_sources_suite = {
	.name = "vfpath_failover_sources",
	.init = vfk_sources_setup,
	.test_cases = vfk_failover_sources_cases,
};
