// SPDX-License-Identifier: GPL-2.0
#include "addr.h"

#include <gtest/gtest.h>

#include "error.h"

using namespace vft;

TEST(Addr, Good)
{
	EXPECT_EQ(parse_addr("a", "192.0.2.1:5000").str(), "192.0.2.1:5000");
	EXPECT_EQ(parse_addr("a", "[2001:db8::1]:5000").str(), "[2001:db8::1]:5000");
	EXPECT_EQ(parse_addr("a", "[fe80::1%lo]:1").family(), AF_INET6);
	EXPECT_EQ(parse_addr("a", "192.0.2.1", true).port(), 0);
	EXPECT_EQ(parse_addr("a", "2001:db8::1", true).family(), AF_INET6);
	EXPECT_EQ(parse_addr("a", "[2001:db8::1]", true).port(), 0);
}

TEST(Addr, Bad)
{
	for (const char *s :
	     {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.300:1",
	      "host:1", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]5", "[2001:db8::1",
	      "[192.0.2.1]:5", "[fe80::1%nosuchif0]:1", ":5", "[]:5"})
		EXPECT_THROW(parse_addr("a", s), UsageError) << s;
}
