// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cstdio>
#include <map>

#include <sys/prctl.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "addr.h"
#include "args.h"
#include "clock.h"
#include "posix.h"
#include "probe.h"
#include "schedule.h"
#include "wire.h"

using namespace vft;

static volatile sig_atomic_t stopped;

static void on_stop(int)
{
	stopped = 1;
}

int probe_send(const std::vector<std::string> &argv)
{
	Args args(
		argv,
		{"--to", "--bind", "--rate", "--size", "--flows", "--duration", "--id", "--burst",
		 "--tick"},
		{});
	Addr to = parse_addr("--to", args.str("--to"));
	uint64_t rate = args.num("--rate", 1, 1000000, 1000);
	size_t size = args.num("--size", Datagram::SIZE, 65000, 200);
	size_t flows = args.num("--flows", 1, 1024, 1);
	double duration = args.real("--duration", 0.001, 1e7, 0);
	auto id = static_cast<uint16_t>(args.num("--id", 0, 65535, 0));
	auto burst = static_cast<unsigned>(args.num("--burst", 1, 1024, 4));
	auto tick = static_cast<uint64_t>(args.real("--tick", 0, 1000, 0) * 1e6);
	Addr bind_to;

	if (args.has("--bind")) {
		bind_to = parse_addr("--bind", args.str("--bind"), true);
		if (bind_to.family() != to.family())
			throw UsageError("--bind and --to are of different families");
		if (bind_to.port() && bind_to.port() + flows - 1 > 65535)
			throw UsageError("--bind: no room for so many flows above the port");
	}

	struct sigaction sa {
	};

	sa.sa_handler = on_stop;
	sigaction(SIGINT, &sa, nullptr);
	sigaction(SIGTERM, &sa, nullptr);
	prctl(PR_SET_TIMERSLACK, 1);

	/* A socket per flow: another source port, so that hashes may spread the flows. */
	std::vector<Fd> socks;

	for (size_t i = 0; i < flows; i++) {
		Fd fd(socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));

		if (fd < 0)
			fail_errno("socket");
		if (bind_to.len) {
			Addr a = bind_to;

			if (a.port())
				a.set_port(static_cast<uint16_t>(a.port() + i));
			if (bind(fd, a.sa(), a.len))
				fail_errno("bind " + a.str());
		}
		socks.push_back(std::move(fd));
	}

	std::vector<uint64_t> next(flows);
	std::vector<uint8_t> buf(size);
	std::map<std::string, uint64_t> errors;
	uint64_t sent = 0, start = mono_ns(), start_real = real_ns();
	uint64_t end = duration > 0 ? start + static_cast<uint64_t>(duration * 1e9) : UINT64_MAX;
	uint64_t now = start, woke = start, error_since = 0, longest_error = 0;
	Schedule sched(start, rate, burst);
	size_t flow = 0;

	for (size_t i = Datagram::SIZE; i < size; i++)
		buf[i] = static_cast<uint8_t>(i);

	while (!stopped) {
		now = mono_ns();
		sched.catch_up(now);
		if (sched.due() >= end)
			break;
		if (sched.due() > now) {
			uint64_t until = std::max(sched.due(), woke + tick);
			timespec ts{static_cast<time_t>(until / NSEC_PER_SEC),
				    static_cast<long>(until % NSEC_PER_SEC)};

			/* EINTR leads back here, to look at stopped. */
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr);
			woke = mono_ns();
			continue;
		}

		Datagram d{id, static_cast<uint16_t>(flow), next[flow], mono_ns(), real_ns()};

		wire_encode(d, buf.data(), static_cast<uint16_t>(size));
		sched.advance();
		/* Never wait for buffer space: that would move the schedule unseen. */
		if (sendto(socks[flow], buf.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL, to.sa(),
			   to.len) < 0) {
			const char *name = strerrorname_np(errno);

			if (errno == EMSGSIZE)
				fail_errno("--size " + std::to_string(size));
			errors[name ? name : "unknown"]++;
			if (!error_since)
				error_since = now;
			longest_error = std::max(longest_error, mono_ns() - error_since);
			continue; /* the same number again at the next tick */
		}
		error_since = 0;
		sent++;
		next[flow]++;
		flow = (flow + 1) % flows;
	}

	double ran = static_cast<double>(mono_ns() - start) / 1e9;
	nlohmann::ordered_json j;

	j["tool"] = "vfpath-probe";
	j["mode"] = "send";
	j["to"] = to.str();
	j["id"] = id;
	j["size"] = size;
	j["start_mono_ns"] = start;
	j["start_real_ns"] = start_real;
	j["duration_s"] = ran;
	j["sent"] = sent;
	j["rate_wanted_pps"] = rate;
	j["rate_achieved_pps"] = ran > 0 ? static_cast<double>(sent) / ran : 0;
	j["ticks_skipped"] = sched.skipped();
	j["max_behind_us"] = static_cast<double>(sched.max_behind_ns()) / 1e3;
	j["errors"] = nlohmann::ordered_json::object();
	for (const auto &[name, n] : errors)
		j["errors"][name] = n;
	j["longest_error_us"] = static_cast<double>(longest_error) / 1e3;
	j["flows"] = nlohmann::ordered_json::array();
	for (size_t i = 0; i < flows; i++)
		j["flows"].push_back({{"flow", i}, {"next_seq", next[i]}});
	printf("%s\n", j.dump().c_str());
	return sent ? 0 : 1;
}
