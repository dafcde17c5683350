// SPDX-License-Identifier: GPL-2.0
/*
 * The data path: whom the host sends this VF's frames to.
 *
 * An upper that chooses among its lowers says so with netdev_lower_state_changed(), as
 * bonding and team do; this VF tells the host. Such an upper is known by the
 * netdev_lag_upper_info that it gives when it takes its lower. Without one, open and stop
 * imply the data path.
 */
#include <linux/rtnetlink.h>

#include "vf.h"

/* How soon a VF that is alone asks again for a path that somebody else has */
#define VVF_PATH_RETRY_MS	2000

/**
 * vvf_path_implied() - does open mean that the data path is wanted here?
 * @a: adapter; RTNL
 *
 * Return: false below an upper that says when.
 */
bool vvf_path_implied(struct vvf_adapter *a)
{
	return !netdev_master_upper_dev_get(a->netdev) || !a->upper_chooses;
}

/**
 * vvf_path_answered() - does the upper look at what became of its wish?
 * @a: adapter; RTNL
 *
 * Return: true below an upper that has another path. Bonding and team don't look, and without
 * an upper there is no other path: better one that doesn't hear all.
 */
bool vvf_path_answered(struct vvf_adapter *a)
{
	struct net_device *upper = netdev_master_upper_dev_get(a->netdev);

	return upper && a->upper_chooses && !netif_is_bond_master(upper) &&
	       !netif_is_team_master(upper);
}

/* Can this path carry what its netdev was asked to? */
static enum vfp_lower_reason vvf_path_filters(struct vvf_adapter *a)
{
	bool full = READ_ONCE(a->refused_nack) == VFP_NACK_NO_ROOM;

	if (!vvf_path_answered(a))
		return VFP_LOWER_OK;
	switch (READ_ONCE(a->refused)) {
	case VVF_FILTER_VLAN:
		return full ? VFP_LOWER_VLANS_FULL : VFP_LOWER_VLANS;
	case VVF_FILTER_UC_LIST:
		return full ? VFP_LOWER_FILTERS_FULL : VFP_LOWER_FILTERS;
	case VVF_FILTER_PROMISC:
		return VFP_LOWER_PROMISC;
	case VVF_FILTER_ALLMULTI:
		return VFP_LOWER_ALLMULTI;
	case VVF_FILTER_SIZE:
		return VFP_LOWER_SIZE;
	default:
		return VFP_LOWER_OK;
	}
}

/* What the host must know before frames come, it is told first */
static enum vfp_lower_reason vvf_path_ready(struct vvf_adapter *a)
{
	int err;

	if (!test_bit(VVF_F_UP, &a->flags))
		return netif_running(a->netdev) ? VFP_LOWER_RESET : VFP_LOWER_CLOSED;
	err = vvf_sync(a, true);
	return err ? vfp_lower_reason_of(err) : vvf_path_filters(a);
}

static enum vfp_lower_reason vvf_path_nack(u8 nack, int err)
{
	switch (nack) {
	case VFP_NACK_PORT_VLAN:
		return VFP_LOWER_TAP_VLAN;
	case VFP_NACK_BRIDGE_PORT:
		return VFP_LOWER_TAP_POLICY;
	case VFP_NACK_UPLINK:
		return VFP_LOWER_UPLINK;
	case VFP_NACK_LINK_DISABLED:
	case VFP_NACK_NO_LINK:
		return VFP_LOWER_DISABLED;
	case VFP_NACK_NO_ROOM:
		return VFP_LOWER_NO_ROOM;
	case VFP_NACK_FRAME_SIZE:
		return VFP_LOWER_SIZE;
	case VFP_NACK_ADMIN_MAC:
	case VFP_NACK_ADDR_IN_USE:
	case VFP_NACK_AWAY:
		return VFP_LOWER_ADDRESS;
	case VFP_NACK_BUSY:
		return VFP_LOWER_MUTE;
	default:
		return vfp_lower_reason_of(err);
	}
}

/* Tell the host. Without an answer it may be either way, and is told again. */
static enum vfp_lower_reason vvf_path_tell(struct vvf_adapter *a, bool to_vf)
{
	u8 path = to_vf ? VFP_PATH_VF : VFP_PATH_SYNTHETIC, nack;
	int err;

	/*
	 * A VF that the host itself has, alone, may have been given an address whose guest is on
	 * its synthetic path: that guest isn't cut off for it.
	 */
	if (to_vf && a->pdev->is_virtfn && vvf_path_implied(a))
		path = VFP_PATH_VF_FREE;
	err = vvf_mbx_path(a, path, &nack);
	if (vvf_mbx_again(err)) {
		set_bit(VVF_F_PATH_UNSURE, &a->flags);
		vvf_host_later(a);
	} else {
		clear_bit(VVF_F_PATH_UNSURE, &a->flags);
	}
	return err ? vvf_path_nack(nack, err) : VFP_LOWER_OK;
}

static void vvf_path_no(struct vvf_adapter *a, bool to_vf, enum vfp_lower_reason reason)
{
	a->path_refused++;
	if (reason != a->path_reason && net_ratelimit())
		netdev_warn(a->netdev, "data path to the %s: %s\n",
			    to_vf ? "VF" : "synthetic path", vfp_lower_reason_text(reason));
	a->path_reason = reason;
}

/*
 * Alone, and its address is somebody else's on the host: it has no carrier, as what it sends would
 * lead others to it. No upper asks again, and whoever has the address may let go of it.
 */
static void vvf_path_taken(struct vvf_adapter *a, bool taken)
{
	bool was = test_bit(VVF_F_TAKEN, &a->flags);

	assign_bit(VVF_F_TAKEN, &a->flags, taken);
	if (taken != was)
		vvf_watchdog_carrier(a);
	if (taken)
		vvf_host_soon(a, VVF_PATH_RETRY_MS);
}

/**
 * vvf_path_set() - move the data path
 * @a: adapter; RTNL
 * @to_vf: to the VF, or away from it
 *
 * Return: VFP_LOWER_OK (also with a PF that has no such thing), or why not; away from it the
 * VF leaves in any case.
 */
enum vfp_lower_reason vvf_path_set(struct vvf_adapter *a, bool to_vf)
{
	enum vfp_lower_reason reason = VFP_LOWER_OK;
	bool was = test_bit(VVF_F_PATH_VF, &a->flags);

	ASSERT_RTNL();
	if (to_vf)
		reason = vvf_path_ready(a);
	if (!reason) {
		assign_bit(VVF_F_PATH_VF, &a->flags, to_vf);
		reason = vvf_path_tell(a, to_vf);
	} else if (was) {
		clear_bit(VVF_F_PATH_VF, &a->flags);
		vvf_path_tell(a, false);
	}
	if (reason) {
		if (to_vf)
			clear_bit(VVF_F_PATH_VF, &a->flags);
		vvf_path_no(a, to_vf, reason);
	} else {
		a->path_reason = VFP_LOWER_OK;
	}
	/* Alone, and about to be closed: it isn't heard once more */
	if (to_vf || !vvf_path_implied(a))
		vvf_path_taken(a, to_vf && reason == VFP_LOWER_ADDRESS && vvf_path_implied(a));
	return reason;
}

/**
 * vvf_path_review() - something has changed: is the data path where it should be?
 * @a: adapter that is up; RTNL
 *
 * The host takes the path from a VF that it disables, or that would get round its rules. An
 * upper that chooses asks again by itself; a VF that is alone has to.
 *
 * Return: 0, or an error when the PF hasn't answered.
 */
int vvf_path_review(struct vvf_adapter *a)
{
	bool there = READ_ONCE(a->state.state) & VFP_STATE_PATH_VF;
	bool able = a->caps & VFP_CAP_DATA_PATH;

	if (test_bit(VVF_F_PATH_UNSURE, &a->flags))
		a->path_refused += vvf_path_tell(a, test_bit(VVF_F_PATH_VF, &a->flags)) !=
				   VFP_LOWER_OK;
	else if (able && !there)
		clear_bit(VVF_F_PATH_VF, &a->flags);
	if (vvf_path_implied(a) && !test_bit(VVF_F_PATH_VF, &a->flags) &&
	    (netif_carrier_ok(a->netdev) || test_bit(VVF_F_TAKEN, &a->flags)))
		vvf_path_set(a, true);
	return test_bit(VVF_F_PATH_UNSURE, &a->flags) ? -EAGAIN : 0;
}

static void vvf_path_lower_state(struct vvf_adapter *a,
				 struct netdev_notifier_changelowerstate_info *info)
{
	enum vfp_lower_reason reason = VFP_LOWER_OK;
	bool on;

	if (!vfp_lower_wanted(info, &on))
		return;
	if (!on) {
		if (test_bit(VVF_F_PATH_VF, &a->flags) || test_bit(VVF_F_PATH_UNSURE, &a->flags))
			vvf_path_set(a, false);
		a->path_reason = VFP_LOWER_OK;
		return;
	}
	/* To ask again costs nothing */
	if (!test_bit(VVF_F_PATH_VF, &a->flags) || vvf_path_filters(a))
		reason = vvf_path_set(a, true);
	/* Bonding and team don't look */
	if (reason)
		vfp_lower_refuse(info, reason);
}

static void vvf_path_upper_changed(struct vvf_adapter *a,
				   struct netdev_notifier_changeupper_info *info)
{
	if (!info->master)
		return;
	a->upper_chooses = info->linking && info->upper_info;
	if (!test_bit(VVF_F_UP, &a->flags))
		return;
	if (a->upper_chooses)
		vvf_path_set(a, false);
	else if (!info->linking)
		vvf_path_set(a, true);
}

static int vvf_path_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vvf_adapter *a = container_of(nb, struct vvf_adapter, lower_nb);

	if (netdev_notifier_info_to_dev(ptr) != a->netdev)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_CHANGELOWERSTATE:
		vvf_path_lower_state(a, ptr);
		break;
	case NETDEV_CHANGEUPPER:
		vvf_path_upper_changed(a, ptr);
		break;
	}
	return NOTIFY_DONE;
}

int vvf_path_init(struct vvf_adapter *a)
{
	a->lower_nb.notifier_call = vvf_path_event;
	return register_netdevice_notifier(&a->lower_nb);
}

void vvf_path_exit(struct vvf_adapter *a)
{
	unregister_netdevice_notifier(&a->lower_nb);
}
