/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_VPORT_H_
#define _VPF_VPORT_H_

#include <linux/etherdevice.h>
#include <linux/if_link.h>

#include "mbx_abi.h"
#include "regs.h"

/**
 * enum vpf_vport_state - what a VF may do
 * @VPF_VPORT_FREE: there is no such VF
 * @VPF_VPORT_RESERVED: pool, queues, address and vectors are its own, but no
 *	driver has asked for them yet
 * @VPF_VPORT_ATTACHED: a driver did its RESET handshake; queues may run, its
 *	address still belongs to the PF's pool
 * @VPF_VPORT_ACTIVE: the data path is on the VF
 * @VPF_VPORT_STATES: how many
 */
enum vpf_vport_state {
	VPF_VPORT_FREE,
	VPF_VPORT_RESERVED,
	VPF_VPORT_ATTACHED,
	VPF_VPORT_ACTIVE,
	VPF_VPORT_STATES,
};

enum vpf_vport_event {
	VPF_EV_RESERVE,		/* sriov_configure makes the VF */
	VPF_EV_RELEASE,		/* sriov_configure takes it away */
	VPF_EV_RESET,		/* the VF's RESET message */
	VPF_EV_FLR,		/* VFLR: reset by its driver, the host or a dying guest */
	VPF_EV_PATH_VF,		/* data path to the VF */
	VPF_EV_PATH_SYNTHETIC,	/* data path away from the VF */
	VPF_EV_LINK_CHANGE,	/* link state policy, address or VLAN: the VF must know */
	VPF_EV_LINK_DISABLE,	/* link state policy: no link */
	VPF_EV_PF_RESET,	/* the whole NIC was reset */
	VPF_EVENTS,
};

/* What follows from an event, in the order in which it is to be done */
#define VPF_ACT_MAC_TO_PF	BIT(0)	/* bridge FDB, then RAR, to the PF's pool */
#define VPF_ACT_DISABLE		BIT(1)	/* VFRE and VFTE off */
#define VPF_ACT_CLEAR		BIT(2)	/* forget what its driver asked for */
#define VPF_ACT_ENABLE		BIT(3)	/* VFRE and VFTE on */
#define VPF_ACT_MAC_TO_VF	BIT(4)	/* RAR, then bridge FDB, to the VF's pool */
#define VPF_ACT_TELL_STATE	BIT(5)	/* STATE_CHANGED, or the like for an old VF */
#define VPF_ACT_TELL_RESET	BIT(6)	/* a message without CTS, unless RESET comes first */

/* What to do about a VF's address that the host's bridge has learned anew */
enum vpf_vport_seen {
	VPF_SEEN_TO_VF,		/* by mistake: the bridge shall send to the VF */
	VPF_SEEN_TO_SYNTHETIC,	/* by mistake: it shall send to the VF's guest as before */
	VPF_SEEN_THERE,		/* the guest is where the bridge says */
};

/* Frames that were under way when the path moved may mislead the bridge for so long */
#define VPF_VPORT_LATE_MS	200

/**
 * struct vpf_sighting - of a VF's address, by the host's bridge
 * @ms: when, 0: not since the data path has moved
 * @on_wire: on the wire, not behind another port of the bridge
 */
struct vpf_sighting {
	u64 ms;
	bool on_wire;
};

#define VPF_VPORT_MAX_MC	VFP_MBX_MC_LIST_MAX
#define VPF_VPORT_MAX_HOMES	8

/* A bridge port that leads to the VF's guest by the synthetic path */
struct vpf_vport_home {
	u16 vid;
	int port;		/* ifindex */
};

/**
 * struct vpf_vport - a VF as the PF sees it
 * @index: VF number, which is its pool
 * @state: enum vpf_vport_state
 * @mac: its own address
 * @admin_mac: @mac was set by the operator
 * @mac_count: how often the operator has set @mac
 * @path_nack: why it can't have the data path (VFP_NACK_*), 0: it can
 * @trusted: may set its own address and promiscuous modes
 * @spoofchk: anti-spoof is on
 * @link_state: IFLA_VF_LINK_STATE_*
 * @port_vid: port VLAN, 0: none
 * @port_qos: its priority
 * @max_frame: largest frame in bytes, with header and FCS
 * @version: of the extension, 0: base messages only
 * @caps: VFP_CAP_* granted
 * @rx_mode: VFP_RX_* in force
 * @num_mc: hashes in @mc
 * @mc: multicast hashes in force
 * @mc_next: hashes of an unfinished MC_LIST in @mc_new
 * @mc_new: the list under way
 * @tokens: messages it may send now
 * @token_ms: when @tokens was last reckoned
 * @bad: malformed messages since its last reset from the host's side
 * @quarantined: no message is served
 * @tell_reset: a message without CTS is due
 * @max_rate: Mbit/s it may send, 0: no limit
 * @left_ms: when it was last active
 * @away: its address is behind the wire: its guest was moved to another host
 * @num_homes: entries of @home
 * @home: where the host's bridge knew its address before the data path came to the VF
 */
struct vpf_vport {
	u8 index;
	u8 state;
	u8 mac[ETH_ALEN];
	bool admin_mac;
	u32 mac_count;
	u8 path_nack;
	bool trusted;
	bool spoofchk;
	u8 link_state;
	u16 port_vid;
	u8 port_qos;
	u32 max_frame;
	u16 version;
	u32 caps;
	u8 rx_mode;
	u16 num_mc;
	u16 mc[VPF_VPORT_MAX_MC];
	u16 mc_next;
	u16 mc_new[VPF_VPORT_MAX_MC];
	u32 tokens;
	u64 token_ms;
	u32 bad;
	bool quarantined;
	bool tell_reset;
	u32 max_rate;
	u64 left_ms;
	bool away;
	u8 num_homes;
	struct vpf_vport_home home[VPF_VPORT_MAX_HOMES];
};

/* Message rate of a VF: a bucket this large, refilled at this many a second */
#define VPF_VPORT_BURST		128
#define VPF_VPORT_RATE		256
/* So many malformed messages, and the VF isn't listened to any more */
#define VPF_VPORT_MAX_BAD	64

void vpf_vport_init(struct vpf_vport *vp, u8 index, const u8 *mac);
int vpf_vport_event(struct vpf_vport *vp, enum vpf_vport_event ev, bool link_up, u32 *actions);
void vpf_vport_clear(struct vpf_vport *vp);
bool vpf_vport_link_up(const struct vpf_vport *vp, bool pf_link_up);
bool vpf_vport_take_token(struct vpf_vport *vp, u64 now_ms);
void vpf_vport_malformed(struct vpf_vport *vp);
enum vpf_vport_seen vpf_vport_seen(struct vpf_vport *vp, const struct vpf_sighting *last);
u8 vpf_vport_pool(const struct vpf_vport *vp);
void vpf_vport_gen_mac(u8 *mac, const u8 *pf_mac, u8 index);

#endif /* _VPF_VPORT_H_ */
