// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Stations behind an upper
 *
 * When an upper is a port of a bridge in the guest, or has a macvlan on it, others send through it.
 * After a move the host's bridge and the network have to hear of these as well as of the guest
 * itself, and none of them says anything by itself. So their addresses are noted as they send, as
 * a bridge does it: bounded, the oldest making room. What the NIC gives back of theirs is known by
 * it.
 *
 * Pure but for the lock.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/string.h>

#include "sources.h"

/**
 * vfo_sources_init() - none yet
 * @s: sources
 */
void vfo_sources_init(struct vfo_sources *s)
{
	memset(s, 0, sizeof(*s));
	spin_lock_init(&s->lock);
}

static struct vfo_source *vfo_sources_bucket(struct vfo_sources *s, const u8 *mac, u16 vid)
{
	return s->bucket[(mac[4] ^ mac[5] ^ vid) % VFO_SOURCES_BUCKETS];
}

static struct vfo_source *vfo_sources_slot(struct vfo_source *bucket, const u8 *mac, u16 vid)
{
	struct vfo_source *oldest = bucket;
	unsigned int i;

	for (i = 0; i < VFO_SOURCES_WAYS; i++) {
		if (ether_addr_equal(bucket[i].mac, mac) && bucket[i].vid == vid)
			return &bucket[i];
		if (is_zero_ether_addr(oldest->mac))
			continue;
		if (is_zero_ether_addr(bucket[i].mac) || time_before(bucket[i].seen, oldest->seen))
			oldest = &bucket[i];
	}
	return oldest;
}

/**
 * vfo_sources_note() - a station has sent something
 * @s: sources
 * @mac: its address, at an even address; not unicast: nothing happens
 * @vid: VLAN, 0: none
 * @now: jiffies
 *
 * Context: ndo_start_xmit, so without softirqs, or without interrupts (netpoll). A frame that finds
 * the table locked isn't noted: there will be more.
 */
void vfo_sources_note(struct vfo_sources *s, const u8 *mac, u16 vid, unsigned long now)
{
	struct vfo_source *slot;

	if (!is_valid_ether_addr(mac) || !spin_trylock(&s->lock))
		return;
	slot = vfo_sources_slot(vfo_sources_bucket(s, mac, vid), mac, vid);
	ether_addr_copy(slot->mac, mac);
	slot->vid = vid;
	slot->seen = now;
	slot->sent = now;
	WRITE_ONCE(s->any, true);
	spin_unlock(&s->lock);
}

/**
 * vfo_sources_sent() - we send something in a station's name
 * @s: sources
 * @station: a copy of it
 * @now: jiffies
 *
 * What the NIC gives back is an echo as of what it sends itself; that it is still there nobody
 * knows.
 *
 * Context: process, or softirq.
 */
void vfo_sources_sent(struct vfo_sources *s, const struct vfo_source *station, unsigned long now)
{
	struct vfo_source *slot = vfo_sources_bucket(s, station->mac, station->vid);
	unsigned int i;

	spin_lock_bh(&s->lock);
	for (i = 0; i < VFO_SOURCES_WAYS; i++, slot++) {
		if (slot->vid == station->vid && ether_addr_equal(slot->mac, station->mac))
			slot->sent = now;
	}
	spin_unlock_bh(&s->lock);
}

/**
 * vfo_sources_echo() - has a station sent a moment ago?
 * @s: sources
 * @mac: its address, at an even address
 * @vid: VLAN, 0: none
 * @now: jiffies
 *
 * Context: softirq.
 *
 * Return: true when a multicast with this source is most likely one of the station's, which the
 * NIC gives back.
 */
bool vfo_sources_echo(struct vfo_sources *s, const u8 *mac, u16 vid, unsigned long now)
{
	const struct vfo_source *slot = vfo_sources_bucket(s, mac, vid);
	bool found = false;
	unsigned int i;

	if (likely(!READ_ONCE(s->any)))
		return false;
	spin_lock_bh(&s->lock);
	for (i = 0; i < VFO_SOURCES_WAYS; i++, slot++)
		found |= slot->vid == vid && ether_addr_equal(slot->mac, mac) &&
			 time_before(now, slot->sent + msecs_to_jiffies(VFO_SOURCES_ECHO_MS));
	spin_unlock_bh(&s->lock);
	return found;
}

/**
 * vfo_sources_fresh() - the stations that have sent lately
 * @s: sources
 * @now: jiffies
 * @out: copies of them
 * @max: room in @out
 *
 * Return: how many, @max at most.
 */
unsigned int vfo_sources_fresh(struct vfo_sources *s, unsigned long now, struct vfo_source *out,
			       unsigned int max)
{
	struct vfo_source *slot = &s->bucket[0][0];
	unsigned int i, n = 0;

	spin_lock_bh(&s->lock);
	for (i = 0; i < VFO_SOURCES_BUCKETS * VFO_SOURCES_WAYS && n < max; i++, slot++) {
		if (!is_zero_ether_addr(slot->mac) &&
		    time_before(now, slot->seen + VFO_SOURCES_AGE_S * HZ))
			out[n++] = *slot;
	}
	spin_unlock_bh(&s->lock);
	return n;
}
