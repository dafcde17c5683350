// SPDX-License-Identifier: GPL-2.0
/*
 * What the emulated NIC ignores is checked here, against the datasheet: rate limits, anti-spoof,
 * and in which order receivers are let in.
 */
#include "fake_io.h"
#include "pf/eswitch_priv.h"
#include "suites.h"

struct vfk_esw {
	struct vpf_adapter a;
	struct vpf_eswitch esw;
	struct vfk_io *f;
};

static u32 vfk_esw_read(struct vfp_io *io, u32 reg)
{
	struct vfk_esw *e = container_of(io, struct vfk_esw, a.io);

	return vfp_rd32(&e->f->io, reg);
}

static void vfk_esw_write(struct vfp_io *io, u32 reg, u32 val)
{
	struct vfk_esw *e = container_of(io, struct vfk_esw, a.io);

	vfp_wr32(&e->f->io, reg, val);
}

static const struct vfp_io_ops vfk_esw_ops = {
	.read = vfk_esw_read,
	.write = vfk_esw_write,
};

static struct vpf_eswitch *vfk_esw_alloc(struct kunit *test, struct vfk_io **f)
{
	struct vfk_esw *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, e);
	*f = vfk_io_alloc(test);
	e->f = *f;
	e->a.io.ops = &vfk_esw_ops;
	e->a.esw = &e->esw;
	e->esw.a = &e->a;
	e->esw.link_mbps = 1000;
	spin_lock_init(&e->esw.tbl_lock);
	vpf_fdb_init(&e->esw.fdb, 1);
	vpf_vlan_init(&e->esw.vlan);
	return &e->esw;
}

/* The value the limiter of a pool was given last, or ~0 */
static u32 vfk_esw_rate(const struct vfk_io *f, unsigned int pool)
{
	u32 val = ~0U;
	unsigned int i;

	for (i = 0; i + 1 < f->num; i++) {
		if (f->log[i].reg == R_RTTDQSEL && f->log[i].val == pool &&
		    f->log[i + 1].reg == R_RTTBCNRC)
			val = f->log[i + 1].val;
	}
	return val;
}

/* Factor in 2^-14, bit 31 enables (8.12.17) */
static void vfk_esw_regs_rate(struct kunit *test)
{
	struct vfk_io *f;
	struct vpf_eswitch *esw = vfk_esw_alloc(test, &f);

	esw->pool[2].max_rate = 100;
	esw->pool[3].max_rate = 1000;
	esw->pool[4].max_rate = 1;
	esw->pool[5].max_rate = 300;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->reg[R_RTTBCNRM / 4], 0x14);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 0), 0);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 2), BIT(31) | 10 << 14);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 3), 0);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 4), BIT(31) | 1000 << 14);
	/* The pools' second queues are no way round it */
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 2 + VFP_NUM_POOLS), BIT(31) | 1000 << 14);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 3 + VFP_NUM_POOLS), 0);
	/* 3 1/3 */
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 5), BIT(31) | 3 << 14 | 0x1555);

	/* A slower link: the same rate is a larger part of it, or no limit at all */
	f->num = 0;
	esw->link_mbps = 100;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 2), 0);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 4), BIT(31) | 100 << 14);

	/* Nothing has changed: nothing is written */
	f->num = 0;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->num, 0);

	/* After a reset of the NIC it is all written again */
	esw->link_mbps = 1000;
	esw->regs_known = false;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, vfk_esw_rate(f, 2), BIT(31) | 10 << 14);
}

/* DTXSWC: addresses in bits 7:0, VLANs in 15:8 for pools with a port VLAN (8.12.5) */
static void vfk_esw_regs_spoofchk(struct kunit *test)
{
	struct vfk_io *f;
	struct vpf_eswitch *esw = vfk_esw_alloc(test, &f);

	esw->loopback = true;
	esw->pool[0].spoofchk = true;
	esw->pool[6].spoofchk = true;
	esw->pool[6].port_vlan = true;
	esw->pool[3].port_vlan = true;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->reg[R_DTXSWC / 4], BIT(31) | BIT(0) | BIT(6) | BIT(8 + 6));
	esw->pool[0].spoofchk = false;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->reg[R_DTXSWC / 4], BIT(31) | BIT(6) | BIT(8 + 6));
	esw->regs_known = false;
	f->reg[R_DTXSWC / 4] = 0;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->reg[R_DTXSWC / 4], BIT(31) | BIT(6) | BIT(8 + 6));
}

/* VMVIR: the port VLAN's tag with its priority, always inserted (8.12.15) */
static void vfk_esw_regs_port_vlan(struct kunit *test)
{
	struct vfk_io *f;
	struct vpf_eswitch *esw = vfk_esw_alloc(test, &f);

	KUNIT_ASSERT_EQ(test, vpf_vlan_set_port(&esw->vlan, 1, 100, 5), 0);
	esw->pool[1].port_vlan = true;
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->reg[R_VMVIR(1) / 4], BIT(30) | 5 << 13 | 100);
	KUNIT_EXPECT_EQ(test, f->reg[R_VMVIR(0) / 4], 0);
	/* Untagged frames aren't let in to a port VLAN */
	KUNIT_EXPECT_FALSE(test, f->reg[R_VMOLR(1) / 4] & VMOLR_AUPE);
	KUNIT_EXPECT_TRUE(test, f->reg[R_VMOLR(0) / 4] & VMOLR_AUPE);
}

/* A pool's filters stand before it receives */
static void vfk_esw_regs_order(struct kunit *test)
{
	struct vfk_io *f;
	struct vpf_eswitch *esw = vfk_esw_alloc(test, &f);
	static const u8 mac[ETH_ALEN] = { 0x52, 0x54, 0, 0, 0, 9 };

	vpf_eswitch_apply(esw);
	f->num = 0;
	esw->pool[2].rx = true;
	esw->pool[2].tx = true;
	vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_VF(2), mac, BIT(2));
	vpf_eswitch_apply(esw);
	KUNIT_EXPECT_EQ(test, f->reg[R_VFRE / 4], BIT(2));
	KUNIT_EXPECT_EQ(test, f->reg[R_VFTE / 4], BIT(2));
	KUNIT_EXPECT_GE(test, vfk_io_find(f, R_VFRE, 0), 0);
	KUNIT_EXPECT_LT(test, vfk_io_find(f, R_RAH(VPF_FDB_RAR_VF(2)), 0),
			vfk_io_find(f, R_VFRE, 0));
}

static struct kunit_case vfk_pf_esw_regs_cases[] = {
	KUNIT_CASE(vfk_esw_regs_rate),
	KUNIT_CASE(vfk_esw_regs_spoofchk),
	KUNIT_CASE(vfk_esw_regs_port_vlan),
	KUNIT_CASE(vfk_esw_regs_order),
	{}
};

struct kunit_suite vfk_pf_esw_regs_suite = {
	.name = "vfpath_pf_esw_regs",
	.test_cases = vfk_pf_esw_regs_cases,
};
