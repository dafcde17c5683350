/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstdint>

#include <time.h>

namespace vft
{

constexpr uint64_t NSEC_PER_SEC = 1000000000ull;

inline uint64_t to_ns(const timespec &ts)
{
	return static_cast<uint64_t>(ts.tv_sec) * NSEC_PER_SEC + static_cast<uint64_t>(ts.tv_nsec);
}

inline uint64_t now_ns(clockid_t clk)
{
	timespec ts;

	clock_gettime(clk, &ts);
	return to_ns(ts);
}

inline uint64_t mono_ns()
{
	return now_ns(CLOCK_MONOTONIC);
}

inline uint64_t real_ns()
{
	return now_ns(CLOCK_REALTIME);
}

} // namespace vft
