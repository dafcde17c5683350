// SPDX-License-Identifier: GPL-2.0
/*
 * netpoll (netconsole) over the upper: its frames are sent with interrupts off, where
 * dev_queue_xmit() must not be called. A lower has a netpoll of its own for them.
 */
#include <linux/netpoll.h>
#include <linux/slab.h>

#include "failover.h"

/**
 * vfo_netpoll_enable() - a lower is going to send for netpoll
 * @u: upper; RTNL
 * @l: lower
 *
 * Return: 0, also when nobody uses netpoll on the upper; else why the lower can't.
 */
int vfo_netpoll_enable(struct vfo_upper *u, struct vfo_lower *l)
{
	struct netpoll *np;
	int err;

	if (!u->netpoll || l->np)
		return 0;
	np = kzalloc(sizeof(*np), GFP_KERNEL);
	if (!np)
		return -ENOMEM;
	err = __netpoll_setup(np, l->dev);
	if (err) {
		kfree(np);
		return err;
	}
	WRITE_ONCE(l->np, np);
	return 0;
}

/**
 * vfo_netpoll_disable() - it is not, any more
 * @l: lower; RTNL
 */
void vfo_netpoll_disable(struct vfo_lower *l)
{
	struct netpoll *np = l->np;

	if (!np)
		return;
	WRITE_ONCE(l->np, NULL);
	/* Waits for those who use it */
	__netpoll_free(np);
}

/**
 * vfo_netpoll_send() - a frame of netpoll's
 * @l: the lower for it
 * @skb: frame; consumed
 *
 * Return: NETDEV_TX_OK, or not when it was dropped.
 */
int vfo_netpoll_send(struct vfo_lower *l, struct sk_buff *skb)
{
	struct netpoll *np = READ_ONCE(l->np);

	if (likely(np))
		return netpoll_send_skb(np, skb);
	dev_kfree_skb_irq(skb);
	return NET_XMIT_DROP;
}

void vfo_netpoll_cleanup(struct net_device *dev)
{
	struct vfo_upper *u = netdev_priv(dev);
	int i;

	WRITE_ONCE(u->netpoll, false);
	for (i = 0; i < VFO_SIDES; i++) {
		if (vfo_lower_rtnl(u, i))
			vfo_netpoll_disable(vfo_lower_rtnl(u, i));
	}
}

#ifdef VFP_HAVE_NETPOLL_INFO
int vfo_netpoll_setup(struct net_device *dev, struct netpoll_info *info)
#else
int vfo_netpoll_setup(struct net_device *dev)
#endif
{
	struct vfo_upper *u = netdev_priv(dev);
	int i, err = 0;

	WRITE_ONCE(u->netpoll, true);
	for (i = 0; i < VFO_SIDES && !err; i++) {
		if (vfo_lower_rtnl(u, i))
			err = vfo_netpoll_enable(u, vfo_lower_rtnl(u, i));
	}
	if (err)
		vfo_netpoll_cleanup(dev);
	return err;
}
