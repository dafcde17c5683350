/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_APPLY_H_
#define _VPF_APPLY_H_

#include "fdb.h"
#include "io.h"
#include "vlan.h"

/**
 * struct vpf_mta - the multicast hash table
 * @want: what it shall hold
 * @hw: what the registers hold
 * @hw_known: false, the registers were reset
 */
struct vpf_mta {
	u32 want[VFP_NUM_MTA];
	u32 hw[VFP_NUM_MTA];
	bool hw_known;
};

void vpf_apply_fdb(struct vfp_io *io, struct vpf_fdb *fdb);
void vpf_apply_vlan(struct vfp_io *io, struct vpf_vlan *v);
void vpf_apply_mta(struct vfp_io *io, struct vpf_mta *mta);

#endif /* _VPF_APPLY_H_ */
