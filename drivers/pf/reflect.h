/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_REFLECT_H_
#define _VPF_REFLECT_H_

#include <linux/types.h>

#define VPF_REFLECT_SETS	64	/* a power of two */
#define VPF_REFLECT_WAYS	8
#define VPF_REFLECT_MS		100	/* a reflection comes within */

struct vpf_reflect_entry {
	u32 signature;		/* 0: free */
	u64 ms;
};

/* Frames the PF sent a moment ago, each once, by signature */
struct vpf_reflect {
	struct vpf_reflect_entry entry[VPF_REFLECT_SETS][VPF_REFLECT_WAYS];
	u64 dropped;		/* frames recognised */
};

u32 vpf_reflect_signature(const u8 *head, unsigned int len, unsigned int frame_len, u16 tci);
void vpf_reflect_note(struct vpf_reflect *r, u32 signature, u64 now_ms);
bool vpf_reflect_match(struct vpf_reflect *r, u32 signature, u64 now_ms);

#endif /* _VPF_REFLECT_H_ */
