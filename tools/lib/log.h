/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vft
{

/*
 * The receiver's log: a 32 byte header, then 32 byte records, little endian. It is only ever
 * appended to, so a log cut anywhere (a guest that died) is still good up to the cut.
 *
 * header: 0 magic "VFPLOG\r\n", 8 version, 12 record size, 16 start CLOCK_MONOTONIC ns,
 *         24 start CLOCK_REALTIME ns
 * record: 0 time (CLOCK_MONOTONIC ns), 8 tx ns, 16 seq, 24 flow, 26 id, 28 length,
 *         30 type, 31 zero
 * A mark's name follows its record, padded with zeros to whole records; "length" counts it.
 * A drop record carries in "seq" how many datagrams the socket dropped since the last one.
 */
enum class RecordType : uint8_t { packet = 1, mark = 2, drops = 3, end = 4 };

struct Packet {
	uint64_t rx_ns = 0; /* the receiver's CLOCK_MONOTONIC */
	uint64_t tx_ns = 0; /* the sender's CLOCK_MONOTONIC */
	uint64_t seq = 0;
	uint16_t flow = 0;
	uint16_t id = 0;
	uint16_t len = 0;
};

struct Mark {
	uint64_t ns = 0;
	std::string name;
};

struct Drops {
	uint64_t ns = 0;
	uint64_t count = 0;
};

struct Log {
	uint64_t start_mono_ns = 0;
	uint64_t start_real_ns = 0;
	uint64_t end_ns = 0;	/* time of the end record, or of the last record there is */
	bool complete = false;	/* has an end record */
	bool truncated = false; /* ends in the middle of a record */
	std::vector<Packet> packets;
	std::vector<Mark> marks;
	std::vector<Drops> drops;
};

constexpr size_t LOG_RECORD = 32;
constexpr size_t MARK_NAME_MAX = 255;

void log_put_header(std::string &out, uint64_t mono_ns, uint64_t real_ns);
void log_put_packet(std::string &out, const Packet &p);
void log_put_mark(std::string &out, const Mark &m);
void log_put_drops(std::string &out, const Drops &d);
void log_put_end(std::string &out, uint64_t ns);

/* Printable, no blanks at the ends, 1..MARK_NAME_MAX bytes. */
bool mark_name_ok(const std::string &name);

/* Throws RunError for what is not a log, or holds an unknown record. */
Log log_parse(const uint8_t *data, size_t len);
Log log_read(const std::string &path);

} // namespace vft
