// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool of the upper.
 */
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>

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

static u32 vfo_ethtool_stamps(struct vfo_upper *u, enum vfo_side side)
{
	struct net_device *dev = NULL;
	struct vfo_lower *l;
	u32 stamps;

	rcu_read_lock();
	l = rcu_dereference(u->lower[side]);
	if (l) {
		dev = l->dev;
		dev_hold(dev);
	}
	rcu_read_unlock();
	if (!dev)
		return ~0;
	stamps = vfp_ts_flags(dev);
	dev_put(dev);
	return stamps;
}

/* Software time stamps: on receipt the stack makes them, on transmit the lowers, if both do */
static int vfo_ethtool_ts_info(struct net_device *dev, vfp_ts_info *info)
{
	struct vfo_upper *u = netdev_priv(dev);
	u32 both = vfo_ethtool_stamps(u, VFO_SYNTHETIC) & vfo_ethtool_stamps(u, VFO_VF);

	info->so_timestamping = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE |
				(both & SOF_TIMESTAMPING_TX_SOFTWARE);
	info->phc_index = -1;
	return 0;
}

static const char * const vfo_ethtool_side[] = {
	"rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "tx_dropped", "rx_multicast",
	"rx_errors", "rx_dropped", "tx_errors",
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

	vfo_stats_sum(u, &sum);
	for (side = 0; side < VFO_SIDES; side++) {
		const struct vfo_counters *c = &sum.side[side];
		struct rtnl_link_stats64 lower = {};

		vfo_stats_errors(u, side, &lower);
		*p++ = c->rx_packets;
		*p++ = c->rx_bytes;
		*p++ = c->tx_packets;
		*p++ = c->tx_bytes;
		*p++ = c->tx_dropped + lower.tx_dropped;
		*p++ = c->multicast;
		*p++ = lower.rx_errors;
		*p++ = lower.rx_dropped;
		*p++ = lower.tx_errors;
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
	.get_ts_info		= vfo_ethtool_ts_info,
};
