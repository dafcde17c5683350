// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the PF what the netdev wants to hear: the steps that filter.c decides on, one after
 * the other, until the PF knows it all or has refused it. Without an answer it goes on later.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "vf.h"

/* How soon a PF that hasn't answered is asked again */
#define VVF_SYNC_RETRY_MS	250U
#define VVF_SYNC_RETRY_MAX_MS	8000U

static void vvf_sync_collect(struct vvf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	struct vvf_filter_set *want = &a->want;
	struct netdev_hw_addr *ha;
	bool uc_over = false;

	memset(want, 0, sizeof(*want));
	netif_addr_lock_bh(netdev);
	if (netdev->flags & IFF_PROMISC)
		want->mode = VFP_RX_PROMISC | VFP_RX_ALLMULTI;
	else if (netdev->flags & IFF_ALLMULTI || netdev_mc_count(netdev) > VFP_MBX_MC_LIST_MAX)
		want->mode = VFP_RX_ALLMULTI;
	netdev_for_each_mc_addr(ha, netdev) {
		if (want->num_mc < VFP_MBX_MC_LIST_MAX)
			want->mc[want->num_mc++] = vvf_mbx_hash(ha->addr);
	}
	netdev_for_each_uc_addr(ha, netdev) {
		if (want->num_uc < VVF_FILTER_UC)
			memcpy(want->uc[want->num_uc++], ha->addr, ETH_ALEN);
		else
			uc_over = true;
	}
	netif_addr_unlock_bh(netdev);
	vvf_filter_want(&a->filter, want, uc_over);
	vvf_filter_want_frame(&a->filter, VVF_MAX_FRAME(READ_ONCE(netdev->mtu)));
}

static int vvf_sync_send(struct vvf_adapter *a, const struct vvf_filter_step *step, u8 *nack)
{
	switch (step->op) {
	case VVF_FILTER_LEAVE:
	case VVF_FILTER_JOIN:
		return vvf_mbx_vlan(a, step->vid, step->op == VVF_FILTER_JOIN, nack);
	case VVF_FILTER_MC:
		return vvf_mbx_set_mc(a, a->filter.want.mc, a->filter.want.num_mc, nack);
	case VVF_FILTER_MODE:
		return vvf_mbx_set_rx_mode(a, step->mode, nack);
	case VVF_FILTER_UC_CLEAR:
		return vvf_mbx_clear_uc(a, a->netdev->dev_addr, nack);
	case VVF_FILTER_UC_ADD:
		return vvf_mbx_add_uc(a, step->mac, nack);
	case VVF_FILTER_FRAME:
		return vvf_mbx_max_frame(a, a->filter.frame_want, nack);
	default:
		return 0;
	}
}

static const char *vvf_sync_name(enum vvf_filter_kind kind)
{
	static const char * const names[] = {
		[VVF_FILTER_VLAN] = "a VLAN",
		[VVF_FILTER_UC_LIST] = "further addresses",
		[VVF_FILTER_PROMISC] = "promiscuous",
		[VVF_FILTER_ALLMULTI] = "all multicast",
		[VVF_FILTER_SIZE] = "frames of the MTU's size",
	};

	return names[kind];
}

/* What the host refuses: once to the operator, each time it changes to the upper */
static void vvf_sync_refused(struct vvf_adapter *a)
{
	enum vvf_filter_kind kind;
	u8 nack;

	kind = vvf_filter_refused(&a->filter, &nack);
	if (kind == a->refused && nack == a->refused_nack)
		return;
	WRITE_ONCE(a->refused_nack, nack);
	WRITE_ONCE(a->refused, kind);
	if (kind != VVF_FILTER_NONE && net_ratelimit())
		netdev_warn(a->netdev, "%s: %s\n", vvf_sync_name(kind), vvf_mbx_nack_text(nack));
	if (test_bit(VVF_F_UP, &a->flags))
		vvf_host_changed(a);
}

/**
 * vvf_sync() - tell the PF what it doesn't know yet
 * @a: adapter
 * @again: also what it has refused
 *
 * What it refuses is told to operator and upper, and is no error here.
 *
 * Context: process; no VLAN or address is changed by those who don't hold RTNL.
 *
 * Return: 0, or an error when the PF doesn't answer; then it wasn't asked any further, and
 * a queue that is up tries again.
 */
int vvf_sync(struct vvf_adapter *a, bool again)
{
	struct vvf_filter_step step;
	int err = 0;
	u8 nack;

	mutex_lock(&a->sync_lock);
	vvf_sync_collect(a);
	if (again)
		vvf_filter_ask_again(&a->filter);
	for (;;) {
		vvf_filter_next(&a->filter, &step);
		if (step.op == VVF_FILTER_DONE)
			break;
		err = vvf_sync_send(a, &step, &nack);
		if (vvf_mbx_again(err)) {
			vvf_filter_result(&a->filter, &step, VVF_FILTER_LOST, VFP_NACK_NONE);
			break;
		}
		vvf_filter_result(&a->filter, &step, err ? VVF_FILTER_NO : VVF_FILTER_OK, nack);
		err = 0;
	}
	if (!err)
		vvf_sync_refused(a);
	a->sync_retry_ms = err ? clamp(2 * a->sync_retry_ms, VVF_SYNC_RETRY_MS,
				       VVF_SYNC_RETRY_MAX_MS) : 0;
	if (err && test_bit(VVF_F_UP, &a->flags) && vfp_io_present(&a->io))
		vvf_sync_later(a, a->sync_retry_ms);
	mutex_unlock(&a->sync_lock);
	return err;
}

/**
 * vvf_sync_later() - the same, soon
 * @a: adapter
 * @ms: how soon
 *
 * Context: any.
 */
void vvf_sync_later(struct vvf_adapter *a, unsigned int ms)
{
	if (test_bit(VVF_F_STOPPING, &a->flags) || test_bit(VVF_F_PAUSED, &a->flags))
		return;
	mod_delayed_work(a->wq, &a->sync_work, msecs_to_jiffies(ms));
}

void vvf_sync_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(to_delayed_work(work), struct vvf_adapter, sync_work);

	if (test_bit(VVF_F_UP, &a->flags))
		vvf_sync(a, false);
}

/**
 * vvf_sync_forgotten() - after a handshake: the PF knows nothing
 * @a: adapter
 */
void vvf_sync_forgotten(struct vvf_adapter *a)
{
	mutex_lock(&a->sync_lock);
	vvf_filter_reset(&a->filter);
	mutex_unlock(&a->sync_lock);
}

/**
 * vvf_sync_doubt() - the host has changed what it lets the VF have
 * @a: adapter
 * @trust: trust
 * @vlans: its port VLAN
 */
void vvf_sync_doubt(struct vvf_adapter *a, bool trust, bool vlans)
{
	mutex_lock(&a->sync_lock);
	vvf_filter_doubt(&a->filter, trust, vlans);
	mutex_unlock(&a->sync_lock);
}

/**
 * vvf_sync_mtu() - may the netdev have this MTU?
 * @a: adapter; RTNL
 * @mtu: MTU
 *
 * Return: 0 (also while it is down), or an error of the PF.
 */
int vvf_sync_mtu(struct vvf_adapter *a, int mtu)
{
	u32 size = VVF_MAX_FRAME(mtu);
	int err;
	u8 nack;

	if (!test_bit(VVF_F_UP, &a->flags))
		return 0;
	mutex_lock(&a->sync_lock);
	err = vvf_mbx_max_frame(a, size, &nack);
	vvf_filter_want_frame(&a->filter, size);
	a->filter.frame_told = err ? 0 : size;
	mutex_unlock(&a->sync_lock);
	/* Back to what it was: it may or may not be in force */
	if (err)
		vvf_sync_later(a, 0);
	return err;
}

/**
 * vvf_sync_vlan() - the netdev joins or leaves a VLAN
 * @a: adapter; RTNL
 * @vid: which
 * @on: joins
 *
 * A PF that doesn't answer is told later. One that refuses is an error to whoever makes the
 * VLAN; but below an upper that has another path, the VLAN is there, and this path isn't used.
 *
 * Return: 0 or an error, and then the netdev isn't in the VLAN.
 */
int vvf_sync_vlan(struct vvf_adapter *a, u16 vid, bool on)
{
	bool refused;
	int err = 0;

	mutex_lock(&a->sync_lock);
	vvf_filter_want_vlan(&a->filter, vid, on);
	mutex_unlock(&a->sync_lock);
	if (!test_bit(VVF_F_UP, &a->flags))
		return 0;
	vvf_sync(a, false);
	mutex_lock(&a->sync_lock);
	refused = on && vvf_filter_vlan_refused(&a->filter, vid);
	if (refused && !vvf_path_answered(a)) {
		err = vvf_mbx_nack_errno(a->filter.nack[VVF_FILTER_VLAN]);
		vvf_filter_want_vlan(&a->filter, vid, false);
	}
	mutex_unlock(&a->sync_lock);
	if (err)
		vvf_sync(a, false);
	return err;
}
