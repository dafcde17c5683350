/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstdint>

namespace vft
{

/*
 * When the next datagram is due. Ticks are absolute (start + n / rate), so rounding does not
 * add up. A sender that was held up may send the overdue ticks at once, but at most
 * @max_burst of them; the rest are given up (skipped()), and the schedule goes on from now.
 */
class Schedule
{
public:
	Schedule(uint64_t start_ns, uint64_t rate_pps, unsigned max_burst);

	uint64_t due() const;
	void advance(); /* one tick used */

	/* To be called when awake at @now; returns how many ticks were given up. */
	uint64_t catch_up(uint64_t now_ns);

	uint64_t skipped() const
	{
		return skipped_;
	}
	uint64_t max_behind_ns() const
	{
		return max_behind_;
	}

private:
	uint64_t start_;
	uint64_t rate_;
	unsigned burst_;
	uint64_t tick_ = 0;
	uint64_t skipped_ = 0;
	uint64_t max_behind_ = 0;
};

} // namespace vft
