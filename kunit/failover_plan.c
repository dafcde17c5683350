// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/string.h>

#include "failover/plan.h"
#include "suites.h"

/* A lower, as far as a look cares: what it is like, and what it refuses */
struct vfk_lower {
	struct vfo_facts f;
	u32 refuses;		/* BIT(enum vfo_step) */
	u32 lies;		/* it says yes, and does nothing */
	bool busy;		/* its address can't be changed while it is open */
	unsigned int opened;
	unsigned int closed;
};

static int vfk_plan_do(struct vfk_lower *l, enum vfo_step step)
{
	if (l->refuses & BIT(step))
		return -EPERM;
	if (l->lies & BIT(step))
		return 0;
	switch (step) {
	case VFO_STEP_CLOSE:
		l->f.up = false;
		l->f.stale = false;
		l->closed++;
		return 0;
	case VFO_STEP_OPEN:
		l->f.up = true;
		l->f.stale = false;
		l->opened++;
		return 0;
	case VFO_STEP_MAC:
		if (l->busy && l->f.up)
			return -EBUSY;
		break;
	default:
		break;
	}
	l->f.differs &= ~BIT(step);
	return 0;
}

/* A look. Returns how many steps it took, or -1: it wanted the lower to leave. */
static int vfk_plan_look(struct kunit *test, struct vfo_plan *p, struct vfk_lower *l)
{
	enum vfo_step step;
	int steps;

	vfo_plan_begin(p);
	for (steps = 0;; steps++) {
		KUNIT_ASSERT_LT(test, steps, 2 * VFO_STEPS);
		step = vfo_plan_next(p, &l->f);
		if (step == VFO_STEP_NONE)
			break;
		if (step == VFO_STEP_LEAVE)
			return -1;
		vfo_plan_result(p, &l->f, step, vfk_plan_do(l, step));
	}
	vfo_plan_end(p);
	return steps;
}

#define VFK_DIFFERS	(BIT(VFO_STEP_MTU) | BIT(VFO_STEP_MAC) | BIT(VFO_STEP_VLANS) | \
			 BIT(VFO_STEP_FLAGS) | BIT(VFO_STEP_NETPOLL) | BIT(VFO_STEP_LISTS))

/* bit 0 vf, 1 spare, 2 wanted, 3 up, 4 stale, 5 parked */
static struct vfo_facts vfk_plan_facts(unsigned int bits, u32 differs)
{
	return (struct vfo_facts){
		.vf = bits & 1,
		.spare = bits & 2,
		.wanted = bits & 4,
		.up = bits & 8,
		.stale = bits & 16,
		.parked = bits & 32,
		.differs = differs,
	};
}

/* However it is: a lower that refuses nothing fits after one look, and a second finds it so */
static void vfk_plan_willing(struct kunit *test)
{
	unsigned int bits, busy;
	u32 differs;

	for (bits = 0; bits < 64; bits++) {
		for (differs = 0; differs < BIT(VFO_STEPS); differs++) {
			if (differs & ~VFK_DIFFERS)
				continue;
			for (busy = 0; busy < 2; busy++) {
				struct vfk_lower l = {
					.f = vfk_plan_facts(bits, differs),
					.busy = busy,
				};
				struct vfo_plan p;

				vfo_plan_init(&p);
				KUNIT_ASSERT_TRUE(test, p.due);
				vfk_plan_look(test, &p, &l);
				KUNIT_ASSERT_TRUE(test, p.fits);
				KUNIT_ASSERT_FALSE(test, p.due);
				KUNIT_ASSERT_EQ(test, p.wait_ms, 0);
				KUNIT_ASSERT_EQ(test, l.f.differs, 0);
				if (l.f.wanted && !l.f.parked)
					KUNIT_ASSERT_TRUE(test, l.f.up);
				if (!l.f.wanted)
					KUNIT_ASSERT_EQ(test, l.opened, 0);
				KUNIT_ASSERT_EQ(test, vfk_plan_look(test, &p, &l), 0);
			}
		}
	}
}

/* Whatever it refuses, or pretends to do: the first of it is named, and it is tried again */
static void vfk_plan_unwilling(struct kunit *test)
{
	unsigned int bits, step, lies;

	for (bits = 0; bits < 64; bits++) {
		for (step = VFO_STEP_MTU; step < VFO_STEPS; step++) {
			for (lies = 0; lies < 2; lies++) {
				struct vfk_lower l = {
					.f = vfk_plan_facts(bits, VFK_DIFFERS),
					.refuses = lies ? 0 : BIT(step),
					.lies = lies ? BIT(step) : 0,
				};
				struct vfo_plan p;
				bool asked = step != VFO_STEP_OPEN || (l.f.wanted && !l.f.parked);

				if (step == VFO_STEP_OPEN && l.f.up && !l.f.stale)
					asked = false;
				vfo_plan_init(&p);
				vfk_plan_look(test, &p, &l);
				KUNIT_ASSERT_EQ(test, p.fits, !asked);
				if (!asked)
					continue;
				KUNIT_ASSERT_EQ(test, p.failed, step);
				KUNIT_ASSERT_EQ(test, p.err, lies ? -EIO : -EPERM);
				KUNIT_ASSERT_EQ(test, p.wait_ms, VFO_PLAN_MIN_MS);
				if (l.f.vf && l.f.spare)
					KUNIT_ASSERT_FALSE(test, l.f.up);
				else
					/* As good as it can be */
					KUNIT_ASSERT_EQ(test, l.f.differs & ~BIT(step), 0);
				/* It needs nothing but time */
				l.refuses = 0;
				l.lies = 0;
				vfk_plan_look(test, &p, &l);
				KUNIT_ASSERT_TRUE(test, p.fits);
				KUNIT_ASSERT_EQ(test, p.failed, VFO_STEP_NONE);
			}
		}
	}
}

/* In growing intervals, and at once when something changes */
static void vfk_plan_back_off(struct kunit *test)
{
	struct vfk_lower l = {
		.f = vfk_plan_facts(1 | 2 | 4, 0),
		.refuses = BIT(VFO_STEP_OPEN),
	};
	unsigned int i, before = 0;
	struct vfo_plan p;

	vfo_plan_init(&p);
	for (i = 0; i < 10; i++) {
		vfk_plan_look(test, &p, &l);
		KUNIT_EXPECT_GE(test, p.wait_ms, before);
		before = p.wait_ms;
	}
	KUNIT_EXPECT_EQ(test, before, VFO_PLAN_MAX_MS);
	vfo_plan_changed(&p);
	KUNIT_EXPECT_TRUE(test, p.due);
	vfk_plan_look(test, &p, &l);
	KUNIT_EXPECT_EQ(test, p.wait_ms, VFO_PLAN_MIN_MS);
}

/* An address that some drivers change only while they are closed */
static void vfk_plan_busy_address(struct kunit *test)
{
	struct vfk_lower l = {
		.f = vfk_plan_facts(4 | 8, BIT(VFO_STEP_MAC)),
		.busy = true,
	};
	struct vfo_plan p;

	vfo_plan_init(&p);
	vfk_plan_look(test, &p, &l);
	KUNIT_EXPECT_TRUE(test, p.fits);
	KUNIT_EXPECT_TRUE(test, l.f.up);
	KUNIT_EXPECT_EQ(test, l.closed, 1);
	KUNIT_EXPECT_EQ(test, l.opened, 1);
}

/* The VF that the host has given to somebody else leaves, whatever else it is */
static void vfk_plan_foreign(struct kunit *test)
{
	unsigned int bits;

	for (bits = 0; bits < 64; bits++) {
		struct vfk_lower l = { .f = vfk_plan_facts(bits, VFK_DIFFERS) };
		struct vfo_plan p;

		l.f.foreign = true;
		vfo_plan_init(&p);
		KUNIT_ASSERT_EQ(test, vfk_plan_look(test, &p, &l), -1);
	}
}

/* A change that the VF refused: named before anybody looks, and looked at next */
static void vfk_plan_unfit(struct kunit *test)
{
	struct vfk_lower l = { .f = vfk_plan_facts(1 | 2 | 4, 0) };
	struct vfo_plan p;

	vfo_plan_init(&p);
	vfk_plan_look(test, &p, &l);
	vfo_plan_unfit(&p, VFO_STEP_VLANS, -ENOSPC);
	KUNIT_EXPECT_FALSE(test, p.fits);
	KUNIT_EXPECT_TRUE(test, p.due);
	KUNIT_EXPECT_EQ(test, p.failed, VFO_STEP_VLANS);
	l.f.differs = BIT(VFO_STEP_VLANS);
	l.refuses = BIT(VFO_STEP_VLANS);
	vfk_plan_look(test, &p, &l);
	KUNIT_EXPECT_FALSE(test, l.f.up);
	KUNIT_EXPECT_EQ(test, p.failed, VFO_STEP_VLANS);
}

static struct kunit_case vfk_failover_plan_cases[] = {
	KUNIT_CASE(vfk_plan_willing),
	KUNIT_CASE(vfk_plan_unwilling),
	KUNIT_CASE(vfk_plan_back_off),
	KUNIT_CASE(vfk_plan_busy_address),
	KUNIT_CASE(vfk_plan_foreign),
	KUNIT_CASE(vfk_plan_unfit),
	{}
};

struct kunit_suite vfk_failover_plan_suite = {
	.name = "vfpath_failover_plan",
	.test_cases = vfk_failover_plan_cases,
};
