/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <cstdint>
#include <string>

#include <sys/socket.h>

namespace vft
{

struct Addr {
	sockaddr_storage ss{};
	socklen_t len = 0;

	int family() const
	{
		return ss.ss_family;
	}
	const sockaddr *sa() const
	{
		return reinterpret_cast<const sockaddr *>(&ss);
	}
	uint16_t port() const;
	void set_port(uint16_t port);
	std::string str() const;
};

/*
 * Numeric addresses only, so that nothing waits for a name server: "192.0.2.1:5000",
 * "[2001:db8::1]:5000", "[fe80::1%eth0]:5000". With @port_optional the port may be left out
 * (and is then 0). Throws UsageError.
 */
Addr parse_addr(const std::string &what, const std::string &text, bool port_optional = false);

} // namespace vft
