// SPDX-License-Identifier: GPL-2.0
#include "analysis.h"

#include <algorithm>
#include <cstdio>

#include "clock.h"
#include "error.h"

namespace vft
{

using i128 = __int128;

constexpr uint64_t MAX_BINS = 1000000;

Window whole_window(const Log &log)
{
	return {"", "", log.start_mono_ns, log.end_ns, false, false};
}

Window mark_window(const Log &log, const std::string &from, const std::string &to)
{
	Window w = whole_window(log);
	auto it = log.marks.begin();
	auto find = [&](const std::string &name) {
		it = std::find_if(it, log.marks.end(),
				  [&](const Mark &m) { return m.name == name; });
		if (it != log.marks.end())
			return;
		bool somewhere = std::any_of(log.marks.begin(), log.marks.end(),
					     [&](const Mark &m) { return m.name == name; });

		throw UsageError(somewhere ? "no mark '" + name + "' after '" + from + "'"
					   : "no mark '" + name + "' in the log");
	};

	if (!from.empty()) {
		find(from);
		w.from = from;
		w.start_ns = it->ns;
		w.start_is_mark = true;
		++it;
	}
	if (!to.empty()) {
		find(to);
		w.to = to;
		w.end_ns = it->ns;
		w.end_is_mark = true;
	}
	return w;
}

std::vector<Window> all_windows(const Log &log)
{
	std::vector<Window> v;
	Window w = whole_window(log);

	for (const Mark &m : log.marks) {
		w.to = m.name;
		w.end_ns = m.ns;
		w.end_is_mark = true;
		v.push_back(w);
		w = whole_window(log);
		w.from = m.name;
		w.start_ns = m.ns;
		w.start_is_mark = true;
	}
	v.push_back(w);
	return v;
}

void Stats::add(const Stats &o)
{
	if (o.received + o.duplicated) {
		bool mine = received + duplicated;

		first_seq = mine ? std::min(first_seq, o.first_seq) : o.first_seq;
		last_seq = mine ? std::max(last_seq, o.last_seq) : o.last_seq;
	}
	if (o.lost) {
		first_lost_ns = lost ? std::min(first_lost_ns, o.first_lost_ns) : o.first_lost_ns;
		last_lost_ns = lost ? std::max(last_lost_ns, o.last_lost_ns) : o.last_lost_ns;
	}
	received += o.received;
	duplicated += o.duplicated;
	bytes += o.bytes;
	lost += o.lost;
	reordered += o.reordered;
	head_missing += o.head_missing;
	open_gap_ns = std::max(open_gap_ns, o.open_gap_ns);
	if (o.longest_gap_ns > longest_gap_ns) {
		longest_gap_ns = o.longest_gap_ns;
		gap_start_ns = o.gap_start_ns;
	}
}

i128 Analysis::Hole::at(uint64_t k) const
{
	/* Whole and remainder apart: a forged log's product does not fit in 128 bits. */
	auto span = static_cast<unsigned __int128>(span_ns);
	auto parts = static_cast<unsigned __int128>(count) + 1;

	return first_ns + static_cast<i128>(span / parts * k + span % parts * k / parts);
}

/* How many of the hole's numbers would have arrived before @ns; at() never falls. */
uint64_t Analysis::Hole::before(uint64_t ns) const
{
	uint64_t lo = 0, hi = count;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (at(mid + 1) < static_cast<i128>(ns))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void Analysis::build_flow(const std::vector<const Packet *> &packets, Flow &flow)
{
	std::vector<size_t> by_seq(packets.size());
	std::vector<bool> dup(packets.size());

	for (size_t i = 0; i < by_seq.size(); i++)
		by_seq[i] = i;
	/* Stable: of several with one number, the one that arrived first comes first. */
	std::stable_sort(by_seq.begin(), by_seq.end(),
			 [&](size_t a, size_t b) { return packets[a]->seq < packets[b]->seq; });

	const Packet *prev = nullptr;

	for (size_t i : by_seq) {
		const Packet *p = packets[i];

		if (prev && p->seq == prev->seq) {
			dup[i] = true;
			continue;
		}
		if (prev && p->seq - prev->seq > 1) {
			/*
			 * The lost ones were sent evenly between their neighbours, and would
			 * have taken as long as the quicker of the two: the other may have
			 * waited out the very fault that ate them.
			 */
			i128 delay = std::min(static_cast<i128>(prev->rx_ns) - prev->tx_ns,
					      static_cast<i128>(p->rx_ns) - p->tx_ns);
			i128 span = static_cast<i128>(p->tx_ns) - prev->tx_ns;

			flow.holes.push_back({p->seq - prev->seq - 1, prev->tx_ns + delay,
					      std::max(span, static_cast<i128>(0))});
		}
		prev = p;
	}

	bool any = false;
	uint64_t max_seen = 0;

	flow.arrivals.reserve(packets.size());
	for (size_t i = 0; i < packets.size(); i++) {
		const Packet *p = packets[i];
		bool late = any && !dup[i] && p->seq < max_seen;

		flow.arrivals.push_back({p->rx_ns, p->seq, p->len, dup[i], late});
		max_seen = any ? std::max(max_seen, p->seq) : p->seq;
		any = true;
	}
	flow.min_seq = packets[by_seq.front()]->seq;
	flow.max_seq = packets[by_seq.back()]->seq;
	std::stable_sort(flow.arrivals.begin(), flow.arrivals.end(),
			 [](const Arrival &a, const Arrival &b) { return a.rx_ns < b.rx_ns; });
}

Analysis::Analysis(const Log &log) : log_(log)
{
	std::map<std::pair<uint16_t, uint16_t>, std::vector<const Packet *>> split;

	for (const Packet &p : log.packets) {
		split[{p.id, p.flow}].push_back(&p);
		times_[p.id].push_back(p.rx_ns);
	}
	for (const auto &[key, packets] : split)
		build_flow(packets, streams_[key.first][key.second]);
	for (auto &[id, t] : times_)
		std::sort(t.begin(), t.end());
}

/*
 * A gap counts, at its full length, in every window that it touches: an outage must not look
 * shorter because somebody put a mark into it. Where the stream is silent up to a mark, the
 * mark ends the gap; where it is silent up to the log's end nobody knows whether the sender
 * had stopped, so that is told apart (open_gap_ns).
 */
void Analysis::gaps(const std::vector<uint64_t> &times, const Window &w, uint64_t log_end,
		    Stats &st)
{
	auto lo = times.begin(), hi = times.end();

	if (w.start_is_mark)
		lo = std::lower_bound(times.begin(), times.end(), w.start_ns);
	if (w.end_is_mark)
		hi = std::lower_bound(lo, times.end(), w.end_ns);

	bool have_last = false;
	uint64_t last = 0;
	auto step = [&](uint64_t t) {
		if (have_last && t > last && t - last > st.longest_gap_ns) {
			st.longest_gap_ns = t - last;
			st.gap_start_ns = last;
		}
		last = t;
		have_last = true;
	};

	if (lo != times.begin())
		step(*(lo - 1));
	else if (w.start_is_mark)
		step(w.start_ns);
	for (auto it = lo; it != hi; ++it)
		step(*it);
	if (hi != times.end())
		step(*hi);
	else if (w.end_is_mark)
		step(w.end_ns);
	else if (have_last && log_end > last)
		st.open_gap_ns = log_end - last;
}

WindowStats Analysis::window(const Window &w) const
{
	WindowStats ws;

	ws.window = w;
	for (const auto &[id, flows] : streams_) {
		StreamStats &ss = ws.streams[id];

		for (const auto &[nr, flow] : flows) {
			Stats &st = ss.flows[nr];
			auto by_time = [](const Arrival &a, uint64_t t) { return a.rx_ns < t; };
			auto lo = flow.arrivals.begin(), hi = flow.arrivals.end();

			if (w.start_is_mark)
				lo = std::lower_bound(lo, hi, w.start_ns, by_time);
			if (w.end_is_mark)
				hi = std::lower_bound(lo, hi, w.end_ns, by_time);
			for (auto it = lo; it != hi; ++it) {
				Stats one;

				one.received = !it->duplicate;
				one.duplicated = it->duplicate;
				one.reordered = it->reordered;
				one.bytes = it->len;
				one.first_seq = one.last_seq = it->seq;
				st.add(one);
			}
			for (const Hole &h : flow.holes) {
				uint64_t end = w.end_is_mark ? h.before(w.end_ns) : h.count;
				uint64_t start = w.start_is_mark ? h.before(w.start_ns) : 0;

				if (end <= start)
					continue;

				Stats lost;

				lost.lost = end - start;
				lost.first_lost_ns = static_cast<uint64_t>(h.at(start + 1));
				lost.last_lost_ns = static_cast<uint64_t>(h.at(end));
				st.add(lost);
			}
			if (!w.start_is_mark && !w.end_is_mark)
				st.head_missing = flow.min_seq;

			ss.total.add(st);

			/* Afterwards: flows take turns, so a flow's gaps are not the stream's. */
			std::vector<uint64_t> t;

			t.reserve(flow.arrivals.size());
			for (const Arrival &a : flow.arrivals)
				t.push_back(a.rx_ns);
			gaps(t, w, log_.end_ns, st);
		}
		gaps(times_.at(id), w, log_.end_ns, ss.total);
		ws.total.add(ss.total);
	}
	for (const Drops &d : log_.drops)
		if ((!w.start_is_mark || d.ns >= w.start_ns) && (!w.end_is_mark || d.ns < w.end_ns))
			ws.socket_drops += d.count;
	return ws;
}

std::vector<Bin> Analysis::bins(uint64_t bin_ns) const
{
	uint64_t start = log_.start_mono_ns;
	uint64_t n = (log_.end_ns - start) / bin_ns + 1;

	if (n > MAX_BINS)
		throw UsageError("--bins: too small for a log this long");

	std::vector<Bin> v(n);
	auto index = [&](i128 ns) {
		i128 i = ns < start ? 0 : (ns - start) / bin_ns;

		return static_cast<uint64_t>(std::min(i, static_cast<i128>(n - 1)));
	};

	for (const auto &[id, flows] : streams_) {
		for (const auto &[nr, flow] : flows) {
			for (const Arrival &a : flow.arrivals) {
				Bin &b = v[index(a.rx_ns)];

				b.received += !a.duplicate;
				b.duplicated += a.duplicate;
				b.reordered += a.reordered;
				b.bytes += a.len;
			}
			for (const Hole &h : flow.holes) {
				uint64_t last = index(h.at(h.count));
				uint64_t done = 0;

				for (uint64_t i = index(h.at(1)); i <= last; i++) {
					uint64_t upto =
						i == last ? h.count
							  : h.before(start + (i + 1) * bin_ns);

					v[i].lost += upto - done;
					done = upto;
				}
			}
		}
	}
	return v;
}

uint64_t Analysis::tail_missing(uint16_t id, uint16_t flow, uint64_t next_seq) const
{
	auto s = streams_.find(id);

	if (s == streams_.end() || !s->second.count(flow))
		return next_seq;

	uint64_t max = s->second.at(flow).max_seq;

	return next_seq > max ? next_seq - max - 1 : 0;
}

static double rel_s(const Log &log, uint64_t ns)
{
	return (static_cast<double>(ns) - static_cast<double>(log.start_mono_ns)) / 1e9;
}

static double us(uint64_t ns)
{
	return static_cast<double>(ns) / 1e3;
}

static void stats_json(nlohmann::ordered_json &j, const Log &log, const Stats &s)
{
	j["received"] = s.received;
	j["lost"] = s.lost;
	j["first_lost_s"] = s.lost ? nlohmann::ordered_json(rel_s(log, s.first_lost_ns))
				   : nlohmann::ordered_json(nullptr);
	j["last_lost_s"] = s.lost ? nlohmann::ordered_json(rel_s(log, s.last_lost_ns))
				  : nlohmann::ordered_json(nullptr);
	j["duplicated"] = s.duplicated;
	j["reordered"] = s.reordered;
	j["bytes"] = s.bytes;
	j["longest_gap_us"] = us(s.longest_gap_ns);
	j["longest_gap_start_s"] = s.longest_gap_ns
					   ? nlohmann::ordered_json(rel_s(log, s.gap_start_ns))
					   : nlohmann::ordered_json(nullptr);
	j["open_gap_us"] = us(s.open_gap_ns);
	if (s.received + s.duplicated) {
		j["first_seq"] = s.first_seq;
		j["last_seq"] = s.last_seq;
	} else {
		j["first_seq"] = nullptr;
		j["last_seq"] = nullptr;
	}
}

nlohmann::ordered_json to_json(const Log &log, const WindowStats &w, bool with_flows)
{
	nlohmann::ordered_json j;
	bool whole = !w.window.start_is_mark && !w.window.end_is_mark;

	j["from"] = w.window.start_is_mark ? nlohmann::ordered_json(w.window.from)
					   : nlohmann::ordered_json(nullptr);
	j["to"] = w.window.end_is_mark ? nlohmann::ordered_json(w.window.to)
				       : nlohmann::ordered_json(nullptr);
	j["start_s"] = rel_s(log, w.window.start_ns);
	j["end_s"] = rel_s(log, w.window.end_ns);
	stats_json(j, log, w.total);
	j["socket_drops"] = w.socket_drops;
	if (whole)
		j["head_missing"] = w.total.head_missing;
	j["streams"] = nlohmann::ordered_json::array();
	for (const auto &[id, s] : w.streams) {
		nlohmann::ordered_json sj;

		sj["id"] = id;
		stats_json(sj, log, s.total);
		if (whole)
			sj["head_missing"] = s.total.head_missing;
		if (with_flows) {
			sj["flows"] = nlohmann::ordered_json::array();
			for (const auto &[nr, f] : s.flows) {
				nlohmann::ordered_json fj;

				fj["flow"] = nr;
				stats_json(fj, log, f);
				sj["flows"].push_back(fj);
			}
		}
		j["streams"].push_back(sj);
	}
	return j;
}

std::string to_text(const Log &log, const WindowStats &w)
{
	char buf[512];
	const Stats &s = w.total;
	std::string name = (w.window.start_is_mark ? w.window.from : "(start)") + " .. " +
			   (w.window.end_is_mark ? w.window.to : "(end)");

	snprintf(buf, sizeof(buf),
		 "  %9.3f..%.3f s: received %llu, lost %llu, duplicated %llu, reordered %llu, "
		 "longest gap %.0f us at %.6f s",
		 rel_s(log, w.window.start_ns), rel_s(log, w.window.end_ns),
		 static_cast<unsigned long long>(s.received),
		 static_cast<unsigned long long>(s.lost),
		 static_cast<unsigned long long>(s.duplicated),
		 static_cast<unsigned long long>(s.reordered), us(s.longest_gap_ns),
		 s.longest_gap_ns ? rel_s(log, s.gap_start_ns) : 0.0);

	std::string out = name + "\n" + buf;

	if (s.open_gap_ns)
		out += ", silent for the last " + std::to_string(s.open_gap_ns / 1000) + " us";
	if (w.socket_drops)
		out += ", of the lost " + std::to_string(w.socket_drops) +
		       " dropped by the receiver's own socket";
	return out + "\n";
}

} // namespace vft
