/* SPDX-License-Identifier: GPL-2.0 */
#pragma once

#include <string>
#include <vector>

int probe_send(const std::vector<std::string> &argv);
int probe_recv(const std::vector<std::string> &argv);
int probe_mark(const std::vector<std::string> &argv);
int probe_stats(const std::vector<std::string> &argv);
int probe_analyze(const std::vector<std::string> &argv);
