// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_failover: an upper that joins a VF and a synthetic netdev. What is heard of netdevs, and
 * the module's beginning and end.
 *
 * A notifier about a lower may run with the lower's own lock held (kernels from 6.15 on, for
 * drivers that have such a one), so it only notes, binds, and moves the path.
 */
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/rtnetlink.h>

#include "failover.h"

/* How soon a VF that can't be bound yet is looked for again */
#define VFO_MAIN_SCAN_MS	2000

/* All that calls into lowers, outside of what the stack asks for itself */
static void vfo_main_work(struct work_struct *work)
{
	struct vfo_upper *u;

	rtnl_lock();
	if (vfo_scan_due) {
		vfo_scan_due = vfo_adopt_scan();
		if (vfo_scan_due)
			vfo_kick(VFO_MAIN_SCAN_MS);
	}
	list_for_each_entry(u, &vfo_uppers, node)
		vfo_fit_run(u);
	rtnl_unlock();
}

static int vfo_main_pre_upper(struct netdev_notifier_changeupper_info *info,
			      struct vfo_lower *l)
{
	struct netlink_ext_ack *extack = netdev_notifier_info_to_extack(&info->info);

	if (!info->linking || info->upper_dev == l->upper)
		return NOTIFY_DONE;
	NL_SET_ERR_MSG_MOD(extack, "the netdev belongs to a vfpath upper: use that");
	return notifier_from_errno(-EBUSY);
}

/* Opened or closed by somebody else than the upper: that stays so, until the upper is opened */
static void vfo_main_parked(struct vfo_upper *u, struct vfo_lower *l, bool parked)
{
	if (u->own)
		return;
	l->parked = parked && u->up;
	l->stale &= !parked;
	vfo_fit_lower_changed(u, l);
}

static int vfo_main_lower_event(struct vfo_lower *l, unsigned long event, void *ptr)
{
	struct vfo_upper *u = netdev_priv(l->upper);
	struct net_device *dev = l->dev;

	switch (event) {
	case NETDEV_UP:
		if (vfo_lower_carrier(dev))
			vfo_switch_event(u, l->side, VFO_EV_CARRIER_ON, "up");
		vfo_switch_event(u, l->side, VFO_EV_UP, "up");
		vfo_main_parked(u, l, false);
		break;
	case NETDEV_GOING_DOWN:
		/* While it still works: this is a planned leave */
		vfo_switch_event(u, l->side, VFO_EV_DOWN, "going down");
		vfo_main_parked(u, l, true);
		break;
	case NETDEV_CHANGE:
		vfo_switch_event(u, l->side, vfo_lower_carrier(dev) ? VFO_EV_CARRIER_ON :
				 VFO_EV_CARRIER_OFF, "carrier");
		vfo_fit_lower_state(u, l);
		break;
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEMTU:
		vfo_fit_lower_changed(u, l);
		break;
	case NETDEV_UNREGISTER:
		vfo_lower_release(u, l, VFO_LEAVE_GONE);
		break;
	case NETDEV_FEAT_CHANGE:
		u->features_due = true;
		vfo_kick(0);
		break;
	case NETDEV_NOTIFY_PEERS:
		/* The guest was moved: the synthetic netdev knows from the host */
		if (u->path.active != VFO_NONE)
			vfo_announce(u);
		break;
	case NETDEV_PRECHANGEUPPER:
		return vfo_main_pre_upper(ptr, l);
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	}
	return NOTIFY_DONE;
}

/* Somebody, anywhere, has another upper or another address: who sends through whom now? */
static void vfo_main_above(void)
{
	struct vfo_upper *u;

	list_for_each_entry(u, &vfo_uppers, node)
		vfo_switch_others(u);
}

static int vfo_main_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vfo_lower *l = vfo_lower_of(dev);

	if (l)
		return vfo_main_lower_event(l, event, ptr);
	switch (event) {
	case NETDEV_REGISTER:
		vfo_adopt_registered(dev);
		break;
	case NETDEV_UNREGISTER:
		vfo_adopt_gone(dev);
		break;
	case NETDEV_CHANGEUPPER:
		vfo_main_above();
		break;
	case NETDEV_CHANGEADDR:
		vfo_main_above();
		vfo_adopt_readdressed(dev);
		break;
	case NETDEV_CHANGE:
		if (vfo_is_upper(dev))
			vfo_announce_again(netdev_priv(dev));
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vfo_main_nb = {
	.notifier_call = vfo_main_event,
};

static int vfo_main_refuse(struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (!dev || rcu_access_pointer(dev->rx_handler) != vfo_rx_handler)
		return NOTIFY_DONE;
	NL_SET_ERR_MSG_MOD(extack, "the netdev belongs to a vfpath upper: addresses go there");
	return notifier_from_errno(-EBUSY);
}

static int vfo_main_inet(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct in_validator_info *info = ptr;

	return event == NETDEV_UP ? vfo_main_refuse(info->ivi_dev->dev, info->extack) : NOTIFY_DONE;
}

static struct notifier_block vfo_main_inet_nb = {
	.notifier_call = vfo_main_inet,
};

#if IS_ENABLED(CONFIG_IPV6)
static int vfo_main_inet6(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct in6_validator_info *info = ptr;

	return event == NETDEV_UP ? vfo_main_refuse(info->i6vi_dev->dev, info->extack) :
				    NOTIFY_DONE;
}

static struct notifier_block vfo_main_inet6_nb = {
	.notifier_call = vfo_main_inet6,
};
#endif

static int __init vfo_main_init(void)
{
	int err;

	err = vfo_auto_init();
	if (err)
		return err;
	err = vfo_work_init(vfo_main_work);
	if (err)
		return err;
	err = rtnl_link_register(&vfo_link_ops);
	if (err)
		goto err_work;
	register_inetaddr_validator_notifier(&vfo_main_inet_nb);
#if IS_ENABLED(CONFIG_IPV6)
	register_inet6addr_validator_notifier(&vfo_main_inet6_nb);
#endif
	/* Tells of all netdevs that there are already */
	err = register_netdevice_notifier(&vfo_main_nb);
	if (err)
		goto err_validators;
	return 0;

err_validators:
#if IS_ENABLED(CONFIG_IPV6)
	unregister_inet6addr_validator_notifier(&vfo_main_inet6_nb);
#endif
	unregister_inetaddr_validator_notifier(&vfo_main_inet_nb);
	rtnl_link_unregister(&vfo_link_ops);
err_work:
	vfo_work_exit();
	return err;
}

static void __exit vfo_main_exit(void)
{
	/* Remove the uppers, which release their lowers */
	vfo_auto_exit();
	rtnl_link_unregister(&vfo_link_ops);
	unregister_netdevice_notifier(&vfo_main_nb);
#if IS_ENABLED(CONFIG_IPV6)
	unregister_inet6addr_validator_notifier(&vfo_main_inet6_nb);
#endif
	unregister_inetaddr_validator_notifier(&vfo_main_inet_nb);
	vfo_work_exit();
}

module_init(vfo_main_init);
module_exit(vfo_main_exit);

MODULE_ALIAS_RTNL_LINK(VFO_KIND);
MODULE_DESCRIPTION("vfpath: failover upper for a VF and a synthetic netdev");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFP_VERSION);
