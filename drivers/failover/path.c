// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Which path
 *
 * Events change what is known of the lowers; which path to use follows from that and
 * from the operator's policy, by vfo_path_decide(), and never from history. The order
 * of a switch is what makes it quiet:
 *
 * - to the VF: the host is asked to deliver to it (TELL_ON), then we send by it (MOVE).
 *   Until then frames arrive by the synthetic path, and unicast is taken from either.
 * - to the synthetic path: we send by it (MOVE), then the host delivers to it
 *   (TELL_OFF). What the VF has received by then is still taken.
 *
 * Pure. RTNL is the caller's.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "path.h"

/**
 * vfo_path_init() - no lowers, policy auto
 * @p: path
 */
void vfo_path_init(struct vfo_path *p)
{
	memset(p, 0, sizeof(*p));
	p->active = VFO_NONE;
}

/**
 * vfo_path_usable() - would frames sent there arrive?
 * @p: path
 * @side: lower
 *
 * Return: true when it is open, configured, has link, and the host is with us.
 */
bool vfo_path_usable(const struct vfo_path *p, enum vfo_side side)
{
	const struct vfo_path_lower *l = &p->lower[side];

	return l->present && l->up && l->carrier && !l->unfit && !l->refused;
}

/* Better than none: what doesn't fit in one respect carries the rest */
static bool vfo_path_limps(const struct vfo_path *p, enum vfo_side side)
{
	const struct vfo_path_lower *l = &p->lower[side];

	return l->present && l->up && l->carrier && l->unfit && !l->refused;
}

/**
 * vfo_path_decide() - the path to use
 * @p: path
 *
 * Return: a side that can be used; the other than the policy's rather than none, and one that
 * doesn't fit rather than none.
 */
enum vfo_side vfo_path_decide(const struct vfo_path *p)
{
	/* A NIC's switch doesn't know the stations of a bridge, and filters what a VF sends */
	bool synthetic = p->policy == VFO_POLICY_SYNTHETIC ||
			 (p->policy == VFO_POLICY_AUTO && p->others);
	enum vfo_side first = synthetic ? VFO_SYNTHETIC : VFO_VF;
	enum vfo_side second = synthetic ? VFO_VF : VFO_SYNTHETIC;

	if (vfo_path_usable(p, first))
		return first;
	if (vfo_path_usable(p, second))
		return second;
	if (vfo_path_limps(p, VFO_SYNTHETIC))
		return VFO_SYNTHETIC;
	return vfo_path_limps(p, VFO_VF) ? VFO_VF : VFO_NONE;
}

static int vfo_path_note(struct vfo_path_lower *l, enum vfo_event ev)
{
	if (ev == VFO_EV_ADDED) {
		if (l->present)
			return -EEXIST;
		memset(l, 0, sizeof(*l));
		l->present = true;
		return 0;
	}
	if (!l->present)
		return -ENODEV;

	switch (ev) {
	case VFO_EV_REMOVED:
		memset(l, 0, sizeof(*l));
		return 0;
	case VFO_EV_UP:
		l->up = true;
		l->refused = false;
		return 0;
	case VFO_EV_DOWN:
		l->up = false;
		return 0;
	case VFO_EV_CARRIER_ON:
		if (!l->carrier)
			l->refused = false;
		l->carrier = true;
		return 0;
	case VFO_EV_CARRIER_OFF:
		l->carrier = false;
		return 0;
	case VFO_EV_UNFIT:
		l->unfit = true;
		return 0;
	case VFO_EV_FIT:
		l->unfit = false;
		return 0;
	case VFO_EV_REFUSED:
		l->refused = true;
		return 0;
	case VFO_EV_AGAIN:
		l->refused = false;
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * vfo_path_event() - something happened
 * @p: path
 * @side: to which lower; of no meaning for VFO_EV_POLICY, which @p says already
 * @ev: what
 * @actions: VFO_ACT_* to do; @p->active is the new path already
 *
 * Return: 0, -EEXIST for a second lower on a side, -ENODEV for an event of none,
 * -EINVAL. Nothing has changed then.
 */
int vfo_path_event(struct vfo_path *p, enum vfo_side side, enum vfo_event ev, u32 *actions)
{
	enum vfo_side old = p->active, now;
	int err;

	*actions = 0;
	if (ev != VFO_EV_POLICY) {
		if (side >= VFO_SIDES)
			return -EINVAL;
		err = vfo_path_note(&p->lower[side], ev);
		if (err)
			return err;
	}
	now = vfo_path_decide(p);
	if (now == old) {
		if (ev == VFO_EV_AGAIN && now == VFO_VF)
			*actions |= VFO_ACT_TELL_ON;
		return 0;
	}
	p->active = now;
	if (now == VFO_VF)
		*actions |= VFO_ACT_TELL_ON;
	*actions |= VFO_ACT_MOVE;
	/* A VF that is gone has nobody who could be told */
	if (old == VFO_VF && p->lower[VFO_VF].present)
		*actions |= VFO_ACT_TELL_OFF;
	if (now != VFO_NONE)
		*actions |= VFO_ACT_ANNOUNCE;
	return 0;
}
