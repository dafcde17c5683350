// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: vports
 *
 * A vport is all that the PF holds for a VF. Its resources are reserved before the
 * VF's PCI function exists, and its state follows one table::
 *
 *            RESERVE            RESET             PATH_VF
 *     free ----------> reserved ------> attached ---------> active
 *      ^                  ^  ^             |  ^               |  |
 *      |     RELEASE      |  +-- FLR,      |  +---------------+  |
 *      +------------------+      PF_RESET -+   PATH_SYNTHETIC,   |
 *                         |                    LINK_DISABLE,     |
 *                         |                    RESET             |
 *                         +------------------ FLR, PF_RESET -----+
 *
 * While a vport is not active its address belongs to the PF's pool, so the host's
 * bridge and with it the synthetic path get what is sent to it.
 *
 * Pure. Locking is the caller's.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "vport.h"

struct vpf_vport_step {
	bool ok;
	u8 next;
	u32 actions;
};

#define STEP(_next, _actions)	{ .ok = true, .next = VPF_VPORT_##_next, .actions = (_actions) }
#define GONE	(VPF_ACT_DISABLE | VPF_ACT_CLEAR)

/* What isn't here is refused, and changes nothing. */
static const struct vpf_vport_step vpf_vport_table[VPF_VPORT_STATES][VPF_EVENTS] = {
	[VPF_VPORT_FREE] = {
		[VPF_EV_RESERVE]	= STEP(RESERVED, GONE),
	},
	[VPF_VPORT_RESERVED] = {
		[VPF_EV_RELEASE]	= STEP(FREE, GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, VPF_ACT_CLEAR | VPF_ACT_ENABLE),
		[VPF_EV_FLR]		= STEP(RESERVED, GONE),
		[VPF_EV_LINK_CHANGE]	= STEP(RESERVED, 0),
		[VPF_EV_LINK_DISABLE]	= STEP(RESERVED, 0),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, GONE | VPF_ACT_TELL_RESET),
	},
	[VPF_VPORT_ATTACHED] = {
		[VPF_EV_RELEASE]	= STEP(FREE, GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, VPF_ACT_CLEAR | VPF_ACT_ENABLE),
		[VPF_EV_FLR]		= STEP(RESERVED, GONE | VPF_ACT_TELL_RESET),
		[VPF_EV_PATH_VF]	= STEP(ACTIVE, VPF_ACT_MAC_TO_VF),
		[VPF_EV_PATH_SYNTHETIC]	= STEP(ATTACHED, 0),
		[VPF_EV_LINK_CHANGE]	= STEP(ATTACHED, VPF_ACT_TELL_STATE),
		[VPF_EV_LINK_DISABLE]	= STEP(ATTACHED, VPF_ACT_TELL_STATE),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, GONE | VPF_ACT_TELL_RESET),
	},
	[VPF_VPORT_ACTIVE] = {
		[VPF_EV_RELEASE]	= STEP(FREE, VPF_ACT_MAC_TO_PF | GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, VPF_ACT_MAC_TO_PF | VPF_ACT_CLEAR |
							 VPF_ACT_ENABLE),
		[VPF_EV_FLR]		= STEP(RESERVED, VPF_ACT_MAC_TO_PF | GONE |
							 VPF_ACT_TELL_RESET),
		[VPF_EV_PATH_VF]	= STEP(ACTIVE, 0),
		[VPF_EV_PATH_SYNTHETIC]	= STEP(ATTACHED, VPF_ACT_MAC_TO_PF),
		[VPF_EV_LINK_CHANGE]	= STEP(ACTIVE, VPF_ACT_TELL_STATE),
		[VPF_EV_LINK_DISABLE]	= STEP(ATTACHED, VPF_ACT_MAC_TO_PF | VPF_ACT_TELL_STATE),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, VPF_ACT_MAC_TO_PF | GONE |
							 VPF_ACT_TELL_RESET),
	},
};

/**
 * vpf_vport_init() - a vport as probe leaves it
 * @vp: vport
 * @index: VF number
 * @mac: its generated address
 */
void vpf_vport_init(struct vpf_vport *vp, u8 index, const u8 *mac)
{
	memset(vp, 0, sizeof(*vp));
	vp->index = index;
	ether_addr_copy(vp->mac, mac);
	vp->spoofchk = true;
	vp->link_state = IFLA_VF_LINK_STATE_AUTO;
	vp->tokens = VPF_VPORT_BURST;
	vpf_vport_clear(vp);
}

/**
 * vpf_vport_clear() - forget what the VF's driver asked for
 * @vp: vport; what the operator set stays
 */
void vpf_vport_clear(struct vpf_vport *vp)
{
	vp->max_frame = ETH_FRAME_LEN + ETH_FCS_LEN + 4;
	vp->version = 0;
	vp->caps = 0;
	vp->rx_mode = 0;
	vp->num_mc = 0;
	vp->mc_next = 0;
}

/**
 * vpf_vport_event() - something happened
 * @vp: vport
 * @ev: what
 * @link_up: the VF may use its link (vpf_vport_link_up())
 * @actions: VPF_ACT_* to do, on success
 *
 * Return: 0, -EPERM when the state doesn't allow @ev, -ENETDOWN for a data path to
 * a VF without link. Nothing has changed then.
 */
int vpf_vport_event(struct vpf_vport *vp, enum vpf_vport_event ev, bool link_up, u32 *actions)
{
	const struct vpf_vport_step *step;

	*actions = 0;
	if (ev >= VPF_EVENTS || vp->state >= VPF_VPORT_STATES)
		return -EINVAL;
	step = &vpf_vport_table[vp->state][ev];
	if (!step->ok)
		return -EPERM;
	if (ev == VPF_EV_PATH_VF && !link_up)
		return -ENETDOWN;
	vp->state = step->next;
	*actions = step->actions;
	if (ev == VPF_EV_RESET)
		vp->tell_reset = false;
	if (ev == VPF_EV_FLR) {
		/*
		 * An in-tree driver would take this for the answer to the RESET that follows
		 * its own FLR, and stay without a link.
		 */
		if (!vp->version)
			*actions &= ~VPF_ACT_TELL_RESET;
		/* A reset from outside is the way out of quarantine */
		vp->bad = 0;
		vp->quarantined = false;
	}
	return 0;
}

/**
 * vpf_vport_link_up() - may the VF use its link?
 * @vp: vport
 * @pf_link_up: the PF has link
 *
 * Return: what the operator's policy says. (`enable`: VFs may talk to each other
 * without a wire. The emulated NIC's switch stops with the link all the same.)
 */
bool vpf_vport_link_up(const struct vpf_vport *vp, bool pf_link_up)
{
	switch (vp->link_state) {
	case IFLA_VF_LINK_STATE_ENABLE:
		return true;
	case IFLA_VF_LINK_STATE_DISABLE:
		return false;
	default:
		return pf_link_up;
	}
}

/**
 * vpf_vport_take_token() - may the VF be served another message?
 * @vp: vport
 * @now_ms: time in ms
 *
 * Return: false when it sends too many, or is in quarantine.
 */
bool vpf_vport_take_token(struct vpf_vport *vp, u64 now_ms)
{
	u64 fresh = (now_ms - vp->token_ms) * VPF_VPORT_RATE / 1000;

	if (fresh) {
		vp->tokens = min_t(u64, vp->tokens + fresh, VPF_VPORT_BURST);
		vp->token_ms = now_ms;
	}
	if (vp->quarantined || !vp->tokens)
		return false;
	vp->tokens--;
	return true;
}

/**
 * vpf_vport_malformed() - the VF sent a message that no driver sends
 * @vp: vport
 */
void vpf_vport_malformed(struct vpf_vport *vp)
{
	if (++vp->bad >= VPF_VPORT_MAX_BAD)
		vp->quarantined = true;
}

/* The pool that gets the frames to the vport's address */
u8 vpf_vport_pool(const struct vpf_vport *vp)
{
	return vp->state == VPF_VPORT_ACTIVE ? vp->index : VFP_PF_POOL;
}

/**
 * vpf_vport_seen() - the host's bridge has learned the vport's address anew, or may have
 * @vp: vport
 * @last: its last sighting; it counts by when it was, however much later it is looked at
 *
 * While the VF's data path is in use, and for a moment after, the bridge has learned it from a
 * frame that was under way or that the guest sent on its other path: the data path counts.
 * Else the guest is where the bridge says, and that may be another host (&vpf_vport.away).
 *
 * Return: what to do.
 */
enum vpf_vport_seen vpf_vport_seen(struct vpf_vport *vp, const struct vpf_sighting *last)
{
	vp->away = false;
	if (vp->state == VPF_VPORT_ACTIVE)
		return VPF_SEEN_TO_VF;
	if (vp->left_ms && last->ms && last->ms < vp->left_ms + VPF_VPORT_LATE_MS)
		return VPF_SEEN_TO_SYNTHETIC;
	vp->away = last->on_wire;
	return VPF_SEEN_THERE;
}

/**
 * vpf_vport_gen_mac() - the address of a VF whose operator set none
 * @mac: result
 * @pf_mac: the PF's permanent address
 * @index: VF number
 *
 * The same at each boot: the PF's address, made locally administered, with the
 * lowest byte counted on. The second byte is mixed so that PFs with neighbouring
 * addresses don't meet.
 */
void vpf_vport_gen_mac(u8 *mac, const u8 *pf_mac, u8 index)
{
	ether_addr_copy(mac, pf_mac);
	mac[0] = (mac[0] | 0x02) & 0xfe;
	mac[1] ^= 0x80 | (index + 1);
	mac[2] ^= pf_mac[5];
}
