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
	}
	if (err == -ETIMEDOUT || err == -EBUSY)
		a->mbx_timeouts++;
	return err;
}

/* A request of one who has done RESET; the reply may say that it doesn't count any more */
static int vvf_mbx_call(struct vvf_adapter *a, u32 *msg, unsigned int len)
{
	int err;

	lockdep_assert_held(&a->mbx_lock);
	if (!a->cts)
		return -ENOTCONN;
	err = vvf_mbx_request(a, msg, len, VVF_MBX_MS);
	if (err == -ECONNRESET) {
		a->cts = false;
		vvf_watchdog_reset(a, "the PF has forgotten us");
	}
	return err;
}

static void vvf_mbx_negotiate(struct vvf_adapter *a)
{
	u32 msg[VFP_MBX_LEN];

	a->version = 0;
	a->caps = 0;
	a->state.state = VFP_STATE_LINK_UP;
	a->state.port_vid = 0;
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
	if (!err)
		vvf_mbx_got_state(msg, a->caps, &a->state);
	return err;
}

/**
 * vvf_mbx_reset() - the handshake: RESET, NEGOTIATE, GET_STATE
 * @a: adapter, whose function was just reset
 * @mac: the address that the PF gives this VF, zero when it has none
 *
 * Return: 0 or an error; then nothing can be sent.
 */
int vvf_mbx_reset(struct vvf_adapter *a, u8 *mac)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	a->cts = false;
	vvf_mbx_look(a);
	vvf_mbx_used(a, V2PMAILBOX_RC_BITS);
	err = vvf_mbx_request(a, msg, vvf_mbx_reset_msg(msg), VVF_MBX_RESET_MS);
	if (!err)
		vvf_mbx_get_mac(&msg[1], mac);
	else if (err == -EPERM)
		eth_zero_addr(mac);
	if (!err || err == -EPERM) {
		a->cts = true;
		vvf_mbx_negotiate(a);
		err = vvf_mbx_get_state(a);
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* The VF's own address; -EPERM when the host doesn't want it */
int vvf_mbx_set_mac(struct vvf_adapter *a, const u8 *mac)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_call(a, msg, vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_SET, mac));
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* Further addresses: all of them anew. RTNL isn't needed, the address lock isn't held. */
int vvf_mbx_set_uc(struct vvf_adapter *a, struct net_device *netdev)
{
	u32 msg[VFP_MBX_LEN];
	u8 (*mac)[ETH_ALEN];
	unsigned int num = 0, i;
	struct netdev_hw_addr *ha;
	int err;

	mac = kcalloc(VFP_NUM_RAR, sizeof(*mac), GFP_KERNEL);
	if (!mac)
		return -ENOMEM;
	netif_addr_lock_bh(netdev);
	netdev_for_each_uc_addr(ha, netdev) {
		if (num < VFP_NUM_RAR)
			ether_addr_copy(mac[num++], ha->addr);
	}
	netif_addr_unlock_bh(netdev);

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_call(a, msg, vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_FILTER_CLR,
						       netdev->dev_addr));
	for (i = 0; i < num && !err; i++)
		err = vvf_mbx_call(a, msg, vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_FILTER_ADD,
							       mac[i]));
	mutex_unlock(&a->mbx_lock);
	kfree(mac);
	return err;
}

/* The multicast hashes: all of them anew. -ENOSPC when the PF takes no more than 30. */
int vvf_mbx_set_mc(struct vvf_adapter *a, const u16 *hashes, unsigned int num)
{
	u32 msg[VFP_MBX_LEN];
	unsigned int i;
	int err = 0;

	mutex_lock(&a->mbx_lock);
	if (num > VFP_MBX_MULTICAST_MAX && a->caps & VFP_CAP_MC_LIST) {
		for (i = 0; i < num && !err; i += VFP_MBX_MC_LIST_PIECE)
			err = vvf_mbx_call(a, msg, vvf_mbx_mc_piece_msg(msg, hashes, i, num));
	} else {
		err = vvf_mbx_call(a, msg, vvf_mbx_multicast_msg(msg, hashes, num));
		if (!err && num > VFP_MBX_MULTICAST_MAX)
			err = -ENOSPC;
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

/* VFP_RX_*; -EPERM when the host doesn't trust this VF, -EOPNOTSUPP with an in-tree PF */
int vvf_mbx_set_rx_mode(struct vvf_adapter *a, u8 mode)
{
	u32 msg[VFP_MBX_LEN];
	int err = -EOPNOTSUPP;

	mutex_lock(&a->mbx_lock);
	if (a->caps & VFP_CAP_RX_MODE)
		err = vvf_mbx_call(a, msg, vvf_mbx_rx_mode_msg(msg, mode));
	mutex_unlock(&a->mbx_lock);
	return err;
}

int vvf_mbx_vlan(struct vvf_adapter *a, u16 vid, bool join)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_call(a, msg, vvf_mbx_vlan_msg(msg, vid, join));
	mutex_unlock(&a->mbx_lock);
	return err;
}

int vvf_mbx_max_frame(struct vvf_adapter *a, u32 max_frame)
{
	u32 msg[VFP_MBX_LEN];
	int err;

	mutex_lock(&a->mbx_lock);
	err = vvf_mbx_call(a, msg, vvf_mbx_lpe_msg(msg, max_frame));
	mutex_unlock(&a->mbx_lock);
	return err;
}

/**
 * vvf_mbx_path() - move the data path
 * @a: adapter
 * @to_vf: to the VF, or away from it
 *
 * Return: 0 when the host's filter and bridge have moved, -EOPNOTSUPP with a PF that
 * can't, or why it didn't.
 */
int vvf_mbx_path(struct vvf_adapter *a, bool to_vf)
{
	u32 msg[VFP_MBX_LEN];
	int err = -EOPNOTSUPP;
	u32 cookie;

	mutex_lock(&a->mbx_lock);
	if (a->caps & VFP_CAP_DATA_PATH) {
		cookie = ++a->cookie;
		err = vvf_mbx_call(a, msg, vvf_mbx_path_msg(msg, to_vf, cookie));
		if (!err && msg[1] != cookie)
			err = -EPROTO;
		if (!err && to_vf)
			a->state.state |= VFP_STATE_PATH_VF;
		else if (!err)
			a->state.state &= ~VFP_STATE_PATH_VF;
	}
	mutex_unlock(&a->mbx_lock);
	return err;
}

static void vvf_mbx_state_changed(struct vvf_adapter *a)
{
	struct vvf_mbx_state old = a->state;

	if (vvf_mbx_get_state(a))
		return;
	/* Another address: the handshake gives it to the netdev, with RTNL */
	if (!ether_addr_equal(old.mac, a->state.mac))
		vvf_watchdog_reset(a, "the host gave it another address");
}

/**
 * vvf_mbx_mail_work() - read what the PF said
 * @work: &struct vvf_adapter.mail_work
 */
void vvf_mbx_mail_work(struct work_struct *work)
{
	struct vvf_adapter *a = container_of(work, struct vvf_adapter, mail_work);
	u32 msg[VFP_MBX_LEN];

	mutex_lock(&a->mbx_lock);
	if (a->cts && vvf_mbx_look(a) & V2PMAILBOX_PFSTS &&
	    !vvf_mbx_take(a, jiffies + msecs_to_jiffies(VVF_MBX_MS))) {
		vvf_mbx_used(a, V2PMAILBOX_PFSTS);
		vvf_mbx_copy(a, msg);
		switch (vvf_mbx_news(msg[0], a->version)) {
		case VVF_NEWS_STATE:
			vvf_mbx_state_changed(a);
			break;
		default:
			vvf_mbx_news_word(a, msg[0]);
		}
	} else if (a->cts) {
		vvf_mbx_state_changed(a);
	}
	mutex_unlock(&a->mbx_lock);
	vvf_watchdog_carrier(a);
}
