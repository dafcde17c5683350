/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VFO_REASON_H_
#define _VFO_REASON_H_

#include <linux/types.h>

#include "lower_state.h"
#include "path.h"
#include "plan.h"

/* Why a lower isn't used, or a netdev isn't a lower */
enum vfo_why {
	VFO_WHY_OK,			/* it is used, or there is nothing to say */
	/* It isn't bound */
	VFO_WHY_NOT_ETHERNET,
	VFO_WHY_WRONG_KIND,
	VFO_WHY_HAS_RECEIVER,
	VFO_WHY_HAS_UPPER,
	VFO_WHY_HAS_ADDRESSES,
	VFO_WHY_TAKEN,
	VFO_WHY_OTHER_ADDRESS,
	VFO_WHY_KERNEL,			/* the kernel refused to link it: see the error */
	/* It doesn't fit */
	VFO_WHY_NEW,			/* not looked at yet */
	VFO_WHY_READDRESSED,
	VFO_WHY_CLOSE,
	VFO_WHY_MTU,
	VFO_WHY_MAC,
	VFO_WHY_OPEN,
	VFO_WHY_VLANS,
	VFO_WHY_FLAGS,
	VFO_WHY_NETPOLL,
	VFO_WHY_LISTS,
	/* It fits */
	VFO_WHY_CLOSED,
	VFO_WHY_CARRIER,
	VFO_WHY_HOST,			/* the host, or its driver, refused: see @host */
	VFO_WHY_OTHERS,
	VFO_WHY_POLICY,
	VFO_WHYS,
};

/**
 * struct vfo_reason - one reason
 * @why: it
 * @err: negative errno that belongs to it, or 0
 * @host: of VFO_WHY_HOST
 */
struct vfo_reason {
	enum vfo_why why;
	int err;
	enum vfp_lower_reason host;
};

struct vfo_reason vfo_reason_of(const struct vfo_path *path, enum vfo_side side,
				const struct vfo_plan *plan, enum vfp_lower_reason host);
const char *vfo_reason_text(const struct vfo_reason *r);
int vfo_reason_print(const struct vfo_reason *r, const char *name, char *buf, size_t size);

#endif /* _VFO_REASON_H_ */
