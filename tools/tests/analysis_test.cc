// SPDX-License-Identifier: GPL-2.0
#include "analysis.h"

#include <gtest/gtest.h>

#include "error.h"

using namespace vft;

namespace
{

constexpr uint64_t MS = 1000000;
constexpr uint64_t T0 = 1000 * MS;

/* A sender at 1 datagram/ms whose clock is far from the receiver's; 100 us on the way. */
struct Builder {
	Log log;

	Builder()
	{
		log.start_mono_ns = log.end_ns = T0;
		log.complete = true;
	}
	Builder &at(uint64_t seq, uint64_t rx, uint16_t flow = 0, uint16_t id = 1)
	{
		log.packets.push_back({rx, seq * MS + 7777 * MS, seq, flow, id, 100});
		log.end_ns = std::max(log.end_ns, rx);
		return *this;
	}
	Builder &seq(uint64_t n, uint16_t flow = 0, uint16_t id = 1)
	{
		return at(n, T0 + n * MS + 100000, flow, id);
	}
	Builder &run(uint64_t a, uint64_t b)
	{
		for (; a < b; a++)
			seq(a);
		return *this;
	}
	Builder &mark(const char *name, uint64_t ns)
	{
		log.marks.push_back({ns, name});
		log.end_ns = std::max(log.end_ns, ns);
		return *this;
	}
	WindowStats whole() const
	{
		return Analysis(log).window(whole_window(log));
	}
	WindowStats win(const char *a, const char *b) const
	{
		return Analysis(log).window(mark_window(log, a, b));
	}
};

/* Whatever the log: the windows between the marks add up to the whole. */
void expect_sums(const Builder &b)
{
	Analysis an(b.log);
	Stats sum;
	uint64_t drops = 0;

	for (const Window &w : all_windows(b.log)) {
		WindowStats ws = an.window(w);

		sum.add(ws.total);
		drops += ws.socket_drops;
	}
	WindowStats whole = b.whole();

	EXPECT_EQ(sum.received, whole.total.received);
	EXPECT_EQ(sum.lost, whole.total.lost);
	EXPECT_EQ(sum.duplicated, whole.total.duplicated);
	EXPECT_EQ(sum.reordered, whole.total.reordered);
	EXPECT_EQ(sum.bytes, whole.total.bytes);
	EXPECT_EQ(sum.longest_gap_ns >= whole.total.longest_gap_ns, true);
	EXPECT_EQ(drops, whole.socket_drops);

	Bin bs;

	for (const Bin &x : an.bins(3 * MS)) {
		bs.received += x.received;
		bs.lost += x.lost;
		bs.duplicated += x.duplicated;
		bs.reordered += x.reordered;
		bs.bytes += x.bytes;
	}
	EXPECT_EQ(bs.received, whole.total.received);
	EXPECT_EQ(bs.lost, whole.total.lost);
	EXPECT_EQ(bs.duplicated, whole.total.duplicated);
	EXPECT_EQ(bs.reordered, whole.total.reordered);
	EXPECT_EQ(bs.bytes, whole.total.bytes);
}

} // namespace

TEST(Analysis, EmptyLog)
{
	Builder b;
	WindowStats w = b.whole();

	EXPECT_EQ(w.total.received, 0u);
	EXPECT_EQ(w.total.lost, 0u);
	EXPECT_EQ(w.total.longest_gap_ns, 0u);
	EXPECT_EQ(w.total.open_gap_ns, 0u);
	EXPECT_TRUE(w.streams.empty());
	EXPECT_EQ(Analysis(b.log).bins(MS).size(), 1u);
	expect_sums(b);
}

TEST(Analysis, CleanRun)
{
	Builder b;

	b.run(0, 1000);
	WindowStats w = b.whole();

	EXPECT_EQ(w.total.received, 1000u);
	EXPECT_EQ(w.total.lost, 0u);
	EXPECT_EQ(w.total.duplicated, 0u);
	EXPECT_EQ(w.total.reordered, 0u);
	EXPECT_EQ(w.total.bytes, 100000u);
	EXPECT_EQ(w.total.longest_gap_ns, MS);
	EXPECT_EQ(w.total.first_seq, 0u);
	EXPECT_EQ(w.total.last_seq, 999u);
	expect_sums(b);
}

TEST(Analysis, LossAndGap)
{
	Builder b;

	b.run(0, 10).run(15, 20);
	WindowStats w = b.whole();

	EXPECT_EQ(w.total.lost, 5u);
	EXPECT_EQ(w.total.received, 15u);
	EXPECT_EQ(w.total.longest_gap_ns, 6 * MS);
	EXPECT_EQ(w.total.gap_start_ns, T0 + 9 * MS + 100000);
	expect_sums(b);
}

TEST(Analysis, HeadIsNotLostButTold)
{
	Builder b;

	b.run(500, 510);
	EXPECT_EQ(b.whole().total.lost, 0u);
	EXPECT_EQ(b.whole().total.head_missing, 500u);
}

TEST(Analysis, TailInFlightIsNotLost)
{
	Builder b;

	b.run(0, 10).mark("m", T0 + 500 * MS);
	EXPECT_EQ(b.whole().total.lost, 0u);
	EXPECT_EQ(b.whole().total.open_gap_ns, 490 * MS + 900000);
	EXPECT_EQ(Analysis(b.log).tail_missing(1, 0, 12), 2u);
	EXPECT_EQ(Analysis(b.log).tail_missing(1, 0, 10), 0u);
	EXPECT_EQ(Analysis(b.log).tail_missing(1, 0, 3), 0u);
	EXPECT_EQ(Analysis(b.log).tail_missing(1, 1, 3), 3u);
	EXPECT_EQ(Analysis(b.log).tail_missing(9, 0, 4), 4u);
}

TEST(Analysis, StreamThatDiesInAWindowShowsAsGap)
{
	Builder b;

	b.run(0, 10).mark("a", T0 + 5 * MS).mark("b", T0 + 400 * MS).mark("c", T0 + 500 * MS);
	EXPECT_EQ(b.win("a", "b").total.longest_gap_ns, 390 * MS + 900000);
	/* The silence goes on in the next window, at its full length. */
	EXPECT_EQ(b.win("b", "c").total.longest_gap_ns, 490 * MS + 900000);
	EXPECT_EQ(b.win("b", "c").total.received, 0u);
	EXPECT_EQ(b.win("b", "c").total.open_gap_ns, 0u);
}

TEST(Analysis, GapAcrossAMarkCountsWholeOnBothSides)
{
	Builder b;

	b.run(0, 10).mark("m", T0 + 15 * MS).run(30, 40);
	auto v = all_windows(b.log);

	ASSERT_EQ(v.size(), 2u);
	Analysis an(b.log);

	EXPECT_EQ(an.window(v[0]).total.longest_gap_ns, 21 * MS);
	EXPECT_EQ(an.window(v[1]).total.longest_gap_ns, 21 * MS);
	expect_sums(b);
}

TEST(Analysis, WindowBeforeTheStreamBeganIsSilence)
{
	Builder b;

	b.mark("a", T0 + 1 * MS).mark("b", T0 + 50 * MS).run(100, 110);
	EXPECT_EQ(b.win("a", "b").total.longest_gap_ns, 99 * MS + 100000);
	EXPECT_EQ(b.win("a", "b").total.received, 0u);
	/* The part before the first mark is bounded by nothing. */
	EXPECT_EQ(Analysis(b.log).window(all_windows(b.log)[0]).total.received, 0u);
}

TEST(Analysis, LostOnesBelongToTheWindowTheyWouldHaveArrivedIn)
{
	Builder b;

	b.run(0, 10).mark("m", T0 + 13 * MS).run(20, 30);
	Analysis an(b.log);
	auto v = all_windows(b.log);

	/* 10, 11, 12 were due before the mark, 13 at 13.1 ms after it. */
	EXPECT_EQ(an.window(v[0]).total.lost, 3u);
	EXPECT_EQ(an.window(v[0]).total.first_lost_ns, T0 + 10 * MS + 100000);
	EXPECT_EQ(an.window(v[0]).total.last_lost_ns, T0 + 12 * MS + 100000);
	EXPECT_EQ(an.window(v[1]).total.lost, 7u);
	EXPECT_EQ(an.window(v[1]).total.first_lost_ns, T0 + 13 * MS + 100000);
	EXPECT_EQ(an.window(v[1]).total.last_lost_ns, T0 + 19 * MS + 100000);
	expect_sums(b);
}

TEST(Analysis, LossBeforeADelayedNeighbourStaysWhereItWas)
{
	Builder b;

	/* 10 and 11 are lost; 12 sat in a queue for 100 ms, beyond the mark. */
	b.run(0, 10).mark("m", T0 + 50 * MS).at(12, T0 + 112 * MS);
	Analysis an(b.log);
	auto v = all_windows(b.log);

	EXPECT_EQ(an.window(v[0]).total.lost, 2u);
	EXPECT_EQ(an.window(v[1]).total.lost, 0u);
	expect_sums(b);
}

TEST(Analysis, SentBeforeTheMarkArrivedAfter)
{
	Builder b;

	b.run(0, 10).mark("m", T0 + 10 * MS).at(10, T0 + 12 * MS).at(11, T0 + 12 * MS);
	Analysis an(b.log);
	auto v = all_windows(b.log);

	EXPECT_EQ(an.window(v[0]).total.lost, 0u);
	EXPECT_EQ(an.window(v[0]).total.received, 10u);
	EXPECT_EQ(an.window(v[1]).total.received, 2u);
	expect_sums(b);
}

TEST(Analysis, ArrivalExactlyAtTheMarkIsAfterIt)
{
	Builder b;

	b.run(0, 5).mark("m", T0 + 4 * MS + 100000);
	Analysis an(b.log);
	auto v = all_windows(b.log);

	EXPECT_EQ(an.window(v[0]).total.received, 4u);
	EXPECT_EQ(an.window(v[1]).total.received, 1u);
}

TEST(Analysis, LateDuplicateCountsWhereItArrived)
{
	Builder b;

	b.run(0, 10).mark("m", T0 + 10 * MS).run(10, 15).at(3, T0 + 15 * MS).run(15, 20);
	EXPECT_EQ(b.whole().total.duplicated, 1u);
	EXPECT_EQ(b.whole().total.received, 20u);
	EXPECT_EQ(b.whole().total.reordered, 0u);
	Analysis an(b.log);
	auto v = all_windows(b.log);

	EXPECT_EQ(an.window(v[0]).total.duplicated, 0u);
	EXPECT_EQ(an.window(v[1]).total.duplicated, 1u);
	EXPECT_EQ(an.window(v[1]).total.first_seq, 3u);
	expect_sums(b);
}

TEST(Analysis, TriplicateIsTwoDuplicates)
{
	Builder b;

	b.seq(0).seq(1).seq(1).seq(1).seq(2);
	EXPECT_EQ(b.whole().total.duplicated, 2u);
	EXPECT_EQ(b.whole().total.received, 3u);
}

TEST(Analysis, ReorderedAsRfc4737)
{
	Builder b;

	/* 0 1 4 2 3 5: 2 and 3 come after a higher number; 5 does not. Nothing is lost. */
	b.at(0, T0).at(1, T0 + 1).at(4, T0 + 2).at(2, T0 + 3).at(3, T0 + 4).at(5, T0 + 5);
	EXPECT_EQ(b.whole().total.reordered, 2u);
	EXPECT_EQ(b.whole().total.lost, 0u);
	EXPECT_EQ(b.whole().total.duplicated, 0u);
	expect_sums(b);
}

TEST(Analysis, ReorderAcrossAMarkIsSeen)
{
	Builder b;

	b.run(0, 5).seq(6).mark("m", T0 + 7 * MS).at(5, T0 + 8 * MS).seq(9);
	auto v = all_windows(b.log);
	Analysis an(b.log);

	EXPECT_EQ(an.window(v[0]).total.lost, 0u);
	EXPECT_EQ(an.window(v[1]).total.reordered, 1u);
	EXPECT_EQ(an.window(v[1]).total.lost, 2u);
	expect_sums(b);
}

TEST(Analysis, FlowsAreNumberedApart)
{
	Builder b;

	for (uint64_t i = 0; i < 100; i++) {
		b.at(i, T0 + 2 * i * MS, 0);
		if (i < 40 || i >= 50)
			b.at(i, T0 + (2 * i + 1) * MS, 1);
	}
	WindowStats w = b.whole();

	EXPECT_EQ(w.total.lost, 10u);
	EXPECT_EQ(w.total.reordered, 0u);
	EXPECT_EQ(w.streams.at(1).flows.at(0).lost, 0u);
	EXPECT_EQ(w.streams.at(1).flows.at(1).lost, 10u);
	/* The stream went on through flow 0. */
	EXPECT_EQ(w.total.longest_gap_ns, 2 * MS);
	EXPECT_EQ(w.streams.at(1).flows.at(1).longest_gap_ns, 22 * MS);
	expect_sums(b);
}

TEST(Analysis, OneStreamDoesNotHideAnothersGap)
{
	Builder b;

	for (uint64_t i = 0; i < 100; i++) {
		b.seq(i, 0, 1);
		if (i < 40 || i >= 70)
			b.seq(i, 0, 2);
	}
	EXPECT_EQ(b.whole().total.longest_gap_ns, 31 * MS);
	EXPECT_EQ(b.whole().streams.at(1).total.longest_gap_ns, MS);
	EXPECT_EQ(b.whole().total.lost, 30u);
}

TEST(Analysis, NumbersNextToTheEndOf64Bits)
{
	Builder b;
	uint64_t top = UINT64_MAX;

	b.at(top - 3, T0).at(top, T0 + 1).at(top - 2, T0 + 2).at(top, T0 + 3);
	WindowStats w = b.whole();

	EXPECT_EQ(w.total.lost, 1u);
	EXPECT_EQ(w.total.duplicated, 1u);
	EXPECT_EQ(w.total.reordered, 1u);
	expect_sums(b);
}

TEST(Analysis, HugeHoleCostsNothing)
{
	Builder b;

	b.at(0, T0).mark("m", T0 + MS).at(UINT64_MAX, T0 + 10 * MS);
	EXPECT_EQ(b.whole().total.lost, UINT64_MAX - 1);
	expect_sums(b);
}

TEST(Analysis, ForgedTimesAndNumbersDoNotOverflow)
{
	Builder b;

	b.log.packets.push_back({T0, 0, 0, 0, 1, 10});
	b.log.packets.push_back({T0 + 5, UINT64_MAX, UINT64_MAX, 0, 1, 10});
	b.mark("m", T0 + MS);
	Analysis an(b.log);
	auto v = all_windows(b.log);

	EXPECT_EQ(an.window(v[0]).total.lost + an.window(v[1]).total.lost, UINT64_MAX - 1);
}

TEST(Analysis, SendersClockGoingBackDoesNotConfuse)
{
	Builder b;

	b.log.packets.push_back({T0, 900, 0, 0, 1, 10});
	b.log.packets.push_back({T0 + 5 * MS, 100, 9, 0, 1, 10});
	b.log.end_ns = T0 + 5 * MS;
	b.mark("m", T0 + 2 * MS);
	EXPECT_EQ(b.whole().total.lost, 8u);
	expect_sums(b);
}

TEST(Analysis, SocketDropsAreToldApart)
{
	Builder b;

	b.run(0, 10).mark("m", T0 + 10 * MS).run(14, 20);
	b.log.drops.push_back({T0 + 14 * MS, 3});
	EXPECT_EQ(b.whole().total.lost, 4u);
	EXPECT_EQ(b.whole().socket_drops, 3u);
	EXPECT_EQ(Analysis(b.log).window(all_windows(b.log)[0]).socket_drops, 0u);
	EXPECT_EQ(Analysis(b.log).window(all_windows(b.log)[1]).socket_drops, 3u);
}

TEST(Windows, Marks)
{
	Builder b;

	b.mark("a", T0 + 1).mark("b", T0 + 2).mark("a", T0 + 3).mark("b", T0 + 4);
	Window w = mark_window(b.log, "a", "b");

	EXPECT_EQ(w.start_ns, T0 + 1);
	EXPECT_EQ(w.end_ns, T0 + 2);
	w = mark_window(b.log, "b", "a");
	EXPECT_EQ(w.start_ns, T0 + 2);
	EXPECT_EQ(w.end_ns, T0 + 3);
	w = mark_window(b.log, "a", "a");
	EXPECT_EQ(w.end_ns, T0 + 3);
	w = mark_window(b.log, "", "b");
	EXPECT_FALSE(w.start_is_mark);
	EXPECT_EQ(w.end_ns, T0 + 2);
	w = mark_window(b.log, "b", "");
	EXPECT_FALSE(w.end_is_mark);
	EXPECT_EQ(all_windows(b.log).size(), 5u);
}

TEST(Windows, MissingMarks)
{
	Builder b;

	b.mark("a", T0 + 1).mark("b", T0 + 2);
	EXPECT_THROW(mark_window(b.log, "x", "b"), UsageError);
	EXPECT_THROW(mark_window(b.log, "a", "x"), UsageError);
	EXPECT_THROW(mark_window(b.log, "b", "a"), UsageError);
	EXPECT_THROW(mark_window(b.log, "a", "a"), UsageError);
}

TEST(Bins, Series)
{
	Builder b;

	b.run(0, 10).run(20, 40);
	std::vector<Bin> v = Analysis(b.log).bins(10 * MS);

	ASSERT_EQ(v.size(), 4u);
	EXPECT_EQ(v[0].received, 10u);
	EXPECT_EQ(v[0].lost, 0u);
	EXPECT_EQ(v[1].received, 0u);
	EXPECT_EQ(v[1].lost, 10u);
	EXPECT_EQ(v[2].received, 10u);
	EXPECT_EQ(v[3].bytes, 1000u);
	b.log.end_ns = T0 + 1000000000000000;
	EXPECT_THROW(Analysis(b.log).bins(MS), UsageError);
}

TEST(Output, JsonHasNullsForNothing)
{
	Builder b;
	auto j = to_json(b.log, b.whole(), false);

	EXPECT_TRUE(j["from"].is_null());
	EXPECT_TRUE(j["first_seq"].is_null());
	EXPECT_EQ(j["received"], 0);
	b.run(0, 3).mark("m", T0 + 50 * MS);
	j = to_json(b.log, b.win("", "m"), true);
	EXPECT_EQ(j["to"], "m");
	EXPECT_EQ(j["streams"][0]["flows"][0]["received"], 3);
	EXPECT_NEAR(j["end_s"].get<double>(), 0.05, 1e-9);
	EXPECT_NE(to_text(b.log, b.win("", "m")).find("received 3, lost 0"), std::string::npos);
}
