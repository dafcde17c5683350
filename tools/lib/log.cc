// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "bytes.h"
#include "error.h"

namespace vft
{

static const char LOG_MAGIC[8] = {'V', 'F', 'P', 'L', 'O', 'G', '\r', '\n'};
constexpr uint32_t LOG_VERSION = 1;

void log_put_header(std::string &out, uint64_t mono_ns, uint64_t real_ns)
{
	uint8_t b[LOG_RECORD];

	memcpy(b, LOG_MAGIC, sizeof(LOG_MAGIC));
	put_le<uint32_t>(b + 8, LOG_VERSION);
	put_le<uint32_t>(b + 12, LOG_RECORD);
	put_le<uint64_t>(b + 16, mono_ns);
	put_le<uint64_t>(b + 24, real_ns);
	out.append(reinterpret_cast<char *>(b), sizeof(b));
}

static void put_record(std::string &out, RecordType type, const Packet &p)
{
	uint8_t b[LOG_RECORD];

	put_le<uint64_t>(b, p.rx_ns);
	put_le<uint64_t>(b + 8, p.tx_ns);
	put_le<uint64_t>(b + 16, p.seq);
	put_le<uint16_t>(b + 24, p.flow);
	put_le<uint16_t>(b + 26, p.id);
	put_le<uint16_t>(b + 28, p.len);
	b[30] = static_cast<uint8_t>(type);
	b[31] = 0;
	out.append(reinterpret_cast<char *>(b), sizeof(b));
}

void log_put_packet(std::string &out, const Packet &p)
{
	put_record(out, RecordType::packet, p);
}

void log_put_mark(std::string &out, const Mark &m)
{
	Packet p;

	if (!mark_name_ok(m.name))
		throw UsageError("bad mark name");
	p.rx_ns = m.ns;
	p.len = static_cast<uint16_t>(m.name.size());
	put_record(out, RecordType::mark, p);
	out += m.name;
	out.append((LOG_RECORD - m.name.size() % LOG_RECORD) % LOG_RECORD, '\0');
}

void log_put_drops(std::string &out, const Drops &d)
{
	Packet p;

	p.rx_ns = d.ns;
	p.seq = d.count;
	put_record(out, RecordType::drops, p);
}

void log_put_end(std::string &out, uint64_t ns)
{
	Packet p;

	p.rx_ns = ns;
	put_record(out, RecordType::end, p);
}

bool mark_name_ok(const std::string &name)
{
	if (name.empty() || name.size() > MARK_NAME_MAX || name.front() == ' ' ||
	    name.back() == ' ')
		return false;
	return std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

Log log_parse(const uint8_t *data, size_t len)
{
	Log log;

	if (len < LOG_RECORD || memcmp(data, LOG_MAGIC, sizeof(LOG_MAGIC)))
		throw RunError("not a vfpath-probe log");
	if (get_le<uint32_t>(data + 8) != LOG_VERSION || get_le<uint32_t>(data + 12) != LOG_RECORD)
		throw RunError("a vfpath-probe log of another version");
	log.start_mono_ns = get_le<uint64_t>(data + 16);
	log.start_real_ns = get_le<uint64_t>(data + 24);
	log.end_ns = log.start_mono_ns;

	size_t off = LOG_RECORD;

	for (; len - off >= LOG_RECORD; off += LOG_RECORD) {
		const uint8_t *b = data + off;
		Packet p;

		if (log.complete)
			throw RunError("log: records after the end record");
		p.rx_ns = get_le<uint64_t>(b);
		p.tx_ns = get_le<uint64_t>(b + 8);
		p.seq = get_le<uint64_t>(b + 16);
		p.flow = get_le<uint16_t>(b + 24);
		p.id = get_le<uint16_t>(b + 26);
		p.len = get_le<uint16_t>(b + 28);

		switch (static_cast<RecordType>(b[30])) {
		case RecordType::packet:
			log.packets.push_back(p);
			break;
		case RecordType::mark: {
			size_t padded = (p.len + LOG_RECORD - 1) / LOG_RECORD * LOG_RECORD;

			if (len - off - LOG_RECORD < padded) {
				log.truncated = true;
				return log;
			}
			std::string name(reinterpret_cast<const char *>(b) + LOG_RECORD, p.len);

			if (!mark_name_ok(name))
				throw RunError("log: bad mark name at byte " + std::to_string(off));
			log.marks.push_back({p.rx_ns, name});
			off += padded;
			break;
		}
		case RecordType::drops:
			log.drops.push_back({p.rx_ns, p.seq});
			break;
		case RecordType::end:
			log.complete = true;
			break;
		default:
			throw RunError("log: unknown record at byte " + std::to_string(off));
		}
		log.end_ns = std::max(log.end_ns, p.rx_ns);
	}
	log.truncated = off != len;
	return log;
}

Log log_read(const std::string &path)
{
	std::unique_ptr<FILE, int (*)(FILE *)> f(fopen(path.c_str(), "rb"), fclose);
	std::vector<uint8_t> data;
	uint8_t buf[65536];
	size_t n;

	if (!f)
		throw UsageError(path + ": " + strerror(errno));
	while ((n = fread(buf, 1, sizeof(buf), f.get())) > 0)
		data.insert(data.end(), buf, buf + n);
	if (ferror(f.get()))
		throw RunError(path + ": " + strerror(errno));
	try {
		return log_parse(data.data(), data.size());
	} catch (const RunError &e) {
		throw RunError(path + ": " + e.what());
	}
}

} // namespace vft
