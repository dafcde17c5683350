// SPDX-License-Identifier: GPL-2.0
#include "wire.h"

#include "bytes.h"

namespace vft
{

/* 0 magic, 4 version, 5 check, 6 length, 8 id, 10 flow, 12 zero, 16 seq, 24 mono, 32 real */
static uint8_t head_check(const uint8_t *buf)
{
	uint8_t sum = 0xa5;

	for (size_t i = 0; i < Datagram::SIZE; i++)
		if (i != 5)
			sum = static_cast<uint8_t>(((sum << 1) | (sum >> 7)) ^ buf[i]);
	return sum;
}

void wire_encode(const Datagram &d, uint8_t *buf, uint16_t len)
{
	put_le<uint32_t>(buf, Datagram::MAGIC);
	buf[4] = Datagram::VERSION;
	put_le<uint16_t>(buf + 6, len);
	put_le<uint16_t>(buf + 8, d.id);
	put_le<uint16_t>(buf + 10, d.flow);
	put_le<uint32_t>(buf + 12, 0);
	put_le<uint64_t>(buf + 16, d.seq);
	put_le<uint64_t>(buf + 24, d.tx_mono_ns);
	put_le<uint64_t>(buf + 32, d.tx_real_ns);
	buf[5] = head_check(buf);
}

std::optional<Datagram> wire_decode(const uint8_t *buf, size_t len)
{
	if (len < Datagram::SIZE || get_le<uint32_t>(buf) != Datagram::MAGIC ||
	    buf[4] != Datagram::VERSION || get_le<uint16_t>(buf + 6) != len ||
	    buf[5] != head_check(buf))
		return std::nullopt;

	Datagram d;

	d.id = get_le<uint16_t>(buf + 8);
	d.flow = get_le<uint16_t>(buf + 10);
	d.seq = get_le<uint64_t>(buf + 16);
	d.tx_mono_ns = get_le<uint64_t>(buf + 24);
	d.tx_real_ns = get_le<uint64_t>(buf + 32);
	return d;
}

} // namespace vft
