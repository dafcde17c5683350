// SPDX-License-Identifier: GPL-2.0
#include "schedule.h"

#include <algorithm>

#include "clock.h"

namespace vft
{

Schedule::Schedule(uint64_t start_ns, uint64_t rate_pps, unsigned max_burst)
    : start_(start_ns), rate_(rate_pps), burst_(max_burst)
{
}

static uint64_t mul_div(uint64_t a, uint64_t b, uint64_t c)
{
	return static_cast<uint64_t>(static_cast<unsigned __int128>(a) * b / c);
}

uint64_t Schedule::due() const
{
	return start_ + mul_div(tick_, NSEC_PER_SEC, rate_);
}

void Schedule::advance()
{
	tick_++;
}

uint64_t Schedule::catch_up(uint64_t now_ns)
{
	uint64_t d = due();

	if (now_ns <= d)
		return 0;
	max_behind_ = std::max(max_behind_, now_ns - d);

	/* The last tick that is due now; burst_ ticks up to and with it may still go out. */
	uint64_t last = mul_div(now_ns - start_, rate_, NSEC_PER_SEC);

	if (last + 1 <= tick_ + burst_)
		return 0;

	uint64_t given_up = last + 1 - burst_ - tick_;

	tick_ += given_up;
	skipped_ += given_up;
	return given_up;
}

} // namespace vft
