// SPDX-License-Identifier: GPL-2.0
#include "timeline.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

#include "error.h"

namespace vft
{

using nlohmann::json;

namespace
{

constexpr double LEFT_MIN = 130, PLOT_W = 1180, RIGHT_MIN = 40;
constexpr double PLOT_H = 130, LOSS_H = 38, STRIP_H = 16, STRIP_GAP = 5, PART_GAP = 12;
constexpr double LANE_HEAD = 26, LANE_GAP = 18;
constexpr double CHAR_W = 6.3, LABEL_GAP = 23, SLANT = 38, ELBOW = 22;
constexpr size_t LABEL_MAX = 44;

/* Okabe and Ito's colours, which stay apart for most colour-blind readers. */
const char *const COLOURS[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
			       "#56b4e9", "#e69f00", "#555555"};
constexpr size_t N_COLOURS = sizeof(COLOURS) / sizeof(COLOURS[0]);

const char *path_colour(const std::string &p)
{
	return p == "vf" ? "#2f9e5f" : p == "synthetic" ? "#f0b03f" : "#b9bec6";
}

const char *event_colour(const std::string &kind)
{
	if (kind == "torn" || kind == "fail")
		return "#c0262d";
	if (kind == "return" || kind == "plug")
		return "#1f7a45";
	return "#4a5568";
}

class Svg
{
public:
	__attribute__((format(printf, 2, 3))) void add(const char *fmt, ...)
	{
		char buf[1024];
		va_list ap;

		va_start(ap, fmt);
		int n = vsnprintf(buf, sizeof(buf), fmt, ap);
		va_end(ap);
		out += std::string(buf, static_cast<size_t>(std::min<int>(n, sizeof(buf) - 1)));
		out += '\n';
	}
	void text(double x, double y, const char *attrs, const std::string &s)
	{
		char buf[256];

		snprintf(buf, sizeof(buf), "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, attrs);
		out += buf + xml_escape(s) + "</text>\n";
	}
	std::string out;
};

std::string where(const std::string &at, const char *key)
{
	return at + (at.empty() ? "" : ".") + key;
}

const json &array_at(const json &j, const char *key, const std::string &at)
{
	static const json none = json::array();

	if (!j.contains(key))
		return none;
	if (!j[key].is_array())
		throw UsageError(where(at, key) + " is not an array");
	return j[key];
}

std::string string_at(const json &j, const char *key, const std::string &at, bool required = true)
{
	if (!j.contains(key)) {
		if (required)
			throw UsageError(where(at, key) + " is missing");
		return "";
	}
	if (!j[key].is_string())
		throw UsageError(where(at, key) + " is not a string");
	return j[key];
}

double number(const json &j, const std::string &at)
{
	if (!j.is_number())
		throw UsageError(at + " is not a number");

	double v = j;

	if (!std::isfinite(v) || std::fabs(v) > 1e15)
		throw UsageError(at + " is out of range");
	return v;
}

void need_object(const json &j, const std::string &at)
{
	if (!j.is_object())
		throw UsageError(at + " is not an object");
}

std::vector<Timeline::Series> parse_series(const json &lane, const char *key, const std::string &at,
					   bool unit)
{
	std::vector<Timeline::Series> v;

	for (const json &s : array_at(lane, key, at)) {
		std::string here = where(at, key) + "[" + std::to_string(v.size()) + "]";
		Timeline::Series out;

		need_object(s, here);
		out.name = string_at(s, "name", here);
		if (unit)
			out.unit = string_at(s, "unit", here);
		for (const json &p : array_at(s, "points", here)) {
			std::string pt =
				here + ".points[" + std::to_string(out.points.size()) + "]";

			if (!p.is_array() || p.size() != 2)
				throw UsageError(pt + " is not [t, value]");
			out.points.emplace_back(number(p[0], pt), number(p[1], pt));
			if (out.points.back().second < 0)
				throw UsageError(pt + " is negative");
			if (out.points.size() > 1 &&
			    out.points.back().first < out.points[out.points.size() - 2].first)
				throw UsageError(pt + " goes back in time");
		}
		v.push_back(std::move(out));
	}
	return v;
}

Timeline::Lane parse_lane(const json &j, const std::string &at)
{
	Timeline::Lane lane;

	need_object(j, at.empty() ? "the input" : at);
	lane.name = string_at(j, "name", at, false);
	lane.series = parse_series(j, "series", at, true);
	lane.loss = parse_series(j, "loss", at, false);
	for (const json &p : array_at(j, "path", at)) {
		std::string here = where(at, "path") + "[" + std::to_string(lane.path.size()) + "]";
		Timeline::Path path;

		need_object(p, here);
		path.name = string_at(p, "name", here);
		for (const json &s : array_at(p, "spans", here)) {
			std::string sp = here + ".spans[" + std::to_string(path.spans.size()) + "]";

			if (!s.is_array() || s.size() != 3 || !s[2].is_string())
				throw UsageError(sp + " is not [t0, t1, path]");
			Timeline::Span span{number(s[0], sp), number(s[1], sp), s[2]};

			if (span.t1 < span.t0)
				throw UsageError(sp + " ends before it starts");
			if (span.path != "vf" && span.path != "synthetic" && span.path != "none")
				throw UsageError(sp + ": '" + span.path +
						 "' is none of vf, synthetic, none");
			path.spans.push_back(span);
		}
		lane.path.push_back(std::move(path));
	}
	return lane;
}

std::string tick_label(double v)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%.6g", v);
	return buf;
}

} // namespace

std::string xml_escape(const std::string &s)
{
	std::string out;

	for (char c : s) {
		switch (c) {
		case '&':
			out += "&amp;";
			break;
		case '<':
			out += "&lt;";
			break;
		case '>':
			out += "&gt;";
			break;
		case '"':
			out += "&quot;";
			break;
		default:
			/* XML has no way to write most control characters. */
			out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
		}
	}
	return out;
}

std::vector<double> nice_ticks(double max, int n)
{
	if (!(max > 0))
		max = 1;

	double raw = max / n, mag = std::pow(10, std::floor(std::log10(raw)));
	double step = 10 * mag;

	for (double m : {1.0, 2.0, 5.0})
		if (raw <= m * mag * (1 + 1e-9)) {
			step = m * mag;
			break;
		}

	std::vector<double> v;

	for (int i = 0;; i++) {
		v.push_back(i * step);
		if (v.back() >= max * (1 - 1e-9))
			return v;
	}
}

std::vector<double> spread_labels(const std::vector<double> &want, double gap, double lo, double hi)
{
	/* Blocks of labels that touch; a block sits where its members want to be on average. */
	struct Block {
		double sum, pos;
		size_t n;
	};
	std::vector<Block> blocks;
	std::vector<double> out;

	if (want.size() > 1)
		gap = std::min(gap, (hi - lo) / static_cast<double>(want.size() - 1));

	auto place = [&](Block &b) {
		double width = gap * static_cast<double>(b.n - 1);

		b.pos = std::clamp(b.sum / static_cast<double>(b.n), lo, std::max(lo, hi - width));
	};

	for (double w : want) {
		blocks.push_back({w, w, 1});
		place(blocks.back());
		while (blocks.size() > 1) {
			Block &a = blocks[blocks.size() - 2], &b = blocks.back();
			double a_width = gap * static_cast<double>(a.n);

			if (a.pos + a_width <= b.pos + 1e-9)
				break;
			a.sum += b.sum - a_width * static_cast<double>(b.n);
			a.n += b.n;
			blocks.pop_back();
			place(blocks.back());
		}
	}
	for (const Block &b : blocks)
		for (size_t i = 0; i < b.n; i++)
			out.push_back(b.pos + gap * static_cast<double>(i));
	return out;
}

Timeline timeline_parse(const json &j)
{
	Timeline t;

	need_object(j, "the input");
	t.title = string_at(j, "title", "", false);
	t.subtitle = string_at(j, "subtitle", "", false);
	if (j.contains("lanes")) {
		for (const char *k : {"series", "loss", "path"})
			if (j.contains(k))
				throw UsageError(std::string(k) +
						 " goes into a lane where there are lanes");
		for (const json &l : array_at(j, "lanes", ""))
			t.lanes.push_back(
				parse_lane(l, "lanes[" + std::to_string(t.lanes.size()) + "]"));
	} else {
		t.lanes.push_back(parse_lane(j, ""));
	}
	for (const json &e : array_at(j, "events", "")) {
		std::string here = "events[" + std::to_string(t.events.size()) + "]";

		need_object(e, here);
		if (!e.contains("t"))
			throw UsageError(here + ".t is missing");
		t.events.push_back({number(e["t"], here + ".t"), string_at(e, "label", here),
				    string_at(e, "kind", here, false)});
	}
	std::stable_sort(t.events.begin(), t.events.end(),
			 [](const auto &a, const auto &b) { return a.t < b.t; });

	bool any = false;
	auto see = [&](double v) {
		t.t0 = any ? std::min(t.t0, v) : v;
		t.t1 = any ? std::max(t.t1, v) : v;
		any = true;
	};

	for (const auto &l : t.lanes) {
		for (const auto *set : {&l.series, &l.loss})
			for (const auto &s : *set)
				for (const auto &p : s.points)
					see(p.first);
		for (const auto &p : l.path)
			for (const auto &s : p.spans) {
				see(s.t0);
				see(s.t1);
			}
	}
	for (const auto &e : t.events)
		see(e.t);
	if (!any)
		throw UsageError("there is nothing to draw");
	if (t.t1 - t.t0 < 1e-3)
		t.t1 = t.t0 + 1;
	/* A run that starts near zero starts at zero. */
	if (t.t0 > 0 && t.t0 < (t.t1 - t.t0) * 0.1)
		t.t0 = 0;
	return t;
}

namespace
{

class Drawing
{
public:
	explicit Drawing(const Timeline &t) : t_(t)
	{
		size_t longest = 0;

		for (const auto &l : t.lanes) {
			for (const auto &r : l.loss)
				longest = std::max(longest, r.name.size());
			for (const auto &r : l.path)
				longest = std::max(longest, r.name.size());
		}
		left_ = std::max(LEFT_MIN, 7.2 * static_cast<double>(longest) + 20);
	}
	std::string draw();

private:
	double x(double t) const
	{
		return left_ + (t - t_.t0) / (t_.t1 - t_.t0) * PLOT_W;
	}
	void lane(const Timeline::Lane &l);
	void plot(const std::vector<const Timeline::Series *> &set, const std::string &unit);
	void losses(const std::vector<Timeline::Series> &loss);
	void strip(const Timeline::Path &p);
	void frame(double h);
	void events(double top, double labels_h);
	void axis();

	const Timeline &t_;
	Svg back_, svg_;
	double y_ = 0, left_ = LEFT_MIN;
};

/* Background and vertical grid of one part. */
void Drawing::frame(double h)
{
	back_.add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#fafbfc\" "
		  "stroke=\"#d8dde4\"/>",
		  left_, y_, PLOT_W, h);
}

void Drawing::plot(const std::vector<const Timeline::Series *> &set, const std::string &unit)
{
	double max = 0;

	for (const auto *s : set)
		for (const auto &p : s->points)
			max = std::max(max, p.second);

	std::vector<double> ticks = nice_ticks(max, 4);
	double top = ticks.back();
	/* The legend of this plot, on its own line above it. */
	double lx = left_ + PLOT_W;

	frame(PLOT_H);
	for (double v : ticks) {
		double y = y_ + PLOT_H * (1 - v / top);

		back_.add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" "
			  "stroke=\"#e6e9ee\"/>",
			  left_, left_ + PLOT_W, y, y);
		svg_.text(left_ - 6, y + 4, "class=\"tick\" text-anchor=\"end\"", tick_label(v));
	}
	char rot[96];

	snprintf(rot, sizeof(rot),
		 "class=\"unit\" text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\"",
		 left_ - 52, y_ + PLOT_H / 2);
	svg_.text(left_ - 52, y_ + PLOT_H / 2, rot, unit);

	for (size_t i = set.size(); i-- > 0;) {
		const auto *s = set[i];
		const char *colour = COLOURS[i % N_COLOURS];
		std::string d;
		char buf[64];

		for (size_t k = 0; k < s->points.size(); k++) {
			snprintf(buf, sizeof(buf), "%s%.2f,%.2f", k ? " " : "",
				 x(s->points[k].first),
				 y_ + PLOT_H * (1 - s->points[k].second / top));
			d += buf;
		}
		svg_.out += "<polyline points=\"" + d + "\" fill=\"none\" stroke=\"" + colour +
			    "\" stroke-width=\"1.6\" stroke-linejoin=\"round\"><title>" +
			    xml_escape(s->name) + "</title></polyline>\n";
		lx -= CHAR_W * static_cast<double>(s->name.size()) + 4;
		svg_.text(lx, y_ - 6, "class=\"key\"", s->name);
		svg_.add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
			 "stroke-width=\"3\"/>",
			 lx - 24, lx - 5, y_ - 10, y_ - 10, colour);
		lx -= 40;
	}
	y_ += PLOT_H + PART_GAP;
}

void Drawing::losses(const std::vector<Timeline::Series> &loss)
{
	double max = 0;
	size_t row = 0;

	for (const auto &s : loss)
		for (const auto &p : s.points)
			max = std::max(max, p.second);
	for (const auto &s : loss) {
		double sum = 0;

		frame(LOSS_H);
		/* Thin bars, never thinner than can be seen; the height is by the square root. */
		for (const auto &p : s.points) {
			if (p.second <= 0)
				continue;
			double h = std::max(4.0, (LOSS_H - 3) * std::sqrt(p.second / max));

			sum += p.second;
			svg_.add("<rect x=\"%.2f\" y=\"%.2f\" width=\"3\" height=\"%.2f\" "
				 "fill=\"#c0262d\"><title>%.6g lost at %.3f s</title></rect>",
				 x(p.first) - 1.5, y_ + LOSS_H - h, h, p.second, p.first);
		}
		svg_.text(left_ - 8, y_ + LOSS_H / 2 - 2, "class=\"row\" text-anchor=\"end\"",
			  s.name);
		svg_.text(left_ - 8, y_ + LOSS_H / 2 + 12,
			  sum > 0 ? "class=\"lost\" text-anchor=\"end\""
				  : "class=\"tick\" text-anchor=\"end\"",
			  tick_label(sum) + " lost");
		y_ += LOSS_H + (++row == loss.size() ? PART_GAP : STRIP_GAP);
	}
}

void Drawing::strip(const Timeline::Path &p)
{
	frame(STRIP_H);
	svg_.text(left_ - 8, y_ + STRIP_H - 4, "class=\"row\" text-anchor=\"end\"", p.name);
	for (const auto &s : p.spans) {
		double w = std::max(1.0, x(s.t1) - x(s.t0));

		svg_.add("<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\">"
			 "<title>%s, %.3f to %.3f s</title></rect>",
			 x(s.t0), y_, w, STRIP_H, path_colour(s.path), s.path.c_str(), s.t0, s.t1);
		if (w > CHAR_W * static_cast<double>(s.path.size()) + 8)
			svg_.text(x(s.t0) + w / 2, y_ + STRIP_H - 4,
				  s.path == "vf"
					  ? "class=\"on\" text-anchor=\"middle\" fill=\"#fff\""
					  : "class=\"on\" text-anchor=\"middle\" fill=\"#333\"",
				  s.path == "vf" ? "VF" : s.path);
	}
	y_ += STRIP_H + STRIP_GAP;
}

void Drawing::lane(const Timeline::Lane &l)
{
	std::vector<std::string> units;

	svg_.text(left_, y_ + LANE_HEAD - 10, "class=\"lane\"", l.name);
	y_ += LANE_HEAD;
	for (const auto &s : l.series)
		if (std::find(units.begin(), units.end(), s.unit) == units.end())
			units.push_back(s.unit);
	for (size_t i = 0; i < units.size(); i++) {
		std::vector<const Timeline::Series *> set;

		for (const auto &s : l.series)
			if (s.unit == units[i])
				set.push_back(&s);
		if (i)
			y_ += 14; /* room for the legend line */
		plot(set, units[i]);
	}
	losses(l.loss);
	for (const auto &p : l.path)
		strip(p);
	y_ += LANE_GAP;
}

void Drawing::events(double top, double labels_h)
{
	std::vector<double> want;
	double base = top + labels_h;

	for (const auto &e : t_.events)
		want.push_back(x(e.t));

	std::vector<double> at = spread_labels(want, LABEL_GAP, left_, left_ + PLOT_W);

	for (size_t i = 0; i < t_.events.size(); i++) {
		const auto &e = t_.events[i];
		const char *c = event_colour(e.kind);
		std::string label = e.label;
		char attrs[160], t[32];

		if (label.size() > LABEL_MAX)
			label = label.substr(0, LABEL_MAX - 3) + "...";
		snprintf(t, sizeof(t), " (%.1f s)", e.t);
		svg_.add(
			"<path d=\"M%.2f,%.1f V%.1f L%.2f,%.1f V%.1f\" fill=\"none\" stroke=\"%s\" "
			"stroke-width=\"1\" stroke-dasharray=\"4 3\" opacity=\"0.75\"/>",
			want[i], y_ - LANE_GAP, base + ELBOW, at[i], base + 4, base, c);
		snprintf(attrs, sizeof(attrs),
			 "class=\"event\" fill=\"%s\" transform=\"rotate(-%.0f %.1f %.1f)\"", c,
			 SLANT, at[i], base - 3);
		svg_.text(at[i] + 2, base - 3, attrs, label + t);
	}
}

void Drawing::axis()
{
	double span = t_.t1 - t_.t0;
	std::vector<double> steps = nice_ticks(span, 12);
	double step = steps[1];

	for (double v = std::ceil(t_.t0 / step - 1e-9) * step; v <= t_.t1 + step * 1e-6;
	     v += step) {
		svg_.add("<line x1=\"%.2f\" x2=\"%.2f\" y1=\"%.1f\" y2=\"%.1f\" "
			 "stroke=\"#8a93a0\"/>",
			 x(v), x(v), y_ - LANE_GAP + 2, y_ - LANE_GAP + 8);
		svg_.text(x(v), y_ - LANE_GAP + 22, "class=\"tick\" text-anchor=\"middle\"",
			  tick_label(std::fabs(v) < step * 1e-6 ? 0 : v));
	}
	svg_.text(left_ + PLOT_W / 2, y_ - LANE_GAP + 42, "class=\"unit\" text-anchor=\"middle\"",
		  "time (s)");
}

std::string Drawing::draw()
{
	const double rad = SLANT * M_PI / 180;
	double labels_h = 0, right = RIGHT_MIN;

	for (const auto &e : t_.events) {
		double len =
			CHAR_W * (static_cast<double>(std::min(e.label.size(), LABEL_MAX)) + 10);

		labels_h = std::max(labels_h, len * std::sin(rad) + 8);
		right = std::max(right, x(e.t) + len * std::cos(rad) + 10 - left_ - PLOT_W);
	}

	double width = left_ + PLOT_W + right;
	double legend_y = 74, events_top = 84;

	y_ = events_top + labels_h + (t_.events.empty() ? 0 : ELBOW);
	for (const auto &l : t_.lanes)
		lane(l);
	events(events_top, labels_h);
	axis();
	y_ += 40;

	Svg head;

	head.add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		 "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\">",
		 width, y_, width, y_);
	head.out +=
		"<title>" + xml_escape(t_.title) +
		"</title>\n"
		"<style>.tick{font-size:11px;fill:#5b6573}.unit{font-size:12px;fill:#3b4450}"
		".row{font-size:12px;fill:#222}.lost{font-size:11px;fill:#c0262d;font-weight:bold}"
		".key{font-size:12px;fill:#222}.lane{font-size:15px;font-weight:bold;fill:#222}"
		".on{font-size:11px}.event{font-size:11.5px}</style>\n";
	head.add("<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\"/>", width, y_);
	head.text(24, 30, "font-size=\"21\" font-weight=\"bold\" fill=\"#111\"", t_.title);
	head.text(24, 50, "font-size=\"13\" fill=\"#4a5568\"", t_.subtitle);

	static const struct {
		const char *text, *colour;
		double w;
	} keys[] = {{"VF path", path_colour("vf"), 14},
		    {"synthetic path", path_colour("synthetic"), 14},
		    {"no path", path_colour("none"), 14},
		    {"packets lost (height by square root)", "#c0262d", 4}};
	double lx = 24;

	for (const auto &k : keys) {
		head.add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.0f\" height=\"12\" fill=\"%s\"/>",
			 lx, legend_y - 10, k.w, k.colour);
		head.text(lx + k.w + 6, legend_y, "class=\"key\"", k.text);
		lx += k.w + 30 +
		      CHAR_W * static_cast<double>(std::char_traits<char>::length(k.text));
	}
	return head.out + back_.out + svg_.out + "</svg>\n";
}

} // namespace

std::string timeline_svg(const Timeline &t)
{
	return Drawing(t).draw();
}

} // namespace vft
