// SPDX-License-Identifier: GPL-2.0
/*
 * The VF's netdev: open, stop, reset, and what the stack asks for.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "vf.h"

#define VVF_RESET_RETRY		HZ

/*
 * The NIC gives a broadcast back to its sender as well. And under a port VLAN the
 * guest doesn't see the tag it is in.
 */
static bool vvf_netdev_rx_filter(struct vrg_ring *ring, struct sk_buff *skb)
{
	struct vvf_adapter *a = netdev_priv(ring->netdev);
	const struct ethhdr *eth = eth_hdr(skb);

	if (is_multicast_ether_addr(eth->h_dest) &&
	    ether_addr_equal(eth->h_source, ring->netdev->dev_addr))
		return true;
	if (skb_vlan_tag_present(skb) && a->state.port_vid &&
	    skb_vlan_tag_get_id(skb) == a->state.port_vid)
		__vlan_hwaccel_clear_tag(skb);
	return false;
}

static void vvf_netdev_use_rings(struct vvf_adapter *a, struct vrg_ring *tx, struct vrg_ring *rx)
{
	spin_lock_bh(&a->ring_lock);
	vrg_ring_get_stats(a->tx, &a->tx_gone);
	vrg_ring_get_stats(a->rx, &a->rx_gone);
	a->tx = tx;
	a->rx = rx;
	a->vec[VVF_VEC_TX].tx[0] = tx;
	a->vec[VVF_VEC_TX].num_tx = tx ? 1 : 0;
	a->vec[VVF_VEC_RX].rx = rx;
	spin_unlock_bh(&a->ring_lock);
}

static int vvf_netdev_alloc_rings(struct vvf_adapter *a, u16 tx_count, u16 rx_count,
				  struct vrg_ring **tx, struct vrg_ring **rx)
{
	*tx = vrg_tx_alloc(a->netdev, &a->pdev->dev, 0, tx_count);
	if (!*tx)
		return -ENOMEM;
	*rx = vrg_rx_alloc(a->netdev, &a->pdev->dev, &a->vec[VVF_VEC_RX].napi, 0, rx_count);
	if (!*rx) {
		vrg_tx_free(*tx);
		return -ENOMEM;
	}
	(*tx)->vec = &a->vec[VVF_VEC_TX];
	(*rx)->vec = &a->vec[VVF_VEC_RX];
	(*rx)->filter = vvf_netdev_rx_filter;
	return 0;
}

static void vvf_netdev_queues_off(struct vvf_adapter *a)
{
	vrg_queue_off(&a->io, R_QBASE_RX(0));
	vrg_queue_off(&a->io, R_QBASE_TX(0));
	vfp_io_flush(&a->io);
	usleep_range(1000, 2000);
	a->tx->tail = NULL;
	a->rx->tail = NULL;
	vrg_tx_flush(a->tx);
	vrg_rx_reset(a->rx);
}

/* No answer, rather than a no: whoever holds RTNL must not wait for the next one, too */
static bool vvf_netdev_mute(int err)
{
	return err == -ETIMEDOUT || err == -EBUSY || err == -ENODEV || err == -ENOTCONN ||
	       err == -ECONNRESET;
}

/* What the PF has to know again after each handshake */
static int vvf_netdev_configure(struct vvf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	unsigned int vid;
	int err;

	if (!ether_addr_equal(netdev->dev_addr, a->host_mac)) {
		err = vvf_mbx_set_mac(a, netdev->dev_addr);
		if (err)
			return err;
	}
	for_each_set_bit(vid, a->vlans, VLAN_N_VID) {
		err = vvf_mbx_vlan(a, vid, true);
		if (vvf_netdev_mute(err))
			return err;
		if (err)
			netdev_warn(netdev, "VLAN %u: %pe\n", vid, ERR_PTR(err));
	}
	err = vvf_netdev_sync_rx_mode(a);
	if (err)
		return err;
	/* An in-tree PF and ours take this from an in-tree driver for "it runs": last */
	return vvf_mbx_max_frame(a, VVF_MAX_FRAME(netdev->mtu));
}

/* Queues run after this. The handshake is done; RTNL. */
static int vvf_netdev_up(struct vvf_adapter *a)
{
	unsigned int i;
	int err;

	vvf_irq_program(a);
	err = vrg_queue_start_tx(&a->io, R_QBASE_TX(0), a->tx);
	if (!err)
		err = vrg_queue_start_rx(&a->io, R_QBASE_RX(0), a->rx);
	if (!err)
		err = vvf_netdev_configure(a);
	if (err) {
		vvf_netdev_queues_off(a);
		return err;
	}
	set_bit(VVF_F_UP, &a->flags);
	for (i = 0; i < VVF_NUM_VEC; i++)
		napi_enable(&a->vec[i].napi);
	vvf_irq_enable(a);
	vvf_watchdog_carrier(a);
	netif_tx_start_all_queues(a->netdev);
	local_bh_disable();
	for (i = 0; i < VVF_NUM_VEC; i++)
		napi_schedule(&a->vec[i].napi);
	local_bh_enable();
	a->tx_late.times = 0;
	a->rx_late.times = 0;
	vvf_watchdog_start(a);
	return 0;
}

/* Frames that the NIC has for us, or took from us, come to their end; bounded */
static void vvf_netdev_drain(struct vvf_adapter *a)
{
	unsigned int tries = 20;

	while (tries-- && vfp_io_present(&a->io) &&
	       (vrg_tx_pending(a->tx) || vrg_rx_pending(a->rx)))
		usleep_range(500, 1000);
}

/**
 * vvf_netdev_down() - stop the queues; does nothing when they don't run
 * @a: adapter; RTNL
 * @quiet: the device still works: let go of what is under way in order
 */
void vvf_netdev_down(struct vvf_adapter *a, bool quiet)
{
	unsigned int i;

	if (!test_and_clear_bit(VVF_F_UP, &a->flags))
		return;
	netif_tx_disable(a->netdev);
	netif_carrier_off(a->netdev);
	if (quiet)
		vvf_netdev_drain(a);
	vvf_irq_disable(a);
	for (i = 0; i < VVF_NUM_VEC; i++)
		napi_disable(&a->vec[i].napi);
	vvf_netdev_queues_off(a);
}

static int vvf_netdev_open(struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct vrg_ring *tx, *rx;
	int err;

	if (!vfp_io_present(&a->io))
		return -ENODEV;
	netif_carrier_off(netdev);
	err = vvf_netdev_alloc_rings(a, a->tx_count, a->rx_count, &tx, &rx);
	if (err)
		return err;
	err = vvf_irq_request(a);
	if (err)
		goto err_rings;
	vvf_netdev_use_rings(a, tx, rx);
	err = vvf_main_handshake(a);
	if (!err)
		err = vvf_netdev_up(a);
	if (err)
		goto err_irq;
	if (vvf_path_implied(a))
		vvf_path_set(a, true);
	return 0;

err_irq:
	vvf_netdev_use_rings(a, NULL, NULL);
	vvf_irq_release(a);
err_rings:
	vrg_tx_free(tx);
	vrg_rx_free(rx);
	return err;
}

static int vvf_netdev_stop(struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct vrg_ring *tx = a->tx, *rx = a->rx;

	/* The host sends elsewhere before we stop to listen */
	if (test_bit(VVF_F_UP, &a->flags))
		vvf_path_set(a, false);
	vvf_netdev_down(a, true);
	cancel_delayed_work_sync(&a->watchdog);
	vvf_netdev_use_rings(a, NULL, NULL);
	vvf_irq_release(a);
	vrg_tx_free(tx);
	vrg_rx_free(rx);
	/* The PF gets its queues back: no frame is received into freed memory */
	if (vfp_io_present(&a->io))
		vvf_main_handshake(a);
	return 0;
}

/**
 * vvf_netdev_set_rings() - change the size of the rings
 * @a: adapter; RTNL
 * @tx_count: descriptors
 * @rx_count: descriptors
 *
 * Return: 0, -ENOMEM with the old ones running, or an error of starting.
 */
int vvf_netdev_set_rings(struct vvf_adapter *a, u16 tx_count, u16 rx_count)
{
	struct vrg_ring *tx, *rx, *old_tx = a->tx, *old_rx = a->rx;
	bool path = test_bit(VVF_F_PATH_VF, &a->flags);
	int err;

	if (!test_bit(VVF_F_UP, &a->flags)) {
		a->tx_count = tx_count;
		a->rx_count = rx_count;
		return 0;
	}
	err = vvf_netdev_alloc_rings(a, tx_count, rx_count, &tx, &rx);
	if (err)
		return err;
	a->tx_count = tx_count;
	a->rx_count = rx_count;
	vvf_path_set(a, false);
	vvf_netdev_down(a, true);
	vvf_netdev_use_rings(a, tx, rx);
	vrg_tx_free(old_tx);
	vrg_rx_free(old_rx);
	err = vvf_main_handshake(a);
	if (!err)
		err = vvf_netdev_up(a);
	if (!err && path)
		vvf_path_set(a, true);
	return err;
}

/* The PF gave another address while we were away */
static void vvf_netdev_take_mac(struct vvf_adapter *a, const u8 *old)
{
	if (ether_addr_equal(old, a->host_mac) || is_zero_ether_addr(a->host_mac))
		return;
	netdev_info(a->netdev, "the host gives it the address %pM\n", a->host_mac);
	eth_hw_addr_set(a->netdev, a->host_mac);
	ether_addr_copy(a->netdev->perm_addr, a->host_mac);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, a->netdev);
}

/**
 * vvf_netdev_reset_work() - start again
 * @work: &struct vvf_adapter.reset_work
 *
 * As often as it takes: the PF may be away for a while.
 */
void vvf_netdev_reset_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(to_delayed_work(work), struct vvf_adapter,
					     reset_work);
	u8 old[ETH_ALEN];
	bool path;
	int err;

	rtnl_lock();
	if (!vfp_io_present(&a->io) || test_bit(VVF_F_STOPPING, &a->flags)) {
		rtnl_unlock();
		return;
	}
	if (!netif_running(a->netdev) || !a->tx) {
		netif_device_attach(a->netdev);
		rtnl_unlock();
		return;
	}
	path = test_bit(VVF_F_PATH_VF, &a->flags);
	ether_addr_copy(old, a->host_mac);
	a->resets++;
	vvf_netdev_down(a, false);
	err = vvf_main_handshake(a);
	if (!err)
		vvf_netdev_take_mac(a, old);
	if (!err)
		err = vvf_netdev_up(a);
	if (!err)
		netif_device_attach(a->netdev);
	if (!err && path)
		vvf_path_set(a, true);
	if (err && vfp_io_present(&a->io)) {
		/* Wanted on this VF all the same, when it is back */
		if (path)
			set_bit(VVF_F_PATH_VF, &a->flags);
		queue_delayed_work(a->wq, &a->reset_work, VVF_RESET_RETRY);
	}
	rtnl_unlock();
}

static netdev_tx_t vvf_netdev_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	return vrg_tx_xmit(skb, a->tx);
}

static void vvf_netdev_tx_timeout(struct net_device *netdev, unsigned int queue)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	queue_delayed_work(a->wq, &a->reset_work, 0);
}

static void vvf_netdev_stats64(struct net_device *netdev, struct rtnl_link_stats64 *s)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct vrg_stats tx, rx;

	spin_lock_bh(&a->ring_lock);
	tx = a->tx_gone;
	rx = a->rx_gone;
	vrg_ring_get_stats(a->tx, &tx);
	vrg_ring_get_stats(a->rx, &rx);
	spin_unlock_bh(&a->ring_lock);
	s->tx_packets = tx.packets;
	s->tx_bytes = tx.bytes;
	s->tx_dropped = tx.drops;
	s->rx_packets = rx.packets - rx.filtered;
	s->rx_bytes = rx.bytes;
	s->rx_errors = rx.drops;
	s->multicast = rx.multicast;
}

static int vvf_netdev_set_mac(struct net_device *netdev, void *p)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct sockaddr *addr = p;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	if (test_bit(VVF_F_UP, &a->flags)) {
		err = vvf_mbx_set_mac(a, addr->sa_data);
		if (err)
			return err;
	}
	eth_hw_addr_set(netdev, addr->sa_data);
	return 0;
}

static int vvf_netdev_change_mtu(struct net_device *netdev, int mtu)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	int err;

	/* Buffers don't depend on the MTU; the PF's limit is all */
	if (test_bit(VVF_F_UP, &a->flags)) {
		err = vvf_mbx_max_frame(a, VVF_MAX_FRAME(mtu));
		if (err)
			return err == -EPERM ? -EINVAL : err;
	}
	netdev->mtu = mtu;
	return 0;
}

/**
 * vvf_netdev_sync_rx_mode() - tell the PF whom else we listen to
 * @a: adapter
 *
 * What the PF refuses is told to the operator, and is no error here.
 *
 * Context: process.
 *
 * Return: 0, or an error when the PF doesn't answer; then it wasn't asked any further.
 */
int vvf_netdev_sync_rx_mode(struct vvf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	struct netdev_hw_addr *ha;
	unsigned int num = 0;
	u16 *hashes;
	u8 mode = 0;
	int err;

	hashes = kcalloc(VFP_MBX_MC_LIST_MAX, sizeof(*hashes), GFP_KERNEL);
	if (!hashes)
		return -ENOMEM;
	netif_addr_lock_bh(netdev);
	if (netdev->flags & IFF_PROMISC)
		mode = VFP_RX_PROMISC | VFP_RX_ALLMULTI;
	else if (netdev->flags & IFF_ALLMULTI || netdev_mc_count(netdev) > VFP_MBX_MC_LIST_MAX)
		mode = VFP_RX_ALLMULTI;
	netdev_for_each_mc_addr(ha, netdev) {
		if (num < VFP_MBX_MC_LIST_MAX)
			hashes[num++] = vvf_mbx_hash(ha->addr);
	}
	netif_addr_unlock_bh(netdev);

	err = vvf_mbx_set_mc(a, hashes, num);
	kfree(hashes);
	if (vvf_netdev_mute(err))
		return err;
	if (err == -ENOSPC)
		mode |= VFP_RX_ALLMULTI;
	err = vvf_mbx_set_rx_mode(a, mode);
	if (vvf_netdev_mute(err))
		return err;
	if (err && mode && net_ratelimit())
		netdev_warn(netdev, "%s: the host %s\n",
			    mode & VFP_RX_PROMISC ? "promiscuous" : "all multicast",
			    err == -EPERM ? "does not trust this VF" : "can't do it");
	err = vvf_mbx_set_uc(a, netdev);
	if (vvf_netdev_mute(err))
		return err;
	if (err && !netdev_uc_empty(netdev) && net_ratelimit())
		netdev_warn(netdev, "further addresses: %pe\n", ERR_PTR(err));
	return 0;
}

void vvf_netdev_rx_mode_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(work, struct vvf_adapter, rx_mode_work);

	if (test_bit(VVF_F_UP, &a->flags))
		vvf_netdev_sync_rx_mode(a);
}

static void vvf_netdev_rx_mode(struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	if (test_bit(VVF_F_UP, &a->flags))
		queue_work(a->wq, &a->rx_mode_work);
}

static int vvf_netdev_vlan_add(struct net_device *netdev, __be16 proto, u16 vid)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	int err;

	/* Every pool is in VLAN 0 */
	if (!vid)
		return 0;
	if (test_bit(VVF_F_UP, &a->flags)) {
		err = vvf_mbx_vlan(a, vid, true);
		if (err)
			return err;
	}
	set_bit(vid, a->vlans);
	return 0;
}

static int vvf_netdev_vlan_kill(struct net_device *netdev, __be16 proto, u16 vid)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	if (!vid)
		return 0;
	clear_bit(vid, a->vlans);
	if (test_bit(VVF_F_UP, &a->flags))
		vvf_mbx_vlan(a, vid, false);
	return 0;
}

const struct net_device_ops vvf_netdev_ops = {
	.ndo_open		= vvf_netdev_open,
	.ndo_stop		= vvf_netdev_stop,
	.ndo_start_xmit		= vvf_netdev_xmit,
	.ndo_features_check	= vrg_features_check,
	.ndo_tx_timeout		= vvf_netdev_tx_timeout,
	.ndo_get_stats64	= vvf_netdev_stats64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= vvf_netdev_set_mac,
	.ndo_change_mtu		= vvf_netdev_change_mtu,
	.ndo_set_rx_mode	= vvf_netdev_rx_mode,
	.ndo_vlan_rx_add_vid	= vvf_netdev_vlan_add,
	.ndo_vlan_rx_kill_vid	= vvf_netdev_vlan_kill,
};
