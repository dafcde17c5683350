// SPDX-License-Identifier: GPL-2.0
/*
 * What the host says of the VF: its address, and whatever else changes while the driver is
 * bound, open or closed. Applied with RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/minmax.h>
#include <linux/rtnetlink.h>

#include "vf.h"

/* How soon a PF that hasn't answered is asked again: the answer is awaited with RTNL held */
#define VVF_HOST_RETRY_MS	250U
#define VVF_HOST_RETRY_MAX_MS	8000U

/**
 * vvf_host_changed() - look at what the host says
 * @a: adapter
 *
 * Context: any.
 */
void vvf_host_changed(struct vvf_adapter *a)
{
	if (!test_bit(VVF_F_STOPPING, &a->flags) && !test_bit(VVF_F_PAUSED, &a->flags))
		mod_delayed_work(a->wq, &a->host_work, 0);
}

/**
 * vvf_host_begin() - after a handshake: what the PF is told from now on, it is told like this
 * @a: adapter; RTNL
 */
void vvf_host_begin(struct vvf_adapter *a)
{
	a->seen_trusted = READ_ONCE(a->state.state) & VFP_STATE_TRUSTED;
	a->seen_port_vid = READ_ONCE(a->state.port_vid);
}

/* The PF drops what it doesn't let the VF have any more, without a word on what that is */
static void vvf_host_trust(struct vvf_adapter *a)
{
	bool trusted = READ_ONCE(a->state.state) & VFP_STATE_TRUSTED;
	u16 port_vid = READ_ONCE(a->state.port_vid);

	if (trusted != a->seen_trusted || port_vid != a->seen_port_vid)
		vvf_sync_doubt(a, trusted != a->seen_trusted, port_vid != a->seen_port_vid);
	vvf_host_begin(a);
}

static void vvf_host_take(struct vvf_adapter *a, const struct vvf_addr *host)
{
	struct net_device *netdev = a->netdev;

	netdev_info(netdev, "the host gives it the address %pM\n", host->mac);
	eth_hw_addr_set(netdev, host->mac);
	netdev->addr_assign_type = NET_ADDR_PERM;
	/* Whoever opens it just now, an upper that may want to let go of it, hears of it later */
	set_bit(VVF_F_ADDRESS, &a->flags);
	vvf_host_changed(a);
}

/**
 * vvf_host_address() - netdev and host agree on an address
 * @a: adapter whose handshake is done; RTNL, or not registered yet
 *
 * Return: 0, or an error when the PF doesn't answer.
 */
int vvf_host_address(struct vvf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	struct vvf_addr host;
	bool ordered;
	int err = 0;
	u8 nack;

	mutex_lock(&a->mbx_lock);
	host = a->host;
	mutex_unlock(&a->mbx_lock);
	ordered = vvf_addr_ordered(&a->known, &host);
	/* What uppers and configuration tools know it by is what the host gives */
	if (ordered && !ether_addr_equal(netdev->perm_addr, host.mac)) {
		memcpy(netdev->perm_addr, host.mac, ETH_ALEN);
		set_bit(VVF_F_ADDRESS, &a->flags);
		vvf_host_changed(a);
	}
	switch (vvf_addr_decide(&a->known, &host, netdev->dev_addr)) {
	case VVF_ADDR_KEEP:
		break;
	case VVF_ADDR_TAKE:
		vvf_host_take(a, &host);
		break;
	case VVF_ADDR_ASK:
		err = vvf_mbx_set_mac(a, netdev->dev_addr, &nack);
		if (vvf_mbx_again(err))
			return err;
		if (!err) {
			ether_addr_copy(host.mac, netdev->dev_addr);
			break;
		}
		netdev_warn(netdev, "the address %pM: %s\n", netdev->dev_addr,
			    vvf_mbx_nack_text(nack));
		/* Up with another one rather than not at all */
		if (is_valid_ether_addr(host.mac))
			vvf_host_take(a, &host);
		break;
	}
	a->known = host;
	return 0;
}

/**
 * vvf_host_soon() - the same after a while
 * @a: adapter
 * @ms: after so long
 */
void vvf_host_soon(struct vvf_adapter *a, unsigned int ms)
{
	if (!test_bit(VVF_F_STOPPING, &a->flags) && !test_bit(VVF_F_PAUSED, &a->flags))
		queue_delayed_work(a->wq, &a->host_work, msecs_to_jiffies(ms));
}

/**
 * vvf_host_later() - the same, longer each time
 * @a: adapter; RTNL
 */
void vvf_host_later(struct vvf_adapter *a)
{
	a->host_retry_ms = clamp(2 * a->host_retry_ms, VVF_HOST_RETRY_MS, VVF_HOST_RETRY_MAX_MS);
	vvf_host_soon(a, a->host_retry_ms);
}

static int vvf_host_apply(struct vvf_adapter *a)
{
	int err = vvf_host_address(a);

	if (err || !test_bit(VVF_F_UP, &a->flags))
		return err;
	vvf_host_trust(a);
	/* What was refused may be granted now, and the other way round */
	err = vvf_sync(a, true);
	if (err)
		return err;
	err = vvf_path_review(a);
	/* The upper, if it has one, asks again */
	netdev_state_change(a->netdev);
	return err;
}

/**
 * vvf_host_work() - apply what the host says
 * @work: &struct vvf_adapter.host_work
 *
 * As often as it takes: until there is an answer to all of it.
 */
void vvf_host_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(to_delayed_work(work), struct vvf_adapter, host_work);

	rtnl_lock();
	if (!test_bit(VVF_F_STOPPING, &a->flags) &&
	    test_and_clear_bit(VVF_F_ADDRESS, &a->flags))
		call_netdevice_notifiers(NETDEV_CHANGEADDR, a->netdev);
	/* Without a handshake the next one does it all */
	if (!test_bit(VVF_F_STOPPING, &a->flags) && READ_ONCE(a->cts) && vfp_io_present(&a->io)) {
		if (vvf_mbx_again(vvf_host_apply(a)))
			vvf_host_later(a);
		else
			a->host_retry_ms = 0;
	}
	rtnl_unlock();
}
