// SPDX-License-Identifier: GPL-2.0
#include "suites.h"
#include "vf/addr.h"

#define MAC_NONE	{ 0 }
#define MAC_A		{ 2, 0, 0, 0, 0, 0xa }
#define MAC_B		{ 2, 0, 0, 0, 0, 0xb }
#define MAC_C		{ 2, 0, 0, 0, 0, 0xc }
#define MAC_MULTI	{ 3, 0, 0, 0, 0, 0xa }

/* What the host has said, what it says, and what the netdev has */
static const struct {
	const char *what;
	struct vvf_addr known;
	struct vvf_addr host;
	u8 own[ETH_ALEN];
	enum vvf_addr_do want;
} vfk_addrs[] = {
	{ "nothing changed", { MAC_A, true, 1 }, { MAC_A, true, 1 }, MAC_A, VVF_ADDR_KEEP },
	{ "set while closed", { MAC_A, true, 1 }, { MAC_B, true, 2 }, MAC_A, VVF_ADDR_TAKE },
	{ "the guest's own", { MAC_A, true, 1 }, { MAC_A, true, 1 }, MAC_B, VVF_ADDR_ASK },
	{ "the guest's own, agreed", { MAC_B, true, 1 }, { MAC_B, true, 1 }, MAC_B, VVF_ADDR_KEEP },
	{ "the host's back, after a reset", { MAC_B, true, 1 }, { MAC_A, true, 1 }, MAC_B,
	  VVF_ADDR_ASK },
	{ "the old one given back", { MAC_A, true, 1 }, { MAC_A, true, 2 }, MAC_B, VVF_ADDR_TAKE },
	{ "set twice", { MAC_A, true, 1 }, { MAC_C, true, 3 }, MAC_B, VVF_ADDR_TAKE },
	{ "what it has is set", { MAC_A, true, 1 }, { MAC_B, true, 2 }, MAC_B, VVF_ADDR_KEEP },
	{ "the host has none", { MAC_A, true, 1 }, { MAC_NONE, true, 2 }, MAC_A, VVF_ADDR_ASK },
	{ "the host says nonsense", { MAC_A, true, 1 }, { MAC_MULTI, true, 2 }, MAC_A,
	  VVF_ADDR_ASK },
	{ "in-tree, nothing changed", { MAC_A }, { MAC_A }, MAC_A, VVF_ADDR_KEEP },
	{ "in-tree, set while closed", { MAC_A }, { MAC_B }, MAC_A, VVF_ADDR_TAKE },
	{ "in-tree, the guest's own", { MAC_A }, { MAC_A }, MAC_B, VVF_ADDR_ASK },
	{ "in-tree, none", { MAC_NONE }, { MAC_NONE }, MAC_B, VVF_ADDR_ASK },
	{ "in-tree, first one", { MAC_NONE }, { MAC_A }, MAC_B, VVF_ADDR_TAKE },
	{ "another PF driver, the same", { MAC_A, true, 7 }, { MAC_A }, MAC_B, VVF_ADDR_ASK },
	{ "another PF driver, another", { MAC_A }, { MAC_C, true, 7 }, MAC_B, VVF_ADDR_TAKE },
};

static void vfk_addr_decide(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vfk_addrs); i++)
		KUNIT_EXPECT_EQ_MSG(test, vvf_addr_decide(&vfk_addrs[i].known, &vfk_addrs[i].host,
							  vfk_addrs[i].own),
				    vfk_addrs[i].want, "%s", vfk_addrs[i].what);
}

/* An order may well be for the address that the VF has; it is its permanent one then */
static void vfk_addr_ordered(struct kunit *test)
{
	const struct vvf_addr known = { MAC_A, true, 1 }, again = { MAC_A, true, 2 };
	const struct vvf_addr gone = { MAC_NONE, true, 2 };

	KUNIT_EXPECT_FALSE(test, vvf_addr_ordered(&known, &known));
	KUNIT_EXPECT_TRUE(test, vvf_addr_ordered(&known, &again));
	KUNIT_EXPECT_FALSE(test, vvf_addr_ordered(&known, &gone));
}

static struct kunit_case vfk_vf_addr_cases[] = {
	KUNIT_CASE(vfk_addr_decide),
	KUNIT_CASE(vfk_addr_ordered),
	{}
};

struct kunit_suite vfk_vf_addr_suite = {
	.name = "vfpath_vf_addr",
	.test_cases = vfk_vf_addr_cases,
};
