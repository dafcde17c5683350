/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_FDB_H_
#define _VPF_FDB_H_

#include <linux/etherdevice.h>

#include "regs.h"
#include "stations.h"

/* Whose a further address is */
enum vpf_fdb_owner {
	VPF_FDB_PF_UC,
	VPF_FDB_VF_UC,
};

#define VPF_FDB_RAR_PF		0
#define VPF_FDB_RAR_VF(n)	(VFP_NUM_RAR - 1 - (n))
/* and the reverse */
#define VPF_FDB_VF_OF_RAR(i)	(VFP_NUM_RAR - 1 - (i))
#define VPF_FDB_SHARED_FIRST	1
#define VPF_FDB_SHARED_LAST	(VPF_FDB_RAR_VF(VFP_MAX_VFS - 1) - 1)
#define VPF_FDB_NUM_SHARED	(VPF_FDB_SHARED_LAST - VPF_FDB_SHARED_FIRST + 1)
#define VPF_FDB_HASHES		(VFP_NUM_UTA * 32)

/* A station that VFs talked to so short a time ago keeps its exact entry, in seconds */
#define VPF_FDB_TALK_S		30
/* One that wasn't heard for so long, and that no bridge knows, may be anywhere */
#define VPF_FDB_QUIET_S		300

/*
 * A receive address: @pools is a bitmap, 0: not in use. @held: an own address that is delivered
 * nowhere for the moment, but stays its owner's.
 */
struct vpf_fdb_rar {
	u8 mac[ETH_ALEN];
	u8 pools;
	bool held;
};

/**
 * struct vpf_fdb - the embedded switch's address table
 * @own: the functions' own addresses by pool, as &vpf_stations.key, 0: none; read without a lock
 * @sta: all others
 * @now: the time, in seconds of any clock
 * @rar: what the 24 exact entries shall hold
 * @hw: what the registers hold (vpf_fdb_forget(): nothing is known)
 * @user: index in @sta of a shared entry's address
 * @uc: further addresses, by pool
 * @route: the pool that gets what a pool wants: its own or the PF's
 * @uta: what the hash table shall hold: addresses that found no exact entry; read without a lock
 * @uta_hw: what its registers hold (they can't be read)
 * @uta_users: how many addresses have a bit of @uta
 * @hw_known: false, the registers were reset: all of them want writing
 * @used: shared exact entries in use
 * @hashed: addresses that only the hash table serves
 * @refused: addresses turned away for want of room
 */
struct vpf_fdb {
	u64 own[VFP_NUM_POOLS] ____cacheline_aligned;
	struct vpf_stations sta;
	u32 now;
	struct vpf_fdb_rar rar[VFP_NUM_RAR];
	struct vpf_fdb_rar hw[VFP_NUM_RAR];
	u16 user[VFP_NUM_RAR];
	u16 uc[VFP_NUM_POOLS];
	u8 route[VFP_NUM_POOLS];
	u32 uta[VFP_NUM_UTA];
	u32 uta_hw[VFP_NUM_UTA];
	u16 uta_users[VPF_FDB_HASHES];
	bool hw_known;
	unsigned int used;
	unsigned int hashed;
	u64 refused;
};

/* What to do to a receive address register pair */
enum vpf_fdb_write {
	VPF_FDB_KEEP,
	VPF_FDB_POOLS,		/* the pool field only: one write, never a gap */
	VPF_FDB_CLEAR,		/* RAH = 0 */
	VPF_FDB_REPLACE,	/* RAH = 0, RAL, RAH */
};

void vpf_fdb_init(struct vpf_fdb *fdb, u32 seed);
int vpf_fdb_set_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac, u8 pools);
int vpf_fdb_hold_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac);
void vpf_fdb_route(struct vpf_fdb *fdb, u8 pool, u8 to);

/* fdb_uc.c: further addresses */
int vpf_fdb_add(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool, const u8 *mac);
void vpf_fdb_flush(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool);
void vpf_fdb_mark_uc(struct vpf_fdb *fdb);
void vpf_fdb_flush_marked_uc(struct vpf_fdb *fdb);
bool vpf_fdb_is_others(const struct vpf_fdb *fdb, u8 pool, const u8 *mac);

/* fdb_learn.c: stations */
bool vpf_fdb_learn(struct vpf_fdb *fdb, const u8 *mac, int port, u32 now);
void vpf_fdb_talk(struct vpf_fdb *fdb, const u8 *mac, u32 now);
bool vpf_fdb_on_wire(struct vpf_fdb *fdb, const u8 *mac);
int vpf_fdb_place(struct vpf_fdb *fdb, const u8 *mac, const struct vpf_place *place, u32 now);
void vpf_fdb_unplace(struct vpf_fdb *fdb, const u8 *mac, int bridge, u16 vid);
void vpf_fdb_moved(struct vpf_fdb *fdb, const u8 *mac, int bridge, u16 vid);
int vpf_fdb_take_place(struct vpf_fdb *fdb, const u8 *mac, struct vpf_place *place);
void vpf_fdb_forget_port(struct vpf_fdb *fdb, int port);
void vpf_fdb_forget_bridge(struct vpf_fdb *fdb, int bridge);
bool vpf_fdb_is_local(const struct vpf_fdb *fdb, const u8 *mac);
void vpf_fdb_tend(struct vpf_fdb *fdb, u32 now);

/* fdb.c for the other two */
int vpf_fdb_get(struct vpf_fdb *fdb, const u8 *mac);
void vpf_fdb_settle(struct vpf_fdb *fdb, unsigned int i);
void vpf_fdb_demote(struct vpf_fdb *fdb, unsigned int i);

int vpf_fdb_find_own(const struct vpf_fdb *fdb, const u8 *mac);
u16 vpf_fdb_hash(const u8 *mac);
bool vpf_fdb_in_hash(const struct vpf_fdb *fdb, const u8 *mac);
int vpf_fdb_pool_of(const struct vpf_fdb *fdb, const u8 *mac, u64 *flags);
enum vpf_fdb_write vpf_fdb_next(const struct vpf_fdb *fdb, unsigned int rar);
void vpf_fdb_written(struct vpf_fdb *fdb, unsigned int rar);
void vpf_fdb_forget(struct vpf_fdb *fdb);

#endif /* _VPF_FDB_H_ */
