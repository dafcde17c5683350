// SPDX-License-Identifier: GPL-2.0
/*
 * The NIC gives a multicast back to its sender as well. Those with the VF's own source are known
 * by that; of those that others send through it (a bridge, a macvlan), each is remembered for a
 * moment.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "vf.h"

static u64 vvf_echo_now(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

static u16 vvf_echo_tci(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;
}

/**
 * vvf_echo_note() - the VF sends a multicast with somebody else's source
 * @a: adapter
 * @skb: frame, from its Ethernet header
 *
 * Context: ndo_start_xmit, from netpoll as well.
 */
void vvf_echo_note(struct vvf_adapter *a, const struct sk_buff *skb)
{
	u32 signature = vpf_reflect_signature(skb->data, skb_headlen(skb), skb->len,
					      vvf_echo_tci(skb));
	u64 now = vvf_echo_now();
	unsigned long flags;

	spin_lock_irqsave(&a->echo_lock, flags);
	vpf_reflect_note(&a->echo, signature, now);
	spin_unlock_irqrestore(&a->echo_lock, flags);
	WRITE_ONCE(a->echo_jiffies, jiffies);
}

/**
 * vvf_echo_match() - has the VF sent this frame itself?
 * @a: adapter
 * @skb: multicast, past its Ethernet header
 *
 * Context: NAPI.
 *
 * Return: true if so.
 */
bool vvf_echo_match(struct vvf_adapter *a, const struct sk_buff *skb)
{
	unsigned long flags;
	u32 signature;
	bool match;

	if (ether_addr_equal(eth_hdr(skb)->h_source, a->netdev->dev_addr))
		return true;
	/* Nothing of that kind was sent lately */
	if (time_after(jiffies, READ_ONCE(a->echo_jiffies) + msecs_to_jiffies(VPF_REFLECT_MS)))
		return false;
	signature = vpf_reflect_signature(skb_mac_header(skb), skb_headlen(skb) + ETH_HLEN,
					  skb->len + ETH_HLEN, vvf_echo_tci(skb));
	spin_lock_irqsave(&a->echo_lock, flags);
	match = vpf_reflect_match(&a->echo, signature, vvf_echo_now());
	spin_unlock_irqrestore(&a->echo_lock, flags);
	return match;
}
