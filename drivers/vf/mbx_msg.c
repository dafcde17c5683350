// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the VF: words from wishes, and meaning from words. Pure;
 * include/mbx_abi.h is the protocol.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mbx_msg.h"

static u32 vvf_mbx_head(u16 id, u8 info)
{
	return FIELD_PREP(VFP_MBX_ID, id) | FIELD_PREP(VFP_MBX_INFO, info);
}

unsigned int vvf_mbx_reset_msg(u32 *msg)
{
	msg[0] = vvf_mbx_head(VFP_MBX_RESET, 0);
	return 1;
}

/* @what: VFP_MBX_MAC_*. An in-tree PF wants a valid @mac to clear filters, too. */
unsigned int vvf_mbx_set_mac_msg(u32 *msg, u8 what, const u8 *mac)
{
	msg[0] = vvf_mbx_head(VFP_MBX_SET_MAC, what);
	msg[1] = mac[0] | mac[1] << 8 | mac[2] << 16 | (u32)mac[3] << 24;
	msg[2] = mac[4] | mac[5] << 8;
	return VFP_MBX_SET_MAC_LEN;
}

static void vvf_mbx_put_hashes(u32 *words, const u16 *hashes, unsigned int num)
{
	unsigned int i;

	for (i = 0; i < num; i++) {
		if (i % 2)
			words[i / 2] |= (u32)hashes[i] << 16;
		else
			words[i / 2] = hashes[i];
	}
}

/* The first VFP_MBX_MULTICAST_MAX of a list: what the base protocol holds */
unsigned int vvf_mbx_multicast_msg(u32 *msg, const u16 *hashes, unsigned int num)
{
	num = min_t(unsigned int, num, VFP_MBX_MULTICAST_MAX);
	msg[0] = vvf_mbx_head(VFP_MBX_MULTICAST, num);
	vvf_mbx_put_hashes(&msg[1], hashes, num);
	return 1 + DIV_ROUND_UP(num, 2);
}

/* The piece of a list that starts at @index */
unsigned int vvf_mbx_mc_piece_msg(u32 *msg, const u16 *hashes, unsigned int index,
				  unsigned int total)
{
	unsigned int num = min_t(unsigned int, total - index, VFP_MBX_MC_LIST_PIECE);

	msg[0] = vvf_mbx_head(VFP_MBX_MC_LIST, num);
	msg[1] = FIELD_PREP(VFP_MBX_MC_INDEX, index) | FIELD_PREP(VFP_MBX_MC_TOTAL, total);
	vvf_mbx_put_hashes(&msg[2], &hashes[index], num);
	return 2 + DIV_ROUND_UP(num, 2);
}

unsigned int vvf_mbx_vlan_msg(u32 *msg, u16 vid, bool join)
{
	msg[0] = vvf_mbx_head(VFP_MBX_VLAN, join);
	msg[1] = vid;
	return VFP_MBX_VLAN_LEN;
}

unsigned int vvf_mbx_lpe_msg(u32 *msg, u32 max_frame)
{
	msg[0] = vvf_mbx_head(VFP_MBX_LPE, 0);
	msg[1] = max_frame;
	return VFP_MBX_LPE_LEN;
}

unsigned int vvf_mbx_rx_mode_msg(u32 *msg, u8 mode)
{
	msg[0] = vvf_mbx_head(VFP_MBX_RX_MODE, mode);
	return VFP_MBX_RX_MODE_LEN;
}

/* All a PF without the extension knows of RX modes */
unsigned int vvf_mbx_promisc_msg(u32 *msg, bool allmulti)
{
	msg[0] = vvf_mbx_head(VFP_MBX_PROMISC, allmulti ? VFP_MBX_PROMISC_MC : 0);
	return 1;
}

unsigned int vvf_mbx_negotiate_msg(u32 *msg)
{
	msg[0] = vvf_mbx_head(VFP_MBX_NEGOTIATE, 0);
	msg[1] = VFP_MBX_MAGIC;
	msg[2] = FIELD_PREP(VFP_MBX_VER_HIGH, VFP_MBX_VERSION_MAX) |
		 FIELD_PREP(VFP_MBX_VER_LOW, VFP_MBX_VERSION_MIN);
	msg[3] = VFP_CAP_ALL;
	return VFP_MBX_NEGOTIATE_LEN;
}

/* @path: VFP_PATH_* */
unsigned int vvf_mbx_path_msg(u32 *msg, u8 path, u32 cookie)
{
	msg[0] = vvf_mbx_head(VFP_MBX_DATA_PATH, path);
	msg[1] = cookie;
	return VFP_MBX_DATA_PATH_LEN;
}

unsigned int vvf_mbx_get_state_msg(u32 *msg)
{
	msg[0] = vvf_mbx_head(VFP_MBX_GET_STATE, 0);
	return VFP_MBX_GET_STATE_LEN;
}

/* What MULTICAST and MC_LIST call an address */
u16 vvf_mbx_hash(const u8 *mac)
{
	return (mac[4] >> 4 | mac[5] << 4) & 0xfff;
}

/**
 * vvf_mbx_is_reply() - does this word answer that request?
 * @request: word 0 of the request
 * @reply: word 0 of what came
 *
 * Return: false for an unsolicited word that came in between.
 */
bool vvf_mbx_is_reply(u32 request, u32 reply)
{
	if (!(reply & (VFP_MBX_ACK | VFP_MBX_NACK)))
		return false;
	/* An in-tree PF doesn't give info back in each reply */
	return FIELD_GET(VFP_MBX_ID, request) == FIELD_GET(VFP_MBX_ID, reply);
}

/* 0 for ACK, -EPERM for NACK, -ECONNRESET for one that wants a RESET first */
int vvf_mbx_result(u32 reply)
{
	if (reply & VFP_MBX_ACK)
		return 0;
	if (FIELD_GET(VFP_MBX_ID, reply) != VFP_MBX_RESET && !(reply & VFP_MBX_CTS))
		return -ECONNRESET;
	return -EPERM;
}

/**
 * vvf_mbx_nack() - why was it refused?
 * @reply: a reply that vvf_mbx_result() makes -EPERM of
 * @caps: VFP_CAP_* granted
 *
 * Return: VFP_NACK_*; VFP_NACK_NONE for a PF that doesn't say, or says what we don't know.
 */
u8 vvf_mbx_nack(const u32 *reply, u32 caps)
{
	u32 code = FIELD_GET(VFP_NACK_CODE, reply[2]);

	if (!(caps & VFP_CAP_REASON) || !(reply[0] & VFP_MBX_NACK) ||
	    FIELD_GET(VFP_MBX_ID, reply[0]) == VFP_MBX_RESET || code >= VFP_NACK_CODES)
		return VFP_NACK_NONE;
	return code;
}

static const struct {
	int err;
	const char *text;
} vvf_mbx_nacks[VFP_NACK_CODES] = {
	[VFP_NACK_NONE]		 = { -EPERM, "the host refuses it" },
	[VFP_NACK_MALFORMED]	 = { -EPROTO, "the host doesn't understand it" },
	[VFP_NACK_UNSUPPORTED]	 = { -EOPNOTSUPP, "the host can't do it" },
	[VFP_NACK_UNTRUSTED]	 = { -EPERM, "the host does not trust this VF" },
	[VFP_NACK_ADMIN_MAC]	 = { -EPERM, "the host has set this VF's address" },
	[VFP_NACK_ADDR_IN_USE]	 = { -EADDRINUSE, "somebody else on the host has the address" },
	[VFP_NACK_NO_ROOM]	 = { -ENOSPC, "the host has no room for more" },
	[VFP_NACK_PORT_VLAN]	 = { -EPERM, "the host keeps this VF in a VLAN" },
	[VFP_NACK_FRAME_SIZE]	 = { -EMSGSIZE, "the host doesn't carry frames of this size" },
	[VFP_NACK_LINK_DISABLED] = { -ENETDOWN, "the host has disabled this VF" },
	[VFP_NACK_BRIDGE_PORT]	 = { -EPERM,
				     "the host restricts the synthetic path's bridge port" },
	[VFP_NACK_UPLINK]	 = { -EOPNOTSUPP, "the host can't follow what the PF is below" },
	[VFP_NACK_AWAY]		 = { -EADDRNOTAVAIL, "the host sees its address on the wire" },
	[VFP_NACK_BUSY]		 = { -EAGAIN, "the host is busy" },
	[VFP_NACK_FAILED]	 = { -EIO, "the host has tried and failed" },
	[VFP_NACK_NO_LINK]	 = { -ENETDOWN, "the host has no link" },
};

/* What a refusal is as an error: never one that stands for a PF that doesn't answer */
int vvf_mbx_nack_errno(u8 nack)
{
	return vvf_mbx_nacks[nack < VFP_NACK_CODES ? nack : VFP_NACK_NONE].err;
}

/* And for the operator: the end of a line of the log */
const char *vvf_mbx_nack_text(u8 nack)
{
	return vvf_mbx_nacks[nack < VFP_NACK_CODES ? nack : VFP_NACK_NONE].text;
}

void vvf_mbx_get_mac(const u32 *words, u8 *mac)
{
	mac[0] = words[0];
	mac[1] = words[0] >> 8;
	mac[2] = words[0] >> 16;
	mac[3] = words[0] >> 24;
	mac[4] = words[1];
	mac[5] = words[1] >> 8;
}

/**
 * vvf_mbx_negotiated() - what came of NEGOTIATE
 * @msg: reply with ACK
 * @version: chosen
 * @caps: granted
 * @state: VFP_STATE_*
 *
 * Return: 0, or -EPROTO for a PF that says ACK to what it doesn't know.
 */
int vvf_mbx_negotiated(const u32 *msg, u16 *version, u32 *caps, u32 *state)
{
	u16 v = FIELD_GET(VFP_MBX_VER_HIGH, msg[2]);

	if (msg[1] != VFP_MBX_MAGIC || v < VFP_MBX_VERSION_MIN || v > VFP_MBX_VERSION_MAX)
		return -EPROTO;
	*version = v;
	*caps = msg[3] & VFP_CAP_ALL;
	*state = msg[4];
	return 0;
}

void vvf_mbx_got_state(const u32 *msg, u32 caps, struct vvf_mbx_state *s)
{
	vvf_mbx_get_mac(&msg[1], s->mac);
	s->state = msg[3];
	s->port_vid = msg[4] & 0xfff;
	s->max_frame = msg[5];
	s->mac_count = caps & VFP_CAP_MAC_COUNT ? msg[6] : 0;
	s->path_nack = VFP_NACK_NONE;
	if (caps & VFP_CAP_REASON)
		s->path_nack = FIELD_GET(VFP_NACK_CODE, msg[7]);
}

/**
 * vvf_mbx_news() - what does an unsolicited word want?
 * @word: word 0
 * @extended: the extension was negotiated
 *
 * Return: what to do. Words that aren't known are looked at for CTS alone.
 */
enum vvf_mbx_news vvf_mbx_news(u32 word, bool extended)
{
	/* A late reply is nobody's any more */
	if (word & (VFP_MBX_ACK | VFP_MBX_NACK) && word & VFP_MBX_CTS)
		return VVF_NEWS_NONE;
	if (!(word & VFP_MBX_CTS))
		return VVF_NEWS_RESET;
	return extended && FIELD_GET(VFP_MBX_ID, word) == VFP_MBX_STATE_CHANGED ?
	       VVF_NEWS_STATE : VVF_NEWS_NONE;
}
