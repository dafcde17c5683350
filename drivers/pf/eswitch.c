// SPDX-License-Identifier: GPL-2.0
/*
 * The embedded switch: from wishes to tables (fdb, vlan). What happens to VFs: esw_vport.c;
 * from the tables to registers: esw_regs.c.
 */
#include <linux/bitfield.h>
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "eswitch_priv.h"

/* Milliseconds, of the clock that vports and reflections are timed by */
u64 vpf_eswitch_now(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

/* The multicast table is everybody's together. tbl_lock held. */
void vpf_eswitch_sum_mta(struct vpf_eswitch *esw)
{
	unsigned int i, j;

	memset(esw->vf_mta, 0, sizeof(esw->vf_mta));
	esw->all_mta = esw->pool[VFP_PF_POOL].all_mc;
	for (i = 0; i < VFP_MAX_VFS; i++) {
		const struct vpf_vport *vp = &esw->vport[i];

		if (vpf_vport_rx_mode(vp))
			esw->all_mta = true;
		for (j = 0; j < vp->num_mc; j++)
			esw->vf_mta[vp->mc[j] / 32] |= BIT(vp->mc[j] % 32);
	}
}

/* The PF's own part */

/**
 * vpf_eswitch_pf_enable() - switch the PF's own pool on or off
 * @a: adapter
 * @on: let it send and receive
 */
void vpf_eswitch_pf_enable(struct vpf_adapter *a, bool on)
{
	struct vpf_eswitch *esw = a->esw;

	spin_lock_bh(&esw->tbl_lock);
	esw->pool[VFP_PF_POOL].rx = on;
	esw->pool[VFP_PF_POOL].tx = on;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/**
 * vpf_eswitch_set_mac() - the PF's own address
 * @a: adapter
 * @mac: address
 *
 * Return: 0, -EINVAL, or -EADDRINUSE when a VF has it.
 */
int vpf_eswitch_set_mac(struct vpf_adapter *a, const u8 *mac)
{
	struct vpf_eswitch *esw = a->esw;
	int err;

	spin_lock_bh(&esw->tbl_lock);
	err = vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_PF, mac, BIT(VFP_PF_POOL));
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return err;
}

/**
 * vpf_eswitch_rx_mode() - ndo_set_rx_mode of the PF
 * @a: adapter
 *
 * Context: any; the netdev's address lock is held.
 */
void vpf_eswitch_rx_mode(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	struct net_device *netdev = a->netdev;
	struct netdev_hw_addr *ha;

	spin_lock_bh(&esw->tbl_lock);
	esw->pf_promisc = netdev->flags & IFF_PROMISC;
	esw->pool[VFP_PF_POOL].all_mc = netdev->flags & (IFF_PROMISC | IFF_ALLMULTI);
	memset(esw->pf_mta, 0, sizeof(esw->pf_mta));
	netdev_for_each_mc_addr(ha, netdev) {
		u16 hash = vpf_fdb_hash(ha->addr);

		esw->pf_mta[hash / 32] |= BIT(hash % 32);
	}
	vpf_fdb_mark_uc(&esw->fdb);
	netdev_for_each_uc_addr(ha, netdev)
		vpf_fdb_add(&esw->fdb, VPF_FDB_PF_UC, VFP_PF_POOL, ha->addr);
	vpf_fdb_flush_marked_uc(&esw->fdb);
	vpf_eswitch_sum_mta(esw);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

int vpf_eswitch_vlan_add(struct vpf_adapter *a, u16 vid)
{
	return vpf_eswitch_vf_vlan(a->esw, VFP_PF_POOL, vid, true);
}

int vpf_eswitch_vlan_kill(struct vpf_adapter *a, u16 vid)
{
	return vpf_eswitch_vf_vlan(a->esw, VFP_PF_POOL, vid, false);
}

/**
 * vpf_eswitch_set_max_frame() - the largest frame the PF's pool takes
 * @a: adapter
 * @max_frame: bytes with header, tags and FCS
 *
 * Return: 0 or -EINVAL.
 */
int vpf_eswitch_set_max_frame(struct vpf_adapter *a, u32 max_frame)
{
	struct vpf_eswitch *esw = a->esw;

	if (max_frame > VFP_MAX_FRAME)
		return -EINVAL;
	spin_lock_bh(&esw->tbl_lock);
	esw->pool[VFP_PF_POOL].max_frame = max_frame;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	return 0;
}

/**
 * vpf_eswitch_features() - the PF's offloads changed
 * @a: adapter
 */
void vpf_eswitch_features(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;

	spin_lock_bh(&esw->tbl_lock);
	esw->pool[VFP_PF_POOL].strip_vlan = a->netdev->features & NETIF_F_HW_VLAN_CTAG_RX;
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/**
 * vpf_eswitch_link() - the PF's link changed
 * @a: adapter
 * @up: it has link
 */
void vpf_eswitch_link(struct vpf_adapter *a, bool up)
{
	struct vpf_eswitch *esw = a->esw;
	unsigned int i;

	mutex_lock(&esw->lock);
	esw->link_up = up;
	if (up) {
		/* The limits stay, the share of the link they are does not */
		spin_lock_bh(&esw->tbl_lock);
		esw->link_mbps = a->speed;
		vpf_eswitch_apply(esw);
		spin_unlock_bh(&esw->tbl_lock);
	}
	/* VFs without the extension look at their own STATUS.LU */
	for (i = 0; i < esw->num_vfs; i++) {
		if (esw->vport[i].link_state == IFLA_VF_LINK_STATE_AUTO)
			vpf_eswitch_event(esw, i, VPF_EV_NEWS);
	}
	mutex_unlock(&esw->lock);
}

/* Life */

/**
 * vpf_eswitch_restore() - after a reset: all of the switch's registers
 * @a: adapter; RCTL.EN is off
 */
void vpf_eswitch_restore(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	unsigned int i;

	mutex_lock(&esw->lock);
	for (i = 0; i < esw->num_vfs; i++)
		vpf_eswitch_event(esw, i, VPF_EV_PF_RESET);

	vpf_wr32(a, R_MRQC, FIELD_PREP(MRQC_MQE, MRQC_MQE_VMDQ));
	vpf_wr32(a, R_RLPML, VFP_MAX_FRAME);
	/* Multicast is stripped or not for all pools at once */
	vpf_wr32(a, R_RPLOLR, RPLOLR_STRVLAN | RPLOLR_STRCRC);
	vpf_wr32(a, R_QDE, ~0U);
	vpf_wr32(a, R_MBVFIMR, 0xff);
	esw->mbvfimr = 0xff;
	spin_lock_bh(&esw->tbl_lock);
	esw->regs_known = false;
	esw->vlan.hw_known = false;
	esw->mta.hw_known = false;
	vpf_fdb_forget(&esw->fdb);
	vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
	mutex_lock(&esw->stats_lock);
	memset(esw->vf_last, 0, sizeof(esw->vf_last));
	mutex_unlock(&esw->stats_lock);
	mutex_unlock(&esw->lock);
}

/**
 * vpf_eswitch_pause() - the NIC is about to go for a while: leave its registers alone
 * @a: adapter; its misc interrupt is off
 *
 * vpf_eswitch_restore() and vpf_eswitch_resume() follow.
 */
void vpf_eswitch_pause(struct vpf_adapter *a)
{
	vpf_mailbox_stop(a->esw);
}

/**
 * vpf_eswitch_resume() - the NIC runs again: VFs may come back
 * @a: adapter
 */
void vpf_eswitch_resume(struct vpf_adapter *a)
{
	vfp_rmw32(&a->io, R_CTRL_EXT, 0, CTRL_EXT_PFRSTD);
	vpf_mailbox_start(a->esw);
}

/**
 * vpf_eswitch_init() - an empty switch, in memory only
 * @a: adapter with perm_addr and dev_addr; no VFs exist
 *
 * Return: 0 or -ENOMEM.
 */
int vpf_eswitch_init(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw;
	u8 mac[ETH_ALEN];
	unsigned int i;

	esw = kvzalloc(sizeof(*esw), GFP_KERNEL);
	if (!esw)
		return -ENOMEM;
	esw->a = a;
	mutex_init(&esw->lock);
	mutex_init(&esw->stats_lock);
	spin_lock_init(&esw->tbl_lock);
	vpf_learn_init(esw);
	spin_lock_init(&esw->view_lock);
	vpf_mailbox_init(esw);
	INIT_WORK(&esw->assert_work, vpf_bridge_assert_work);
	INIT_LIST_HEAD(&esw->bridge.ports);
	/* VFs don't wait for each other */
	esw->wq = alloc_workqueue("%s-%s", WQ_HIGHPRI | WQ_UNBOUND, 0, VPF_NAME,
				  pci_name(a->pdev));
	if (!esw->wq) {
		kvfree(esw);
		return -ENOMEM;
	}

	esw->link_mbps = VPF_MAX_RATE;
	vpf_fdb_init(&esw->fdb, get_random_u32());
	vpf_vlan_init(&esw->vlan);
	for (i = 0; i < VFP_MAX_VFS; i++) {
		vpf_vport_gen_mac(mac, a->netdev->perm_addr, i);
		vpf_vport_init(&esw->vport[i], i, mac);
		esw->pool[i].max_frame = esw->vport[i].max_frame;
		vpf_eswitch_show(esw, i);
	}
	esw->pool[VFP_PF_POOL].max_frame = VPF_MAX_FRAME(a->netdev->mtu);
	esw->pool[VFP_PF_POOL].strip_vlan = true;
	vpf_fdb_set_own(&esw->fdb, VPF_FDB_RAR_PF, a->netdev->dev_addr, BIT(VFP_PF_POOL));
	a->esw = esw;
	return 0;
}

/**
 * vpf_eswitch_exit() - the end of it; there are no VFs any more
 * @a: adapter; its misc interrupt is off
 */
void vpf_eswitch_exit(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;

	vpf_mailbox_stop(esw);
	vpf_learn_exit(esw);
	destroy_workqueue(esw->wq);
	a->esw = NULL;
	kvfree(esw);
}
