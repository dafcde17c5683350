// SPDX-License-Identifier: GPL-2.0
#include "failover/path.h"
#include "suites.h"

/* What a lower can be: bit 0 present, 1 up, 2 carrier, 3 unfit, 4 refused */
static struct vfo_path_lower vfk_lower(unsigned int bits)
{
	return (struct vfo_path_lower){
		.present = bits & 1,
		.up = bits & 2,
		.carrier = bits & 4,
		.unfit = bits & 8,
		.refused = bits & 16,
	};
}

/* It is all that it should be */
static bool vfk_good(unsigned int bits)
{
	return bits == 7;
}

/* It is, but for one thing that it can't be like the upper in */
static bool vfk_lame(unsigned int bits)
{
	return bits == (7 | 8);
}

/* The path that ought to be taken, said another way than in the code under test */
static enum vfo_side vfk_want(enum vfo_policy policy, bool others, unsigned int s, unsigned int v)
{
	if (vfk_good(s) && vfk_good(v) && policy == VFO_POLICY_AUTO)
		return others ? VFO_SYNTHETIC : VFO_VF;
	if (vfk_good(s) && vfk_good(v))
		return policy == VFO_POLICY_SYNTHETIC ? VFO_SYNTHETIC : VFO_VF;
	if (vfk_good(v))
		return VFO_VF;
	if (vfk_good(s) || vfk_lame(s))
		return VFO_SYNTHETIC;
	return vfk_lame(v) ? VFO_VF : VFO_NONE;
}

static void vfk_path_decide(struct kunit *test)
{
	unsigned int state, policy, s, v;

	for (state = 0; state < 2 * VFO_POLICIES; state++) {
		policy = state / 2;
		for (s = 0; s < 32; s++) {
			for (v = 0; v < 32; v++) {
				struct vfo_path p = {
					.policy = policy,
					.others = state % 2,
					.lower = { vfk_lower(s), vfk_lower(v) },
				};

				KUNIT_ASSERT_EQ(test, vfo_path_decide(&p),
						vfk_want(policy, state % 2, s, v));
			}
		}
	}
}

static void vfk_path_check(struct kunit *test, const struct vfo_path *old,
			   const struct vfo_path *now, enum vfo_event ev, u32 actions)
{
	if (now->active == old->active) {
		/* A VF that is used may be refused later, so its host is asked again */
		KUNIT_ASSERT_EQ(test, actions, ev == VFO_EV_AGAIN && now->active == VFO_VF ?
					       VFO_ACT_TELL_ON : 0);
		return;
	}
	KUNIT_ASSERT_TRUE(test, actions & VFO_ACT_MOVE);
	KUNIT_ASSERT_EQ(test, !!(actions & VFO_ACT_TELL_ON), now->active == VFO_VF);
	KUNIT_ASSERT_EQ(test, !!(actions & VFO_ACT_TELL_OFF),
			old->active == VFO_VF && now->lower[VFO_VF].present);
	KUNIT_ASSERT_EQ(test, !!(actions & VFO_ACT_ANNOUNCE), now->active != VFO_NONE);
}

static void vfk_path_one(struct kunit *test, struct vfo_path p, unsigned int side,
			 unsigned int ev)
{
	struct vfo_path old;
	u32 actions;
	int err;

	p.active = vfo_path_decide(&p);
	old = p;
	err = vfo_path_event(&p, side, ev, &actions);
	if (err) {
		KUNIT_ASSERT_EQ(test, memcmp(&p, &old, sizeof(p)), 0);
		KUNIT_ASSERT_EQ(test, actions, 0);
		return;
	}
	KUNIT_ASSERT_EQ(test, p.active, vfo_path_decide(&p));
	vfk_path_check(test, &old, &p, ev, actions);
}

/* Every state times every event on either lower; 32 states of a lower */
static void vfk_path_every_state_and_event(struct kunit *test)
{
	unsigned int state, side, ev;

	for (state = 0; state < 2 * VFO_POLICIES * 32 * 32; state++) {
		struct vfo_path p = {
			.policy = state / (2 * 32 * 32),
			.others = state / (32 * 32) % 2,
			.lower = { vfk_lower(state / 32 % 32), vfk_lower(state % 32) },
		};

		for (side = 0; side < VFO_SIDES; side++)
			for (ev = 0; ev < VFO_EVENTS; ev++)
				vfk_path_one(test, p, side, ev);
	}
}

static void vfk_path_errors(struct kunit *test)
{
	struct vfo_path p;
	u32 actions;

	vfo_path_init(&p);
	KUNIT_EXPECT_EQ(test, vfo_path_event(&p, VFO_VF, VFO_EV_UP, &actions), -ENODEV);
	KUNIT_EXPECT_EQ(test, vfo_path_event(&p, VFO_SIDES, VFO_EV_ADDED, &actions), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfo_path_event(&p, VFO_VF, VFO_EV_ADDED, &actions), 0);
	KUNIT_EXPECT_EQ(test, vfo_path_event(&p, VFO_VF, VFO_EV_ADDED, &actions), -EEXIST);
	KUNIT_EXPECT_EQ(test, vfo_path_event(&p, VFO_VF, VFO_EVENTS, &actions), -EINVAL);
}

/* The story of a VF that comes, is refused, is taken, and goes */
static void vfk_path_story(struct kunit *test)
{
	struct vfo_path p;
	u32 actions;

	vfo_path_init(&p);
	vfo_path_event(&p, VFO_SYNTHETIC, VFO_EV_ADDED, &actions);
	vfo_path_event(&p, VFO_SYNTHETIC, VFO_EV_CARRIER_ON, &actions);
	vfo_path_event(&p, VFO_SYNTHETIC, VFO_EV_UP, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_SYNTHETIC);
	vfo_path_event(&p, VFO_VF, VFO_EV_ADDED, &actions);
	vfo_path_event(&p, VFO_VF, VFO_EV_UP, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_SYNTHETIC);
	vfo_path_event(&p, VFO_VF, VFO_EV_CARRIER_ON, &actions);
	KUNIT_EXPECT_EQ(test, actions, VFO_ACT_TELL_ON | VFO_ACT_MOVE | VFO_ACT_ANNOUNCE);
	vfo_path_event(&p, VFO_VF, VFO_EV_REFUSED, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_SYNTHETIC);
	/* Hearing once more of a carrier that is there changes nothing; a new one does */
	vfo_path_event(&p, VFO_VF, VFO_EV_CARRIER_ON, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_SYNTHETIC);
	vfo_path_event(&p, VFO_VF, VFO_EV_AGAIN, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_VF);
	vfo_path_event(&p, VFO_VF, VFO_EV_UNFIT, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_SYNTHETIC);
	vfo_path_event(&p, VFO_VF, VFO_EV_AGAIN, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_SYNTHETIC);
	vfo_path_event(&p, VFO_VF, VFO_EV_FIT, &actions);
	KUNIT_EXPECT_EQ(test, p.active, VFO_VF);
	vfo_path_event(&p, VFO_VF, VFO_EV_DOWN, &actions);
	KUNIT_EXPECT_EQ(test, actions, VFO_ACT_MOVE | VFO_ACT_TELL_OFF | VFO_ACT_ANNOUNCE);
	vfo_path_event(&p, VFO_VF, VFO_EV_REMOVED, &actions);
	KUNIT_EXPECT_EQ(test, actions, 0);
}

static struct kunit_case vfk_failover_path_cases[] = {
	KUNIT_CASE(vfk_path_decide),
	KUNIT_CASE(vfk_path_every_state_and_event),
	KUNIT_CASE(vfk_path_errors),
	KUNIT_CASE(vfk_path_story),
	{}
};

struct kunit_suite vfk_failover_path_suite = {
	.name = "vfpath_failover_path",
	.test_cases = vfk_failover_path_cases,
};
