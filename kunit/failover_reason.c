// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/string.h>

#include "failover/reason.h"
#include "suites.h"

/* No VF that is there and isn't used goes without a reason */
static void vfk_reason_never_empty(struct kunit *test)
{
	unsigned int state, policy;

	for (state = 0; state < 64; state++) {
		for (policy = 0; policy < VFO_POLICIES; policy++) {
			struct vfo_plan plan = { .failed = VFO_STEP_VLANS, .err = -ENOSPC };
			struct vfo_path p = {
				.policy = policy,
				.others = state & 32,
				.lower = {
					{ .present = true, .up = true, .carrier = true },
					{
						.present = state & 1,
						.up = state & 2,
						.carrier = state & 4,
						.unfit = state & 8,
						.refused = state & 16,
					},
				},
			};
			struct vfo_reason r;
			char text[128];
			int len;

			p.active = vfo_path_decide(&p);
			r = vfo_reason_of(&p, VFO_VF, &plan, VFP_LOWER_FILTERS);
			len = vfo_reason_print(&r, "vf0", text, sizeof(text));
			KUNIT_ASSERT_EQ(test, len, strlen(text));
			if (!p.lower[VFO_VF].present || p.active == VFO_VF)
				KUNIT_ASSERT_EQ(test, len, 0);
			else
				KUNIT_ASSERT_GT(test, len, 5);
		}
	}
}

static void vfk_reason_expect(struct kunit *test, const struct vfo_path *p,
			      const struct vfo_plan *plan, const char *want)
{
	struct vfo_reason r = vfo_reason_of(p, VFO_VF, plan, VFP_LOWER_MUTE);
	char text[128];

	vfo_reason_print(&r, "vf0", text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, want);
}

/* The first that would have to go is the one that is named */
static void vfk_reason_order(struct kunit *test)
{
	struct vfo_plan plan = { .failed = VFO_STEP_MTU, .err = -EINVAL };
	struct vfo_path p = {
		.others = true,
		.lower = {
			{ .present = true, .up = true, .carrier = true },
			{ .present = true, .unfit = true, .refused = true },
		},
		.active = VFO_SYNTHETIC,
	};

	vfk_reason_expect(test, &p, &plan, "vf0: MTU failed (-22)");
	p.lower[VFO_VF].unfit = false;
	vfk_reason_expect(test, &p, &plan, "vf0: it is down");
	p.lower[VFO_VF].up = true;
	vfk_reason_expect(test, &p, &plan, "vf0: no carrier");
	p.lower[VFO_VF].carrier = true;
	vfk_reason_expect(test, &p, &plan, "vf0: the host doesn't answer (-110)");
	p.lower[VFO_VF].refused = false;
	vfk_reason_expect(test, &p, &plan,
			  "vf0: others send through the upper (a bridge?); path \"vf\" uses it");
	p.others = false;
	p.active = VFO_VF;
	vfk_reason_expect(test, &p, &plan, "");
}

/* Used for want of another, and still not what it should be */
static void vfk_reason_limps(struct kunit *test)
{
	struct vfo_plan plan = { .failed = VFO_STEP_VLANS, .err = -ENOSPC };
	struct vfo_path p = {
		.lower[VFO_VF] = { .present = true, .up = true, .carrier = true, .unfit = true },
	};

	p.active = vfo_path_decide(&p);
	KUNIT_EXPECT_EQ(test, p.active, VFO_VF);
	vfk_reason_expect(test, &p, &plan, "vf0: VLANs failed (-28)");
}

/* Each has words of its own, and each of the host's an error */
static void vfk_reason_texts(struct kunit *test)
{
	unsigned int i, k;

	for (i = VFO_WHY_OK + 1; i < VFO_WHYS; i++) {
		struct vfo_reason r = { .why = i, .host = VFP_LOWER_REFUSED };

		KUNIT_ASSERT_NOT_NULL(test, vfo_reason_text(&r));
		KUNIT_ASSERT_GT(test, strlen(vfo_reason_text(&r)), 0);
	}
	for (i = VFP_LOWER_OK + 1; i < VFP_LOWER_REASONS; i++) {
		KUNIT_ASSERT_LT(test, vfp_lower_reason_errno(i), 0);
		for (k = VFP_LOWER_OK; k < i; k++)
			KUNIT_ASSERT_STRNEQ(test, vfp_lower_reason_text(i),
					    vfp_lower_reason_text(k));
	}
}

static struct kunit_case vfk_failover_reason_cases[] = {
	KUNIT_CASE(vfk_reason_never_empty),
	KUNIT_CASE(vfk_reason_order),
	KUNIT_CASE(vfk_reason_limps),
	KUNIT_CASE(vfk_reason_texts),
	{}
};

struct kunit_suite vfk_failover_reason_suite = {
	.name = "vfpath_failover_reason",
	.test_cases = vfk_failover_reason_cases,
};
