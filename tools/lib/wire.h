/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace vft
{

/* The head of every probe datagram; the rest of it is filler. All fields little endian. */
struct Datagram {
	static constexpr uint32_t MAGIC = 0x50465656; /* "VVFP" */
	static constexpr uint8_t VERSION = 1;
	static constexpr size_t SIZE = 40;

	uint16_t id = 0;
	uint16_t flow = 0;
	uint64_t seq = 0;
	uint64_t tx_mono_ns = 0;
	uint64_t tx_real_ns = 0;
};

/* @buf must hold Datagram::SIZE bytes; @len is the whole datagram's length. */
void wire_encode(const Datagram &d, uint8_t *buf, uint16_t len);

/*
 * Nothing if it is not one of ours, or was cut short on its way: the head carries the length
 * that the sender meant and a check over the head.
 */
std::optional<Datagram> wire_decode(const uint8_t *buf, size_t len);

} // namespace vft
