/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_VLAN_H_
#define _VPF_VLAN_H_

#include <linux/bitmap.h>
#include <linux/if_vlan.h>
#include <linux/types.h>

#include "regs.h"

#define VPF_VLAN_PF_ENTRIES	8	/* at least so many of the table are the PF's */
/* A VLAN in which the PF sent so short a time ago keeps its entry, in seconds */
#define VPF_VLAN_HEARD_S	30

/* A VLAN and the pools that are in it */
struct vpf_vlan_entry {
	u16 vid;
	u8 pools;		/* bitmap, without the PF's if that is there as a trunk */
	bool used;
};

/**
 * struct vpf_vlan - the embedded switch's VLAN table
 * @member: by VLAN, the pools that asked for it, a bitmap; stays under a port VLAN
 * @count: by pool, how many it asked for
 * @share: how many a VF may ask for
 * @port_tci: port VLAN of each pool (TCI: VLAN ID and priority), 0: none
 * @trunk: the PF's pool gets all VLANs (it is promiscuous or a bridge port)
 * @entry: what VLVF shall hold
 * @filters: a pool has a port VLAN, so the NIC filters for all; read without a lock
 * @served: VLANs that have an entry; read without a lock
 * @heard: by VLAN, when the PF last sent in it, in seconds; written seldom, without a lock
 * @refused: VLANs that VFs were refused
 * @hw_vlvf: what the registers hold
 * @hw_vfta: same
 * @hw_vmvir: same
 * @hw_known: false, the registers were reset: all of them want writing
 *
 * VFTA, VMVIR and whether filtering is on follow from these.
 */
struct vpf_vlan {
	u8 member[VLAN_N_VID];
	u16 count[VFP_NUM_POOLS];
	u16 share;
	u16 port_tci[VFP_NUM_POOLS];
	bool trunk;
	struct vpf_vlan_entry entry[VFP_NUM_VLVF];
	bool filters;
	DECLARE_BITMAP(served, VLAN_N_VID);
	u32 heard[VLAN_N_VID];
	u64 refused;
	u32 hw_vlvf[VFP_NUM_VLVF];
	u32 hw_vfta[VFP_NUM_VFTA];
	u32 hw_vmvir[VFP_NUM_POOLS];
	bool hw_known;
};

void vpf_vlan_init(struct vpf_vlan *v);
void vpf_vlan_set_vfs(struct vpf_vlan *v, unsigned int num_vfs);
int vpf_vlan_join(struct vpf_vlan *v, u8 pool, u16 vid);
int vpf_vlan_leave(struct vpf_vlan *v, u8 pool, u16 vid);
void vpf_vlan_flush(struct vpf_vlan *v, u8 pool);
int vpf_vlan_set_port(struct vpf_vlan *v, u8 pool, u16 vid, u8 qos);
void vpf_vlan_set_trunk(struct vpf_vlan *v, bool trunk);
bool vpf_vlan_heard(struct vpf_vlan *v, u16 vid, u32 now);
bool vpf_vlan_filtering(const struct vpf_vlan *v);
u32 vpf_vlan_vlvf(const struct vpf_vlan *v, unsigned int i);
u32 vpf_vlan_vfta(const struct vpf_vlan *v, unsigned int word);
u32 vpf_vlan_vmvir(const struct vpf_vlan *v, u8 pool);
unsigned int vpf_vlan_used(const struct vpf_vlan *v);
unsigned int vpf_vlan_unserved(const struct vpf_vlan *v);

#endif /* _VPF_VLAN_H_ */
