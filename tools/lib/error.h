/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <stdexcept>
#include <string>

namespace vft
{

/* Bad input: the caller prints the text and exits with 2. */
struct UsageError : std::runtime_error {
	using std::runtime_error::runtime_error;
};

/* Something failed while running: exit 1. */
struct RunError : std::runtime_error {
	using std::runtime_error::runtime_error;
};

} // namespace vft
