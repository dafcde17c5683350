// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's netdev: open and stop, its queues' life, and what the stack asks for.
 *
 * The NIC itself runs from probe to remove (hw.c); here only the PF's own pool is
 * switched on and off.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "eswitch.h"
#include "pf.h"

/* Drop what the PF sent itself and the NIC gave back (learn.c), and the self-test's */
static bool vpf_netdev_rx_filter(struct vrg_ring *ring, struct sk_buff *skb)
{
	struct vpf_adapter *a = vpf_adapter(ring->netdev);

	if (unlikely(test_bit(VPF_F_SELFTEST, &a->flags)))
		return vpf_selftest_rx(a, skb);
	return vpf_learn_rx(a, skb);
}

static void vpf_netdev_free_rings(struct vrg_ring **tx, struct vrg_ring *rx)
{
	unsigned int i;

	for (i = 0; i < VPF_NUM_TX; i++)
		vrg_tx_free(tx[i]);
	vrg_rx_free(rx);
}

static int vpf_netdev_alloc_rings(struct vpf_adapter *a, u16 tx_count, u16 rx_count,
				  struct vrg_ring **tx, struct vrg_ring **rx)
{
	unsigned int i;

	for (i = 0; i < VPF_NUM_TX; i++) {
		tx[i] = vrg_tx_alloc(a->netdev, vpf_dev(a), i, tx_count);
		if (!tx[i])
			goto err;
		tx[i]->tx_stamp = vpf_ptp_tx;
		tx[i]->base = R_QBASE_TX(VPF_TX_QUEUE(i));
	}
	/* Last: its buffers can't be freed while the NAPI runs, which may serve other rings now */
	*rx = vrg_rx_alloc(a->netdev, vpf_dev(a), &a->vec.napi, 0, rx_count);
	if (!*rx)
		goto err;
	(*rx)->filter = vpf_netdev_rx_filter;
	(*rx)->rx_stamp = vpf_ptp_rx;
	(*rx)->base = R_QBASE_RX(VPF_RX_QUEUE);
	return 0;

err:
	while (i--)
		vrg_tx_free(tx[i]);
	return -ENOMEM;
}

/* Put rings in place; what the old ones counted is kept */
static void vpf_netdev_use_rings(struct vpf_adapter *a, struct vrg_ring **tx, struct vrg_ring *rx)
{
	unsigned int i;

	spin_lock_bh(&a->ring_lock);
	for (i = 0; i < VPF_NUM_TX; i++) {
		vrg_ring_get_stats(a->tx[i], &a->tx_gone);
		a->tx[i] = tx ? tx[i] : NULL;
		a->vec.tx[i] = a->tx[i];
	}
	vrg_ring_get_stats(a->rx, &a->rx_gone);
	a->rx = rx;
	a->vec.rx = rx;
	a->vec.num_tx = tx ? VPF_NUM_TX : 0;
	spin_unlock_bh(&a->ring_lock);
}

/* The rest of vpf_netdev_up(), which can't fail: the queues are on */
static void vpf_netdev_run(struct vpf_adapter *a)
{
	set_bit(VPF_F_UP, &a->flags);
	vpf_eswitch_pf_enable(a, true);
	vrg_up(&a->vec, 1);
}

/**
 * vpf_netdev_up() - let the PF's queues run
 * @a: adapter with rings in place; RTNL
 *
 * Return: 0 or an error, with the queues off.
 */
int vpf_netdev_up(struct vpf_adapter *a)
{
	int err = vrg_queues_on(&a->vec, 1);

	if (!err)
		vpf_netdev_run(a);
	return err;
}

/**
 * vpf_netdev_down() - stop the PF's queues; does nothing when they don't run
 * @a: adapter; RTNL
 */
void vpf_netdev_down(struct vpf_adapter *a)
{
	if (!test_and_clear_bit(VPF_F_UP, &a->flags))
		return;
	vrg_stop_tx(&a->vec, 1);
	vpf_eswitch_pf_enable(a, false);
	vrg_down(&a->vec, 1);
}

static int vpf_netdev_open(struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vrg_ring *tx[VPF_NUM_TX], *rx;
	int err;

	if (!vfp_io_present(&a->io))
		return -ENODEV;
	err = vpf_netdev_alloc_rings(a, a->tx_count, a->rx_count, tx, &rx);
	if (err)
		return err;
	err = vpf_irq_queue_request(a);
	if (err)
		goto err_rings;
	vpf_netdev_use_rings(a, tx, rx);
	err = vpf_netdev_up(a);
	if (err)
		goto err_irq;
	vfp_napi_link(netdev, &a->vec.napi, a->vec.irq, VPF_NUM_TX);
	return 0;

err_irq:
	vpf_netdev_use_rings(a, NULL, NULL);
	vpf_irq_queue_free(a);
err_rings:
	vpf_netdev_free_rings(tx, rx);
	return err;
}

static int vpf_netdev_stop(struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vrg_ring *tx[VPF_NUM_TX], *rx = a->rx;

	vfp_napi_unlink(netdev, VPF_NUM_TX);
	vpf_netdev_down(a);
	memcpy(tx, a->tx, sizeof(tx));
	vpf_netdev_use_rings(a, NULL, NULL);
	vpf_irq_queue_free(a);
	vpf_netdev_free_rings(tx, rx);
	return 0;
}

/**
 * vpf_netdev_set_rings() - change the size of the rings
 * @a: adapter; RTNL
 * @tx_count: descriptors of a transmit ring
 * @rx_count: descriptors of the receive ring
 *
 * The old rings stay until the new ones are in use, so whatever fails changes nothing.
 *
 * Return: 0, or an error with the old ones running; or down in effect, as after a failed
 * reset, when a NIC that took neither is at fault.
 */
int vpf_netdev_set_rings(struct vpf_adapter *a, u16 tx_count, u16 rx_count)
{
	struct vrg_ring *tx[VPF_NUM_TX], *rx, *old_tx[VPF_NUM_TX], *old_rx = a->rx;
	int err;

	if (!test_bit(VPF_F_UP, &a->flags)) {
		a->tx_count = tx_count;
		a->rx_count = rx_count;
		return 0;
	}
	err = vpf_netdev_alloc_rings(a, tx_count, rx_count, tx, &rx);
	if (err)
		return err;
	memcpy(old_tx, a->tx, sizeof(old_tx));
	vpf_netdev_down(a);
	vpf_netdev_use_rings(a, tx, rx);
	err = vrg_queues_on(&a->vec, 1);
	if (err) {
		vpf_netdev_use_rings(a, old_tx, old_rx);
		vpf_netdev_free_rings(tx, rx);
		if (vpf_netdev_up(a))
			netdev_err(a->netdev, "the old rings don't start either\n");
		return err;
	}
	/* While no NAPI runs: see vpf_netdev_alloc_rings() */
	vpf_netdev_free_rings(old_tx, old_rx);
	a->tx_count = tx_count;
	a->rx_count = rx_count;
	vpf_netdev_run(a);
	return 0;
}

/**
 * vpf_netdev_quiesce() - stop everything before a reset of the NIC
 * @a: adapter; RTNL
 *
 * Rings stay, empty. The netdev is absent to the stack until vpf_netdev_revive().
 */
void vpf_netdev_quiesce(struct vpf_adapter *a)
{
	netif_device_detach(a->netdev);
	vpf_irq_misc_disable(a);
	vpf_netdev_down(a);
	vpf_ptp_pause(a);
}

/**
 * vpf_netdev_revive() - reset the NIC, and go on as before
 * @a: adapter after vpf_netdev_quiesce(); RTNL
 *
 * All settings are written again. VFs lose their queues; they are told, and come back by
 * themselves.
 *
 * Return: 0 or an error; the netdev stays absent then.
 */
int vpf_netdev_revive(struct vpf_adapter *a)
{
	int err;

	err = vpf_hw_reset(a);
	if (err)
		goto out;
	vpf_hw_start(a);
	vpf_ptp_restore(a);
	vpf_link_init(a);
	vpf_irq_misc_enable(a);
	if (netif_running(a->netdev)) {
		err = vpf_netdev_up(a);
		if (err)
			goto out;
	}
	netif_device_attach(a->netdev);
	a->resets++;
out:
	if (err)
		netdev_err(a->netdev, "reset failed: %pe\n", ERR_PTR(err));
	vpf_eswitch_resume(a);
	schedule_work(&a->link_work);
	return err;
}

/**
 * vpf_netdev_reset() - full reset of the NIC, the last resort
 * @a: adapter; takes RTNL
 *
 * Return: 0 or an error, -ENODEV when the device isn't there (now).
 */
int vpf_netdev_reset(struct vpf_adapter *a)
{
	int err = -ENODEV;

	if (!vpf_main_get(a))
		return err;
	rtnl_lock();
	if (vfp_io_present(&a->io) && netif_device_present(a->netdev)) {
		netdev_warn(a->netdev, "resetting the NIC\n");
		vpf_netdev_quiesce(a);
		err = vpf_netdev_revive(a);
	}
	rtnl_unlock();
	vpf_main_put(a);
	return err;
}

/**
 * vpf_netdev_reset_work() - a queue hangs
 * @work: &struct vpf_adapter.reset_work
 */
void vpf_netdev_reset_work(struct work_struct *work)
{
	vpf_health_tx_hang(container_of(work, struct vpf_adapter, reset_work));
}

static netdev_tx_t vpf_netdev_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vrg_ring *ring = a->tx[skb_get_queue_mapping(skb)];

	if (vpf_learn_active(a) && vpf_learn_tx(a, skb)) {
		dev_kfree_skb_any(skb);
		/* Perhaps the last of a batch */
		vrg_tx_kick(ring);
		return NETDEV_TX_OK;
	}
	return vrg_tx_xmit(skb, ring);
}

static void vpf_netdev_tx_timeout(struct net_device *netdev, unsigned int queue)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	netdev_warn(netdev, "transmit queue %u timed out\n", queue);
	a->tx_timeouts++;
	schedule_work(&a->reset_work);
}

static int vpf_netdev_set_mac(struct net_device *netdev, void *p)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct sockaddr *addr = p;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	err = vpf_eswitch_set_mac(a, addr->sa_data);
	if (err)
		return err;
	eth_hw_addr_set(netdev, addr->sa_data);
	return 0;
}

static int vpf_netdev_change_mtu(struct net_device *netdev, int mtu)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	int err;

	/* Buffers don't depend on the MTU (ring/rx.c): a limit in the switch is all */
	err = vpf_eswitch_set_max_frame(a, VPF_MAX_FRAME(mtu));
	if (err)
		return err;
	netdev->mtu = mtu;
	return 0;
}

static void vpf_netdev_rx_mode(struct net_device *netdev)
{
	vpf_eswitch_rx_mode(vpf_adapter(netdev));
}

static int vpf_netdev_vlan_add(struct net_device *netdev, __be16 proto, u16 vid)
{
	return vpf_eswitch_vlan_add(vpf_adapter(netdev), vid);
}

static int vpf_netdev_vlan_kill(struct net_device *netdev, __be16 proto, u16 vid)
{
	return vpf_eswitch_vlan_kill(vpf_adapter(netdev), vid);
}

static int vpf_netdev_set_features(struct net_device *netdev, netdev_features_t features)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	if ((features ^ netdev->features) &
	    (NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER)) {
		netdev->features = features;
		vpf_eswitch_features(a);
		return 1;
	}
	return 0;
}

/* None, as with the in-tree driver; see VFP_NDO_PHYS_PORT_NAME() */
static int __maybe_unused vpf_netdev_phys_port_name(struct net_device *netdev, char *name,
						    size_t len)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	if (!test_bit(VPF_F_NAMED, &a->flags))
		return -EOPNOTSUPP;
	name[0] = 0;
	return 0;
}

const struct net_device_ops vpf_netdev_ops = {
	.ndo_open		= vpf_netdev_open,
	.ndo_stop		= vpf_netdev_stop,
	.ndo_start_xmit		= vpf_netdev_xmit,
	.ndo_features_check	= vpf_learn_features_check,
	.ndo_tx_timeout		= vpf_netdev_tx_timeout,
	.ndo_get_stats64	= vpf_stats_get64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= vpf_netdev_set_mac,
	.ndo_change_mtu		= vpf_netdev_change_mtu,
	.ndo_set_rx_mode	= vpf_netdev_rx_mode,
	.ndo_vlan_rx_add_vid	= vpf_netdev_vlan_add,
	.ndo_vlan_rx_kill_vid	= vpf_netdev_vlan_kill,
	.ndo_set_features	= vpf_netdev_set_features,
	.ndo_set_vf_mac		= vpf_ndo_set_vf_mac,
	.ndo_set_vf_vlan	= vpf_ndo_set_vf_vlan,
	.ndo_set_vf_rate	= vpf_ndo_set_vf_rate,
	.ndo_set_vf_spoofchk	= vpf_ndo_set_vf_spoofchk,
	.ndo_set_vf_trust	= vpf_ndo_set_vf_trust,
	.ndo_set_vf_link_state	= vpf_ndo_set_vf_link_state,
	.ndo_get_vf_config	= vpf_ndo_get_vf_config,
	.ndo_get_vf_stats	= vpf_ndo_get_vf_stats,
	VFP_NDO_HWTSTAMP(vpf_ptp_hwtstamp_get, vpf_ptp_hwtstamp_set, vpf_ptp_ioctl)
	VFP_NDO_DEVLINK_PORT(vpf_ndo_get_devlink_port)
	VFP_NDO_PHYS_PORT_NAME(vpf_netdev_phys_port_name)
};
