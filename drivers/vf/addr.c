// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Whose address?
 *
 * A VF's address is the host's to give, and a guest may have one of its own, if the host lets
 * it. Whoever was last has it: what the host sets after that is an order, and what it has just
 * kept is not. An order is known by its count; a host that doesn't count (in-tree igb) gives one
 * by showing another address than it did before.
 *
 * Pure.
 */
#include "addr.h"

/**
 * vvf_addr_ordered() - has the host set the address since?
 * @known: what it has said last, or agreed to
 * @host: what it says
 *
 * Return: true if so.
 */
bool vvf_addr_ordered(const struct vvf_addr *known, const struct vvf_addr *host)
{
	if (!is_valid_ether_addr(host->mac))
		return false;
	if (known->counted && host->counted)
		return known->count != host->count;
	return !ether_addr_equal_unaligned(known->mac, host->mac);
}

/**
 * vvf_addr_decide() - what to do about an address
 * @known: what the host has said last, or agreed to
 * @host: what it says
 * @own: the netdev's
 *
 * Return: what to do. When the host doesn't agree to VVF_ADDR_ASK the netdev has to take
 * the host's all the same, if there is one: a netdev with another has no traffic.
 */
enum vvf_addr_do vvf_addr_decide(const struct vvf_addr *known, const struct vvf_addr *host,
				 const u8 *own)
{
	if (ether_addr_equal_unaligned(host->mac, own))
		return VVF_ADDR_KEEP;
	return vvf_addr_ordered(known, host) ? VVF_ADDR_TAKE : VVF_ADDR_ASK;
}
