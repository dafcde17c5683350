/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "log.h"

namespace vft
{

/*
 * A half-open span [start, end) of the receiver's time. An edge that is not a mark is the
 * log's own beginning or end and bounds nothing.
 */
struct Window {
	std::string from, to;
	uint64_t start_ns = 0;
	uint64_t end_ns = 0;
	bool start_is_mark = false;
	bool end_is_mark = false;
};

Window whole_window(const Log &log);
/* The first mark @from, and the first mark @to after it; "" is the log's edge. UsageError. */
Window mark_window(const Log &log, const std::string &from, const std::string &to);
/* The spans between one mark and the next, with those before the first and after the last. */
std::vector<Window> all_windows(const Log &log);

struct Stats {
	uint64_t received = 0;	 /* different datagrams */
	uint64_t duplicated = 0; /* arrivals of one that had arrived before */
	uint64_t bytes = 0;	 /* UDP payload of all arrivals */
	uint64_t lost = 0;
	uint64_t first_lost_ns = 0, last_lost_ns = 0; /* when they would have come, if any */
	uint64_t reordered = 0;	   /* RFC 4737 type-P-reordered */
	uint64_t head_missing = 0; /* numbers before the first one ever seen; whole log only */
	uint64_t longest_gap_ns = 0;
	uint64_t gap_start_ns = 0;
	uint64_t open_gap_ns = 0;	      /* silence up to the log's end */
	uint64_t first_seq = 0, last_seq = 0; /* lowest and highest, if received */

	void add(const Stats &o);
};

struct StreamStats {
	Stats total;
	std::map<uint16_t, Stats> flows;
};

struct WindowStats {
	Window window;
	Stats total;
	uint64_t socket_drops = 0;
	std::map<uint16_t, StreamStats> streams; /* by stream id */
};

struct Bin {
	uint64_t received = 0, bytes = 0, lost = 0, duplicated = 0, reordered = 0;
};

class Analysis
{
public:
	explicit Analysis(const Log &log);

	WindowStats window(const Window &w) const;
	/* From the log's start; UsageError if there would be more than a million. */
	std::vector<Bin> bins(uint64_t bin_ns) const;
	/* Numbers that the sender used after the last one that arrived. */
	uint64_t tail_missing(uint16_t id, uint16_t flow, uint64_t next_seq) const;

private:
	struct Arrival {
		uint64_t rx_ns;
		uint64_t seq;
		uint16_t len;
		bool duplicate;
		bool reordered;
	};
	/* Numbers between two that arrived, none of which ever did. */
	struct Hole {
		uint64_t count;
		__int128 first_ns, span_ns; /* when they would have arrived: first + span*k/count */

		__int128 at(uint64_t k) const;
		uint64_t before(uint64_t ns) const;
	};
	struct Flow {
		std::vector<Arrival> arrivals; /* by time */
		std::vector<Hole> holes;
		uint64_t min_seq = 0, max_seq = 0;
	};

	static void build_flow(const std::vector<const Packet *> &packets, Flow &flow);
	static void gaps(const std::vector<uint64_t> &times, const Window &w, uint64_t log_end,
			 Stats &st);

	const Log &log_;
	std::map<uint16_t, std::map<uint16_t, Flow>> streams_;
	std::map<uint16_t, std::vector<uint64_t>> times_; /* all arrivals of a stream, sorted */
};

nlohmann::ordered_json to_json(const Log &log, const WindowStats &w, bool with_flows);
std::string to_text(const Log &log, const WindowStats &w);

} // namespace vft
