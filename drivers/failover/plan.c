// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Making a lower fit
 *
 * A lower is bound in one step that calls nothing of its driver's. What makes it like the upper
 * (MTU, address, open, VLANs, filters) comes later and may fail; it is looked at anew whenever the
 * lower, the upper or the host has changed something, and in growing intervals as long as it
 * fails. A look compares the lower with the upper and takes the first step that is left to do,
 * until there is none, or one fails. So no failure is for ever, and a look at a lower that fits
 * does nothing.
 *
 * A VF that doesn't fit is closed, as long as there is another path: many drivers take "open" for
 * "the host may send to me".
 *
 * Pure. RTNL is the caller's.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "plan.h"

/**
 * vfo_plan_init() - a lower that was just bound
 * @p: plan
 */
void vfo_plan_init(struct vfo_plan *p)
{
	memset(p, 0, sizeof(*p));
	p->due = true;
}

/**
 * vfo_plan_changed() - the lower, the upper or the host isn't what it was
 * @p: plan
 */
void vfo_plan_changed(struct vfo_plan *p)
{
	p->due = true;
	p->wait_ms = 0;
}

/**
 * vfo_plan_begin() - a look begins
 * @p: plan
 */
void vfo_plan_begin(struct vfo_plan *p)
{
	p->due = false;
	p->done = 0;
	p->skip = 0;
	p->failed = VFO_STEP_NONE;
	p->err = 0;
	p->close_first = false;
	p->closed = false;
}

/* A VF that can't be what it should, beside a path that can */
static bool vfo_plan_given_up(const struct vfo_plan *p, const struct vfo_facts *f)
{
	return p->failed != VFO_STEP_NONE && f->vf && f->spare;
}

static bool vfo_plan_left(const struct vfo_plan *p, const struct vfo_facts *f, enum vfo_step step)
{
	switch (step) {
	case VFO_STEP_LEAVE:
		return f->foreign;
	case VFO_STEP_CLOSE:
		return f->up && (f->stale ||
				 (p->close_first && f->differs & BIT(VFO_STEP_MAC)));
	case VFO_STEP_OPEN:
		return f->wanted && !f->up && !f->parked;
	default:
		return f->differs & BIT(step);
	}
}

static void vfo_plan_fail(struct vfo_plan *p, enum vfo_step step, int err)
{
	p->skip |= BIT(step);
	if (p->failed != VFO_STEP_NONE)
		return;
	p->failed = step;
	p->err = err;
}

/**
 * vfo_plan_next() - the next step
 * @p: plan, of a look that has begun
 * @f: how it is now
 *
 * A step that has changed nothing has failed. What failed is skipped, so that a lower without
 * which there is no path is as good as it can be.
 *
 * Return: what is to be done, VFO_STEP_NONE: the look is over.
 */
enum vfo_step vfo_plan_next(struct vfo_plan *p, const struct vfo_facts *f)
{
	unsigned int i;

	for (i = VFO_STEP_LEAVE; i < VFO_STEPS && !vfo_plan_given_up(p, f); i++) {
		if (p->skip & BIT(i) || !vfo_plan_left(p, f, i))
			continue;
		if (!(p->done & BIT(i)))
			return i;
		vfo_plan_fail(p, i, -EIO);
	}
	return vfo_plan_given_up(p, f) && f->up && !p->closed ? VFO_STEP_CLOSE : VFO_STEP_NONE;
}

/**
 * vfo_plan_result() - what became of a step
 * @p: plan
 * @f: how it was before
 * @step: the step
 * @err: 0 or its error
 */
void vfo_plan_result(struct vfo_plan *p, const struct vfo_facts *f, enum vfo_step step, int err)
{
	if (vfo_plan_given_up(p, f)) {
		p->closed = true;
	} else if (step == VFO_STEP_MAC && err == -EBUSY && f->up && !p->close_first) {
		p->close_first = true;
		/* It may have been closed or opened in this look already */
		p->done &= ~(BIT(VFO_STEP_CLOSE) | BIT(VFO_STEP_OPEN));
	} else if (err) {
		vfo_plan_fail(p, step, err);
	} else {
		p->done |= BIT(step);
	}
}

/**
 * vfo_plan_end() - the look is over: does the lower fit, and when to look again?
 * @p: plan
 */
void vfo_plan_end(struct vfo_plan *p)
{
	p->fits = p->failed == VFO_STEP_NONE;
	if (p->fits)
		p->wait_ms = 0;
	else
		p->wait_ms = clamp(p->wait_ms * 2, VFO_PLAN_MIN_MS, VFO_PLAN_MAX_MS);
}

/**
 * vfo_plan_unfit() - a change of the upper could not be passed on
 * @p: plan
 * @step: what it was
 * @err: its error
 */
void vfo_plan_unfit(struct vfo_plan *p, enum vfo_step step, int err)
{
	p->fits = false;
	p->failed = step;
	p->err = err;
	p->wait_ms = 0;
	p->due = true;
}
