// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_vf: a virtual function of the Intel 82576. Probe and remove.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/panic_notifier.h>
#include <linux/rtnetlink.h>
#include <linux/sizes.h>

#include "vf.h"

/*
 * Bytes that byte queue limits always let the queue have; 131 us at 1 Gb/s. A path comes to the VF
 * with all its traffic at once, when it has no limit yet, and the guest's first interrupts, which
 * would raise it, take their time.
 */
#define VVF_BQL_MIN	SZ_16K

/* How soon a PF that doesn't answer is tried again */
#define VVF_MAIN_RETRY	HZ

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
	WRITE_ONCE(a->cts, false);
	err = read_poll_timeout(vvf_mbx_look, v2p, !(v2p & V2PMAILBOX_RSTI), 1000,
				VVF_MBX_RESET_MS * 1000, false, a);
	return vfp_io_present(&a->io) ? err : -ENODEV;
}

/**
 * vvf_main_handshake() - reset the function and introduce it to the PF
 * @a: adapter; its queues are off. Process context.
 *
 * Return: 0, with @a->host set, or an error. The PF knows nothing of us any more in any case.
 */
int vvf_main_handshake(struct vvf_adapter *a)
{
	int err;

	vvf_watchdog_stats(a);
	err = vvf_main_reset(a);
	vvf_watchdog_stats_rebase(a);
	vvf_sync_forgotten(a);
	return err ? err : vvf_mbx_reset(a);
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

static int vvf_main_register(struct vvf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	int err;

	err = vvf_main_handshake(a);
	if (err)
		return err;
	a->known = a->host;
	if (is_valid_ether_addr(a->host.mac)) {
		eth_hw_addr_set(netdev, a->host.mac);
		ether_addr_copy(netdev->perm_addr, a->host.mac);
	} else if (!is_valid_ether_addr(netdev->dev_addr)) {
		pci_info(a->pdev, "the PF gave no address, using a random one\n");
		eth_hw_addr_random(netdev);
	}
	err = vvf_path_init(a);
	if (err)
		return err;
	netif_carrier_off(netdev);
	clear_bit(VVF_F_RESET, &a->flags);
	err = register_netdev(netdev);
	if (err) {
		vvf_path_exit(a);
		return err;
	}
	set_bit(VVF_F_REGISTERED, &a->flags);
	netdev_info(netdev, "Intel 82576 VF, %pM, %s PF\n", netdev->dev_addr,
		    a->version ? "vfpath" : "in-tree");
	/* Unless it was opened since, this is the slow one */
	vvf_watchdog_start(a);
	return 0;
}

/* The PF hadn't answered: it is in reset, or its host is busy */
static void vvf_main_probe_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(to_delayed_work(work), struct vvf_adapter, probe_work);
	int err;

	if (test_bit(VVF_F_PAUSED, &a->flags))
		return;
	err = vvf_main_register(a);
	if (err && vfp_io_present(&a->io))
		queue_delayed_work(a->wq, &a->probe_work, VVF_MAIN_RETRY);
}

static void vvf_main_init(struct vvf_adapter *a)
{
	spin_lock_init(&a->ring_lock);
	spin_lock_init(&a->v2p_lock);
	spin_lock_init(&a->carrier_lock);
	spin_lock_init(&a->echo_lock);
	a->echo_jiffies = jiffies - HZ;
	spin_lock_init(&a->hw_lock);
	mutex_init(&a->mbx_lock);
	mutex_init(&a->sync_lock);
	vvf_filter_reset(&a->filter);
	a->refused = VVF_FILTER_NONE;
	INIT_WORK(&a->mail_work, vvf_mbx_mail_work);
	INIT_DELAYED_WORK(&a->watchdog, vvf_watchdog_work);
	INIT_DELAYED_WORK(&a->reset_work, vvf_netdev_reset_work);
	INIT_DELAYED_WORK(&a->host_work, vvf_host_work);
	INIT_DELAYED_WORK(&a->sync_work, vvf_sync_work);
	INIT_DELAYED_WORK(&a->probe_work, vvf_main_probe_work);
	INIT_WORK(&a->remove_work, vvf_main_remove_work);
	a->tx_count = VRG_DEF_DESC;
	a->rx_count = VRG_DEF_DESC;
}

/* Whatever may have been started since probe */
static void vvf_main_cancel(struct vvf_adapter *a)
{
	set_bit(VVF_F_STOPPING, &a->flags);
	cancel_delayed_work_sync(&a->watchdog);
	cancel_work_sync(&a->mail_work);
	cancel_delayed_work_sync(&a->host_work);
	cancel_delayed_work_sync(&a->sync_work);
	cancel_delayed_work_sync(&a->reset_work);
	cancel_work_sync(&a->remove_work);
}

/*
 * The guest's kernel has come to its end. What follows may know the synthetic path alone, and no
 * frame is to be written into its memory: one write makes the host take the data path back. (A
 * crash kernel that is there already is begun before this; its host finds out by itself.)
 */
static int vvf_main_panic(struct notifier_block *nb, unsigned long event, void *unused)
{
	struct vvf_adapter *a = container_of(nb, struct vvf_adapter, panic_nb);

	if (!test_bit(VVF_F_PAUSED, &a->flags) && vfp_io_present(&a->io))
		vvf_wr32(a, R_CTRL, CTRL_RST);
	return NOTIFY_DONE;
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
	err = vvf_irq_alloc(a);
	if (err)
		goto err_wq;
	err = vvf_main_register(a);
	if (err && !vfp_io_present(&a->io)) {
		dev_err(&pdev->dev, "the device doesn't answer\n");
		err = -ENODEV;
		goto err_irq;
	}
	if (vvf_mbx_again(err)) {
		pci_info(pdev, "the PF doesn't answer (%pe): trying again\n", ERR_PTR(err));
		queue_delayed_work(a->wq, &a->probe_work, VVF_MAIN_RETRY);
		err = 0;
	}
	if (err)
		goto err_irq;
	a->panic_nb.notifier_call = vvf_main_panic;
	atomic_notifier_chain_register(&panic_notifier_list, &a->panic_nb);
	return 0;

err_irq:
	vvf_main_cancel(a);
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

	atomic_notifier_chain_unregister(&panic_notifier_list, &a->panic_nb);
	cancel_delayed_work_sync(&a->probe_work);
	/* The upper hears of it by this, and leaves in order */
	if (test_bit(VVF_F_REGISTERED, &a->flags)) {
		unregister_netdev(a->netdev);
		vvf_path_exit(a);
	}
	vvf_main_cancel(a);
	destroy_workqueue(a->wq);
	if (vfp_io_present(&a->io))
		vvf_wr32(a, R_CTRL, vvf_rd32(a, R_CTRL) | CTRL_RST);
	vvf_irq_free(a);
	/* A read of the last lines may have found the device gone */
	cancel_work_sync(&a->remove_work);
	free_netdev(a->netdev);
}

static void vvf_main_shutdown(struct pci_dev *pdev)
{
	struct vvf_adapter *a = pci_get_drvdata(pdev);

	cancel_delayed_work_sync(&a->probe_work);
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
