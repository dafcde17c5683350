// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's end of the mailboxes, and resets of VFs. Served by an ordered workqueue;
 * what a message means is decided in mbx_dispatch.c.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "eswitch_priv.h"
#include "mbx_dispatch.h"

#define VPF_MBX_POLL	HZ	/* should an interrupt get lost */

/* The buffer belongs to one side at a time. A VF that never lets go harms itself only. */
static int vpf_mailbox_take(struct vpf_adapter *a, unsigned int n)
{
	unsigned int tries = 20;

	while (tries--) {
		vpf_wr32(a, R_P2VMAILBOX(n), P2VMAILBOX_PFU);
		if (vpf_rd32(a, R_P2VMAILBOX(n)) & P2VMAILBOX_PFU)
			return 0;
		usleep_range(20, 50);
	}
	return -EBUSY;
}

static bool vpf_mailbox_pending(struct vpf_adapter *a, unsigned int n)
{
	u32 icr = vpf_rd32(a, R_MBVFICR);

	return icr != ~0U && icr & MBVFICR_REQ(n);
}

/* The VF polls for replies, and has an interrupt for the rest */
static void vpf_mailbox_write(struct vpf_adapter *a, unsigned int n, const u32 *msg,
			      unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		vpf_wr32(a, R_VMBMEM(n) + 4 * i, msg[i]);
	vpf_wr32(a, R_P2VMAILBOX(n), P2VMAILBOX_STS);
}

static void vpf_mailbox_send(struct vpf_eswitch *esw, unsigned int n, u32 word)
{
	struct vpf_adapter *a = esw->a;

	/* A request under way would be lost; its reply carries CTS, too */
	if (vpf_mailbox_pending(a, n) || vpf_mailbox_take(a, n))
		return;
	if (vpf_mailbox_pending(a, n)) {
		vpf_wr32(a, R_P2VMAILBOX(n), 0);
		return;
	}
	vpf_mailbox_write(a, n, &word, 1);
	/* The emulated NIC raises the mailbox interrupt on a vector next to it: all three */
	vpf_wr32(a, R_EICS, EICR_VF_MASK(n));
}

/**
 * vpf_mailbox_tell() - something about a VF changed: let its driver look
 * @esw: switch; lock held
 * @n: VF
 */
void vpf_mailbox_tell(struct vpf_eswitch *esw, unsigned int n)
{
	vpf_mailbox_send(esw, n, vpf_mbx_news(&esw->vport[n]));
}

/* VFs that were reset behind their driver's back */
void vpf_mailbox_tell_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(to_delayed_work(work), struct vpf_eswitch,
					       tell_work);
	unsigned int n;

	mutex_lock(&esw->lock);
	for (n = 0; n < esw->num_vfs && vfp_io_present(&esw->a->io); n++) {
		if (!esw->vport[n].tell_reset)
			continue;
		esw->vport[n].tell_reset = false;
		vpf_mailbox_tell(esw, n);
	}
	mutex_unlock(&esw->lock);
}

static int vpf_mailbox_multicast(struct vpf_eswitch *esw, unsigned int n,
				 const struct vpf_mbx_req *req)
{
	vpf_mbx_set_mc(&esw->vport[n], req->mc, req->num_mc);
	vpf_eswitch_sync_vport(esw, n);
	return 0;
}

static int vpf_mailbox_mc_piece(struct vpf_eswitch *esw, unsigned int n,
				const struct vpf_mbx_req *req)
{
	int ret = vpf_mbx_mc_piece(&esw->vport[n], req);

	if (ret == 1)
		vpf_eswitch_sync_vport(esw, n);
	return min(ret, 0);
}

static int vpf_mailbox_max_frame(struct vpf_eswitch *esw, unsigned int n, u32 max_frame)
{
	struct vpf_vport *vp = &esw->vport[n];

	/* Tags don't count */
	vp->max_frame = min_t(u32, max_frame + VLAN_HLEN, VFP_MAX_FRAME);
	vpf_eswitch_sync_vport(esw, n);
	/* It is the last thing that a driver without the extension says before it runs */
	if (!vp->version && vp->state == VPF_VPORT_ATTACHED)
		vpf_eswitch_event(esw, n, VPF_EV_PATH_VF);
	return 0;
}

static int vpf_mailbox_apply(struct vpf_eswitch *esw, unsigned int n,
			     const struct vpf_mbx_req *req)
{
	struct vpf_vport *vp = &esw->vport[n];

	switch (req->op) {
	case VPF_OP_RESET:
		return vpf_eswitch_event(esw, n, VPF_EV_RESET);
	case VPF_OP_SET_MAC:
		return vpf_eswitch_vf_mac(esw, n, req->mac);
	case VPF_OP_UC_CLEAR:
		vpf_eswitch_vf_uc_flush(esw, n);
		return 0;
	case VPF_OP_UC_ADD:
		return vpf_eswitch_vf_uc_add(esw, n, req->mac);
	case VPF_OP_MULTICAST:
		return vpf_mailbox_multicast(esw, n, req);
	case VPF_OP_MC_PIECE:
		return vpf_mailbox_mc_piece(esw, n, req);
	case VPF_OP_VLAN:
		return vpf_eswitch_vf_vlan(esw, n, req->vid, req->on);
	case VPF_OP_MAX_FRAME:
		return vpf_mailbox_max_frame(esw, n, req->max_frame);
	case VPF_OP_RX_MODE:
		vp->rx_mode = req->rx_mode;
		vpf_eswitch_sync_vport(esw, n);
		return 0;
	case VPF_OP_NEGOTIATE:
		vp->version = req->version;
		vp->caps = req->caps;
		return 0;
	case VPF_OP_DATA_PATH:
		return vpf_eswitch_event(esw, n, req->on ? VPF_EV_PATH_VF : VPF_EV_PATH_SYNTHETIC);
	default:
		return 0;
	}
}

static void vpf_mailbox_malformed(struct vpf_eswitch *esw, unsigned int n, u16 id)
{
	struct vpf_vport *vp = &esw->vport[n];

	esw->mbx_stats[n].malformed++;
	vpf_vport_malformed(vp);
	/* One line a reset at most: a guest can't fill the host's log */
	if (vp->quarantined && vp->bad == VPF_VPORT_MAX_BAD)
		netdev_warn(esw->a->netdev,
			    "VF %u: %u malformed messages (last: id %#x), not served until reset\n",
			    n, vp->bad, id);
	if (vp->quarantined)
		vpf_health_mailbox(esw->a);
}

static void vpf_mailbox_serve(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];
	struct vpf_adapter *a = esw->a;
	u32 msg[VFP_MBX_LEN];
	struct vpf_mbx_req req;
	unsigned int i;
	int err;

	if (!vpf_vport_take_token(vp, jiffies64_to_msecs(get_jiffies_64()))) {
		/* It waits: the poll comes back to it */
		esw->mbx_stats[n].limited++;
		return;
	}
	if (vpf_mailbox_take(a, n))
		return;
	vpf_wr32(a, R_MBVFICR, MBVFICR_REQ(n));
	for (i = 0; i < VFP_MBX_LEN; i++)
		msg[i] = vpf_rd32(a, R_VMBMEM(n) + 4 * i);
	if (!vfp_io_present(&a->io))
		return;
	vpf_wr32(a, R_P2VMAILBOX(n), P2VMAILBOX_ACK | P2VMAILBOX_PFU);

	esw->mbx_stats[n].messages++;
	err = vpf_mbx_decode(msg, &req);
	if (err == -EPROTO)
		vpf_mailbox_malformed(esw, n, req.id);
	if (!err)
		err = vpf_mbx_allowed(vp, &req);
	if (!err)
		err = vpf_mailbox_apply(esw, n, &req);
	if (err)
		esw->mbx_stats[n].refused++;
	i = vpf_mbx_reply(vp, &req, err, esw->link_up, msg);
	vpf_mailbox_write(a, n, msg, i);
}

static void vpf_mailbox_service(struct vpf_eswitch *esw)
{
	struct vpf_adapter *a = esw->a;
	unsigned int n;
	u32 icr, vflre;

	/*
	 * Requests first: one that is seen here came after a reset that is seen below,
	 * or together with it; the other way round its RESET would be undone.
	 */
	icr = vpf_rd32(a, R_MBVFICR);
	vflre = vpf_rd32(a, R_VFLRE);
	if (!vfp_io_present(&a->io))
		return;
	vpf_wr32(a, R_VFLRE, vflre);
	/* Acknowledgements say nothing that matters */
	vpf_wr32(a, R_MBVFICR, icr & ~0xffU);

	for (n = 0; n < VFP_MAX_VFS; n++) {
		if (!(vflre & BIT(n)))
			continue;
		if (!vpf_eswitch_event(esw, n, VPF_EV_FLR))
			esw->mbx_stats[n].flr++;
	}
	for (n = 0; n < VFP_MAX_VFS; n++) {
		if (icr & MBVFICR_REQ(n) && vpf_vport_exists(&esw->vport[n]))
			vpf_mailbox_serve(esw, n);
	}
}

void vpf_mailbox_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(work, struct vpf_eswitch, mbx_work);

	mutex_lock(&esw->lock);
	if (vfp_io_present(&esw->a->io))
		vpf_mailbox_service(esw);
	mutex_unlock(&esw->lock);
}

void vpf_mailbox_poll_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(to_delayed_work(work), struct vpf_eswitch,
					       poll_work);

	vpf_mailbox_work(&esw->mbx_work);
	if (READ_ONCE(esw->num_vfs) && vfp_io_present(&esw->a->io))
		queue_delayed_work(esw->wq, &esw->poll_work, VPF_MBX_POLL);
}
