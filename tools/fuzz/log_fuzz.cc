// SPDX-License-Identifier: GPL-2.0
// libFuzzer: any bytes as a log; the analysis of what is accepted must hold together.
#include <cstdlib>

#include "analysis.h"
#include "error.h"

using namespace vft;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try {
		Log log = log_parse(data, len);
		Analysis an(log);
		WindowStats whole = an.window(whole_window(log));

		if (whole.total.received + whole.total.duplicated != log.packets.size())
			abort();
		to_json(log, whole, true).dump();
		if (log.marks.size() > 64)
			return 0;

		uint64_t received = 0;

		for (const Window &w : all_windows(log)) {
			WindowStats ws = an.window(w);

			received += ws.total.received;
			to_text(log, ws);
		}
		/* Marks of a forged log may be out of order: then windows overlap. */
		bool sorted = true;

		for (size_t i = 1; i < log.marks.size(); i++)
			sorted &= log.marks[i - 1].ns <= log.marks[i].ns;
		if (sorted && received != whole.total.received)
			abort();
	} catch (const RunError &) {
	}
	return 0;
}
