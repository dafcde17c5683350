// SPDX-License-Identifier: GPL-2.0
// Draws throughput, loss and the active path against time.
#include <cstdio>
#include <fstream>

#include "args.h"
#include "error.h"
#include "timeline.h"

int main(int argc, char **argv)
{
	using namespace vft;

	try {
		Args a({argv + 1, argv + argc}, {"--in", "--out"}, {"--help"});

		if (a.has("--help")) {
			puts("usage: vfpath-timeline --in timeline.json --out timeline.svg");
			return 0;
		}
		std::string path = a.str("--in"), out = a.str("--out");
		std::ifstream in(path);
		nlohmann::json j;

		if (!in)
			throw UsageError("--in: cannot read " + path);
		try {
			j = nlohmann::json::parse(in);
		} catch (const nlohmann::json::exception &e) {
			throw UsageError(path + ": " + e.what());
		}
		std::string svg = timeline_svg(timeline_parse(j));
		std::ofstream os(out, std::ios::trunc);

		os << svg;
		os.close();
		if (!os)
			throw RunError("cannot write " + out);
		return 0;
	} catch (const vft::UsageError &e) {
		fprintf(stderr, "vfpath-timeline: %s\n", e.what());
		return 2;
	} catch (const std::exception &e) {
		fprintf(stderr, "vfpath-timeline: %s\n", e.what());
		return 1;
	}
}
