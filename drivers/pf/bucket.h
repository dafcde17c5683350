/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A token bucket: so many at once, and so many a second. Pure; locking is the caller's.
 */
#ifndef _VPF_BUCKET_H_
#define _VPF_BUCKET_H_

#include <linux/minmax.h>
#include <linux/types.h>

/**
 * struct vpf_bucket - what somebody may take
 * @milli: thousandths of a token that are there
 * @ms: when they were last reckoned
 */
struct vpf_bucket {
	u32 milli;
	u64 ms;
};

/**
 * struct vpf_bucket_size - how large a bucket is
 * @burst: tokens that it holds
 * @rate: tokens that come to it in a second
 */
struct vpf_bucket_size {
	u32 burst;
	u32 rate;
};

static inline void vpf_bucket_fill(struct vpf_bucket *b, const struct vpf_bucket_size *size,
				   u64 now_ms)
{
	u64 full = (u64)size->burst * 1000;

	/* More time than fills it adds nothing */
	b->milli = min_t(u64, full, b->milli + min_t(u64, now_ms - b->ms, full) * size->rate);
	b->ms = now_ms;
}

/* Take a token, if there is one */
static inline bool vpf_bucket_take(struct vpf_bucket *b, const struct vpf_bucket_size *size,
				   u64 now_ms)
{
	vpf_bucket_fill(b, size, now_ms);
	if (b->milli < 1000)
		return false;
	b->milli -= 1000;
	return true;
}

/* Take as many of them as there are */
static inline void vpf_bucket_drain(struct vpf_bucket *b, const struct vpf_bucket_size *size,
				    u32 tokens, u64 now_ms)
{
	vpf_bucket_fill(b, size, now_ms);
	b->milli -= min_t(u64, b->milli, (u64)tokens * 1000);
}

/* Milliseconds until there is a token */
static inline u32 vpf_bucket_wait(const struct vpf_bucket *b, const struct vpf_bucket_size *size)
{
	return b->milli < 1000 ? (1000 - b->milli + size->rate - 1) / size->rate : 0;
}

#endif /* _VPF_BUCKET_H_ */
