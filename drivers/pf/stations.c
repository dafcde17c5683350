// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Stations
 *
 * Whom the NIC has to know beside the PF's and the VFs' own addresses: further addresses of
 * both, and the stations that stand behind the PF: in the host, on its bridge, its Open vSwitch,
 * its taps. These are learned from what the PF transmits and from the bridge's entries. They are
 * forgotten when they are heard on the wire, when their port goes, or when room is needed, but
 * never for being silent: a VF that still talks to one would talk to the wire.
 *
 * The table is set-associative, a set's keys are one cache line, and a key is one word with all
 * that the PF's transmit path wants to know. So a known station is recognised there without a
 * lock and without a write that others see (but for one every VPF_STA_SEEN_S seconds).
 *
 * Each owner (a port of the host, or the host) has a quota of stations and of new ones a second,
 * so a guest that sends by thousands of addresses forgets its own only.
 *
 * Pure. Changes are the caller's to lock; vpf_stations_find(), vpf_stations_flags() and
 * vpf_stations_touch() need no lock: what they see may be a moment old.
 */
#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "stations.h"

/* The owner of all that found no place of their own in the owners' table */
#define VPF_STA_REST	(VPF_STA_OWNERS - 1)

/**
 * vpf_stations_init() - an empty table
 * @t: table
 * @seed: random, so that nobody can choose addresses that meet in one set
 */
void vpf_stations_init(struct vpf_stations *t, u32 seed)
{
	unsigned int i;

	memset(t, 0, sizeof(*t));
	t->seed = seed;
	for (i = 0; i < VPF_STA_OWNERS; i++) {
		t->owner[i].first = VPF_STA_NONE;
		t->owner[i].last = VPF_STA_NONE;
		t->owner[i].tokens = VPF_STA_BURST;
	}
}

static unsigned int vpf_stations_set(const struct vpf_stations *t, const u8 *mac)
{
	u64 key = vpf_sta_key(mac);

	return jhash_2words(key >> 32, key, t->seed) & (VPF_STA_SETS - 1);
}

static u64 *vpf_stations_key(struct vpf_stations *t, unsigned int i)
{
	return &t->key[i / VPF_STA_WAYS][i % VPF_STA_WAYS];
}

/**
 * vpf_stations_find() - look an address up
 * @t: table
 * @mac: address
 *
 * Context: any, without a lock.
 *
 * Return: its index, or -ENOENT.
 */
int vpf_stations_find(const struct vpf_stations *t, const u8 *mac)
{
	unsigned int set = vpf_stations_set(t, mac), way;

	for (way = 0; way < VPF_STA_WAYS; way++) {
		if (vpf_sta_key_is(READ_ONCE(t->key[set][way]), mac))
			return set * VPF_STA_WAYS + way;
	}
	return -ENOENT;
}

/* VPF_STA_F_* of an entry; without a lock */
u64 vpf_stations_flags(const struct vpf_stations *t, unsigned int i)
{
	return READ_ONCE(t->key[i / VPF_STA_WAYS][i % VPF_STA_WAYS]) & VPF_STA_F_MASK;
}

void vpf_stations_set_flags(struct vpf_stations *t, unsigned int i, u64 flags)
{
	u64 *key = vpf_stations_key(t, i), want = (*key & ~VPF_STA_F_MASK) | flags;

	if (*key != want)
		WRITE_ONCE(*key, want);
}

/* The address of an entry */
void vpf_stations_mac(const struct vpf_stations *t, unsigned int i, u8 *mac)
{
	u64_to_ether_addr(t->key[i / VPF_STA_WAYS][i % VPF_STA_WAYS] >> 16, mac);
}

/**
 * vpf_stations_touch() - something happened now
 * @when: one of &vpf_stations.seen or @talked
 * @now: seconds
 * @grain: how precisely it is kept
 *
 * Context: any, without a lock.
 *
 * Return: whether it was written; else it was touched a moment ago.
 */
bool vpf_stations_touch(u32 *when, u32 now, u32 grain)
{
	if (now - READ_ONCE(*when) < grain)
		return false;
	WRITE_ONCE(*when, now);
	return true;
}

/**
 * vpf_stations_is_local() - is the address one of the host's own?
 * @t: table
 * @i: index
 *
 * Return: whether a bridge says so.
 */
bool vpf_stations_is_local(const struct vpf_stations *t, unsigned int i)
{
	const struct vpf_station *s = &t->sta[i];
	unsigned int n;

	for (n = 0; n < s->num_places; n++) {
		if (s->place[n].local)
			return true;
	}
	return false;
}

/**
 * vpf_stations_full() - has a new address to wait for another to go?
 * @t: table
 * @mac: address that isn't in the table
 *
 * Return: the entry to remove first, -ENOENT when there is room, -ENOSPC when none may go.
 */
int vpf_stations_full(const struct vpf_stations *t, const u8 *mac)
{
	unsigned int set = vpf_stations_set(t, mac), way;
	int oldest = -ENOSPC;

	for (way = 0; way < VPF_STA_WAYS; way++) {
		unsigned int i = set * VPF_STA_WAYS + way;

		if (!t->key[set][way])
			return -ENOENT;
		if (vpf_sta_strong(&t->sta[i]) || vpf_stations_is_local(t, i))
			continue;
		if (oldest < 0 || (s32)(t->seen[i] - t->seen[oldest]) < 0)
			oldest = i;
	}
	return oldest;
}

static struct vpf_sta_owner *vpf_stations_find_owner(const struct vpf_stations *t, int port)
{
	unsigned int i;

	for (i = 0; i < VPF_STA_REST; i++) {
		if (t->owner[i].count && t->owner[i].port == port)
			return (struct vpf_sta_owner *)&t->owner[i];
	}
	return NULL;
}

/* The owner for new stations of a port */
static struct vpf_sta_owner *vpf_stations_get_owner(struct vpf_stations *t, int port)
{
	struct vpf_sta_owner *o = vpf_stations_find_owner(t, port);
	unsigned int i;

	if (o)
		return o;
	/* One that was in use by this port before knows how fast it was */
	for (i = 0; i < VPF_STA_REST; i++) {
		if (!t->owner[i].count && t->owner[i].port == port)
			return &t->owner[i];
		if (!t->owner[i].count && !o)
			o = &t->owner[i];
	}
	if (!o)
		return &t->owner[VPF_STA_REST];
	o->port = port;
	o->tokens = VPF_STA_BURST;
	o->full = false;
	o->told = false;
	return o;
}

static unsigned int vpf_stations_quota(const struct vpf_sta_owner *o, int port)
{
	return port == VPF_STA_HOST ? VPF_STA_PER_HOST : VPF_STA_PER_PORT;
}

/* Out of its owner's list */
static void vpf_stations_unlink(struct vpf_stations *t, unsigned int i)
{
	struct vpf_station *s = &t->sta[i];
	struct vpf_sta_owner *o = &t->owner[s->owner];

	if (s->prev == VPF_STA_NONE)
		o->first = s->next;
	else
		t->sta[s->prev].next = s->next;
	if (s->next == VPF_STA_NONE)
		o->last = s->prev;
	else
		t->sta[s->next].prev = s->prev;
	o->count--;
}

static void vpf_stations_link(struct vpf_stations *t, unsigned int i, struct vpf_sta_owner *o,
			      u32 now)
{
	struct vpf_station *s = &t->sta[i];

	s->owner = o - t->owner;
	s->since = now;
	s->prev = VPF_STA_NONE;
	s->next = o->first;
	if (o->first == VPF_STA_NONE)
		o->last = i;
	else
		t->sta[o->first].prev = i;
	o->first = i;
	o->count++;
}

/**
 * vpf_stations_over_quota() - has a new station of a port to wait for another of it to go?
 * @t: table
 * @port: ifindex, or VPF_STA_HOST
 *
 * Who was heard since he came to the head of the list gets there once more (as with a clock hand),
 * so the one to go has been silent for long.
 *
 * Return: the entry to disown first, or -ENOENT when there is room.
 */
int vpf_stations_over_quota(struct vpf_stations *t, int port)
{
	struct vpf_sta_owner *o = vpf_stations_get_owner(t, port);
	unsigned int tries;
	u16 i;

	if (o->count < vpf_stations_quota(o, port))
		return -ENOENT;
	o->full = true;
	for (tries = 0; tries < VPF_STA_WAYS; tries++) {
		i = o->last;
		if (!vpf_stations_is_local(t, i) &&
		    (s32)(READ_ONCE(t->seen[i]) - t->sta[i].since) <= 0)
			return i;
		vpf_stations_unlink(t, i);
		vpf_stations_link(t, i, o, READ_ONCE(t->seen[i]));
	}
	return o->last;
}

/**
 * vpf_stations_may_learn() - may a port have another new station?
 * @t: table
 * @port: ifindex, or VPF_STA_HOST
 * @now: seconds
 *
 * Return: false when it has had too many of late.
 */
bool vpf_stations_may_learn(struct vpf_stations *t, int port, u32 now)
{
	struct vpf_sta_owner *o = vpf_stations_get_owner(t, port);

	if (now != o->refilled) {
		o->tokens = min_t(u64, o->tokens + (u64)(now - o->refilled) * VPF_STA_RATE,
				  VPF_STA_BURST);
		o->refilled = now;
	}
	if (!o->tokens) {
		t->limited++;
		return false;
	}
	o->tokens--;
	return true;
}

/**
 * vpf_stations_insert() - a new address
 * @t: table; vpf_stations_full() says -ENOENT
 * @mac: address that isn't in the table
 * @now: seconds
 *
 * Return: its index, or -ENOSPC.
 */
int vpf_stations_insert(struct vpf_stations *t, const u8 *mac, u32 now)
{
	unsigned int set = vpf_stations_set(t, mac), way;

	for (way = 0; way < VPF_STA_WAYS; way++) {
		unsigned int i = set * VPF_STA_WAYS + way;

		if (t->key[set][way])
			continue;
		memset(&t->sta[i], 0, sizeof(t->sta[i]));
		WRITE_ONCE(t->seen[i], now);
		/* As if it had been long ago */
		WRITE_ONCE(t->talked[i], now - U32_MAX / 4);
		WRITE_ONCE(t->key[set][way], vpf_sta_key(mac));
		return i;
	}
	return -ENOSPC;
}

/* The entry of an address that nobody wants any more */
void vpf_stations_remove(struct vpf_stations *t, unsigned int i)
{
	vpf_stations_disown(t, i);
	WRITE_ONCE(*vpf_stations_key(t, i), 0);
}

/* Does anybody want this address? */
bool vpf_stations_in_use(const struct vpf_stations *t, unsigned int i)
{
	const struct vpf_station *s = &t->sta[i];

	return s->behind_pf || vpf_sta_strong(s);
}

/**
 * vpf_stations_own() - a station stands behind a port of the host
 * @t: table
 * @i: its index
 * @port: ifindex, or VPF_STA_HOST
 * @now: seconds
 */
void vpf_stations_own(struct vpf_stations *t, unsigned int i, int port, u32 now)
{
	struct vpf_sta_owner *o = vpf_stations_get_owner(t, port);

	if (t->sta[i].behind_pf)
		vpf_stations_unlink(t, i);
	else
		t->num++;
	t->sta[i].behind_pf = true;
	vpf_stations_link(t, i, o, now);
	vpf_stations_touch(&t->seen[i], now, 1);
}

/* It doesn't stand behind the PF any more */
void vpf_stations_disown(struct vpf_stations *t, unsigned int i)
{
	struct vpf_station *s = &t->sta[i];

	if (s->behind_pf) {
		vpf_stations_unlink(t, i);
		t->num--;
	}
	s->behind_pf = false;
	s->both = false;
	s->num_places = 0;
}

/* A station behind that port, or -ENOENT */
int vpf_stations_of_port(const struct vpf_stations *t, int port)
{
	const struct vpf_sta_owner *o = vpf_stations_find_owner(t, port);

	return o ? o->last : -ENOENT;
}

/* An owner that has reached its quota and wasn't reported: its ifindex, once; or -ENOENT */
int vpf_stations_full_owner(struct vpf_stations *t)
{
	unsigned int i;

	for (i = 0; i < VPF_STA_OWNERS; i++) {
		struct vpf_sta_owner *o = &t->owner[i];

		if (o->full && !o->told) {
			o->told = true;
			return o->port;
		}
	}
	return -ENOENT;
}

static int vpf_stations_find_place(const struct vpf_station *s, int bridge, u16 vid)
{
	unsigned int n;

	for (n = 0; n < s->num_places; n++) {
		if (s->place[n].bridge == bridge && s->place[n].vid == vid)
			return n;
	}
	return -ENOENT;
}

/**
 * vpf_stations_place() - a bridge has an entry for an address
 * @t: table
 * @i: its index
 * @place: the entry
 *
 * It is known by its first VPF_STA_PLACES: more make no difference but for a VF's own address that
 * is in so many VLANs.
 */
void vpf_stations_place(struct vpf_stations *t, unsigned int i, const struct vpf_place *place)
{
	struct vpf_station *s = &t->sta[i];
	int n = vpf_stations_find_place(s, place->bridge, place->vid);

	if (n >= 0)
		s->place[n] = *place;
	else if (s->num_places < VPF_STA_PLACES)
		s->place[s->num_places++] = *place;
}

/**
 * vpf_stations_unplace() - a bridge has no entry any more
 * @t: table
 * @i: index
 * @bridge: its ifindex
 * @vid: the bridge's VLAN
 *
 * Return: whether it was known.
 */
bool vpf_stations_unplace(struct vpf_stations *t, unsigned int i, int bridge, u16 vid)
{
	struct vpf_station *s = &t->sta[i];
	int n = vpf_stations_find_place(s, bridge, vid);

	if (n < 0)
		return false;
	s->place[n] = s->place[--s->num_places];
	return true;
}

/**
 * vpf_stations_leave_bridge() - we aren't in a bridge any more
 * @t: table
 * @i: index
 * @bridge: its ifindex
 *
 * Return: whether that bridge was all that knew the address.
 */
bool vpf_stations_leave_bridge(struct vpf_stations *t, unsigned int i, int bridge)
{
	struct vpf_station *s = &t->sta[i];
	unsigned int n = s->num_places;
	bool had = n;

	while (n--) {
		if (s->place[n].bridge == bridge)
			s->place[n] = s->place[--s->num_places];
	}
	return had && !s->num_places;
}
