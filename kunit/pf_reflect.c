// SPDX-License-Identifier: GPL-2.0
#include "pf/reflect.h"
#include "suites.h"

static struct vpf_reflect *vfk_reflect(struct kunit *test)
{
	struct vpf_reflect *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	return r;
}

static void vfk_reflect_once_each(struct kunit *test)
{
	struct vpf_reflect *r = vfk_reflect(test);

	KUNIT_EXPECT_FALSE(test, vpf_reflect_match(r, 77, 0));
	vpf_reflect_note(r, 77, 10);
	vpf_reflect_note(r, 77, 11);
	KUNIT_EXPECT_TRUE(test, vpf_reflect_match(r, 77, 12));
	KUNIT_EXPECT_TRUE(test, vpf_reflect_match(r, 77, 12));
	KUNIT_EXPECT_FALSE(test, vpf_reflect_match(r, 77, 12));
	KUNIT_EXPECT_EQ(test, r->dropped, 2);
}

static void vfk_reflect_expires(struct kunit *test)
{
	struct vpf_reflect *r = vfk_reflect(test);

	vpf_reflect_note(r, 5, 1000);
	KUNIT_EXPECT_FALSE(test, vpf_reflect_match(r, 5, 1001 + VPF_REFLECT_MS));
}

static void vfk_reflect_full_set_forgets_oldest(struct kunit *test)
{
	struct vpf_reflect *r = vfk_reflect(test);
	unsigned int i;

	for (i = 0; i <= VPF_REFLECT_WAYS; i++)
		vpf_reflect_note(r, 1 + i * VPF_REFLECT_SETS, 10 + i);
	KUNIT_EXPECT_FALSE(test, vpf_reflect_match(r, 1, 20));
	for (i = 1; i <= VPF_REFLECT_WAYS; i++)
		KUNIT_EXPECT_TRUE(test, vpf_reflect_match(r, 1 + i * VPF_REFLECT_SETS, 20));
}

/* As many as the largest receive ring holds, at once: each is recognised */
static void vfk_reflect_ring_full(struct kunit *test)
{
	struct vpf_reflect *r = vfk_reflect(test);
	u8 frame[60] = { 1, 0, 0x5e, 1, 2, 3, 2, 0, 0, 0, 0, 1, 8, 0, 0x45 };
	unsigned int n;
	u32 signature;

	for (n = 0; n < 4096; n++) {
		frame[18] = n >> 8;
		frame[19] = n;
		vpf_reflect_note(r, vpf_reflect_signature(frame, 60, 60, 0), 10);
	}
	KUNIT_EXPECT_EQ(test, r->overflown, 0);
	for (n = 0; n < 4096; n++) {
		frame[18] = n >> 8;
		frame[19] = n;
		signature = vpf_reflect_signature(frame, 60, 60, 0);
		KUNIT_EXPECT_TRUE(test, vpf_reflect_match(r, signature, 20));
	}
}

/* A NIC that reflects is noticed by one frame; one that doesn't, after many */
static void vfk_reflect_absent(struct kunit *test)
{
	struct vpf_reflect *r = vfk_reflect(test);
	unsigned int n;

	for (n = 0; n < 2 * VPF_REFLECT_PROBE * VPF_REFLECT_WAYS && !r->absent; n++)
		vpf_reflect_note(r, 8, n * (VPF_REFLECT_MS + 1));
	KUNIT_EXPECT_TRUE(test, r->absent);
	KUNIT_EXPECT_EQ(test, r->expired, VPF_REFLECT_PROBE);
	vpf_reflect_probe(r);
	KUNIT_EXPECT_FALSE(test, r->absent);
	KUNIT_EXPECT_TRUE(test, vpf_reflect_match(r, 8, (n - 1) * (VPF_REFLECT_MS + 1)));
	for (n = 0; n < 4 * VPF_REFLECT_PROBE; n++)
		vpf_reflect_note(r, 8, n * (VPF_REFLECT_MS + 1));
	KUNIT_EXPECT_FALSE(test, r->absent);
}

static void vfk_reflect_signature(struct kunit *test)
{
	u8 frame[80] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0, 0x45 };
	u32 s = vpf_reflect_signature(frame, 80, 80, 0);

	/* The L4 checksum, which the NIC fills in, doesn't count */
	frame[40] ^= 0xff;
	KUNIT_EXPECT_EQ(test, vpf_reflect_signature(frame, 80, 80, 0), s);
	KUNIT_EXPECT_NE(test, vpf_reflect_signature(frame, 80, 80, 5), s);
	KUNIT_EXPECT_NE(test, vpf_reflect_signature(frame, 80, 81, 0), s);
	frame[11] = 2;
	KUNIT_EXPECT_NE(test, vpf_reflect_signature(frame, 80, 80, 0), s);
	/* Padding doesn't count either */
	KUNIT_EXPECT_EQ(test, vpf_reflect_signature(frame, 42, 42, 0),
			vpf_reflect_signature(frame, 60, 60, 0));
}

static struct kunit_case vfk_pf_reflect_cases[] = {
	KUNIT_CASE(vfk_reflect_once_each),
	KUNIT_CASE(vfk_reflect_expires),
	KUNIT_CASE(vfk_reflect_full_set_forgets_oldest),
	KUNIT_CASE(vfk_reflect_ring_full),
	KUNIT_CASE(vfk_reflect_absent),
	KUNIT_CASE(vfk_reflect_signature),
	{}
};

struct kunit_suite vfk_pf_reflect_suite = {
	.name = "vfpath_pf_reflect",
	.test_cases = vfk_pf_reflect_cases,
};
