/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace vft
{

/*
 * "--name value", "--name=value" and bare flags, nothing else. Every option must be known in
 * advance, be given at most once, and have a value unless it is a flag.
 */
class Args
{
public:
	Args(const std::vector<std::string> &argv, const std::set<std::string> &valued,
	     const std::set<std::string> &flags, size_t max_positional = 0);

	bool has(const std::string &name) const;
	std::string str(const std::string &name) const; /* required */
	std::string str(const std::string &name, const std::string &def) const;
	uint64_t num(const std::string &name, uint64_t min, uint64_t max) const; /* required */
	uint64_t num(const std::string &name, uint64_t min, uint64_t max, uint64_t def) const;
	double real(const std::string &name, double min, double max, double def) const;
	const std::vector<std::string> &positional() const
	{
		return positional_;
	}

private:
	std::map<std::string, std::string> opts_;
	std::vector<std::string> positional_;
};

uint64_t parse_u64(const std::string &what, const std::string &s, uint64_t min, uint64_t max);
double parse_real(const std::string &what, const std::string &s, double min, double max);

/* "250", "10K", "1.5M", "2G": decimal multiples, as bits per second are usually given. */
uint64_t parse_scaled(const std::string &what, const std::string &s, uint64_t max);

} // namespace vft
