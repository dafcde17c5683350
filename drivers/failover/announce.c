// SPDX-License-Identifier: GPL-2.0
/*
 * After a move: the neighbours, the switches and the host's bridge hear where the guest is.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <net/arp.h>
#include <net/sch_generic.h>

#include "failover.h"

/* Upper bound of one announcement; more stations are rather a network than a guest */
#define VFO_ANNOUNCE_MAX	(VFO_SOURCES_BUCKETS * VFO_SOURCES_WAYS)

/*
 * A reverse ARP request of the station's own (RFC 903): nobody answers, all learn the address.
 * It is what QEMU sends for a guest that was moved.
 */
static void vfo_announce_station(struct vfo_upper *u, struct vfo_lower *l,
				 const struct vfo_source *station)
{
	struct sk_buff *skb;

	skb = arp_create(ARPOP_RREQUEST, ETH_P_RARP, 0, l->dev, 0, NULL, station->mac,
			 station->mac);
	if (!skb)
		return;
	vfo_sources_sent(&u->sources, station, jiffies);
	if (station->vid)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), station->vid);
	dev_queue_xmit(skb);
}

static void vfo_announce_stations(struct vfo_upper *u)
{
	struct vfo_lower *l = vfo_lower_rtnl(u, u->path.active);
	struct vfo_source *list;
	unsigned int n, i;

	if (!u->path.others)
		return;
	list = kcalloc(VFO_ANNOUNCE_MAX, sizeof(*list), GFP_KERNEL);
	if (!list)
		return;
	n = vfo_sources_fresh(&u->sources, jiffies, list, VFO_ANNOUNCE_MAX);
	for (i = 0; i < n; i++)
		vfo_announce_station(u, l, &list[i]);
	kfree(list);
}

/**
 * vfo_announce() - by the path that is active now
 * @u: upper, with an active path; RTNL
 *
 * Gratuitous ARP and unsolicited neighbour advertisements for each address of the upper and of
 * VLANs and macvlans on it (the kernel's own notifiers pass it on), and a word for each station
 * behind it. An upper that had no carrier for a while has no qdisc either, until linkwatch has run:
 * then once more.
 */
void vfo_announce(struct vfo_upper *u)
{
	u->announce_due = qdisc_tx_is_noop(u->dev);
	call_netdevice_notifiers(NETDEV_NOTIFY_PEERS, u->dev);
	call_netdevice_notifiers(NETDEV_RESEND_IGMP, u->dev);
	vfo_announce_stations(u);
}

/**
 * vfo_announce_again() - the upper's carrier, or what follows from it, has changed
 * @u: upper; RTNL
 */
void vfo_announce_again(struct vfo_upper *u)
{
	if (u->announce_due && u->path.active != VFO_NONE && !qdisc_tx_is_noop(u->dev))
		vfo_announce(u);
}
