// SPDX-License-Identifier: GPL-2.0
/*
 * devlink health: a transmit queue that hangs, a VF whose mailbox is not served any more,
 * the link's PHY. And the region that holds snapshots of the registers.
 */
#include <linux/mii.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "eswitch_priv.h"
#include "regdump.h"

/* Two hangs within this time: the second is the operator's. Shorter than watchdog_timeo. */
#define VPF_HEALTH_TX_GRACE	500	/* ms */
#define VPF_REGION_SIZE		0x20000	/* BAR 0 */
#define VPF_REGION_SNAPSHOTS	8

static struct vpf_adapter *vpf_health_adapter(struct devlink_health_reporter *reporter)
{
	return devlink_health_reporter_priv(reporter);
}

/* tx */

static int vpf_health_tx_recover(struct devlink_health_reporter *reporter, void *ctx,
				 struct netlink_ext_ack *extack)
{
	return vpf_netdev_reset(vpf_health_adapter(reporter));
}

static void vpf_health_tx_queues(struct vpf_adapter *a, struct devlink_fmsg *fmsg)
{
	unsigned int i;

	devlink_fmsg_arr_pair_nest_start(fmsg, "queues");
	for (i = 0; i < VPF_NUM_TX; i++) {
		struct netdev_queue *txq = netdev_get_tx_queue(a->netdev, i);
		u16 next_use = 0, next_clean = 0, head = 0, count = 0;

		spin_lock_bh(&a->ring_lock);
		if (a->tx[i]) {
			count = a->tx[i]->count;
			next_use = READ_ONCE(a->tx[i]->next_use);
			next_clean = READ_ONCE(a->tx[i]->next_clean);
			head = vrg_queue_head(&a->io, R_QBASE_TX(VPF_TX_QUEUE(i)), a->tx[i]);
		}
		spin_unlock_bh(&a->ring_lock);
		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_u32_pair_put(fmsg, "queue", i);
		devlink_fmsg_bool_pair_put(fmsg, "stopped", netif_tx_queue_stopped(txq));
		devlink_fmsg_u32_pair_put(fmsg, "descriptors", count);
		devlink_fmsg_u32_pair_put(fmsg, "next to fill", next_use);
		devlink_fmsg_u32_pair_put(fmsg, "next to clean", next_clean);
		devlink_fmsg_u32_pair_put(fmsg, "next of the NIC", head);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

static int vpf_health_tx_diagnose(struct devlink_health_reporter *reporter,
				  struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_health_adapter(reporter);

	devlink_fmsg_u32_pair_put(fmsg, "timeouts", READ_ONCE(a->tx_timeouts));
	devlink_fmsg_u32_pair_put(fmsg, "resets", READ_ONCE(a->resets));
	if (!vpf_main_get(a))
		return -ENODEV;
	vpf_health_tx_queues(a, fmsg);
	vpf_main_put(a);
	return 0;
}

static int vpf_health_tx_dump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg,
			      void *ctx, struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_health_adapter(reporter);
	struct vpf_reg *reg;
	size_t size = vpf_regdump_count() * sizeof(*reg);

	reg = kvzalloc(size, GFP_KERNEL);
	if (!reg)
		return -ENOMEM;
	if (!vpf_main_get(a)) {
		kvfree(reg);
		return -ENODEV;
	}
	vpf_regdump_read(a, reg);
	vpf_health_tx_queues(a, fmsg);
	vpf_main_put(a);
	/* Pairs of offset and value, as in `ethtool -d` */
	devlink_fmsg_binary_pair_put(fmsg, "registers", reg, size);
	kvfree(reg);
	return 0;
}

static const struct devlink_health_reporter_ops vpf_health_tx_ops = {
	.name		= "tx",
	VFP_HEALTH_GRACE(VPF_HEALTH_TX_GRACE)
	.recover	= vpf_health_tx_recover,
	.diagnose	= vpf_health_tx_diagnose,
	.dump		= vpf_health_tx_dump,
};

/* vf_mailbox */

/* By the operator alone: a guest that floods its mailbox would do it again */
static int vpf_health_mailbox_recover(struct devlink_health_reporter *reporter, void *ctx,
				      struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_health_adapter(reporter);
	struct vpf_eswitch *esw;
	unsigned int n;

	if (ctx)
		return -EAGAIN;
	if (!vpf_main_get(a))
		return -ENODEV;
	esw = a->esw;
	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs; n++)
		vpf_mailbox_pardon(esw, n);
	mutex_unlock(&esw->lock);
	vpf_main_put(a);
	return 0;
}

static int vpf_health_mailbox_diagnose(struct devlink_health_reporter *reporter,
				       struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_health_adapter(reporter);
	struct vpf_eswitch *esw;
	unsigned int n;

	if (!vpf_main_get(a))
		return -ENODEV;
	esw = a->esw;
	devlink_fmsg_arr_pair_nest_start(fmsg, "VFs");
	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs; n++) {
		const struct vpf_mbx_stats *m = &esw->mbx_stats[n];
		const struct vpf_vport *vp = &esw->vport[n];

		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_u32_pair_put(fmsg, "vf", n);
		devlink_fmsg_bool_pair_put(fmsg, "quarantined", vp->quarantined);
		devlink_fmsg_u32_pair_put(fmsg, "version", vp->version);
		devlink_fmsg_u64_pair_put(fmsg, "messages", m->messages);
		devlink_fmsg_u64_pair_put(fmsg, "malformed", m->malformed);
		devlink_fmsg_u64_pair_put(fmsg, "refused", m->refused);
		devlink_fmsg_u64_pair_put(fmsg, "limited", m->limited);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	mutex_unlock(&esw->lock);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	vpf_main_put(a);
	return 0;
}

static const struct devlink_health_reporter_ops vpf_health_mailbox_ops = {
	.name		= "vf_mailbox",
	.recover	= vpf_health_mailbox_recover,
	.diagnose	= vpf_health_mailbox_diagnose,
};

static void vpf_health_report_mailbox(struct vpf_adapter *a)
{
	struct devlink_health_reporter *reporter = a->health[VPF_HEALTH_MAILBOX];
	unsigned int bad = 0, last = 0, n;
	char text[64];

	if (!reporter || !vpf_main_get(a))
		return;
	mutex_lock(&a->esw->lock);
	for (n = 0; n < a->esw->num_vfs; n++) {
		if (a->esw->vport[n].quarantined) {
			bad++;
			last = n;
		}
	}
	mutex_unlock(&a->esw->lock);
	vpf_main_put(a);
	if (!bad) {
		devlink_health_reporter_state_update(reporter,
						     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
		return;
	}
	snprintf(text, sizeof(text), "VF %u: malformed messages, not served (%u VFs)", last, bad);
	devlink_health_report(reporter, text, a);
}

/**
 * vpf_health_mailbox() - a VF was put into quarantine, or has left it
 * @a: adapter
 *
 * Context: any; esw->lock may be held.
 */
void vpf_health_mailbox(struct vpf_adapter *a)
{
	schedule_work(&a->health_work);
}

/* link */

static int vpf_health_link_recover(struct devlink_health_reporter *reporter, void *ctx,
				   struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_health_adapter(reporter);
	int err;

	if (!vpf_main_get(a))
		return -ENODEV;
	rtnl_lock();
	err = vpf_link_init(a);
	rtnl_unlock();
	vpf_main_put(a);
	return err;
}

static int vpf_health_link_diagnose(struct devlink_health_reporter *reporter,
				    struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	static const struct {
		const char *name;
		u8 reg;
	} phy[] = {
		{ "PHY control", MII_BMCR }, { "PHY status", MII_BMSR },
		{ "advertised", MII_ADVERTISE }, { "link partner", MII_LPA },
		{ "1000BASE-T control", MII_CTRL1000 }, { "1000BASE-T status", MII_STAT1000 },
	};
	struct vpf_adapter *a = vpf_health_adapter(reporter);
	unsigned int i;
	u16 val;

	if (!vpf_main_get(a))
		return -ENODEV;
	rtnl_lock();
	devlink_fmsg_bool_pair_put(fmsg, "up", netif_carrier_ok(a->netdev));
	devlink_fmsg_u32_pair_put(fmsg, "carrier changes",
				  atomic_read(&a->netdev->carrier_up_count) +
				  atomic_read(&a->netdev->carrier_down_count));
	for (i = 0; i < ARRAY_SIZE(phy); i++) {
		if (vpf_hw_phy_read(a, phy[i].reg, &val))
			devlink_fmsg_string_pair_put(fmsg, phy[i].name, "no answer");
		else
			devlink_fmsg_u32_pair_put(fmsg, phy[i].name, val);
	}
	rtnl_unlock();
	vpf_main_put(a);
	return 0;
}

static const struct devlink_health_reporter_ops vpf_health_link_ops = {
	.name		= "link",
	.recover	= vpf_health_link_recover,
	.diagnose	= vpf_health_link_diagnose,
};

/**
 * vpf_health_link() - the PHY doesn't answer
 * @a: adapter
 *
 * Context: any.
 */
void vpf_health_link(struct vpf_adapter *a)
{
	set_bit(VPF_F_PHY_DEAD, &a->flags);
	schedule_work(&a->health_work);
}

/* Here neither RTNL nor devlink's lock nor esw->lock is held */
static void vpf_health_work(struct work_struct *work)
{
	struct vpf_adapter *a = container_of(work, struct vpf_adapter, health_work);

	if (!READ_ONCE(a->devlink_live))
		return;
	vpf_health_report_mailbox(a);
	if (test_and_clear_bit(VPF_F_PHY_DEAD, &a->flags) && a->health[VPF_HEALTH_LINK])
		devlink_health_report(a->health[VPF_HEALTH_LINK], "the PHY doesn't answer", a);
}

/**
 * vpf_health_tx_hang() - a transmit queue was stopped for too long
 * @a: adapter; neither RTNL nor devlink's lock is held
 *
 * The reporter's recovery resets the NIC; without a reporter it is done all the same.
 */
void vpf_health_tx_hang(struct vpf_adapter *a)
{
	if (READ_ONCE(a->devlink_live) && a->health[VPF_HEALTH_TX])
		devlink_health_report(a->health[VPF_HEALTH_TX], "transmit timeout", a);
	else
		vpf_netdev_reset(a);
}

/* devlink region show; new; read */

static int vpf_health_snapshot(struct devlink *devlink, const struct devlink_region_ops *ops,
			       struct netlink_ext_ack *extack, u8 **data)
{
	struct vpf_adapter *a = devlink_priv(devlink);
	unsigned int num = vpf_regdump_count(), i;
	struct vpf_reg *reg;
	u8 *image;

	if (!vfp_io_present(&a->io) || !vpf_main_get(a)) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not there");
		return -ENODEV;
	}
	reg = kvcalloc(num, sizeof(*reg), GFP_KERNEL);
	image = vzalloc(VPF_REGION_SIZE);
	if (!reg || !image) {
		vpf_main_put(a);
		kvfree(reg);
		vfree(image);
		return -ENOMEM;
	}
	vpf_regdump_read(a, reg);
	vpf_main_put(a);
	for (i = 0; i < num; i++)
		memcpy(image + reg[i].offset, &reg[i].value, sizeof(reg[i].value));
	kvfree(reg);
	*data = image;
	return 0;
}

static const struct devlink_region_ops vpf_health_region_ops = {
	.name		= "registers",
	.destructor	= vfree,
	.snapshot	= vpf_health_snapshot,
};

static struct devlink_health_reporter *
vpf_health_reporter(struct vpf_adapter *a, const struct devlink_health_reporter_ops *ops,
		    u64 grace)
{
	struct devlink_health_reporter *reporter = vfp_health_create(a->devlink, ops, grace, a);

	if (IS_ERR(reporter)) {
		pci_warn(a->pdev, "devlink: no reporter %s: %pe\n", ops->name, reporter);
		return NULL;
	}
	return reporter;
}

/**
 * vpf_health_init() - reporters and the region; the driver does without what it can't have
 * @a: adapter; devlink isn't registered yet
 */
void vpf_health_init(struct vpf_adapter *a)
{
	a->health[VPF_HEALTH_TX] = vpf_health_reporter(a, &vpf_health_tx_ops, VPF_HEALTH_TX_GRACE);
	a->health[VPF_HEALTH_MAILBOX] = vpf_health_reporter(a, &vpf_health_mailbox_ops, 0);
	a->health[VPF_HEALTH_LINK] = vpf_health_reporter(a, &vpf_health_link_ops, 0);
	a->region = devlink_region_create(a->devlink, &vpf_health_region_ops, VPF_REGION_SNAPSHOTS,
					  VPF_REGION_SIZE);
	if (IS_ERR(a->region)) {
		pci_warn(a->pdev, "devlink: no region: %pe\n", a->region);
		a->region = NULL;
	}
}

/**
 * vpf_health_exit() - undo vpf_health_init()
 * @a: adapter; nothing reports any more
 */
void vpf_health_exit(struct vpf_adapter *a)
{
	unsigned int i;

	cancel_work_sync(&a->health_work);
	if (a->region)
		devlink_region_destroy(a->region);
	for (i = 0; i < VPF_HEALTH_REPORTERS; i++) {
		if (a->health[i])
			devlink_health_reporter_destroy(a->health[i]);
		a->health[i] = NULL;
	}
}

/**
 * vpf_health_setup() - what must be there before anything can report
 * @a: adapter
 */
void vpf_health_setup(struct vpf_adapter *a)
{
	INIT_WORK(&a->health_work, vpf_health_work);
}
