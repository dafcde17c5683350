/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VRG_TXDESC_H_
#define _VRG_TXDESC_H_

#include "desc.h"

/**
 * struct vrg_tx_offload - what the NIC shall do to a frame
 * @tso: cut it into segments of @mss bytes
 * @csum: fill in the L4 checksum
 * @ipv4: network header is IPv4 (else IPv6)
 * @vlan: insert @vlan_tci
 * @l4_proto: IPPROTO_TCP, _UDP or _SCTP when @tso or @csum
 * @mac_len: bytes before the network header
 * @ip_len: bytes of the network header, options and extensions included
 * @l4_len: bytes of the TCP header, for @tso
 * @mss: payload of a segment
 * @vlan_tci: tag control information, host order
 */
struct vrg_tx_offload {
	bool tso;
	bool csum;
	bool ipv4;
	bool vlan;
	u8 l4_proto;
	u16 mac_len;
	u16 ip_len;
	u16 l4_len;
	u16 mss;
	u16 vlan_tci;
};

/* Does the frame need a context descriptor at all? */
static inline bool vrg_txdesc_needs_ctx(const struct vrg_tx_offload *o)
{
	return o->tso || o->csum || o->vlan;
}

void vrg_txdesc_ctx(const struct vrg_tx_offload *o, struct vfp_tx_desc_ctx *ctx);
u32 vrg_txdesc_cmd(const struct vrg_tx_offload *o);
u32 vrg_txdesc_olinfo(const struct vrg_tx_offload *o, u32 frame_len);

/* Descriptors that @len bytes in one piece of memory take */
static inline unsigned int vrg_txdesc_count(unsigned int len)
{
	return DIV_ROUND_UP(len, VFP_TXD_MAX_DATA);
}

#endif /* _VRG_TXDESC_H_ */
