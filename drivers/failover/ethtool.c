// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool of the upper.
 */
#include <linux/ethtool.h>

#include "failover.h"

static void vfo_ethtool_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, VFO_NAME, sizeof(info->driver));
	strscpy(info->version, VFP_VERSION, sizeof(info->version));
}

static int vfo_ethtool_link(struct net_device *dev, struct ethtool_link_ksettings *cmd)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_lower *l = rtnl_dereference(u->active);

	if (l && !__ethtool_get_link_ksettings(l->dev, cmd))
		return 0;
	cmd->base.speed = SPEED_UNKNOWN;
	cmd->base.duplex = DUPLEX_UNKNOWN;
	cmd->base.port = PORT_OTHER;
	return 0;
}

static const char * const vfo_ethtool_side[] = {
	"rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "tx_dropped", "rx_multicast",
};

static const char * const vfo_ethtool_rest[] = {
	"tx_no_path", "vf_queue_busy", "rx_own_dropped", "rx_inactive_dropped", "switches",
	"path_refused",
};

static int vfo_ethtool_sset_count(struct net_device *dev, int sset)
{
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return VFO_SIDES * ARRAY_SIZE(vfo_ethtool_side) + ARRAY_SIZE(vfo_ethtool_rest);
}

static void vfo_ethtool_strings(struct net_device *dev, u32 sset, u8 *p)
{
	unsigned int i, side;

	if (sset != ETH_SS_STATS)
		return;
	for (side = 0; side < VFO_SIDES; side++) {
		for (i = 0; i < ARRAY_SIZE(vfo_ethtool_side); i++)
			ethtool_sprintf(&p, "%s_%s", vfo_side_name(side), vfo_ethtool_side[i]);
	}
	for (i = 0; i < ARRAY_SIZE(vfo_ethtool_rest); i++)
		ethtool_puts(&p, vfo_ethtool_rest[i]);
}

static void vfo_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *p)
{
	struct vfo_upper *u = netdev_priv(dev);
	struct vfo_pcpu sum;
	unsigned int side;

	vfo_upper_sum(u, &sum);
	for (side = 0; side < VFO_SIDES; side++) {
		const struct vfo_counters *c = &sum.side[side];

		*p++ = c->rx_packets;
		*p++ = c->rx_bytes;
		*p++ = c->tx_packets;
		*p++ = c->tx_bytes;
		*p++ = c->tx_dropped;
		*p++ = c->multicast;
	}
	*p++ = sum.no_path;
	*p++ = sum.queue_busy;
	*p++ = sum.own_dropped;
	*p++ = sum.inactive_dropped;
	*p++ = u->switches;
	*p++ = u->refused;
}

const struct ethtool_ops vfo_ethtool_ops = {
	.get_drvinfo		= vfo_ethtool_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= vfo_ethtool_link,
	.get_sset_count		= vfo_ethtool_sset_count,
	.get_strings		= vfo_ethtool_strings,
	.get_ethtool_stats	= vfo_ethtool_stats,
};
