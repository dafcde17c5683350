/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VVF_FILTER_H_
#define _VVF_FILTER_H_

#include <linux/bitmap.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "mbx_abi.h"

/* Further unicast addresses that a VF asks for at most: the PF has no more filters in all */
#define VVF_FILTER_UC		24

/* Whom a VF listens to, but for its own address and VLANs */
struct vvf_filter_set {
	u8 uc[VVF_FILTER_UC][ETH_ALEN];
	u16 num_uc;
	u16 mc[VFP_MBX_MC_LIST_MAX];
	u16 num_mc;
	u8 mode;		/* VFP_RX_* */
};

/* What can be refused */
enum vvf_filter_kind {
	VVF_FILTER_VLAN,
	VVF_FILTER_UC_LIST,
	VVF_FILTER_PROMISC,
	VVF_FILTER_ALLMULTI,
	VVF_FILTER_SIZE,
	VVF_FILTER_KINDS,
	VVF_FILTER_NONE = VVF_FILTER_KINDS,
};

/**
 * struct vvf_filter - what the netdev was asked to hear, and what the PF knows of it
 * @want: what the netdev wants
 * @told: what the PF has in force
 * @uc_over: the netdev wants more unicast addresses than @want holds
 * @uc_known: @told holds for addresses; otherwise some of them are there
 * @mc_known: @told holds for multicast
 * @mode_known: @told holds for the mode
 * @vlan_want: VLANs that the netdev is in
 * @vlan_told: those that the PF has put it into
 * @vlan_no: those that it has refused
 * @vlans_no: it has no room for any other, or lets the VF into none
 * @frame_want: largest frame in bytes, with Ethernet header and FCS
 * @frame_told: 0: not told
 * @uc_no: an address was refused; no other is asked for
 * @mc_no: the list as it is was refused
 * @mode_no: the mode as it is was refused
 * @frame_no: the size as it is was refused
 * @nack: why (VFP_NACK_*), by kind
 */
struct vvf_filter {
	struct vvf_filter_set want;
	struct vvf_filter_set told;
	bool uc_over;
	bool uc_known;
	bool mc_known;
	bool mode_known;
	DECLARE_BITMAP(vlan_want, VLAN_N_VID);
	DECLARE_BITMAP(vlan_told, VLAN_N_VID);
	DECLARE_BITMAP(vlan_no, VLAN_N_VID);
	bool vlans_no;
	u32 frame_want;
	u32 frame_told;
	bool uc_no;
	bool mc_no;
	bool mode_no;
	bool frame_no;
	u8 nack[VVF_FILTER_KINDS];
};

/* The next thing to tell the PF */
enum vvf_filter_op {
	VVF_FILTER_DONE,
	VVF_FILTER_LEAVE,
	VVF_FILTER_JOIN,
	VVF_FILTER_MC,
	VVF_FILTER_MODE,
	VVF_FILTER_UC_CLEAR,
	VVF_FILTER_UC_ADD,
	VVF_FILTER_FRAME,
};

/**
 * struct vvf_filter_step - a message that is due
 * @op: which
 * @vid: VVF_FILTER_LEAVE, _JOIN
 * @mode: VVF_FILTER_MODE
 * @mac: VVF_FILTER_UC_ADD
 */
struct vvf_filter_step {
	enum vvf_filter_op op;
	u16 vid;
	u8 mode;
	u8 mac[ETH_ALEN];
};

enum vvf_filter_result {
	VVF_FILTER_OK,
	VVF_FILTER_NO,		/* refused */
	VVF_FILTER_LOST,	/* no answer: it may or may not be in force */
};

void vvf_filter_reset(struct vvf_filter *f);
void vvf_filter_want(struct vvf_filter *f, const struct vvf_filter_set *want, bool uc_over);
void vvf_filter_want_vlan(struct vvf_filter *f, u16 vid, bool on);
bool vvf_filter_vlan_refused(const struct vvf_filter *f, u16 vid);
void vvf_filter_want_frame(struct vvf_filter *f, u32 max_frame);
void vvf_filter_ask_again(struct vvf_filter *f);
void vvf_filter_doubt(struct vvf_filter *f, bool trust, bool vlans);
void vvf_filter_next(const struct vvf_filter *f, struct vvf_filter_step *step);
void vvf_filter_result(struct vvf_filter *f, const struct vvf_filter_step *step,
		       enum vvf_filter_result result, u8 nack);
enum vvf_filter_kind vvf_filter_refused(const struct vvf_filter *f, u8 *nack);

#endif /* _VVF_FILTER_H_ */
