/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_FDB_H_
#define _VPF_FDB_H_

#include <linux/etherdevice.h>

#include "regs.h"

/* Who asks for an address, most important first */
enum vpf_fdb_owner {
	VPF_FDB_PF_UC,		/* the PF's further addresses */
	VPF_FDB_VF_UC,		/* a VF's further addresses */
	VPF_FDB_BRIDGE,		/* known on other ports of the PF's bridges */
	VPF_FDB_OWNERS,
};

#define VPF_FDB_RAR_PF		0
#define VPF_FDB_RAR_VF(n)	(VFP_NUM_RAR - 1 - (n))
/* and the reverse */
#define VPF_FDB_VF_OF_RAR(i)	(VFP_NUM_RAR - 1 - (i))
#define VPF_FDB_SHARED_FIRST	1
#define VPF_FDB_SHARED_LAST	(VPF_FDB_RAR_VF(VFP_MAX_VFS - 1) - 1)
#define VPF_FDB_NUM_SHARED	(VPF_FDB_SHARED_LAST - VPF_FDB_SHARED_FIRST + 1)
#define VPF_FDB_MAX_WANTS	512
#define VPF_FDB_MAX_VF_UC	8	/* further addresses of one VF */

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
 * struct vpf_fdb_want - an address somebody wants to get
 * @mac: address
 * @pool: who: the PF's pool, or a VF's (its frames may go to the PF's all the same,
 *	see &vpf_fdb.route)
 * @owner: enum vpf_fdb_owner
 * @vid: VPF_FDB_BRIDGE: the bridge's VLAN. It has an entry for each; all of them have
 *	to go before the address does.
 * @bridge: VPF_FDB_BRIDGE: ifindex of the bridge; several may know the same address
 * @port: VPF_FDB_BRIDGE: ifindex of the bridge's port, or of the bridge itself
 */
struct vpf_fdb_want {
	u8 mac[ETH_ALEN];
	u8 pool;
	u8 owner;
	u16 vid;
	int bridge;
	int port;
};

/**
 * struct vpf_fdb - the embedded switch's address table
 * @rar: what the 24 exact entries shall hold
 * @hw: what the registers hold (vpf_fdb_forget(): nothing is known)
 * @want: all wishes beyond the PF's and the VFs' own addresses
 * @num_wants: how many
 * @route: the pool that gets what a pool wants: its own or the PF's
 * @uta: what the hash table shall hold: addresses that found no exact entry
 * @uta_hw: what its registers hold (they can't be read)
 * @hw_known: false, the registers were reset: all of them want writing
 * @used: shared exact entries in use
 * @hashed: wishes that only the hash table serves
 * @refused: wishes turned away because @want was full
 */
struct vpf_fdb {
	struct vpf_fdb_rar rar[VFP_NUM_RAR];
	struct vpf_fdb_rar hw[VFP_NUM_RAR];
	struct vpf_fdb_want want[VPF_FDB_MAX_WANTS];
	unsigned int num_wants;
	u8 route[VFP_NUM_POOLS];
	u32 uta[VFP_NUM_UTA];
	u32 uta_hw[VFP_NUM_UTA];
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

void vpf_fdb_init(struct vpf_fdb *fdb);
int vpf_fdb_set_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac, u8 pools);
int vpf_fdb_hold_own(struct vpf_fdb *fdb, unsigned int rar, const u8 *mac);
int vpf_fdb_add(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool, const u8 *mac);
int vpf_fdb_del(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool, const u8 *mac);
int vpf_fdb_add_bridge(struct vpf_fdb *fdb, int bridge, const u8 *mac, u16 vid, int port);
int vpf_fdb_del_bridge(struct vpf_fdb *fdb, int bridge, const u8 *mac, u16 vid);
int vpf_fdb_take_bridge(struct vpf_fdb *fdb, const u8 *mac, u16 *vid, int *port);
void vpf_fdb_flush_bridge(struct vpf_fdb *fdb, int bridge);
void vpf_fdb_flush(struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool);
void vpf_fdb_route(struct vpf_fdb *fdb, u8 pool, u8 to);
unsigned int vpf_fdb_count(const struct vpf_fdb *fdb, enum vpf_fdb_owner owner, u8 pool);
int vpf_fdb_find(const struct vpf_fdb *fdb, const u8 *mac);
int vpf_fdb_find_own(const struct vpf_fdb *fdb, const u8 *mac);
u16 vpf_fdb_hash(const u8 *mac);
bool vpf_fdb_in_hash(const struct vpf_fdb *fdb, const u8 *mac);
enum vpf_fdb_write vpf_fdb_next(const struct vpf_fdb *fdb, unsigned int rar);
void vpf_fdb_written(struct vpf_fdb *fdb, unsigned int rar);
void vpf_fdb_forget(struct vpf_fdb *fdb);

#endif /* _VPF_FDB_H_ */
