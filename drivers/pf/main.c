// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_pf: the Intel 82576's physical function. Probe and remove.
 */
#include <linux/etherdevice.h>
#include <linux/mii.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>

#include "eswitch.h"
#include "pf.h"

/* All-ones was read: the device is gone. Any context. */
static void vpf_main_removed(struct vfp_io *io)
{
	struct vpf_adapter *a = container_of(io, struct vpf_adapter, io);

	set_bit(VPF_F_REMOVED, &a->flags);
	schedule_work(&a->remove_work);
}

static void vpf_main_remove_work(struct work_struct *work)
{
	struct vpf_adapter *a = container_of(work, struct vpf_adapter, remove_work);

	if (!vpf_main_get(a))
		return;
	rtnl_lock();
	netdev_err(a->netdev, "the device is gone\n");
	netif_device_detach(a->netdev);
	netif_carrier_off(a->netdev);
	rtnl_unlock();
	vpf_main_put(a);
}

/**
 * vpf_main_get() - use netdev and switch of an adapter, from a work or for devlink
 * @a: adapter
 *
 * Never waits for a reload, which waits for those who use them.
 *
 * Return: false when they aren't there; else vpf_main_put() has to follow.
 */
bool vpf_main_get(struct vpf_adapter *a)
{
	if (!down_read_trylock(&a->load_lock))
		return false;
	if (test_bit(VPF_F_LOADED, &a->flags))
		return true;
	up_read(&a->load_lock);
	return false;
}

/**
 * vpf_main_put() - netdev and switch aren't used any more
 * @a: adapter
 */
void vpf_main_put(struct vpf_adapter *a)
{
	up_read(&a->load_lock);
}

static void vpf_main_setup_netdev(struct vpf_adapter *a)
{
	struct net_device *netdev = a->netdev;

	netdev->netdev_ops = &vpf_netdev_ops;
	netdev->ethtool_ops = &vpf_ethtool_ops;
	vpf_stats_init(netdev);
	netdev->watchdog_timeo = 5 * HZ;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = VFP_MAX_MTU;
	netdev->hw_features = VRG_FEATURES | NETIF_F_HW_VLAN_CTAG_FILTER;
	netdev->features = netdev->hw_features;
	/* Nobody would learn that it is off: other pools' port VLANs depend on it */
	netdev->hw_features &= ~NETIF_F_HW_VLAN_CTAG_FILTER;
	netdev->vlan_features = netdev->features & ~(NETIF_F_HW_VLAN_CTAG_TX |
						     NETIF_F_HW_VLAN_CTAG_RX |
						     NETIF_F_HW_VLAN_CTAG_FILTER);
	netdev->priv_flags |= IFF_UNICAST_FLT;
	SET_NETDEV_DEV(netdev, vpf_dev(a));
	netif_set_tso_max_size(netdev, GSO_LEGACY_MAX_SIZE);
	netif_napi_add(netdev, &a->vec.napi, vrg_vector_poll);
	a->vec.netdev = netdev;
}

static int vpf_main_setup_hw(struct vpf_adapter *a)
{
	u8 mac[ETH_ALEN];
	int err;

	err = vpf_hw_reset(a);
	if (err)
		return dev_err_probe(vpf_dev(a), err, "reset failed\n");
	err = vpf_hw_nvm_check(a);
	if (err)
		return dev_err_probe(vpf_dev(a), err, "NVM checksum\n");
	err = vpf_hw_nvm_mac(a, mac);
	if (err)
		return dev_err_probe(vpf_dev(a), err, "no valid MAC address in the NVM\n");
	eth_hw_addr_set(a->netdev, mac);
	ether_addr_copy(a->netdev->perm_addr, mac);
	ether_addr_copy(a->perm_addr, mac);
	return 0;
}

static int vpf_main_setup_pci(struct vpf_adapter *a)
{
	struct pci_dev *pdev = a->pdev;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return dev_err_probe(&pdev->dev, err, "no usable DMA\n");
	err = pcim_iomap_regions(pdev, BIT(0), VPF_NAME);
	if (err)
		return dev_err_probe(&pdev->dev, err, "no registers\n");
	a->bar = pcim_iomap_table(pdev)[0];
	a->io.base = a->bar;
	a->io.removed = vpf_main_removed;
	pci_set_master(pdev);
	pci_save_state(pdev);
	/* With eight VFs the PF would have no pool. Those that are there can only be counted. */
	if (pci_num_vf(pdev) > VFP_MAX_VFS)
		return dev_err_probe(&pdev->dev, -EBUSY, "%d VFs are there, %d are possible\n",
				     pci_num_vf(pdev), VFP_MAX_VFS);
	pci_sriov_set_totalvfs(pdev, VFP_MAX_VFS);
	return 0;
}

static void vpf_main_init(struct vpf_adapter *a)
{
	init_rwsem(&a->load_lock);
	spin_lock_init(&a->ring_lock);
	mutex_init(&a->stats_lock);
	mutex_init(&a->nvm_lock);
	INIT_WORK(&a->link_work, vpf_link_work);
	INIT_WORK(&a->reset_work, vpf_netdev_reset_work);
	INIT_WORK(&a->remove_work, vpf_main_remove_work);
	INIT_DELAYED_WORK(&a->stats_work, vpf_stats_work);
	vpf_health_setup(a);
	vpf_devlink_port_init(a);
	a->msg_enable = NETIF_MSG_DRV | NETIF_MSG_PROBE | NETIF_MSG_LINK;
}

/* What an operator may have changed is as after probe; nothing was counted */
static void vpf_main_defaults(struct vpf_adapter *a)
{
	memset(&a->hw_stats, 0, sizeof(a->hw_stats));
	memset(&a->tx_gone, 0, sizeof(a->tx_gone));
	memset(&a->rx_gone, 0, sizeof(a->rx_gone));
	atomic_set(&a->rxo, 0);
	a->itr_us = 0;
	a->tx_count = VRG_DEF_DESC;
	a->rx_count = VRG_DEF_DESC;
	a->fc_autoneg = true;
	a->fc_wanted = FLOW_CTRL_RX | FLOW_CTRL_TX;
	a->speed = SPEED_UNKNOWN;
	a->duplex = DUPLEX_UNKNOWN;
}

static void vpf_main_start(struct vpf_adapter *a)
{
	vpf_hw_start(a);
	vpf_irq_misc_enable(a);
	vpf_link_init(a);
	vpf_eswitch_resume(a);
}

static void vpf_main_stop(struct vpf_adapter *a)
{
	vpf_irq_misc_disable(a);
	cancel_work_sync(&a->link_work);
	cancel_work_sync(&a->remove_work);
	if (vfp_io_present(&a->io)) {
		vfp_rmw32(&a->io, R_CTRL_EXT, CTRL_EXT_DRV_LOAD, 0);
		vpf_hw_reset(a);
	}
}

static int vpf_main_make(struct vpf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	int err;

	vpf_main_setup_netdev(a);
	err = vpf_main_setup_hw(a);
	if (err)
		goto err_napi;
	err = vpf_eswitch_init(a);
	if (err)
		goto err_napi;
	err = vpf_irq_alloc(a);
	if (err)
		goto err_eswitch;
	vpf_main_start(a);
	err = vpf_devlink_port_add(a);
	if (err)
		goto err_stop;
	err = vpf_bridge_init(a);
	if (err)
		goto err_port;
	vpf_ptp_init(a);
	netif_carrier_off(netdev);
	err = register_netdev(netdev);
	if (err)
		goto err_ptp;
	vfp_devlink_port_type_eth(&a->devlink_port, netdev);
	set_bit(VPF_F_NAMED, &a->flags);
	return 0;

err_ptp:
	vpf_ptp_exit(a);
	vpf_bridge_exit(a);
err_port:
	vpf_devlink_port_del(a);
err_stop:
	vpf_main_stop(a);
	vpf_irq_free(a);
err_eswitch:
	vpf_eswitch_exit(a);
err_napi:
	netif_napi_del(&a->vec.napi);
	return err;
}

/**
 * vpf_main_load() - from a PCI function to a NIC with a netdev
 * @a: adapter, not loaded; devlink's lock is held
 *
 * Return: 0 or an error; it isn't loaded then.
 */
int vpf_main_load(struct vpf_adapter *a)
{
	struct net_device *netdev;
	int err;

	netdev = alloc_etherdev_mqs(sizeof(a), VPF_NUM_TX, 1);
	if (!netdev)
		return -ENOMEM;
	*(struct vpf_adapter **)netdev_priv(netdev) = a;
	down_write(&a->load_lock);
	a->netdev = netdev;
	vpf_main_defaults(a);
	err = vpf_main_make(a);
	if (err)
		a->netdev = NULL;
	else
		set_bit(VPF_F_LOADED, &a->flags);
	up_write(&a->load_lock);
	if (err) {
		free_netdev(netdev);
		return err;
	}
	schedule_work(&a->link_work);
	schedule_delayed_work(&a->stats_work, HZ);
	netdev_info(netdev, "Intel 82576, %pM, up to %d VFs\n", netdev->dev_addr, VFP_MAX_VFS);
	return 0;
}

/**
 * vpf_main_unload() - undo vpf_main_load()
 * @a: adapter without VFs; devlink's lock is held
 */
void vpf_main_unload(struct vpf_adapter *a)
{
	struct net_device *netdev = a->netdev;

	down_write(&a->load_lock);
	if (!test_and_clear_bit(VPF_F_LOADED, &a->flags))
		goto out;
	unregister_netdev(netdev);
	clear_bit(VPF_F_NAMED, &a->flags);
	cancel_delayed_work_sync(&a->stats_work);
	vpf_ptp_exit(a);
	vpf_bridge_exit(a);
	vpf_devlink_port_del(a);
	vpf_main_stop(a);
	vpf_irq_free(a);
	vpf_eswitch_exit(a);
	netif_napi_del(&a->vec.napi);
	a->netdev = NULL;
	free_netdev(netdev);
out:
	up_write(&a->load_lock);
}

/* Works of an adapter that isn't loaded have nothing to do, but may be on their way */
static void vpf_main_cancel(struct vpf_adapter *a)
{
	cancel_work_sync(&a->remove_work);
	cancel_work_sync(&a->reset_work);
	cancel_work_sync(&a->rate_work);
	cancel_work_sync(&a->health_work);
}

static int vpf_main_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vpf_adapter *a;
	int err;

	a = vpf_devlink_alloc(pdev);
	if (!a)
		return -ENOMEM;
	pci_set_drvdata(pdev, a);
	vpf_main_init(a);
	err = vpf_main_setup_pci(a);
	if (err)
		goto err_devlink;
	devl_lock(a->devlink);
	err = vpf_main_load(a);
	devl_unlock(a->devlink);
	if (err)
		goto err_devlink;
	vpf_devlink_register(a);
	vpf_sriov_adopt(a);
	return 0;

err_devlink:
	vpf_main_cancel(a);
	vpf_devlink_free(a);
	return err;
}

static void vpf_main_remove(struct pci_dev *pdev)
{
	struct vpf_adapter *a = pci_get_drvdata(pdev);

	vpf_devlink_unregister(a);
	if (test_bit(VPF_F_LOADED, &a->flags))
		vpf_sriov_unbind(a);
	devl_lock(a->devlink);
	vpf_main_unload(a);
	devl_unlock(a->devlink);
	vpf_main_cancel(a);
	vpf_health_exit(a);
	vpf_devlink_free(a);
}

/*
 * Only what the next kernel (kexec) must not meet: DMA and interrupts. Of VFs, too: whoever uses
 * them may not know that the end has come, so all of the NIC stops.
 */
static void vpf_main_shutdown(struct pci_dev *pdev)
{
	struct vpf_adapter *a = pci_get_drvdata(pdev);

	/* Asleep or in recovery it is off already */
	if (!test_bit(VPF_F_LOADED, &a->flags) || test_bit(VPF_F_PAUSED, &a->flags))
		return;
	rtnl_lock();
	netif_device_detach(a->netdev);
	if (netif_running(a->netdev))
		dev_close(a->netdev);
	rtnl_unlock();
	vpf_irq_misc_disable(a);
	vpf_eswitch_pause(a);
	if (vfp_io_present(&a->io))
		vpf_hw_reset(a);
	pci_clear_master(pdev);
}

static const struct pci_device_id vpf_main_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x10c9) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vpf_main_ids);

static struct pci_driver vpf_main_driver = {
	.name			= VPF_NAME,
	.id_table		= vpf_main_ids,
	.probe			= vpf_main_probe,
	.remove			= vpf_main_remove,
	.shutdown		= vpf_main_shutdown,
	.sriov_configure	= vpf_sriov_configure,
	.err_handler		= &vpf_pm_err_handler,
	.driver.pm		= pm_sleep_ptr(&vpf_pm_ops),
};
module_pci_driver(vpf_main_driver);

MODULE_DESCRIPTION("vfpath: Intel 82576 physical function with an embedded switch");
MODULE_LICENSE("GPL");
MODULE_VERSION(VFP_VERSION);
