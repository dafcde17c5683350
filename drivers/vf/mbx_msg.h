/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VVF_MBX_MSG_H_
#define _VVF_MBX_MSG_H_

#include <linux/etherdevice.h>

#include "mbx_abi.h"

/* What the PF said of this VF */
struct vvf_mbx_state {
	u8 mac[ETH_ALEN];
	u32 state;		/* VFP_STATE_* */
	u16 port_vid;
	u32 max_frame;
	u32 mac_count;		/* with VFP_CAP_MAC_COUNT: how often the host has set @mac */
	u8 path_nack;		/* VFP_NACK_*: why the path would be refused, 0: it wouldn't */
};

/* What an unsolicited word asks for */
enum vvf_mbx_news {
	VVF_NEWS_NONE,
	VVF_NEWS_STATE,		/* ask GET_STATE */
	VVF_NEWS_RESET,		/* start again with RESET */
};

/* Requests: fill @msg (VFP_MBX_LEN words), return its length in words */
unsigned int vvf_mbx_reset_msg(u32 *msg);
unsigned int vvf_mbx_set_mac_msg(u32 *msg, u8 what, const u8 *mac);
unsigned int vvf_mbx_multicast_msg(u32 *msg, const u16 *hashes, unsigned int num);
unsigned int vvf_mbx_mc_piece_msg(u32 *msg, const u16 *hashes, unsigned int index,
				  unsigned int total);
unsigned int vvf_mbx_vlan_msg(u32 *msg, u16 vid, bool join);
unsigned int vvf_mbx_lpe_msg(u32 *msg, u32 max_frame);
unsigned int vvf_mbx_rx_mode_msg(u32 *msg, u8 mode);
unsigned int vvf_mbx_promisc_msg(u32 *msg, bool allmulti);
unsigned int vvf_mbx_negotiate_msg(u32 *msg);
unsigned int vvf_mbx_path_msg(u32 *msg, u8 path, u32 cookie);
unsigned int vvf_mbx_get_state_msg(u32 *msg);
u16 vvf_mbx_hash(const u8 *mac);

/* Replies */
bool vvf_mbx_is_reply(u32 request, u32 reply);
int vvf_mbx_result(u32 reply);
u8 vvf_mbx_nack(const u32 *reply, u32 caps);
int vvf_mbx_nack_errno(u8 nack);
const char *vvf_mbx_nack_text(u8 nack);
void vvf_mbx_get_mac(const u32 *words, u8 *mac);
int vvf_mbx_negotiated(const u32 *msg, u16 *version, u32 *caps, u32 *state);
void vvf_mbx_got_state(const u32 *msg, u32 caps, struct vvf_mbx_state *s);
enum vvf_mbx_news vvf_mbx_news(u32 word, bool extended);

#endif /* _VVF_MBX_MSG_H_ */
