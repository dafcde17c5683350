// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Reflections
 *
 * With loopback on, the emulated NIC delivers a broadcast or multicast to its sender
 * as well, and nothing in the descriptor tells it from one off the wire. A bridge on
 * the PF would see its own frames come back and learn its stations on the wrong
 * port. So the PF remembers a signature of each for a moment, and drops one frame
 * for each that it remembers.
 *
 * Hardware that doesn't reflect loses nothing by it: a signature that finds no match
 * expires. Once VPF_REFLECT_PROBE of them have, and never one came back, no more are taken.
 *
 * Pure. Locking is the caller's.
 */
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/minmax.h>

#include "reflect.h"

/* Bytes of a frame that the NIC doesn't change: up to where L4 with its checksum starts */
static unsigned int vpf_reflect_fixed(const u8 *head, unsigned int len)
{
	u16 proto;

	if (len < ETH_HLEN)
		return len;
	proto = head[2 * ETH_ALEN] << 8 | head[2 * ETH_ALEN + 1];
	switch (proto) {
	case ETH_P_IP:
		return min(len, ETH_HLEN + 20U);
	case ETH_P_IPV6:
		return min(len, ETH_HLEN + 40U);
	default:
		return min(len, ETH_HLEN + 28U);
	}
}

/**
 * vpf_reflect_signature() - what a frame is recognised by
 * @head: its start, from the Ethernet header, without the VLAN tag in @tci
 * @len: bytes at @head
 * @frame_len: length of the whole frame without that tag
 * @tci: VLAN tag that it has or gets outside of @head, 0: none
 *
 * Return: a hash, never 0.
 */
u32 vpf_reflect_signature(const u8 *head, unsigned int len, unsigned int frame_len, u16 tci)
{
	u32 hash;

	/* A short frame is padded on its way */
	frame_len = max_t(unsigned int, frame_len, ETH_ZLEN);
	hash = jhash(head, vpf_reflect_fixed(head, len), tci << 16 | (frame_len & 0xffff));
	return hash ? hash : 1;
}

static struct vpf_reflect_entry *vpf_reflect_set(struct vpf_reflect *r, u32 signature)
{
	return r->entry[signature & (VPF_REFLECT_SETS - 1)];
}

static bool vpf_reflect_fresh(const struct vpf_reflect_entry *e, u32 now_ms)
{
	return e->signature && now_ms - e->ms <= VPF_REFLECT_MS;
}

/**
 * vpf_reflect_note() - the PF sends a frame that may come back
 * @r: memory; the oldest of a full set is forgotten
 * @signature: of the frame
 * @now_ms: time in ms
 */
void vpf_reflect_note(struct vpf_reflect *r, u32 signature, u32 now_ms)
{
	struct vpf_reflect_entry *e = vpf_reflect_set(r, signature), *use = e;
	unsigned int i;

	for (i = 0; i < VPF_REFLECT_WAYS; i++) {
		if (!vpf_reflect_fresh(&e[i], now_ms)) {
			use = &e[i];
			break;
		}
		if ((s32)(e[i].ms - use->ms) < 0)
			use = &e[i];
	}
	if (vpf_reflect_fresh(use, now_ms))
		r->overflown++;
	else if (use->signature && ++r->expired >= VPF_REFLECT_PROBE && !r->dropped)
		WRITE_ONCE(r->absent, true);
	use->signature = signature;
	use->ms = now_ms;
}

/**
 * vpf_reflect_match() - has the PF sent this frame itself?
 * @r: memory
 * @signature: of the frame
 * @now_ms: time in ms
 *
 * Return: true, and forgets it: the same frame comes back once.
 */
bool vpf_reflect_match(struct vpf_reflect *r, u32 signature, u32 now_ms)
{
	struct vpf_reflect_entry *e = vpf_reflect_set(r, signature), *oldest = NULL;
	unsigned int i;

	for (i = 0; i < VPF_REFLECT_WAYS; i++) {
		if (e[i].signature != signature || !vpf_reflect_fresh(&e[i], now_ms))
			continue;
		if (!oldest || (s32)(e[i].ms - oldest->ms) < 0)
			oldest = &e[i];
	}
	if (!oldest)
		return false;
	oldest->signature = 0;
	r->dropped++;
	return true;
}

/**
 * vpf_reflect_probe() - look again whether the NIC reflects
 * @r: memory
 */
void vpf_reflect_probe(struct vpf_reflect *r)
{
	r->expired = 0;
	WRITE_ONCE(r->absent, false);
}
