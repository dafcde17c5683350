// SPDX-License-Identifier: GPL-2.0
#include "wire.h"

#include <vector>

#include <gtest/gtest.h>

using namespace vft;

TEST(Wire, RoundTripAndFaults)
{
	std::vector<uint8_t> b(200);
	Datagram d{3, 4, UINT64_MAX - 1, 55, 66};

	wire_encode(d, b.data(), 200);
	auto r = wire_decode(b.data(), b.size());

	ASSERT_TRUE(r);
	EXPECT_EQ(r->id, 3);
	EXPECT_EQ(r->flow, 4);
	EXPECT_EQ(r->seq, UINT64_MAX - 1);
	EXPECT_EQ(r->tx_mono_ns, 55u);
	EXPECT_EQ(r->tx_real_ns, 66u);

	for (size_t n = 0; n < b.size(); n++)
		EXPECT_FALSE(wire_decode(b.data(), n)) << n;
	for (size_t bit = 0; bit < Datagram::SIZE * 8; bit++) {
		b[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
		EXPECT_FALSE(wire_decode(b.data(), b.size())) << bit;
		b[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
	}
}
