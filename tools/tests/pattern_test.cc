// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

#include <vector>

#include <gtest/gtest.h>

using namespace vft;

TEST(Pattern, AnySplitIsTheSameStream)
{
	std::vector<uint8_t> whole(1000), parts(1000);

	pattern_fill(1, 12345, whole.data(), whole.size());
	for (size_t step = 1; step < 20; step++) {
		for (size_t o = 0; o < parts.size(); o += step)
			pattern_fill(1, 12345 + o, parts.data() + o,
				     std::min(step, parts.size() - o));
		EXPECT_EQ(parts, whole);
		EXPECT_EQ(pattern_check(1, 12345 + step, whole.data() + step, 1000 - step, nullptr),
			  0u);
	}
}

TEST(Pattern, EveryFaultShows)
{
	std::vector<uint8_t> b(4096);
	size_t first = 0;

	pattern_fill(7, 0, b.data(), b.size());
	b[1001] ^= 1;
	b[1500] ^= 0x80;
	EXPECT_EQ(pattern_check(7, 0, b.data(), b.size(), &first), 2u);
	EXPECT_EQ(first, 1001u);
	b[1001] ^= 1;
	b[1500] ^= 0x80;
	/* A byte missing, a segment twice, the other direction's bytes. */
	EXPECT_GT(pattern_check(7, 100, b.data() + 101, 1000, nullptr), 900u);
	EXPECT_GT(pattern_check(7, 1448, b.data(), 1448, nullptr), 1300u);
	EXPECT_GT(pattern_check(8, 0, b.data(), b.size(), nullptr), 3900u);
}

TEST(Pattern, FarOffsets)
{
	std::vector<uint8_t> b(64);
	uint64_t off = (1ull << 40) + 3;

	pattern_fill(7, off, b.data(), b.size());
	EXPECT_EQ(pattern_check(7, off, b.data(), b.size(), nullptr), 0u);
	EXPECT_NE(pattern_check(7, off + (1ull << 32), b.data(), b.size(), nullptr), 0u);
}
