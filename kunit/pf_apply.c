// SPDX-License-Identifier: GPL-2.0
#include "fake_io.h"
#include "pf/apply.h"
#include "suites.h"

/* A port's ifindex */
#define VFK_TAP	11

static const u8 vfk_mac[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

static struct vpf_fdb *vfk_applied(struct kunit *test, struct vfk_io *f)
{
	struct vpf_fdb *fdb = kunit_kzalloc(test, sizeof(*fdb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fdb);
	vpf_fdb_init(fdb, 1);
	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), vfk_mac, BIT(VFP_PF_POOL));
	vpf_apply_fdb(&f->io, fdb);
	return fdb;
}

static void vfk_apply_everything_once(struct kunit *test)
{
	struct vfk_io *f = vfk_io_alloc(test);
	struct vpf_fdb *fdb = vfk_applied(test, f);
	unsigned int i;

	for (i = 0; i < VFP_NUM_RAR; i++)
		KUNIT_EXPECT_GE(test, vfk_io_find(f, R_RAH(i), 0), 0);
	for (i = 0; i < VFP_NUM_UTA; i++)
		KUNIT_EXPECT_GE(test, vfk_io_find(f, R_UTA(i), 0), 0);
	KUNIT_EXPECT_EQ(test, f->reg[R_RAL(23) / 4], 0x33221102);
	KUNIT_EXPECT_EQ(test, f->reg[R_RAH(23) / 4], RAH_AV | BIT(18 + 7) | 0x5544);
	f->num = 0;
	vpf_apply_fdb(&f->io, fdb);
	KUNIT_EXPECT_EQ(test, f->num, 0);
	vpf_fdb_forget(fdb);
	vpf_apply_fdb(&f->io, fdb);
	KUNIT_EXPECT_GE(test, f->num, VFP_NUM_RAR + VFP_NUM_UTA);
}

/* The data path switch: one write, and never a moment without an owner */
static void vfk_apply_path_is_one_write(struct kunit *test)
{
	struct vfk_io *f = vfk_io_alloc(test);
	struct vpf_fdb *fdb = vfk_applied(test, f);

	f->num = 0;
	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), vfk_mac, BIT(0));
	vpf_apply_fdb(&f->io, fdb);
	KUNIT_ASSERT_EQ(test, f->num, 1);
	KUNIT_EXPECT_EQ(test, f->log[0].reg, R_RAH(23));
	KUNIT_EXPECT_EQ(test, f->log[0].val, RAH_AV | BIT(18) | 0x5544);
}

/* A half-written address must not match */
static void vfk_apply_replace_order(struct kunit *test)
{
	static const u8 other[ETH_ALEN] = { 0x02, 1, 2, 3, 4, 5 };
	struct vfk_io *f = vfk_io_alloc(test);
	struct vpf_fdb *fdb = vfk_applied(test, f);

	f->num = 0;
	vpf_fdb_set_own(fdb, VPF_FDB_RAR_VF(0), other, BIT(0));
	vpf_apply_fdb(&f->io, fdb);
	KUNIT_ASSERT_EQ(test, f->num, 3);
	KUNIT_EXPECT_EQ(test, f->log[0].reg, R_RAH(23));
	KUNIT_EXPECT_EQ(test, f->log[0].val, 0);
	KUNIT_EXPECT_EQ(test, f->log[1].reg, R_RAL(23));
	KUNIT_EXPECT_EQ(test, f->log[2].reg, R_RAH(23));
	KUNIT_EXPECT_TRUE(test, f->log[2].val & RAH_AV);
}

static void vfk_apply_new_before_old(struct kunit *test)
{
	static const u8 fresh[ETH_ALEN] = { 0x02, 8, 8, 8, 8, 2 };
	static const u8 old[ETH_ALEN] = { 0x02, 9, 9, 9, 9, 1 };
	struct vfk_io *f = vfk_io_alloc(test);
	struct vpf_fdb *fdb = vfk_applied(test, f);
	int was, now;

	vpf_fdb_learn(fdb, old, VFK_TAP, 0);
	vpf_apply_fdb(&f->io, fdb);
	was = vfk_fdb_find(fdb, old);
	vpf_fdb_learn(fdb, fresh, VFK_TAP, 0);
	vpf_fdb_on_wire(fdb, old);
	now = vfk_fdb_find(fdb, fresh);
	f->num = 0;
	vpf_apply_fdb(&f->io, fdb);
	KUNIT_ASSERT_NE(test, was, now);
	KUNIT_EXPECT_LT(test, vfk_io_find(f, R_RAH(now), 0), vfk_io_find(f, R_RAH(was), 0));
	KUNIT_EXPECT_EQ(test, f->reg[R_RAH(was) / 4], 0);
}

static void vfk_apply_vlan_and_mta(struct kunit *test)
{
	struct vfk_io *f = vfk_io_alloc(test);
	struct vpf_vlan *v = kunit_kzalloc(test, sizeof(*v), GFP_KERNEL);
	struct vpf_mta *mta = kunit_kzalloc(test, sizeof(*mta), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_ASSERT_NOT_NULL(test, mta);
	vpf_vlan_init(v);
	vpf_apply_vlan(&f->io, v);
	vpf_apply_mta(&f->io, mta);
	KUNIT_EXPECT_EQ(test, f->num, VFP_NUM_VLVF + VFP_NUM_VFTA + VFP_NUM_POOLS + VFP_NUM_MTA);
	f->num = 0;
	vpf_vlan_set_port(v, 2, 33, 0);
	mta->want[5] = 1;
	vpf_apply_vlan(&f->io, v);
	vpf_apply_mta(&f->io, mta);
	/* VLAN 0 without pool 2, VLAN 33, its bit, the tag, and the one hash */
	KUNIT_EXPECT_EQ(test, f->num, 5);
	KUNIT_EXPECT_EQ(test, f->reg[R_VMVIR(2) / 4], 0x40000000 | 33);
	KUNIT_EXPECT_EQ(test, f->reg[R_VFTA(1) / 4], BIT(1));
	KUNIT_EXPECT_EQ(test, f->reg[R_MTA(5) / 4], 1);
}

static struct kunit_case vfk_pf_apply_cases[] = {
	KUNIT_CASE(vfk_apply_everything_once),
	KUNIT_CASE(vfk_apply_path_is_one_write),
	KUNIT_CASE(vfk_apply_replace_order),
	KUNIT_CASE(vfk_apply_new_before_old),
	KUNIT_CASE(vfk_apply_vlan_and_mta),
	{}
};

struct kunit_suite vfk_pf_apply_suite = {
	.name = "vfpath_pf_apply",
	.test_cases = vfk_pf_apply_cases,
};
