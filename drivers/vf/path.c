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
 * vvf_path_set() - move the data path
 * @a: adapter; RTNL
 * @to_vf: to the VF, or away from it
 *
 * What the host must know before frames come, it is told first.
 *
 * Return: 0 (also with a PF that has no such thing), or why it stays where it is.
 */
int vvf_path_set(struct vvf_adapter *a, bool to_vf)
{
	int err = 0;

	ASSERT_RTNL();
	if (to_vf) {
		if (!test_bit(VVF_F_UP, &a->flags))
			return -ENETDOWN;
		err = vvf_netdev_sync_rx_mode(a);
		set_bit(VVF_F_PATH_VF, &a->flags);
	} else {
		clear_bit(VVF_F_PATH_VF, &a->flags);
	}
	if (!err)
		err = vvf_mbx_path(a, to_vf);
	if (err == -EOPNOTSUPP)
		return 0;
	if (err) {
		a->path_refused++;
		if (net_ratelimit())
			netdev_warn(a->netdev, "data path to the %s: %pe\n",
				    to_vf ? "VF" : "synthetic path", ERR_PTR(err));
		if (to_vf)
			clear_bit(VVF_F_PATH_VF, &a->flags);
	}
	return err;
}

/**
 * vvf_path_work() - the link is back: so is the data path, where open implies it
 * @work: &struct vvf_adapter.path_work
 *
 * The host takes the path from a VF that it disables. An upper that chooses asks again
 * by itself; a VF that is alone has to.
 */
void vvf_path_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(work, struct vvf_adapter, path_work);

	rtnl_lock();
	if (test_bit(VVF_F_UP, &a->flags) && !test_bit(VVF_F_STOPPING, &a->flags) &&
	    !(READ_ONCE(a->state.state) & VFP_STATE_PATH_VF) && vvf_path_implied(a))
		vvf_path_set(a, true);
	rtnl_unlock();
}

static void vvf_path_lower_state(struct vvf_adapter *a,
				 struct netdev_notifier_changelowerstate_info *info)
{
	struct netdev_lag_lower_state_info *state = info->lower_state_info;
	bool want = state && state->tx_enabled;

	if (!state || want == test_bit(VVF_F_PATH_VF, &a->flags))
		return;
	/* The upper reads here what became of it; bonding and team don't look */
	if (vvf_path_set(a, want) && want)
		state->tx_enabled = 0;
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
