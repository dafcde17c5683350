/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What vfpath_failover does for a paravirtual driver that wants an upper for its netdev.
 */
#ifndef _VFPATH_UPPER_H_
#define _VFPATH_UPPER_H_

struct net_device;
struct vfo_owned;

struct vfo_owned *vfpath_upper_create(struct net_device *standby);
void vfpath_upper_destroy(struct vfo_owned *owned);

#endif /* _VFPATH_UPPER_H_ */
