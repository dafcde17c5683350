/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an upper that sends by one of its lowers, and the driver of such a lower, tell each other.
 *
 * The upper says "by you from now on", or "not by you any more", with
 * netdev_lower_state_changed(), as bonding and team do. A driver that has somebody to ask (a VF
 * its host) does so before it returns, and may say no: vfp_lower_refuse() in its notifier is the
 * one way to do it, vfp_lower_tell() the one way to ask. The answer is in the bits that the
 * kernel's struct has to spare, so nothing depends on who is above or below: a driver that
 * doesn't listen is with us, bonding and team don't look, and a driver that only takes
 * tx_enabled back has refused without a reason.
 *
 * When a driver's mind changes (trust, filters, address, a PF that is back), it calls
 * netdev_state_change() on its netdev, under RTNL: the upper asks again, also the lower it sends
 * by. Asking again costs nothing when nothing has changed.
 */
#ifndef _VFPATH_LOWER_STATE_H_
#define _VFPATH_LOWER_STATE_H_

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/netdevice.h>

/**
 * enum vfp_lower_reason - why a lower can't carry what its upper sends and receives
 * @VFP_LOWER_OK: it can
 * @VFP_LOWER_REFUSED: for a reason that it didn't give
 * @VFP_LOWER_CLOSED: its netdev is closed, or its queues don't run
 * @VFP_LOWER_MUTE: the host doesn't answer
 * @VFP_LOWER_GONE: the device doesn't answer
 * @VFP_LOWER_RESET: it, or the host's side of it, is being reset
 * @VFP_LOWER_DISABLED: the host has disabled it (``state disable``)
 * @VFP_LOWER_ADDRESS: the host wants it to have another address, or has this one for somebody else
 * @VFP_LOWER_FILTERS: the host refuses further unicast addresses: no trust
 * @VFP_LOWER_FILTERS_FULL: there are more addresses than there is room for
 * @VFP_LOWER_PROMISC: the host refuses promiscuous mode: no trust, or the NIC can't do it
 * @VFP_LOWER_ALLMULTI: the same for all multicast
 * @VFP_LOWER_VLANS: the host refuses a VLAN: it has a port VLAN
 * @VFP_LOWER_VLANS_FULL: there are more VLANs than there is room for
 * @VFP_LOWER_SIZE: the host refuses frames of the size that the MTU needs
 * @VFP_LOWER_TAP_VLAN: the synthetic path's port on the host is in another VLAN
 * @VFP_LOWER_TAP_POLICY: that port has a setting (isolated, locked, learning off) that this path
 *	would bypass
 * @VFP_LOWER_UPLINK: what the host has its NIC below can't be followed
 * @VFP_LOWER_NO_ROOM: a table of the NIC is full
 * @VFP_LOWER_REASONS: how many there are
 *
 * The values are no wire format; they fit into six bits.
 */
enum vfp_lower_reason {
	VFP_LOWER_OK,
	VFP_LOWER_REFUSED,
	VFP_LOWER_CLOSED,
	VFP_LOWER_MUTE,
	VFP_LOWER_GONE,
	VFP_LOWER_RESET,
	VFP_LOWER_DISABLED,
	VFP_LOWER_ADDRESS,
	VFP_LOWER_FILTERS,
	VFP_LOWER_FILTERS_FULL,
	VFP_LOWER_PROMISC,
	VFP_LOWER_ALLMULTI,
	VFP_LOWER_VLANS,
	VFP_LOWER_VLANS_FULL,
	VFP_LOWER_SIZE,
	VFP_LOWER_TAP_VLAN,
	VFP_LOWER_TAP_POLICY,
	VFP_LOWER_UPLINK,
	VFP_LOWER_NO_ROOM,
	VFP_LOWER_REASONS,
};

/**
 * union vfp_lower_state - struct netdev_lag_lower_state_info, with its spare bits
 * @lag: as the kernel has it
 * @link_up: the same
 * @tx_enabled: the upper sends by this lower; cleared by the lower: it doesn't agree
 * @reason: enum vfp_lower_reason, of a lower that doesn't
 */
union vfp_lower_state {
	struct netdev_lag_lower_state_info lag;
	struct {
		u8 link_up : 1,
		   tx_enabled : 1,
		   reason : 6;
	};
};

static_assert(sizeof(struct netdev_lag_lower_state_info) == 1);
static_assert(sizeof(union vfp_lower_state) == 1);
static_assert(VFP_LOWER_REASONS <= 1 << 6);

/**
 * vfp_lower_tell() - the upper: send by a lower from now on, or not any more
 * @lower: netdev; RTNL
 * @on: which of both
 *
 * Return: VFP_LOWER_OK, or why the lower doesn't agree. To "not any more" it can't say no.
 */
static inline enum vfp_lower_reason vfp_lower_tell(struct net_device *lower, bool on)
{
	union vfp_lower_state state = {
		.lag = { .link_up = netif_carrier_ok(lower), .tx_enabled = on },
	};

	netdev_lower_state_changed(lower, &state.lag);
	if (!on || state.tx_enabled)
		return VFP_LOWER_OK;
	return state.reason ?: VFP_LOWER_REFUSED;
}

/**
 * vfp_lower_wanted() - the lower's driver, at NETDEV_CHANGELOWERSTATE: what does the upper want?
 * @info: of the notifier
 * @on: send by this lower from now on, or not any more
 *
 * Return: false when it says nothing about that.
 */
static inline bool vfp_lower_wanted(const struct netdev_notifier_changelowerstate_info *info,
				    bool *on)
{
	const struct netdev_lag_lower_state_info *lag = info->lower_state_info;

	*on = lag && lag->tx_enabled;
	return lag;
}

/**
 * vfp_lower_refuse() - the lower's driver: no
 * @info: of the notifier
 * @reason: why
 */
static inline void vfp_lower_refuse(struct netdev_notifier_changelowerstate_info *info,
				    enum vfp_lower_reason reason)
{
	union vfp_lower_state *state = info->lower_state_info;

	state->tx_enabled = 0;
	state->reason = reason;
}

/**
 * vfp_lower_reason_of() - the reason that an error has, if nobody knows better
 * @err: 0 or a negative errno
 *
 * Return: reason.
 */
static inline enum vfp_lower_reason vfp_lower_reason_of(int err)
{
	switch (err) {
	case 0:
		return VFP_LOWER_OK;
	case -ENETDOWN:
		return VFP_LOWER_CLOSED;
	case -ETIMEDOUT:
	case -EBUSY:
		return VFP_LOWER_MUTE;
	case -ENODEV:
		return VFP_LOWER_GONE;
	case -ECONNRESET:
	case -ENOTCONN:
		return VFP_LOWER_RESET;
	case -ENOSPC:
		return VFP_LOWER_NO_ROOM;
	default:
		return VFP_LOWER_REFUSED;
	}
}

/**
 * vfp_lower_reason_errno() - the error of a reason
 * @reason: reason
 *
 * Return: 0 or a negative errno.
 */
static inline int vfp_lower_reason_errno(enum vfp_lower_reason reason)
{
	switch (reason) {
	case VFP_LOWER_OK:
		return 0;
	case VFP_LOWER_CLOSED:
	case VFP_LOWER_DISABLED:
		return -ENETDOWN;
	case VFP_LOWER_MUTE:
		return -ETIMEDOUT;
	case VFP_LOWER_GONE:
		return -ENODEV;
	case VFP_LOWER_RESET:
		return -ECONNRESET;
	case VFP_LOWER_ADDRESS:
		return -EADDRNOTAVAIL;
	case VFP_LOWER_FILTERS_FULL:
	case VFP_LOWER_VLANS_FULL:
	case VFP_LOWER_NO_ROOM:
		return -ENOSPC;
	case VFP_LOWER_SIZE:
		return -EMSGSIZE;
	case VFP_LOWER_UPLINK:
		return -EOPNOTSUPP;
	default:
		return -EPERM;
	}
}

/**
 * vfp_lower_reason_text() - a reason, for the operator
 * @reason: reason
 *
 * Return: a few words, without the lower's name.
 */
static inline const char *vfp_lower_reason_text(enum vfp_lower_reason reason)
{
	switch (reason) {
	case VFP_LOWER_OK:
		return "";
	case VFP_LOWER_CLOSED:
		return "it is closed";
	case VFP_LOWER_MUTE:
		return "the host doesn't answer";
	case VFP_LOWER_GONE:
		return "the device doesn't answer";
	case VFP_LOWER_RESET:
		return "it is being reset";
	case VFP_LOWER_DISABLED:
		return "the host has disabled it";
	case VFP_LOWER_ADDRESS:
		return "the host doesn't let it have this address";
	case VFP_LOWER_FILTERS:
		return "the host refuses further addresses (no trust)";
	case VFP_LOWER_FILTERS_FULL:
		return "more addresses than the host has room for";
	case VFP_LOWER_PROMISC:
		return "the host refuses promiscuous mode";
	case VFP_LOWER_ALLMULTI:
		return "the host refuses all multicast";
	case VFP_LOWER_VLANS:
		return "the host refuses a VLAN";
	case VFP_LOWER_VLANS_FULL:
		return "more VLANs than the host has room for";
	case VFP_LOWER_SIZE:
		return "the host refuses frames of that size";
	case VFP_LOWER_TAP_VLAN:
		return "the other path is in another VLAN on the host";
	case VFP_LOWER_TAP_POLICY:
		return "the other path's port is restricted on the host";
	case VFP_LOWER_UPLINK:
		return "the host's NIC is below something that can't be followed";
	case VFP_LOWER_NO_ROOM:
		return "a table of the host's NIC is full";
	default:
		return "the host refused";
	}
}

#endif /* _VFPATH_LOWER_STATE_H_ */
