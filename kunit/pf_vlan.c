// SPDX-License-Identifier: GPL-2.0
#include <linux/bitfield.h>
#include <linux/prandom.h>

#include "pf/vlan.h"
#include "suites.h"

static struct vpf_vlan *vfk_vlan(struct kunit *test)
{
	struct vpf_vlan *v = kunit_kzalloc(test, sizeof(*v), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, v);
	vpf_vlan_init(v);
	return v;
}

/* The pools that VLVF lets a VLAN in to, -1: it has no entry */
static int vfk_vlan_pools(const struct vpf_vlan *v, u16 vid)
{
	unsigned int i;

	for (i = 0; i < VFP_NUM_VLVF; i++) {
		u32 vlvf = vpf_vlan_vlvf(v, i);

		if (vlvf & VLVF_VI_EN && FIELD_GET(VLVF_VLAN_ID, vlvf) == vid)
			return FIELD_GET(VLVF_POOLSEL, vlvf);
	}
	return -1;
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

/* A VF that takes all it gets: all others have their share, and each its port VLAN */
static void vfk_vlan_share(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);
	unsigned int n, i, vid = 1000;

	for (n = 1; n <= VFP_MAX_VFS; n++) {
		vpf_vlan_init(v);
		vpf_vlan_set_vfs(v, n);
		KUNIT_EXPECT_GE(test, v->share, 2);
		for (i = 0; i < n; i++) {
			unsigned int got = 0;

			while (!vpf_vlan_join(v, i, vid++))
				got++;
			KUNIT_EXPECT_EQ(test, got, v->share);
			KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, i, vid), -ENOSPC);
			KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, i, vid - 2), 0);
			KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, i, vid - 2), 0);
		}
		KUNIT_EXPECT_LE(test, vpf_vlan_used(v),
				VFP_NUM_VLVF - VPF_VLAN_PF_ENTRIES - n);
		for (i = 0; i < n; i++) {
			KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, i, 2000 + i, 0), 0);
			KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 2000 + i), BIT(i));
		}
		KUNIT_EXPECT_GT(test, v->refused, 0);
	}
}

/* `bridge vlan add dev PF vid 2-4094`, whatever VFs have */
static void vfk_vlan_all_on_pf(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);
	unsigned int vid;

	KUNIT_ASSERT_EQ(test, vpf_vlan_join(v, 0, 77), 0);
	for (vid = 2; vid < 4095; vid++)
		KUNIT_ASSERT_EQ(test, vpf_vlan_join(v, VFP_PF_POOL, vid), 0);
	/* Nothing is filtered: no entry is needed */
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), 2);
	KUNIT_EXPECT_EQ(test, vpf_vlan_unserved(v), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 77), BIT(0) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 1, 100, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 100), BIT(1) | BIT(7));
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 77), BIT(0) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), VFP_NUM_VLVF);
	/* What has no entry is said */
	KUNIT_EXPECT_EQ(test, vpf_vlan_unserved(v), 4093 - (VFP_NUM_VLVF - 1));
	/* VFs have theirs all the same */
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 2, 4000), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 4000), BIT(2) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 4001, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 4001), BIT(3) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 2, 4000), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 77), BIT(0) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 1, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), 2);
	for (vid = 2; vid < 4095; vid++)
		KUNIT_ASSERT_EQ(test, vpf_vlan_leave(v, VFP_PF_POOL, vid), 0);
	KUNIT_EXPECT_EQ(test, v->count[VFP_PF_POOL], 0);
}

/* Of more VLANs than there are entries those that the PF sends in have one */
static void vfk_vlan_heard(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);
	unsigned int vid, i;

	KUNIT_EXPECT_FALSE(test, vpf_vlan_heard(v, 900, 1000));
	for (vid = 1; vid < 1000; vid++)
		vpf_vlan_join(v, VFP_PF_POOL, vid);
	vpf_vlan_set_port(v, 0, 2000, 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 900), -1);
	KUNIT_EXPECT_FALSE(test, test_bit(900, v->served));
	KUNIT_EXPECT_TRUE(test, vpf_vlan_heard(v, 900, 1000));
	v->heard[900] = 1000;
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 900), BIT(7));
	KUNIT_EXPECT_TRUE(test, test_bit(900, v->served));
	KUNIT_EXPECT_FALSE(test, vpf_vlan_heard(v, 1500, 1000));
	for (i = 0; i < VFP_NUM_VLVF; i++)
		v->heard[v->entry[i].vid] = 1000;
	/* All are in use: none loses its entry to another */
	KUNIT_EXPECT_FALSE(test, vpf_vlan_heard(v, 901, 1001));
	KUNIT_EXPECT_TRUE(test, vpf_vlan_heard(v, 901, 1000 + VPF_VLAN_HEARD_S));
	KUNIT_EXPECT_GE(test, vfk_vlan_pools(v, 2000), 1);
	/* A trunk has asked for none, and gets those it sends in */
	vpf_vlan_set_trunk(v, true);
	KUNIT_EXPECT_TRUE(test, vpf_vlan_heard(v, 1500, 3000));
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 1500), BIT(7));
	vpf_vlan_set_trunk(v, false);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 1500), -1);
}

static void vfk_vlan_port(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);

	vpf_vlan_join(v, 3, 7);
	vpf_vlan_join(v, 2, 9);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 100, 5), 0);
	KUNIT_EXPECT_TRUE(test, vpf_vlan_filtering(v));
	KUNIT_EXPECT_EQ(test, vpf_vlan_join(v, 3, 8), -EPERM);
	KUNIT_EXPECT_EQ(test, vpf_vlan_leave(v, 3, 7), -EPERM);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 0), (u8)~BIT(3));
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 7), -1);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 100), BIT(3));
	/* Others keep what they have */
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 9), BIT(2));
	KUNIT_EXPECT_EQ(test, vpf_vlan_vmvir(v, 3),
			FIELD_PREP(VMVIR_MODE, VMVIR_MODE_DEFAULT) | 5 << 13 | 100);
	KUNIT_EXPECT_EQ(test, vpf_vlan_vmvir(v, 4), 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 100, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 4095, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, VFP_PF_POOL, 5, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 101, 5), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 100), -1);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 3, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 0), 0xff);
	KUNIT_EXPECT_FALSE(test, vpf_vlan_filtering(v));
	/* Its own VLANs are back */
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 7), BIT(3));
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), 3);
}

/* What is so already changes nothing: `vlan 0` for a VF that has none */
static void vfk_vlan_port_again(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);

	vpf_vlan_join(v, 0, 50);
	vpf_vlan_set_port(v, 1, 100, 0);
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 50), BIT(0));
	KUNIT_EXPECT_EQ(test, vpf_vlan_set_port(v, 1, 100, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 100), BIT(1));
	KUNIT_EXPECT_EQ(test, vpf_vlan_used(v), 3);
	/* A reset of the VF takes what its driver asked for, not the port VLAN */
	vpf_vlan_flush(v, 1);
	vpf_vlan_flush(v, 0);
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 100), BIT(1));
	KUNIT_EXPECT_EQ(test, vfk_vlan_pools(v, 50), -1);
	KUNIT_EXPECT_EQ(test, v->count[0], 0);
}

static void vfk_vlan_trunk(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);

	vpf_vlan_join(v, 0, 9);
	vpf_vlan_set_trunk(v, true);
	KUNIT_EXPECT_EQ(test, FIELD_GET(VLVF_POOLSEL, vpf_vlan_vlvf(v, 1)), BIT(0) | BIT(7));
	KUNIT_EXPECT_EQ(test, vpf_vlan_vfta(v, 77), ~0U);
}

/* After any sequence VFs have entries for what they were granted */
static void vfk_vlan_random(struct kunit *test)
{
	struct vpf_vlan *v = vfk_vlan(test);
	struct rnd_state rnd;
	unsigned int i, vid, p;

	prandom_seed_state(&rnd, 3);
	for (i = 0; i < 3000; i++) {
		u32 r = prandom_u32_state(&rnd);

		p = r & 7;
		vid = 1 + (r >> 3 & 63);
		switch (r >> 16 & 7) {
		case 0 ... 2:
			vpf_vlan_join(v, p, vid);
			break;
		case 3:
			vpf_vlan_leave(v, p, vid);
			break;
		case 4:
			if (p < VFP_MAX_VFS)
				KUNIT_ASSERT_EQ(test, vpf_vlan_set_port(v, p, vid, 0), 0);
			break;
		case 5:
			if (p < VFP_MAX_VFS)
				KUNIT_ASSERT_EQ(test, vpf_vlan_set_port(v, p, 0, 0), 0);
			break;
		case 6:
			vpf_vlan_heard(v, vid, i);
			break;
		default:
			if (r >> 20 & 1)
				vpf_vlan_flush(v, p);
			else
				vpf_vlan_set_trunk(v, r >> 21 & 1);
		}
		for (p = 0; i % 8 == 0 && p < VFP_MAX_VFS; p++) {
			if (v->port_tci[p]) {
				KUNIT_ASSERT_TRUE(test,
						  vfk_vlan_pools(v, v->port_tci[p]) & BIT(p));
				KUNIT_ASSERT_FALSE(test, vfk_vlan_pools(v, 0) & BIT(p));
			}
			for (vid = 1; vid < 65; vid++) {
				int pools = vfk_vlan_pools(v, vid);
				bool in = v->port_tci[p] ? v->port_tci[p] == vid :
							   v->member[vid] & BIT(p);

				KUNIT_ASSERT_EQ(test, pools >= 0 && pools & BIT(p), in);
				KUNIT_ASSERT_EQ(test, !!test_bit(vid, v->served), pools >= 0);
			}
		}
		KUNIT_ASSERT_LE(test, vpf_vlan_unserved(v), v->count[VFP_PF_POOL]);
	}
}

static struct kunit_case vfk_pf_vlan_cases[] = {
	KUNIT_CASE(vfk_vlan_join_leave),
	KUNIT_CASE(vfk_vlan_share),
	KUNIT_CASE(vfk_vlan_all_on_pf),
	KUNIT_CASE(vfk_vlan_heard),
	KUNIT_CASE(vfk_vlan_port),
	KUNIT_CASE(vfk_vlan_port_again),
	KUNIT_CASE(vfk_vlan_trunk),
	KUNIT_CASE(vfk_vlan_random),
	{}
};

struct kunit_suite vfk_pf_vlan_suite = {
	.name = "vfpath_pf_vlan",
	.test_cases = vfk_pf_vlan_cases,
};
