// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool of the PF.
 */
#include <linux/ethtool.h>

#include "eswitch.h"
#include "pf.h"

static void vpf_ethtool_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct vpf_adapter *a = netdev_priv(netdev);

	strscpy(info->driver, VPF_NAME, sizeof(info->driver));
	strscpy(info->version, VFP_VERSION, sizeof(info->version));
	strscpy(info->bus_info, pci_name(a->pdev), sizeof(info->bus_info));
}

struct vpf_ethtool_hw {
	const char *name;
	size_t offset;
};

#define VPF_HW(field)	{ #field, offsetof(struct vpf_hw_stats, field) }

static const struct vpf_ethtool_hw vpf_ethtool_hw[] = {
	VPF_HW(crc_errors), VPF_HW(align_errors), VPF_HW(symbol_errors), VPF_HW(length_errors),
	VPF_HW(missed), VPF_HW(no_buffers), VPF_HW(rx_overruns), VPF_HW(xon_rx), VPF_HW(xon_tx),
	VPF_HW(xoff_rx), VPF_HW(xoff_tx),
};

static const struct vpf_ethtool_hw vpf_ethtool_port[] = {
	VPF_HW(rx_packets), VPF_HW(rx_bytes), VPF_HW(rx_broadcast), VPF_HW(rx_multicast),
	VPF_HW(tx_packets), VPF_HW(tx_bytes), VPF_HW(tx_broadcast), VPF_HW(tx_multicast),
};

#define VPF_ETHTOOL_TX		5
#define VPF_ETHTOOL_RX		5

static int vpf_ethtool_sset_count(struct net_device *netdev, int sset)
{
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return VPF_NUM_TX * VPF_ETHTOOL_TX + VPF_ETHTOOL_RX + ARRAY_SIZE(vpf_ethtool_hw) +
	       ARRAY_SIZE(vpf_ethtool_port) + vpf_eswitch_ethtool_count(netdev_priv(netdev));
}

static void vpf_ethtool_strings(struct net_device *netdev, u32 sset, u8 *p)
{
	unsigned int i;

	if (sset != ETH_SS_STATS)
		return;
	for (i = 0; i < VPF_NUM_TX; i++) {
		ethtool_sprintf(&p, "tx_queue_%u_packets", i);
		ethtool_sprintf(&p, "tx_queue_%u_bytes", i);
		ethtool_sprintf(&p, "tx_queue_%u_drops", i);
		ethtool_sprintf(&p, "tx_queue_%u_restarts", i);
		ethtool_sprintf(&p, "tx_queue_%u_tso", i);
	}
	ethtool_puts(&p, "rx_queue_0_packets");
	ethtool_puts(&p, "rx_queue_0_bytes");
	ethtool_puts(&p, "rx_queue_0_drops");
	ethtool_puts(&p, "rx_queue_0_csum_err");
	ethtool_puts(&p, "rx_queue_0_reflections");
	for (i = 0; i < ARRAY_SIZE(vpf_ethtool_hw); i++)
		ethtool_puts(&p, vpf_ethtool_hw[i].name);
	for (i = 0; i < ARRAY_SIZE(vpf_ethtool_port); i++)
		ethtool_sprintf(&p, "port_%s", vpf_ethtool_port[i].name);
	vpf_eswitch_ethtool_strings(netdev_priv(netdev), &p);
}

static u64 vpf_ethtool_hw_value(const struct vpf_adapter *a, const struct vpf_ethtool_hw *h)
{
	return *(const u64 *)((const u8 *)&a->hw_stats + h->offset);
}

static void vpf_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *p)
{
	struct vpf_adapter *a = netdev_priv(netdev);
	struct vrg_stats s;
	unsigned int i;

	vpf_stats_update(a);
	for (i = 0; i < VPF_NUM_TX; i++) {
		memset(&s, 0, sizeof(s));
		vrg_ring_get_stats(a->tx[i], &s);
		*p++ = s.packets;
		*p++ = s.bytes;
		*p++ = s.drops;
		*p++ = s.restarts;
		*p++ = s.tso;
	}
	memset(&s, 0, sizeof(s));
	vrg_ring_get_stats(a->rx, &s);
	*p++ = s.packets;
	*p++ = s.bytes;
	*p++ = s.drops;
	*p++ = s.csum_err;
	*p++ = s.filtered;
	for (i = 0; i < ARRAY_SIZE(vpf_ethtool_hw); i++)
		*p++ = vpf_ethtool_hw_value(a, &vpf_ethtool_hw[i]);
	for (i = 0; i < ARRAY_SIZE(vpf_ethtool_port); i++)
		*p++ = vpf_ethtool_hw_value(a, &vpf_ethtool_port[i]);
	vpf_eswitch_ethtool_stats(a, &p);
}

static void vpf_ethtool_get_ring(struct net_device *netdev, struct ethtool_ringparam *ring,
				 struct kernel_ethtool_ringparam *kring,
				 struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = netdev_priv(netdev);

	ring->rx_max_pending = VRG_MAX_DESC;
	ring->tx_max_pending = VRG_MAX_DESC;
	ring->rx_pending = a->rx_count;
	ring->tx_pending = a->tx_count;
}

static int vpf_ethtool_set_ring(struct net_device *netdev, struct ethtool_ringparam *ring,
				struct kernel_ethtool_ringparam *kring,
				struct netlink_ext_ack *extack)
{
	if (ring->rx_mini_pending || ring->rx_jumbo_pending) {
		NL_SET_ERR_MSG_MOD(extack, "there are no mini and jumbo rings");
		return -EINVAL;
	}
	if (ring->rx_pending < VRG_MIN_DESC || ring->tx_pending < VRG_MIN_DESC) {
		NL_SET_ERR_MSG_MOD(extack, "a ring has 64 descriptors at least");
		return -EINVAL;
	}
	return vpf_netdev_set_rings(netdev_priv(netdev), ALIGN(ring->tx_pending, VRG_DESC_ALIGN),
				    ALIGN(ring->rx_pending, VRG_DESC_ALIGN));
}

static int vpf_ethtool_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
				    struct kernel_ethtool_coalesce *kec,
				    struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = netdev_priv(netdev);

	ec->rx_coalesce_usecs = a->itr_us;
	ec->tx_coalesce_usecs = a->itr_us;
	return 0;
}

static int vpf_ethtool_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
				    struct kernel_ethtool_coalesce *kec,
				    struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = netdev_priv(netdev);
	u32 usecs = ec->rx_coalesce_usecs != a->itr_us ? ec->rx_coalesce_usecs :
							 ec->tx_coalesce_usecs;

	if (usecs > 8191) {
		NL_SET_ERR_MSG_MOD(extack, "interrupts are 8191 us apart at most");
		return -EINVAL;
	}
	/* One vector serves both directions */
	a->itr_us = usecs;
	vpf_irq_set_itr(a);
	return 0;
}

static void vpf_ethtool_channels(struct net_device *netdev, struct ethtool_channels *ch)
{
	ch->max_rx = 1;
	ch->max_tx = VPF_NUM_TX;
	ch->rx_count = 1;
	ch->tx_count = VPF_NUM_TX;
}

static u32 vpf_ethtool_get_msglevel(struct net_device *netdev)
{
	struct vpf_adapter *a = netdev_priv(netdev);

	return a->msg_enable;
}

static void vpf_ethtool_set_msglevel(struct net_device *netdev, u32 level)
{
	struct vpf_adapter *a = netdev_priv(netdev);

	a->msg_enable = level;
}

const struct ethtool_ops vpf_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS,
	.get_drvinfo		= vpf_ethtool_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= vpf_link_get,
	.set_link_ksettings	= vpf_link_set,
	.nway_reset		= vpf_link_restart,
	.get_pauseparam		= vpf_link_get_pause,
	.set_pauseparam		= vpf_link_set_pause,
	.get_sset_count		= vpf_ethtool_sset_count,
	.get_strings		= vpf_ethtool_strings,
	.get_ethtool_stats	= vpf_ethtool_stats,
	.get_ringparam		= vpf_ethtool_get_ring,
	.set_ringparam		= vpf_ethtool_set_ring,
	.get_coalesce		= vpf_ethtool_get_coalesce,
	.set_coalesce		= vpf_ethtool_set_coalesce,
	.get_channels		= vpf_ethtool_channels,
	.get_msglevel		= vpf_ethtool_get_msglevel,
	.set_msglevel		= vpf_ethtool_set_msglevel,
	.get_ts_info		= ethtool_op_get_ts_info,
};
