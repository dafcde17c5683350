/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VFO_PATH_H_
#define _VFO_PATH_H_

#include <linux/bits.h>
#include <linux/types.h>

/* What the operator wants (sysfs: vfpath/path) */
enum vfo_policy {
	VFO_POLICY_AUTO,		/* the VF whenever it can be used for all that is sent */
	VFO_POLICY_VF,			/* the VF whenever it can be used */
	VFO_POLICY_SYNTHETIC,		/* not the VF, unless there is nothing else */
	VFO_POLICIES,
};

enum vfo_side {
	VFO_SYNTHETIC,
	VFO_VF,
	VFO_SIDES,
	VFO_NONE = VFO_SIDES,		/* no path at all */
};

enum vfo_event {
	VFO_EV_ADDED,			/* a lower was enslaved */
	VFO_EV_REMOVED,
	VFO_EV_UP,			/* it is open */
	VFO_EV_DOWN,			/* it is closed, or about to */
	VFO_EV_CARRIER_ON,
	VFO_EV_CARRIER_OFF,
	VFO_EV_UNFIT,			/* it isn't like the upper */
	VFO_EV_FIT,			/* it is */
	VFO_EV_REFUSED,			/* the host said no */
	VFO_EV_AGAIN,			/* ask the host again, also when it said yes */
	VFO_EV_POLICY,			/* @policy or @others was set */
	VFO_EVENTS,
};

/* What to do, in this order */
#define VFO_ACT_TELL_ON		BIT(0)	/* ask the VF's host, before its path is used */
#define VFO_ACT_MOVE		BIT(1)	/* send by @active from now on */
#define VFO_ACT_TELL_OFF	BIT(2)	/* the VF's host, after its path was left */
#define VFO_ACT_ANNOUNCE	BIT(3)	/* gratuitous ARP and NA on the new path */

struct vfo_path_lower {
	bool present;
	bool up;
	bool carrier;
	bool unfit;		/* until it FITs */
	bool refused;		/* until AGAIN, or its carrier comes anew */
};

/**
 * struct vfo_path - which of the two paths
 * @policy: the operator's wish
 * @others: others send through the upper, by addresses that it doesn't know
 * @lower: what is known of each lower
 * @active: the path in use, VFO_NONE without any
 */
struct vfo_path {
	enum vfo_policy policy;
	bool others;
	struct vfo_path_lower lower[VFO_SIDES];
	enum vfo_side active;
};

void vfo_path_init(struct vfo_path *p);
bool vfo_path_usable(const struct vfo_path *p, enum vfo_side side);
enum vfo_side vfo_path_decide(const struct vfo_path *p);
int vfo_path_event(struct vfo_path *p, enum vfo_side side, enum vfo_event ev, u32 *actions);

#endif /* _VFO_PATH_H_ */
