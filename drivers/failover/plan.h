/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VFO_PLAN_H_
#define _VFO_PLAN_H_

#include <linux/bits.h>
#include <linux/types.h>

/* A lower that doesn't fit is tried again after so long, twice as long after that, and so on */
#define VFO_PLAN_MIN_MS		1000
#define VFO_PLAN_MAX_MS		8000

/* What makes a lower like the upper, in this order */
enum vfo_step {
	VFO_STEP_NONE,			/* nothing is left to do */
	VFO_STEP_LEAVE,			/* it isn't ours any more: let it go */
	VFO_STEP_CLOSE,
	VFO_STEP_MTU,
	VFO_STEP_MAC,
	VFO_STEP_OPEN,
	VFO_STEP_VLANS,
	VFO_STEP_FLAGS,			/* promiscuous mode, all multicast */
	VFO_STEP_NETPOLL,
	VFO_STEP_LISTS,			/* further unicast and multicast addresses */
	VFO_STEPS,
};

/**
 * struct vfo_facts - a lower beside its upper, as they are now
 * @foreign: its permanent address isn't the guest's
 * @vf: it is the VF
 * @spare: there is another path
 * @wanted: the upper is up
 * @up: it is up
 * @stale: it was up before it was ours, and has what it got then
 * @parked: somebody else has closed it, who may open it again
 * @differs: BIT(enum vfo_step): what isn't as the upper has it, of MTU, MAC, VLANs, flags, netpoll
 *	and lists
 */
struct vfo_facts {
	bool foreign;
	bool vf;
	bool spare;
	bool wanted;
	bool up;
	bool stale;
	bool parked;
	u32 differs;
};

/**
 * struct vfo_plan - making a lower fit
 * @due: something has changed: look at it (at once, whatever @wait_ms says)
 * @fits: the last look found, or left, nothing to do
 * @failed: what failed in the last look, VFO_STEP_NONE: nothing
 * @err: its error
 * @wait_ms: until the next look, 0: until something changes
 * @done: what this look has done, as bits
 * @skip: what has failed in it
 * @close_first: the address can't be changed while it is open
 * @closed: given up, and closed
 */
struct vfo_plan {
	bool due;
	bool fits;
	enum vfo_step failed;
	int err;
	unsigned int wait_ms;
	u32 done;
	u32 skip;
	bool close_first;
	bool closed;
};

void vfo_plan_init(struct vfo_plan *p);
void vfo_plan_changed(struct vfo_plan *p);
void vfo_plan_begin(struct vfo_plan *p);
enum vfo_step vfo_plan_next(struct vfo_plan *p, const struct vfo_facts *f);
void vfo_plan_result(struct vfo_plan *p, const struct vfo_facts *f, enum vfo_step step, int err);
void vfo_plan_end(struct vfo_plan *p);
void vfo_plan_unfit(struct vfo_plan *p, enum vfo_step step, int err);

#endif /* _VFO_PLAN_H_ */
