// SPDX-License-Identifier: GPL-2.0
/*
 * When the device leaves and comes back while the driver is bound: system sleep, PCIe
 * error recovery, a function level reset by somebody else.
 *
 * In between no register is touched: the function may be off, and reads would look like a
 * removal. What is wished for meanwhile goes into the tables, and is written afterwards.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>

#include "eswitch.h"
#include "pf.h"

static void vpf_pm_pause(struct vpf_adapter *a)
{
	/* The device's lock keeps it so, against a reload */
	if (!test_bit(VPF_F_LOADED, &a->flags) || test_and_set_bit(VPF_F_PAUSED, &a->flags))
		return;
	rtnl_lock();
	vpf_netdev_quiesce(a);
	netif_carrier_off(a->netdev);
	rtnl_unlock();
	/* They take RTNL, or start each other again */
	cancel_work_sync(&a->link_work);
	cancel_work_sync(&a->reset_work);
	cancel_work_sync(&a->remove_work);
	cancel_delayed_work_sync(&a->stats_work);
	vpf_eswitch_pause(a);
	WRITE_ONCE(a->io.base, NULL);
}

static int vpf_pm_unpause(struct vpf_adapter *a)
{
	int err;

	if (!test_and_clear_bit(VPF_F_PAUSED, &a->flags))
		return 0;
	/* Whoever restored it has used up what was saved; the next error needs it again */
	pci_save_state(a->pdev);
	clear_bit(VPF_F_REMOVED, &a->flags);
	WRITE_ONCE(a->io.base, a->bar);
	rtnl_lock();
	err = vpf_netdev_revive(a);
	rtnl_unlock();
	schedule_delayed_work(&a->stats_work, HZ);
	return err;
}

static int vpf_pm_suspend(struct device *dev)
{
	struct vpf_adapter *a = dev_get_drvdata(dev);

	vpf_pm_pause(a);
	if (!test_bit(VPF_F_PAUSED, &a->flags))
		return 0;
	/* No DMA and no interrupt from here on; VFs go with it */
	a->io.base = a->bar;
	vpf_hw_reset(a);
	a->io.base = NULL;
	return 0;
}

static int vpf_pm_resume(struct device *dev)
{
	return vpf_pm_unpause(dev_get_drvdata(dev));
}

DEFINE_SIMPLE_DEV_PM_OPS(vpf_pm_ops, vpf_pm_suspend, vpf_pm_resume);

/* PCIe error recovery (Documentation/PCI/pci-error-recovery.rst) */

static pci_ers_result_t vpf_pm_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct vpf_adapter *a = pci_get_drvdata(pdev);

	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;
	vpf_pm_pause(a);
	return state == pci_channel_io_perm_failure ? PCI_ERS_RESULT_DISCONNECT :
						      PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t vpf_pm_slot_reset(struct pci_dev *pdev)
{
	/* What was saved last is good, even if a reset since then has made use of it */
	pdev->state_saved = true;
	pci_restore_state(pdev);
	pci_save_state(pdev);
	pci_set_master(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void vpf_pm_error_resume(struct pci_dev *pdev)
{
	vpf_pm_unpause(pci_get_drvdata(pdev));
}

static void vpf_pm_each_vf(struct pci_dev *pdev, void (*fn)(struct pci_dev *vf))
{
	struct pci_dev *vf = NULL;

	while ((vf = pci_get_device(pdev->vendor, PCI_ANY_ID, vf))) {
		if (vf->is_virtfn && vf->physfn == pdev)
			fn(vf);
	}
}

/*
 * In the middle of a reset of the VF's own (vfio's, say), which is done with its lock held, there
 * is nothing to save. Bounded: a driver may be on its way out, and wait for its user with it.
 */
static bool vpf_pm_lock_vf(struct pci_dev *vf)
{
	unsigned int tries;

	for (tries = 0; tries < 100; tries++) {
		if (device_trylock(&vf->dev))
			return true;
		usleep_range(10000, 20000);
	}
	return false;
}

static void vpf_pm_save_vf(struct pci_dev *vf)
{
	bool locked = vpf_pm_lock_vf(vf);

	pci_save_state(vf);
	if (locked)
		device_unlock(&vf->dev);
}

static void vpf_pm_restore_vf(struct pci_dev *vf)
{
	bool locked = vpf_pm_lock_vf(vf);

	pci_restore_state(vf);
	/* Its own driver may need it after an error */
	pci_save_state(vf);
	if (locked)
		device_unlock(&vf->dev);
}

/* The PF's reset is its VFs' as well, but the PCI core restores the PF's state alone */
static void vpf_pm_reset_prepare(struct pci_dev *pdev)
{
	vpf_pm_pause(pci_get_drvdata(pdev));
	vpf_pm_each_vf(pdev, vpf_pm_save_vf);
}

static void vpf_pm_reset_done(struct pci_dev *pdev)
{
	vpf_pm_each_vf(pdev, vpf_pm_restore_vf);
	vpf_pm_unpause(pci_get_drvdata(pdev));
}

const struct pci_error_handlers vpf_pm_err_handler = {
	.error_detected	= vpf_pm_error_detected,
	.slot_reset	= vpf_pm_slot_reset,
	.resume		= vpf_pm_error_resume,
	.reset_prepare	= vpf_pm_reset_prepare,
	.reset_done	= vpf_pm_reset_done,
};
