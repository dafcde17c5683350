// SPDX-License-Identifier: GPL-2.0
/*
 * auto=: uppers that are made as their synthetic netdevs come, so that a guest's image needs no
 * configuration. To user space they are Ethernet netdevs like others, of no kind that would have
 * to be known: what manages any Ethernet netdev manages them.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "failover.h"

#define VFO_AUTO_MAX	16

static char *vfo_auto = "";
/* Kernels from 6.16 on have a macro of the parameter's name, which would be expanded in it */
#undef auto
module_param_named(auto, vfo_auto, charp, 0444);
MODULE_PARM_DESC(auto, "make an upper for synthetic netdevs: \"all\" virtio-net ones, or those with one of these MAC addresses, separated by commas (at most 16)");

/* What was asked for: set before anybody looks, taken back at the end (RTNL) */
static bool vfo_auto_all;
static u8 vfo_auto_mac[VFO_AUTO_MAX][ETH_ALEN];
static unsigned int vfo_auto_macs;

/**
 * vfo_auto_init() - understand auto=
 *
 * A word that isn't understood is an error: nobody would look for its effect.
 *
 * Return: 0 or -EINVAL.
 */
int vfo_auto_init(void)
{
	const char *p = vfo_auto;

	vfo_auto_all = !strcmp(p, "all");
	if (vfo_auto_all || !*p)
		return 0;
	for (;;) {
		if (vfo_auto_macs == VFO_AUTO_MAX || !mac_pton(p, vfo_auto_mac[vfo_auto_macs]))
			break;
		vfo_auto_macs++;
		p += 3 * ETH_ALEN - 1;
		if (!*p)
			return 0;
		if (*p++ != ',')
			break;
	}
	pr_err(VFO_NAME ": auto=%s: neither \"all\" nor a list of up to %u MAC addresses\n",
	       vfo_auto, VFO_AUTO_MAX);
	return -EINVAL;
}

/**
 * vfo_auto_wanted() - shall a netdev have an upper?
 * @dev: netdev; RTNL
 *
 * Return: true when auto= says so.
 */
bool vfo_auto_wanted(const struct net_device *dev)
{
	unsigned int i;

	if (dev->type != ARPHRD_ETHER || vfo_lower_is_pci(dev) || vfo_is_upper(dev))
		return false;
	if (vfo_auto_all)
		return dev->dev.parent && dev->dev.parent->driver &&
		       !strcmp(dev->dev.parent->driver->name, "virtio_net");
	for (i = 0; i < vfo_auto_macs; i++) {
		if (ether_addr_equal(vfo_auto_mac[i], vfo_lower_mac(dev)))
			return true;
	}
	return false;
}

/**
 * vfo_auto_exit() - remove all uppers that rtnl_link_unregister() doesn't know
 */
void vfo_auto_exit(void)
{
	struct vfo_upper *u;
	LIST_HEAD(list);

	rtnl_lock();
	vfo_auto_all = false;
	vfo_auto_macs = 0;
	list_for_each_entry(u, &vfo_uppers, node) {
		if (!u->dev->rtnl_link_ops)
			unregister_netdevice_queue(u->dev, &list);
	}
	unregister_netdevice_many(&list);
	rtnl_unlock();
}
