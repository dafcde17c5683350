/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_MBX_DISPATCH_H_
#define _VPF_MBX_DISPATCH_H_

#include <linux/etherdevice.h>

#include "mbx_abi.h"
#include "vport.h"

/* What a VF asks for, after it was checked */
enum vpf_mbx_op {
	VPF_OP_NONE,		/* nothing to apply: the reply says it all */
	VPF_OP_RESET,
	VPF_OP_SET_MAC,
	VPF_OP_UC_CLEAR,
	VPF_OP_UC_ADD,
	VPF_OP_MULTICAST,	/* @mc replaces what was in force */
	VPF_OP_VLAN,
	VPF_OP_MAX_FRAME,
	VPF_OP_RX_MODE,
	VPF_OP_NEGOTIATE,
	VPF_OP_DATA_PATH,
	VPF_OP_GET_STATE,
	VPF_OP_MC_PIECE,
};

/* Whom the host knows by an address, beside its functions' own */
enum vpf_mbx_owner {
	VPF_OWNER_NONE,
	VPF_OWNER_STATION,	/* somebody behind another port of a bridge */
	VPF_OWNER_HOST,		/* what is above the PF, or a port of a bridge */
};

/**
 * struct vpf_mbx_req - a message, decoded
 * @id: message id, for the reply
 * @info: its info field, for the reply
 * @op: what it asks for
 * @mac: SET_MAC
 * @vid: VLAN
 * @on: VLAN: join; DATA_PATH: to the VF; MULTICAST: there are more groups
 * @if_free: DATA_PATH: unless the bridge knows the address behind another port
 * @max_frame: LPE, bytes with header and FCS
 * @mc: MULTICAST, MC_LIST: hashes
 * @num_mc: how many
 * @mc_index: MC_LIST: place of the first
 * @mc_total: MC_LIST: length of the list
 * @rx_mode: VFP_RX_*
 * @version: NEGOTIATE: the version chosen, 0: none in common
 * @caps: NEGOTIATE: capabilities granted
 * @cookie: DATA_PATH
 */
struct vpf_mbx_req {
	u16 id;
	u8 info;
	enum vpf_mbx_op op;
	u8 mac[ETH_ALEN];
	u16 vid;
	bool on;
	bool if_free;
	u32 max_frame;
	u16 mc[VFP_MBX_MULTICAST_MAX];
	u16 num_mc;
	u16 mc_index;
	u16 mc_total;
	u8 rx_mode;
	u16 version;
	u32 caps;
	u32 cookie;
};

int vpf_mbx_decode(const u32 *msg, struct vpf_mbx_req *req);
int vpf_mbx_allowed(const struct vpf_vport *vp, const struct vpf_mbx_req *req);
int vpf_mbx_may_have(const struct vpf_vport *vp, const struct vpf_mbx_req *req,
		     enum vpf_mbx_owner owner);
int vpf_mbx_mc_piece(struct vpf_vport *vp, const struct vpf_mbx_req *req);
void vpf_mbx_set_mc(struct vpf_vport *vp, const u16 *mc, unsigned int num, bool more);
u32 vpf_mbx_state(const struct vpf_vport *vp, bool pf_link_up);
u8 vpf_mbx_nack(const struct vpf_vport *vp, const struct vpf_mbx_req *req, int err);
bool vpf_mbx_cts(const struct vpf_vport *vp);
unsigned int vpf_mbx_reply(const struct vpf_vport *vp, const struct vpf_mbx_req *req, int err,
			   bool pf_link_up, u32 *msg);
u32 vpf_mbx_news(const struct vpf_vport *vp);

#endif /* _VPF_MBX_DISPATCH_H_ */
