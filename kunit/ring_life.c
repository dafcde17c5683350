// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>

#include "fake_ring.h"
#include "suites.h"

static bool vfk_life_stopped(const struct vfk_ring *f)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(f->netdev, 0));
}

/* The NIC says of both queues that they are on, or never does */
static u32 vfk_life_deaf(struct vfp_io *io, u32 reg)
{
	return 0;
}

static void vfk_life_ignore(struct vfp_io *io, u32 reg, u32 val)
{
	struct vfk_io *f = container_of(io, struct vfk_io, io);

	if (f->num < VFK_IO_LOG)
		f->log[f->num++] = (struct vfk_write){ reg, val };
}

static const struct vfp_io_ops vfk_life_deaf_ops = {
	.read = vfk_life_deaf,
	.write = vfk_life_ignore,
};

static void vfk_life_up_and_down(struct kunit *test)
{
	struct vfk_ring *f = vfk_ring_make(test, 64, 64);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, f->vec.state, VRG_DOWN);
	netif_tx_stop_all_queues(f->netdev);
	for (i = 1; i <= 3; i++) {
		KUNIT_EXPECT_EQ(test, vrg_queues_on(&f->vec, 1), 0);
		KUNIT_EXPECT_EQ(test, f->rx->next_use, 63);
		KUNIT_EXPECT_TRUE(test, vfk_life_stopped(f));
		vrg_up(&f->vec, 1);
		KUNIT_EXPECT_EQ(test, f->vec.state, VRG_UP);
		KUNIT_EXPECT_FALSE(test, vfk_life_stopped(f));
		KUNIT_EXPECT_GE(test, f->rearmed, i);
		vrg_stop_tx(&f->vec, 1);
		KUNIT_EXPECT_TRUE(test, vfk_life_stopped(f));
		vrg_drain(&f->vec, 1);
		vrg_down(&f->vec, 1);
		KUNIT_EXPECT_EQ(test, f->vec.state, VRG_DOWN);
		KUNIT_EXPECT_EQ(test, f->masked, i);
		/* Nothing is left to the NIC */
		KUNIT_EXPECT_EQ(test, f->io->reg[(R_QBASE_TX(0) + Q_DCTL) / 4], 0);
		KUNIT_EXPECT_EQ(test, f->io->reg[(R_QBASE_RX(0) + Q_DCTL) / 4], 0);
		KUNIT_EXPECT_EQ(test, f->rx->next_use, 0);
	}
	vfk_ring_free(f);
}

/* A queue that doesn't start: the other one is off again, and rings are as they were */
static void vfk_life_no_start(struct kunit *test)
{
	struct vfk_ring *f = vfk_ring_make(test, 64, 64);
	int last;

	f->io->io.ops = &vfk_life_deaf_ops;
	KUNIT_EXPECT_EQ(test, vrg_queues_on(&f->vec, 1), -ETIMEDOUT);
	for (last = f->io->num - 1; last >= 0; last--) {
		if (f->io->log[last].reg == R_QBASE_TX(0) + Q_DCTL)
			break;
	}
	KUNIT_ASSERT_GE(test, last, 0);
	KUNIT_EXPECT_EQ(test, f->io->log[last].val, 0);
	KUNIT_EXPECT_EQ(test, f->rx->next_use, 0);
	KUNIT_EXPECT_EQ(test, f->vec.state, VRG_DOWN);
	vfk_ring_free(f);
}

/* A poll that ends after the interrupt was masked for good leaves it masked */
static void vfk_life_no_rearm(struct kunit *test)
{
	static const struct {
		enum vrg_state state;
		unsigned int rearmed;
	} cases[] = { { VRG_UP, 1 }, { VRG_STOPPING, 1 }, { VRG_DOWN, 0 } };
	struct vfk_ring *f = vfk_ring_make(test, 64, 64);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vrg_queues_on(&f->vec, 1), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		napi_enable(&f->vec.napi);
		f->vec.state = cases[i].state;
		f->rearmed = 0;
		local_bh_disable();
		KUNIT_EXPECT_TRUE(test, napi_schedule_prep(&f->vec.napi));
		vrg_vector_poll(&f->vec.napi, 64);
		local_bh_enable();
		KUNIT_EXPECT_EQ(test, f->rearmed, cases[i].rearmed);
		napi_disable(&f->vec.napi);
	}
	f->vec.state = VRG_DOWN;
	vfk_ring_free(f);
}

static struct kunit_case vfk_ring_life_cases[] = {
	KUNIT_CASE(vfk_life_up_and_down),
	KUNIT_CASE(vfk_life_no_start),
	KUNIT_CASE(vfk_life_no_rearm),
	{}
};

struct kunit_suite vfk_ring_life_suite = {
	.name = "vfpath_ring_life",
	.test_cases = vfk_ring_life_cases,
};
