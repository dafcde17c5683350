// SPDX-License-Identifier: GPL-2.0
#include "schedule.h"

#include <gtest/gtest.h>

#include "clock.h"

using namespace vft;

TEST(Schedule, RoundingDoesNotAddUp)
{
	Schedule s(500, 3, 4);

	for (int i = 0; i < 3000000; i++)
		s.advance();
	EXPECT_EQ(s.due(), 500 + 1000000 * NSEC_PER_SEC);
}

TEST(Schedule, OnTimeSkipsNothing)
{
	Schedule s(1000, 1000, 4);

	for (int i = 0; i < 100; i++) {
		EXPECT_EQ(s.catch_up(s.due()), 0u);
		EXPECT_EQ(s.catch_up(s.due() + 500000), 0u);
		s.advance();
	}
	EXPECT_EQ(s.skipped(), 0u);
	EXPECT_EQ(s.max_behind_ns(), 500000u);
}

TEST(Schedule, CatchesUpInABoundedBurst)
{
	Schedule s(0, 1000, 4);
	uint64_t now = 100 * 1000000 + 1;
	unsigned sent = 0;

	/* Ticks 0..100 are due, 4 of them may go. */
	EXPECT_EQ(s.catch_up(now), 97u);
	while (s.due() <= now) {
		s.advance();
		sent++;
	}
	EXPECT_EQ(sent, 4u);
	EXPECT_EQ(s.skipped(), 97u);
	EXPECT_EQ(s.due(), 101u * 1000000);
	EXPECT_EQ(s.catch_up(now), 0u);
}

TEST(Schedule, FewOverdueAreAllSent)
{
	Schedule s(0, 1000, 4);

	EXPECT_EQ(s.catch_up(3000001), 0u);
	EXPECT_EQ(s.due(), 0u);
	EXPECT_EQ(s.catch_up(4000000), 1u);
	EXPECT_EQ(s.due(), 1000000u);
}

TEST(Schedule, LongRunsDoNotOverflow)
{
	Schedule s(0, 1000000, 4);

	s.catch_up(30ull * 86400 * NSEC_PER_SEC);
	EXPECT_EQ(s.due() / NSEC_PER_SEC, 30ull * 86400 - 1);
}
