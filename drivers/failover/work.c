// SPDX-License-Identifier: GPL-2.0
/*
 * The work that all uppers share. It is what takes RTNL by itself, so that nothing of a lower's
 * driver is called by a notifier: some of these run with the lower's own lock held.
 */
#include "failover.h"

LIST_HEAD(vfo_uppers);
struct workqueue_struct *vfo_wq;
/* Somebody may wait for an upper (RTNL) */
bool vfo_scan_due;

static struct delayed_work vfo_work;

/**
 * vfo_work_init() - before the first upper
 * @fn: what is done, with RTNL to be taken
 *
 * Return: 0 or -ENOMEM.
 */
int vfo_work_init(void (*fn)(struct work_struct *work))
{
	vfo_wq = alloc_workqueue(VFO_NAME, WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (!vfo_wq)
		return -ENOMEM;
	INIT_DELAYED_WORK(&vfo_work, fn);
	return 0;
}

/**
 * vfo_work_exit() - after the last upper, and the last notifier; without RTNL
 */
void vfo_work_exit(void)
{
	cancel_delayed_work_sync(&vfo_work);
	destroy_workqueue(vfo_wq);
}

/**
 * vfo_kick() - have a look at all uppers
 * @ms: after so long at the latest
 */
void vfo_kick(unsigned int ms)
{
	unsigned long at = jiffies + msecs_to_jiffies(ms);

	if (!ms || !delayed_work_pending(&vfo_work) || time_before(at, vfo_work.timer.expires))
		mod_delayed_work(vfo_wq, &vfo_work, msecs_to_jiffies(ms));
}

/**
 * vfo_kick_scan() - have a look at all netdevs, too; RTNL
 */
void vfo_kick_scan(void)
{
	vfo_scan_due = true;
	vfo_kick(0);
}
