// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_vf: a virtual function of the Intel 82576. Probe and remove.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/sizes.h>

#include "vf.h"

/*
 * Bytes that byte queue limits always let the queue have; 131 us at 1 Gb/s. A path comes to the VF
 * with all its traffic at once, when it has no limit yet, and the guest's first interrupts, which
 * would raise it, take their time.
 */
#define VVF_BQL_MIN	SZ_16K

static void vvf_main_removed(struct vfp_io *io)
{
	struct vvf_adapter *a = container_of(io, struct vvf_adapter, io);

	set_bit(VVF_F_REMOVED, &a->flags);
	netif_carrier_off(a->netdev);
	schedule_work(&a->remove_work);
}

static void vvf_main_remove_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(work, struct vvf_adapter, remove_work);

	rtnl_lock();
	netdev_info(a->netdev, "the device is gone\n");
	netif_device_detach(a->netdev);
	rtnl_unlock();
}

/* Reset of the function; the PF notices, and forgets what it knew of this VF */
static int vvf_main_reset(struct vvf_adapter *a)
{
	u32 v2p;
	int err;

	vvf_wr32(a, R_EIMC, ~0U);
	vvf_wr32(a, R_CTRL, vvf_rd32(a, R_CTRL) | CTRL_RST);
	vfp_io_flush(&a->io);
	usleep_range(1000, 2000);
	/* While the PF is in reset there is nobody to talk to */
	err = read_poll_timeout(vvf_mbx_look, v2p, !(v2p & V2PMAILBOX_RSTI), 1000,
				VVF_MBX_RESET_MS * 1000, false, a);
	return vfp_io_present(&a->io) ? err : -ENODEV;
}

/**
 * vvf_main_handshake() - reset the function and introduce it to the PF
 * @a: adapter; its queues are off. Process context.
 *
 * Return: 0, with @a->host_mac set (zero when the PF has none for us), or an error.
 */
int vvf_main_handshake(struct vvf_adapter *a)
{
	u8 mac[ETH_ALEN];
	int err;

	err = vvf_main_reset(a);
	if (!err)
		err = vvf_mbx_reset(a, mac);
	if (err)
		return err;
	ether_addr_copy(a->host_mac, mac);
	memset(a->hw_last, 0, sizeof(a->hw_last));
	return 0;
}

static int vvf_main_setup_pci(struct vvf_adapter *a)
{
	struct pci_dev *pdev = a->pdev;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return dev_err_probe(&pdev->dev, err, "no usable DMA\n");
	err = pcim_iomap_regions(pdev, BIT(0), VVF_NAME);
	if (err)
		return dev_err_probe(&pdev->dev, err, "no registers\n");
	a->bar = pcim_iomap_table(pdev)[0];
	a->io.base = a->bar;
	a->io.removed = vvf_main_removed;
	pci_set_master(pdev);
	pci_save_state(pdev);
	return 0;
}

static void vvf_main_setup_netdev(struct vvf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	unsigned int i;

	netdev->netdev_ops = &vvf_netdev_ops;
	netdev->ethtool_ops = &vvf_ethtool_ops;
	netdev->watchdog_timeo = 5 * HZ;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = VFP_MAX_MTU;
	/* The switch strips tags of VFs, and joins VLANs for us: neither can be off */
	netdev->hw_features = VRG_FEATURES & ~NETIF_F_HW_VLAN_CTAG_RX;
	netdev->features = VRG_FEATURES | NETIF_F_HW_VLAN_CTAG_FILTER;
	netdev->vlan_features = VRG_FEATURES & ~(NETIF_F_HW_VLAN_CTAG_TX |
						 NETIF_F_HW_VLAN_CTAG_RX);
	netdev->priv_flags |= IFF_UNICAST_FLT;
	SET_NETDEV_DEV(netdev, &a->pdev->dev);
	netif_set_tso_max_size(netdev, GSO_LEGACY_MAX_SIZE);
	netdev_queue_set_dql_min_limit(netdev_get_tx_queue(netdev, 0), VVF_BQL_MIN);
	for (i = 0; i < VVF_NUM_VEC; i++) {
		a->vec[i].netdev = netdev;
		netif_napi_add(netdev, &a->vec[i].napi, vrg_vector_poll);
	}
}

static int vvf_main_setup_mac(struct vvf_adapter *a)
{
	int err = vvf_main_handshake(a);

	if (err)
		return dev_err_probe(&a->pdev->dev, err, "the PF doesn't answer\n");
	if (is_valid_ether_addr(a->host_mac)) {
		eth_hw_addr_set(a->netdev, a->host_mac);
		ether_addr_copy(a->netdev->perm_addr, a->host_mac);
	} else {
		pci_info(a->pdev, "the PF gave no address, using a random one\n");
		eth_hw_addr_random(a->netdev);
	}
	return 0;
}

static void vvf_main_init(struct vvf_adapter *a)
{
	spin_lock_init(&a->ring_lock);
	spin_lock_init(&a->v2p_lock);
	mutex_init(&a->mbx_lock);
	INIT_WORK(&a->mail_work, vvf_mbx_mail_work);
	INIT_DELAYED_WORK(&a->watchdog, vvf_watchdog_work);
	INIT_DELAYED_WORK(&a->reset_work, vvf_netdev_reset_work);
	INIT_WORK(&a->path_work, vvf_path_work);
	INIT_WORK(&a->rx_mode_work, vvf_netdev_rx_mode_work);
	INIT_WORK(&a->remove_work, vvf_main_remove_work);
	a->tx_count = VRG_DEF_DESC;
	a->rx_count = VRG_DEF_DESC;
}

static int vvf_main_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *netdev;
	struct vvf_adapter *a;
	int err;

	netdev = alloc_etherdev_mqs(sizeof(*a), 1, 1);
	if (!netdev)
		return -ENOMEM;
	a = netdev_priv(netdev);
	a->pdev = pdev;
	a->netdev = netdev;
	pci_set_drvdata(pdev, a);
	vvf_main_init(a);
	/* Two at a time: a reset waits for RTNL, the watchdog must not wait for it */
	a->wq = alloc_workqueue("%s-%s", WQ_HIGHPRI | WQ_UNBOUND, 0, VVF_NAME, pci_name(pdev));
	if (!a->wq) {
		err = -ENOMEM;
		goto err_netdev;
	}
	err = vvf_main_setup_pci(a);
	if (err)
		goto err_wq;
	vvf_main_setup_netdev(a);
	err = vvf_main_setup_mac(a);
	if (err)
		goto err_wq;
	err = vvf_irq_alloc(a);
	if (err)
		goto err_wq;
	err = vvf_path_init(a);
	if (err)
		goto err_irq;
	netif_carrier_off(netdev);
	err = register_netdev(netdev);
	if (err)
		goto err_path;
	netdev_info(netdev, "Intel 82576 VF, %pM, %s PF\n", netdev->dev_addr,
		    a->version ? "vfpath" : "in-tree");
	return 0;

err_path:
	vvf_path_exit(a);
err_irq:
	vvf_irq_free(a);
err_wq:
	destroy_workqueue(a->wq);
err_netdev:
	free_netdev(netdev);
	return err;
}

static void vvf_main_remove(struct pci_dev *pdev)
{
	struct vvf_adapter *a = pci_get_drvdata(pdev);

	/* The upper hears of it by this, and leaves in order */
	unregister_netdev(a->netdev);
	set_bit(VVF_F_STOPPING, &a->flags);
	vvf_path_exit(a);
	cancel_delayed_work_sync(&a->watchdog);
	cancel_work_sync(&a->mail_work);
	cancel_work_sync(&a->path_work);
	cancel_work_sync(&a->rx_mode_work);
	cancel_delayed_work_sync(&a->reset_work);
	cancel_work_sync(&a->remove_work);
	destroy_workqueue(a->wq);
	if (vfp_io_present(&a->io))
		vvf_wr32(a, R_CTRL, vvf_rd32(a, R_CTRL) | CTRL_RST);
	vvf_irq_free(a);
	free_netdev(a->netdev);
}

static void vvf_main_shutdown(struct pci_dev *pdev)
{
	struct vvf_adapter *a = pci_get_drvdata(pdev);

	rtnl_lock();
	netif_device_detach(a->netdev);
	if (netif_running(a->netdev))
		dev_close(a->netdev);
	rtnl_unlock();
	pci_clear_master(pdev);
}

static const struct pci_device_id vvf_main_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x10ca) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vvf_main_ids);

static struct pci_driver vvf_main_driver = {
	.name		= VVF_NAME,
	.id_table	= vvf_main_ids,
	.probe		= vvf_main_probe,
	.remove		= vvf_main_remove,
	.shutdown	= vvf_main_shutdown,
	.err_handler	= &vvf_pm_err_handler,
	.driver.pm	= pm_sleep_ptr(&vvf_pm_ops),
};
module_pci_driver(vvf_main_driver);

MODULE_DESCRIPTION("vfpath: Intel 82576 virtual function");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFP_VERSION);
