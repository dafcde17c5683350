/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "error.h"

namespace vft
{

class Fd
{
public:
	explicit Fd(int fd = -1) : fd_(fd) {}
	Fd(Fd &&o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
	Fd &operator=(Fd &&o) noexcept
	{
		std::swap(fd_, o.fd_);
		return *this;
	}
	Fd(const Fd &) = delete;
	Fd &operator=(const Fd &) = delete;
	~Fd()
	{
		if (fd_ >= 0)
			close(fd_);
	}
	operator int() const
	{
		return fd_;
	}
	void reset()
	{
		if (fd_ >= 0)
			close(fd_);
		fd_ = -1;
	}

private:
	int fd_;
};

[[noreturn]] inline void fail_errno(const std::string &what)
{
	throw RunError(what + ": " + strerror(errno));
}

/* SIGINT and SIGTERM as something to poll; SIGPIPE never. */
inline Fd stop_signals()
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, nullptr);
	Fd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));

	if (fd < 0)
		fail_errno("signalfd");
	return fd;
}

inline bool signal_pending(const Fd &fd)
{
	signalfd_siginfo si;

	return read(fd, &si, sizeof(si)) == static_cast<ssize_t>(sizeof(si));
}

inline void write_all(int fd, const char *data, size_t len, const std::string &what)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fail_errno(what);
		data += n;
		len -= static_cast<size_t>(n);
	}
}

} // namespace vft
