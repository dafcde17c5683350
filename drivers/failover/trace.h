/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vfpath

#if !defined(_VFO_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _VFO_TRACE_H_

#include <linux/tracepoint.h>

/* The path of an upper has moved */
TRACE_EVENT(vfpath_switch,
	TP_PROTO(const char *upper, const char *from, const char *to, const char *reason,
		 u64 outage_us),
	TP_ARGS(upper, from, to, reason, outage_us),
	TP_STRUCT__entry(
		__string(upper, upper)
		__string(from, from)
		__string(to, to)
		__string(reason, reason)
		__field(u64, outage_us)
	),
	TP_fast_assign(
		vfp_assign_str(upper, upper);
		vfp_assign_str(from, from);
		vfp_assign_str(to, to);
		vfp_assign_str(reason, reason);
		__entry->outage_us = outage_us;
	),
	TP_printk("%s: %s -> %s (%s), outage %llu us", __get_str(upper), __get_str(from),
		  __get_str(to), __get_str(reason), __entry->outage_us)
);

#endif /* _VFO_TRACE_H_ */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
