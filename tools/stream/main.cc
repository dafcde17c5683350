// SPDX-License-Identifier: GPL-2.0
// One long-lived TCP connection, every byte of it checked: does it survive, and how well?
#include <algorithm>
#include <cstdio>
#include <vector>

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "addr.h"
#include "args.h"
#include "clock.h"
#include "pattern.h"
#include "posix.h"

using namespace vft;
using json = nlohmann::ordered_json;

namespace
{

const char USAGE[] =
	"usage:\n"
	"  vfpath-stream serve   --bind ADDR:PORT [options]\n"
	"  vfpath-stream connect --to ADDR:PORT [--bind ADDR[:PORT]] [--connect-timeout S]"
	" [options]\n"
	"options: [--rate BITS/S] [--duration S] [--log FILE] [--bin-ms MS] [--no-send]\n"
	"Both ends send, unless --no-send. The rate takes K, M or G and is each end's own.\n";

constexpr uint64_t SEED_CLIENT = 0x636c69656e740001, SEED_SERVER = 0x7365727665720002;
constexpr size_t CHUNK = 128 * 1024;
constexpr uint64_t DRAIN_NS = 5 * NSEC_PER_SEC;

struct Options {
	bool server = false, no_send = false;
	Addr bind, to;
	uint64_t rate = 0; /* bytes a second, 0 = as fast as it goes */
	double duration = 0;
	double connect_timeout = 10;
	std::string log;
	uint64_t bin_ns = 0;
};

class Stream
{
public:
	explicit Stream(const Options &o) : o_(o), stop_(stop_signals()) {}
	int run();

private:
	bool establish();
	bool wait(int fd, short events, uint64_t until);
	void transfer();
	void do_recv(uint64_t now);
	void do_send(uint64_t now);
	uint64_t allowance(uint64_t now) const;
	void bins(uint64_t now, bool last);
	void note_stall(uint64_t now);
	void error(const std::string &what, int err);
	int report();

	const Options &o_;
	Fd stop_, sock_, log_;
	bool stopping_ = false, peer_eof_ = false, shut_ = false;
	uint64_t start_ = 0, start_real_ = 0, stop_at_ = 0, last_rx_ = 0, ended_ = 0;
	uint64_t rx_ = 0, tx_ = 0, bin_rx_ = 0, bin_tx_ = 0, bin_at_ = 0;
	uint64_t bad_ = 0, first_bad_ = 0, stall_ = 0, stall_at_ = 0;
	uint64_t pace_at_ = 0, pace_tx_ = 0;
	std::string ended_by_ = "none";
	json errors_ = json::array();
	std::string peer_;
};

void Stream::error(const std::string &what, int err)
{
	const char *name = strerrorname_np(err);

	errors_.push_back({{"t_s", start_ ? static_cast<double>(mono_ns() - start_) / 1e9 : 0.0},
			   {"call", what},
			   {"errno", name ? name : "unknown"}});
	ended_by_ = "error";
}

/* False if told to stop, or at @until. */
bool Stream::wait(int fd, short events, uint64_t until)
{
	for (;;) {
		uint64_t now = mono_ns();
		pollfd p[2] = {{stop_, POLLIN, 0}, {fd, events, 0}};
		int ms = -1;

		if (until) {
			if (now >= until)
				return false;
			ms = static_cast<int>(
				std::min<uint64_t>((until - now) / 1000000 + 1, 1000));
		}
		poll(p, fd < 0 ? 1 : 2, ms);
		if (p[0].revents && signal_pending(stop_)) {
			stopping_ = true;
			return false;
		}
		if (fd >= 0 && p[1].revents)
			return true;
	}
}

bool Stream::establish()
{
	int one = 1;

	if (o_.server) {
		Fd l(socket(o_.bind.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));

		if (l < 0)
			fail_errno("socket");
		setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(l, o_.bind.sa(), o_.bind.len) || listen(l, 1))
			fail_errno("bind " + o_.bind.str());
		while (sock_ < 0) {
			if (!wait(l, POLLIN, 0))
				return false;
			Addr a;

			a.len = sizeof(a.ss);
			sock_ = Fd(accept4(l, reinterpret_cast<sockaddr *>(&a.ss), &a.len,
					   SOCK_CLOEXEC | SOCK_NONBLOCK));
			if (sock_ >= 0)
				peer_ = a.str();
		}
		return true; /* and the listening socket goes: there is only ever one */
	}

	uint64_t until = mono_ns() + static_cast<uint64_t>(o_.connect_timeout * 1e9);
	int err = 0;

	peer_ = o_.to.str();
	for (;;) {
		Fd s(socket(o_.to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
		socklen_t len = sizeof(err);

		if (s < 0)
			fail_errno("socket");
		if (o_.bind.len) {
			setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
			if (bind(s, o_.bind.sa(), o_.bind.len))
				fail_errno("bind " + o_.bind.str());
		}
		err = 0;
		if (connect(s, o_.to.sa(), o_.to.len)) {
			err = errno;
			if (err == EINPROGRESS) {
				err = ETIMEDOUT;
				if (wait(s, POLLOUT, until))
					getsockopt(s, SOL_SOCKET, SO_ERROR, &err, &len);
			}
		}
		if (!err) {
			sock_ = std::move(s);
			return true;
		}
		if (stopping_)
			return false;
		/* Nobody listens yet: try again shortly. */
		if (mono_ns() >= until)
			throw RunError("connect " + o_.to.str() + ": " + strerror(err));
		wait(-1, 0, std::min(until, mono_ns() + 50000000));
		if (stopping_)
			return false;
	}
}

void Stream::note_stall(uint64_t now)
{
	if (now > last_rx_ && now - last_rx_ > stall_) {
		stall_ = now - last_rx_;
		stall_at_ = last_rx_;
	}
}

void Stream::do_recv(uint64_t now)
{
	static std::vector<uint8_t> buf(CHUNK);
	ssize_t n = recv(sock_, buf.data(), buf.size(), 0);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			error("recv", errno);
		return;
	}
	if (!n) {
		peer_eof_ = true;
		if (ended_by_ == "none")
			ended_by_ = "peer";
		return;
	}

	size_t first = 0, len = static_cast<size_t>(n);
	size_t bad =
		pattern_check(o_.server ? SEED_CLIENT : SEED_SERVER, rx_, buf.data(), len, &first);

	if (bad && !bad_)
		first_bad_ = rx_ + first;
	bad_ += bad;
	note_stall(now);
	last_rx_ = now;
	rx_ += len;
	bin_rx_ += len;
}

/* Bytes that may go now; after a pause at most 50 ms' worth, so that a rate stays a rate. */
uint64_t Stream::allowance(uint64_t now) const
{
	if (!o_.rate)
		return CHUNK;

	double due = static_cast<double>(now - pace_at_) / 1e9 * static_cast<double>(o_.rate);
	double sent = static_cast<double>(tx_ - pace_tx_);

	return due > sent ? static_cast<uint64_t>(due - sent) : 0;
}

void Stream::do_send(uint64_t now)
{
	static std::vector<uint8_t> buf(CHUNK);
	uint64_t may = allowance(now);

	if (o_.rate && may > o_.rate / 20 + 1) {
		may = o_.rate / 20 + 1;
		pace_at_ = now - 50000000;
		pace_tx_ = tx_;
	}

	size_t len = static_cast<size_t>(std::min<uint64_t>(may, buf.size()));

	if (!len)
		return;
	pattern_fill(o_.server ? SEED_SERVER : SEED_CLIENT, tx_, buf.data(), len);
	ssize_t n = send(sock_, buf.data(), len, MSG_NOSIGNAL);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			error("send", errno);
		return;
	}
	tx_ += static_cast<uint64_t>(n);
	bin_tx_ += static_cast<uint64_t>(n);
}

void Stream::bins(uint64_t now, bool last)
{
	while (log_ >= 0 && (now >= bin_at_ + o_.bin_ns || last)) {
		json j;

		j["t_s"] = static_cast<double>(bin_at_ - start_) / 1e9;
		j["mono_ns"] = bin_at_;
		j["rx_bytes"] = bin_rx_;
		j["tx_bytes"] = bin_tx_;
		std::string line = j.dump() + "\n";

		write_all(log_, line.data(), line.size(), o_.log);
		bin_rx_ = bin_tx_ = 0;
		bin_at_ += o_.bin_ns;
		if (last && now < bin_at_)
			return;
	}
}

void Stream::transfer()
{
	uint64_t end = o_.duration > 0 ? start_ + static_cast<uint64_t>(o_.duration * 1e9) : 0;

	while (errors_.empty()) {
		uint64_t now = mono_ns();
		bool may_send = !o_.no_send && !shut_ && !peer_eof_ && !stop_at_;
		short want = peer_eof_ ? 0 : POLLIN;
		int ms = 100;

		bins(now, false);
		if (!stop_at_ && (stopping_ || (end && now >= end))) {
			stop_at_ = now;
			ended_by_ = stopping_ ? "signal" : "duration";
			may_send = false;
		}
		/* Our last byte is followed by FIN; then the peer's, up to its own FIN, is due. */
		if ((stop_at_ || peer_eof_) && !shut_) {
			if (shutdown(sock_, SHUT_WR))
				error("shutdown", errno);
			shut_ = true;
		}
		if (peer_eof_)
			break;
		if (stop_at_ && now - stop_at_ > DRAIN_NS) {
			error("drain", ETIMEDOUT);
			break;
		}
		if (may_send) {
			if (!o_.rate ||
			    allowance(now) >= std::min<uint64_t>(o_.rate / 200 + 1, CHUNK))
				want |= POLLOUT;
			else
				ms = 2;
		}

		pollfd p[2] = {{sock_, want, 0}, {stop_, POLLIN, 0}};

		if (poll(p, 2, ms) < 0 && errno != EINTR)
			fail_errno("poll");
		now = mono_ns();
		if (p[1].revents && signal_pending(stop_))
			stopping_ = true;
		if (p[0].revents & (POLLIN | POLLERR | POLLHUP))
			do_recv(now);
		if (errors_.empty() && (p[0].revents & POLLOUT))
			do_send(now);
	}
	ended_ = mono_ns();
	/* The peer's silence counts up to our stop; after that nobody promised anything. */
	if (!peer_eof_ || !stop_at_)
		note_stall(stop_at_ ? stop_at_ : ended_);
	bins(ended_, true);
}

int Stream::report()
{
	json j;
	bool connected = start_ != 0;
	bool survived = connected && errors_.empty() && !bad_;
	tcp_info ti{};
	socklen_t len = sizeof(ti);

	if (connected)
		getsockopt(sock_, IPPROTO_TCP, TCP_INFO, &ti, &len);
	j["tool"] = "vfpath-stream";
	j["mode"] = o_.server ? "serve" : "connect";
	j["peer"] = peer_;
	j["connected"] = connected;
	j["survived"] = survived;
	j["ended_by"] = ended_by_;
	j["start_mono_ns"] = start_;
	j["start_real_ns"] = start_real_;
	j["duration_s"] = connected ? static_cast<double>(ended_ - start_) / 1e9 : 0.0;
	j["bytes_received"] = rx_;
	j["bytes_sent"] = tx_;
	j["bad_bytes"] = bad_;
	j["first_bad_offset"] = bad_ ? json(first_bad_) : json(nullptr);
	j["longest_stall_ms"] = static_cast<double>(stall_) / 1e6;
	j["longest_stall_start_s"] =
		stall_ ? json(static_cast<double>(stall_at_ - start_) / 1e9) : json(nullptr);
	j["retransmits"] = ti.tcpi_total_retrans;
	j["errors"] = errors_;
	printf("%s\n", j.dump().c_str());
	return survived ? 0 : 1;
}

int Stream::run()
{
	if (establish()) {
		start_ = last_rx_ = bin_at_ = pace_at_ = mono_ns();
		start_real_ = real_ns();
		if (!o_.log.empty()) {
			log_ = Fd(open(o_.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				       0644));
			if (log_ < 0)
				fail_errno(o_.log);
			std::string head = json({{"start_mono_ns", start_},
						 {"start_real_ns", start_real_},
						 {"bin_ms", o_.bin_ns / 1000000}})
						   .dump() +
					   "\n";

			write_all(log_, head.data(), head.size(), o_.log);
		}
		transfer();
	} else {
		ended_by_ = "signal";
	}
	return report();
}

Options parse_options(const std::string &verb, const std::vector<std::string> &argv)
{
	Args a(argv,
	       {"--bind", "--to", "--rate", "--duration", "--log", "--bin-ms", "--connect-timeout"},
	       {"--no-send"});
	Options o;

	o.server = verb == "serve";
	if (o.server) {
		if (a.has("--to") || a.has("--connect-timeout"))
			throw UsageError("serve takes neither --to nor --connect-timeout");
		o.bind = parse_addr("--bind", a.str("--bind"));
	} else {
		o.to = parse_addr("--to", a.str("--to"));
		if (a.has("--bind"))
			o.bind = parse_addr("--bind", a.str("--bind"), true);
		if (o.bind.len && o.bind.family() != o.to.family())
			throw UsageError("--bind and --to are of different families");
	}
	if (a.has("--rate")) {
		o.rate = parse_scaled("--rate", a.str("--rate"), 1000000000000) / 8;
		if (!o.rate)
			throw UsageError("--rate: at least 8 bits/s");
	}
	o.duration = a.real("--duration", 0.001, 1e7, 0);
	o.connect_timeout = a.real("--connect-timeout", 0, 3600, 10);
	o.log = a.str("--log", "");
	o.bin_ns = a.num("--bin-ms", 1, 60000, 100) * 1000000;
	o.no_send = a.has("--no-send");
	return o;
}

} // namespace

int main(int argc, char **argv)
{
	std::string verb = argc > 1 ? argv[1] : "";

	if (verb == "--help" || verb == "help") {
		fputs(USAGE, stdout);
		return 0;
	}
	if (verb != "serve" && verb != "connect") {
		fputs(USAGE, stderr);
		return 2;
	}
	try {
		Options o = parse_options(verb, {argv + 2, argv + argc});

		return Stream(o).run();
	} catch (const UsageError &e) {
		fprintf(stderr, "vfpath-stream %s: %s\n", verb.c_str(), e.what());
		return 2;
	} catch (const std::exception &e) {
		fprintf(stderr, "vfpath-stream %s: %s\n", verb.c_str(), e.what());
		return 1;
	}
}
