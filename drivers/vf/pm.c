// SPDX-License-Identifier: GPL-2.0
/*
 * When the VF leaves and comes back while its driver is bound: system sleep, PCIe error
 * recovery, a reset that this kernel does.
 *
 * In between no register is touched. To an upper it is a VF without carrier; afterwards
 * the same is done as after any reset.
 */
#include <linux/pci.h>
#include <linux/rtnetlink.h>

#include "vf.h"

static void vvf_pm_pause(struct vvf_adapter *a)
{
	if (test_and_set_bit(VVF_F_PAUSED, &a->flags))
		return;
	rtnl_lock();
	netif_device_detach(a->netdev);
	vvf_netdev_down(a, false);
	rtnl_unlock();
	/* When it is back the PF doesn't know it */
	WRITE_ONCE(a->cts, false);
	WRITE_ONCE(a->io.base, NULL);
	/* They find no registers, or start each other again */
	cancel_delayed_work_sync(&a->watchdog);
	cancel_work_sync(&a->mail_work);
	cancel_delayed_work_sync(&a->sync_work);
	cancel_delayed_work_sync(&a->host_work);
	cancel_delayed_work_sync(&a->probe_work);
	cancel_delayed_work_sync(&a->reset_work);
	cancel_work_sync(&a->remove_work);
}

static void vvf_pm_unpause(struct vvf_adapter *a)
{
	if (!test_and_clear_bit(VVF_F_PAUSED, &a->flags))
		return;
	/* Whoever restored it has used up what was saved; the next error needs it again */
	pci_save_state(a->pdev);
	clear_bit(VVF_F_REMOVED, &a->flags);
	WRITE_ONCE(a->io.base, a->bar);
	/* As often as it takes: the PF comes back in its own time. It attaches the netdev, too. */
	if (test_bit(VVF_F_REGISTERED, &a->flags))
		queue_delayed_work(a->wq, &a->reset_work, 0);
	else
		queue_delayed_work(a->wq, &a->probe_work, 0);
}

static int vvf_pm_suspend(struct device *dev)
{
	vvf_pm_pause(dev_get_drvdata(dev));
	return 0;
}

static int vvf_pm_resume(struct device *dev)
{
	vvf_pm_unpause(dev_get_drvdata(dev));
	return 0;
}

DEFINE_SIMPLE_DEV_PM_OPS(vvf_pm_ops, vvf_pm_suspend, vvf_pm_resume);

/* PCIe error recovery (Documentation/PCI/pci-error-recovery.rst) */

static pci_ers_result_t vvf_pm_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;
	vvf_pm_pause(pci_get_drvdata(pdev));
	return state == pci_channel_io_perm_failure ? PCI_ERS_RESULT_DISCONNECT :
						      PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t vvf_pm_slot_reset(struct pci_dev *pdev)
{
	/* What was saved last is good, even if a reset since then has made use of it */
	pdev->state_saved = true;
	pci_restore_state(pdev);
	pci_save_state(pdev);
	pci_set_master(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void vvf_pm_error_resume(struct pci_dev *pdev)
{
	vvf_pm_unpause(pci_get_drvdata(pdev));
}

static void vvf_pm_reset_prepare(struct pci_dev *pdev)
{
	vvf_pm_pause(pci_get_drvdata(pdev));
}

static void vvf_pm_reset_done(struct pci_dev *pdev)
{
	vvf_pm_unpause(pci_get_drvdata(pdev));
}

const struct pci_error_handlers vvf_pm_err_handler = {
	.error_detected	= vvf_pm_error_detected,
	.slot_reset	= vvf_pm_slot_reset,
	.resume		= vvf_pm_error_resume,
	.reset_prepare	= vvf_pm_reset_prepare,
	.reset_done	= vvf_pm_reset_done,
};
