// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: What the VF tells the PF it wants to hear
 *
 * The netdev's wishes and what the PF has in force are two tables; what differs is told, one
 * message at a time, in an order in which nothing is missed: VLANs that are left make room for
 * those that are joined, and the frame size comes last, since an in-tree PF takes it for "it
 * runs". A message without an answer makes its part of the table unknown, and it is told
 * again. One that is refused isn't sent again until the wish changes, or the host's mind
 * (vvf_filter_ask_again()).
 *
 * Pure. Locking is the caller's.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "filter.h"

/**
 * vvf_filter_reset() - the PF has forgotten everything
 * @f: filter
 *
 * An in-tree PF may have kept addresses and groups, so these are told in any case.
 */
void vvf_filter_reset(struct vvf_filter *f)
{
	memset(&f->told, 0, sizeof(f->told));
	f->uc_known = false;
	f->mc_known = false;
	f->mode_known = true;
	bitmap_zero(f->vlan_told, VLAN_N_VID);
	f->frame_told = 0;
	vvf_filter_ask_again(f);
}

/**
 * vvf_filter_ask_again() - what was refused may be granted now
 * @f: filter
 */
void vvf_filter_ask_again(struct vvf_filter *f)
{
	bitmap_zero(f->vlan_no, VLAN_N_VID);
	f->vlans_no = false;
	f->uc_no = false;
	f->mc_no = false;
	f->mode_no = false;
	f->frame_no = false;
	memset(f->nack, VFP_NACK_NONE, sizeof(f->nack));
}

/**
 * vvf_filter_doubt() - the host has changed something, and the PF may have dropped what it gave
 * @f: filter
 * @trust: what a VF has by trust: addresses, modes
 * @vlans: the VLANs it is in
 */
void vvf_filter_doubt(struct vvf_filter *f, bool trust, bool vlans)
{
	if (trust) {
		f->uc_known = false;
		f->mode_known = false;
	}
	if (vlans)
		bitmap_zero(f->vlan_told, VLAN_N_VID);
	vvf_filter_ask_again(f);
}

static bool vvf_filter_has_uc(const struct vvf_filter_set *s, const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < s->num_uc; i++) {
		if (ether_addr_equal_unaligned(s->uc[i], mac))
			return true;
	}
	return false;
}

static bool vvf_filter_same_mc(const struct vvf_filter_set *a, const struct vvf_filter_set *b)
{
	return a->num_mc == b->num_mc && !memcmp(a->mc, b->mc, a->num_mc * sizeof(a->mc[0]));
}

/**
 * vvf_filter_want() - what the netdev wants to hear now
 * @f: filter
 * @want: that
 * @uc_over: it has further unicast addresses that @want has no room for
 */
void vvf_filter_want(struct vvf_filter *f, const struct vvf_filter_set *want, bool uc_over)
{
	unsigned int i;

	if (!vvf_filter_same_mc(&f->want, want))
		f->mc_no = false;
	if (f->want.mode != want->mode)
		f->mode_no = false;
	/* Fewer may fit; others may be allowed */
	if (f->want.num_uc != want->num_uc)
		f->uc_no = false;
	for (i = 0; i < want->num_uc; i++) {
		if (!vvf_filter_has_uc(&f->want, want->uc[i]))
			f->uc_no = false;
	}
	f->want = *want;
	f->uc_over = uc_over;
}

/**
 * vvf_filter_want_vlan() - the netdev joins or leaves a VLAN
 * @f: filter
 * @vid: which
 * @on: joins
 */
void vvf_filter_want_vlan(struct vvf_filter *f, u16 vid, bool on)
{
	if (on) {
		__clear_bit(vid, f->vlan_no);
	} else {
		bitmap_zero(f->vlan_no, VLAN_N_VID);
		/* One that goes makes room for others, if it was there */
		if (test_bit(vid, f->vlan_told))
			f->vlans_no = false;
	}
	__assign_bit(vid, f->vlan_want, on);
}

/**
 * vvf_filter_vlan_refused() - doesn't the PF let the VF into a VLAN that its netdev is in?
 * @f: filter
 * @vid: which
 *
 * Return: true if so.
 */
bool vvf_filter_vlan_refused(const struct vvf_filter *f, u16 vid)
{
	return test_bit(vid, f->vlan_want) && !test_bit(vid, f->vlan_told) &&
	       (f->vlans_no || test_bit(vid, f->vlan_no));
}

/**
 * vvf_filter_want_frame() - the netdev's MTU has changed
 * @f: filter
 * @max_frame: largest frame in bytes, with Ethernet header and FCS
 */
void vvf_filter_want_frame(struct vvf_filter *f, u32 max_frame)
{
	if (f->frame_want != max_frame)
		f->frame_no = false;
	f->frame_want = max_frame;
}

/* Groups that don't fit, or aren't granted, are heard with all the others */
static u8 vvf_filter_mode(const struct vvf_filter *f)
{
	return f->want.mode | (f->mc_no ? VFP_RX_ALLMULTI : 0);
}

static bool vvf_filter_next_vlan(const struct vvf_filter *f, struct vvf_filter_step *step)
{
	unsigned int vid;

	for_each_set_bit(vid, f->vlan_told, VLAN_N_VID) {
		if (!test_bit(vid, f->vlan_want)) {
			step->op = VVF_FILTER_LEAVE;
			step->vid = vid;
			return true;
		}
	}
	if (f->vlans_no)
		return false;
	for_each_set_bit(vid, f->vlan_want, VLAN_N_VID) {
		if (!test_bit(vid, f->vlan_told) && !test_bit(vid, f->vlan_no)) {
			step->op = VVF_FILTER_JOIN;
			step->vid = vid;
			return true;
		}
	}
	return false;
}

static bool vvf_filter_next_uc(const struct vvf_filter *f, struct vvf_filter_step *step)
{
	unsigned int i;
	bool clear = !f->uc_known;

	for (i = 0; i < f->told.num_uc; i++)
		clear |= !vvf_filter_has_uc(&f->want, f->told.uc[i]);
	if (clear) {
		/* There is no message that takes a single one */
		step->op = VVF_FILTER_UC_CLEAR;
		return true;
	}
	for (i = 0; i < f->want.num_uc && !f->uc_no; i++) {
		if (!vvf_filter_has_uc(&f->told, f->want.uc[i])) {
			step->op = VVF_FILTER_UC_ADD;
			memcpy(step->mac, f->want.uc[i], ETH_ALEN);
			return true;
		}
	}
	return false;
}

/**
 * vvf_filter_next() - what to tell the PF next
 * @f: filter
 * @step: result; VVF_FILTER_DONE: nothing
 */
void vvf_filter_next(const struct vvf_filter *f, struct vvf_filter_step *step)
{
	memset(step, 0, sizeof(*step));
	if (vvf_filter_next_vlan(f, step))
		return;
	if (!f->mc_no && (!f->mc_known || !vvf_filter_same_mc(&f->want, &f->told))) {
		step->op = VVF_FILTER_MC;
		return;
	}
	step->mode = vvf_filter_mode(f);
	if (!f->mode_no && (!f->mode_known || step->mode != f->told.mode)) {
		step->op = VVF_FILTER_MODE;
		return;
	}
	if (vvf_filter_next_uc(f, step))
		return;
	step->op = f->frame_want != f->frame_told && !f->frame_no ? VVF_FILTER_FRAME :
								    VVF_FILTER_DONE;
}

static void vvf_filter_vlan(struct vvf_filter *f, const struct vvf_filter_step *step,
			    enum vvf_filter_result result, u8 nack)
{
	if (result == VVF_FILTER_LOST)
		return;
	if (step->op == VVF_FILTER_LEAVE) {
		/* What it isn't let out of, it isn't in: there is a port VLAN */
		__clear_bit(step->vid, f->vlan_told);
	} else if (result == VVF_FILTER_OK) {
		__set_bit(step->vid, f->vlan_told);
	} else {
		__set_bit(step->vid, f->vlan_no);
		f->nack[VVF_FILTER_VLAN] = nack;
		/* Thousands may be wanted: it isn't asked for each */
		f->vlans_no = nack == VFP_NACK_NO_ROOM || nack == VFP_NACK_PORT_VLAN;
	}
}

static void vvf_filter_mode_result(struct vvf_filter *f, u8 mode, enum vvf_filter_result result,
				   u8 nack)
{
	f->mode_known = result != VVF_FILTER_LOST;
	if (result == VVF_FILTER_OK)
		f->told.mode = mode;
	if (result == VVF_FILTER_NO) {
		f->mode_no = true;
		f->nack[VVF_FILTER_PROMISC] = nack;
		f->nack[VVF_FILTER_ALLMULTI] = nack;
	}
}

static void vvf_filter_uc(struct vvf_filter *f, const struct vvf_filter_step *step,
			  enum vvf_filter_result result, u8 nack)
{
	if (result == VVF_FILTER_LOST) {
		f->uc_known = false;
	} else if (step->op == VVF_FILTER_UC_CLEAR) {
		/* Refused as well: then it never had any */
		f->told.num_uc = 0;
		f->uc_known = true;
	} else if (result == VVF_FILTER_OK) {
		memcpy(f->told.uc[f->told.num_uc++], step->mac, ETH_ALEN);
	} else {
		f->uc_no = true;
		f->nack[VVF_FILTER_UC_LIST] = nack;
	}
}

/**
 * vvf_filter_result() - what came of a step
 * @f: filter, as it was when vvf_filter_next() was asked
 * @step: the step
 * @result: of the message
 * @nack: why it was refused
 */
void vvf_filter_result(struct vvf_filter *f, const struct vvf_filter_step *step,
		       enum vvf_filter_result result, u8 nack)
{
	switch (step->op) {
	case VVF_FILTER_LEAVE:
	case VVF_FILTER_JOIN:
		vvf_filter_vlan(f, step, result, nack);
		break;
	case VVF_FILTER_MC:
		f->mc_known = result == VVF_FILTER_OK;
		f->mc_no = result == VVF_FILTER_NO;
		if (f->mc_known) {
			memcpy(f->told.mc, f->want.mc, sizeof(f->told.mc));
			f->told.num_mc = f->want.num_mc;
		}
		break;
	case VVF_FILTER_MODE:
		vvf_filter_mode_result(f, step->mode, result, nack);
		break;
	case VVF_FILTER_UC_CLEAR:
	case VVF_FILTER_UC_ADD:
		vvf_filter_uc(f, step, result, nack);
		break;
	case VVF_FILTER_FRAME:
		f->frame_told = result == VVF_FILTER_OK ? f->frame_want : 0;
		f->frame_no = result == VVF_FILTER_NO;
		if (f->frame_no)
			f->nack[VVF_FILTER_SIZE] = nack;
		break;
	case VVF_FILTER_DONE:
		break;
	}
}

static bool vvf_filter_any_vlan_refused(const struct vvf_filter *f)
{
	if (f->vlans_no)
		return !bitmap_subset(f->vlan_want, f->vlan_told, VLAN_N_VID);
	return bitmap_intersects(f->vlan_want, f->vlan_no, VLAN_N_VID);
}

/**
 * vvf_filter_refused() - what doesn't the VF hear that its netdev was asked to?
 * @f: filter
 * @nack: why (VFP_NACK_*)
 *
 * Return: the first kind of it, or VVF_FILTER_NONE.
 */
enum vvf_filter_kind vvf_filter_refused(const struct vvf_filter *f, u8 *nack)
{
	enum vvf_filter_kind kind = VVF_FILTER_NONE;

	*nack = VFP_NACK_NONE;
	if (vvf_filter_any_vlan_refused(f)) {
		kind = VVF_FILTER_VLAN;
	} else if (f->mode_no && f->want.mode & VFP_RX_PROMISC) {
		kind = VVF_FILTER_PROMISC;
	} else if (f->mode_no && vvf_filter_mode(f) & VFP_RX_ALLMULTI) {
		kind = VVF_FILTER_ALLMULTI;
	} else if (f->uc_over && !(f->told.mode & VFP_RX_PROMISC)) {
		*nack = VFP_NACK_NO_ROOM;
		return VVF_FILTER_UC_LIST;
	} else if (f->uc_no && !(f->told.mode & VFP_RX_PROMISC)) {
		kind = VVF_FILTER_UC_LIST;
	} else if (f->frame_no) {
		kind = VVF_FILTER_SIZE;
	}
	if (kind < VVF_FILTER_KINDS)
		*nack = f->nack[kind];
	return kind;
}
