// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

#include <algorithm>
#include <cstring>

#include "bytes.h"

namespace vft
{

/* A bijective mixer: no two words of one stream are equal. */
static uint64_t word_at(uint64_t seed, uint64_t index)
{
	uint64_t x = index * 0x9e3779b97f4a7c15ull + seed;

	x ^= x >> 31;
	x *= 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xa3b195354a39b70dull;
	return x ^ (x >> 29);
}

void pattern_fill(uint64_t seed, uint64_t offset, uint8_t *buf, size_t len)
{
	while (len) {
		uint8_t word[8];
		size_t skip = offset % 8;
		size_t n = std::min(len, 8 - skip);

		put_le<uint64_t>(word, word_at(seed, offset / 8));
		memcpy(buf, word + skip, n);
		buf += n;
		offset += n;
		len -= n;
	}
}

size_t pattern_check(uint64_t seed, uint64_t offset, const uint8_t *buf, size_t len, size_t *first)
{
	size_t bad = 0;

	for (size_t done = 0; done < len;) {
		uint8_t word[8];
		size_t skip = (offset + done) % 8;
		size_t n = std::min(len - done, 8 - skip);

		put_le<uint64_t>(word, word_at(seed, (offset + done) / 8));
		if (memcmp(buf + done, word + skip, n)) {
			for (size_t i = 0; i < n; i++) {
				if (buf[done + i] == word[skip + i])
					continue;
				if (!bad++ && first)
					*first = done + i;
			}
		}
		done += n;
	}
	return bad;
}

} // namespace vft
