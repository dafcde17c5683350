// SPDX-License-Identifier: GPL-2.0
#include "pf/vport.h"
#include "suites.h"

/* What each state makes of each event, from the diagram in drivers/pf/vport.c */
struct vfk_step {
	int err;
	u8 next;
	u32 actions;
};

#define F	VPF_VPORT_FREE
#define R	VPF_VPORT_RESERVED
#define T	VPF_VPORT_ATTACHED
#define A	VPF_VPORT_ACTIVE
#define NO	{ -EPERM }
#define GONE	(VPF_ACT_DISABLE | VPF_ACT_CLEAR)
#define FRESH	(VPF_ACT_CLEAR | VPF_ACT_ENABLE)
#define BACK	VPF_ACT_MAC_TO_PF
#define SAY	VPF_ACT_TELL_STATE
#define AGAIN	VPF_ACT_TELL_RESET

static const struct vfk_step vfk_steps[VPF_VPORT_STATES][VPF_EVENTS] = {
	/*      RESERVE	       RELEASE		      RESET		     FLR */
	[F] = { { 0, R, GONE }, NO,		      NO,		     NO,
	/*      PATH_VF		PATH_SYNTHETIC		LINK_CHANGE	LINK_DISABLE	PF_RESET */
		NO,		NO,			NO,		NO,		NO },
	[R] = { NO, { 0, F, GONE }, { 0, T, FRESH }, { 0, R, GONE },
		NO, NO, { 0, R, 0 }, { 0, R, 0 }, { 0, R, GONE | AGAIN } },
	[T] = { NO, { 0, F, GONE }, { 0, T, FRESH }, { 0, R, GONE | AGAIN },
		{ 0, A, VPF_ACT_MAC_TO_VF }, { 0, T, 0 }, { 0, T, SAY }, { 0, T, SAY },
		{ 0, R, GONE | AGAIN } },
	[A] = { NO, { 0, F, BACK | GONE }, { 0, T, BACK | FRESH }, { 0, R, BACK | GONE | AGAIN },
		{ 0, A, 0 }, { 0, T, BACK }, { 0, A, SAY }, { 0, T, BACK | SAY },
		{ 0, R, BACK | GONE | AGAIN } },
};

static const u8 vfk_mac[ETH_ALEN] = { 0x52, 0x54, 0, 0, 0, 1 };

static void vfk_vport_every_state_and_event(struct kunit *test)
{
	unsigned int s, e;

	for (s = 0; s < VPF_VPORT_STATES; s++) {
		for (e = 0; e < VPF_EVENTS; e++) {
			const struct vfk_step *want = &vfk_steps[s][e];
			struct vpf_vport vp;
			u32 actions;
			int err;

			vpf_vport_init(&vp, 3, vfk_mac);
			vp.state = s;
			vp.version = 1;
			err = vpf_vport_event(&vp, e, true, &actions);
			KUNIT_EXPECT_EQ_MSG(test, err, want->err, "state %u event %u", s, e);
			KUNIT_EXPECT_EQ_MSG(test, actions, want->actions,
					    "state %u event %u", s, e);
			KUNIT_EXPECT_EQ_MSG(test, vp.state, err ? s : want->next,
					    "state %u event %u", s, e);
			KUNIT_EXPECT_EQ(test, vpf_vport_pool(&vp),
					vp.state == A ? 3 : VFP_PF_POOL);
		}
	}
}

/* An in-tree driver that resets its VF must find the answer to its RESET, nothing else */
static void vfk_vport_in_tree_flr(struct kunit *test)
{
	static const u8 states[] = { T, A };
	struct vpf_vport vp;
	unsigned int i;
	u32 actions;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		vpf_vport_init(&vp, 0, vfk_mac);
		vp.state = states[i];
		KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_FLR, true, &actions), 0);
		KUNIT_EXPECT_FALSE(test, actions & VPF_ACT_TELL_RESET);
		vp.state = states[i];
		KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_PF_RESET, true, &actions), 0);
		KUNIT_EXPECT_TRUE(test, actions & VPF_ACT_TELL_RESET);
	}
}

static void vfk_vport_no_path_without_link(struct kunit *test)
{
	struct vpf_vport vp;
	u32 actions;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_ATTACHED;
	KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_PATH_VF, false, &actions), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, vp.state, VPF_VPORT_ATTACHED);
	KUNIT_EXPECT_EQ(test, actions, 0);
	KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EVENTS, true, &actions), -EINVAL);
}

static void vfk_vport_link_policy(struct kunit *test)
{
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, vfk_mac);
	KUNIT_EXPECT_TRUE(test, vpf_vport_link_up(&vp, true));
	KUNIT_EXPECT_FALSE(test, vpf_vport_link_up(&vp, false));
	vp.link_state = IFLA_VF_LINK_STATE_ENABLE;
	KUNIT_EXPECT_TRUE(test, vpf_vport_link_up(&vp, false));
	vp.link_state = IFLA_VF_LINK_STATE_DISABLE;
	KUNIT_EXPECT_FALSE(test, vpf_vport_link_up(&vp, true));
}

static void vfk_vport_tokens(struct kunit *test)
{
	struct vpf_vport vp;
	unsigned int i;

	vpf_vport_init(&vp, 0, vfk_mac);
	for (i = 0; i < VPF_VPORT_BURST; i++)
		KUNIT_ASSERT_TRUE(test, vpf_vport_take_token(&vp, 0));
	KUNIT_EXPECT_FALSE(test, vpf_vport_take_token(&vp, 0));
	/* A second refills at the rate, and no more than the bucket holds */
	KUNIT_EXPECT_TRUE(test, vpf_vport_take_token(&vp, 1000));
	for (i = 1; i < VPF_VPORT_BURST; i++)
		KUNIT_ASSERT_TRUE(test, vpf_vport_take_token(&vp, 1000));
	KUNIT_EXPECT_FALSE(test, vpf_vport_take_token(&vp, 1000));
}

static void vfk_vport_quarantine(struct kunit *test)
{
	struct vpf_vport vp;
	unsigned int i;
	u32 actions;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_ATTACHED;
	for (i = 1; i < VPF_VPORT_MAX_BAD; i++)
		vpf_vport_malformed(&vp);
	KUNIT_EXPECT_TRUE(test, vpf_vport_take_token(&vp, 0));
	vpf_vport_malformed(&vp);
	KUNIT_EXPECT_FALSE(test, vpf_vport_take_token(&vp, 0));
	KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_FLR, true, &actions), 0);
	KUNIT_EXPECT_TRUE(test, vpf_vport_take_token(&vp, 0));
}

static enum vpf_vport_seen vfk_vport_see(struct vpf_vport *vp, bool on_wire, u64 ms)
{
	struct vpf_sighting last = { .ms = ms, .on_wire = on_wire };

	return vpf_vport_seen(vp, &last);
}

/* Late frames of a VF that was just left: a bridge that learns from them is misled */
static void vfk_vport_seen_late(struct kunit *test)
{
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_ACTIVE;
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 1000), VPF_SEEN_TO_VF);
	KUNIT_EXPECT_FALSE(test, vp.away);

	vp.state = VPF_VPORT_ATTACHED;
	vp.left_ms = 1000;
	/* A mistake on the way is mended, too */
	vp.away = true;
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 1000 + VPF_VPORT_LATE_MS - 1),
			VPF_SEEN_TO_SYNTHETIC);
	KUNIT_EXPECT_FALSE(test, vp.away);
	/* Seen before the VF was left, and looked at after */
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 990), VPF_SEEN_TO_SYNTHETIC);
	KUNIT_EXPECT_FALSE(test, vp.away);
}

/* Seen on the wire long after, or never active: moved to another host, and maybe back */
static void vfk_vport_seen_moved(struct kunit *test)
{
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_RESERVED;
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 10), VPF_SEEN_THERE);
	KUNIT_EXPECT_TRUE(test, vp.away);
	vp.left_ms = 1000;
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, false, 1000 + VPF_VPORT_LATE_MS),
			VPF_SEEN_THERE);
	KUNIT_EXPECT_FALSE(test, vp.away);
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 1000 + VPF_VPORT_LATE_MS),
			VPF_SEEN_THERE);
	KUNIT_EXPECT_TRUE(test, vp.away);
	/* Not seen at all since it was left: nothing is known against it */
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, false, 0), VPF_SEEN_THERE);
	KUNIT_EXPECT_FALSE(test, vp.away);
}

static void vfk_vport_generated_macs(struct kunit *test)
{
	u8 pf[2][ETH_ALEN] = { { 0, 0x1b, 0x21, 4, 5, 0x10 }, { 0, 0x1b, 0x21, 4, 5, 0x11 } };
	u8 mac[2 * VFP_MAX_VFS][ETH_ALEN];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(mac); i++) {
		vpf_vport_gen_mac(mac[i], pf[i / VFP_MAX_VFS], i % VFP_MAX_VFS);
		KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(mac[i]));
		KUNIT_EXPECT_TRUE(test, is_local_ether_addr(mac[i]));
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_FALSE(test, ether_addr_equal(mac[i], mac[j]));
	}
}

static struct kunit_case vfk_pf_vport_cases[] = {
	KUNIT_CASE(vfk_vport_every_state_and_event),
	KUNIT_CASE(vfk_vport_in_tree_flr),
	KUNIT_CASE(vfk_vport_no_path_without_link),
	KUNIT_CASE(vfk_vport_link_policy),
	KUNIT_CASE(vfk_vport_tokens),
	KUNIT_CASE(vfk_vport_quarantine),
	KUNIT_CASE(vfk_vport_seen_late),
	KUNIT_CASE(vfk_vport_seen_moved),
	KUNIT_CASE(vfk_vport_generated_macs),
	{}
};

struct kunit_suite vfk_pf_vport_suite = {
	.name = "vfpath_pf_vport",
	.test_cases = vfk_pf_vport_cases,
};
