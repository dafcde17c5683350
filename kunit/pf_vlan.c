// SPDX-License-Identifier: GPL-2.0
#include <linux/bitfield.h>

#include "pf/vlan.h"
#include "suites.h"

static struct vpf_vlan *vfk_vlan(struct kunit *test)
{
	struct vpf_vlan *v = kunit_kzalloc(test, sizeof(*v), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, v);
	vpf_vlan_init(v);
	return v;
}

static void vfk_vlan_join_leave(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);

	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 1, 100), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 2, 100), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), 2);
	KUNIT_EXPECT_EQ(test, vpf_vlan_vlvf(v, 1), VLVF_VI_EN | 100 | FIELD_PREP(VLVF_POOLSEL, 6));
	KUNIT_EXPECT_EQ(test, vpf_vlan_vfta(v, 3), BIT(4));
	KUNIT_EXPECT_EQ(test, vpf_vlan_vfta(v, 0), BIT(0));
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 1, 100), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 1, 100), -ENOENT);
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 2, 100), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_vlvf(v, 1), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 8, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 0, 4095), -EINVAL);
	KUNIT_EXPECT_FALSE(test, vpf_vlan_filtering(v));
}

static void vfk_vlan_full(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);
	unsigned int i;

	for (i = 1; i < VFP_NUM_VLVF; i++)
		KUNIT_ASSERT_EQ(test, vpf_vlan_join(v, 0, i), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 0, 200), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 1, 5), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 2, 300, 0), -ENOSPC);
	KUNIT_EXPECT_EQ(test, v->port_tci[2], 0);
	/* The entries that only this pool is in become free by its port VLAN */
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 0, 300, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 1, 200), 0);
}

static void vfk_vlan_port(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);

	vpf_vlan_join(v, 3, 7);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 100, 5), 0);
	KUNIT_EXPECT_TRUE(test, vpf_vlan_filtering(v));
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 3, 8), -EPERM);
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 3, 7), -EPERM);
	KUNIT_EXPECT_EQ(test, v->entry[0].pools, (u8)~BIT(3));
	KUNIT_EXPECT_EQ(test, vpf_vlan_vmvir(v, 3),
			FIELD_PREP(VMVIR_MODE, VMVIR_MODE_DEFAULT) | 5 << 13 | 100);
	KUNIT_EXPECT_EQ(test, vpf_vlan_vmvir(v, 4), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 100, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 4095, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, v->entry[0].pools, 0xff);
	KUNIT_EXPECT_FALSE(test, vpf_vlan_filtering(v));
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), 1);
}

static void vfk_vlan_trunk(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);

	vpf_vlan_join(v, 0, 9);
	v->trunk = true;
	KUNIT_EXPECT_EQ(test, FIELD_GET(VLVF_POOLSEL, vpf_vlan_vlvf(v, 1)), BIT(0) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_vfta(v, 77), ~0U);
}

static struct kunit_case vfk_pf_vlan_cases[] = {
	KUNIT_CASE(vfk_vlan_join_leave),
	KUNIT_CASE(vfk_vlan_full),
	KUNIT_CASE(vfk_vlan_port),
	KUNIT_CASE(vfk_vlan_trunk),
	{}
};

struct kunit_suite vfk_pf_vlan_suite = {
	.name = "vfpath_pf_vlan",
	.test_cases = vfk_pf_vlan_cases,
};
