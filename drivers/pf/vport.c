// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: vports
 *
 * A vport is all that the PF holds for a VF. Its resources are reserved before the
 * VF's PCI function exists, and its state follows one table::
 *
 *            RESERVE            RESET             PATH_VF             SETTLED
 *     free ----------> reserved ------> attached ---------> arriving ---------> active
 *      ^                   ^             ^    ^               |  ^                |
 *      |     RELEASE       |             |    |  PATH_SYNTHETIC  | PATH_VF        |
 *      +---- (from any)    |             |    |  LINK_DISABLE v  |                |
 *                          |             |    +------------ leaving <-------------+
 *                          |             |      SETTLED,       PATH_SYNTHETIC, LINK_DISABLE
 *                          |             |      MUTE
 *                          |             +-- RESET, HOST_MAC: from any that is attached
 *                          +-- FLR, PF_RESET: from any
 *
 * A move of the data path has two steps, with a time between them in which what is under way
 * comes to its end (VPF_ACT_SETTLE); nobody is kept waiting by it but the VF that has asked.
 * Whatever else happens in between counts at once, and the second step then is refused.
 *
 * While a vport is not arriving, active or leaving, its address belongs to the PF's pool, so
 * the host's bridge and with it the synthetic path get what is sent to it.
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
#define FRESH	(VPF_ACT_CLEAR | VPF_ACT_ENABLE)
/* At once: nothing is waited for */
#define BACK	(VPF_ACT_FORGET | VPF_ACT_TO_SYNTHETIC | VPF_ACT_PLACE)
#define LEAVE	(VPF_ACT_FORGET | VPF_ACT_TO_SYNTHETIC | VPF_ACT_SETTLE)
#define OTHER	(VPF_ACT_FORGET | VPF_ACT_TAKE_MAC | VPF_ACT_PLACE)
#define QUIET	(VPF_ACT_TELL | VPF_ACT_MUTE_LATER)

/* What isn't here is refused, and changes nothing. */
static const struct vpf_vport_step vpf_vport_table[VPF_VPORT_STATES][VPF_EVENTS] = {
	[VPF_VPORT_FREE] = {
		[VPF_EV_RESERVE]	= STEP(RESERVED, VPF_ACT_FORGET | VPF_ACT_PLACE | GONE),
	},
	[VPF_VPORT_RESERVED] = {
		[VPF_EV_RELEASE]	= STEP(FREE, VPF_ACT_PLACE | GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, FRESH),
		[VPF_EV_FLR]		= STEP(RESERVED, GONE),
		[VPF_EV_NEWS]		= STEP(RESERVED, 0),
		[VPF_EV_LINK_DISABLE]	= STEP(RESERVED, 0),
		[VPF_EV_LINK_ENABLE]	= STEP(RESERVED, 0),
		[VPF_EV_HOST_MAC]	= STEP(RESERVED, OTHER),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, GONE | VPF_ACT_TELL),
	},
	[VPF_VPORT_ATTACHED] = {
		[VPF_EV_RELEASE]	= STEP(FREE, VPF_ACT_PLACE | GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, FRESH),
		[VPF_EV_FLR]		= STEP(RESERVED, GONE | VPF_ACT_TELL),
		[VPF_EV_PATH_VF]	= STEP(ARRIVING, VPF_ACT_FORGET | VPF_ACT_PLACE |
							 VPF_ACT_SETTLE),
		[VPF_EV_PATH_SYNTHETIC]	= STEP(ATTACHED, 0),
		[VPF_EV_NEWS]		= STEP(ATTACHED, VPF_ACT_TELL),
		[VPF_EV_LINK_DISABLE]	= STEP(ATTACHED, QUIET),
		[VPF_EV_MUTE]		= STEP(ATTACHED, VPF_ACT_DISABLE),
		[VPF_EV_LINK_ENABLE]	= STEP(ATTACHED, VPF_ACT_ENABLE | VPF_ACT_TELL),
		[VPF_EV_HOST_MAC]	= STEP(ATTACHED, OTHER | VPF_ACT_TELL),
		[VPF_EV_OWN_MAC]	= STEP(ATTACHED, OTHER),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, GONE | VPF_ACT_TELL),
	},
	[VPF_VPORT_ARRIVING] = {
		[VPF_EV_RELEASE]	= STEP(FREE, BACK | GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, BACK | FRESH),
		[VPF_EV_FLR]		= STEP(RESERVED, BACK | GONE | VPF_ACT_TELL),
		[VPF_EV_PATH_VF]	= STEP(ARRIVING, 0),
		[VPF_EV_PATH_SYNTHETIC]	= STEP(LEAVING, LEAVE),
		[VPF_EV_SETTLED]	= STEP(ACTIVE, VPF_ACT_TO_VF),
		[VPF_EV_NEWS]		= STEP(ARRIVING, VPF_ACT_TELL),
		[VPF_EV_LINK_DISABLE]	= STEP(LEAVING, LEAVE | QUIET),
		[VPF_EV_LINK_ENABLE]	= STEP(ARRIVING, VPF_ACT_ENABLE | VPF_ACT_TELL),
		[VPF_EV_HOST_MAC]	= STEP(ATTACHED, OTHER | BACK | VPF_ACT_TELL),
		[VPF_EV_OWN_MAC]	= STEP(ARRIVING, OTHER | BACK | VPF_ACT_SETTLE),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, BACK | GONE | VPF_ACT_TELL),
	},
	[VPF_VPORT_ACTIVE] = {
		[VPF_EV_RELEASE]	= STEP(FREE, BACK | GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, BACK | FRESH),
		[VPF_EV_FLR]		= STEP(RESERVED, BACK | GONE | VPF_ACT_TELL),
		[VPF_EV_PATH_VF]	= STEP(ACTIVE, 0),
		[VPF_EV_PATH_SYNTHETIC]	= STEP(LEAVING, LEAVE),
		[VPF_EV_NEWS]		= STEP(ACTIVE, VPF_ACT_TELL),
		[VPF_EV_LINK_DISABLE]	= STEP(LEAVING, LEAVE | QUIET),
		[VPF_EV_LINK_ENABLE]	= STEP(ACTIVE, VPF_ACT_ENABLE | VPF_ACT_TELL),
		[VPF_EV_HOST_MAC]	= STEP(ATTACHED, OTHER | BACK | VPF_ACT_TELL),
		[VPF_EV_OWN_MAC]	= STEP(ACTIVE, OTHER | BACK | VPF_ACT_TO_VF),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, BACK | GONE | VPF_ACT_TELL),
	},
	[VPF_VPORT_LEAVING] = {
		[VPF_EV_RELEASE]	= STEP(FREE, VPF_ACT_PLACE | GONE),
		[VPF_EV_RESET]		= STEP(ATTACHED, VPF_ACT_PLACE | FRESH),
		[VPF_EV_FLR]		= STEP(RESERVED, VPF_ACT_PLACE | GONE | VPF_ACT_TELL),
		[VPF_EV_PATH_VF]	= STEP(ARRIVING, VPF_ACT_FORGET | VPF_ACT_SETTLE),
		[VPF_EV_PATH_SYNTHETIC]	= STEP(LEAVING, 0),
		[VPF_EV_SETTLED]	= STEP(ATTACHED, VPF_ACT_PLACE),
		[VPF_EV_NEWS]		= STEP(LEAVING, VPF_ACT_TELL),
		[VPF_EV_LINK_DISABLE]	= STEP(LEAVING, QUIET),
		[VPF_EV_MUTE]		= STEP(ATTACHED, VPF_ACT_PLACE | VPF_ACT_DISABLE),
		[VPF_EV_LINK_ENABLE]	= STEP(LEAVING, VPF_ACT_ENABLE | VPF_ACT_TELL),
		[VPF_EV_HOST_MAC]	= STEP(ATTACHED, OTHER | VPF_ACT_TELL),
		[VPF_EV_OWN_MAC]	= STEP(ATTACHED, OTHER),
		[VPF_EV_PF_RESET]	= STEP(RESERVED, VPF_ACT_PLACE | GONE | VPF_ACT_TELL),
	},
};

static const struct vpf_bucket_size vpf_vport_messages = { VPF_VPORT_BURST, VPF_VPORT_RATE };
static const struct vpf_bucket_size vpf_vport_paths = {
	VPF_VPORT_PATH_BURST, VPF_VPORT_PATH_RATE,
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
	ether_addr_copy(vp->host_mac, mac);
	vp->spoofchk = true;
	vp->link_state = IFLA_VF_LINK_STATE_AUTO;
	vp->messages.milli = VPF_VPORT_BURST * 1000;
	vp->paths.milli = VPF_VPORT_PATH_BURST * 1000;
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
	vp->more_mc = false;
	vp->mc_next = 0;
	vp->path_due = false;
}

/* What the table can't know: the operator's policy, and what the VF's driver is */
static int vpf_vport_guard(const struct vpf_vport *vp, enum vpf_vport_event ev, bool link_up)
{
	switch (ev) {
	case VPF_EV_PATH_VF:
		if (vp->path_nack)
			return -EPERM;
		return link_up ? 0 : -ENETDOWN;
	case VPF_EV_MUTE:
		/* Enabled again since */
		return vp->link_state == IFLA_VF_LINK_STATE_DISABLE ? 0 : -EPERM;
	default:
		return 0;
	}
}

static u32 vpf_vport_actions(struct vpf_vport *vp, enum vpf_vport_event ev, u32 actions)
{
	/*
	 * An in-tree driver would take this for the answer to the RESET that follows its own
	 * FLR, and stay without a link.
	 */
	if (ev == VPF_EV_FLR && !vp->version)
		actions &= ~VPF_ACT_TELL;
	if (actions & VPF_ACT_ENABLE && vp->link_state == IFLA_VF_LINK_STATE_DISABLE)
		actions ^= VPF_ACT_ENABLE | VPF_ACT_DISABLE;
	/* An address of its guest's choice is its driver's wish as well */
	if (actions & VPF_ACT_CLEAR && !ether_addr_equal(vp->mac, vp->host_mac)) {
		ether_addr_copy(vp->next_mac, vp->host_mac);
		actions |= OTHER;
	}
	return actions;
}

/* What is due to the VF after this */
static void vpf_vport_due(struct vpf_vport *vp, enum vpf_vport_event ev, u32 actions, u64 now_ms)
{
	if (ev == VPF_EV_RESET) {
		vp->tell_reset = false;
		vp->tell_state = false;
	}
	if (!(actions & VPF_ACT_TELL))
		return;
	vp->tell_reset = !vpf_vport_attached(vp);
	vp->tell_state = !vp->tell_reset;
	vp->tell_ms = vp->tell_reset ? now_ms : 0;
}

/**
 * vpf_vport_event() - something happened
 * @vp: vport
 * @ev: what
 * @link_up: the VF may use its link (vpf_vport_link_up())
 * @now_ms: time in ms
 * @actions: VPF_ACT_* to do, on success
 *
 * Return: 0, -EPERM when the state doesn't allow @ev, -ENETDOWN for a data path to
 * a VF without link. Nothing has changed then.
 */
int vpf_vport_event(struct vpf_vport *vp, enum vpf_vport_event ev, bool link_up, u64 now_ms,
		    u32 *actions)
{
	const struct vpf_vport_step *step;
	bool in_nic;
	int err;

	*actions = 0;
	if (ev >= VPF_EVENTS || vp->state >= VPF_VPORT_STATES)
		return -EINVAL;
	step = &vpf_vport_table[vp->state][ev];
	if (!step->ok)
		return -EPERM;
	err = vpf_vport_guard(vp, ev, link_up);
	if (err)
		return err;
	in_nic = vpf_vport_pool(vp) == vp->index;
	*actions = vpf_vport_actions(vp, ev, step->actions);
	vp->state = step->next;
	if (in_nic && !vpf_vport_on_vf(vp))
		vp->left_ms = now_ms;
	if (*actions & VPF_ACT_SETTLE)
		vp->moves++;
	if (*actions & VPF_ACT_FORGET)
		vp->silent_ms = 0;
	if (ev == VPF_EV_FLR)
		vpf_bucket_drain(&vp->messages, &vpf_vport_messages, VPF_VPORT_RESET_COST, now_ms);
	if (ev == VPF_EV_FLR || ev == VPF_EV_PF_RESET)
		vp->resets++;
	vpf_vport_due(vp, ev, *actions, now_ms);
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
	vp->limited = vp->quarantined ||
		      !vpf_bucket_take(&vp->messages, &vpf_vport_messages, now_ms);
	return !vp->limited;
}

/* Milliseconds until a VF that has sent too many may be served again */
u32 vpf_vport_token_wait(const struct vpf_vport *vp)
{
	return vpf_bucket_wait(&vp->messages, &vpf_vport_messages);
}

/**
 * vpf_vport_take_move() - may the VF make the host's bridge learn once more?
 * @vp: vport
 * @now_ms: time in ms
 *
 * Return: 0 or -EAGAIN: a few times a second are enough.
 */
int vpf_vport_take_move(struct vpf_vport *vp, u64 now_ms)
{
	return vpf_bucket_take(&vp->paths, &vpf_vport_paths, now_ms) ? 0 : -EAGAIN;
}

/**
 * vpf_vport_take_path() - may the VF ask for the data path again?
 * @vp: vport
 * @link_up: the VF may use its link
 * @now_ms: time in ms
 *
 * Each move makes the host wait for what is under way, and its bridge learn. Leaving the VF
 * costs nothing: it can't be done more often than coming.
 *
 * Return: 0, -EAGAIN: a few a second are enough; or why it would be refused in any case.
 */
int vpf_vport_take_path(struct vpf_vport *vp, bool link_up, u64 now_ms)
{
	int err = vpf_vport_guard(vp, VPF_EV_PATH_VF, link_up);

	if (err || vpf_vport_on_vf(vp))
		return err;
	return vpf_vport_take_move(vp, now_ms);
}

/* Milliseconds until it may */
u32 vpf_vport_path_wait(struct vpf_vport *vp, u64 now_ms)
{
	vpf_bucket_fill(&vp->paths, &vpf_vport_paths, now_ms);
	return vpf_bucket_wait(&vp->paths, &vpf_vport_paths);
}

/**
 * vpf_vport_malformed() - the VF sent a message that no driver sends
 * @vp: vport
 *
 * A VF can reset itself as often as it likes, so no reset makes this good.
 */
void vpf_vport_malformed(struct vpf_vport *vp)
{
	if (++vp->bad >= VPF_VPORT_MAX_BAD)
		vp->quarantined = true;
}

/**
 * vpf_vport_pardon() - the host takes the VF for new
 * @vp: vport
 *
 * Return: true when that ends a quarantine.
 */
bool vpf_vport_pardon(struct vpf_vport *vp)
{
	bool was = vp->quarantined;

	vp->bad = 0;
	vp->quarantined = false;
	vp->limited = false;
	return was;
}

/**
 * vpf_vport_tell() - is a message due to the VF?
 * @vp: vport
 * @now_ms: time in ms
 * @wait_ms: when nothing is due now: when to ask again, 0: no need
 *
 * Return: enum vpf_vport_tell.
 */
enum vpf_vport_tell vpf_vport_tell(const struct vpf_vport *vp, u64 now_ms, u32 *wait_ms)
{
	u64 at;

	*wait_ms = 0;
	if (vp->tell_reset)
		at = vp->tell_ms + VPF_VPORT_TELL_RESET_MS;
	else if (vp->tell_state && vpf_vport_attached(vp))
		at = vp->tell_ms ? vp->tell_ms + VPF_VPORT_TELL_AGAIN_MS : now_ms;
	else
		return VPF_TELL_NOTHING;
	if (now_ms < at) {
		*wait_ms = at - now_ms;
		return VPF_TELL_NOTHING;
	}
	return vp->tell_reset ? VPF_TELL_RESET : VPF_TELL_STATE;
}

/**
 * vpf_vport_told() - the message is in the VF's mailbox
 * @vp: vport
 * @what: which one
 * @now_ms: time in ms
 *
 * A driver that can ask what has changed is told until it does.
 */
void vpf_vport_told(struct vpf_vport *vp, enum vpf_vport_tell what, u64 now_ms)
{
	if (what == VPF_TELL_RESET)
		vp->tell_reset = false;
	else if (vp->caps & VFP_CAP_STATE)
		vp->tell_ms = max_t(u64, now_ms, 1);
	else
		vp->tell_state = false;
}

/**
 * vpf_vport_asked() - the VF was shown its state and its address
 * @vp: vport
 */
void vpf_vport_asked(struct vpf_vport *vp)
{
	vp->tell_state = false;
	vp->mac_due = false;
}

/**
 * vpf_vport_pins() - does the operator take the choice of its address from the VF's guest?
 * @vp: vport
 * @mac: the address that he gives it
 * @gen: the generated one
 *
 * An orchestrator that gives a VF back the address that it has found means to leave no trace.
 *
 * Return: false for the generated one and for that which was shown before the first one set.
 */
bool vpf_vport_pins(const struct vpf_vport *vp, const u8 *mac, const u8 *gen)
{
	if (ether_addr_equal(mac, gen))
		return false;
	return !vp->admin_mac || !ether_addr_equal(mac, vp->shown_mac);
}

/**
 * vpf_vport_set_host_mac() - the operator has given the VF an address
 * @vp: vport, with @mac in place
 * @mac: the address
 * @shown: the one it had before
 * @pin: vpf_vport_pins() of before
 *
 * The VF hears of the same one again as well: its guest may have chosen another meanwhile, and
 * choose it again when it opens its netdev.
 */
void vpf_vport_set_host_mac(struct vpf_vport *vp, const u8 *mac, const u8 *shown, bool pin)
{
	if (pin && !vp->admin_mac)
		ether_addr_copy(vp->shown_mac, shown);
	vp->admin_mac = pin;
	ether_addr_copy(vp->host_mac, mac);
	vp->mac_count++;
	vp->mac_due = true;
}

/* The pool that gets the frames to the vport's address */
u8 vpf_vport_pool(const struct vpf_vport *vp)
{
	return vp->state >= VPF_VPORT_ARRIVING ? vp->index : VFP_PF_POOL;
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
	/* The bridge is told when the move is settled */
	if (vp->state == VPF_VPORT_ARRIVING || vp->state == VPF_VPORT_LEAVING)
		return VPF_SEEN_TO_SYNTHETIC;
	if (vp->left_ms && last->ms && last->ms < vp->left_ms + VPF_VPORT_LATE_MS)
		return VPF_SEEN_TO_SYNTHETIC;
	vp->away = last->on_wire;
	return VPF_SEEN_THERE;
}

/**
 * vpf_vport_silent() - the bridge has heard the guest by its synthetic path: has it lost its VF?
 * @vp: vport with the data path
 * @tx_packets: what the VF has sent so far
 * @now_ms: time in ms
 *
 * A frame now and then is a mistake (vpf_vport_seen()). But a crash kernel may know its virtio-net
 * alone, and nobody has told the VF.
 *
 * Return: true when the data path has to leave the VF.
 */
bool vpf_vport_silent(struct vpf_vport *vp, u64 tx_packets, u64 now_ms)
{
	if (!vp->silent_ms || tx_packets != vp->silent_tx) {
		vp->silent_ms = max_t(u64, now_ms, 1);
		vp->silent_tx = tx_packets;
		vp->silent_times = 0;
	}
	return ++vp->silent_times >= VPF_VPORT_SILENT_TIMES &&
	       now_ms >= vp->silent_ms + VPF_VPORT_SILENT_MS;
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
