// SPDX-License-Identifier: GPL-2.0
#include "no_export.h"
#include "compat.h"

/* A test may have the pool empty */
static bool vfk_no_pages;

static struct page *vfk_alloc_pages(struct page_pool *pool)
{
	return vfk_no_pages ? NULL : page_pool_dev_alloc_pages(pool);
}

#define page_pool_dev_alloc_pages vfk_alloc_pages
#include "../drivers/ring/rx.c"
#undef page_pool_dev_alloc_pages

#include "fake_ring.h"
#include "suites.h"

#define VFK_RX_TYPE	0x88b5	/* an experiment: nobody in the stack wants it */

/* The NIC has filled the buffer at @i: @len bytes with an Ethernet header in front */
static void vfk_rx_put(struct vfk_ring *f, u16 i, u16 len, u8 first, u32 status)
{
	union vfp_rx_desc *desc = f->rx->desc;
	u8 *data = page_address(f->rx->rx_buf[i].page) + VRG_RX_HEADROOM;

	memset(data, first, VRG_RX_BUF_LEN);
	eth_broadcast_addr(data);
	data[12] = VFK_RX_TYPE >> 8;
	data[13] = VFK_RX_TYPE & 0xff;
	desc[i].wb.length = cpu_to_le16(len);
	desc[i].wb.status_error = cpu_to_le32(RXD_STAT_DD | status);
}

static int vfk_rx_poll(struct vfk_ring *f, int budget)
{
	int work;

	local_bh_disable();
	work = vrg_rx_poll(f->rx, &f->vec.napi, budget);
	local_bh_enable();
	return work;
}

static struct vfk_ring *vfk_rx_make(struct kunit *test)
{
	struct vfk_ring *f = vfk_ring_make(test, 64, 64);

	vfk_no_pages = false;
	KUNIT_ASSERT_EQ(test, vrg_rx_fill(f->rx), 0);
	return f;
}

static void vfk_rx_single(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);

	vfk_rx_put(f, 0, 60, 0xa1, RXD_STAT_EOP);
	vfk_rx_put(f, 1, 1514, 0xa2, RXD_STAT_EOP);
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 2);
	KUNIT_EXPECT_EQ(test, f->num, 2);
	KUNIT_EXPECT_EQ(test, f->frames[0].len, 60);
	KUNIT_EXPECT_EQ(test, f->frames[1].len, 1514);
	KUNIT_EXPECT_EQ(test, f->frames[1].first, 0xa2);
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 0);
	vfk_ring_free(f);
}

static void vfk_rx_several_buffers(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);

	vfk_rx_put(f, 0, VRG_RX_BUF_LEN, 0xa1, 0);
	/* The rest of it comes later */
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 0);
	KUNIT_EXPECT_EQ(test, f->num, 0);
	vfk_rx_put(f, 1, VRG_RX_BUF_LEN, 0xa2, 0);
	vfk_rx_put(f, 2, 100, 0xa3, RXD_STAT_EOP);
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 1);
	KUNIT_EXPECT_EQ(test, f->num, 1);
	KUNIT_EXPECT_EQ(test, f->frames[0].len, 2 * VRG_RX_BUF_LEN + 100);
	KUNIT_EXPECT_EQ(test, f->rx->stats.drops, 0);
	vfk_ring_free(f);
}

/* Its tail would pass for a frame of its own, with a header that a sender has made up */
static void vfk_rx_dropped_whole(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);

	vfk_rx_put(f, 0, 4000, 0xa1, 0);
	vfk_rx_put(f, 1, VRG_RX_BUF_LEN, 0xa2, 0);
	vfk_rx_put(f, 2, 60, 0xa3, RXD_STAT_EOP);
	vfk_rx_put(f, 3, 60, 0xa4, RXD_STAT_EOP);
	vfk_rx_poll(f, 64);
	KUNIT_EXPECT_EQ(test, f->num, 1);
	KUNIT_EXPECT_EQ(test, f->frames[0].first, 0xa4);
	KUNIT_EXPECT_EQ(test, f->rx->stats.drops, 1);
	vfk_ring_free(f);
}

/* The same when it takes more buffers than an skb has room for, over several polls */
static void vfk_rx_too_many_buffers(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);
	u16 i, n = MAX_SKB_FRAGS + 5;

	if (n >= 60) {
		vfk_ring_free(f);
		kunit_skip(test, "an skb takes more than this ring has");
	}
	for (i = 0; i < n; i++) {
		vfk_rx_put(f, i, 1000, i, 0);
		if (i % 7 == 6)
			vfk_rx_poll(f, 64);
	}
	vfk_rx_put(f, n, 60, 0xa3, RXD_STAT_EOP);
	vfk_rx_put(f, n + 1, 60, 0xa4, RXD_STAT_EOP);
	vfk_rx_poll(f, 64);
	KUNIT_EXPECT_EQ(test, f->num, 1);
	KUNIT_EXPECT_EQ(test, f->frames[0].first, 0xa4);
	KUNIT_EXPECT_EQ(test, f->rx->stats.drops, 1);
	vfk_ring_free(f);
}

/* Lengths that no NIC says: no BUG, nothing delivered but what comes after */
static void vfk_rx_hostile(struct kunit *test)
{
	static const struct {
		u16 first, second;
	} lens[] = {
		{ 10, 60 }, { 13, 1000 }, { 0, 60 }, { 1, 1 }, { 60, 0 }, { 0xffff, 60 },
		{ 60, 0xffff },
	};
	struct vfk_ring *f = vfk_rx_make(test);
	unsigned int i;
	u16 at = 0;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		vfk_rx_put(f, at++, lens[i].first, 0xa1, 0);
		vfk_rx_put(f, at++, lens[i].second, 0xa2, RXD_STAT_EOP);
	}
	vfk_rx_put(f, at++, 13, 0xa3, RXD_STAT_EOP);
	vfk_rx_put(f, at++, 60, 0xa4, RXD_STAT_EOP);
	vfk_rx_poll(f, 64);
	KUNIT_EXPECT_EQ(test, f->num, 1);
	KUNIT_EXPECT_EQ(test, f->frames[0].first, 0xa4);
	KUNIT_EXPECT_EQ(test, f->rx->stats.drops, ARRAY_SIZE(lens) + 1);
	vfk_ring_free(f);
}

/* A NIC that never ends its frame doesn't keep the processor */
static void vfk_rx_endless(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);
	u16 i;

	for (i = 0; i < 60; i++)
		vfk_rx_put(f, i, 100, i, 0);
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 4), 4);
	KUNIT_EXPECT_LE(test, f->rx->next_clean, 4 * VRG_RX_BUFS);
	KUNIT_EXPECT_EQ(test, f->num, 0);
	vfk_ring_free(f);
}

/* What the owner drops is counted as that, and as nothing else */
static void vfk_rx_counts(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);

	vfk_rx_put(f, 0, 60, 0xa1, RXD_STAT_EOP);
	vfk_rx_poll(f, 64);
	KUNIT_EXPECT_EQ(test, f->rx->stats.filtered, 1);
	KUNIT_EXPECT_EQ(test, f->rx->stats.packets, 0);
	KUNIT_EXPECT_EQ(test, f->rx->stats.bytes, 0);
	KUNIT_EXPECT_EQ(test, f->rx->stats.multicast, 0);
	/* By a poll proper, which hands up what GRO holds */
	f->pass = true;
	vfk_rx_put(f, 1, 70, 0xa1, RXD_STAT_EOP);
	napi_enable(&f->vec.napi);
	local_bh_disable();
	napi_schedule(&f->vec.napi);
	local_bh_enable();
	napi_synchronize(&f->vec.napi);
	napi_disable(&f->vec.napi);
	KUNIT_EXPECT_EQ(test, f->rx->stats.filtered, 1);
	KUNIT_EXPECT_EQ(test, f->rx->stats.packets, 1);
	KUNIT_EXPECT_EQ(test, f->rx->stats.bytes, 70);
	KUNIT_EXPECT_EQ(test, f->rx->stats.multicast, 1);
	vfk_ring_free(f);
}

/*
 * Without memory the poll is repeated while there are too few buffers for the largest frame:
 * the NIC would wait for them without an interrupt
 */
static void vfk_rx_starved(struct kunit *test)
{
	struct vfk_ring *f = vfk_rx_make(test);
	u16 i, left = VRG_RX_LOW - 1;

	vfk_no_pages = true;
	for (i = 0; i < 63 - VRG_RX_LOW; i++)
		vfk_rx_put(f, i, 60, 0xa1, RXD_STAT_EOP);
	KUNIT_EXPECT_LT(test, vfk_rx_poll(f, 64), 64);
	for (; i < 63 - left; i++)
		vfk_rx_put(f, i, 60, 0xa1, RXD_STAT_EOP);
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 64);
	/* Also when there is nothing to take */
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 64);
	vfk_no_pages = false;
	KUNIT_EXPECT_EQ(test, vfk_rx_poll(f, 64), 0);
	KUNIT_EXPECT_EQ(test, vrg_unused(f->rx), 0);
	KUNIT_EXPECT_GT(test, f->rx->stats.alloc_fail, 0);
	vfk_ring_free(f);
}

static struct kunit_case vfk_ring_rx_cases[] = {
	KUNIT_CASE(vfk_rx_single),
	KUNIT_CASE(vfk_rx_several_buffers),
	KUNIT_CASE(vfk_rx_dropped_whole),
	KUNIT_CASE(vfk_rx_too_many_buffers),
	KUNIT_CASE(vfk_rx_hostile),
	KUNIT_CASE(vfk_rx_endless),
	KUNIT_CASE(vfk_rx_counts),
	KUNIT_CASE(vfk_rx_starved),
	{}
};

struct kunit_suite vfk_ring_rx_suite = {
	.name = "vfpath_ring_rx",
	.test_cases = vfk_ring_rx_cases,
};
