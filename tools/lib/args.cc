// SPDX-License-Identifier: GPL-2.0
#include "args.h"

#include <charconv>
#include <cmath>

#include "error.h"

namespace vft
{

Args::Args(const std::vector<std::string> &argv, const std::set<std::string> &valued,
	   const std::set<std::string> &flags, size_t max_positional)
{
	for (size_t i = 0; i < argv.size(); i++) {
		const std::string &a = argv[i];

		if (a.rfind("--", 0) != 0 || a.size() == 2) {
			if (a.size() > 1 && a[0] == '-')
				throw UsageError("unknown option '" + a + "'");
			if (positional_.size() == max_positional)
				throw UsageError("unexpected argument '" + a + "'");
			positional_.push_back(a);
			continue;
		}

		size_t eq = a.find('=');
		std::string name = a.substr(0, eq);
		std::string value;

		if (flags.count(name)) {
			if (eq != std::string::npos)
				throw UsageError(name + " takes no value");
		} else if (valued.count(name)) {
			if (eq != std::string::npos)
				value = a.substr(eq + 1);
			else if (i + 1 < argv.size())
				value = argv[++i];
			else
				throw UsageError(name + " needs a value");
			if (value.empty())
				throw UsageError(name + " needs a value");
		} else {
			throw UsageError("unknown option '" + name + "'");
		}
		if (!opts_.emplace(name, value).second)
			throw UsageError(name + " given twice");
	}
}

bool Args::has(const std::string &name) const
{
	return opts_.count(name) != 0;
}

std::string Args::str(const std::string &name) const
{
	auto it = opts_.find(name);

	if (it == opts_.end())
		throw UsageError(name + " is required");
	return it->second;
}

std::string Args::str(const std::string &name, const std::string &def) const
{
	return has(name) ? str(name) : def;
}

uint64_t Args::num(const std::string &name, uint64_t min, uint64_t max) const
{
	return parse_u64(name, str(name), min, max);
}

uint64_t Args::num(const std::string &name, uint64_t min, uint64_t max, uint64_t def) const
{
	return has(name) ? num(name, min, max) : def;
}

double Args::real(const std::string &name, double min, double max, double def) const
{
	return has(name) ? parse_real(name, str(name), min, max) : def;
}

uint64_t parse_u64(const std::string &what, const std::string &s, uint64_t min, uint64_t max)
{
	uint64_t v = 0;
	auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), v);

	if (s.empty() || ec == std::errc::invalid_argument || end != s.data() + s.size())
		throw UsageError(what + ": '" + s + "' is not a whole number");
	if (ec != std::errc() || v < min || v > max)
		throw UsageError(what + ": " + s + " is not in " + std::to_string(min) + ".." +
				 std::to_string(max));
	return v;
}

double parse_real(const std::string &what, const std::string &s, double min, double max)
{
	double v = 0;
	auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), v);

	if (s.empty() || ec != std::errc() || end != s.data() + s.size() || !std::isfinite(v))
		throw UsageError(what + ": '" + s + "' is not a number");
	if (v < min || v > max)
		throw UsageError(what + ": " + s + " is out of range");
	return v;
}

uint64_t parse_scaled(const std::string &what, const std::string &s, uint64_t max)
{
	double mul = 1;
	std::string digits = s;

	if (!s.empty()) {
		switch (s.back()) {
		case 'k':
		case 'K':
			mul = 1e3;
			break;
		case 'm':
		case 'M':
			mul = 1e6;
			break;
		case 'g':
		case 'G':
			mul = 1e9;
			break;
		}
		if (mul != 1)
			digits.pop_back();
	}
	return static_cast<uint64_t>(
		std::llround(parse_real(what, digits, 0, static_cast<double>(max) / mul) * mul));
}

} // namespace vft
