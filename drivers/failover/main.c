// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_failover: an upper that joins a VF and a synthetic netdev. Creation, and what
 * is heard about lowers.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <net/addrconf.h>
#include <net/rtnetlink.h>

#include "failover.h"

LIST_HEAD(vfo_uppers);
struct workqueue_struct *vfo_wq;

/* The lower that a netdev is, or NULL. RTNL. */
struct vfo_lower *vfo_main_lower(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != vfo_rx_handler)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

static int vfo_main_validate(struct nlattr *tb[], struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] && (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
				 !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_MOD(extack, "not a unicast MAC address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static unsigned int vfo_main_num_queues(void)
{
	return min_t(unsigned int, num_possible_cpus(), 16);
}

static struct rtnl_link_ops vfo_main_link_ops = {
	.kind			= VFO_KIND,
	.priv_size		= sizeof(struct vfo_upper),
	.setup			= vfo_upper_setup,
	.validate		= vfo_main_validate,
	.get_num_tx_queues	= vfo_main_num_queues,
	.get_num_rx_queues	= vfo_main_num_queues,
};

/* A VF came, or one was released: is there an upper that waits for it? */
static void vfo_main_adopt(struct net_device *dev)
{
	struct netlink_ext_ack extack = {};
	struct vfo_upper *u;
	int err;

	/* Hardware, real or paravirtual: VLANs and the like have the address of what is below */
	if (dev->type != ARPHRD_ETHER || vfo_is_upper(dev) || !dev->dev.parent ||
	    vfo_main_lower(dev))
		return;
	list_for_each_entry(u, &vfo_uppers, node) {
		struct vfo_lower *s = vfo_lower_rtnl(u, VFO_SYNTHETIC);

		if (!s || vfo_lower_rtnl(u, VFO_VF) || !net_eq(dev_net(u->dev), dev_net(dev)) ||
		    !ether_addr_equal(vfo_lower_mac(s->dev), vfo_lower_mac(dev)))
			continue;
		err = vfo_lower_enslave(u, dev, &extack);
		if (err) {
			snprintf(u->inactive_reason, VFO_REASON_LEN, "%s: %s", dev->name,
				 extack._msg ? extack._msg : "can't be enslaved");
			netdev_warn(u->dev, "%s\n", u->inactive_reason);
		}
		return;
	}
}

/**
 * vfo_main_adopt_waiting() - look for VFs that nobody has yet
 * @net: in this namespace; RTNL
 */
void vfo_main_adopt_waiting(struct net *net)
{
	struct net_device *dev;

	/* Enslaving changes no list that is walked here */
	for_each_netdev(net, dev)
		vfo_main_adopt(dev);
}

/**
 * vfo_main_create() - an upper that nobody has asked for by netlink
 * @net: in this namespace; RTNL
 * @name: of it, with %d perhaps
 *
 * It is of no kind: user space can't remove it, and takes it for what it knows best.
 * NetworkManager lets netdevs of a kind it doesn't know alone.
 *
 * Return: the upper, to be registered, or an ERR_PTR().
 */
struct net_device *vfo_main_create(struct net *net, const char *name)
{
	struct nlattr *tb[IFLA_MAX + 1] = {};
	struct net_device *dev;

	dev = rtnl_create_link(net, name, NET_NAME_ENUM, &vfo_main_link_ops, tb, NULL);
	if (!IS_ERR(dev))
		dev->rtnl_link_ops = NULL;
	return dev;
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

static void vfo_main_unregister(struct vfo_upper *u, struct vfo_lower *l)
{
	bool was_vf = l->side == VFO_VF;
	struct net *net = dev_net(u->dev);

	vfo_lower_release(u, l, true);
	if (was_vf && vfo_lower_rtnl(u, VFO_SYNTHETIC))
		vfo_main_adopt_waiting(net);
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
		break;
	case NETDEV_GOING_DOWN:
		/* While it still works: this is a planned leave */
		vfo_switch_event(u, l->side, VFO_EV_DOWN, "going down");
		break;
	case NETDEV_CHANGE:
		vfo_switch_event(u, l->side, vfo_lower_carrier(dev) ? VFO_EV_CARRIER_ON :
				 VFO_EV_CARRIER_OFF, "carrier");
		break;
	case NETDEV_UNREGISTER:
		vfo_main_unregister(u, l);
		break;
	case NETDEV_FEAT_CHANGE:
		vfo_upper_features(u);
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

/* The upper itself got an upper, or lost one */
static void vfo_main_changeupper(struct vfo_upper *u,
				 const struct netdev_notifier_changeupper_info *info)
{
	if (netif_is_bridge_master(info->upper_dev) || netif_is_ovs_master(info->upper_dev))
		vfo_switch_bridged(u, info->linking);
}

static int vfo_main_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vfo_lower *l = vfo_main_lower(dev);

	if (l)
		return vfo_main_lower_event(l, event, ptr);
	if (event == NETDEV_CHANGEUPPER && vfo_is_upper(dev))
		vfo_main_changeupper(netdev_priv(dev), ptr);
	if (event == NETDEV_REGISTER) {
		vfo_owned_registered(dev);
		vfo_main_adopt(dev);
		vfo_auto_registered(dev);
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
	vfo_wq = alloc_workqueue(VFO_NAME, WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (!vfo_wq)
		return -ENOMEM;
	err = rtnl_link_register(&vfo_main_link_ops);
	if (err)
		goto err_wq;
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
	rtnl_link_unregister(&vfo_main_link_ops);
err_wq:
	destroy_workqueue(vfo_wq);
	return err;
}

static void __exit vfo_main_exit(void)
{
	/* Remove the uppers, which release their lowers */
	vfo_auto_exit();
	rtnl_link_unregister(&vfo_main_link_ops);
	unregister_netdevice_notifier(&vfo_main_nb);
#if IS_ENABLED(CONFIG_IPV6)
	unregister_inet6addr_validator_notifier(&vfo_main_inet6_nb);
#endif
	unregister_inetaddr_validator_notifier(&vfo_main_inet_nb);
	destroy_workqueue(vfo_wq);
}

module_init(vfo_main_init);
module_exit(vfo_main_exit);

MODULE_ALIAS_RTNL_LINK(VFO_KIND);
MODULE_DESCRIPTION("vfpath: failover upper for a VF and a synthetic netdev");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFP_VERSION);
