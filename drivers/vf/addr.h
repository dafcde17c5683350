/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VVF_ADDR_H_
#define _VVF_ADDR_H_

#include <linux/etherdevice.h>

/**
 * struct vvf_addr - what the host says of a VF's address
 * @mac: the address; none when it isn't a station's
 * @counted: the host says how often it has set the address: @count
 * @count: that
 */
struct vvf_addr {
	u8 mac[ETH_ALEN];
	bool counted;
	u32 count;
};

enum vvf_addr_do {
	VVF_ADDR_KEEP,		/* both have the same */
	VVF_ADDR_TAKE,		/* the netdev takes the host's */
	VVF_ADDR_ASK,		/* the host is asked for the netdev's */
};

bool vvf_addr_ordered(const struct vvf_addr *known, const struct vvf_addr *host);
enum vvf_addr_do vvf_addr_decide(const struct vvf_addr *known, const struct vvf_addr *host,
				 const u8 *own);

#endif /* _VVF_ADDR_H_ */
