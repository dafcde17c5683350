/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace vft
{

/* What is drawn; README.md documents the JSON it comes from. Times in seconds. */
struct Timeline {
	using Points = std::vector<std::pair<double, double>>;
	struct Series {
		std::string name, unit;
		Points points;
	};
	struct Span {
		double t0, t1;
		std::string path; /* vf, synthetic or none */
	};
	struct Path {
		std::string name;
		std::vector<Span> spans;
	};
	struct Event {
		double t;
		std::string label, kind;
	};
	struct Lane {
		std::string name;
		std::vector<Series> series, loss;
		std::vector<Path> path;
	};

	std::string title, subtitle;
	std::vector<Lane> lanes;
	std::vector<Event> events; /* by time */
	double t0 = 0, t1 = 0;
};

/* Throws UsageError and says where the input is wrong. */
Timeline timeline_parse(const nlohmann::json &j);
std::string timeline_svg(const Timeline &t);

/* The parts of the layout that can be wrong on their own. */

/* Positions as near as possible to the wanted ones (sorted), at least @gap apart, in [lo, hi]. */
std::vector<double> spread_labels(const std::vector<double> &want, double gap, double lo,
				  double hi);
/* Round numbers from 0 (or below) to at least @max, about @n of them. */
std::vector<double> nice_ticks(double max, int n);
std::string xml_escape(const std::string &s);

} // namespace vft
