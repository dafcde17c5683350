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
#define V	VPF_VPORT_ARRIVING
#define A	VPF_VPORT_ACTIVE
#define L	VPF_VPORT_LEAVING
#define NO	{ -EPERM }
#define GONE	(VPF_ACT_DISABLE | VPF_ACT_CLEAR)
#define FRESH	(VPF_ACT_CLEAR | VPF_ACT_ENABLE)
#define PUT	VPF_ACT_PLACE
#define BACK	(VPF_ACT_FORGET | VPF_ACT_TO_SYNTHETIC | PUT)
#define LEAVE	(VPF_ACT_FORGET | VPF_ACT_TO_SYNTHETIC | VPF_ACT_SETTLE)
#define NEW	(VPF_ACT_FORGET | VPF_ACT_TAKE_MAC | PUT)
#define SAY	VPF_ACT_TELL
#define HUSH	(SAY | VPF_ACT_MUTE_LATER)
#define ON	VPF_ACT_ENABLE

static const struct vfk_step vfk_steps[VPF_VPORT_STATES][VPF_EVENTS] = {
	[F] = {
		[VPF_EV_RESERVE] = { 0, R, VPF_ACT_FORGET | PUT | GONE },
		[VPF_EV_RELEASE] = NO, [VPF_EV_RESET] = NO, [VPF_EV_FLR] = NO,
		[VPF_EV_PATH_VF] = NO, [VPF_EV_PATH_SYNTHETIC] = NO, [VPF_EV_SETTLED] = NO,
		[VPF_EV_NEWS] = NO, [VPF_EV_LINK_DISABLE] = NO, [VPF_EV_MUTE] = NO,
		[VPF_EV_LINK_ENABLE] = NO, [VPF_EV_HOST_MAC] = NO, [VPF_EV_OWN_MAC] = NO,
		[VPF_EV_PF_RESET] = NO,
	},
	[R] = {
		[VPF_EV_RESERVE] = NO, [VPF_EV_RELEASE] = { 0, F, PUT | GONE },
		[VPF_EV_RESET] = { 0, T, FRESH }, [VPF_EV_FLR] = { 0, R, GONE },
		[VPF_EV_PATH_VF] = NO, [VPF_EV_PATH_SYNTHETIC] = NO, [VPF_EV_SETTLED] = NO,
		[VPF_EV_NEWS] = { 0, R, 0 }, [VPF_EV_LINK_DISABLE] = { 0, R, 0 },
		[VPF_EV_MUTE] = NO, [VPF_EV_LINK_ENABLE] = { 0, R, 0 },
		[VPF_EV_HOST_MAC] = { 0, R, NEW }, [VPF_EV_OWN_MAC] = NO,
		[VPF_EV_PF_RESET] = { 0, R, GONE | SAY },
	},
	[T] = {
		[VPF_EV_RESERVE] = NO, [VPF_EV_RELEASE] = { 0, F, PUT | GONE },
		[VPF_EV_RESET] = { 0, T, FRESH }, [VPF_EV_FLR] = { 0, R, GONE | SAY },
		[VPF_EV_PATH_VF] = { 0, V, VPF_ACT_FORGET | PUT | VPF_ACT_SETTLE },
		[VPF_EV_PATH_SYNTHETIC] = { 0, T, 0 }, [VPF_EV_SETTLED] = NO,
		[VPF_EV_NEWS] = { 0, T, SAY }, [VPF_EV_LINK_DISABLE] = { 0, T, HUSH },
		[VPF_EV_MUTE] = { 0, T, VPF_ACT_DISABLE },
		[VPF_EV_LINK_ENABLE] = { 0, T, ON | SAY },
		[VPF_EV_HOST_MAC] = { 0, T, NEW | SAY }, [VPF_EV_OWN_MAC] = { 0, T, NEW },
		[VPF_EV_PF_RESET] = { 0, R, GONE | SAY },
	},
	[V] = {
		[VPF_EV_RESERVE] = NO, [VPF_EV_RELEASE] = { 0, F, BACK | GONE },
		[VPF_EV_RESET] = { 0, T, BACK | FRESH }, [VPF_EV_FLR] = { 0, R, BACK | GONE | SAY },
		[VPF_EV_PATH_VF] = { 0, V, 0 }, [VPF_EV_PATH_SYNTHETIC] = { 0, L, LEAVE },
		[VPF_EV_SETTLED] = { 0, A, VPF_ACT_TO_VF },
		[VPF_EV_NEWS] = { 0, V, SAY }, [VPF_EV_LINK_DISABLE] = { 0, L, LEAVE | HUSH },
		[VPF_EV_MUTE] = NO, [VPF_EV_LINK_ENABLE] = { 0, V, ON | SAY },
		[VPF_EV_HOST_MAC] = { 0, T, BACK | NEW | SAY },
		[VPF_EV_OWN_MAC] = { 0, V, BACK | NEW | VPF_ACT_SETTLE },
		[VPF_EV_PF_RESET] = { 0, R, BACK | GONE | SAY },
	},
	[A] = {
		[VPF_EV_RESERVE] = NO, [VPF_EV_RELEASE] = { 0, F, BACK | GONE },
		[VPF_EV_RESET] = { 0, T, BACK | FRESH }, [VPF_EV_FLR] = { 0, R, BACK | GONE | SAY },
		[VPF_EV_PATH_VF] = { 0, A, 0 }, [VPF_EV_PATH_SYNTHETIC] = { 0, L, LEAVE },
		[VPF_EV_SETTLED] = NO,
		[VPF_EV_NEWS] = { 0, A, SAY }, [VPF_EV_LINK_DISABLE] = { 0, L, LEAVE | HUSH },
		[VPF_EV_MUTE] = NO, [VPF_EV_LINK_ENABLE] = { 0, A, ON | SAY },
		[VPF_EV_HOST_MAC] = { 0, T, BACK | NEW | SAY },
		[VPF_EV_OWN_MAC] = { 0, A, BACK | NEW | VPF_ACT_TO_VF },
		[VPF_EV_PF_RESET] = { 0, R, BACK | GONE | SAY },
	},
	[L] = {
		[VPF_EV_RESERVE] = NO, [VPF_EV_RELEASE] = { 0, F, PUT | GONE },
		[VPF_EV_RESET] = { 0, T, PUT | FRESH }, [VPF_EV_FLR] = { 0, R, PUT | GONE | SAY },
		[VPF_EV_PATH_VF] = { 0, V, VPF_ACT_FORGET | VPF_ACT_SETTLE },
		[VPF_EV_PATH_SYNTHETIC] = { 0, L, 0 }, [VPF_EV_SETTLED] = { 0, T, PUT },
		[VPF_EV_NEWS] = { 0, L, SAY }, [VPF_EV_LINK_DISABLE] = { 0, L, HUSH },
		[VPF_EV_MUTE] = { 0, T, PUT | VPF_ACT_DISABLE },
		[VPF_EV_LINK_ENABLE] = { 0, L, ON | SAY },
		[VPF_EV_HOST_MAC] = { 0, T, NEW | SAY }, [VPF_EV_OWN_MAC] = { 0, T, NEW },
		[VPF_EV_PF_RESET] = { 0, R, PUT | GONE | SAY },
	},
};

static const u8 vfk_mac[ETH_ALEN] = { 0x52, 0x54, 0, 0, 0, 1 };
static const u8 vfk_mac2[ETH_ALEN] = { 0x52, 0x54, 0, 0, 0, 2 };
static const u8 vfk_mac3[ETH_ALEN] = { 0x52, 0x54, 0, 0, 0, 3 };

/* What the table has to become under a policy, and for an old driver */
static void vfk_vport_expect(struct kunit *test, unsigned int s, unsigned int e, bool disabled,
			     bool old)
{
	struct vfk_step want = vfk_steps[s][e];
	struct vpf_vport vp;
	u32 actions;
	int err;

	vpf_vport_init(&vp, 3, vfk_mac);
	vp.state = s;
	vp.version = !old;
	if (disabled)
		vp.link_state = IFLA_VF_LINK_STATE_DISABLE;
	/* Too late: it was enabled again */
	if (!want.err && e == VPF_EV_MUTE && !disabled)
		want = (struct vfk_step)NO;
	/* The link that is asked about is what the caller says it is: true */
	if (e == VPF_EV_FLR && old)
		want.actions &= ~SAY;
	if (disabled && want.actions & ON)
		want.actions ^= ON | VPF_ACT_DISABLE;
	err = vpf_vport_event(&vp, e, true, 77, &actions);
	KUNIT_EXPECT_EQ_MSG(test, err, want.err, "state %u event %u", s, e);
	KUNIT_EXPECT_EQ_MSG(test, actions, want.actions, "state %u event %u", s, e);
	KUNIT_EXPECT_EQ_MSG(test, vp.state, err ? s : want.next, "state %u event %u", s, e);
	KUNIT_EXPECT_EQ(test, vpf_vport_pool(&vp),
			vp.state == V || vp.state == A || vp.state == L ? 3 : VFP_PF_POOL);
	KUNIT_EXPECT_EQ_MSG(test, vp.moves, !!(want.actions & VPF_ACT_SETTLE),
			    "state %u event %u", s, e);
	/* The time it was left */
	KUNIT_EXPECT_EQ_MSG(test, vp.left_ms, !err && s >= V && vp.state != V && vp.state != A ?
			    77 : 0, "state %u event %u", s, e);
	/* A message that is due is one that the VF's driver can understand then */
	KUNIT_EXPECT_EQ(test, vp.tell_state, want.actions & SAY && vp.state >= T);
	KUNIT_EXPECT_EQ(test, vp.tell_reset, want.actions & SAY && vp.state < T);
}

static void vfk_vport_every_state_and_event(struct kunit *test)
{
	unsigned int s, e, n;

	for (s = 0; s < VPF_VPORT_STATES; s++) {
		for (e = 0; e < VPF_EVENTS; e++) {
			for (n = 0; n < 4; n++)
				vfk_vport_expect(test, s, e, n & 1, n & 2);
		}
	}
}

/* Nobody receives for a VF that is gone, and nobody sends by one that is disabled */
static void vfk_vport_never(struct kunit *test)
{
	unsigned int s, e;
	u32 actions;

	for (s = 0; s < VPF_VPORT_STATES; s++) {
		for (e = 0; e < VPF_EVENTS; e++) {
			struct vpf_vport vp;

			vpf_vport_init(&vp, 0, vfk_mac);
			vp.state = s;
			vp.link_state = IFLA_VF_LINK_STATE_DISABLE;
			if (vpf_vport_event(&vp, e, true, 0, &actions))
				continue;
			KUNIT_EXPECT_FALSE_MSG(test, actions & ON, "state %u event %u", s, e);
			/* From its pool to another: the registers follow, now or once settled */
			if (s >= V && vp.state < T)
				KUNIT_EXPECT_TRUE_MSG(test, actions & PUT,
						      "state %u event %u", s, e);
			if (vp.state < T && s >= T)
				KUNIT_EXPECT_TRUE_MSG(test, actions & VPF_ACT_DISABLE,
						      "state %u event %u", s, e);
		}
	}
}

static int vfk_vport_do(struct vpf_vport *vp, enum vpf_vport_event ev)
{
	u32 actions;

	return vpf_vport_event(vp, ev, true, 1, &actions);
}

/* A move that turns round before it has settled is settled once, for what it is by then */
static void vfk_vport_moves(struct kunit *test)
{
	struct vpf_vport vp;
	u32 first;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = T;
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_PATH_VF), 0);
	first = vp.moves;
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_PATH_SYNTHETIC), 0);
	KUNIT_EXPECT_NE(test, vp.moves, first);
	KUNIT_EXPECT_EQ(test, vp.state, L);
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_SETTLED), 0);
	KUNIT_EXPECT_EQ(test, vp.state, T);
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_SETTLED), -EPERM);
	/* A reset in between: nothing is left to settle */
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_PATH_VF), 0);
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_FLR), 0);
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_SETTLED), -EPERM);
	KUNIT_EXPECT_EQ(test, vp.state, R);
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
		KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_FLR, true, 0, &actions), 0);
		KUNIT_EXPECT_FALSE(test, actions & SAY);
		vp.state = states[i];
		KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_PF_RESET, true, 0, &actions), 0);
		KUNIT_EXPECT_TRUE(test, actions & SAY);
	}
}

static void vfk_vport_no_path_without_link(struct kunit *test)
{
	struct vpf_vport vp;
	u32 actions;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_ATTACHED;
	KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_PATH_VF, false, 0, &actions),
			-ENETDOWN);
	KUNIT_EXPECT_EQ(test, vp.state, VPF_VPORT_ATTACHED);
	KUNIT_EXPECT_EQ(test, actions, 0);
	KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EVENTS, true, 0, &actions), -EINVAL);
	vp.path_nack = VFP_NACK_BRIDGE_PORT;
	KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, VPF_EV_PATH_VF, true, 0, &actions), -EPERM);
	KUNIT_EXPECT_EQ(test, vp.state, VPF_VPORT_ATTACHED);
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

/* Time that stands still or is long adds neither nothing for ever nor more than there is room */
static void vfk_vport_bucket(struct kunit *test)
{
	static const struct vpf_bucket_size size = { .burst = 2, .rate = 4 };
	struct vpf_bucket b = {};

	KUNIT_EXPECT_FALSE(test, vpf_bucket_take(&b, &size, 0));
	KUNIT_EXPECT_EQ(test, vpf_bucket_wait(&b, &size), 250);
	/* In small steps as well */
	KUNIT_EXPECT_FALSE(test, vpf_bucket_take(&b, &size, 100));
	KUNIT_EXPECT_FALSE(test, vpf_bucket_take(&b, &size, 249));
	KUNIT_EXPECT_EQ(test, vpf_bucket_wait(&b, &size), 1);
	KUNIT_EXPECT_TRUE(test, vpf_bucket_take(&b, &size, 250));
	KUNIT_EXPECT_TRUE(test, vpf_bucket_take(&b, &size, ~0ULL));
	KUNIT_EXPECT_TRUE(test, vpf_bucket_take(&b, &size, ~0ULL));
	KUNIT_EXPECT_FALSE(test, vpf_bucket_take(&b, &size, ~0ULL));
	vpf_bucket_drain(&b, &size, 1000, ~0ULL);
	KUNIT_EXPECT_EQ(test, b.milli, 0);
}

/* Resets take from what its messages have */
static void vfk_vport_resets_cost(struct kunit *test)
{
	struct vpf_vport vp;
	unsigned int i;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = R;
	for (i = 0; i < VPF_VPORT_BURST / VPF_VPORT_RESET_COST; i++) {
		KUNIT_EXPECT_TRUE(test, vp.messages.milli);
		KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_FLR), 0);
	}
	KUNIT_EXPECT_FALSE(test, vpf_vport_take_token(&vp, 1));
	KUNIT_EXPECT_TRUE(test, vp.limited);
	KUNIT_EXPECT_GT(test, vpf_vport_token_wait(&vp), 0);
	/* It is reset all the same */
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_FLR), 0);
	KUNIT_EXPECT_TRUE(test, vpf_vport_take_token(&vp, 1000));
	KUNIT_EXPECT_FALSE(test, vp.limited);
}

/* Coming is limited, leaving isn't, and what is refused anyhow costs nothing */
static void vfk_vport_paths(struct kunit *test)
{
	struct vpf_vport vp;
	unsigned int i;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = T;
	for (i = 0; i < 2 * VPF_VPORT_PATH_BURST; i++)
		KUNIT_EXPECT_EQ(test, vpf_vport_take_path(&vp, false, 0), -ENETDOWN);
	for (i = 0; i < VPF_VPORT_PATH_BURST; i++) {
		KUNIT_EXPECT_EQ(test, vpf_vport_take_path(&vp, true, 0), 0);
		KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_PATH_VF), 0);
		/* Again is the same */
		KUNIT_EXPECT_EQ(test, vpf_vport_take_path(&vp, true, 0), 0);
		KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_PATH_SYNTHETIC), 0);
	}
	KUNIT_EXPECT_EQ(test, vpf_vport_take_path(&vp, true, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, vpf_vport_path_wait(&vp, 0), 1000 / VPF_VPORT_PATH_RATE);
	KUNIT_EXPECT_EQ(test, vpf_vport_path_wait(&vp, 1000 / VPF_VPORT_PATH_RATE), 0);
	KUNIT_EXPECT_EQ(test, vpf_vport_take_path(&vp, true, 1000), 0);
}

/* Not what a VF can do itself gets it out of quarantine */
static void vfk_vport_quarantine(struct kunit *test)
{
	struct vpf_vport vp;
	unsigned int i;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_ATTACHED;
	for (i = 1; i < VPF_VPORT_MAX_BAD; i++) {
		vpf_vport_malformed(&vp);
		/* Nor are they forgotten by this */
		KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_FLR), 0);
		KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_RESET), 0);
	}
	KUNIT_EXPECT_TRUE(test, vpf_vport_take_token(&vp, 10000));
	vpf_vport_malformed(&vp);
	KUNIT_EXPECT_FALSE(test, vpf_vport_take_token(&vp, 20000));
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_FLR), 0);
	KUNIT_EXPECT_EQ(test, vfk_vport_do(&vp, VPF_EV_RESET), 0);
	KUNIT_EXPECT_FALSE(test, vpf_vport_take_token(&vp, 30000));
	KUNIT_EXPECT_TRUE(test, vpf_vport_pardon(&vp));
	KUNIT_EXPECT_FALSE(test, vpf_vport_pardon(&vp));
	KUNIT_EXPECT_TRUE(test, vpf_vport_take_token(&vp, 40000));
}

/* A driver that can ask what is new is told until it does; others once */
static void vfk_vport_tell(struct kunit *test)
{
	struct vpf_vport vp;
	u32 wait;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = A;
	vp.caps = VFP_CAP_ALL;
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 5, &wait), VPF_TELL_NOTHING);
	KUNIT_EXPECT_EQ(test, wait, 0);
	vfk_vport_do(&vp, VPF_EV_NEWS);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 5, &wait), VPF_TELL_STATE);
	/* Its mailbox was busy: still due */
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 6, &wait), VPF_TELL_STATE);
	vpf_vport_told(&vp, VPF_TELL_STATE, 6);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 7, &wait), VPF_TELL_NOTHING);
	KUNIT_EXPECT_EQ(test, wait, VPF_VPORT_TELL_AGAIN_MS - 1);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 6 + VPF_VPORT_TELL_AGAIN_MS, &wait),
			VPF_TELL_STATE);
	/* More news: at once */
	vfk_vport_do(&vp, VPF_EV_NEWS);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 8, &wait), VPF_TELL_STATE);
	vpf_vport_asked(&vp);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 9, &wait), VPF_TELL_NOTHING);
	KUNIT_EXPECT_EQ(test, wait, 0);

	vp.caps = 0;
	vfk_vport_do(&vp, VPF_EV_NEWS);
	vpf_vport_told(&vp, VPF_TELL_STATE, 10);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 10000, &wait), VPF_TELL_NOTHING);

	/* To be reset: not before its driver could do so by itself, and not after it did */
	vp.version = 1;
	vfk_vport_do(&vp, VPF_EV_FLR);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 1, &wait), VPF_TELL_NOTHING);
	KUNIT_EXPECT_EQ(test, wait, VPF_VPORT_TELL_RESET_MS);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 1 + VPF_VPORT_TELL_RESET_MS, &wait),
			VPF_TELL_RESET);
	vfk_vport_do(&vp, VPF_EV_RESET);
	KUNIT_EXPECT_EQ(test, vpf_vport_tell(&vp, 1000, &wait), VPF_TELL_NOTHING);
}

static void vfk_vport_give(struct vpf_vport *vp, const u8 *mac)
{
	bool pin = vpf_vport_pins(vp, mac, vfk_mac);
	u8 shown[ETH_ALEN];

	ether_addr_copy(shown, vp->mac);
	ether_addr_copy(vp->mac, mac);
	vpf_vport_set_host_mac(vp, mac, shown, pin);
}

/* The operator's address, and what restores what was shown before */
static void vfk_vport_host_mac(struct kunit *test)
{
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, vfk_mac);
	vfk_vport_give(&vp, vfk_mac2);
	KUNIT_EXPECT_TRUE(test, vp.admin_mac);
	KUNIT_EXPECT_TRUE(test, vp.mac_due);
	KUNIT_EXPECT_EQ(test, vp.mac_count, 1);
	/* Each time counts: the guest may mean to take its own again */
	vpf_vport_asked(&vp);
	vfk_vport_give(&vp, vfk_mac2);
	KUNIT_EXPECT_TRUE(test, vp.mac_due);
	KUNIT_EXPECT_EQ(test, vp.mac_count, 2);
	/* Back to the generated one */
	vfk_vport_give(&vp, vfk_mac);
	KUNIT_EXPECT_FALSE(test, vp.admin_mac);
	KUNIT_EXPECT_EQ(test, vp.mac_count, 3);

	/* One that its guest had chosen, found and restored by an orchestrator */
	ether_addr_copy(vp.mac, vfk_mac3);
	vfk_vport_give(&vp, vfk_mac2);
	KUNIT_EXPECT_TRUE(test, vp.admin_mac);
	vfk_vport_give(&vp, vfk_mac3);
	KUNIT_EXPECT_FALSE(test, vp.admin_mac);
	/* The operator's own, which is restored after another */
	vfk_vport_give(&vp, vfk_mac2);
	ether_addr_copy(vp.shown_mac, vfk_mac);
	vfk_vport_give(&vp, vfk_mac3);
	vfk_vport_give(&vp, vfk_mac2);
	KUNIT_EXPECT_TRUE(test, vp.admin_mac);

	/* A guest has taken its own meanwhile: the same one again is news */
	vpf_vport_asked(&vp);
	ether_addr_copy(vp.mac, vfk_mac3);
	vfk_vport_give(&vp, vfk_mac2);
	KUNIT_EXPECT_TRUE(test, vp.mac_due);
}

/* With the driver goes the address that it had chosen */
static void vfk_vport_own_mac_goes(struct kunit *test)
{
	static const enum vpf_vport_event events[] = {
		VPF_EV_RESET, VPF_EV_FLR, VPF_EV_PF_RESET, VPF_EV_RELEASE,
	};
	struct vpf_vport vp;
	unsigned int i;
	u32 actions;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		vpf_vport_init(&vp, 0, vfk_mac);
		vp.state = A;
		ether_addr_copy(vp.mac, vfk_mac3);
		KUNIT_EXPECT_EQ(test, vpf_vport_event(&vp, events[i], true, 0, &actions), 0);
		KUNIT_EXPECT_TRUE(test, actions & VPF_ACT_TAKE_MAC);
		KUNIT_EXPECT_TRUE(test, actions & VPF_ACT_TO_SYNTHETIC);
		KUNIT_EXPECT_TRUE(test, ether_addr_equal(vp.next_mac, vfk_mac));
	}
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

	/* Neither path is told before the move has settled */
	vp.state = VPF_VPORT_ARRIVING;
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 1000), VPF_SEEN_TO_SYNTHETIC);
	vp.state = VPF_VPORT_LEAVING;
	KUNIT_EXPECT_EQ(test, vfk_vport_see(&vp, true, 1000), VPF_SEEN_TO_SYNTHETIC);

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
/* A guest that is heard by its synthetic path alone has lost its VF; now and then is a mistake */
static void vfk_vport_silent(struct kunit *test)
{
	struct vpf_vport vp;
	u64 ms;

	vpf_vport_init(&vp, 0, vfk_mac);
	vp.state = VPF_VPORT_ACTIVE;
	/* The VF sends meanwhile */
	for (ms = 0; ms < 20000; ms += 500)
		KUNIT_EXPECT_FALSE(test, vpf_vport_silent(&vp, ms, ms));
	/* It doesn't, but that wasn't for long, or wasn't often */
	vp.silent_ms = 0;
	for (ms = 0; ms < VPF_VPORT_SILENT_MS; ms += 10)
		KUNIT_EXPECT_FALSE(test, vpf_vport_silent(&vp, 7, 5000 + ms));
	KUNIT_EXPECT_TRUE(test, vpf_vport_silent(&vp, 7, 5000 + ms));
	vp.silent_ms = 0;
	KUNIT_EXPECT_FALSE(test, vpf_vport_silent(&vp, 7, 0));
	KUNIT_EXPECT_FALSE(test, vpf_vport_silent(&vp, 7, 90000));
	KUNIT_EXPECT_TRUE(test, vpf_vport_silent(&vp, 7, 90001));
	/* A move of the path begins it anew */
	vfk_vport_do(&vp, VPF_EV_PATH_SYNTHETIC);
	KUNIT_EXPECT_EQ(test, vp.silent_ms, 0);
}

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
	KUNIT_CASE(vfk_vport_never),
	KUNIT_CASE(vfk_vport_moves),
	KUNIT_CASE(vfk_vport_in_tree_flr),
	KUNIT_CASE(vfk_vport_no_path_without_link),
	KUNIT_CASE(vfk_vport_link_policy),
	KUNIT_CASE(vfk_vport_tokens),
	KUNIT_CASE(vfk_vport_bucket),
	KUNIT_CASE(vfk_vport_resets_cost),
	KUNIT_CASE(vfk_vport_paths),
	KUNIT_CASE(vfk_vport_quarantine),
	KUNIT_CASE(vfk_vport_tell),
	KUNIT_CASE(vfk_vport_host_mac),
	KUNIT_CASE(vfk_vport_own_mac_goes),
	KUNIT_CASE(vfk_vport_seen_late),
	KUNIT_CASE(vfk_vport_silent),
	KUNIT_CASE(vfk_vport_seen_moved),
	KUNIT_CASE(vfk_vport_generated_macs),
	{}
};

struct kunit_suite vfk_pf_vport_suite = {
	.name = "vfpath_pf_vport",
	.test_cases = vfk_pf_vport_cases,
};
