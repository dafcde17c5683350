/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstddef>
#include <cstdint>

namespace vft
{

/*
 * The byte at every offset of a stream is a function of the offset and the direction's seed:
 * a lost, repeated, moved or changed byte anywhere shows at the receiver.
 */
void pattern_fill(uint64_t seed, uint64_t offset, uint8_t *buf, size_t len);

/* How many of the @len bytes are wrong; *first is the index of the first wrong one. */
size_t pattern_check(uint64_t seed, uint64_t offset, const uint8_t *buf, size_t len, size_t *first);

} // namespace vft
