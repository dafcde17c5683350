/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VF <=> PF wire protocol over the 82576's mailbox (64 bytes, 16 words of
 * 32 bits, one buffer shared by both directions).
 *
 * This is an ABI between two kernels: what is written here is never changed by a
 * later version, only added to. Documentation/mailbox-abi.rst explains the
 * handshake; this header is its normative part.
 *
 * Word 0 of every message:
 *
 *  +------+------+------+------+-------+-----------------+----------------+
 *  | 31   | 30   | 29   | 28   | 27:24 | 23:16           | 15:0           |
 *  +------+------+------+------+-------+-----------------+----------------+
 *  | ACK  | NACK | CTS  | NEWS | 0     | info            | message id     |
 *  +------+------+------+------+-------+-----------------+----------------+
 *
 * ACK and NACK are set in replies only. CTS ("clear to send") is set by the PF
 * when the VF has done its RESET handshake and may use its link; a message from
 * the PF without CTS tells the VF to start again with RESET. NEWS is set in replies to a VF with
 * VFP_CAP_STATE that has something to ask GET_STATE for, as STATE_CHANGED says it: there is no
 * room for that word as long as one request follows the other.
 *
 * A reply carries the id and info of its request.
 */
#ifndef _VFPATH_MBX_ABI_H_
#define _VFPATH_MBX_ABI_H_

#include <linux/bits.h>
#include <linux/types.h>

#define VFP_MBX_LEN			16	/* words */

#define VFP_MBX_ID			GENMASK(15, 0)
#define VFP_MBX_INFO			GENMASK(23, 16)
#define VFP_MBX_NEWS			BIT(28)
#define VFP_MBX_CTS			BIT(29)
#define VFP_MBX_NACK			BIT(30)
#define VFP_MBX_ACK			BIT(31)

/*
 * Base messages, VF to PF: the same as those of the in-tree igb and igbvf.
 * Lengths are in words, word 0 included.
 */

/*
 * RESET, 1 word. Reply: 3 words, ACK and w1..w2 = MAC address (byte 0 in w1[7:0]),
 * or NACK and a zero address when the VF has none. CTS isn't set in this reply.
 */
#define VFP_MBX_RESET			0x0001
#define VFP_MBX_RESET_REPLY_LEN		3

/* SET_MAC, 3 words: info = what to do, w1..w2 = address */
#define VFP_MBX_SET_MAC			0x0002
#define VFP_MBX_SET_MAC_LEN		3
#define VFP_MBX_MAC_SET			0	/* the VF's own address */
#define VFP_MBX_MAC_FILTER_CLR		1	/* drop all further addresses */
#define VFP_MBX_MAC_FILTER_ADD		2	/* one more address */

/*
 * MULTICAST, info = number of hashes (0..30), two in a word from w1 on, low half
 * first. hash = (b4 >> 4 | b5 << 4) & 0xfff. Replaces all earlier ones. Some drivers add an
 * overflow bit to the number: there are more groups than these. ACK: these are in force, and
 * for a trusted VF all others as well.
 */
#define VFP_MBX_MULTICAST		0x0003
#define VFP_MBX_MULTICAST_MAX		30
#define VFP_MBX_MULTICAST_OVERFLOW	BIT(7)	/* of info */

/* VLAN, 2 words: info = 1 join, 0 leave; w1[11:0] = VLAN ID */
#define VFP_MBX_VLAN			0x0004
#define VFP_MBX_VLAN_LEN		2

/* LPE, 2 words: w1 = largest frame in bytes, with Ethernet header and FCS */
#define VFP_MBX_LPE			0x0005
#define VFP_MBX_LPE_LEN			2

/* PROMISC: info bit 1 = multicast promiscuous */
#define VFP_MBX_PROMISC			0x0006
#define VFP_MBX_PROMISC_MC		BIT(1)

/* PF to VF, unsolicited, 1 word: look at CTS. No reply. */
#define VFP_MBX_PF_CONTROL		0x0100

/*
 * The vfpath extension. A VF may ask for it once after each RESET; a PF that
 * does not know it answers NACK, and the VF then keeps to the base messages.
 */

/*
 * NEGOTIATE, 4 words: w1 = magic, w2[15:0] = highest and w2[31:16] = lowest version
 * the VF speaks, w3 = capabilities it wants (VFP_CAP_*).
 * Reply, 5 words: ACK, w1 = magic, w2[15:0] = version chosen, w3 = capabilities
 * granted, w4 = VF state (VFP_STATE_*). NACK: no common version.
 */
#define VFP_MBX_NEGOTIATE		0x0020
#define VFP_MBX_NEGOTIATE_LEN		4
#define VFP_MBX_NEGOTIATE_REPLY_LEN	5
#define VFP_MBX_MAGIC			0x56465054	/* "VFPT" */
#define VFP_MBX_VERSION_1		1
#define VFP_MBX_VERSION_MIN		VFP_MBX_VERSION_1
#define VFP_MBX_VERSION_MAX		VFP_MBX_VERSION_1
#define VFP_MBX_VER_HIGH		GENMASK(15, 0)
#define VFP_MBX_VER_LOW			GENMASK(31, 16)

#define VFP_CAP_DATA_PATH		BIT(0)	/* DATA_PATH is understood */
#define VFP_CAP_RX_MODE			BIT(1)	/* RX_MODE is understood */
#define VFP_CAP_MC_LIST			BIT(2)	/* MC_LIST is understood */
#define VFP_CAP_STATE			BIT(3)	/* GET_STATE, STATE_CHANGED */
#define VFP_CAP_REASON			BIT(4)	/* refusals carry a code, GET_STATE w7 */
#define VFP_CAP_MAC_COUNT		BIT(5)	/* GET_STATE w6 */
#define VFP_CAP_PATH_FREE		BIT(6)	/* VFP_PATH_VF_FREE */
#define VFP_CAP_ALL			GENMASK(6, 0)

/*
 * With VFP_CAP_REASON each NACK has 3 words: w1 = the cookie for DATA_PATH, otherwise 0;
 * w2[7:0] = VFP_NACK_*, why; the rest of w2 is 0. Only the answer to RESET, before which
 * nothing is granted, stays as it is. Codes that a VF doesn't know are refusals without a
 * reason; none is ever given another meaning.
 */
#define VFP_MBX_NACK_LEN		3
#define VFP_NACK_CODE			GENMASK(7, 0)
#define VFP_NACK_NONE		0	/* no reason is given */
#define VFP_NACK_MALFORMED	1	/* the message makes no sense, or comes out of turn */
#define VFP_NACK_UNSUPPORTED	2	/* the PF, or the NIC, has no such thing */
#define VFP_NACK_UNTRUSTED	3	/* it takes `ip link set PF vf N trust on` */
#define VFP_NACK_ADMIN_MAC	4	/* the host has set the address, the VF isn't trusted */
#define VFP_NACK_ADDR_IN_USE	5	/* the address belongs to somebody else */
#define VFP_NACK_NO_ROOM	6	/* a table of the NIC or of this VF is full */
#define VFP_NACK_PORT_VLAN	7	/* the host keeps this VF in a VLAN */
#define VFP_NACK_FRAME_SIZE	8	/* larger than the host carries */
#define VFP_NACK_LINK_DISABLED	9	/* `ip link set PF vf N state disable` */
#define VFP_NACK_BRIDGE_PORT	10	/* the synthetic path's port on the host's bridge has a
					 * VLAN, isolation, lock or learning setting that the
					 * VF would get round
					 */
#define VFP_NACK_UPLINK		11	/* what the PF is attached to can't be followed */
#define VFP_NACK_AWAY		12	/* the address was seen on the wire: it is elsewhere */
#define VFP_NACK_BUSY		13	/* not now: the PF is in reset, say; ask again */
#define VFP_NACK_FAILED		14	/* the host has tried and failed */
#define VFP_NACK_NO_LINK	15	/* the PF has none */
#define VFP_NACK_CODES		16

/*
 * DATA_PATH, 2 words: info = path, w1 = cookie. The reply comes when the NIC's
 * filter and the host bridge's FDB both point to the new owner.
 * Reply, 2 words: ACK or NACK (path kept), w1 = the cookie; see VFP_CAP_REASON for w2.
 * Both directions are idempotent.
 * With VFP_CAP_PATH_FREE a VF can ask for the path unless the host's bridge knows the address
 * behind another port than the PF (VFP_PATH_VF_FREE).
 */
#define VFP_MBX_DATA_PATH		0x0021
#define VFP_MBX_DATA_PATH_LEN		2
#define VFP_PATH_SYNTHETIC		0
#define VFP_PATH_VF			1
#define VFP_PATH_VF_FREE		2	/* as VFP_PATH_VF, if the address is free */

/*
 * RX_MODE, 1 word: info = VFP_RX_*. NACK when the VF isn't trusted with it; what
 * was in force stays.
 */
#define VFP_MBX_RX_MODE			0x0022
#define VFP_MBX_RX_MODE_LEN		1
#define VFP_RX_ALLMULTI			BIT(0)
#define VFP_RX_PROMISC			BIT(1)

/*
 * MC_LIST, a list of more than 30 hashes in pieces: info = hashes in this piece
 * (0..28), w1[15:0] = index of the first, w1[31:16] = length of the whole list,
 * hashes from w2 on as in MULTICAST. The list takes effect with its last piece;
 * a piece with index 0 starts a new one. NACK: a gap, or more than the PF holds.
 */
#define VFP_MBX_MC_LIST			0x0023
#define VFP_MBX_MC_LIST_PIECE		28
#define VFP_MBX_MC_LIST_MAX		256
#define VFP_MBX_MC_INDEX		GENMASK(15, 0)
#define VFP_MBX_MC_TOTAL		GENMASK(31, 16)

/*
 * GET_STATE, 1 word. Reply, 6 words: w1..w2 = MAC address the host wants,
 * w3 = VFP_STATE_*, w4[11:0] = port VLAN (0: none), w5 = largest frame in bytes.
 * With VFP_CAP_MAC_COUNT or VFP_CAP_REASON 8 words; what isn't granted is 0:
 * w6 = how often the host has set the address, starting anywhere: another count is an order
 * to take the one in w1..w2, even if it is the one that the VF was told last;
 * w7[7:0] = why DATA_PATH to the VF would be refused now (VFP_NACK_*), 0: it wouldn't.
 */
#define VFP_MBX_GET_STATE		0x0024
#define VFP_MBX_GET_STATE_LEN		1
#define VFP_MBX_GET_STATE_REPLY_LEN	6
#define VFP_MBX_GET_STATE_REPLY_LEN_EXT	8
#define VFP_STATE_LINK_UP		BIT(0)	/* the VF may use its link */
#define VFP_STATE_PATH_VF		BIT(1)	/* data path is on the VF */
#define VFP_STATE_TRUSTED		BIT(2)
#define VFP_STATE_PORT_VLAN		BIT(3)	/* guest VLANs are refused */
#define VFP_STATE_ADMIN_MAC		BIT(4)	/* the host set the address */
#define VFP_STATE_LINK_DISABLED		BIT(5)	/* `ip link set PF vf N state disable` */
#define VFP_STATE_LINK_FORCED		BIT(6)	/* `state enable`: whatever STATUS.LU says */

/* PF to VF, unsolicited, 1 word, CTS set: ask GET_STATE. No reply. */
#define VFP_MBX_STATE_CHANGED		0x0120

#endif /* _VFPATH_MBX_ABI_H_ */
