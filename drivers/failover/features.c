// SPDX-License-Identifier: GPL-2.0
/*
 * What an upper can do: what both its lowers can, so that a move changes nothing.
 */
#include "failover.h"

#define VFO_FEATURES	(NETIF_F_HW_CSUM | NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_ALL_TSO | \
			 NETIF_F_HIGHDMA | NETIF_F_RXCSUM)
/* Always: a lower has the VLANs that it is told of, and no others */
#define VFO_FILTERS	(NETIF_F_HW_VLAN_CTAG_FILTER | NETIF_F_HW_VLAN_STAG_FILTER)

/**
 * vfo_features_init() - of an upper without lowers
 * @dev: upper, not registered yet
 */
void vfo_features_init(struct net_device *dev)
{
	dev->hw_features = VFO_FEATURES;
	dev->features |= dev->hw_features | NETIF_F_GSO_SOFTWARE | VFO_FILTERS |
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX;
}

/**
 * vfo_features_fix() - ndo_fix_features
 * @dev: upper; RTNL
 * @features: what is wanted
 *
 * Return: what of it there can be.
 */
netdev_features_t vfo_features_fix(struct net_device *dev, netdev_features_t features)
{
	struct vfo_upper *u = netdev_priv(dev);
	netdev_features_t mask = features;
	struct vfo_lower *l;
	int i;

	features = (features & ~NETIF_F_ONE_FOR_ALL) | NETIF_F_ALL_FOR_ALL;
	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l)
			features = netdev_increment_features(features, l->dev->features, mask);
	}
	return netdev_add_tso_features(features, mask);
}

/* An operator's own limit stays until a lower's is below it; a lower's goes with it */
static void vfo_features_gso(struct net_device *dev, unsigned int max_size, u16 max_segs)
{
	bool size_free = dev->gso_max_size == dev->tso_max_size;
	bool segs_free = dev->gso_max_segs == dev->tso_max_segs;
	unsigned int ipv4_max = min_t(unsigned int, max_size, GSO_LEGACY_MAX_SIZE);

	netif_set_tso_max_segs(dev, max_segs);
	netif_set_tso_max_size(dev, max_size);
	if (segs_free)
		WRITE_ONCE(dev->gso_max_segs, dev->tso_max_segs);
	if (size_free) {
		WRITE_ONCE(dev->gso_max_size, min_t(unsigned int, dev->tso_max_size,
						    GSO_LEGACY_MAX_SIZE));
		vfp_set_gso_ipv4_max_size(dev, ipv4_max);
	}
}

/**
 * vfo_features_update() - a lower came, went or changed
 * @u: upper; RTNL, and no lower's own lock: a lower may have to follow
 */
void vfo_features_update(struct vfo_upper *u)
{
	netdev_features_t vlan = VFO_FEATURES & NETIF_F_ALL_FOR_ALL, enc = vlan, mpls = vlan;
	unsigned int max_size = GSO_MAX_SIZE, headroom = 0, tailroom = 0, i;
	unsigned short hard = ETH_HLEN;
	u16 max_segs = GSO_MAX_SEGS;
	struct vfo_lower *l;

	u->features_due = false;
	for (i = 0; i < VFO_SIDES; i++) {
		const struct net_device *dev;

		l = vfo_lower_rtnl(u, i);
		if (!l)
			continue;
		dev = l->dev;
		vlan = netdev_increment_features(vlan, dev->vlan_features, VFO_FEATURES);
		enc = netdev_increment_features(enc, dev->hw_enc_features, VFO_FEATURES);
		mpls = netdev_increment_features(mpls, dev->mpls_features, VFO_FEATURES);
		max_size = min(max_size, dev->tso_max_size);
		max_segs = min_t(u16, max_segs, dev->tso_max_segs);
		headroom = max_t(unsigned int, headroom, dev->needed_headroom);
		tailroom = max_t(unsigned int, tailroom, dev->needed_tailroom);
		hard = max(hard, dev->hard_header_len);
	}
	u->dev->vlan_features = vlan;
	u->dev->hw_enc_features = enc;
	u->dev->mpls_features = mpls;
	u->dev->hard_header_len = hard;
	u->dev->needed_headroom = headroom;
	u->dev->needed_tailroom = tailroom;
	vfo_features_gso(u->dev, max_size, max_segs);
	netdev_update_features(u->dev);
}
