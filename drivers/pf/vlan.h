/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_VLAN_H_
#define _VPF_VLAN_H_

#include <linux/types.h>

#include "regs.h"

/* A VLAN and the pools that are in it */
struct vpf_vlan_entry {
	u16 vid;
	u8 pools;		/* bitmap, 0: entry not in use */
};

/**
 * struct vpf_vlan - the embedded switch's VLAN table
 * @entry: what VLVF shall hold
 * @port_tci: port VLAN of each pool (TCI: VLAN ID and priority), 0: none
 * @trunk: the PF's pool gets all VLANs in use (it is promiscuous or a bridge port)
 * @hw_vlvf: what the registers hold
 * @hw_vfta: same
 * @hw_vmvir: same
 * @hw_known: false, the registers were reset: all of them want writing
 *
 * VFTA, VMVIR and whether filtering is on follow from these.
 */
struct vpf_vlan {
	struct vpf_vlan_entry entry[VFP_NUM_VLVF];
	u16 port_tci[VFP_NUM_POOLS];
	bool trunk;
	u32 hw_vlvf[VFP_NUM_VLVF];
	u32 hw_vfta[VFP_NUM_VFTA];
	u32 hw_vmvir[VFP_NUM_POOLS];
	bool hw_known;
};

void vpf_vlan_init(struct vpf_vlan *v);
int vpf_vlan_join(struct vpf_vlan *v, u8 pool, u16 vid);
int vpf_vlan_leave(struct vpf_vlan *v, u8 pool, u16 vid);
void vpf_vlan_flush(struct vpf_vlan *v, u8 pool);
int vpf_vlan_set_port(struct vpf_vlan *v, u8 pool, u16 vid, u8 qos);
bool vpf_vlan_filtering(const struct vpf_vlan *v);
u32 vpf_vlan_vlvf(const struct vpf_vlan *v, unsigned int i);
u32 vpf_vlan_vfta(const struct vpf_vlan *v, unsigned int word);
u32 vpf_vlan_vmvir(const struct vpf_vlan *v, u8 pool);
unsigned int vpf_vlan_used(const struct vpf_vlan *v);

#endif /* _VPF_VLAN_H_ */
