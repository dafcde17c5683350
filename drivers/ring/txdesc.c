// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit descriptors: from what a frame needs to the words the NIC reads.
 * Pure; datasheet 7.2.2.3 (data) and 7.2.2.2 (context).
 */
#include <linux/bitfield.h>
#include <linux/in.h>
#include <linux/kernel.h>

#include "txdesc.h"

/**
 * vrg_txdesc_ctx() - fill a context descriptor
 * @o: what the frame needs
 * @ctx: descriptor
 */
void vrg_txdesc_ctx(const struct vrg_tx_offload *o, struct vfp_tx_desc_ctx *ctx)
{
	u32 tucmd = TXD_CMD_DEXT | TXD_DTYP_CTXT;
	u32 lens = FIELD_PREP(TXC_MACLEN, o->mac_len);
	u32 mss = 0;

	if (o->vlan)
		lens |= FIELD_PREP(TXC_VLAN, o->vlan_tci);
	if (o->tso || o->csum) {
		lens |= FIELD_PREP(TXC_IPLEN, o->ip_len);
		if (o->ipv4)
			tucmd |= TXC_TUCMD_IPV4;
		if (o->l4_proto == IPPROTO_TCP)
			tucmd |= TXC_TUCMD_L4T_TCP;
		else if (o->l4_proto == IPPROTO_SCTP)
			tucmd |= TXC_TUCMD_L4T_SCTP;
		else
			tucmd |= TXC_TUCMD_L4T_UDP;
	}
	if (o->tso)
		mss = FIELD_PREP(TXC_MSS, o->mss) | FIELD_PREP(TXC_L4LEN, o->l4_len);

	ctx->vlan_macip_lens = cpu_to_le32(lens);
	ctx->seqnum_seed = 0;
	ctx->type_tucmd_mlhl = cpu_to_le32(tucmd);
	ctx->mss_l4len_idx = cpu_to_le32(mss);
}

/**
 * vrg_txdesc_cmd() - cmd_type_len of a frame's data descriptors
 * @o: what the frame needs
 *
 * Return: all but the length, EOP and RS.
 */
u32 vrg_txdesc_cmd(const struct vrg_tx_offload *o)
{
	u32 cmd = TXD_CMD_DEXT | TXD_DTYP_DATA | TXD_CMD_IFCS;

	if (o->vlan)
		cmd |= TXD_CMD_VLE;
	if (o->tso)
		cmd |= TXD_CMD_TSE;
	return cmd;
}

/**
 * vrg_txdesc_olinfo() - olinfo_status of a frame's data descriptors
 * @o: what the frame needs
 * @frame_len: bytes of the frame, without tag and FCS
 *
 * Return: the word. PAYLEN counts the whole frame, but only the payload with TSO.
 */
u32 vrg_txdesc_olinfo(const struct vrg_tx_offload *o, u32 frame_len)
{
	u32 olinfo;

	if (o->tso)
		frame_len -= o->mac_len + o->ip_len + o->l4_len;
	olinfo = FIELD_PREP(TXD_PAYLEN, frame_len);
	if (o->tso || o->csum)
		olinfo |= TXD_POPTS_TXSM;
	if (o->tso && o->ipv4)
		olinfo |= TXD_POPTS_IXSM;
	return olinfo;
}
