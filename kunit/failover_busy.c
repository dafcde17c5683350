// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>

#include "failover/busy.h"
#include "suites.h"

#define VFK_STUCK	msecs_to_jiffies(VFO_BUSY_STUCK_MS)

/* The last frame was sent shortly before jiffies wrap */
static struct netdev_queue *vfk_busy_txq(struct kunit *test, unsigned long *then)
{
	struct netdev_queue *txq = kunit_kzalloc(test, sizeof(*txq), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, txq);
	*then = -10UL;
	txq->trans_start = *then;
	return txq;
}

static void vfk_busy_open(struct kunit *test)
{
	unsigned long then;
	struct netdev_queue *txq = vfk_busy_txq(test, &then);

	KUNIT_EXPECT_FALSE(test, vfo_busy(txq, then));
	/* Nobody had anything to send: no sign of a hang */
	KUNIT_EXPECT_FALSE(test, vfo_busy(txq, then + 1000 * VFK_STUCK));
}

static void vfk_busy_driver(struct kunit *test)
{
	unsigned long then;
	struct netdev_queue *txq = vfk_busy_txq(test, &then);

	set_bit(__QUEUE_STATE_DRV_XOFF, &txq->state);
	KUNIT_EXPECT_TRUE(test, vfo_busy(txq, then));
	clear_bit(__QUEUE_STATE_DRV_XOFF, &txq->state);
	KUNIT_EXPECT_FALSE(test, vfo_busy(txq, then));
}

/* Byte queue limits: their qdisc holds the frames, unless the queue hangs */
static void vfk_busy_limits(struct kunit *test)
{
	unsigned long then;
	struct netdev_queue *txq = vfk_busy_txq(test, &then);

	set_bit(__QUEUE_STATE_STACK_XOFF, &txq->state);
	KUNIT_EXPECT_FALSE(test, vfo_busy(txq, then));
	KUNIT_EXPECT_FALSE(test, vfo_busy(txq, then + VFK_STUCK));
	KUNIT_EXPECT_TRUE(test, vfo_busy(txq, then + VFK_STUCK + 1));
	/* It has sent again, and is full again */
	txq->trans_start = then + VFK_STUCK + 1;
	KUNIT_EXPECT_FALSE(test, vfo_busy(txq, then + VFK_STUCK + 1));
}

static struct kunit_case vfk_failover_busy_cases[] = {
	KUNIT_CASE(vfk_busy_open),
	KUNIT_CASE(vfk_busy_driver),
	KUNIT_CASE(vfk_busy_limits),
	{}
};

struct kunit_suite vfk_failover_busy_suite = {
	.name = "vfpath_failover_busy",
	.test_cases = vfk_failover_busy_cases,
};
