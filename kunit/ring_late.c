// SPDX-License-Identifier: GPL-2.0
#include "ring.h"
#include "suites.h"

static void vfk_late_same(struct kunit *test)
{
	struct vrg_late late = {};

	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, 0), 1);
	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, 0), 2);
	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, 0), 3);
}

/* Caught in the act again and again, but it goes on */
static void vfk_late_busy(struct kunit *test)
{
	struct vrg_late late = {};
	unsigned int i;

	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, i % 256), 1);
}

static void vfk_late_recovers(struct kunit *test)
{
	struct vrg_late late = {};

	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, 7), 1);
	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, 7), 2);
	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, false, 7), 0);
	KUNIT_EXPECT_EQ(test, vrg_late_seen(&late, true, 7), 1);
}

static struct kunit_case vfk_late_cases[] = {
	KUNIT_CASE(vfk_late_same),
	KUNIT_CASE(vfk_late_busy),
	KUNIT_CASE(vfk_late_recovers),
	{}
};

struct kunit_suite vfk_ring_late_suite = {
	.name = "vfpath_ring_late",
	.test_cases = vfk_late_cases,
};
