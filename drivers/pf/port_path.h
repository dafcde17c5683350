/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_PORT_PATH_H_
#define _VPF_PORT_PATH_H_

#include <linux/types.h>

/**
 * struct vpf_port_view - what a bridge does with the frames of a port
 * @isolated: they reach no other isolated port
 * @locked: only those of known addresses pass
 * @learning: addresses are learned from them
 * @filters: the bridge filters VLANs; the rest counts then
 * @vid: the VLAN of untagged frames, 0: they are dropped
 * @untagged: that VLAN's frames leave untagged
 * @mtu: what its netdev carries
 */
struct vpf_port_view {
	bool isolated;
	bool locked;
	bool learning;
	bool filters;
	u16 vid;
	bool untagged;
	u32 mtu;
};

u8 vpf_port_path_nack(const struct vpf_port_view *tap, const struct vpf_port_view *pf,
		      u16 port_vid, u32 max_frame);

#endif /* _VPF_PORT_PATH_H_ */
