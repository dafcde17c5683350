// SPDX-License-Identifier: GPL-2.0
/*
 * DOC: Which stations stand behind the PF
 *
 * Learned from what the PF transmits, and from entries of bridges, which tell of a station before
 * it speaks, and when it moves. Forgotten when heard on the wire, when their port goes, and when
 * room is needed; see stations.c for whose.
 *
 * A station in the hash table is reached on both sides. So that is where those go that
 * weren't heard for long, or that are behind the PF in one VLAN and on the wire in another.
 *
 * Pure, as fdb.c is. Those that are told the time tell it to all.
 */
#include <linux/errno.h>

#include "fdb.h"

/* A station stands behind a port: it is its owner's, which has a quota */
static void vpf_fdb_own_station(struct vpf_fdb *fdb, unsigned int i, int port, u32 now)
{
	struct vpf_stations *t = &fdb->sta;
	int old;

	if (t->sta[i].behind_pf && t->owner[t->sta[i].owner].port == port) {
		vpf_stations_touch(&t->seen[i], now, 1);
		return;
	}
	old = vpf_stations_over_quota(t, port);
	if (old >= 0) {
		t->evicted++;
		vpf_stations_disown(t, old);
		vpf_fdb_settle(fdb, old);
	}
	vpf_stations_own(t, i, port, now);
}

/**
 * vpf_fdb_learn() - the PF is about to transmit a frame of a station it doesn't know
 * @fdb: table
 * @mac: its source
 * @port: ifindex of the port it came from, or VPF_STA_HOST
 * @now: seconds
 *
 * Return: whether something has changed.
 */
bool vpf_fdb_learn(struct vpf_fdb *fdb, const u8 *mac, int port, u32 now)
{
	int i = vpf_stations_find(&fdb->sta, mac);

	fdb->now = now;
	if (i >= 0) {
		/* A VF's further address, by the guest's other path: known, and no station */
		if (!fdb->sta.sta[i].behind_pf)
			return false;
		vpf_stations_touch(&fdb->sta.seen[i], now, VPF_STA_SEEN_S);
		return false;
	}
	if (!is_valid_ether_addr(mac) || vpf_fdb_find_own(fdb, mac) >= 0 ||
	    !vpf_stations_may_learn(&fdb->sta, port, now))
		return false;
	i = vpf_fdb_get(fdb, mac);
	if (i < 0)
		return false;
	vpf_fdb_own_station(fdb, i, port, now);
	vpf_fdb_settle(fdb, i);
	return true;
}

/**
 * vpf_fdb_talk() - a VF and a station that has no exact entry talk
 * @fdb: table
 * @mac: the station's address
 * @now: seconds
 */
void vpf_fdb_talk(struct vpf_fdb *fdb, const u8 *mac, u32 now)
{
	int i = vpf_stations_find(&fdb->sta, mac);

	fdb->now = now;
	if (i < 0)
		return;
	vpf_stations_touch(&fdb->sta.talked[i], now, 1);
	vpf_fdb_settle(fdb, i);
}

/**
 * vpf_fdb_on_wire() - the PF has received a frame of a station
 * @fdb: table
 * @mac: its source
 *
 * What a bridge knows the bridge tells, see vpf_fdb_moved(). The host's own stay.
 *
 * Return: whether something has changed.
 */
bool vpf_fdb_on_wire(struct vpf_fdb *fdb, const u8 *mac)
{
	int i = vpf_stations_find(&fdb->sta, mac);

	if (i < 0 || !fdb->sta.sta[i].behind_pf || fdb->sta.sta[i].num_places)
		return false;
	vpf_stations_disown(&fdb->sta, i);
	vpf_fdb_settle(fdb, i);
	return true;
}

/**
 * vpf_fdb_place() - a bridge knows an address behind another port than ours
 * @fdb: table
 * @mac: a unicast address
 * @place: where
 * @now: seconds
 *
 * Return: 0 (also when it was known before), -EINVAL, -ENOSPC.
 */
int vpf_fdb_place(struct vpf_fdb *fdb, const u8 *mac, const struct vpf_place *place, u32 now)
{
	struct vpf_station *s;
	int i;

	fdb->now = now;
	if (!is_valid_ether_addr(mac))
		return -EINVAL;
	i = vpf_fdb_get(fdb, mac);
	if (i < 0)
		return i;
	vpf_fdb_own_station(fdb, i, place->local ? VPF_STA_HOST : place->port, now);
	vpf_stations_place(&fdb->sta, i, place);
	s = &fdb->sta.sta[i];
	if (s->wire_bridge == place->bridge && s->wire_vid == place->vid)
		s->both = false;
	vpf_fdb_settle(fdb, i);
	return 0;
}

/**
 * vpf_fdb_unplace() - a bridge forgot an address, for whatever reason
 * @fdb: table
 * @mac: address
 * @bridge: its ifindex
 * @vid: the bridge's VLAN
 *
 * The station most likely is where it was, and silent; it is reached on either side from now on.
 */
void vpf_fdb_unplace(struct vpf_fdb *fdb, const u8 *mac, int bridge, u16 vid)
{
	int i = vpf_stations_find(&fdb->sta, mac);
	bool local;

	if (i < 0)
		return;
	local = vpf_stations_is_local(&fdb->sta, i);
	if (!vpf_stations_unplace(&fdb->sta, i, bridge, vid) || fdb->sta.sta[i].num_places)
		return;
	if (local) {
		/* The host has no such address any more */
		vpf_stations_disown(&fdb->sta, i);
		vpf_fdb_settle(fdb, i);
		return;
	}
	WRITE_ONCE(fdb->sta.seen[i], fdb->now - VPF_FDB_QUIET_S);
	if (!vpf_sta_strong(&fdb->sta.sta[i]) && fdb->sta.sta[i].rar)
		vpf_fdb_demote(fdb, i);
	else
		vpf_fdb_settle(fdb, i);
}

/**
 * vpf_fdb_moved() - a bridge has learned an address on our own port
 * @fdb: table
 * @mac: address
 * @bridge: its ifindex
 * @vid: the bridge's VLAN
 *
 * In another VLAN or on another bridge it may be behind the PF all the same.
 */
void vpf_fdb_moved(struct vpf_fdb *fdb, const u8 *mac, int bridge, u16 vid)
{
	int i = vpf_stations_find(&fdb->sta, mac);
	struct vpf_station *s;

	if (i < 0 || !fdb->sta.sta[i].behind_pf)
		return;
	vpf_stations_unplace(&fdb->sta, i, bridge, vid);
	s = &fdb->sta.sta[i];
	if (s->num_places) {
		s->both = true;
		s->wire_bridge = bridge;
		s->wire_vid = vid;
	} else {
		vpf_stations_disown(&fdb->sta, i);
	}
	vpf_fdb_settle(fdb, i);
}

/**
 * vpf_fdb_take_place() - take back what bridges knew of an address, one VLAN of one bridge
 * @fdb: table
 * @mac: address
 * @place: where it was
 *
 * For an address that moves to a VF: the bridge does not announce that its entry on
 * the old port is gone when a driver moves it. The host's own are nobody's to take.
 *
 * Return: 0, or -ENOENT when nothing is left.
 */
int vpf_fdb_take_place(struct vpf_fdb *fdb, const u8 *mac, struct vpf_place *place)
{
	int i = vpf_stations_find(&fdb->sta, mac);
	struct vpf_station *s;

	if (i < 0 || vpf_stations_is_local(&fdb->sta, i))
		return -ENOENT;
	s = &fdb->sta.sta[i];
	if (!s->num_places) {
		vpf_stations_disown(&fdb->sta, i);
		vpf_fdb_settle(fdb, i);
		return -ENOENT;
	}
	*place = s->place[--s->num_places];
	return 0;
}

/**
 * vpf_fdb_forget_port() - a port of the host is down, or isn't where it was
 * @fdb: table
 * @port: its ifindex
 */
void vpf_fdb_forget_port(struct vpf_fdb *fdb, int port)
{
	int i;

	while ((i = vpf_stations_of_port(&fdb->sta, port)) >= 0) {
		vpf_stations_disown(&fdb->sta, i);
		vpf_fdb_settle(fdb, i);
	}
}

/**
 * vpf_fdb_forget_bridge() - the PF is no port of a bridge any more
 * @fdb: table
 * @bridge: its ifindex
 */
void vpf_fdb_forget_bridge(struct vpf_fdb *fdb, int bridge)
{
	unsigned int i;

	for (i = 0; i < VPF_STA_MAX; i++) {
		if (!fdb->sta.sta[i].behind_pf ||
		    !vpf_stations_leave_bridge(&fdb->sta, i, bridge))
			continue;
		vpf_stations_disown(&fdb->sta, i);
		vpf_fdb_settle(fdb, i);
	}
}

/* Is it an address of the host's own, as a bridge says? */
bool vpf_fdb_is_local(const struct vpf_fdb *fdb, const u8 *mac)
{
	int i = vpf_stations_find(&fdb->sta, mac);

	return i >= 0 && vpf_stations_is_local(&fdb->sta, i);
}

static bool vpf_fdb_quiet(const struct vpf_fdb *fdb, unsigned int i)
{
	const struct vpf_station *s = &fdb->sta.sta[i];

	return !vpf_sta_strong(s) && !s->num_places &&
	       fdb->now - READ_ONCE(fdb->sta.seen[i]) >= VPF_FDB_QUIET_S;
}

/**
 * vpf_fdb_tend() - now and then: exact entries of the silent go to those who have none
 * @fdb: table
 * @now: seconds
 */
void vpf_fdb_tend(struct vpf_fdb *fdb, u32 now)
{
	unsigned int i;

	fdb->now = now;
	for (i = VPF_FDB_SHARED_FIRST; i <= VPF_FDB_SHARED_LAST; i++) {
		u16 n = fdb->user[i];

		if (n == VPF_STA_NONE || !vpf_fdb_quiet(fdb, n))
			continue;
		vpf_fdb_demote(fdb, n);
	}
	/* A further address of PF or VFs takes a station's, so all of them have their turn */
	for (i = 0; fdb->hashed && i < VPF_STA_MAX; i++) {
		if (fdb->sta.sta[i].hashed && !vpf_fdb_quiet(fdb, i))
			vpf_fdb_settle(fdb, i);
	}
}
