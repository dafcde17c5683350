// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's end of the mailboxes, and resets of VFs. Each VF has a work of its own, so none waits
 * for another; what a message means is decided in mbx_dispatch.c.
 *
 * A VF can raise the mailboxes' interrupt as often as it writes to a register. So the handler
 * masks it, and it is let through again by the work that has looked at all VFs, later when that
 * was often.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "eswitch_priv.h"
#include "mbx_dispatch.h"

#define VPF_MBX_POLL		HZ	/* should an interrupt get lost */
#define VPF_MBX_RETRY_MS	10	/* the VF doesn't let go of the buffer */
#define VPF_MBX_READ_MS		200	/* a VF that waits for its reply has read it by then */
/* The mailboxes' interrupt: so many at once, and a second; beyond that, one in so many ms */
#define VPF_MBX_PASSES		256
#define VPF_MBX_PASS_RATE	512
#define VPF_MBX_PASS_MS		10

static const struct vpf_bucket_size vpf_mailbox_passes = { VPF_MBX_PASSES, VPF_MBX_PASS_RATE };

/* The earlier of two times to wait, 0: none */
static void vpf_mailbox_sooner(u32 *wait_ms, u32 ms)
{
	if (ms && (!*wait_ms || ms < *wait_ms))
		*wait_ms = ms;
}

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
static void vpf_mailbox_write(struct vpf_vf *vf, const u32 *msg, unsigned int len)
{
	struct vpf_adapter *a = vf->esw->a;
	unsigned int i;

	set_bit(vf->index, &vf->esw->unread);
	for (i = 0; i < len; i++)
		vpf_wr32(a, R_VMBMEM(vf->index) + 4 * i, msg[i]);
	vpf_wr32(a, R_P2VMAILBOX(vf->index), P2VMAILBOX_STS);
}

/**
 * vpf_mailbox_kick() - there is something to do for a VF
 * @esw: switch
 * @n: VF
 *
 * Context: any.
 */
void vpf_mailbox_kick(struct vpf_eswitch *esw, unsigned int n)
{
	mod_delayed_work(esw->wq, &esw->vf[n].work, 0);
}

/* What a VF has asked for */

static int vpf_mailbox_multicast(struct vpf_eswitch *esw, unsigned int n,
				 const struct vpf_mbx_req *req)
{
	vpf_mbx_set_mc(&esw->vport[n], req->mc, req->num_mc, req->on);
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

/**
 * vpf_mailbox_path_vf() - a VF wants the data path, or would if its driver could say so
 * @esw: switch; lock held
 * @n: VF
 *
 * Return: 0, -EAGAIN when it has wanted it too often (it is looked after then), or why not.
 */
int vpf_mailbox_path_vf(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];
	int err;

	vp->path_nack = vpf_bridge_path_nack(esw, vp);
	err = vpf_vport_take_path(vp, vpf_vport_link_up(vp, esw->link_up), vpf_eswitch_now());
	vp->path_due = err == -EAGAIN;
	return err ? err : vpf_eswitch_event(esw, n, VPF_EV_PATH_VF);
}

static int vpf_mailbox_max_frame(struct vpf_eswitch *esw, unsigned int n, u32 max_frame)
{
	struct vpf_vport *vp = &esw->vport[n];

	/* Tags don't count */
	vp->max_frame = min_t(u32, max_frame + VLAN_HLEN, VFP_MAX_FRAME);
	vpf_eswitch_sync_vport(esw, n);
	/* It is the last thing that a driver without the extension says before it runs */
	if (!vp->version && !vpf_vport_on_vf(vp))
		vpf_mailbox_path_vf(esw, n);
	else if (vpf_vport_on_vf(vp))
		vpf_bridge_check_path(esw, n);
	return 0;
}

/* Its own address, or one more. Whoever has it gets what is sent there. */
static int vpf_mailbox_address(struct vpf_eswitch *esw, unsigned int n,
			       const struct vpf_mbx_req *req)
{
	struct vpf_vport *vp = &esw->vport[n];
	int err;

	err = vpf_mbx_may_have(vp, req, vpf_bridge_owner(esw, n, req->mac));
	if (err)
		return err;
	if (req->op == VPF_OP_UC_ADD)
		return vpf_eswitch_vf_uc_add(esw, n, req->mac);
	if (vpf_vport_on_vf(vp) && !ether_addr_equal(vp->mac, req->mac))
		err = vpf_vport_take_move(vp, vpf_eswitch_now());
	if (err)
		return err;
	return vpf_eswitch_vf_mac(esw, n, req->mac, VPF_EV_OWN_MAC);
}

static int vpf_mailbox_reset(struct vpf_eswitch *esw, unsigned int n)
{
	int err = vpf_eswitch_event(esw, n, VPF_EV_RESET);

	/* The reply has its address */
	if (!err)
		esw->vport[n].mac_due = false;
	return err;
}

static int vpf_mailbox_apply(struct vpf_eswitch *esw, unsigned int n,
			     const struct vpf_mbx_req *req)
{
	struct vpf_vport *vp = &esw->vport[n];

	switch (req->op) {
	case VPF_OP_RESET:
		return vpf_mailbox_reset(esw, n);
	case VPF_OP_SET_MAC:
	case VPF_OP_UC_ADD:
		return vpf_mailbox_address(esw, n, req);
	case VPF_OP_UC_CLEAR:
		vpf_eswitch_vf_uc_flush(esw, n);
		return 0;
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
		if (req->if_free && !vpf_vport_on_vf(vp) && vpf_bridge_has_home(esw, vp))
			return -EADDRINUSE;
		if (req->on)
			return vpf_mailbox_path_vf(esw, n);
		vp->path_due = false;
		return vpf_eswitch_event(esw, n, VPF_EV_PATH_SYNTHETIC);
	case VPF_OP_GET_STATE:
		vpf_vport_asked(vp);
		return 0;
	default:
		return 0;
	}
}

static void vpf_mailbox_malformed(struct vpf_eswitch *esw, unsigned int n, u16 id)
{
	struct vpf_vport *vp = &esw->vport[n];

	esw->mbx_stats[n].malformed++;
	vpf_vport_malformed(vp);
	if (!vp->quarantined)
		return;
	/* One line for a VF's life: a guest can't fill the host's log */
	if (!vp->warned)
		netdev_warn(esw->a->netdev,
			    "VF %u: %u malformed messages (last: id %#x), not served any more\n",
			    n, vp->bad, id);
	vp->warned = true;
	vpf_health_mailbox(esw->a);
}

/**
 * vpf_mailbox_pardon() - a VF in quarantine is served again
 * @esw: switch; lock held
 * @n: VF
 */
void vpf_mailbox_pardon(struct vpf_eswitch *esw, unsigned int n)
{
	if (!vpf_vport_pardon(&esw->vport[n]))
		return;
	vpf_health_mailbox(esw->a);
	vpf_mailbox_kick(esw, n);
}

/* VFs that were reset. lock held. */
static void vpf_mailbox_resets(struct vpf_eswitch *esw)
{
	u32 vflre = vpf_rd32(esw->a, R_VFLRE);
	unsigned int n;

	if (!vfp_io_present(&esw->a->io) || !vflre)
		return;
	vpf_wr32(esw->a, R_VFLRE, vflre);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		if (!(vflre & BIT(n)) || vpf_eswitch_event(esw, n, VPF_EV_FLR))
			continue;
		esw->mbx_stats[n].flr++;
		clear_bit(n, &esw->unread);
	}
}

/* Copy a message out of the mailbox, which stays ours until the reply is in it */
static bool vpf_mailbox_read(struct vpf_vf *vf, u32 *msg)
{
	struct vpf_adapter *a = vf->esw->a;
	unsigned int n = vf->index, i;

	if (vpf_mailbox_take(a, n))
		return false;
	vpf_wr32(a, R_MBVFICR, MBVFICR_REQ(n));
	for (i = 0; i < VFP_MBX_LEN; i++)
		msg[i] = vpf_rd32(a, R_VMBMEM(n) + 4 * i);
	vpf_wr32(a, R_P2VMAILBOX(n), P2VMAILBOX_ACK | P2VMAILBOX_PFU);
	clear_bit(n, &vf->esw->unread);
	return vfp_io_present(&a->io);
}

static int vpf_mailbox_dispatch(struct vpf_eswitch *esw, unsigned int n, const u32 *msg,
				struct vpf_mbx_req *req)
{
	int err;

	esw->mbx_stats[n].messages++;
	err = vpf_mbx_decode(msg, req);
	if (err == -EPROTO)
		vpf_mailbox_malformed(esw, n, req->id);
	if (!err)
		err = vpf_mbx_allowed(&esw->vport[n], req);
	return err ? err : vpf_mailbox_apply(esw, n, req);
}

static void vpf_mailbox_answer(struct vpf_vf *vf, u32 *msg)
{
	struct vpf_eswitch *esw = vf->esw;
	unsigned int n = vf->index, len;
	struct vpf_vport *vp = &esw->vport[n];
	struct vpf_mbx_req req;
	u32 resets;
	int err;

	mutex_lock(&esw->lock);
	/* A RESET that was read here came after a reset of the function, which would undo it */
	vpf_mailbox_resets(esw);
	resets = vp->resets;
	err = vpf_mailbox_dispatch(esw, n, msg, &req);
	mutex_unlock(&esw->lock);

	vpf_eswitch_settle(esw, n);

	mutex_lock(&esw->lock);
	/* Something else has happened to it meanwhile */
	if (!err && req.op == VPF_OP_DATA_PATH && vpf_vport_on_vf(vp) != req.on)
		err = -EAGAIN;
	if (err)
		esw->mbx_stats[n].refused++;
	len = vpf_mbx_reply(vp, &req, err, esw->link_up, msg);
	if (vp->resets != resets)
		len = 0;
	mutex_unlock(&esw->lock);

	if (!len) {
		/* Whoever asked is gone: this isn't the answer to what comes next */
		vpf_wr32(esw->a, R_P2VMAILBOX(n), 0);
		return;
	}
	vf->reply_ms = vpf_eswitch_now();
	vpf_mailbox_write(vf, msg, len);
}

static void vpf_mailbox_serve(struct vpf_vf *vf, u32 *wait_ms)
{
	struct vpf_eswitch *esw = vf->esw;
	unsigned int n = vf->index;
	struct vpf_vport *vp = &esw->vport[n];
	u32 msg[VFP_MBX_LEN];
	bool ok;

	if (!vpf_mailbox_pending(esw->a, n))
		return;
	mutex_lock(&esw->lock);
	ok = vpf_vport_take_token(vp, vpf_eswitch_now());
	if (!ok) {
		esw->mbx_stats[n].limited++;
		if (!vp->quarantined)
			vpf_mailbox_sooner(wait_ms, vpf_vport_token_wait(vp));
	}
	mutex_unlock(&esw->lock);
	if (!ok)
		return;
	if (vpf_mailbox_read(vf, msg))
		vpf_mailbox_answer(vf, msg);
	else
		vpf_mailbox_sooner(wait_ms, VPF_MBX_RETRY_MS);
}

/* What is to be done at a certain time. lock held. */
static void vpf_mailbox_timed(struct vpf_vf *vf, u32 *wait_ms)
{
	struct vpf_vport *vp = &vf->esw->vport[vf->index];
	u64 now = vpf_eswitch_now();

	if (vf->mute_ms && now >= vf->mute_ms) {
		vf->mute_ms = 0;
		vpf_eswitch_event(vf->esw, vf->index, VPF_EV_MUTE);
	} else if (vf->mute_ms) {
		vpf_mailbox_sooner(wait_ms, vf->mute_ms - now);
	}
	if (vp->path_due && vpf_vport_path_wait(vp, now)) {
		vpf_mailbox_sooner(wait_ms, vpf_vport_path_wait(vp, now));
	} else if (vp->path_due) {
		vp->path_due = false;
		/* One that can look asks again when it is told to; an old driver has asked once */
		if (vp->version)
			vpf_eswitch_event(vf->esw, vf->index, VPF_EV_NEWS);
		else
			vpf_mailbox_path_vf(vf->esw, vf->index);
	}
}

/* Tell a VF what is due. Its replies say so, too, so one that is busy isn't in the dark. */
static void vpf_mailbox_tell(struct vpf_vf *vf, u32 *wait_ms)
{
	struct vpf_eswitch *esw = vf->esw;
	unsigned int n = vf->index;
	struct vpf_vport *vp = &esw->vport[n];
	u64 now = vpf_eswitch_now();
	enum vpf_vport_tell what;
	u32 word, ms, retry_ms;

	mutex_lock(&esw->lock);
	vpf_mailbox_timed(vf, wait_ms);
	/* In quarantine a request may be pending for ever */
	retry_ms = vp->quarantined ? VPF_VPORT_TELL_AGAIN_MS : VPF_MBX_RETRY_MS;
	what = vpf_vport_tell(vp, now, &ms);
	word = vpf_mbx_news(vp);
	mutex_unlock(&esw->lock);
	vpf_mailbox_sooner(wait_ms, ms);
	/* A request under way would be lost; and so would a reply that isn't read yet */
	if (what == VPF_TELL_NOTHING)
		return;
	if (test_bit(n, &esw->unread) && vf->reply_ms && now < vf->reply_ms + VPF_MBX_READ_MS) {
		vpf_mailbox_sooner(wait_ms, vf->reply_ms + VPF_MBX_READ_MS - now);
		return;
	}
	if (vpf_mailbox_pending(esw->a, n) || vpf_mailbox_take(esw->a, n)) {
		vpf_mailbox_sooner(wait_ms, retry_ms);
		return;
	}
	if (vpf_mailbox_pending(esw->a, n)) {
		vpf_wr32(esw->a, R_P2VMAILBOX(n), 0);
		vpf_mailbox_sooner(wait_ms, retry_ms);
		return;
	}
	vf->reply_ms = 0;
	vpf_mailbox_write(vf, &word, 1);
	/* The emulated NIC raises the mailbox interrupt on a vector next to it: all three */
	vpf_wr32(esw->a, R_EICS, EICR_VF_MASK(n));

	mutex_lock(&esw->lock);
	vpf_vport_told(vp, what, now);
	vpf_vport_tell(vp, now, &ms);
	mutex_unlock(&esw->lock);
	vpf_mailbox_sooner(wait_ms, ms);
}

static void vpf_mailbox_vf_work(struct work_struct *work)
{
	struct vpf_vf *vf = container_of(to_delayed_work(work), struct vpf_vf, work);
	struct vpf_eswitch *esw = vf->esw;
	u32 wait_ms = 0;

	if (vf->index >= READ_ONCE(esw->num_vfs) || !vfp_io_present(&esw->a->io))
		return;
	vpf_eswitch_settle(esw, vf->index);
	vpf_mailbox_serve(vf, &wait_ms);
	vpf_mailbox_tell(vf, &wait_ms);
	if (wait_ms)
		queue_delayed_work(esw->wq, &vf->work, msecs_to_jiffies(wait_ms) + 1);
}

/* The interrupt of VFs that aren't served now is of no use. lock held. */
static void vpf_mailbox_mask(struct vpf_eswitch *esw)
{
	unsigned int n;
	u8 imr = 0xff;

	for (n = 0; n < VFP_MAX_VFS; n++) {
		if (esw->vport[n].limited)
			imr &= ~BIT(n);
	}
	if (imr == esw->mbvfimr)
		return;
	vpf_wr32(esw->a, R_MBVFIMR, imr);
	esw->mbvfimr = imr;
}

/* Who has written? lock held. */
static void vpf_mailbox_look(struct vpf_eswitch *esw)
{
	struct vpf_adapter *a = esw->a;
	unsigned int n;
	u32 icr;

	/*
	 * Requests first: one that is seen here came after a reset that is seen below,
	 * or together with it; the other way round its RESET would be undone.
	 */
	icr = vpf_rd32(a, R_MBVFICR);
	vpf_mailbox_resets(esw);
	if (!vfp_io_present(&a->io))
		return;
	vpf_wr32(a, R_MBVFICR, icr & ~0xffU);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		const struct vpf_vport *vp = &esw->vport[n];

		if (!vpf_vport_exists(vp))
			continue;
		if (icr & MBVFICR_ACK(n))
			clear_bit(n, &esw->unread);
		/* One that has sent too much is looked at when its time has come */
		if ((icr & MBVFICR_REQ(n) && !vp->limited) ||
		    (icr & MBVFICR_ACK(n) && (vp->tell_state || vp->tell_reset)))
			vpf_mailbox_kick(esw, n);
	}
	vpf_mailbox_mask(esw);
}

static void vpf_mailbox_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(to_delayed_work(work), struct vpf_eswitch,
					       mbx_work);
	bool often;

	mutex_lock(&esw->lock);
	vpf_mailbox_look(esw);
	often = !vpf_bucket_take(&esw->mbx_passes, &vpf_mailbox_passes, vpf_eswitch_now());
	mutex_unlock(&esw->lock);
	if (often)
		queue_delayed_work(esw->wq, &esw->mbx_work, msecs_to_jiffies(VPF_MBX_PASS_MS));
	else
		vpf_irq_mailbox_enable(esw->a);
}

static void vpf_mailbox_poll_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(to_delayed_work(work), struct vpf_eswitch,
					       poll_work);

	mutex_lock(&esw->lock);
	vpf_mailbox_look(esw);
	mutex_unlock(&esw->lock);
	if (READ_ONCE(esw->num_vfs) && vfp_io_present(&esw->a->io))
		queue_delayed_work(esw->wq, &esw->poll_work, VPF_MBX_POLL);
}

/**
 * vpf_mailbox_irq() - ICR.VMMB: a message, an acknowledgment or a reset of a VF
 * @a: adapter
 *
 * Context: any.
 */
void vpf_mailbox_irq(struct vpf_adapter *a)
{
	queue_delayed_work(a->esw->wq, &a->esw->mbx_work, 0);
}

/**
 * vpf_mailbox_init() - before anything may happen to a mailbox
 * @esw: switch
 */
void vpf_mailbox_init(struct vpf_eswitch *esw)
{
	unsigned int n;

	INIT_DELAYED_WORK(&esw->mbx_work, vpf_mailbox_work);
	INIT_DELAYED_WORK(&esw->poll_work, vpf_mailbox_poll_work);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		esw->vf[n].esw = esw;
		esw->vf[n].index = n;
		INIT_DELAYED_WORK(&esw->vf[n].work, vpf_mailbox_vf_work);
	}
}

/**
 * vpf_mailbox_start() - serve the mailboxes of VFs, if there are any
 * @esw: switch
 */
void vpf_mailbox_start(struct vpf_eswitch *esw)
{
	unsigned int n;

	for (n = 0; n < READ_ONCE(esw->num_vfs); n++)
		vpf_mailbox_kick(esw, n);
	/* Drivers of this host that bind want their mail answered */
	if (READ_ONCE(esw->num_vfs))
		queue_delayed_work(esw->wq, &esw->poll_work, VPF_MBX_POLL);
	vpf_mailbox_irq(esw->a);
}

/**
 * vpf_mailbox_flush() - what was begun for VFs is done: data paths have moved
 * @esw: switch; lock not held
 */
void vpf_mailbox_flush(struct vpf_eswitch *esw)
{
	unsigned int n;

	for (n = 0; n < VFP_MAX_VFS; n++)
		flush_delayed_work(&esw->vf[n].work);
}

/**
 * vpf_mailbox_stop() - no mailbox is touched any more
 * @esw: switch; lock not held, the misc interrupt is off
 */
void vpf_mailbox_stop(struct vpf_eswitch *esw)
{
	unsigned int n;

	cancel_delayed_work_sync(&esw->poll_work);
	cancel_delayed_work_sync(&esw->mbx_work);
	for (n = 0; n < VFP_MAX_VFS; n++)
		cancel_delayed_work_sync(&esw->vf[n].work);
}
