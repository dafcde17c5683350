// SPDX-License-Identifier: GPL-2.0
/*
 * Making and removing VFs. Everything a VF needs is reserved before its PCI function
 * exists, and nothing of the PF moves: it has lived in the last pool since probe.
 */
#include <linux/pci.h>

#include "eswitch_priv.h"

#define VPF_VF_DEVICE	0x10ca

/* A VF that a user of vfio has open would make pci_disable_sriov() wait for that user */
static int vpf_sriov_count_held(struct pci_dev *pdev)
{
	struct pci_dev *vf = NULL;
	int held = 0;

	while ((vf = pci_get_device(PCI_VENDOR_ID_INTEL, VPF_VF_DEVICE, vf))) {
		if (!vf->is_virtfn || vf->physfn != pdev)
			continue;
		device_lock(&vf->dev);
		if (vf->driver && !strncmp(vf->driver->name, "vfio", 4) && pci_is_enabled(vf))
			held++;
		device_unlock(&vf->dev);
	}
	return held;
}

static int vpf_sriov_reserve(struct vpf_eswitch *esw, unsigned int num)
{
	unsigned int n;
	int err = 0;

	vpf_eswitch_stats_start(esw);
	mutex_lock(&esw->lock);
	spin_lock_bh(&esw->tbl_lock);
	vpf_vlan_set_vfs(&esw->vlan, num);
	spin_unlock_bh(&esw->tbl_lock);
	for (n = 0; n < num && !err; n++)
		err = vpf_eswitch_event(esw, n, VPF_EV_RESERVE);
	if (!err)
		WRITE_ONCE(esw->num_vfs, num);
	mutex_unlock(&esw->lock);
	return err;
}

static void vpf_sriov_release(struct vpf_eswitch *esw)
{
	unsigned int n;
	u8 mac[ETH_ALEN];

	mutex_lock(&esw->lock);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		if (!vpf_vport_exists(&esw->vport[n]))
			continue;
		vpf_eswitch_event(esw, n, VPF_EV_RELEASE);
		vpf_eswitch_vf_port_vlan(esw, n, 0, 0);
		/* What the operator had set goes with the VF */
		vpf_vport_gen_mac(mac, esw->a->netdev->perm_addr, n);
		vpf_vport_init(&esw->vport[n], n, mac);
		esw->vf[n].mute_ms = 0;
		clear_bit(n, &esw->unread);
		memset(&esw->mbx_stats[n], 0, sizeof(esw->mbx_stats[n]));
		vpf_eswitch_sync_vport(esw, n);
	}
	WRITE_ONCE(esw->num_vfs, 0);
	mutex_unlock(&esw->lock);

	mutex_lock(&esw->stats_lock);
	memset(esw->vf_stats, 0, sizeof(esw->vf_stats));
	memset(esw->vf_last, 0, sizeof(esw->vf_last));
	mutex_unlock(&esw->stats_lock);
}

/* All that VFs need but the functions themselves */
static int vpf_sriov_prepare(struct vpf_adapter *a, unsigned int num)
{
	struct vpf_eswitch *esw = a->esw;
	int err;

	err = vpf_sriov_reserve(esw, num);
	if (!err)
		err = vpf_devlink_vf_ports_add(a, num);
	if (err) {
		vpf_sriov_release(esw);
		return err;
	}
	vpf_eswitch_loopback(esw, true);
	vpf_learn_start(esw);
	/* Drivers of this host bind before pci_enable_sriov() returns, and want an answer */
	vpf_mailbox_start(esw);
	return 0;
}

/* Undo vpf_sriov_prepare(). No data path is on a VF. */
static void vpf_sriov_forget(struct vpf_adapter *a)
{
	vpf_devlink_vf_ports_del(a);
	vpf_sriov_release(a->esw);
	cancel_delayed_work_sync(&a->esw->poll_work);
	vpf_mailbox_flush(a->esw);
	vpf_eswitch_rewrite(a->esw);
	vpf_eswitch_loopback(a->esw, false);
}

static int vpf_sriov_enable(struct vpf_adapter *a, unsigned int num)
{
	int err;

	err = vpf_sriov_prepare(a, num);
	if (err)
		return err;
	err = pci_enable_sriov(a->pdev, num);
	if (err) {
		vpf_sriov_forget(a);
		return err;
	}
	vpf_eswitch_rewrite(a->esw);
	vpf_mailbox_irq(a);
	netdev_info(a->netdev, "%u VFs\n", num);
	return 0;
}

/* What is sent to the addresses of VFs takes the synthetic path from here on */
static void vpf_sriov_leave_paths(struct vpf_eswitch *esw)
{
	unsigned int n;

	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs; n++)
		vpf_eswitch_event(esw, n, VPF_EV_PATH_SYNTHETIC);
	mutex_unlock(&esw->lock);
	vpf_mailbox_flush(esw);
}

/**
 * vpf_sriov_disable() - remove all VFs
 * @a: adapter
 *
 * Their vports leave the VF path before the functions go.
 */
void vpf_sriov_disable(struct vpf_adapter *a)
{
	if (!a->esw->num_vfs)
		return;
	vpf_sriov_leave_paths(a->esw);
	pci_disable_sriov(a->pdev);
	/* Where VFs were found at probe it couldn't be said */
	pci_sriov_set_totalvfs(a->pdev, VFP_MAX_VFS);
	vpf_sriov_forget(a);
}

/**
 * vpf_sriov_unbind() - the driver leaves
 * @a: adapter
 *
 * An unbind can't be refused, and to remove a VF that somebody has open by vfio would wait for
 * him, with the device's lock held. So all VFs stay, switched off, for the driver that comes next.
 */
void vpf_sriov_unbind(struct vpf_adapter *a)
{
	int held = READ_ONCE(a->force_vf_removal) ? 0 : vpf_sriov_count_held(a->pdev);

	if (!held) {
		vpf_sriov_disable(a);
		return;
	}
	pci_warn(a->pdev, "%d VFs are in use by vfio: all VFs stay, without a PF\n", held);
	vpf_sriov_leave_paths(a->esw);
	vpf_sriov_forget(a);
}

/**
 * vpf_sriov_adopt() - VFs that were there before this driver
 * @a: adapter
 *
 * The NIC's reset has told their drivers to start again. The operator's policy is as for new ones.
 */
void vpf_sriov_adopt(struct vpf_adapter *a)
{
	unsigned int num = pci_num_vf(a->pdev);
	int err;

	if (!num)
		return;
	err = vpf_sriov_prepare(a, num);
	if (err) {
		pci_err(a->pdev, "%u VFs that were left can't be served: %pe\n", num, ERR_PTR(err));
		return;
	}
	vpf_eswitch_rewrite(a->esw);
	netdev_info(a->netdev, "%u VFs that were left\n", num);
}

/**
 * vpf_sriov_configure() - sriov_numvfs was written
 * @pdev: the PF
 * @num_vfs: 0 removes all, 1..7 creates so many
 *
 * Return: @num_vfs, -EBUSY while VFs to be removed are in use, -EINVAL, or an error of
 * pci_enable_sriov().
 */
int vpf_sriov_configure(struct pci_dev *pdev, int num_vfs)
{
	struct vpf_adapter *a = pci_get_drvdata(pdev);
	int held, err;

	/* The device's lock keeps it so, against a reload */
	if (!test_bit(VPF_F_LOADED, &a->flags) || !vfp_io_present(&a->io))
		return -ENODEV;
	if (num_vfs > VFP_MAX_VFS) {
		pci_err(pdev, "%d VFs: the NIC has %d beside the PF\n", num_vfs, VFP_MAX_VFS);
		return -EINVAL;
	}
	if (!num_vfs) {
		held = READ_ONCE(a->force_vf_removal) ? 0 : vpf_sriov_count_held(pdev);
		if (held) {
			pci_err(pdev, "%d VFs are in use by vfio; not removed (devlink dev param force_vf_removal overrides this)\n",
				held);
			return -EBUSY;
		}
		vpf_sriov_disable(a);
		return 0;
	}
	err = vpf_sriov_enable(a, num_vfs);
	return err ? err : num_vfs;
}
