/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_REFLECT_H_
#define _VPF_REFLECT_H_

#include <linux/types.h>

/*
 * Reflections wait in the PF's receive ring, which has 4096 places at most: five times that, so
 * that hardly ever more than VPF_REFLECT_WAYS of a full ring meet in a set (one time in sixty)
 */
#define VPF_REFLECT_SETS	2048	/* a power of two */
#define VPF_REFLECT_WAYS	10
#define VPF_REFLECT_MS		100	/* a reflection comes within */
#define VPF_REFLECT_PROBE	1024	/* none of so many came back: this NIC doesn't reflect */

struct vpf_reflect_entry {
	u32 signature;		/* 0: free */
	u32 ms;
};

/**
 * struct vpf_reflect - frames the PF sent a moment ago, each once, by signature
 * @entry: by signature
 * @dropped: frames recognised
 * @expired: frames forgotten that didn't come back
 * @overflown: frames forgotten too early
 * @absent: the NIC doesn't reflect; read without a lock
 */
struct vpf_reflect {
	struct vpf_reflect_entry entry[VPF_REFLECT_SETS][VPF_REFLECT_WAYS];
	u64 dropped;
	u64 expired;
	u64 overflown;
	bool absent;
};

u32 vpf_reflect_signature(const u8 *head, unsigned int len, unsigned int frame_len, u16 tci);
void vpf_reflect_note(struct vpf_reflect *r, u32 signature, u32 now_ms);
bool vpf_reflect_match(struct vpf_reflect *r, u32 signature, u32 now_ms);
void vpf_reflect_probe(struct vpf_reflect *r);

#endif /* _VPF_REFLECT_H_ */
