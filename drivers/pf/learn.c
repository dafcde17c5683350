// SPDX-License-Identifier: GPL-2.0
/*
 * What the PF's frames tell: who stands behind the PF (fdb_learn.c), in which VLANs it sends
 * (vlan.c), and which of them will come back (reflect.c).
 *
 * A frame of a known station takes no lock and writes nothing that others read, but for a time
 * stamp every few seconds. One of a station that isn't known yet puts it into the NIC's table
 * before it is sent: the answer may come from a VF at once, and would go to the wire.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/timekeeping.h>

#include "eswitch_priv.h"

#define VPF_LEARN_TEND		(2 * HZ)

bool vpf_learn_active(const struct vpf_adapter *a)
{
	return READ_ONCE(a->esw->loopback);
}

static u32 vpf_learn_now(void)
{
	return ktime_get_seconds();
}

/* A station and a VF talk. It is known. */
static void vpf_learn_talk(struct vpf_eswitch *esw, const u8 *mac, unsigned int i, u32 now)
{
	bool exact = vpf_stations_flags(&esw->fdb.sta, i) & VPF_STA_F_EXACT;
	u32 grain = exact ? VPF_STA_TALKED_S : 1;

	if (!vpf_stations_touch(&esw->fdb.sta.talked[i], now, grain) || exact)
		return;
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_talk(&esw->fdb, mac, now);
	vpf_eswitch_apply_fdb(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/* Without a bridge that would tell: a VF's own address was seen, not where the NIC has it */
static void vpf_learn_sighting(struct vpf_eswitch *esw, unsigned int n, bool on_wire)
{
	if (!list_empty(&esw->bridge.ports))
		return;
	spin_lock_bh(&esw->tbl_lock);
	esw->seen[n] = (struct vpf_sighting) { .ms = vpf_eswitch_now(), .on_wire = on_wire };
	spin_unlock_bh(&esw->tbl_lock);
	queue_work(esw->wq, &esw->assert_work);
}

static void vpf_learn_new(struct vpf_eswitch *esw, const u8 *mac, int port, bool talks, u32 now)
{
	spin_lock_bh(&esw->tbl_lock);
	if (vpf_fdb_learn(&esw->fdb, mac, port, now)) {
		if (talks)
			vpf_fdb_talk(&esw->fdb, mac, now);
		vpf_eswitch_apply_fdb(esw);
	}
	spin_unlock_bh(&esw->tbl_lock);
}

static void vpf_learn_source(struct vpf_eswitch *esw, const u8 *mac, int port, bool talks)
{
	u32 now = vpf_learn_now();
	u64 flags;
	int i;

	i = vpf_fdb_pool_of(&esw->fdb, mac, &flags);
	if (i >= 0) {
		/* The guest's of a VF, by its synthetic path, whom we thought to be elsewhere */
		if (i != VFP_PF_POOL && !(flags & VPF_STA_F_EXACT))
			vpf_learn_sighting(esw, i, false);
		return;
	}
	i = vpf_stations_find(&esw->fdb.sta, mac);
	if (i < 0) {
		if (is_valid_ether_addr(mac))
			vpf_learn_new(esw, mac, port, talks, now);
		return;
	}
	vpf_stations_touch(&esw->fdb.sta.seen[i], now, VPF_STA_SEEN_S);
	if (talks && vpf_stations_flags(&esw->fdb.sta, i) & VPF_STA_F_PF)
		vpf_learn_talk(esw, mac, i, now);
}

static u16 vpf_learn_vid(const struct sk_buff *skb)
{
	const struct vlan_ethhdr *hdr = (const struct vlan_ethhdr *)skb->data;

	if (skb_vlan_tag_present(skb))
		return skb_vlan_tag_get_id(skb);
	if (hdr->h_vlan_proto != htons(ETH_P_8021Q) || skb_headlen(skb) < VLAN_ETH_HLEN)
		return 0;
	return ntohs(hdr->h_vlan_TCI) & VLAN_VID_MASK;
}

/* While the NIC filters: the VLANs that the PF sends in are those it needs an entry for */
static void vpf_learn_vlan(struct vpf_eswitch *esw, const struct sk_buff *skb)
{
	u32 now = vpf_learn_now();
	u16 vid = vpf_learn_vid(skb);

	if (!vid)
		return;
	if (test_bit(vid, esw->vlan.served)) {
		vpf_stations_touch(&esw->vlan.heard[vid], now, VPF_VLAN_HEARD_S / 2);
		return;
	}
	if (!vpf_stations_touch(&esw->vlan.heard[vid], now, 1))
		return;
	spin_lock_bh(&esw->tbl_lock);
	if (vpf_vlan_heard(&esw->vlan, vid, now))
		vpf_eswitch_apply(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

static void vpf_learn_note(struct vpf_eswitch *esw, struct sk_buff *skb)
{
	u32 signature;
	u16 tci = skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;

	if (READ_ONCE(esw->learn.reflect.absent))
		return;
	signature = vpf_reflect_signature(skb->data, skb_headlen(skb), skb->len, tci);
	spin_lock_bh(&esw->learn.lock);
	vpf_reflect_note(&esw->learn.reflect, signature, vpf_eswitch_now());
	spin_unlock_bh(&esw->learn.lock);
}

/* Will the NIC give this back to the PF? One that the hash table lets in goes to the wire, too. */
static bool vpf_learn_comes_back(const struct vpf_eswitch *esw, const u8 *dst, u64 flags)
{
	if (is_multicast_ether_addr(dst))
		return true;
	return !(flags & VPF_STA_F_EXACT) && vpf_fdb_in_hash(&esw->fdb, dst);
}

/* Whom a frame is for: VPF_STA_F_*, and the pool whose own address it is, or an error */
static int vpf_learn_dest(const struct vpf_eswitch *esw, const u8 *dst, u64 *flags)
{
	int i, pool;

	*flags = 0;
	if (is_multicast_ether_addr(dst))
		return -ENOENT;
	pool = vpf_fdb_pool_of(&esw->fdb, dst, flags);
	if (pool >= 0)
		return pool;
	i = vpf_stations_find(&esw->fdb.sta, dst);
	if (i >= 0)
		*flags = vpf_stations_flags(&esw->fdb.sta, i);
	return pool;
}

/**
 * vpf_learn_tx() - the PF is about to send a frame
 * @a: adapter
 * @skb: frame, from its Ethernet header
 *
 * Return: true when nobody but the PF would get it. A bridge that doesn't know an
 * address sends to all ports; if it is one of the host's stations, the NIC would
 * hand the frame straight back, and the bridge learn its sender on the wrong port.
 */
bool vpf_learn_tx(struct vpf_adapter *a, struct sk_buff *skb)
{
	const u8 *dst = skb->data, *src = dst + ETH_ALEN;
	struct vpf_eswitch *esw = a->esw;
	u64 flags;
	int pool;

	pool = vpf_learn_dest(esw, dst, &flags);
	vpf_learn_source(esw, src, skb->skb_iif, pool >= 0 && pool != VFP_PF_POOL);
	if (READ_ONCE(esw->vlan.filters))
		vpf_learn_vlan(esw, skb);
	if (flags & VPF_STA_F_ONLY_PF)
		return true;
	if (vpf_learn_comes_back(esw, dst, flags))
		vpf_learn_note(esw, skb);
	return false;
}

/**
 * vpf_learn_features_check() - ndo_features_check of the PF
 * @skb: frame, from its Ethernet header
 * @netdev: the PF's
 * @features: what it could do
 *
 * Segments that the NIC makes could not be told from others' when they come back.
 *
 * Return: what it can do for this one.
 */
netdev_features_t vpf_learn_features_check(struct sk_buff *skb, struct net_device *netdev,
					   netdev_features_t features)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	u64 flags;

	features = vrg_features_check(skb, netdev, features);
	if (!skb_is_gso(skb) || !vpf_learn_active(a))
		return features;
	vpf_learn_dest(a->esw, skb->data, &flags);
	return vpf_learn_comes_back(a->esw, skb->data, flags) ? features & ~NETIF_F_GSO_MASK :
								features;
}

static bool vpf_learn_is_reflection(struct vpf_eswitch *esw, struct sk_buff *skb, const u8 *dst)
{
	u16 tci = skb_vlan_tag_present(skb) ? skb_vlan_tag_get(skb) : 0;
	u32 signature;
	bool match;

	if (!is_multicast_ether_addr(dst) && !vpf_fdb_in_hash(&esw->fdb, dst))
		return false;
	if (READ_ONCE(esw->learn.reflect.absent))
		return false;
	signature = vpf_reflect_signature(skb_mac_header(skb), skb_headlen(skb) + ETH_HLEN,
					  skb->len + ETH_HLEN, tci);
	spin_lock_bh(&esw->learn.lock);
	match = vpf_reflect_match(&esw->learn.reflect, signature, vpf_eswitch_now());
	spin_unlock_bh(&esw->learn.lock);
	return match;
}

/* A frame of a VF: a station that it talks to is worth an exact entry */
static void vpf_learn_from_vf(struct vpf_eswitch *esw, const u8 *dst)
{
	int i = is_multicast_ether_addr(dst) ? -ENOENT : vpf_stations_find(&esw->fdb.sta, dst);

	if (i >= 0 && vpf_stations_flags(&esw->fdb.sta, i) & VPF_STA_F_PF)
		vpf_learn_talk(esw, dst, i, vpf_learn_now());
}

static void vpf_learn_from_wire(struct vpf_eswitch *esw, const u8 *src)
{
	int i = vpf_stations_find(&esw->fdb.sta, src);
	u64 flags;

	if (i < 0)
		return;
	flags = vpf_stations_flags(&esw->fdb.sta, i);
	/* What a bridge knows the bridge tells */
	if (!(flags & VPF_STA_F_PF) || flags & VPF_STA_F_PLACED)
		return;
	spin_lock_bh(&esw->tbl_lock);
	if (vpf_fdb_on_wire(&esw->fdb, src))
		vpf_eswitch_apply_fdb(esw);
	spin_unlock_bh(&esw->tbl_lock);
}

/**
 * vpf_learn_rx() - the PF has received a frame
 * @a: adapter
 * @skb: frame, after eth_type_trans()
 *
 * Return: true when the PF has sent it itself.
 */
bool vpf_learn_rx(struct vpf_adapter *a, struct sk_buff *skb)
{
	const u8 *dst = eth_hdr(skb)->h_dest, *src = eth_hdr(skb)->h_source;
	struct vpf_eswitch *esw = a->esw;
	u64 flags;
	int pool;

	if (!vpf_learn_active(a))
		return false;
	if (vpf_learn_is_reflection(esw, skb, dst))
		return true;
	pool = vpf_fdb_pool_of(&esw->fdb, src, &flags);
	if (pool < 0)
		vpf_learn_from_wire(esw, src);
	else if (pool != VFP_PF_POOL && !(flags & VPF_STA_F_ONLY_PF))
		vpf_learn_from_vf(esw, dst);
	else if (pool != VFP_PF_POOL)
		/* The guest's of a VF that isn't in use */
		vpf_learn_sighting(esw, pool, true);
	return false;
}

/* Whoever has more than there is room for: the operator is told, once */
static void vpf_learn_report(struct vpf_eswitch *esw)
{
	struct net_device *netdev = esw->a->netdev, *port;
	unsigned int unserved;
	int full;

	spin_lock_bh(&esw->tbl_lock);
	full = vpf_stations_full_owner(&esw->fdb.sta);
	unserved = vpf_vlan_unserved(&esw->vlan);
	spin_unlock_bh(&esw->tbl_lock);

	if (full >= 0) {
		rcu_read_lock();
		port = full ? dev_get_by_index_rcu(dev_net(netdev), full) : NULL;
		netdev_warn(netdev,
			    "%s: more stations than there is room for; VFs may not reach those silent for longest (ethtool -S: fdb_evicted)\n",
			    port ? port->name : "this host");
		rcu_read_unlock();
	}
	if (unserved && !esw->learn.told_unserved)
		netdev_warn(netdev,
			    "VFs have port VLANs, and %u VLANs of this port have no entry: broadcasts come in only where it sends (ethtool -S: vlan_unserved)\n",
			    unserved);
	esw->learn.told_unserved = unserved;
}

static void vpf_learn_tend_work(struct work_struct *work)
{
	struct vpf_eswitch *esw = container_of(to_delayed_work(work), struct vpf_eswitch,
					       learn.tend_work);

	if (!vpf_learn_active(esw->a))
		return;
	spin_lock_bh(&esw->tbl_lock);
	vpf_fdb_tend(&esw->fdb, vpf_learn_now());
	vpf_eswitch_apply_fdb(esw);
	spin_unlock_bh(&esw->tbl_lock);
	vpf_learn_report(esw);
	vpf_bridge_check_paths(esw);
	queue_delayed_work(esw->wq, &esw->learn.tend_work, VPF_LEARN_TEND);
}

void vpf_learn_init(struct vpf_eswitch *esw)
{
	spin_lock_init(&esw->learn.lock);
	INIT_DELAYED_WORK(&esw->learn.tend_work, vpf_learn_tend_work);
}

void vpf_learn_exit(struct vpf_eswitch *esw)
{
	cancel_delayed_work_sync(&esw->learn.tend_work);
}

/**
 * vpf_learn_start() - loopback is on
 * @esw: switch
 */
void vpf_learn_start(struct vpf_eswitch *esw)
{
	spin_lock_bh(&esw->learn.lock);
	vpf_reflect_probe(&esw->learn.reflect);
	spin_unlock_bh(&esw->learn.lock);
	queue_delayed_work(esw->wq, &esw->learn.tend_work, VPF_LEARN_TEND);
}
