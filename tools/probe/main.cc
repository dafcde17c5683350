// SPDX-License-Identifier: GPL-2.0
// A numbered UDP stream: what was lost, duplicated, reordered, and how long it was silent.
#include <cstdio>
#include <cstring>
#include <exception>

#include "error.h"
#include "probe.h"

static const char USAGE[] =
	"usage:\n"
	"  vfpath-probe send --to ADDR:PORT [--bind ADDR[:PORT]] [--rate PPS] [--size BYTES]\n"
	"                    [--flows N] [--duration S] [--id N] [--burst N] [--tick MS]\n"
	"  vfpath-probe recv --bind ADDR:PORT --log FILE [--control SOCKET]\n"
	"  vfpath-probe mark --control SOCKET NAME\n"
	"  vfpath-probe stats --control SOCKET\n"
	"  vfpath-probe analyze LOG [--from MARK] [--to MARK] [--all-windows] [--bins MS]\n"
	"                    [--sender FILE] [--flows] [--json]\n"
	"IPv6 addresses are written as [ADDR]:PORT.\n";

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const std::vector<std::string> &);
	} verbs[] = {{"send", probe_send},
		     {"recv", probe_recv},
		     {"mark", probe_mark},
		     {"stats", probe_stats},
		     {"analyze", probe_analyze}};
	std::vector<std::string> rest(argv + (argc > 1 ? 2 : 1), argv + argc);

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))) {
		fputs(USAGE, stdout);
		return 0;
	}
	try {
		for (const auto &v : verbs)
			if (argc > 1 && !strcmp(argv[1], v.name))
				return v.run(rest);
	} catch (const vft::UsageError &e) {
		fprintf(stderr, "vfpath-probe %s: %s\n", argv[1], e.what());
		return 2;
	} catch (const std::exception &e) {
		fprintf(stderr, "vfpath-probe %s: %s\n", argv[1], e.what());
		return 1;
	}
	fputs(USAGE, stderr);
	return 2;
}
