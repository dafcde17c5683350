// SPDX-License-Identifier: GPL-2.0
#include "timeline.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "error.h"

using namespace vft;
using nlohmann::json;

static size_t count(const std::string &s, const std::string &what)
{
	size_t n = 0;

	for (size_t p = s.find(what); p != std::string::npos; p = s.find(what, p + 1))
		n++;
	return n;
}

static const char GOOD[] = R"({"title":"a <b> & \"c\"","subtitle":"s",
 "series":[{"name":"tcp","unit":"Mbit/s","points":[[0,1],[1,2],[2,0]]},
	   {"name":"udp","unit":"kpps","points":[[0,1],[2,1]]}],
 "loss":[{"name":"udp","points":[[1,3],[2,0]]}],
 "path":[{"name":"guest 1","spans":[[0,1,"synthetic"],[1,1.2,"none"],[1.2,2,"vf"]]}],
 "events":[{"t":1.2,"label":"back <on> VF","kind":"return"},{"t":1,"label":"FLR","kind":"torn"}]})";

TEST(Timeline, Draws)
{
	Timeline t = timeline_parse(json::parse(GOOD));
	std::string svg = timeline_svg(t);

	EXPECT_EQ(t.t0, 0);
	EXPECT_EQ(t.t1, 2);
	EXPECT_EQ(t.events[0].label, "FLR");
	EXPECT_EQ(svg.rfind("<svg ", 0), 0u);
	EXPECT_EQ(svg.substr(svg.size() - 7), "</svg>\n");
	EXPECT_EQ(count(svg, "<polyline"), 2u);
	EXPECT_EQ(count(svg, "class=\"event\""), 2u);
	EXPECT_EQ(count(svg, " lost at "), 1u);
	EXPECT_NE(svg.find("a &lt;b&gt; &amp; &quot;c&quot;"), std::string::npos);
	EXPECT_NE(svg.find("back &lt;on&gt; VF"), std::string::npos);
	EXPECT_NE(svg.find("Mbit/s"), std::string::npos);
	EXPECT_NE(svg.find("time (s)"), std::string::npos);
	EXPECT_EQ(svg.find("nan"), std::string::npos);
	EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(Timeline, Lanes)
{
	json one = json::parse(GOOD), j;

	one["name"] = "vfpath";
	one.erase("events");
	j["title"] = "two";
	j["lanes"] = {one, one};
	EXPECT_EQ(timeline_parse(j).lanes.size(), 2u);
	EXPECT_EQ(count(timeline_svg(timeline_parse(j)), "<polyline"), 4u);
	j["series"] = json::array();
	EXPECT_THROW(timeline_parse(j), UsageError);
}

TEST(Timeline, BadInput)
{
	for (const char *s : {"[]", "{}", "3", R"({"lanes":3})", R"({"lanes":[3]})",
			      R"({"title":3})", R"({"series":[{"name":"x","points":[[0,1]]}]})",
			      R"({"series":[{"name":"x","unit":"u","points":[[0]]}]})",
			      R"({"series":[{"name":"x","unit":"u","points":[[0,"1"]]}]})",
			      R"({"series":[{"name":"x","unit":"u","points":[[0,-1]]}]})",
			      R"({"series":[{"name":"x","unit":"u","points":[[1,1],[0,1]]}]})",
			      R"({"series":[{"name":"x","unit":"u","points":[[0,1e300]]}]})",
			      R"({"path":[{"name":"x","spans":[[0,1,"wire"]]}]})",
			      R"({"path":[{"name":"x","spans":[[1,0,"vf"]]}]})",
			      R"({"events":[{"label":"x"}]})", R"({"events":[{"t":1}]})"})
		EXPECT_THROW(timeline_parse(json::parse(s)), UsageError) << s;
}

TEST(Timeline, OneEventAlone)
{
	std::string svg =
		timeline_svg(timeline_parse(json::parse(R"({"events":[{"t":5,"label":"x"}]})")));

	EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Labels, KeepTheirDistanceAndOrder)
{
	std::vector<double> want = {0, 0, 0, 1, 50, 51, 52, 99, 100, 100};
	std::vector<double> got = spread_labels(want, 5, 0, 100);

	ASSERT_EQ(got.size(), want.size());
	for (size_t i = 0; i < got.size(); i++) {
		EXPECT_GE(got[i], -1e-9);
		EXPECT_LE(got[i], 100 + 1e-9);
		if (i) {
			EXPECT_GE(got[i] - got[i - 1], 5 - 1e-6) << i;
		}
	}
	EXPECT_NEAR(got[5], 51, 1e-6);
}

TEST(Labels, LooseOnesStay)
{
	std::vector<double> want = {10, 30, 50};

	EXPECT_EQ(spread_labels(want, 5, 0, 100), want);
	EXPECT_TRUE(spread_labels({}, 5, 0, 100).empty());
}

TEST(Labels, TooManyAreSqueezedNotLost)
{
	std::vector<double> got = spread_labels(std::vector<double>(101, 50), 5, 0, 100);

	ASSERT_EQ(got.size(), 101u);
	EXPECT_NEAR(got.front(), 0, 1e-6);
	EXPECT_NEAR(got.back(), 100, 1e-6);
	EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST(Ticks, Nice)
{
	EXPECT_EQ(nice_ticks(100, 4), (std::vector<double>{0, 50, 100}));
	EXPECT_EQ(nice_ticks(3.9, 4), (std::vector<double>{0, 1, 2, 3, 4}));
	EXPECT_EQ(nice_ticks(0, 4).front(), 0);
	for (double m : {1e-9, 0.3, 7.0, 940.0, 1e6, 9.99e14}) {
		EXPECT_GE(nice_ticks(m, 4).back(), m * (1 - 1e-9));
		EXPECT_LE(nice_ticks(m, 4).size(), 6u);
	}
}
