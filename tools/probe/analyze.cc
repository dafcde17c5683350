// SPDX-License-Identifier: GPL-2.0
#include <cstdio>
#include <fstream>

#include "analysis.h"
#include "args.h"
#include "clock.h"
#include "error.h"
#include "log.h"
#include "probe.h"

using namespace vft;
using json = nlohmann::ordered_json;

/* How many numbers the sender used after the last that arrived, by its own report. */
static uint64_t tail_of(const Analysis &an, const std::string &path)
{
	std::ifstream in(path);

	if (!in)
		throw UsageError("--sender: cannot read " + path);
	try {
		json j = json::parse(in);
		uint64_t sum = 0;

		for (const auto &f : j.at("flows"))
			sum += an.tail_missing(j.at("id").get<uint16_t>(),
					       f.at("flow").get<uint16_t>(),
					       f.at("next_seq").get<uint64_t>());
		return sum;
	} catch (const json::exception &e) {
		throw UsageError("--sender: " + path + " is not a sender's report");
	}
}

int probe_analyze(const std::vector<std::string> &argv)
{
	Args args(argv, {"--from", "--to", "--bins", "--sender"},
		  {"--json", "--all-windows", "--flows"}, 1);

	if (args.positional().empty())
		throw UsageError("which log?");
	if (args.has("--all-windows") && (args.has("--from") || args.has("--to")))
		throw UsageError("--all-windows goes without --from and --to");

	uint64_t bin_ms = args.num("--bins", 1, 3600000, 0);
	Log log = log_read(args.positional()[0]);
	Analysis an(log);
	std::vector<Window> windows;

	if (args.has("--all-windows"))
		windows = all_windows(log);
	else if (args.has("--from") || args.has("--to"))
		windows.push_back(mark_window(log, args.str("--from", ""), args.str("--to", "")));

	json j;

	j["tool"] = "vfpath-probe";
	j["mode"] = "analyze";
	j["log"] = args.positional()[0];
	j["start_mono_ns"] = log.start_mono_ns;
	j["start_real_ns"] = log.start_real_ns;
	j["duration_s"] = static_cast<double>(log.end_ns - log.start_mono_ns) / 1e9;
	j["complete"] = log.complete;
	j["truncated"] = log.truncated;
	j["marks"] = json::array();
	for (const Mark &m : log.marks)
		j["marks"].push_back({{"name", m.name},
				      {"t_s", (static_cast<double>(m.ns) -
					       static_cast<double>(log.start_mono_ns)) /
						      1e9},
				      {"mono_ns", m.ns}});

	std::string text;

	j["windows"] = json::array();
	for (const Window &w : windows) {
		WindowStats ws = an.window(w);

		j["windows"].push_back(to_json(log, ws, args.has("--flows")));
		text += to_text(log, ws);
	}
	WindowStats whole = an.window(whole_window(log));

	j["whole"] = to_json(log, whole, args.has("--flows"));
	text += "whole log: " + to_text(log, whole);
	if (args.has("--sender")) {
		uint64_t tail = tail_of(an, args.str("--sender"));

		j["whole"]["tail_missing"] = tail;
		text += "sent after the last arrival: " + std::to_string(tail) + "\n";
	}
	if (!log.complete)
		text += "the log has no end: its receiver was killed or still runs\n";

	if (bin_ms) {
		uint64_t i = 0;

		j["bins"]["ms"] = bin_ms;
		j["bins"]["columns"] = {"t_s",	"received",   "bytes",
					"lost", "duplicated", "reordered"};
		j["bins"]["rows"] = json::array();
		if (!args.has("--json"))
			text += "t_s received bytes lost duplicated reordered\n";
		for (const Bin &b : an.bins(bin_ms * 1000000)) {
			double t = static_cast<double>(i++ * bin_ms) / 1e3;
			char line[160];

			if (args.has("--json")) {
				j["bins"]["rows"].push_back({t, b.received, b.bytes, b.lost,
							     b.duplicated, b.reordered});
				continue;
			}
			snprintf(line, sizeof(line), "%.3f %llu %llu %llu %llu %llu\n", t,
				 static_cast<unsigned long long>(b.received),
				 static_cast<unsigned long long>(b.bytes),
				 static_cast<unsigned long long>(b.lost),
				 static_cast<unsigned long long>(b.duplicated),
				 static_cast<unsigned long long>(b.reordered));
			text += line;
		}
	}
	if (args.has("--json"))
		printf("%s\n", j.dump().c_str());
	else
		fputs(text.c_str(), stdout);
	return 0;
}
