// SPDX-License-Identifier: GPL-2.0
#include "addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include "args.h"
#include "error.h"

namespace vft
{

uint16_t Addr::port() const
{
	if (family() == AF_INET6)
		return ntohs(reinterpret_cast<const sockaddr_in6 *>(&ss)->sin6_port);
	return ntohs(reinterpret_cast<const sockaddr_in *>(&ss)->sin_port);
}

void Addr::set_port(uint16_t port)
{
	if (family() == AF_INET6)
		reinterpret_cast<sockaddr_in6 *>(&ss)->sin6_port = htons(port);
	else
		reinterpret_cast<sockaddr_in *>(&ss)->sin_port = htons(port);
}

std::string Addr::str() const
{
	char buf[INET6_ADDRSTRLEN] = "";

	if (family() == AF_INET6) {
		auto *a = reinterpret_cast<const sockaddr_in6 *>(&ss);

		inet_ntop(AF_INET6, &a->sin6_addr, buf, sizeof(buf));
		return "[" + std::string(buf) + "]:" + std::to_string(port());
	}
	auto *a = reinterpret_cast<const sockaddr_in *>(&ss);

	inet_ntop(AF_INET, &a->sin_addr, buf, sizeof(buf));
	return std::string(buf) + ":" + std::to_string(port());
}

Addr parse_addr(const std::string &what, const std::string &text, bool port_optional)
{
	std::string host, port;
	bool v6 = false, have_port = false;

	if (!text.empty() && text[0] == '[') {
		size_t close = text.find(']');

		if (close == std::string::npos)
			throw UsageError(what + ": '" + text + "' has no closing ']'");
		v6 = true;
		host = text.substr(1, close - 1);
		if (close + 1 < text.size()) {
			if (text[close + 1] != ':')
				throw UsageError(what + ": '" + text + "' is not [ADDR]:PORT");
			have_port = true;
			port = text.substr(close + 2);
		}
	} else {
		size_t first = text.find(':'), last = text.rfind(':');

		if (first != last) {
			/* A bare IPv6 address cannot carry a port without ambiguity. */
			if (!port_optional)
				throw UsageError(what + ": '" + text +
						 "': write IPv6 as [ADDR]:PORT");
			v6 = true;
			host = text;
		} else {
			host = text.substr(0, first);
			have_port = first != std::string::npos;
			if (have_port)
				port = text.substr(first + 1);
		}
	}
	if (!have_port && !port_optional)
		throw UsageError(what + ": '" + text + "' has no port");

	Addr a;

	if (v6) {
		auto *s = reinterpret_cast<sockaddr_in6 *>(&a.ss);
		size_t pct = host.find('%');

		s->sin6_family = AF_INET6;
		a.len = sizeof(*s);
		if (pct != std::string::npos) {
			std::string ifname = host.substr(pct + 1);

			s->sin6_scope_id = if_nametoindex(ifname.c_str());
			if (!s->sin6_scope_id)
				throw UsageError(what + ": no interface '" + ifname + "'");
			host.resize(pct);
		}
		if (inet_pton(AF_INET6, host.c_str(), &s->sin6_addr) != 1)
			throw UsageError(what + ": '" + host + "' is not an IPv6 address");
	} else {
		auto *s = reinterpret_cast<sockaddr_in *>(&a.ss);

		s->sin_family = AF_INET;
		a.len = sizeof(*s);
		if (inet_pton(AF_INET, host.c_str(), &s->sin_addr) != 1)
			throw UsageError(what + ": '" + host + "' is not an IPv4 address");
	}
	if (have_port)
		a.set_port(static_cast<uint16_t>(parse_u64(what + " port", port, 1, 65535)));
	return a;
}

} // namespace vft
