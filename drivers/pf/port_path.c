// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: What a VF would get round
 *
 * A guest's frames come to the host's bridge by its tap or, by its VF, through the PF's port. What
 * the operator has set for the tap holds for the tap alone. So a VF may not have the data path of
 * a guest whose tap is isolated, locked, doesn't learn, or is in another VLAN than the VF; nor one
 * that sends larger frames than the tap takes: what works by one path alone fails in silence.
 *
 * Pure.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>

#include "mbx_abi.h"
#include "port_path.h"

/**
 * vpf_port_path_nack() - may a VF take over from a tap?
 * @tap: the port that the guest's synthetic path ends on
 * @pf: the port behind which its VF is, on the same bridge
 * @port_vid: the VF's port VLAN if @pf gets its frames with that tag; 0: it gets them untagged
 * @max_frame: the largest frame of the VF in bytes, with header and FCS; two tags don't count
 *
 * Return: 0, VFP_NACK_BRIDGE_PORT or VFP_NACK_FRAME_SIZE.
 */
u8 vpf_port_path_nack(const struct vpf_port_view *tap, const struct vpf_port_view *pf,
		      u16 port_vid, u32 max_frame)
{
	if (tap->isolated || tap->locked || !tap->learning)
		return VFP_NACK_BRIDGE_PORT;
	if (max_frame > tap->mtu + ETH_HLEN + 2 * VLAN_HLEN + ETH_FCS_LEN)
		return VFP_NACK_FRAME_SIZE;
	if (!tap->filters)
		return 0;
	/* Untagged frames of the guest stay in their VLAN, whose frames it gets untagged */
	if (!tap->vid || !tap->untagged || tap->vid != (port_vid ? port_vid : pf->vid))
		return VFP_NACK_BRIDGE_PORT;
	return port_vid || pf->untagged ? 0 : VFP_NACK_BRIDGE_PORT;
}
