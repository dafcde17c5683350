/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstddef>
#include <cstdint>

namespace vft
{

/* Little endian at any alignment; files and datagrams look the same on every machine. */
template <typename T> void put_le(uint8_t *p, T v)
{
	for (size_t i = 0; i < sizeof(T); i++)
		p[i] = static_cast<uint8_t>(v >> (8 * i));
}

template <typename T> T get_le(const uint8_t *p)
{
	T v = 0;

	for (size_t i = 0; i < sizeof(T); i++)
		v = static_cast<T>(v | (static_cast<T>(p[i]) << (8 * i)));
	return v;
}

} // namespace vft
