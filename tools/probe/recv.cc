// SPDX-License-Identifier: GPL-2.0
#include <cstdio>
#include <map>

#include <fcntl.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <nlohmann/json.hpp>

#include "addr.h"
#include "args.h"
#include "clock.h"
#include "log.h"
#include "posix.h"
#include "probe.h"
#include "wire.h"

using namespace vft;

namespace
{

constexpr unsigned BATCH = 64;
constexpr size_t MAX_DATAGRAM = 65536;
constexpr size_t FLUSH_BYTES = 64 * 1024;
constexpr int FLUSH_MS = 100;

struct Slot {
	uint8_t data[MAX_DATAGRAM];
	alignas(cmsghdr) char control[256];
};

class Receiver
{
public:
	explicit Receiver(const Args &args);
	int run();

private:
	void open_socket(const Addr &addr);
	void open_control(const std::string &path);
	bool receive();
	uint64_t rx_time(msghdr &mh, uint64_t mono, uint64_t real);
	void count_drops(uint32_t total, uint64_t ns);
	void read_drops();
	void serve_control();
	nlohmann::ordered_json report() const;
	void flush();

	std::string log_path_, control_path_;
	Fd log_, sock_, control_, stop_;
	std::vector<Slot> slots_;
	std::string out_;
	uint64_t start_ = 0, start_real_ = 0, received_ = 0, bytes_ = 0, foreign_ = 0, last_rx_ = 0;
	uint64_t drops_ = 0, marks_ = 0;
	uint32_t drops_seen_ = 0;
	int rcvbuf_ = 0;
	std::map<uint16_t, uint64_t> by_id_;
};

Receiver::Receiver(const Args &args)
    : log_path_(args.str("--log")), control_path_(args.str("--control", "")), slots_(BATCH)
{
	Addr addr = parse_addr("--bind", args.str("--bind"));

	open_socket(addr);
	if (!control_path_.empty())
		open_control(control_path_);
	/* Last, so that a mistake in the other arguments leaves an old log alone. */
	log_ = Fd(open(log_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
	if (log_ < 0)
		fail_errno(log_path_);
	stop_ = stop_signals();
}

void Receiver::open_socket(const Addr &addr)
{
	int one = 1, want = 16 << 20;
	socklen_t len = sizeof(rcvbuf_);

	sock_ = Fd(socket(addr.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (sock_ < 0)
		fail_errno("socket");
	if (setsockopt(sock_, SOL_SOCKET, SO_RCVBUFFORCE, &want, sizeof(want)))
		setsockopt(sock_, SOL_SOCKET, SO_RCVBUF, &want, sizeof(want));
	getsockopt(sock_, SOL_SOCKET, SO_RCVBUF, &rcvbuf_, &len);
	if (setsockopt(sock_, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    setsockopt(sock_, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one)))
		fail_errno("setsockopt");
	if (bind(sock_, addr.sa(), addr.len))
		fail_errno("bind " + addr.str());
}

void Receiver::open_control(const std::string &path)
{
	sockaddr_un un{};

	if (path.size() >= sizeof(un.sun_path))
		throw UsageError("--control: path too long");
	un.sun_family = AF_UNIX;
	memcpy(un.sun_path, path.c_str(), path.size());
	unlink(path.c_str());
	control_ = Fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (control_ < 0 || bind(control_, reinterpret_cast<sockaddr *>(&un), sizeof(un)) ||
	    listen(control_, 8))
		fail_errno("--control " + path);
}

/* The kernel stamps with CLOCK_REALTIME, which may be set; the log holds CLOCK_MONOTONIC. */
uint64_t Receiver::rx_time(msghdr &mh, uint64_t mono, uint64_t real)
{
	uint64_t ns = mono;

	for (cmsghdr *c = CMSG_FIRSTHDR(&mh); c; c = CMSG_NXTHDR(&mh, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_TIMESTAMPNS) {
			timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			uint64_t ago = real - to_ns(ts);

			/* Queued for longer than this means that the clock was set. */
			if (ago < 10 * NSEC_PER_SEC && ago < mono - start_)
				ns = mono - ago;
		} else if (c->cmsg_type == SO_RXQ_OVFL) {
			uint32_t total;

			memcpy(&total, CMSG_DATA(c), sizeof(total));
			count_drops(total, mono);
		}
	}
	return ns;
}

void Receiver::count_drops(uint32_t total, uint64_t ns)
{
	uint32_t more = total - drops_seen_;

	/* Batches may be looked at after a newer figure was read: never count backwards. */
	if (!more || more > UINT32_MAX / 2)
		return;
	log_put_drops(out_, {ns, more});
	drops_ += more;
	drops_seen_ = total;
}

void Receiver::read_drops()
{
	uint32_t mem[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(mem);

	if (!getsockopt(sock_, SOL_SOCKET, SO_MEMINFO, mem, &len) &&
	    len > SK_MEMINFO_DROPS * sizeof(uint32_t))
		count_drops(mem[SK_MEMINFO_DROPS], mono_ns());
}

bool Receiver::receive()
{
	mmsghdr mm[BATCH];
	iovec iov[BATCH];

	memset(mm, 0, sizeof(mm));
	for (unsigned i = 0; i < BATCH; i++) {
		iov[i] = {slots_[i].data, MAX_DATAGRAM};
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_control = slots_[i].control;
		mm[i].msg_hdr.msg_controllen = sizeof(slots_[i].control);
	}

	int n = recvmmsg(sock_, mm, BATCH, MSG_DONTWAIT, nullptr);

	if (n < 0) {
		if (errno == EAGAIN || errno == EINTR)
			return false;
		fail_errno("recvmmsg");
	}

	uint64_t mono = mono_ns(), real = real_ns();

	for (int i = 0; i < n; i++) {
		uint64_t rx = rx_time(mm[i].msg_hdr, mono, real);
		auto d = wire_decode(slots_[i].data, mm[i].msg_len);

		if (!d) {
			foreign_++;
			continue;
		}
		log_put_packet(out_, {rx, d->tx_mono_ns, d->seq, d->flow, d->id,
				      static_cast<uint16_t>(mm[i].msg_len)});
		received_++;
		bytes_ += mm[i].msg_len;
		by_id_[d->id]++;
		last_rx_ = rx;
	}
	if (out_.size() >= FLUSH_BYTES)
		flush();
	return n == BATCH;
}

void Receiver::flush()
{
	write_all(log_, out_.data(), out_.size(), log_path_);
	out_.clear();
}

nlohmann::ordered_json Receiver::report() const
{
	nlohmann::ordered_json j;
	uint64_t now = mono_ns();

	j["tool"] = "vfpath-probe";
	j["mode"] = "recv";
	j["start_mono_ns"] = start_;
	j["start_real_ns"] = start_real_;
	j["duration_s"] = static_cast<double>(now - start_) / 1e9;
	j["received"] = received_;
	j["bytes"] = bytes_;
	j["foreign"] = foreign_;
	j["socket_drops"] = drops_;
	j["rcvbuf_bytes"] = rcvbuf_;
	j["marks"] = marks_;
	j["silent_us"] = received_ && now > last_rx_
				 ? nlohmann::ordered_json(static_cast<double>(now - last_rx_) / 1e3)
				 : nlohmann::ordered_json(nullptr);
	j["streams"] = nlohmann::ordered_json::array();
	for (const auto &[id, n] : by_id_)
		j["streams"].push_back({{"id", id}, {"received", n}});
	return j;
}

/* A request is one packet, "MARK name" or "STATS"; the answer starts with OK or ERROR. */
void Receiver::serve_control()
{
	Fd c(accept4(control_, nullptr, nullptr, SOCK_CLOEXEC));
	timeval tv{1, 0};
	char buf[512];

	if (c < 0)
		return;
	/* A client that connects and says nothing must not stop the log for long. */
	setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(c, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	ssize_t n = recv(c, buf, sizeof(buf), 0);

	if (n <= 0)
		return;

	std::string req(buf, static_cast<size_t>(n)), answer;

	if (req == "STATS") {
		read_drops();
		answer = "OK " + report().dump();
	} else if (req.rfind("MARK ", 0) == 0 && mark_name_ok(req.substr(5))) {
		Mark m{mono_ns(), req.substr(5)};

		/* What arrived before the mark carries its own, earlier time. */
		while (receive())
			;
		read_drops();
		log_put_mark(out_, m);
		flush();
		marks_++;
		answer = "OK " + std::to_string(m.ns);
	} else {
		answer = "ERROR bad request";
	}
	(void)!send(c, answer.data(), answer.size(), MSG_NOSIGNAL);
}

int Receiver::run()
{
	uint64_t flushed;

	start_ = flushed = mono_ns();
	start_real_ = real_ns();
	log_put_header(out_, start_, start_real_);
	flush();
	for (;;) {
		pollfd p[3] = {{sock_, POLLIN, 0}, {stop_, POLLIN, 0}, {control_, POLLIN, 0}};

		if (poll(p, control_ < 0 ? 2 : 3, out_.empty() ? -1 : FLUSH_MS) < 0 &&
		    errno != EINTR)
			fail_errno("poll");
		if (p[0].revents)
			receive();
		if (control_ >= 0 && p[2].revents)
			serve_control();
		if (p[1].revents && signal_pending(stop_))
			break;
		if (!out_.empty() && mono_ns() - flushed > FLUSH_MS * 1000000ull) {
			flush();
			flushed = mono_ns();
		}
	}
	uint64_t end = mono_ns();

	while (receive())
		;
	read_drops();
	log_put_end(out_, end);
	flush();
	if (!control_path_.empty())
		unlink(control_path_.c_str());
	printf("%s\n", report().dump().c_str());
	return 0;
}

} // namespace

int probe_recv(const std::vector<std::string> &argv)
{
	Receiver r(Args(argv, {"--bind", "--log", "--control"}, {}));

	return r.run();
}
