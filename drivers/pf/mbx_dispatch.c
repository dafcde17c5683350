// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Messages of VFs
 *
 * A VF is not trusted, so nothing of a message is used before it was checked here:
 * decode (is it well-formed?), allow (may this VF ask for it now?). What it asks for
 * is then applied in mailbox.c, and the reply is made here again.
 *
 * Pure: no locks, no registers. include/mbx_abi.h is the protocol.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/if_vlan.h>
#include <linux/string.h>

#include "mbx_dispatch.h"

#define VPF_MBX_RESERVED	(VFP_MBX_ACK | VFP_MBX_NACK | VFP_MBX_CTS | GENMASK(28, 24))
#define VPF_MBX_MIN_FRAME	ETH_ZLEN

static void vpf_mbx_get_mac(const u32 *words, u8 *mac)
{
	mac[0] = words[0];
	mac[1] = words[0] >> 8;
	mac[2] = words[0] >> 16;
	mac[3] = words[0] >> 24;
	mac[4] = words[1];
	mac[5] = words[1] >> 8;
}

static void vpf_mbx_put_mac(u32 *words, const u8 *mac)
{
	words[0] = mac[0] | mac[1] << 8 | mac[2] << 16 | (u32)mac[3] << 24;
	words[1] = mac[4] | mac[5] << 8;
}

static void vpf_mbx_get_hashes(const u32 *words, unsigned int num, u16 *mc)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		mc[i] = (words[i / 2] >> (i % 2 * 16)) & 0xfff;
}

static int vpf_mbx_decode_mac(const u32 *msg, struct vpf_mbx_req *req)
{
	vpf_mbx_get_mac(&msg[1], req->mac);
	switch (req->info) {
	case VFP_MBX_MAC_SET:
		req->op = VPF_OP_SET_MAC;
		break;
	case VFP_MBX_MAC_FILTER_CLR:
		/* The address doesn't matter; in-tree drivers send a zero one */
		req->op = VPF_OP_UC_CLEAR;
		return 0;
	case VFP_MBX_MAC_FILTER_ADD:
		req->op = VPF_OP_UC_ADD;
		break;
	default:
		return -EPROTO;
	}
	return is_valid_ether_addr(req->mac) ? 0 : -EPROTO;
}

static int vpf_mbx_decode_mc(const u32 *msg, struct vpf_mbx_req *req)
{
	u8 num = req->info & ~VFP_MBX_MULTICAST_OVERFLOW;

	if (num > VFP_MBX_MULTICAST_MAX)
		return -EPROTO;
	req->op = VPF_OP_MULTICAST;
	req->num_mc = num;
	req->on = req->info & VFP_MBX_MULTICAST_OVERFLOW;
	vpf_mbx_get_hashes(&msg[1], req->num_mc, req->mc);
	return 0;
}

static int vpf_mbx_decode_mc_list(const u32 *msg, struct vpf_mbx_req *req)
{
	if (req->info > VFP_MBX_MC_LIST_PIECE)
		return -EPROTO;
	req->op = VPF_OP_MC_PIECE;
	req->num_mc = req->info;
	req->mc_index = FIELD_GET(VFP_MBX_MC_INDEX, msg[1]);
	req->mc_total = FIELD_GET(VFP_MBX_MC_TOTAL, msg[1]);
	if (req->mc_index + req->num_mc > req->mc_total || (!req->num_mc && req->mc_total))
		return -EPROTO;
	vpf_mbx_get_hashes(&msg[2], req->num_mc, req->mc);
	return 0;
}

static int vpf_mbx_decode_vlan(const u32 *msg, struct vpf_mbx_req *req)
{
	if (req->info > 1 || msg[1] >= VLAN_N_VID - 1)
		return -EPROTO;
	req->op = VPF_OP_VLAN;
	req->on = req->info;
	req->vid = msg[1];
	return 0;
}

static int vpf_mbx_decode_lpe(const u32 *msg, struct vpf_mbx_req *req)
{
	if (msg[1] < VPF_MBX_MIN_FRAME || msg[1] > VFP_MAX_FRAME)
		return -EPROTO;
	req->op = VPF_OP_MAX_FRAME;
	req->max_frame = msg[1];
	return 0;
}

static int vpf_mbx_decode_promisc(struct vpf_mbx_req *req)
{
	/* Bit 0, promiscuous unicast, is known to some drivers; the ABI has none */
	if (req->info & ~VFP_MBX_PROMISC_MC)
		return -EOPNOTSUPP;
	req->op = VPF_OP_RX_MODE;
	req->rx_mode = req->info ? VFP_RX_ALLMULTI : 0;
	return 0;
}

static int vpf_mbx_decode_rx_mode(struct vpf_mbx_req *req)
{
	if (req->info & ~(VFP_RX_ALLMULTI | VFP_RX_PROMISC))
		return -EPROTO;
	req->op = VPF_OP_RX_MODE;
	req->rx_mode = req->info;
	return 0;
}

static int vpf_mbx_decode_negotiate(const u32 *msg, struct vpf_mbx_req *req)
{
	u16 high = FIELD_GET(VFP_MBX_VER_HIGH, msg[2]), low = FIELD_GET(VFP_MBX_VER_LOW, msg[2]);

	if (msg[1] != VFP_MBX_MAGIC || !low || low > high)
		return -EPROTO;
	req->op = VPF_OP_NEGOTIATE;
	req->version = min_t(u16, high, VFP_MBX_VERSION_MAX);
	if (req->version < max_t(u16, low, VFP_MBX_VERSION_MIN))
		req->version = 0;
	req->caps = msg[3] & VFP_CAP_ALL;
	return 0;
}

static int vpf_mbx_decode_path(const u32 *msg, struct vpf_mbx_req *req)
{
	req->cookie = msg[1];
	if (req->info > VFP_PATH_VF_FREE)
		return -EPROTO;
	req->op = VPF_OP_DATA_PATH;
	req->on = req->info != VFP_PATH_SYNTHETIC;
	req->if_free = req->info == VFP_PATH_VF_FREE;
	return 0;
}

/**
 * vpf_mbx_decode() - what does a VF say?
 * @msg: VFP_MBX_LEN words, copied out of the mailbox: a VF can change them there
 * @req: result; @id and @info are set in any case
 *
 * Return: 0, -EOPNOTSUPP for what isn't known (a newer driver's), or -EPROTO for what
 * no driver says.
 */
int vpf_mbx_decode(const u32 *msg, struct vpf_mbx_req *req)
{
	memset(req, 0, sizeof(*req));
	req->id = FIELD_GET(VFP_MBX_ID, msg[0]);
	req->info = FIELD_GET(VFP_MBX_INFO, msg[0]);
	if (msg[0] & VPF_MBX_RESERVED)
		return -EPROTO;

	switch (req->id) {
	case VFP_MBX_RESET:
		req->op = VPF_OP_RESET;
		return 0;
	case VFP_MBX_SET_MAC:
		return vpf_mbx_decode_mac(msg, req);
	case VFP_MBX_MULTICAST:
		return vpf_mbx_decode_mc(msg, req);
	case VFP_MBX_VLAN:
		return vpf_mbx_decode_vlan(msg, req);
	case VFP_MBX_LPE:
		return vpf_mbx_decode_lpe(msg, req);
	case VFP_MBX_PROMISC:
		return vpf_mbx_decode_promisc(req);
	case VFP_MBX_NEGOTIATE:
		return vpf_mbx_decode_negotiate(msg, req);
	case VFP_MBX_DATA_PATH:
		return vpf_mbx_decode_path(msg, req);
	case VFP_MBX_RX_MODE:
		return vpf_mbx_decode_rx_mode(req);
	case VFP_MBX_MC_LIST:
		return vpf_mbx_decode_mc_list(msg, req);
	case VFP_MBX_GET_STATE:
		req->op = VPF_OP_GET_STATE;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* The capability a message of the extension needs; 0: of the base */
static u32 vpf_mbx_needs_cap(u16 id)
{
	switch (id) {
	case VFP_MBX_DATA_PATH:
		return VFP_CAP_DATA_PATH;
	case VFP_MBX_RX_MODE:
		return VFP_CAP_RX_MODE;
	case VFP_MBX_MC_LIST:
		return VFP_CAP_MC_LIST;
	case VFP_MBX_GET_STATE:
		return VFP_CAP_STATE;
	default:
		return 0;
	}
}

/**
 * vpf_mbx_allowed() - may this VF ask for this now?
 * @vp: its vport
 * @req: what it asks for
 *
 * Return: 0, -ENOTCONN before RESET, -EOPNOTSUPP without the capability, -EPERM when
 * the operator's policy is against it.
 */
int vpf_mbx_allowed(const struct vpf_vport *vp, const struct vpf_mbx_req *req)
{
	u32 cap = vpf_mbx_needs_cap(req->id);

	if (req->op == VPF_OP_RESET)
		return 0;
	if (!vpf_vport_attached(vp))
		return -ENOTCONN;
	if ((vp->caps & cap) != cap)
		return -EOPNOTSUPP;

	switch (req->op) {
	case VPF_OP_SET_MAC:
		/* The address it has is what each driver sets first */
		if (ether_addr_equal(req->mac, vp->mac))
			return 0;
		/* One that it had before the host gave it another, of which it hasn't heard yet */
		if (vp->mac_due)
			return -EPERM;
		fallthrough;
	case VPF_OP_UC_ADD:
		return vp->admin_mac && !vp->trusted ? -EPERM : 0;
	case VPF_OP_RX_MODE:
		if (req->rx_mode && !vp->trusted)
			return -EPERM;
		/*
		 * Unknown unicast comes by the hash table, full, and on the emulated NIC to each
		 * VF that listens to a group as well: other guests' frames
		 */
		return req->rx_mode & VFP_RX_PROMISC ? -EOPNOTSUPP : 0;
	case VPF_OP_DATA_PATH:
		return req->if_free && !(vp->caps & VFP_CAP_PATH_FREE) ? -EOPNOTSUPP : 0;
	case VPF_OP_VLAN:
		/* Leaving VLAN 0 and the like does no harm; joining would be a way out */
		return vp->port_vid ? -EPERM : 0;
	case VPF_OP_NEGOTIATE:
		return req->version ? 0 : -EOPNOTSUPP;
	default:
		return 0;
	}
}

/**
 * vpf_mbx_may_have() - may this VF have the address that it asks for?
 * @vp: its vport
 * @req: what it asks for, allowed by vpf_mbx_allowed()
 * @owner: whom else the host knows by this address
 *
 * Whoever has the address of a bridge or of another guest gets what is sent to these. Trust lets a
 * VF speak for stations behind it, which the bridge may have met elsewhere; not for the host.
 *
 * Return: 0 or -EADDRINUSE.
 */
int vpf_mbx_may_have(const struct vpf_vport *vp, const struct vpf_mbx_req *req,
		     enum vpf_mbx_owner owner)
{
	if (ether_addr_equal(req->mac, vp->mac))
		return 0;
	if (owner == VPF_OWNER_HOST || (owner == VPF_OWNER_STATION && !vp->trusted))
		return -EADDRINUSE;
	return 0;
}

/**
 * vpf_mbx_set_mc() - a new list of multicast hashes is in force
 * @vp: vport
 * @mc: hashes, 12 bits each
 * @num: how many, at most VPF_VPORT_MAX_MC
 * @more: there are more than the VF can say
 */
void vpf_mbx_set_mc(struct vpf_vport *vp, const u16 *mc, unsigned int num, bool more)
{
	memcpy(vp->mc, mc, num * sizeof(*mc));
	vp->num_mc = num;
	vp->more_mc = more;
}

/**
 * vpf_mbx_mc_piece() - one piece of a long list of multicast hashes
 * @vp: vport
 * @req: the piece
 *
 * Return: 1 when the list is whole and in force, 0 when more is to come, -EINVAL for a
 * gap (the list has to be sent anew), -ENOSPC for a list that is too long.
 */
int vpf_mbx_mc_piece(struct vpf_vport *vp, const struct vpf_mbx_req *req)
{
	if (req->mc_total > VPF_VPORT_MAX_MC)
		return -ENOSPC;
	if (!req->mc_index)
		vp->mc_next = 0;
	if (req->mc_index != vp->mc_next) {
		vp->mc_next = 0;
		return -EINVAL;
	}
	memcpy(&vp->mc_new[vp->mc_next], req->mc, req->num_mc * sizeof(req->mc[0]));
	vp->mc_next += req->num_mc;
	if (vp->mc_next < req->mc_total)
		return 0;
	vpf_mbx_set_mc(vp, vp->mc_new, req->mc_total, false);
	vp->mc_next = 0;
	return 1;
}

/**
 * vpf_mbx_state() - what a VF shall know of itself
 * @vp: vport
 * @pf_link_up: the PF has link
 *
 * Return: VFP_STATE_*.
 */
u32 vpf_mbx_state(const struct vpf_vport *vp, bool pf_link_up)
{
	u32 state = 0;

	if (vpf_vport_link_up(vp, pf_link_up))
		state |= VFP_STATE_LINK_UP;
	if (vpf_vport_on_vf(vp))
		state |= VFP_STATE_PATH_VF;
	if (vp->trusted)
		state |= VFP_STATE_TRUSTED;
	if (vp->port_vid)
		state |= VFP_STATE_PORT_VLAN;
	if (vp->admin_mac)
		state |= VFP_STATE_ADMIN_MAC;
	if (vp->link_state == IFLA_VF_LINK_STATE_DISABLE)
		state |= VFP_STATE_LINK_DISABLED;
	if (vp->link_state == IFLA_VF_LINK_STATE_ENABLE)
		state |= VFP_STATE_LINK_FORCED;
	return state;
}

/**
 * vpf_mbx_cts() - is a VF clear to send?
 * @vp: vport
 *
 * A driver without the extension takes its link from this bit.
 *
 * Return: true after the RESET handshake, unless such a driver's link is disabled.
 */
bool vpf_mbx_cts(const struct vpf_vport *vp)
{
	if (!vpf_vport_attached(vp))
		return false;
	return vp->version || vp->link_state != IFLA_VF_LINK_STATE_DISABLE;
}

static u8 vpf_mbx_nack_policy(const struct vpf_vport *vp, const struct vpf_mbx_req *req)
{
	switch (req->op) {
	case VPF_OP_SET_MAC:
	case VPF_OP_UC_ADD:
		return vp->admin_mac || vp->mac_due ? VFP_NACK_ADMIN_MAC : VFP_NACK_UNTRUSTED;
	case VPF_OP_RX_MODE:
		return VFP_NACK_UNTRUSTED;
	case VPF_OP_VLAN:
		return VFP_NACK_PORT_VLAN;
	default:
		return VFP_NACK_NONE;
	}
}

/**
 * vpf_mbx_nack() - what a VF is told of an error
 * @vp: its vport
 * @req: what it has asked for
 * @err: what came of it
 *
 * Return: VFP_NACK_*.
 */
u8 vpf_mbx_nack(const struct vpf_vport *vp, const struct vpf_mbx_req *req, int err)
{
	if (req->op == VPF_OP_DATA_PATH && req->on) {
		if (vp->path_nack)
			return vp->path_nack;
		if (vp->link_state == IFLA_VF_LINK_STATE_DISABLE)
			return VFP_NACK_LINK_DISABLED;
	}
	switch (err) {
	case -EPROTO:
	case -EINVAL:
		return VFP_NACK_MALFORMED;
	case -EOPNOTSUPP:
		return VFP_NACK_UNSUPPORTED;
	case -EPERM:
		return vpf_mbx_nack_policy(vp, req);
	case -EADDRINUSE:
		return VFP_NACK_ADDR_IN_USE;
	case -ENOSPC:
		return VFP_NACK_NO_ROOM;
	case -EMSGSIZE:
		return VFP_NACK_FRAME_SIZE;
	case -ENETDOWN:
		return VFP_NACK_NO_LINK;
	case -EBUSY:
	case -EAGAIN:
		return VFP_NACK_BUSY;
	case -ENOMEM:
	case -EIO:
	case -ENODEV:
	case -ETIMEDOUT:
		return VFP_NACK_FAILED;
	default:
		return VFP_NACK_NONE;
	}
}

/* Words of a refusal; msg[0] is there */
static unsigned int vpf_mbx_refuse(const struct vpf_vport *vp, const struct vpf_mbx_req *req,
				   int err, u32 *msg)
{
	bool path = req->id == VFP_MBX_DATA_PATH;

	msg[1] = path ? req->cookie : 0;
	/* To RESET what was granted before doesn't count */
	if (!(vp->caps & VFP_CAP_REASON) || req->id == VFP_MBX_RESET)
		return path ? VFP_MBX_DATA_PATH_LEN : 1;
	msg[2] = FIELD_PREP(VFP_NACK_CODE, vpf_mbx_nack(vp, req, err));
	return VFP_MBX_NACK_LEN;
}

/* Why it wouldn't get the data path now */
static u8 vpf_mbx_path_nack(const struct vpf_vport *vp)
{
	if (vp->path_nack)
		return vp->path_nack;
	return vp->path_due ? VFP_NACK_BUSY : VFP_NACK_NONE;
}

/**
 * vpf_mbx_reply() - the reply to a message
 * @vp: vport, with the message applied
 * @req: the message
 * @err: what came of it
 * @pf_link_up: the PF has link
 * @msg: result
 *
 * Return: words in @msg.
 */
unsigned int vpf_mbx_reply(const struct vpf_vport *vp, const struct vpf_mbx_req *req, int err,
			   bool pf_link_up, u32 *msg)
{
	msg[0] = FIELD_PREP(VFP_MBX_ID, req->id) | FIELD_PREP(VFP_MBX_INFO, req->info);
	msg[0] |= err ? VFP_MBX_NACK : VFP_MBX_ACK;
	/* An in-tree driver compares the reply to RESET as a whole */
	if (req->id != VFP_MBX_RESET && vpf_mbx_cts(vp))
		msg[0] |= VFP_MBX_CTS;
	if (req->id != VFP_MBX_RESET && vp->tell_state && vp->caps & VFP_CAP_STATE)
		msg[0] |= VFP_MBX_NEWS;
	if (err)
		return vpf_mbx_refuse(vp, req, err, msg);

	switch (req->op) {
	case VPF_OP_DATA_PATH:
		msg[1] = req->cookie;
		return VFP_MBX_DATA_PATH_LEN;
	case VPF_OP_RESET:
		vpf_mbx_put_mac(&msg[1], vp->mac);
		return VFP_MBX_RESET_REPLY_LEN;
	case VPF_OP_NEGOTIATE:
		msg[1] = VFP_MBX_MAGIC;
		msg[2] = vp->version;
		msg[3] = vp->caps;
		msg[4] = vpf_mbx_state(vp, pf_link_up);
		return VFP_MBX_NEGOTIATE_REPLY_LEN;
	case VPF_OP_GET_STATE:
		vpf_mbx_put_mac(&msg[1], vp->mac);
		msg[3] = vpf_mbx_state(vp, pf_link_up);
		msg[4] = vp->port_vid;
		msg[5] = VFP_MAX_FRAME;
		if (!(vp->caps & (VFP_CAP_MAC_COUNT | VFP_CAP_REASON)))
			return VFP_MBX_GET_STATE_REPLY_LEN;
		msg[6] = vp->caps & VFP_CAP_MAC_COUNT ? vp->mac_count : 0;
		msg[7] = vp->caps & VFP_CAP_REASON ?
			 FIELD_PREP(VFP_NACK_CODE, vpf_mbx_path_nack(vp)) : 0;
		return VFP_MBX_GET_STATE_REPLY_LEN_EXT;
	default:
		return 1;
	}
}

/**
 * vpf_mbx_news() - the unsolicited message that tells a VF to look
 * @vp: vport
 *
 * Return: word 0; without CTS the VF has to start again with RESET (or, without the
 * extension, has no link).
 */
u32 vpf_mbx_news(const struct vpf_vport *vp)
{
	u32 cts = vpf_mbx_cts(vp) ? VFP_MBX_CTS : 0;

	if (cts && vp->caps & VFP_CAP_STATE)
		return VFP_MBX_STATE_CHANGED | cts;
	return VFP_MBX_PF_CONTROL | cts;
}
