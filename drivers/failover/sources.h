/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VFO_SOURCES_H_
#define _VFO_SOURCES_H_

#include <linux/if_ether.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define VFO_SOURCES_BUCKETS	64
#define VFO_SOURCES_WAYS	4
/* As long as a bridge remembers a station by default (IEEE 802.1D-2004, table 7-5) */
#define VFO_SOURCES_AGE_S	300
/* A NIC gives a station's multicast back at once, or never */
#define VFO_SOURCES_ECHO_MS	200

/* A station that sends through the upper; all zero: none */
struct vfo_source {
	u8 mac[ETH_ALEN];
	u16 vid;
	unsigned long seen;	/* it has sent (jiffies) */
	unsigned long sent;	/* it has, or we have for it */
};

/**
 * struct vfo_sources - the stations behind an upper
 * @lock: of this table alone
 * @any: there is, or was, one
 * @bucket: by hash of the address; the oldest of a bucket makes room
 */
struct vfo_sources {
	spinlock_t lock;	/* protects all of it */
	bool any;
	struct vfo_source bucket[VFO_SOURCES_BUCKETS][VFO_SOURCES_WAYS];
};

void vfo_sources_init(struct vfo_sources *s);
void vfo_sources_note(struct vfo_sources *s, const u8 *mac, u16 vid, unsigned long now);
void vfo_sources_sent(struct vfo_sources *s, const struct vfo_source *station, unsigned long now);
bool vfo_sources_echo(struct vfo_sources *s, const u8 *mac, u16 vid, unsigned long now);
unsigned int vfo_sources_fresh(struct vfo_sources *s, unsigned long now, struct vfo_source *out,
			       unsigned int max);

#endif /* _VFO_SOURCES_H_ */
