// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "error.h"

using namespace vft;

static Log parse(const std::string &s)
{
	return log_parse(reinterpret_cast<const uint8_t *>(s.data()), s.size());
}

static std::string sample()
{
	std::string s;

	log_put_header(s, 100, 200);
	log_put_packet(s, {110, 5, 7, 3, 9, 1400});
	log_put_mark(s, {120, "VF hot-plugged"});
	log_put_drops(s, {125, 4});
	log_put_packet(s, {130, 6, UINT64_MAX, 65535, 65535, 65535});
	log_put_mark(s, {140, std::string(MARK_NAME_MAX, 'x')});
	log_put_end(s, 150);
	return s;
}

TEST(Log, RoundTrip)
{
	Log l = parse(sample());

	EXPECT_EQ(l.start_mono_ns, 100u);
	EXPECT_EQ(l.start_real_ns, 200u);
	EXPECT_EQ(l.end_ns, 150u);
	EXPECT_TRUE(l.complete);
	EXPECT_FALSE(l.truncated);
	ASSERT_EQ(l.packets.size(), 2u);
	EXPECT_EQ(l.packets[0].rx_ns, 110u);
	EXPECT_EQ(l.packets[0].tx_ns, 5u);
	EXPECT_EQ(l.packets[0].seq, 7u);
	EXPECT_EQ(l.packets[0].flow, 3);
	EXPECT_EQ(l.packets[0].id, 9);
	EXPECT_EQ(l.packets[0].len, 1400);
	EXPECT_EQ(l.packets[1].seq, UINT64_MAX);
	ASSERT_EQ(l.marks.size(), 2u);
	EXPECT_EQ(l.marks[0].name, "VF hot-plugged");
	EXPECT_EQ(l.marks[1].name.size(), MARK_NAME_MAX);
	ASSERT_EQ(l.drops.size(), 1u);
	EXPECT_EQ(l.drops[0].count, 4u);
}

TEST(Log, CutAnywhereIsGoodUpToTheCut)
{
	std::string s = sample();

	for (size_t n = 0; n < s.size(); n++) {
		std::string cut = s.substr(0, n);

		if (n < LOG_RECORD) {
			EXPECT_THROW(parse(cut), RunError) << n;
			continue;
		}
		Log l = parse(cut);

		EXPECT_FALSE(l.complete) << n;
		/* The packets end at record 2 and at record 6. */
		EXPECT_EQ(l.packets.size(), (n >= 2 * LOG_RECORD) + (n >= 6 * LOG_RECORD) + 0u)
			<< n;
		if (n % LOG_RECORD) {
			EXPECT_TRUE(l.truncated) << n;
		}
	}
	EXPECT_TRUE(parse(s.substr(0, 3 * LOG_RECORD)).truncated) << "a mark without its name";
}

TEST(Log, NotALog)
{
	std::string s = sample();

	EXPECT_THROW(parse(""), RunError);
	s[0] = 'X';
	EXPECT_THROW(parse(s), RunError);
	s = sample();
	s[8] = 9;
	EXPECT_THROW(parse(s), RunError);
	s = sample();
	s[12] = 16;
	EXPECT_THROW(parse(s), RunError);
	s = sample();
	s[LOG_RECORD + 30] = 77;
	EXPECT_THROW(parse(s), RunError);
	s = sample();
	s[3 * LOG_RECORD] = '\n';
	EXPECT_THROW(parse(s), RunError);
	s = sample();
	log_put_end(s, 160);
	EXPECT_THROW(parse(s), RunError);
}

TEST(Log, EmptyMarkInAFileIsRefused)
{
	std::string s = sample();

	s[2 * LOG_RECORD + 28] = 0;
	EXPECT_THROW(parse(s), RunError);
}

TEST(Log, MarkNames)
{
	std::string s;

	for (const char *n : {"", " a", "a ", "a\nb", "\x7f", "\xc3\xa4"}) {
		EXPECT_FALSE(mark_name_ok(n)) << n;
		EXPECT_THROW(log_put_mark(s, {1, n}), UsageError);
	}
	EXPECT_FALSE(mark_name_ok(std::string(MARK_NAME_MAX + 1, 'x')));
	EXPECT_TRUE(mark_name_ok("a b"));
	EXPECT_TRUE(s.empty());
	/* A name that fills its records to the last byte. */
	log_put_header(s, 0, 0);
	log_put_mark(s, {1, std::string(64, 'y')});
	EXPECT_EQ(s.size(), 4 * LOG_RECORD);
	EXPECT_EQ(parse(s).marks.at(0).name.size(), 64u);
}

TEST(Log, Files)
{
	EXPECT_THROW(log_read("/nonexistent/log"), UsageError);

	char name[] = "/tmp/vfpath-log-XXXXXX";
	int fd = mkstemp(name);
	std::string s = sample();

	ASSERT_GE(fd, 0);
	EXPECT_THROW(log_read(name), RunError);
	ASSERT_EQ(write(fd, s.data(), s.size()), static_cast<ssize_t>(s.size()));
	close(fd);
	EXPECT_EQ(log_read(name).packets.size(), 2u);
	unlink(name);
}
