// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool of the VF.
 */
#include <linux/ethtool.h>

#include "vf.h"

static void vvf_ethtool_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	strscpy(info->driver, VVF_NAME, sizeof(info->driver));
	strscpy(info->version, VFP_VERSION, sizeof(info->version));
	strscpy(info->bus_info, pci_name(a->pdev), sizeof(info->bus_info));
	/* The PF is the firmware of a VF, in a way */
	if (a->version)
		snprintf(info->fw_version, sizeof(info->fw_version), "mailbox %u", a->version);
	else
		strscpy(info->fw_version, "mailbox in-tree", sizeof(info->fw_version));
}

static int vvf_ethtool_link(struct net_device *netdev, struct ethtool_link_ksettings *cmd)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	static const int speeds[] = { SPEED_10, SPEED_100, SPEED_1000, SPEED_1000 };
	u32 status = vvf_rd32(a, R_STATUS);
	bool up = netif_carrier_ok(netdev);

	cmd->base.port = PORT_NONE;
	cmd->base.autoneg = AUTONEG_DISABLE;
	cmd->base.speed = up ? speeds[(status & STATUS_SPEED) >> 6] : SPEED_UNKNOWN;
	cmd->base.duplex = !up ? DUPLEX_UNKNOWN : status & STATUS_FD ? DUPLEX_FULL : DUPLEX_HALF;
	return 0;
}

static const char * const vvf_ethtool_names[] = {
	"tx_queue_0_packets", "tx_queue_0_bytes", "tx_queue_0_drops", "tx_queue_0_restarts",
	"tx_queue_0_tso", "rx_queue_0_packets", "rx_queue_0_bytes", "rx_queue_0_drops",
	"rx_queue_0_csum_err", "rx_queue_0_reflections", "resets", "path_refused", "mbx_timeouts",
	"mbx_refused", "late_interrupts",
	"hw_rx_packets", "hw_tx_packets", "hw_rx_bytes", "hw_tx_bytes", "hw_rx_multicast",
	"hw_rx_local_packets", "hw_tx_local_packets", "hw_rx_local_bytes", "hw_tx_local_bytes",
};

static int vvf_ethtool_sset_count(struct net_device *netdev, int sset)
{
	return sset == ETH_SS_STATS ? ARRAY_SIZE(vvf_ethtool_names) : -EOPNOTSUPP;
}

static void vvf_ethtool_strings(struct net_device *netdev, u32 sset, u8 *p)
{
	unsigned int i;

	if (sset != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(vvf_ethtool_names); i++)
		ethtool_puts(&p, vvf_ethtool_names[i]);
}

static void vvf_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *p)
{
	struct vvf_adapter *a = netdev_priv(netdev);
	struct vrg_stats tx, rx;
	unsigned int i;

	vvf_netdev_sums(a, &tx, &rx);
	vvf_watchdog_stats(a);
	*p++ = tx.packets;
	*p++ = tx.bytes;
	*p++ = tx.drops;
	*p++ = tx.restarts;
	*p++ = tx.tso;
	*p++ = rx.packets;
	*p++ = rx.bytes;
	*p++ = rx.drops;
	*p++ = rx.csum_err;
	*p++ = rx.filtered;
	*p++ = a->resets;
	*p++ = a->path_refused;
	*p++ = a->mbx_timeouts;
	*p++ = a->refusals;
	*p++ = a->late_interrupts;
	spin_lock_bh(&a->hw_lock);
	for (i = 0; i < VVF_HW_STATS; i++)
		*p++ = a->hw_stats[i];
	spin_unlock_bh(&a->hw_lock);
}

static void vvf_ethtool_get_ring(struct net_device *netdev, struct ethtool_ringparam *ring,
				 struct kernel_ethtool_ringparam *kring,
				 struct netlink_ext_ack *extack)
{
	struct vvf_adapter *a = netdev_priv(netdev);

	ring->rx_max_pending = VRG_MAX_DESC;
	ring->tx_max_pending = VRG_MAX_DESC;
	ring->rx_pending = a->rx_count;
	ring->tx_pending = a->tx_count;
}

static int vvf_ethtool_set_ring(struct net_device *netdev, struct ethtool_ringparam *ring,
				struct kernel_ethtool_ringparam *kring,
				struct netlink_ext_ack *extack)
{
	if (ring->rx_pending < VRG_MIN_DESC || ring->tx_pending < VRG_MIN_DESC) {
		NL_SET_ERR_MSG_MOD(extack, "a ring has 64 descriptors at least");
		return -EINVAL;
	}
	return vvf_netdev_set_rings(netdev_priv(netdev), ALIGN(ring->tx_pending, VRG_DESC_ALIGN),
				    ALIGN(ring->rx_pending, VRG_DESC_ALIGN));
}

const struct ethtool_ops vvf_ethtool_ops = {
	.get_drvinfo		= vvf_ethtool_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= vvf_ethtool_link,
	.get_sset_count		= vvf_ethtool_sset_count,
	.get_strings		= vvf_ethtool_strings,
	.get_ethtool_stats	= vvf_ethtool_stats,
	.get_ringparam		= vvf_ethtool_get_ring,
	.set_ringparam		= vvf_ethtool_set_ring,
	.get_ts_info		= ethtool_op_get_ts_info,
};
