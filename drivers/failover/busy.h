/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VFO_BUSY_H_
#define _VFO_BUSY_H_

#include <linux/netdevice.h>

/* A queue that waits for completions, and has sent nothing for so long, hangs */
#define VFO_BUSY_STUCK_MS	50

bool vfo_busy(const struct netdev_queue *txq, unsigned long now);

#endif /* _VFO_BUSY_H_ */
