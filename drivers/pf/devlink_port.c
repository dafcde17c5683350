// SPDX-License-Identifier: GPL-2.0
/*
 * devlink ports: the physical one, and one for each VF, with its address and its rate.
 * They show and set the same as `ip link set PF vf N`.
 */
#include "eswitch_priv.h"

#define VPF_PORT_PHYS		0
#define VPF_PORT_VF(n)		(1 + (n))
#define VPF_BYTES_PER_MBIT	(1000 * 1000 / 8)

static int vpf_devlink_port_vf(const struct devlink_port *port)
{
	return port->attrs.flavour == DEVLINK_PORT_FLAVOUR_PCI_VF ? port->attrs.pci_vf.vf :
								    -EOPNOTSUPP;
}

/* devlink port function show */
int vpf_devlink_hw_addr_get(struct devlink_port *port, u8 *addr, int *len,
			    struct netlink_ext_ack *extack)
{
	int vf = vpf_devlink_port_vf(port);

	if (vf < 0)
		return vf;
	*len = ETH_ALEN;
	return vpf_vf_get_mac(devlink_priv(port->devlink), vf, addr);
}

/* devlink port function set ... hw_addr */
int vpf_devlink_hw_addr_set(struct devlink_port *port, const u8 *addr, int len,
			    struct netlink_ext_ack *extack)
{
	int vf = vpf_devlink_port_vf(port);

	if (vf < 0)
		return vf;
	if (len != ETH_ALEN) {
		NL_SET_ERR_MSG_MOD(extack, "an Ethernet address has 6 bytes");
		return -EINVAL;
	}
	return vpf_vf_set_mac(devlink_priv(port->devlink), vf, addr, extack);
}

/**
 * vpf_devlink_rate_set() - devlink port function rate set ... tx_max
 * @rate: the VF's leaf
 * @priv: its port
 * @tx_max: bytes per second, 0: no limit
 * @extack: says what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int vpf_devlink_rate_set(struct devlink_rate *rate, void *priv, u64 tx_max,
			 struct netlink_ext_ack *extack)
{
	struct devlink_port *port = priv;
	u64 mbit = div_u64(tx_max, VPF_BYTES_PER_MBIT);

	if (mbit * VPF_BYTES_PER_MBIT != tx_max) {
		NL_SET_ERR_MSG_MOD(extack, "the limiter counts in Mbit/s");
		return -EINVAL;
	}
	if (mbit > VPF_MAX_RATE) {
		NL_SET_ERR_MSG_MOD(extack, "the link has 1000 Mbit/s");
		return -EINVAL;
	}
	return vpf_vf_set_rate(devlink_priv(port->devlink), port->attrs.pci_vf.vf, mbit);
}

/* devlink keeps the figure it shows by itself: tell it of `ip link ... max_tx_rate` */
static void vpf_devlink_rate_work(struct work_struct *work)
{
	struct vpf_adapter *a = container_of(work, struct vpf_adapter, rate_work);
	unsigned int n;

	devl_lock(a->devlink);
	/* Without VFs perhaps without a switch as well */
	if (!a->num_vf_ports)
		goto out;
	mutex_lock(&a->esw->lock);
	for (n = 0; n < a->num_vf_ports; n++) {
		struct devlink_rate *rate = a->vf_port[n].devlink_rate;

		if (rate)
			rate->tx_max = (u64)a->esw->vport[n].max_rate * VPF_BYTES_PER_MBIT;
	}
	mutex_unlock(&a->esw->lock);
out:
	devl_unlock(a->devlink);
}

/**
 * vpf_devlink_rates_changed() - `ip link` has changed the rate of a VF
 * @a: adapter
 *
 * Context: RTNL may be held; devlink's lock, which comes before it, is taken in a work item.
 */
void vpf_devlink_rates_changed(struct vpf_adapter *a)
{
	schedule_work(&a->rate_work);
}

#ifdef VFP_HAVE_PORT_OPS
static const struct devlink_port_ops vpf_devlink_vf_port_ops = {
	.port_fn_hw_addr_get	= vpf_devlink_hw_addr_get,
	.port_fn_hw_addr_set	= vpf_devlink_hw_addr_set,
};
#endif

static int vpf_devlink_vf_port_add(struct vpf_adapter *a, unsigned int n)
{
	struct devlink_port *port = &a->vf_port[n];
	int err;

	memset(port, 0, sizeof(*port));
	devlink_port_attrs_pci_vf_set(port, 0, PCI_FUNC(a->pdev->devfn), n, false);
	err = vfp_devl_port_register(a->devlink, port, VPF_PORT_VF(n), &vpf_devlink_vf_port_ops);
	if (err)
		return err;
	/* Its netdev is in a guest: it has no type, and devlink is not to miss one */
	cancel_delayed_work_sync(&port->type_warn_dw);
	err = vfp_devl_rate_leaf_create(port, port);
	if (err)
		devl_port_unregister(port);
	return err;
}

static void vpf_devlink_vf_ports_del_locked(struct vpf_adapter *a)
{
	while (a->num_vf_ports) {
		struct devlink_port *port = &a->vf_port[--a->num_vf_ports];

		devl_rate_leaf_destroy(port);
		devl_port_unregister(port);
	}
}

/**
 * vpf_devlink_vf_ports_add() - ports for new VFs
 * @a: adapter; the vports are reserved
 * @num: how many
 *
 * Return: 0, or an error, without ports.
 */
int vpf_devlink_vf_ports_add(struct vpf_adapter *a, unsigned int num)
{
	int err = 0;

	devl_lock(a->devlink);
	while (!err && a->num_vf_ports < num) {
		err = vpf_devlink_vf_port_add(a, a->num_vf_ports);
		if (!err)
			a->num_vf_ports++;
	}
	if (err)
		vpf_devlink_vf_ports_del_locked(a);
	devl_unlock(a->devlink);
	return err;
}

/**
 * vpf_devlink_vf_ports_del() - remove the ports of all VFs
 * @a: adapter
 */
void vpf_devlink_vf_ports_del(struct vpf_adapter *a)
{
	devl_lock(a->devlink);
	vpf_devlink_vf_ports_del_locked(a);
	devl_unlock(a->devlink);
}

void vpf_devlink_port_init(struct vpf_adapter *a)
{
	INIT_WORK(&a->rate_work, vpf_devlink_rate_work);
}

/* The physical port; devlink's lock is held */
int vpf_devlink_port_add(struct vpf_adapter *a)
{
	struct devlink_port_attrs attrs = {
		.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL,
		.phys.port_number = PCI_FUNC(a->pdev->devfn),
		.switch_id.id_len = ETH_ALEN,
	};
	int err;

	memset(&a->devlink_port, 0, sizeof(a->devlink_port));
	/* What makes a bridge port of the PF one that is told of entries */
	ether_addr_copy(attrs.switch_id.id, a->netdev->perm_addr);
	/* One port: its name is that of the PCI function, as with the in-tree driver */
	vfp_port_no_phys_name(&attrs);
	devlink_port_attrs_set(&a->devlink_port, &attrs);
	err = devl_port_register(a->devlink, &a->devlink_port, VPF_PORT_PHYS);
	if (!err)
		VFP_SET_NETDEV_DEVLINK_PORT(a->netdev, &a->devlink_port);
	return err;
}

void vpf_devlink_port_del(struct vpf_adapter *a)
{
	devl_port_unregister(&a->devlink_port);
}

/* Not before the netdev can say that it has no name of its port's: udev is there at once */
struct devlink_port *vpf_ndo_get_devlink_port(struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	return test_bit(VPF_F_NAMED, &a->flags) ? &a->devlink_port : NULL;
}
