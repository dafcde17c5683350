// SPDX-License-Identifier: GPL-2.0
#include <cstdio>

#include <sys/socket.h>
#include <sys/un.h>

#include "args.h"
#include "log.h"
#include "posix.h"
#include "probe.h"

using namespace vft;

/* The rest of the answer after "OK ". */
static std::string ask(const std::string &path, const std::string &request)
{
	sockaddr_un un{};
	timeval tv{30, 0};
	std::string buf(65536, '\0');

	if (path.size() >= sizeof(un.sun_path))
		throw UsageError("--control: path too long");
	un.sun_family = AF_UNIX;
	memcpy(un.sun_path, path.c_str(), path.size());
	Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));

	if (fd < 0)
		fail_errno("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (connect(fd, reinterpret_cast<sockaddr *>(&un), sizeof(un)) ||
	    send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0)
		fail_errno(path);
	ssize_t n = recv(fd, buf.data(), buf.size(), 0);

	if (n < 0)
		fail_errno(path);
	buf.resize(static_cast<size_t>(n));
	if (buf.rfind("OK ", 0) != 0)
		throw RunError("the receiver answered: " + (buf.empty() ? "nothing" : buf));
	return buf.substr(3);
}

int probe_mark(const std::vector<std::string> &argv)
{
	Args args(argv, {"--control"}, {}, 1);
	std::string path = args.str("--control");

	if (args.positional().empty())
		throw UsageError("a mark needs a name");
	if (!mark_name_ok(args.positional()[0]))
		throw UsageError("a mark's name is 1..255 printable ASCII characters, with no "
				 "blank at either end");
	printf("%s\n", ask(path, "MARK " + args.positional()[0]).c_str());
	return 0;
}

int probe_stats(const std::vector<std::string> &argv)
{
	Args args(argv, {"--control"}, {});

	printf("%s\n", ask(args.str("--control"), "STATS").c_str());
	return 0;
}
