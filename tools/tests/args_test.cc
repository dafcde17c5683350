// SPDX-License-Identifier: GPL-2.0
#include "args.h"

#include <gtest/gtest.h>

#include "error.h"

using namespace vft;

TEST(Args, Forms)
{
	Args a({"--to", "x", "--rate=5", "--json", "pos"}, {"--to", "--rate"}, {"--json"}, 1);

	EXPECT_EQ(a.str("--to"), "x");
	EXPECT_EQ(a.num("--rate", 1, 10), 5u);
	EXPECT_TRUE(a.has("--json"));
	EXPECT_EQ(a.positional().at(0), "pos");
	EXPECT_EQ(a.num("--none", 1, 2, 7), 7u);
	EXPECT_EQ(a.str("--none", "d"), "d");
}

TEST(Args, Errors)
{
	EXPECT_THROW(Args({"--x"}, {"--to"}, {}), UsageError);
	EXPECT_THROW(Args({"--to"}, {"--to"}, {}), UsageError);
	EXPECT_THROW(Args({"--to="}, {"--to"}, {}), UsageError);
	EXPECT_THROW(Args({"--to", "a", "--to", "b"}, {"--to"}, {}), UsageError);
	EXPECT_THROW(Args({"--json=1"}, {}, {"--json"}), UsageError);
	EXPECT_THROW(Args({"pos"}, {}, {}), UsageError);
	EXPECT_THROW(Args({"-x"}, {}, {}, 1), UsageError);
	EXPECT_THROW(Args({}, {"--to"}, {}).str("--to"), UsageError);
	EXPECT_THROW(Args({"--n", "11"}, {"--n"}, {}).num("--n", 1, 10), UsageError);
	EXPECT_THROW(Args({"--n", "0"}, {"--n"}, {}).num("--n", 1, 10), UsageError);
}

TEST(Numbers, Bad)
{
	for (const char *s : {"", "x", "1x", "-1", "+1", " 1", "1.5", "99999999999999999999"})
		EXPECT_THROW(parse_u64("n", s, 0, UINT64_MAX), UsageError) << s;
	for (const char *s : {"", "x", "1x", "nan", "inf", "1e999"})
		EXPECT_THROW(parse_real("n", s, 0, 1e300), UsageError) << s;
	for (const char *s : {"", "M", "1T", "-1M", "2000G"})
		EXPECT_THROW(parse_scaled("n", s, 1000000000000), UsageError) << s;
}

TEST(Numbers, Good)
{
	EXPECT_EQ(parse_u64("n", "18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
	EXPECT_DOUBLE_EQ(parse_real("n", "0.25", 0, 1), 0.25);
	EXPECT_EQ(parse_scaled("n", "1.5M", 1000000000000), 1500000u);
	EXPECT_EQ(parse_scaled("n", "10k", 1000000000000), 10000u);
	EXPECT_EQ(parse_scaled("n", "2G", 1000000000000), 2000000000u);
	EXPECT_EQ(parse_scaled("n", "7", 1000000000000), 7u);
}
