// SPDX-License-Identifier: GPL-2.0
/*
 * The VF's netdev: open, stop, reset, and what the stack asks for.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "vf.h"

#define VVF_RESET_RETRY		HZ

/* Under a port VLAN the guest doesn't see the tag it is in; and what it sent itself, never */
static bool vvf_netdev_rx_filter(struct vrg_ring *ring, struct sk_buff *skb)
{
	struct vvf_adapter *a = netdev_priv(ring->netdev);

	if (skb_vlan_tag_present(skb) && a->state.port_vid &&
	    skb_vlan_tag_get_id(skb) == a->state.port_vid)
		__vlan_hwaccel_clear_tag(skb);
	return is_multicast_ether_addr(eth_hdr(skb)->h_dest) && vvf_echo_match(a, skb);
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
	(*tx)->base = R_QBASE_TX(0);
	(*rx)->base = R_QBASE_RX(0);
	(*rx)->filter = vvf_netdev_rx_filter;
	return 0;
}

/*
 * The handshake, and all that the PF has to know; the queues are on after this, and nobody
 * polls yet. RTNL.
 */
static int vvf_netdev_begin(struct vvf_adapter *a)
{
	int err;

	err = vvf_main_handshake(a);
	if (!err)
		err = vvf_host_address(a);
	if (err)
		return err;
	vvf_host_begin(a);
	/* What hasn't been answered was forgotten with the rest */
	clear_bit(VVF_F_PATH_UNSURE, &a->flags);
	vvf_irq_program(a);
	err = vrg_queues_on(a->vec, VVF_NUM_VEC);
	if (err)
		return err;
	/* An in-tree PF and ours take the last of it from an in-tree driver for "it runs" */
	err = vvf_sync(a, false);
	if (err)
		vrg_queues_off(a->vec, VVF_NUM_VEC);
	return err;
}

/* The queues that are on do their work. Can't fail; RTNL. */
static void vvf_netdev_run(struct vvf_adapter *a, bool path)
{
	/* It is what was wanted */
	cancel_delayed_work(&a->reset_work);
	clear_bit(VVF_F_RESET, &a->flags);
	a->tx_late.times = 0;
	a->rx_late.times = 0;
	set_bit(VVF_F_UP, &a->flags);
	vrg_up(a->vec, VVF_NUM_VEC);
	/* First: with carrier it is heard, and by an address that may be somebody else's */
	if (path)
		vvf_path_set(a, true);
	vvf_watchdog_carrier(a);
	vvf_watchdog_start(a);
}

/**
 * vvf_netdev_down() - stop the queues; does nothing when they don't run
 * @a: adapter; RTNL
 * @quiet: the device still works: let go of what is under way in order
 */
void vvf_netdev_down(struct vvf_adapter *a, bool quiet)
{
	if (!test_and_clear_bit(VVF_F_UP, &a->flags))
		return;
	vrg_stop_tx(a->vec, VVF_NUM_VEC);
	vvf_watchdog_carrier(a);
	if (quiet)
		vrg_drain(a->vec, VVF_NUM_VEC);
	vrg_down(a->vec, VVF_NUM_VEC);
}

/* The PF didn't answer: as often as it takes */
static void vvf_netdev_later(struct vvf_adapter *a, int err)
{
	if (net_ratelimit())
		netdev_info(a->netdev, "the PF doesn't answer (%pe): trying again\n", ERR_PTR(err));
	queue_delayed_work(a->wq, &a->reset_work, VVF_RESET_RETRY);
}

static int vvf_netdev_open(struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct vrg_ring *tx, *rx;
	int err;

	if (!vfp_io_present(&a->io))
		return -ENODEV;
	/* Should it be open before its queues run; netpoll doesn't look at the carrier */
	netif_carrier_off(netdev);
	netif_tx_disable(netdev);
	err = vvf_netdev_alloc_rings(a, a->tx_count, a->rx_count, &tx, &rx);
	if (err)
		return err;
	err = vvf_irq_request(a);
	if (err)
		goto err_rings;
	vvf_netdev_use_rings(a, tx, rx);
	err = vvf_netdev_begin(a);
	if (!vfp_io_present(&a->io))
		goto err_irq;
	/* Whatever it is, it isn't for ever: a PF in reset, a busy host. There is no carrier. */
	if (err) {
		assign_bit(VVF_F_PATH_VF, &a->flags, vvf_path_implied(a));
		vvf_netdev_later(a, err);
		return 0;
	}
	vvf_netdev_run(a, vvf_path_implied(a));
	return 0;

err_irq:
	vvf_netdev_use_rings(a, NULL, NULL);
	vvf_irq_release(a);
	err = -ENODEV;
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
	clear_bit(VVF_F_PATH_VF, &a->flags);
	clear_bit(VVF_F_PATH_UNSURE, &a->flags);
	clear_bit(VVF_F_TAKEN, &a->flags);
	cancel_delayed_work_sync(&a->watchdog);
	vvf_netdev_use_rings(a, NULL, NULL);
	vvf_irq_release(a);
	vrg_tx_free(tx);
	vrg_rx_free(rx);
	/* The PF gets its queues back: no frame is received into freed memory */
	if (vfp_io_present(&a->io) && vvf_main_handshake(a))
		vvf_netdev_later(a, -ETIMEDOUT);
	vvf_watchdog_start(a);
	return 0;
}

/**
 * vvf_netdev_set_rings() - change the size of the rings
 * @a: adapter; RTNL
 * @tx_count: descriptors
 * @rx_count: descriptors
 *
 * Return: 0, or an error, and then it goes on with the old ones; when it is the PF that
 * doesn't answer, as soon as it does.
 */
int vvf_netdev_set_rings(struct vvf_adapter *a, u16 tx_count, u16 rx_count)
{
	struct vrg_ring *tx, *rx, *old_tx = a->tx, *old_rx = a->rx;
	bool path = test_bit(VVF_F_PATH_VF, &a->flags);
	int err;

	if (!netif_running(a->netdev)) {
		a->tx_count = tx_count;
		a->rx_count = rx_count;
		return 0;
	}
	if (!test_bit(VVF_F_UP, &a->flags))
		return -EAGAIN;
	err = vvf_netdev_alloc_rings(a, tx_count, rx_count, &tx, &rx);
	if (err)
		return err;
	vvf_path_set(a, false);
	vvf_netdev_down(a, true);
	vvf_netdev_use_rings(a, tx, rx);
	err = vvf_netdev_begin(a);
	if (err) {
		vvf_netdev_use_rings(a, old_tx, old_rx);
		vrg_tx_free(tx);
		vrg_rx_free(rx);
		assign_bit(VVF_F_PATH_VF, &a->flags, path);
		vvf_watchdog_reset(a, "its rings couldn't be changed");
		return err;
	}
	/* While no NAPI runs that might put buffers back */
	vrg_tx_free(old_tx);
	vrg_rx_free(old_rx);
	a->tx_count = tx_count;
	a->rx_count = rx_count;
	vvf_netdev_run(a, path);
	return 0;
}

static int vvf_netdev_restart(struct vvf_adapter *a)
{
	bool path = test_bit(VVF_F_PATH_VF, &a->flags) || vvf_path_implied(a);
	int err;

	a->resets++;
	vvf_netdev_down(a, false);
	err = vvf_netdev_begin(a);
	if (err) {
		/* Wanted on this VF all the same, when it is back */
		assign_bit(VVF_F_PATH_VF, &a->flags, path);
		return err;
	}
	vvf_netdev_run(a, path);
	netif_device_attach(a->netdev);
	return 0;
}

/* Closed: so that the PF can tell it what changes */
static int vvf_netdev_greet(struct vvf_adapter *a)
{
	int err = 0;

	netif_device_attach(a->netdev);
	if (test_bit(VVF_F_RESET, &a->flags) || !READ_ONCE(a->cts))
		err = vvf_main_handshake(a);
	if (!err)
		err = vvf_host_address(a);
	if (!err)
		clear_bit(VVF_F_RESET, &a->flags);
	return err;
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
	int err;

	rtnl_lock();
	if (!vfp_io_present(&a->io) || test_bit(VVF_F_STOPPING, &a->flags) ||
	    test_bit(VVF_F_PAUSED, &a->flags) || !test_bit(VVF_F_REGISTERED, &a->flags)) {
		rtnl_unlock();
		return;
	}
	err = netif_running(a->netdev) && a->tx ? vvf_netdev_restart(a) : vvf_netdev_greet(a);
	if (err && vfp_io_present(&a->io))
		queue_delayed_work(a->wq, &a->reset_work, VVF_RESET_RETRY);
	rtnl_unlock();
}

static netdev_tx_t vvf_netdev_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	if (unlikely(is_multicast_ether_addr(eth->h_dest)) && skb_headlen(skb) >= ETH_HLEN &&
	    !ether_addr_equal(eth->h_source, netdev->dev_addr))
		vvf_echo_note(a, skb);
	return vrg_tx_xmit(skb, a->tx);
}

static void vvf_netdev_tx_timeout(struct net_device *netdev, unsigned int queue)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	queue_delayed_work(a->wq, &a->reset_work, 0);
}

/**
 * vvf_netdev_sums() - what all rings have counted, those that are gone as well
 * @a: adapter
 * @tx: result: transmitted
 * @rx: result: received
 */
void vvf_netdev_sums(struct vvf_adapter *a, struct vrg_stats *tx, struct vrg_stats *rx)
{
	spin_lock_bh(&a->ring_lock);
	*tx = a->tx_gone;
	*rx = a->rx_gone;
	vrg_ring_get_stats(a->tx, tx);
	vrg_ring_get_stats(a->rx, rx);
	spin_unlock_bh(&a->ring_lock);
}

static void vvf_netdev_stats64(struct net_device *netdev, struct rtnl_link_stats64 *s)
{
	struct vrg_stats tx, rx;

	vvf_netdev_sums(netdev_priv(netdev), &tx, &rx);
	s->tx_packets = tx.packets;
	s->tx_bytes = tx.bytes;
	s->tx_dropped = tx.drops;
	s->rx_packets = rx.packets;
	s->rx_bytes = rx.bytes;
	s->rx_errors = rx.drops;
	s->multicast = rx.multicast;
}

static int vvf_netdev_set_mac(struct net_device *netdev, void *p)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct sockaddr *addr = p;
	int err;
	u8 nack;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	/* Closed as well: whoever gives it the address hears now if the host doesn't want it */
	err = vvf_mbx_set_mac(a, addr->sa_data, &nack);
	if (err && (test_bit(VVF_F_UP, &a->flags) || !vvf_mbx_again(err)))
		return err;
	eth_hw_addr_set(netdev, addr->sa_data);
	if (!err)
		ether_addr_copy(a->known.mac, addr->sa_data);
	return 0;
}

static int vvf_netdev_change_mtu(struct net_device *netdev, int mtu)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	int err = vvf_sync_mtu(a, mtu);

	/* Buffers don't depend on the MTU; the PF's limit is all */
	if (err)
		return vvf_mbx_again(err) ? err : -EINVAL;
	netdev->mtu = mtu;
	return 0;
}

static void vvf_netdev_rx_mode(struct net_device *netdev)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	if (test_bit(VVF_F_UP, &a->flags))
		vvf_sync_later(a, 0);
}

static int vvf_netdev_vlan_add(struct net_device *netdev, __be16 proto, u16 vid)
{
	/* Every pool is in VLAN 0 */
	return vid ? vvf_sync_vlan(netdev_priv(netdev), vid, true) : 0;
}

static int vvf_netdev_vlan_kill(struct net_device *netdev, __be16 proto, u16 vid)
{
	return vid ? vvf_sync_vlan(netdev_priv(netdev), vid, false) : 0;
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
