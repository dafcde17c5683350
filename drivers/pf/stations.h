/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_STATIONS_H_
#define _VPF_STATIONS_H_

#include <linux/cache.h>
#include <linux/etherdevice.h>

#include "regs.h"

#define VPF_STA_WAYS		8	/* keys of a set: one cache line */
#define VPF_STA_SETS		256	/* a power of two */
#define VPF_STA_MAX		(VPF_STA_SETS * VPF_STA_WAYS)
#define VPF_STA_NONE		0xffff

#define VPF_STA_OWNERS		128
#define VPF_STA_HOST		0	/* the host itself: no port has this ifindex */
#define VPF_STA_PER_PORT	128	/* stations behind one port */
#define VPF_STA_PER_HOST	512	/* and of the host: macvlans, containers, its own */
#define VPF_STA_PER_VF		8	/* further addresses of one VF */
/* New stations of one owner: so many at once, and so many a second */
#define VPF_STA_BURST		64
#define VPF_STA_RATE		64

#define VPF_STA_PLACES		8

/* How precisely &vpf_stations.seen and @talked are kept, in seconds: they are seldom written */
#define VPF_STA_SEEN_S		16
#define VPF_STA_TALKED_S	8

/* What readers without a lock need of a station, in the low bits of its key */
#define VPF_STA_F_PF		BIT(0)	/* it stands behind the PF */
#define VPF_STA_F_ONLY_PF	BIT(1)	/* an exact entry leads to the PF alone */
#define VPF_STA_F_EXACT		BIT(2)	/* it has an exact entry */
#define VPF_STA_F_PLACED	BIT(3)	/* a bridge knows where it is */
#define VPF_STA_F_MASK		GENMASK_ULL(15, 0)

/**
 * struct vpf_place - where a bridge has an address
 * @bridge: ifindex of the bridge
 * @port: ifindex of its port, or of the bridge itself
 * @vid: the bridge's VLAN, 0: it has none
 * @local: the host's own
 */
struct vpf_place {
	int bridge;
	int port;
	u16 vid;
	bool local;
};

/**
 * struct vpf_station - an address and who wants its frames
 * @pf_uc: a further address of the PF
 * @vf_uc: VFs whose further address it is, a bitmap
 * @behind_pf: a station that stands behind the PF
 * @both: it is on the wire as well, where the bridge @wire_bridge has VLAN @wire_vid
 * @wire_vid: see @both
 * @wire_bridge: see @both
 * @mark: left over from before an update of the PF's addresses
 * @rar: its exact entry, 0: none
 * @hashed: it has a bit in the hash table
 * @owner: @behind_pf: index of &vpf_stations.owner
 * @prev: @behind_pf: the owner's next younger one
 * @next: @behind_pf: the owner's next older one
 * @since: when it came to the head of the owner's list
 * @num_places: in @place
 * @place: where bridges have it
 */
struct vpf_station {
	bool pf_uc;
	u8 vf_uc;
	bool behind_pf;
	bool both;
	u16 wire_vid;
	int wire_bridge;
	bool mark;
	u8 rar;
	bool hashed;
	u8 owner;
	u16 prev;
	u16 next;
	u32 since;
	u8 num_places;
	struct vpf_place place[VPF_STA_PLACES];
};

/**
 * struct vpf_sta_owner - a port of the host, or the host, and the stations behind it
 * @port: ifindex, or VPF_STA_HOST
 * @count: stations; 0: not in use
 * @first: the one that came last
 * @last: the one that came first
 * @tokens: stations it may have learned now
 * @refilled: when @tokens was last reckoned
 * @full: it has had more than its quota since @count was 0; to be reported once
 * @told: that was reported
 */
struct vpf_sta_owner {
	int port;
	u16 count;
	u16 first;
	u16 last;
	u16 tokens;
	u32 refilled;
	bool full;
	bool told;
};

/**
 * struct vpf_stations - all addresses but the functions' own, by address
 * @key: address in bits 63:16, VPF_STA_F_* below; 0: free. The only part, with @seen and @talked,
 *	that is read without a lock.
 * @seen: when a station was last heard by us, in seconds; written at most every VPF_STA_SEEN_S
 * @talked: when it and a VF last talked
 * @sta: the rest
 * @owner: who the stations are behind; the last one stands for all that found no other
 * @seed: of the hash
 * @num: stations behind the PF
 * @evicted: stations forgotten for want of room
 * @limited: stations not learned, as their owner had too many new ones at once
 *
 * Times are seconds of any clock.
 */
struct vpf_stations {
	u64 key[VPF_STA_SETS][VPF_STA_WAYS] ____cacheline_aligned;
	u32 seen[VPF_STA_MAX];
	u32 talked[VPF_STA_MAX];
	struct vpf_station sta[VPF_STA_MAX];
	struct vpf_sta_owner owner[VPF_STA_OWNERS];
	u32 seed;
	unsigned int num;
	u64 evicted;
	u64 limited;
};

static inline u64 vpf_sta_key(const u8 *mac)
{
	return ether_addr_to_u64(mac) << 16;
}

static inline bool vpf_sta_key_is(u64 key, const u8 *mac)
{
	return key && (key & ~VPF_STA_F_MASK) == vpf_sta_key(mac);
}

/* A function has asked for it, it isn't only a station */
static inline bool vpf_sta_strong(const struct vpf_station *s)
{
	return s->pf_uc || s->vf_uc;
}

void vpf_stations_init(struct vpf_stations *t, u32 seed);
int vpf_stations_find(const struct vpf_stations *t, const u8 *mac);
u64 vpf_stations_flags(const struct vpf_stations *t, unsigned int i);
void vpf_stations_set_flags(struct vpf_stations *t, unsigned int i, u64 flags);
void vpf_stations_mac(const struct vpf_stations *t, unsigned int i, u8 *mac);
bool vpf_stations_touch(u32 *when, u32 now, u32 grain);
int vpf_stations_full(const struct vpf_stations *t, const u8 *mac);
int vpf_stations_over_quota(struct vpf_stations *t, int port);
bool vpf_stations_may_learn(struct vpf_stations *t, int port, u32 now);
int vpf_stations_insert(struct vpf_stations *t, const u8 *mac, u32 now);
void vpf_stations_remove(struct vpf_stations *t, unsigned int i);
bool vpf_stations_in_use(const struct vpf_stations *t, unsigned int i);
void vpf_stations_own(struct vpf_stations *t, unsigned int i, int port, u32 now);
void vpf_stations_disown(struct vpf_stations *t, unsigned int i);
int vpf_stations_of_port(const struct vpf_stations *t, int port);
int vpf_stations_full_owner(struct vpf_stations *t);
void vpf_stations_place(struct vpf_stations *t, unsigned int i, const struct vpf_place *place);
bool vpf_stations_unplace(struct vpf_stations *t, unsigned int i, int bridge, u16 vid);
bool vpf_stations_leave_bridge(struct vpf_stations *t, unsigned int i, int bridge);
bool vpf_stations_is_local(const struct vpf_stations *t, unsigned int i);

#endif /* _VPF_STATIONS_H_ */
