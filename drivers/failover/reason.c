// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Why a lower isn't used
 *
 * There is one reason at a time, and it follows from what path.c, plan.c and the host know: it is
 * made when it is asked for, so it can't be stale, and no path is left without one.
 *
 * Pure.
 */
#include <linux/kernel.h>

#include "reason.h"

static enum vfo_why vfo_reason_of_step(enum vfo_step step)
{
	switch (step) {
	case VFO_STEP_NONE:
		return VFO_WHY_NEW;
	case VFO_STEP_LEAVE:
		return VFO_WHY_READDRESSED;
	case VFO_STEP_CLOSE:
		return VFO_WHY_CLOSE;
	case VFO_STEP_MTU:
		return VFO_WHY_MTU;
	case VFO_STEP_MAC:
		return VFO_WHY_MAC;
	case VFO_STEP_OPEN:
		return VFO_WHY_OPEN;
	case VFO_STEP_VLANS:
		return VFO_WHY_VLANS;
	case VFO_STEP_FLAGS:
		return VFO_WHY_FLAGS;
	case VFO_STEP_NETPOLL:
		return VFO_WHY_NETPOLL;
	default:
		return VFO_WHY_LISTS;
	}
}

/**
 * vfo_reason_of() - why isn't this lower used?
 * @path: of the upper
 * @side: which lower
 * @plan: of that lower
 * @host: what it has answered, the last time it was asked
 *
 * Return: a reason whose @why is VFO_WHY_OK when it is used and fits, or isn't there. A lower that
 * is used although it doesn't fit has a reason.
 */
struct vfo_reason vfo_reason_of(const struct vfo_path *path, enum vfo_side side,
				const struct vfo_plan *plan, enum vfp_lower_reason host)
{
	const struct vfo_path_lower *l = &path->lower[side];
	struct vfo_reason r = {};

	if (!l->present)
		return r;
	if (l->unfit) {
		r.why = vfo_reason_of_step(plan->failed);
		r.err = plan->err;
		return r;
	}
	if (path->active == side)
		return r;
	if (!l->up) {
		r.why = VFO_WHY_CLOSED;
	} else if (!l->carrier) {
		r.why = VFO_WHY_CARRIER;
	} else if (l->refused) {
		r.why = VFO_WHY_HOST;
		r.host = host == VFP_LOWER_OK ? VFP_LOWER_REFUSED : host;
		r.err = vfp_lower_reason_errno(r.host);
	} else if (side == VFO_VF && path->policy == VFO_POLICY_AUTO && path->others) {
		r.why = VFO_WHY_OTHERS;
	} else if (side == VFO_VF && path->policy == VFO_POLICY_SYNTHETIC) {
		r.why = VFO_WHY_POLICY;
	}
	/* Else it is the other path's turn, and this one waits for it to go */
	return r;
}

/**
 * vfo_reason_text() - a reason, for the operator
 * @r: reason
 *
 * Return: a few words, "" for VFO_WHY_OK.
 */
const char *vfo_reason_text(const struct vfo_reason *r)
{
	static const char * const text[VFO_WHYS] = {
		[VFO_WHY_OK] = "",
		[VFO_WHY_NOT_ETHERNET] = "not an Ethernet netdev",
		[VFO_WHY_WRONG_KIND] = "neither a VF nor a synthetic netdev",
		[VFO_WHY_HAS_RECEIVER] = "somebody receives from this netdev already",
		[VFO_WHY_HAS_UPPER] = "the netdev has an upper already",
		[VFO_WHY_HAS_ADDRESSES] = "it has IP addresses, which belong on the upper",
		[VFO_WHY_TAKEN] = "the upper has a VF already",
		[VFO_WHY_OTHER_ADDRESS] = "its permanent MAC address isn't the other lower's",
		[VFO_WHY_KERNEL] = "can't be enslaved",
		[VFO_WHY_NEW] = "it is being configured",
		[VFO_WHY_READDRESSED] = "the host has given it another MAC address",
		[VFO_WHY_CLOSE] = "close failed",
		[VFO_WHY_MTU] = "MTU failed",
		[VFO_WHY_MAC] = "MAC address failed",
		[VFO_WHY_OPEN] = "open failed",
		[VFO_WHY_VLANS] = "VLANs failed",
		[VFO_WHY_FLAGS] = "promiscuous mode or all multicast failed",
		[VFO_WHY_NETPOLL] = "netpoll failed",
		[VFO_WHY_LISTS] = "further addresses failed",
		[VFO_WHY_CLOSED] = "it is down",
		[VFO_WHY_CARRIER] = "no carrier",
		[VFO_WHY_OTHERS] = "others send through the upper (a bridge?); path \"vf\" uses it",
		[VFO_WHY_POLICY] = "path is \"synthetic\"",
	};

	return r->why == VFO_WHY_HOST ? vfp_lower_reason_text(r->host) : text[r->why];
}

/**
 * vfo_reason_print() - a reason, with the lower's name and the error
 * @r: reason
 * @name: of the lower
 * @buf: for the text
 * @size: of @buf
 *
 * Return: length of the text, 0 for VFO_WHY_OK.
 */
int vfo_reason_print(const struct vfo_reason *r, const char *name, char *buf, size_t size)
{
	buf[0] = 0;
	if (r->why == VFO_WHY_OK)
		return 0;
	if (r->err)
		return scnprintf(buf, size, "%s: %s (%d)", name, vfo_reason_text(r), r->err);
	return scnprintf(buf, size, "%s: %s", name, vfo_reason_text(r));
}
