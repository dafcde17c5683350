/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_LEARN_H_
#define _VPF_LEARN_H_

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "reflect.h"

struct vpf_eswitch;

/**
 * struct vpf_learn - what the PF's frames tell
 * @lock: protects @reflect
 * @reflect: multicast the PF sent a moment ago
 * @tend_work: every few seconds, while VFs exist: the address table is put in order
 * @told_unserved: the operator knows that VLANs of the PF have no entry (@tend_work)
 */
struct vpf_learn {
	/* The table of reflect.c alone */
	spinlock_t lock;
	struct vpf_reflect reflect;
	struct delayed_work tend_work;
	bool told_unserved;
};

void vpf_learn_init(struct vpf_eswitch *esw);
void vpf_learn_start(struct vpf_eswitch *esw);
void vpf_learn_exit(struct vpf_eswitch *esw);

#endif /* _VPF_LEARN_H_ */
