// SPDX-License-Identifier: GPL-2.0
/*
 * devlink of the PF: versions, the physical port, the mode of the embedded switch.
 */
#include <linux/utsname.h>

#include "eswitch_priv.h"

/**
 * vpf_devlink_adapter() - from a devlink instance to its adapter
 * @devlink: ours
 *
 * Return: the adapter.
 */
struct vpf_adapter *vpf_devlink_adapter(struct devlink *devlink)
{
	return *(struct vpf_adapter **)devlink_priv(devlink);
}

static int vpf_devlink_serial(struct vpf_adapter *a, struct devlink_info_req *req)
{
	char serial[32];

	snprintf(serial, sizeof(serial), "%*phD", ETH_ALEN, a->netdev->perm_addr);
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
	struct vpf_adapter *a = vpf_devlink_adapter(devlink);
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

static const struct devlink_ops vpf_devlink_ops = {
	.info_get		= vpf_devlink_info_get,
	.eswitch_mode_get	= vpf_devlink_mode_get,
	.eswitch_mode_set	= vpf_devlink_mode_set,
};

enum {
	VPF_PARAM_FORCE_VF_REMOVAL = DEVLINK_PARAM_GENERIC_ID_MAX + 1,
};

static int vpf_devlink_force_get(struct devlink *devlink, u32 id,
				 struct devlink_param_gset_ctx *ctx)
{
	ctx->val.vbool = READ_ONCE(vpf_devlink_adapter(devlink)->esw->force_removal);
	return 0;
}

static int vpf_devlink_force_set(struct devlink *devlink, u32 id, VFP_DEVLINK_SET_ARGS)
{
	WRITE_ONCE(vpf_devlink_adapter(devlink)->esw->force_removal, ctx->val.vbool);
	return 0;
}

static const struct devlink_param vpf_devlink_params[] = {
	DEVLINK_PARAM_DRIVER(VPF_PARAM_FORCE_VF_REMOVAL, "force_vf_removal",
			     DEVLINK_PARAM_TYPE_BOOL, BIT(DEVLINK_PARAM_CMODE_RUNTIME),
			     vpf_devlink_force_get, vpf_devlink_force_set, NULL),
};

int vpf_devlink_alloc(struct vpf_adapter *a)
{
	a->devlink = devlink_alloc(&vpf_devlink_ops, sizeof(struct vpf_adapter *), vpf_dev(a));
	if (!a->devlink)
		return -ENOMEM;
	*(struct vpf_adapter **)devlink_priv(a->devlink) = a;
	return 0;
}

void vpf_devlink_free(struct vpf_adapter *a)
{
	devlink_free(a->devlink);
}

int vpf_devlink_port_add(struct vpf_adapter *a)
{
	struct devlink_port_attrs attrs = {
		.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL,
		.phys.port_number = PCI_FUNC(a->pdev->devfn),
		.switch_id.id_len = ETH_ALEN,
	};
	int err;

	/* What makes a bridge port of the PF one that is told of entries */
	ether_addr_copy(attrs.switch_id.id, a->netdev->perm_addr);
	devlink_port_attrs_set(&a->devlink_port, &attrs);
	err = devlink_port_register(a->devlink, &a->devlink_port, 0);
	if (!err)
		VFP_SET_NETDEV_DEVLINK_PORT(a->netdev, &a->devlink_port);
	return err;
}

void vpf_devlink_port_del(struct vpf_adapter *a)
{
	devlink_port_unregister(&a->devlink_port);
}

struct devlink_port *vpf_ndo_get_devlink_port(struct net_device *netdev)
{
	struct vpf_adapter *a = netdev_priv(netdev);

	return &a->devlink_port;
}

void vpf_devlink_register(struct vpf_adapter *a)
{
	vfp_devlink_port_type_eth(&a->devlink_port, a->netdev);
	if (devlink_params_register(a->devlink, vpf_devlink_params, ARRAY_SIZE(vpf_devlink_params)))
		pci_warn(a->pdev, "devlink: no params\n");
	devlink_register(a->devlink);
}

void vpf_devlink_unregister(struct vpf_adapter *a)
{
	devlink_unregister(a->devlink);
	devlink_params_unregister(a->devlink, vpf_devlink_params, ARRAY_SIZE(vpf_devlink_params));
}
