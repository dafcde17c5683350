// SPDX-License-Identifier: GPL-2.0
/*
 * devlink of the PF as a device: versions, the mode of the embedded switch,
 * parameters, the sizes of its tables. Ports: devlink_port.c; health: health.c.
 */
#include "eswitch_priv.h"

static int vpf_devlink_serial(struct vpf_adapter *a, struct devlink_info_req *req)
{
	char serial[32];

	snprintf(serial, sizeof(serial), "%*phD", ETH_ALEN, a->perm_addr);
	return devlink_info_serial_number_put(req, serial);
}

static int vpf_devlink_nvm(struct vpf_adapter *a, struct devlink_info_req *req)
{
	char text[32];
	u16 hi, lo;
	int err;

	if (!vpf_hw_nvm_read(a, NVM_VERSION, &lo)) {
		snprintf(text, sizeof(text), "%u.%u.%u", lo >> 12, (lo >> 4) & 0xff, lo & 0xf);
		err = devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, text);
		if (err)
			return err;
	}
	if (vpf_hw_nvm_read(a, NVM_PBA_0, &hi) || vpf_hw_nvm_read(a, NVM_PBA_1, &lo))
		return 0;
	snprintf(text, sizeof(text), "%04x%04x", hi, lo);
	return devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_BOARD_ID, text);
}

static int vpf_devlink_info_get(struct devlink *devlink, struct devlink_info_req *req,
				struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = devlink_priv(devlink);
	int err;

	err = vfp_devlink_info_driver(req, VPF_NAME);
	if (!err)
		err = vpf_devlink_serial(a, req);
	if (!err)
		err = devlink_info_version_running_put(req, "driver", VFP_VERSION);
	return err ? err : vpf_devlink_nvm(a, req);
}

static int vpf_devlink_mode_get(struct devlink *devlink, u16 *mode)
{
	*mode = DEVLINK_ESWITCH_MODE_LEGACY;
	return 0;
}

static int vpf_devlink_mode_set(struct devlink *devlink, u16 mode, struct netlink_ext_ack *extack)
{
	if (mode == DEVLINK_ESWITCH_MODE_LEGACY)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "legacy mode only: the 82576 has nothing for representors");
	return -EOPNOTSUPP;
}

/*
 * devlink dev reload: all that the driver made of the device is made anew, the netdev included.
 * VFs would lose their vports without a word, so they have to go first.
 */
static int vpf_devlink_reload_down(struct devlink *devlink, bool netns_change,
				   enum devlink_reload_action action,
				   enum devlink_reload_limit limit,
				   struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = devlink_priv(devlink);

	if (netns_change) {
		NL_SET_ERR_MSG_MOD(extack, "move the netdev instead: ip link set netns");
		return -EOPNOTSUPP;
	}
	if (!vfp_devlink_reload_lock(vpf_dev(a))) {
		NL_SET_ERR_MSG_MOD(extack, "something is being done to the device");
		return -EBUSY;
	}
	if (pci_num_vf(a->pdev)) {
		NL_SET_ERR_MSG_MOD(extack, "there are VFs: remove them first (sriov_numvfs)");
		vfp_devlink_reload_unlock(vpf_dev(a));
		return -EBUSY;
	}
	if (test_bit(VPF_F_PAUSED, &a->flags)) {
		NL_SET_ERR_MSG_MOD(extack, "the device is asleep or in recovery");
		vfp_devlink_reload_unlock(vpf_dev(a));
		return -EBUSY;
	}
	vpf_main_unload(a);
	return 0;
}

static int vpf_devlink_reload_up(struct devlink *devlink, enum devlink_reload_action action,
				 enum devlink_reload_limit limit, u32 *actions_performed,
				 struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = devlink_priv(devlink);
	int err = vpf_main_load(a);

	vfp_devlink_reload_unlock(vpf_dev(a));
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "the device does not start again");
	else
		*actions_performed = BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT);
	return err;
}

static const struct devlink_ops vpf_devlink_ops = {
	.reload_actions		= BIT(DEVLINK_RELOAD_ACTION_DRIVER_REINIT),
	.reload_down		= vpf_devlink_reload_down,
	.reload_up		= vpf_devlink_reload_up,
	.info_get		= vpf_devlink_info_get,
	.rate_leaf_tx_max_set	= vpf_devlink_rate_set,
	VFP_DEVLINK_PORT_FN_OPS
	.eswitch_mode_get	= vpf_devlink_mode_get,
	.eswitch_mode_set	= vpf_devlink_mode_set,
};

enum {
	VPF_PARAM_FORCE_VF_REMOVAL = DEVLINK_PARAM_GENERIC_ID_MAX + 1,
};

static int vpf_devlink_force_get(struct devlink *devlink, u32 id, VFP_DEVLINK_GET_ARGS)
{
	struct vpf_adapter *a = devlink_priv(devlink);

	ctx->val.vbool = READ_ONCE(a->force_vf_removal);
	return 0;
}

static int vpf_devlink_force_set(struct devlink *devlink, u32 id, VFP_DEVLINK_SET_ARGS)
{
	struct vpf_adapter *a = devlink_priv(devlink);

	WRITE_ONCE(a->force_vf_removal, ctx->val.vbool);
	return 0;
}

static const struct devlink_param vpf_devlink_params[] = {
	DEVLINK_PARAM_DRIVER(VPF_PARAM_FORCE_VF_REMOVAL, "force_vf_removal",
			     DEVLINK_PARAM_TYPE_BOOL, BIT(DEVLINK_PARAM_CMODE_RUNTIME),
			     vpf_devlink_force_get, vpf_devlink_force_set, NULL),
};

/* devlink resource: how full the NIC's tables are */

enum {
	VPF_RESOURCE_FDB = DEVLINK_RESOURCE_ID_PARENT_TOP + 1,
	VPF_RESOURCE_VLAN,
};

static u64 vpf_devlink_fdb_occ(void *priv)
{
	struct vpf_adapter *a = priv;
	u64 used;

	if (!vpf_main_get(a))
		return 0;
	used = READ_ONCE(a->esw->fdb.used);
	vpf_main_put(a);
	return used;
}

static u64 vpf_devlink_vlan_occ(void *priv)
{
	struct vpf_adapter *a = priv;
	u64 used;

	if (!vpf_main_get(a))
		return 0;
	spin_lock_bh(&a->esw->tbl_lock);
	used = vpf_vlan_used(&a->esw->vlan);
	spin_unlock_bh(&a->esw->tbl_lock);
	vpf_main_put(a);
	return used;
}

static int vpf_devlink_resource_add(struct vpf_adapter *a, const char *name, u64 id, u64 size,
				    devlink_resource_occ_get_t *occ)
{
	struct devlink_resource_size_params params;
	int err;

	devlink_resource_size_params_init(&params, size, size, 1, DEVLINK_RESOURCE_UNIT_ENTRY);
	err = devl_resource_register(a->devlink, name, size, id, DEVLINK_RESOURCE_ID_PARENT_TOP,
				     &params);
	if (!err)
		devl_resource_occ_get_register(a->devlink, id, occ, a);
	return err;
}

static void vpf_devlink_resources_add(struct vpf_adapter *a)
{
	devl_lock(a->devlink);
	if (vpf_devlink_resource_add(a, "fdb", VPF_RESOURCE_FDB, VPF_FDB_NUM_SHARED,
				     vpf_devlink_fdb_occ) ||
	    vpf_devlink_resource_add(a, "vlan", VPF_RESOURCE_VLAN, VFP_NUM_VLVF,
				     vpf_devlink_vlan_occ))
		pci_warn(a->pdev, "devlink: no resources\n");
	devl_unlock(a->devlink);
}

static void vpf_devlink_resources_del(struct vpf_adapter *a)
{
	devl_lock(a->devlink);
	devl_resource_occ_get_unregister(a->devlink, VPF_RESOURCE_FDB);
	devl_resource_occ_get_unregister(a->devlink, VPF_RESOURCE_VLAN);
	devl_resources_unregister(a->devlink);
	devl_unlock(a->devlink);
}

/**
 * vpf_devlink_alloc() - an adapter, in its devlink instance
 * @pdev: its PCI function
 *
 * Return: the adapter, zero but for @pdev and &vpf_adapter.devlink; NULL without memory.
 */
struct vpf_adapter *vpf_devlink_alloc(struct pci_dev *pdev)
{
	struct devlink *devlink = devlink_alloc(&vpf_devlink_ops, sizeof(struct vpf_adapter),
						&pdev->dev);
	struct vpf_adapter *a;

	if (!devlink)
		return NULL;
	vfp_devlink_set_reload(devlink);
	a = devlink_priv(devlink);
	a->pdev = pdev;
	a->devlink = devlink;
	return a;
}

void vpf_devlink_free(struct vpf_adapter *a)
{
	devlink_free(a->devlink);
}

void vpf_devlink_register(struct vpf_adapter *a)
{
	vpf_devlink_resources_add(a);
	vpf_health_init(a);
	if (devlink_params_register(a->devlink, vpf_devlink_params, ARRAY_SIZE(vpf_devlink_params)))
		pci_warn(a->pdev, "devlink: no params\n");
	devlink_register(a->devlink);
	WRITE_ONCE(a->devlink_live, true);
	/* What couldn't be reported before: a PHY that is dead at probe */
	schedule_work(&a->health_work);
}

/* Nobody asks us anything after this, and nothing is reported */
void vpf_devlink_unregister(struct vpf_adapter *a)
{
	WRITE_ONCE(a->devlink_live, false);
	cancel_work_sync(&a->health_work);
	cancel_work_sync(&a->reset_work);
	devlink_unregister(a->devlink);
	devlink_params_unregister(a->devlink, vpf_devlink_params, ARRAY_SIZE(vpf_devlink_params));
	vpf_devlink_resources_del(a);
}
