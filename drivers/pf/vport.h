/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_VPORT_H_
#define _VPF_VPORT_H_

#include <linux/etherdevice.h>
#include <linux/if_link.h>

#include "bucket.h"
#include "mbx_abi.h"
#include "regs.h"

/**
 * enum vpf_vport_state - what a VF may do
 * @VPF_VPORT_FREE: there is no such VF
 * @VPF_VPORT_RESERVED: pool, queues, address and vectors are its own, but no
 *	driver has asked for them yet
 * @VPF_VPORT_ATTACHED: a driver did its RESET handshake; queues may run, its
 *	address still belongs to the PF's pool
 * @VPF_VPORT_ARRIVING: its address belongs to its pool, but not to the host's bridge yet: what
 *	the PF has received before is still under way to the synthetic path
 * @VPF_VPORT_ACTIVE: the data path is on the VF
 * @VPF_VPORT_LEAVING: the bridge sends to the synthetic path, but its address still belongs to
 *	its pool: what the PF was given before is still under way to it
 * @VPF_VPORT_STATES: how many
 */
enum vpf_vport_state {
	VPF_VPORT_FREE,
	VPF_VPORT_RESERVED,
	VPF_VPORT_ATTACHED,
	VPF_VPORT_ARRIVING,
	VPF_VPORT_ACTIVE,
	VPF_VPORT_LEAVING,
	VPF_VPORT_STATES,
};

enum vpf_vport_event {
	VPF_EV_RESERVE,		/* sriov_configure makes the VF */
	VPF_EV_RELEASE,		/* sriov_configure takes it away */
	VPF_EV_RESET,		/* the VF's RESET message */
	VPF_EV_FLR,		/* VFLR: reset by its driver, the host or a dying guest */
	VPF_EV_PATH_VF,		/* data path to the VF */
	VPF_EV_PATH_SYNTHETIC,	/* data path away from the VF */
	VPF_EV_SETTLED,		/* what was under way when the path moved has come to its end */
	VPF_EV_NEWS,		/* carrier, VLAN, trust: the VF must know */
	VPF_EV_LINK_DISABLE,	/* link state policy: no link */
	VPF_EV_MUTE,		/* it has had time to hear of that */
	VPF_EV_LINK_ENABLE,	/* link state policy: no longer disabled */
	VPF_EV_HOST_MAC,	/* the operator has given it another address: &vpf_vport.next_mac */
	VPF_EV_OWN_MAC,		/* it takes another address itself: &vpf_vport.next_mac */
	VPF_EV_PF_RESET,	/* the whole NIC was reset */
	VPF_EVENTS,
};

/* What follows from an event, in the order in which it is to be done */
#define VPF_ACT_FORGET		BIT(0)	/* where bridges have seen its address counts no more */
#define VPF_ACT_TO_SYNTHETIC	BIT(1)	/* bridge FDB to the synthetic path's port */
#define VPF_ACT_TAKE_MAC	BIT(2)	/* its next address is its address */
#define VPF_ACT_PLACE		BIT(3)	/* RAR to the pool that vpf_vport_pool() says */
#define VPF_ACT_DISABLE		BIT(4)	/* VFRE and VFTE off */
#define VPF_ACT_CLEAR		BIT(5)	/* forget what its driver asked for */
#define VPF_ACT_ENABLE		BIT(6)	/* VFRE and VFTE on */
#define VPF_ACT_TO_VF		BIT(7)	/* bridge FDB to the PF, behind which the VF is */
#define VPF_ACT_SETTLE		BIT(8)	/* wait for what is under way, then VPF_EV_SETTLED */
#define VPF_ACT_MUTE_LATER	BIT(9)	/* VPF_EV_MUTE in VPF_VPORT_MUTE_MS */
#define VPF_ACT_TELL		BIT(10)	/* a message is due: see vpf_vport_tell() */

/* A VF that is disabled is told, and may send what it has for so long */
#define VPF_VPORT_MUTE_MS	2000

/* What to do about a VF's address that the host's bridge has learned anew */
enum vpf_vport_seen {
	VPF_SEEN_TO_VF,		/* by mistake: the bridge shall send to the VF */
	VPF_SEEN_TO_SYNTHETIC,	/* by mistake: it shall send to the VF's guest as before */
	VPF_SEEN_THERE,		/* the guest is where the bridge says */
};

/* Frames that were under way when the path moved may mislead the bridge for so long */
#define VPF_VPORT_LATE_MS	200

/* A guest that talks by its synthetic path alone, so often and for so long, doesn't know its VF */
#define VPF_VPORT_SILENT_TIMES	3
#define VPF_VPORT_SILENT_MS	1000

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

/* The message that is due to a VF */
enum vpf_vport_tell {
	VPF_TELL_NOTHING,
	VPF_TELL_STATE,		/* look: STATE_CHANGED, or the like for an old driver */
	VPF_TELL_RESET,		/* without CTS: start again */
};

/* Its driver most likely starts again by itself; one that was told and doesn't ask is told again */
#define VPF_VPORT_TELL_RESET_MS	5
#define VPF_VPORT_TELL_AGAIN_MS	1000

/**
 * struct vpf_vport - a VF as the PF sees it
 * @index: VF number, which is its pool
 * @state: enum vpf_vport_state
 * @mac: its own address
 * @host_mac: the address that the host gives it; @mac is another one while its guest may have
 *	one of its own
 * @next_mac: what @mac is about to be
 * @shown_mac: what @mac was before the operator set one: setting it again takes that back
 * @admin_mac: @host_mac was set by the operator
 * @mac_count: how often the operator has set @host_mac
 * @mac_due: the VF doesn't know @host_mac yet
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
 * @more_mc: it listens to more groups than it could say
 * @mc_next: hashes of an unfinished MC_LIST in @mc_new
 * @mc_new: the list under way
 * @messages: messages it may send
 * @limited: it has sent more
 * @paths: moves of its data path or address that it may ask for
 * @path_due: it wants the data path, and has asked for it too often
 * @bad: malformed messages since the host last took it for new
 * @quarantined: no message is served
 * @warned: the log has its line about that
 * @resets: resets so far: what was asked for before one isn't answered after it
 * @moves: data path moves begun so far: each is settled once
 * @tell_state: it has something to look at
 * @tell_reset: a message without CTS is due
 * @tell_ms: when it was last told to look, 0: not yet; for @tell_reset when that became due
 * @max_rate: Mbit/s it may send, 0: no limit
 * @left_ms: when it was last active
 * @silent_ms: when its guest was first heard by the synthetic path alone, 0: it wasn't
 * @silent_tx: frames that the VF had sent then
 * @silent_times: how often that was since
 * @away: its address is behind the wire: its guest was moved to another host
 * @num_homes: entries of @home
 * @home: where the host's bridge knew its address before the data path came to the VF
 */
struct vpf_vport {
	u8 index;
	u8 state;
	u8 mac[ETH_ALEN];
	u8 host_mac[ETH_ALEN];
	u8 next_mac[ETH_ALEN];
	u8 shown_mac[ETH_ALEN];
	bool admin_mac;
	u32 mac_count;
	bool mac_due;
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
	bool more_mc;
	u16 mc_next;
	u16 mc_new[VPF_VPORT_MAX_MC];
	struct vpf_bucket messages;
	bool limited;
	struct vpf_bucket paths;
	bool path_due;
	u32 bad;
	bool quarantined;
	bool warned;
	u32 resets;
	u32 moves;
	bool tell_state;
	bool tell_reset;
	u64 tell_ms;
	u32 max_rate;
	u64 left_ms;
	u64 silent_ms;
	u64 silent_tx;
	unsigned int silent_times;
	bool away;
	u8 num_homes;
	struct vpf_vport_home home[VPF_VPORT_MAX_HOMES];
};

/* Messages of a VF: so many at once, and a second. A reset counts as some of them. */
#define VPF_VPORT_BURST		128
#define VPF_VPORT_RATE		256
#define VPF_VPORT_RESET_COST	16
/* Data paths to the VF: each makes the host wait for what is under way, and its bridge learn */
#define VPF_VPORT_PATH_BURST	32
#define VPF_VPORT_PATH_RATE	4
/* So many malformed messages, and the VF isn't listened to any more */
#define VPF_VPORT_MAX_BAD	64

/* Has its driver done the RESET handshake? */
static inline bool vpf_vport_attached(const struct vpf_vport *vp)
{
	return vp->state >= VPF_VPORT_ATTACHED;
}

/* Is the data path on it, or about to be? */
static inline bool vpf_vport_on_vf(const struct vpf_vport *vp)
{
	return vp->state == VPF_VPORT_ARRIVING || vp->state == VPF_VPORT_ACTIVE;
}

/* VFP_RX_* in force. Without trust, the groups that an old driver could name have to do. */
static inline u8 vpf_vport_rx_mode(const struct vpf_vport *vp)
{
	return vp->rx_mode | (vp->more_mc && vp->trusted ? VFP_RX_ALLMULTI : 0);
}

void vpf_vport_init(struct vpf_vport *vp, u8 index, const u8 *mac);
int vpf_vport_event(struct vpf_vport *vp, enum vpf_vport_event ev, bool link_up, u64 now_ms,
		    u32 *actions);
void vpf_vport_clear(struct vpf_vport *vp);
bool vpf_vport_link_up(const struct vpf_vport *vp, bool pf_link_up);
bool vpf_vport_take_token(struct vpf_vport *vp, u64 now_ms);
u32 vpf_vport_token_wait(const struct vpf_vport *vp);
int vpf_vport_take_move(struct vpf_vport *vp, u64 now_ms);
int vpf_vport_take_path(struct vpf_vport *vp, bool link_up, u64 now_ms);
u32 vpf_vport_path_wait(struct vpf_vport *vp, u64 now_ms);
void vpf_vport_malformed(struct vpf_vport *vp);
bool vpf_vport_pardon(struct vpf_vport *vp);
enum vpf_vport_tell vpf_vport_tell(const struct vpf_vport *vp, u64 now_ms, u32 *wait_ms);
void vpf_vport_told(struct vpf_vport *vp, enum vpf_vport_tell what, u64 now_ms);
void vpf_vport_asked(struct vpf_vport *vp);
bool vpf_vport_pins(const struct vpf_vport *vp, const u8 *mac, const u8 *gen);
void vpf_vport_set_host_mac(struct vpf_vport *vp, const u8 *mac, const u8 *shown, bool pin);
enum vpf_vport_seen vpf_vport_seen(struct vpf_vport *vp, const struct vpf_sighting *last);
bool vpf_vport_silent(struct vpf_vport *vp, u64 tx_packets, u64 now_ms);
u8 vpf_vport_pool(const struct vpf_vport *vp);
void vpf_vport_gen_mac(u8 *mac, const u8 *pf_mac, u8 index);

#endif /* _VPF_VPORT_H_ */
