/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Advanced descriptors of the 82576 (datasheet 7.1.5, 7.2.2): what software
 * writes and what hardware writes back. Legacy descriptors aren't used (and the
 * emulated NIC doesn't have them).
 */
#ifndef _VFPATH_DESC_H_
#define _VFPATH_DESC_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/types.h>

/* Receive: as software gives it */
struct vfp_rx_desc_read {
	__le64 pkt_addr;
	__le64 hdr_addr;
};

/* Receive: as hardware writes it back */
struct vfp_rx_desc_wb {
	__le16 pkt_info;	/* RSS type 3:0, packet type 15:4 */
	__le16 hdr_info;
	__le32 rss;
	__le32 status_error;
	__le16 length;
	__le16 vlan;
};

union vfp_rx_desc {
	struct vfp_rx_desc_read read;
	struct vfp_rx_desc_wb wb;
};

static_assert(sizeof(union vfp_rx_desc) == 16);

#define RXD_STAT_DD		BIT(0)
#define RXD_STAT_EOP		BIT(1)
#define RXD_STAT_VP		BIT(3)	/* VLAN tag stripped into .vlan */
#define RXD_STAT_UDPCS		BIT(4)
#define RXD_STAT_L4CS		BIT(5)
#define RXD_STAT_IPCS		BIT(6)
#define RXD_STAT_TS		BIT(16)
#define RXD_STAT_LB		BIT(18)	/* came from a local pool */
#define RXD_ERR_CE		BIT(24)
#define RXD_ERR_SE		BIT(25)
#define RXD_ERR_SEQ		BIT(26)
#define RXD_ERR_CXE		BIT(28)
#define RXD_ERR_L4E		BIT(29)
#define RXD_ERR_IPE		BIT(30)
#define RXD_ERR_RXE		BIT(31)
#define RXD_ERR_FRAME		(RXD_ERR_CE | RXD_ERR_SE | RXD_ERR_SEQ | RXD_ERR_CXE | RXD_ERR_RXE)

#define RXD_RSS_TYPE		GENMASK(3, 0)

/* Transmit data descriptor, as software gives it */
struct vfp_tx_desc_read {
	__le64 addr;
	__le32 cmd_type_len;
	__le32 olinfo_status;
};

/* Transmit, as hardware writes it back */
struct vfp_tx_desc_wb {
	__le64 rsvd;
	__le32 nxtseq_seed;
	__le32 status;
};

/* Transmit context descriptor: offloads of the frames that follow */
struct vfp_tx_desc_ctx {
	__le32 vlan_macip_lens;
	__le32 seqnum_seed;
	__le32 type_tucmd_mlhl;
	__le32 mss_l4len_idx;
};

union vfp_tx_desc {
	struct vfp_tx_desc_read read;
	struct vfp_tx_desc_wb wb;
	struct vfp_tx_desc_ctx ctx;
};

static_assert(sizeof(union vfp_tx_desc) == 16);

/* cmd_type_len / type_tucmd_mlhl */
#define TXD_DTALEN		GENMASK(15, 0)
#define TXD_MAC_1588		BIT(19)
#define TXD_DTYP_CTXT		(2U << 20)
#define TXD_DTYP_DATA		(3U << 20)
#define TXD_CMD_TSTAMP		BIT(19)	/* note when it leaves */
#define TXD_CMD_EOP		BIT(24)
#define TXD_CMD_IFCS		BIT(25)
#define TXD_CMD_RS		BIT(27)
#define TXD_CMD_DEXT		BIT(29)
#define TXD_CMD_VLE		BIT(30)
#define TXD_CMD_TSE		BIT(31)
/* olinfo_status */
#define TXD_STAT_DD		BIT(0)
#define TXD_IDX			GENMASK(6, 4)
#define TXD_POPTS_IXSM		BIT(8)
#define TXD_POPTS_TXSM		BIT(9)
#define TXD_PAYLEN		GENMASK(31, 14)
/* vlan_macip_lens */
#define TXC_IPLEN		GENMASK(8, 0)
#define TXC_MACLEN		GENMASK(15, 9)
#define TXC_VLAN		GENMASK(31, 16)
/* type_tucmd_mlhl */
#define TXC_TUCMD_IPV4		BIT(10)
#define TXC_TUCMD_L4T_UDP	(0U << 11)
#define TXC_TUCMD_L4T_TCP	BIT(11)
#define TXC_TUCMD_L4T_SCTP	BIT(12)
/* mss_l4len_idx */
#define TXC_IDX			GENMASK(6, 4)
#define TXC_L4LEN		GENMASK(15, 8)
#define TXC_MSS			GENMASK(31, 16)

/* Hardware takes at most this much of a frame in a descriptor */
#define VFP_TXD_MAX_DATA	SZ_16K

#endif /* _VFPATH_DESC_H_ */
