// SPDX-License-Identifier: GPL-2.0
/*
 * The VF's end of the mailbox: one request at a time, in process context, and never
 * longer than its time limit. The words are made in mbx_msg.c.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "vf.h"

/**
 * vvf_mbx_look() - V2PMAILBOX, with the bits that clear when read
 * @a: adapter
 *
 * Context: any.
 *
 * Return: its value and what was seen before and not used yet; 0 when the device is
 * gone.
 */
u32 vvf_mbx_look(struct vvf_adapter *a)
{
	unsigned long flags;
	u32 val;

	spin_lock_irqsave(&a->v2p_lock, flags);
	val = vvf_rd32(a, R_V2PMAILBOX);
	if (!vfp_io_present(&a->io))
		val = 0;
	a->v2p |= val & V2PMAILBOX_RC_BITS;
	val |= a->v2p;
	a->mail_jiffies = jiffies;
	spin_unlock_irqrestore(&a->v2p_lock, flags);
	return val;
}

static void vvf_mbx_used(struct vvf_adapter *a, u32 bits)
{
	unsigned long flags;

	spin_lock_irqsave(&a->v2p_lock, flags);
	a->v2p &= ~bits;
	spin_unlock_irqrestore(&a->v2p_lock, flags);
}

static bool vvf_mbx_expired(struct vvf_adapter *a, unsigned long end)
{
	return time_after(jiffies, end) || !vfp_io_present(&a->io);
}

/* Wait for bits of V2PMAILBOX, and use them up */
static int vvf_mbx_await(struct vvf_adapter *a, u32 bits, unsigned long end)
{
	while (!(vvf_mbx_look(a) & bits)) {
		if (vvf_mbx_expired(a, end))
			return vfp_io_present(&a->io) ? -ETIMEDOUT : -ENODEV;
		usleep_range(50, 150);
	}
	vvf_mbx_used(a, bits);
	return 0;
}

static int vvf_mbx_take(struct vvf_adapter *a, unsigned long end)
{
	for (;;) {
		vvf_wr32(a, R_V2PMAILBOX, V2PMAILBOX_VFU);
		if (vvf_mbx_look(a) & V2PMAILBOX_VFU)
			return 0;
		if (vvf_mbx_expired(a, end))
			return vfp_io_present(&a->io) ? -EBUSY : -ENODEV;
		usleep_range(50, 150);
	}
}

static void vvf_mbx_copy(struct vvf_adapter *a, u32 *msg)
{
	unsigned int i;

	for (i = 0; i < VFP_MBX_LEN; i++)
		msg[i] = vvf_rd32(a, R_VF_VMBMEM(i));
	/* Drops VFU as well */
	vvf_wr32(a, R_V2PMAILBOX, V2PMAILBOX_ACK);
}

/* What the PF said unasked. The buffer is ours. */
static void vvf_mbx_news_word(struct vvf_adapter *a, u32 word)
{
	switch (vvf_mbx_news(word, a->version)) {
	case VVF_NEWS_RESET:
		if (a->cts)
			vvf_watchdog_reset(a, "the PF wants it");
		a->cts = false;
		break;
	case VVF_NEWS_STATE:
		a->state_due = true;
		queue_work(a->wq, &a->mail_work);
		break;
	case VVF_NEWS_NONE:
		break;
	}
}

/* Send a request, wait for its reply. mbx_lock held. */
static int vvf_mbx_request(struct vvf_adapter *a, u32 *msg, unsigned int len, unsigned int ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms) + 1;
	u32 head = msg[0];
	unsigned int i;
	int err;

	err = vvf_mbx_take(a, end);
	if (err)
		return err;
	/* A word of the PF that nobody has read yet is about to be overwritten */
	if (vvf_mbx_look(a) & V2PMAILBOX_PFSTS && a->cts)
		vvf_mbx_news_word(a, vvf_rd32(a, R_VF_VMBMEM(0)));
	vvf_mbx_used(a, V2PMAILBOX_PFSTS | V2PMAILBOX_PFACK);
	for (i = 0; i < len; i++)
		vvf_wr32(a, R_VF_VMBMEM(i), msg[i]);
	vvf_wr32(a, R_V2PMAILBOX, V2PMAILBOX_REQ);

	err = vvf_mbx_await(a, V2PMAILBOX_PFACK, end);
	while (!err) {
		err = vvf_mbx_await(a, V2PMAILBOX_PFSTS, end);
		if (!err)
			err = vvf_mbx_take(a, end);
		if (err)
			break;
		vvf_mbx_copy(a, msg);
		if (vvf_mbx_is_reply(head, msg[0])) {
			if (a->cts && msg[0] & VFP_MBX_NEWS)
				vvf_mbx_news_word(a, VFP_MBX_STATE_CHANGED | VFP_MBX_CTS);
			return vvf_mbx_result(msg[0]);
		}
		/* News that came in between; no reply, however much of it there is */
		if (a->cts)
			vvf_mbx_news_word(a, msg[0]);
		if (vvf_mbx_expired(a, end))
			err = -ETIMEDOUT;
	}
	if (err == -ETIMEDOUT || err == -EBUSY)
		a->mbx_timeouts++;
	return err;
}

/**
 * vvf_mbx_again() - is it worth while to ask again later?
 * @err: of a request
 *
 * Return: true when there was no answer, rather than a no. Whoever holds RTNL must not wait
 * for the next one, too.
 */
bool vvf_mbx_again(int err)
{
	return err == -ETIMEDOUT || err == -EBUSY || err == -ENODEV || err == -ENOTCONN ||
	       err == -ECONNRESET || err == -EAGAIN || err == -ENOMEM;
}

/*
 * A request of one who has done RESET; the reply may say that it doesn't count any more. Of
 * a refusal the reason is kept.
 */
static int vvf_mbx_call(struct vvf_adapter *a, u32 *msg, unsigned int len)
{
	int err;

	lockdep_assert_held(&a->mbx_lock);
	a->nack = VFP_NACK_NONE;
	if (!a->cts)
		return -ENOTCONN;
	err = vvf_mbx_request(a, msg, len, VVF_MBX_MS);
	if (err == -ECONNRESET) {
		a->cts = false;
		vvf_watchdog_reset(a, "the PF has forgotten us");
	}
	if (err != -EPERM)
		return err;
	a->refusals++;
	a->nack = vvf_mbx_nack(msg, a->caps);
	return vvf_mbx_nack_errno(a->nack);
}

/* As vvf_mbx_call(); the caller wants to know why, too */
static int vvf_mbx_ask(struct vvf_adapter *a, u32 *msg, unsigned int len, u8 *nack)
{
	int err = vvf_mbx_call(a, msg, len);

	*nack = a->nack;
	return err;
}

static void vvf_mbx_negotiate(struct vvf_adapter *a)
{
	u32 msg[VFP_MBX_LEN];

	a->version = 0;
	a->caps = 0;
	a->state = (struct vvf_mbx_state){ .state = VFP_STATE_LINK_UP };
	if (vvf_mbx_request(a, msg, vvf_mbx_negotiate_msg(msg), VVF_MBX_MS))
		return;
	if (vvf_mbx_negotiated(msg, &a->version, &a->caps, &a->state.state))
		netdev_warn(a->netdev, "the PF's answer makes no sense; base messages only\n");
}

static int vvf_mbx_get_state(struct vvf_adapter *a)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	if (!(a->caps & VFP_CAP_STATE))
		return 0;
	err = vvf_mbx_call(a, msg, vvf_mbx_get_state_msg(msg));
	if (!err) {
		vvf_mbx_got_state(msg, a->caps, &a->state);
		a->state_due = false;
		a->host.counted = a->caps & VFP_CAP_MAC_COUNT;
		a->host.count = a->state.mac_count;
		ether_addr_copy(a->host.mac, a->state.mac);
	}
	return err;
}

/**
 * vvf_mbx_reset() - the handshake: RESET, NEGOTIATE, GET_STATE
 * @a: adapter, whose function was just reset
 *
 * @a->host is what the PF says of the address then; zero when it has none for us.
 *
 * Return: 0 or an error; then nothing can be sent.
 */
int vvf_mbx_reset(struct vvf_adapter *a)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	a->cts = false;
	vvf_mbx_look(a);
	vvf_mbx_used(a, V2PMAILBOX_RC_BITS);
	err = vvf_mbx_request(a, msg, vvf_mbx_reset_msg(msg), VVF_MBX_RESET_MS);
	if (!err || err == -EPERM) {
		memset(&a->host, 0, sizeof(a->host));
		if (!err)
			vvf_mbx_get_mac(&msg[1], a->host.mac);
		a->cts = true;
		vvf_mbx_negotiate(a);
		err = vvf_mbx_get_state(a);
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* The VF's own address. With the host's consent it is what the host says, too. */
int vvf_mbx_set_mac(struct vvf_adapter *a, const u8 *mac, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_ask(a, msg, vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_SET, mac), nack);
	if (!err)
		ether_addr_copy(a->host.mac, mac);
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* No further addresses any more. An in-tree PF wants to see a valid one, @own. */
int vvf_mbx_clear_uc(struct vvf_adapter *a, const u8 *own, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_ask(a, msg, vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_FILTER_CLR, own), nack);
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* A further address */
int vvf_mbx_add_uc(struct vvf_adapter *a, const u8 *mac, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_ask(a, msg, vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_FILTER_ADD, mac), nack);
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* The multicast hashes: all of them anew. -ENOSPC when the PF takes no more than 30. */
int vvf_mbx_set_mc(struct vvf_adapter *a, const u16 *hashes, unsigned int num, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	unsigned int i;
	int err = 0;

	mutex_lock(&a->mbx_lock);
	if (num > VFP_MBX_MULTICAST_MAX && a->caps & VFP_CAP_MC_LIST) {
		for (i = 0; i < num && !err; i += VFP_MBX_MC_LIST_PIECE)
			err = vvf_mbx_ask(a, msg, vvf_mbx_mc_piece_msg(msg, hashes, i, num), nack);
	} else {
		err = vvf_mbx_ask(a, msg, vvf_mbx_multicast_msg(msg, hashes, num), nack);
		if (!err && num > VFP_MBX_MULTICAST_MAX) {
			err = -ENOSPC;
			*nack = VFP_NACK_NO_ROOM;
		}
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* VFP_RX_*; an in-tree PF knows all multicast alone */
int vvf_mbx_set_rx_mode(struct vvf_adapter *a, u8 mode, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	unsigned int len;
	int err;

	mutex_lock(&a->mbx_lock);
	if (a->caps & VFP_CAP_RX_MODE)
		len = vvf_mbx_rx_mode_msg(msg, mode);
	else
		len = vvf_mbx_promisc_msg(msg, mode & VFP_RX_ALLMULTI);
	err = vvf_mbx_ask(a, msg, len, nack);
	if (!err && mode & VFP_RX_PROMISC && !(a->caps & VFP_CAP_RX_MODE)) {
		err = -EOPNOTSUPP;
		*nack = VFP_NACK_UNSUPPORTED;
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

int vvf_mbx_vlan(struct vvf_adapter *a, u16 vid, bool join, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_ask(a, msg, vvf_mbx_vlan_msg(msg, vid, join), nack);
	mutex_unlock(&a->mbx_lock);
	return err;
}

int vvf_mbx_max_frame(struct vvf_adapter *a, u32 max_frame, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_ask(a, msg, vvf_mbx_lpe_msg(msg, max_frame), nack);
	mutex_unlock(&a->mbx_lock);
	return err;
}

/**
 * vvf_mbx_path() - move the data path
 * @a: adapter
 * @path: VFP_PATH_*; VFP_PATH_VF_FREE is VFP_PATH_VF for a PF that doesn't know it
 * @nack: why not (VFP_NACK_*), of a refusal
 *
 * Return: 0 when the host's filter and bridge have moved, also with a PF that has no such thing,
 * or an error; see vvf_mbx_again().
 */
int vvf_mbx_path(struct vvf_adapter *a, u8 path, u8 *nack)
{
	u32 msg[VFP_MBX_LEN];
	int err = 0;
	u32 cookie;

	*nack = VFP_NACK_NONE;
	mutex_lock(&a->mbx_lock);
	if (a->caps & VFP_CAP_DATA_PATH) {
		cookie = ++a->cookie;
		if (path == VFP_PATH_VF_FREE && !(a->caps & VFP_CAP_PATH_FREE))
			path = VFP_PATH_VF;
		err = vvf_mbx_ask(a, msg, vvf_mbx_path_msg(msg, path, cookie), nack);
		if (!err && msg[1] != cookie)
			err = -EPROTO;
		if (!err && path != VFP_PATH_SYNTHETIC)
			a->state.state |= VFP_STATE_PATH_VF;
		else if (!err)
			a->state.state &= ~VFP_STATE_PATH_VF;
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

/**
 * vvf_mbx_mail_work() - read what the PF said
 * @work: &struct vvf_adapter.mail_work
 *
 * What changed is asked for until there is an answer: the watchdog comes back to it.
 */
void vvf_mbx_mail_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(work, struct vvf_adapter, mail_work);
	u32 msg[VFP_MBX_LEN];
	bool changed = false;

	mutex_lock(&a->mbx_lock);
	if (a->cts && vvf_mbx_look(a) & V2PMAILBOX_PFSTS &&
	    !vvf_mbx_take(a, jiffies + msecs_to_jiffies(VVF_MBX_MS))) {
		vvf_mbx_used(a, V2PMAILBOX_PFSTS);
		vvf_mbx_copy(a, msg);
		vvf_mbx_news_word(a, msg[0]);
	}
	if (a->cts && a->state_due)
		changed = !vvf_mbx_get_state(a);
	mutex_unlock(&a->mbx_lock);
	vvf_watchdog_carrier(a);
	if (changed)
		vvf_host_changed(a);
}
