/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of the Intel 82576: offsets (R_*) and fields.
 *
 * Names and bit positions are those of the 82576EB datasheet, chapter 8. Fields
 * are masks, to be used with FIELD_PREP()/FIELD_GET(). Access notes: RW, RO, WO,
 * RC (read to clear), W1C (write one to clear), SC (self clearing).
 *
 * A VF sees a small window of its own at the same scale: the VF section at the
 * end of this file.
 */
#ifndef _VFPATH_REGS_H_
#define _VFPATH_REGS_H_

#include <linux/bits.h>

#define VFP_NUM_POOLS		8
#define VFP_NUM_QUEUES		16
#define VFP_MAX_VFS		7	/* the PF keeps the last pool */
#define VFP_PF_POOL		7
#define VFP_NUM_RAR		24
#define VFP_NUM_VLVF		32
#define VFP_NUM_MTA		128	/* 32-bit words: 4096 bits */
#define VFP_NUM_UTA		128
#define VFP_NUM_VFTA		128
#define VFP_MBX_WORDS		16	/* VMBMEM: 64 bytes a VF */
#define VFP_MAX_FRAME		9728	/* RLPML, DMVOLR: 0x2600 */
#define VFP_MAX_MTU		9216
#define VFP_PF_MSIX		10
#define VFP_VF_MSIX		3

/* Device control - RW (8.2.1) */
#define R_CTRL			0x00000
#define CTRL_FD			BIT(0)
#define CTRL_GIO_MASTER_DISABLE	BIT(2)
#define CTRL_SLU		BIT(6)
#define CTRL_SPEED		GENMASK(9, 8)	/* forced, as STATUS_SPEED */
#define CTRL_FRCSPD		BIT(11)
#define CTRL_FRCDPX		BIT(12)
#define CTRL_RST		BIT(26)	/* SC */
#define CTRL_RFCE		BIT(27)
#define CTRL_TFCE		BIT(28)
#define CTRL_VME		BIT(30)
#define CTRL_PHY_RST		BIT(31)

/* Device status - RO (8.2.2) */
#define R_STATUS		0x00008
#define STATUS_FD		BIT(0)
#define STATUS_LU		BIT(1)
#define STATUS_LAN_ID		GENMASK(3, 2)
#define STATUS_TXOFF		BIT(4)
#define STATUS_SPEED		GENMASK(7, 6)
#define STATUS_SPEED_10		0
#define STATUS_SPEED_100	1
#define STATUS_SPEED_1000	2
#define STATUS_NUM_VFS		GENMASK(17, 14)
#define STATUS_IOV		BIT(18)
#define STATUS_GIO_MASTER_EN	BIT(19)

/* EEPROM read - RW (8.2.4) */
#define R_EECD			0x00010
#define EECD_PRES		BIT(8)
#define EECD_SIZE		GENMASK(14, 11)	/* words: 2^(n + 6) */
#define R_EERD			0x00014
#define EERD_START		BIT(0)
#define EERD_DONE		BIT(1)
#define EERD_ADDR		GENMASK(15, 2)
#define EERD_DATA		GENMASK(31, 16)

/* NVM words */
#define NVM_MAC			0x00
#define NVM_PBA_0		0x08
#define NVM_PBA_1		0x09
#define NVM_CHECKSUM		0x3f
#define NVM_SUM			0xbaba
#define NVM_VERSION		0x05

/* Extended device control - RW (8.2.3) */
#define R_CTRL_EXT		0x00018
#define CTRL_EXT_PFRSTD		BIT(14)	/* tell VFs that the PF is up again */
#define CTRL_EXT_LINK_MODE	GENMASK(23, 22)
#define CTRL_EXT_EIAME		BIT(24)
#define CTRL_EXT_DRV_LOAD	BIT(28)
#define CTRL_EXT_PBA_CLR	BIT(31)

/* MDI control - RW (8.2.5) */
#define R_MDIC			0x00020
#define MDIC_DATA		GENMASK(15, 0)
#define MDIC_REG		GENMASK(20, 16)
#define MDIC_PHY		GENMASK(25, 21)
#define MDIC_OP			GENMASK(27, 26)
#define MDIC_OP_WRITE		1
#define MDIC_OP_READ		2
#define MDIC_READY		BIT(28)
#define MDIC_ERROR		BIT(30)
#define VFP_PHY_ADDR		1

/* Flow control - RW (8.2.7) */
#define R_FCAL			0x00028
#define R_FCAH			0x0002c
#define R_FCT			0x00030
#define R_VET			0x00038
#define R_FCTTV			0x00170
#define R_FCRTL			0x02160
#define R_FCRTH			0x02168

/* Interrupt cause - RC; set, mask set, mask clear - WO (8.8) */
#define R_ICR			0x000c0
#define R_ICS			0x000c8
#define R_IMS			0x000d0
#define R_IMC			0x000d8
#define R_IAM			0x000e0
#define INT_TXDW		BIT(0)
#define INT_LSC			BIT(2)
#define INT_RXDMT0		BIT(4)
#define INT_RXO			BIT(6)
#define INT_RXDW		BIT(7)
#define INT_VMMB		BIT(8)	/* mailbox message or VFLR */
#define INT_TS			BIT(19)
#define INT_DOUTSYNC		BIT(28)
#define INT_DRSTA		BIT(30)
#define INT_ASSERTED		BIT(31)

/* Extended (MSI-X) interrupts (8.8.12 on) */
#define R_GPIE			0x01514
#define GPIE_NSICR		BIT(0)
#define GPIE_MSIX_MODE		BIT(4)
#define GPIE_EIAME		BIT(30)
#define GPIE_PBA		BIT(31)
#define R_EICS			0x01520	/* WO */
#define R_EIMS			0x01524	/* RW */
#define R_EIMC			0x01528	/* WO */
#define R_EIAC			0x0152c	/* RW */
#define R_EIAM			0x01530	/* RW */
#define R_EICR			0x01580	/* RC, W1C */
#define R_EITR(n)		(0x01680 + 4 * (n))
#define EITR_INTERVAL		GENMASK(14, 2)	/* units: 1 us on hardware */
#define EITR_CNT_IGNR		BIT(31)
/*
 * IVAR0..7: word n holds queues n and n+8, a byte each:
 * [7:0] rx n, [15:8] tx n, [23:16] rx n+8, [31:24] tx n+8 (8.8.14)
 */
#define R_IVAR(n)		(0x01700 + 4 * (n))
#define IVAR_VALID		BIT(7)
#define R_IVAR_MISC		0x01740
#define IVAR_MISC_OTHER		GENMASK(15, 8)
/* VF n owns the EICR bits 22-3n .. 24-3n */
#define EICR_VF_SHIFT(n)	(22 - 3 * (n))
#define EICR_VF_MASK(n)		(7U << EICR_VF_SHIFT(n))

/* Receive control - RW (8.10.1) */
#define R_RCTL			0x00100
#define RCTL_EN			BIT(1)
#define RCTL_SBP		BIT(2)
#define RCTL_UPE		BIT(3)
#define RCTL_MPE		BIT(4)
#define RCTL_LPE		BIT(5)
#define RCTL_LBM		GENMASK(7, 6)
#define RCTL_MO			GENMASK(13, 12)
#define RCTL_BAM		BIT(15)
#define RCTL_VFE		BIT(18)
#define RCTL_PMCF		BIT(23)
#define RCTL_SECRC		BIT(26)

/* Transmit control - RW (8.12.1) */
#define R_TCTL			0x00400
#define TCTL_EN			BIT(1)
#define TCTL_PSP		BIT(3)
#define TCTL_CT			GENMASK(11, 4)
#define TCTL_COLD		GENMASK(21, 12)
#define TCTL_RTLC		BIT(24)
#define R_TCTL_EXT		0x00404
#define R_TIPG			0x00410
#define R_DTXCTL		0x03590

#define R_LEDCTL		0x00e00
#define LEDCTL_LED0_MODE	GENMASK(3, 0)
#define LEDCTL_LED0_IVRT	BIT(6)
#define LEDCTL_LED0_BLINK	BIT(7)
#define LEDCTL_MODE_ON		0xe
#define LEDCTL_MODE_OFF		0xf
#define R_PBA			0x01000
#define R_PBS			0x01008
#define R_FRTIMER		0x01048

/* Mailbox and VF resets, PF side (8.14) */
#define R_VMBMEM(n)		(0x00800 + 64 * (n))	/* RW, 16 words */
#define R_P2VMAILBOX(n)		(0x00c00 + 4 * (n))
#define P2VMAILBOX_STS		BIT(0)	/* WO: message for the VF */
#define P2VMAILBOX_ACK		BIT(1)	/* WO: VF's message was read */
#define P2VMAILBOX_VFU		BIT(2)	/* RO: VF owns the buffer */
#define P2VMAILBOX_PFU		BIT(3)	/* RW: PF owns the buffer */
#define P2VMAILBOX_RVFU		BIT(4)	/* WO: reset VFU */
#define R_MBVFICR		0x00c80	/* RW1C: [7:0] request, [23:16] ack */
#define MBVFICR_REQ(n)		BIT(n)
#define MBVFICR_ACK(n)		BIT(16 + (n))
#define R_MBVFIMR		0x00c84	/* RW */
#define R_VFLRE			0x00c88	/* W1C: VF n was reset */
#define R_VFRE			0x00c8c	/* RW: receive enable, a bit a pool */
#define R_VFTE			0x00c90	/* RW: transmit enable, a bit a pool */
#define R_QDE			0x02408	/* RW: queue drop enable */

/* Queues, PF numbering 0..15 (8.10.4 on, 8.12.8 on) */
#define R_QBASE_RX(n)		((n) < 4 ? 0x02800 + 0x100 * (n) : 0x0c000 + 0x40 * (n))
#define R_QBASE_TX(n)		((n) < 4 ? 0x03800 + 0x100 * (n) : 0x0e000 + 0x40 * (n))
#define Q_BAL			0x00
#define Q_BAH			0x04
#define Q_LEN			0x08
#define Q_SRRCTL		0x0c	/* RX only */
#define Q_HEAD			0x10
#define Q_DCA			0x14
#define Q_TAIL			0x18
#define Q_DCTL			0x28	/* RXDCTL, TXDCTL */
#define Q_DQPC			0x30	/* RX, n >= 4 and on 82576: drop count, RC */
#define Q_WBAL			0x38	/* TX only: head write-back */
#define Q_WBAH			0x3c

#define SRRCTL_BSIZEPKT		GENMASK(6, 0)	/* KiB */
#define SRRCTL_BSIZEHDR		GENMASK(13, 8)	/* 64 bytes */
#define SRRCTL_DESCTYPE		GENMASK(27, 25)
#define SRRCTL_DESCTYPE_ADV_ONE	1
#define SRRCTL_TIMESTAMP	BIT(30)
#define SRRCTL_DROP_EN		BIT(31)
#define DCTL_PTHRESH		GENMASK(4, 0)
#define DCTL_HTHRESH		GENMASK(12, 8)
#define DCTL_WTHRESH		GENMASK(20, 16)
#define DCTL_ENABLE		BIT(25)
#define DCTL_SWFLUSH		BIT(26)

/* Embedded switch: DMA TX switch control - RW (8.12.5) */
#define R_DTXSWC		0x03500
#define DTXSWC_MAC_SPOOF	GENMASK(7, 0)
#define DTXSWC_VLAN_SPOOF	GENMASK(15, 8)
#define DTXSWC_LLE		GENMASK(23, 16)	/* local loopback to the sender's pool */
#define DTXSWC_LOOPBACK_EN	BIT(31)
#define R_WVBR			0x03554	/* RC: wrong VM behaviour (anti-spoof hits) */

/* Port VLAN inserted for a pool - RW (8.12.15) */
#define R_VMVIR(n)		(0x03700 + 4 * (n))
#define VMVIR_VLAN		GENMASK(15, 0)	/* TCI */
#define VMVIR_MODE		GENMASK(31, 30)
#define VMVIR_MODE_DESC		0	/* as the descriptor says */
#define VMVIR_MODE_DEFAULT	1	/* always this TCI */
#define VMVIR_MODE_NEVER	2

/* Statistics - RC (8.18); offsets of the first and last 32-bit counter */
#define R_CRCERRS		0x04000
#define R_ALGNERRC		0x04004
#define R_SYMERRS		0x04008
#define R_RXERRC		0x0400c
#define R_MPC			0x04010
#define R_SCC			0x04014
#define R_ECOL			0x04018
#define R_MCC			0x0401c
#define R_LATECOL		0x04020
#define R_COLC			0x04028
#define R_DC			0x04030
#define R_SEC			0x04038
#define R_RLEC			0x04040
#define R_XONRXC		0x04048
#define R_XONTXC		0x0404c
#define R_XOFFRXC		0x04050
#define R_XOFFTXC		0x04054
#define R_FCRUC			0x04058
#define R_PRC64			0x0405c	/* 64, 127, 255, 511, 1023, 1522: + 4 each */
#define R_GPRC			0x04074
#define R_BPRC			0x04078
#define R_MPRC			0x0407c
#define R_GPTC			0x04080
#define R_GORCL			0x04088
#define R_GORCH			0x0408c
#define R_GOTCL			0x04090
#define R_GOTCH			0x04094
#define R_RNBC			0x040a0
#define R_RUC			0x040a4
#define R_RFC			0x040a8
#define R_ROC			0x040ac
#define R_RJC			0x040b0
#define R_TORL			0x040c0
#define R_TORH			0x040c4
#define R_TOTL			0x040c8
#define R_TOTH			0x040cc
#define R_TPR			0x040d0
#define R_TPT			0x040d4
#define R_PTC64			0x040d8
#define R_MPTC			0x040f0
#define R_BPTC			0x040f4
#define R_TSCTC			0x040f8
#define R_LENERRS		0x04138
/* What VF n counts, seen by the PF - RO, wrap at 32 bits (8.18.70 on) */
#define R_PFVFGPRC(n)		(0x10010 + 0x100 * (n))
#define R_PFVFGPTC(n)		(0x10014 + 0x100 * (n))
#define R_PFVFGORC(n)		(0x10018 + 0x100 * (n))
#define R_PFVFGOTC(n)		(0x10034 + 0x100 * (n))
#define R_PFVFMPRC(n)		(0x1003c + 0x100 * (n))
#define R_PFVFGPRLBC(n)		(0x10040 + 0x100 * (n))
#define R_PFVFGPTLBC(n)		(0x10044 + 0x100 * (n))
#define R_PFVFGORLBC(n)		(0x10048 + 0x100 * (n))
#define R_PFVFGOTLBC(n)		(0x10050 + 0x100 * (n))

/* Receive filters (8.10.15 on) */
#define R_RXCSUM		0x05000
#define RXCSUM_IPOFL		BIT(8)
#define RXCSUM_TUOFL		BIT(9)
#define RXCSUM_CRCOFL		BIT(11)
#define RXCSUM_PCSD		BIT(13)
#define R_RLPML			0x05004
#define R_RFCTL			0x05008
#define RFCTL_LEF		BIT(18)
#define R_MTA(n)		(0x05200 + 4 * (n))
#define R_RAL(n)		((n) < 16 ? 0x05400 + 8 * (n) : 0x054e0 + 8 * ((n) - 16))
#define R_RAH(n)		(R_RAL(n) + 4)
#define RAH_ADDR		GENMASK(15, 0)
#define RAH_POOL		GENMASK(25, 18)	/* bitmap */
#define RAH_QSEL		BIT(28)
#define RAH_AV			BIT(31)
#define R_VFTA(n)		(0x05600 + 4 * (n))
#define R_UTA(n)		(0x0a000 + 4 * (n))

/* VMDq and the switch's pools (8.14.14 on) */
#define R_MRQC			0x05818
#define MRQC_MQE		GENMASK(2, 0)
#define MRQC_MQE_RSS		2
#define MRQC_MQE_VMDQ		3
#define R_VT_CTL		0x0581c
#define VT_CTL_DEF_PL		GENMASK(9, 7)
#define VT_CTL_FLP		BIT(27)
#define VT_CTL_IGMAC		BIT(28)
#define VT_CTL_DIS_DEF_POOL	BIT(29)
#define VT_CTL_REPL_EN		BIT(30)
#define R_VMOLR(n)		(0x05ad0 + 4 * (n))
#define VMOLR_RLPML		GENMASK(13, 0)
#define VMOLR_RSSE		BIT(17)
#define VMOLR_LPE		BIT(16)
#define VMOLR_AUPE		BIT(24)	/* accept untagged */
#define VMOLR_ROMPE		BIT(25)	/* multicast by MTA (on QEMU: and UTA) */
#define VMOLR_ROPE		BIT(26)	/* unicast by UTA */
#define VMOLR_BAM		BIT(27)
#define VMOLR_MPME		BIT(28)	/* all multicast */
#define VMOLR_STRVLAN		BIT(30)
#define VMOLR_STRCRC		BIT(31)
#define R_RPLOLR		0x05af0
#define RPLOLR_STRVLAN		BIT(30)
#define RPLOLR_STRCRC		BIT(31)
#define R_VLVF(n)		(0x05d00 + 4 * (n))
#define VLVF_VLAN_ID		GENMASK(11, 0)
#define VLVF_POOLSEL		GENMASK(19, 12)	/* bitmap */
#define VLVF_LVLAN		BIT(20)
#define VLVF_VI_EN		BIT(31)
/* Transmit rate limiting (8.12.17) - not emulated by QEMU */
#define R_RTTDQSEL		0x03604
#define R_RTTBCNRC		0x036b0
#define RTTBCNRC_FACTOR		GENMASK(27, 0)	/* link speed over rate, in 2^-14 */
#define RTTBCNRC_ENA		BIT(31)
#define R_RTTBCNRM		0x03690
#define RTTBCNRM_JUMBO		0x14	/* compensation time, with frames of 9728 bytes */

/* Clock and time stamps (8.16) */
#define R_ETQF(n)		(0x05cb0 + 4 * (n))
#define ETQF_TYPE		GENMASK(15, 0)
#define ETQF_ENABLE		BIT(26)
#define ETQF_1588		BIT(30)
#define R_SYSTIML		0x0b600
#define R_SYSTIMH		0x0b604
#define R_TIMINCA		0x0b608
#define TIMINCA_VALUE		GENMASK(23, 0)	/* added each period */
#define TIMINCA_PERIOD		GENMASK(31, 24)	/* 16 ns */
#define R_TSYNCTXCTL		0x0b614
#define TSYNCTXCTL_VALID	BIT(0)
#define TSYNCTXCTL_ENABLE	BIT(4)
#define R_TXSTMPL		0x0b618
#define R_TXSTMPH		0x0b61c
#define R_TSYNCRXCTL		0x0b620
#define TSYNCRXCTL_VALID	BIT(0)
#define TSYNCRXCTL_TYPE		GENMASK(3, 1)
#define TSYNCRXCTL_TYPE_EVENT_V2 5
#define TSYNCRXCTL_ENABLE	BIT(4)
#define R_RXSTMPL		0x0b624
#define R_RXSTMPH		0x0b628
#define R_RXSATRH		0x0b630	/* sequence number and source of the frame */

#define R_SWSM			0x05b50
#define R_FWSM			0x05b54
#define R_SW_FW_SYNC		0x05b5c

/* A VF's own window (chapter 8.26). Its queue n is at R_QBASE_*(n), n = 0, 1 */
#define R_VF_EITR(n)		R_EITR(n)
#define R_VTIVAR		0x01700
#define R_VTIVAR_MISC		0x01740
#define R_V2PMAILBOX		0x00c40
#define V2PMAILBOX_REQ		BIT(0)	/* WO: message for the PF */
#define V2PMAILBOX_ACK		BIT(1)	/* WO: PF's message was read */
#define V2PMAILBOX_VFU		BIT(2)	/* RW: VF owns the buffer */
#define V2PMAILBOX_PFU		BIT(3)	/* RO: PF owns the buffer */
#define V2PMAILBOX_PFSTS	BIT(4)	/* RC: PF wrote a message */
#define V2PMAILBOX_PFACK	BIT(5)	/* RC: PF read ours */
#define V2PMAILBOX_RSTI		BIT(6)	/* RO: PF is in reset */
#define V2PMAILBOX_RSTD		BIT(7)	/* RC: PF is up again */
#define V2PMAILBOX_RC_BITS	(V2PMAILBOX_PFSTS | V2PMAILBOX_PFACK | V2PMAILBOX_RSTD)
#define R_VF_VMBMEM(n)		(0x00800 + 4 * (n))	/* word n */
#define R_VFGPRC		0x00f10	/* RO, wrap at 32 bits */
#define R_VFGPTC		0x00f14
#define R_VFGORC		0x00f18
#define R_VFGOTC		0x00f34
#define R_VFMPRC		0x00f3c
#define R_VFGPRLBC		0x00f40
#define R_VFGPTLBC		0x00f44
#define R_VFGORLBC		0x00f48
#define R_VFGOTLBC		0x00f50

#endif /* _VFPATH_REGS_H_ */
