// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool of the PF.
 */
#include <linux/bitfield.h>
#include <linux/ethtool.h>

#include "eswitch.h"
#include "regdump.h"

static void vpf_ethtool_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

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
	if (sset == ETH_SS_TEST)
		return VPF_SELFTESTS;
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return VPF_NUM_TX * VPF_ETHTOOL_TX + VPF_ETHTOOL_RX + ARRAY_SIZE(vpf_ethtool_hw) +
	       ARRAY_SIZE(vpf_ethtool_port) + vpf_eswitch_ethtool_count(vpf_adapter(netdev));
}

static void vpf_ethtool_strings(struct net_device *netdev, u32 sset, u8 *p)
{
	unsigned int i;

	if (sset == ETH_SS_TEST)
		memcpy(p, vpf_selftest_names, sizeof(vpf_selftest_names));
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
	vpf_eswitch_ethtool_strings(vpf_adapter(netdev), &p);
}

static u64 vpf_ethtool_hw_value(const struct vpf_adapter *a, const struct vpf_ethtool_hw *h)
{
	return *(const u64 *)((const u8 *)&a->hw_stats + h->offset);
}

static void vpf_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *p)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
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

/* The standard groups (ethtool -S --groups): clause 30 of IEEE 802.3, RFC 2819 */

static void vpf_ethtool_mac_stats(struct net_device *netdev, struct ethtool_eth_mac_stats *mac)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	const struct vpf_hw_stats *s = &a->hw_stats;

	vpf_stats_update(a);
	mac->FramesTransmittedOK = s->tx_packets;
	mac->FramesReceivedOK = s->rx_packets;
	mac->FrameCheckSequenceErrors = s->crc_errors;
	mac->AlignmentErrors = s->align_errors;
	mac->OctetsTransmittedOK = s->tx_bytes;
	mac->OctetsReceivedOK = s->rx_bytes;
	mac->LateCollisions = s->late_collisions;
	mac->MulticastFramesXmittedOK = s->tx_multicast;
	mac->BroadcastFramesXmittedOK = s->tx_broadcast;
	mac->MulticastFramesReceivedOK = s->rx_multicast;
	mac->BroadcastFramesReceivedOK = s->rx_broadcast;
	mac->InRangeLengthErrors = s->length_errors;
}

static void vpf_ethtool_phy_stats(struct net_device *netdev, struct ethtool_eth_phy_stats *phy)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	vpf_stats_update(a);
	phy->SymbolErrorDuringCarrier = a->hw_stats.symbol_errors;
}

static void vpf_ethtool_ctrl_stats(struct net_device *netdev, struct ethtool_eth_ctrl_stats *ctrl)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	const struct vpf_hw_stats *s = &a->hw_stats;

	vpf_stats_update(a);
	ctrl->MACControlFramesTransmitted = s->xon_tx + s->xoff_tx;
	ctrl->MACControlFramesReceived = s->xon_rx + s->xoff_rx;
}

static void vpf_ethtool_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *pause)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	const struct vpf_hw_stats *s = &a->hw_stats;

	vpf_stats_update(a);
	pause->tx_pause_frames = s->xon_tx + s->xoff_tx;
	pause->rx_pause_frames = s->xon_rx + s->xoff_rx;
}

static const struct ethtool_rmon_hist_range vpf_ethtool_rmon_ranges[] = {
	{ 0, 64 }, { 65, 127 }, { 128, 255 }, { 256, 511 }, { 512, 1023 },
	{ 1024, VFP_MAX_FRAME }, { }
};

static void vpf_ethtool_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *rmon,
				   const struct ethtool_rmon_hist_range **ranges)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	const struct vpf_hw_stats *s = &a->hw_stats;
	unsigned int i;

	vpf_stats_update(a);
	rmon->undersize_pkts = s->undersize;
	rmon->oversize_pkts = s->oversize;
	rmon->fragments = s->fragments;
	rmon->jabbers = s->jabber;
	for (i = 0; i < ARRAY_SIZE(s->rx_size); i++) {
		rmon->hist[i] = s->rx_size[i];
		rmon->hist_tx[i] = s->tx_size[i];
	}
	*ranges = vpf_ethtool_rmon_ranges;
}

/* Pairs of offset and value, so that a dump explains itself */
static int vpf_ethtool_regs_len(struct net_device *netdev)
{
	return vpf_regdump_count() * sizeof(struct vpf_reg);
}

static void vpf_ethtool_regs(struct net_device *netdev, struct ethtool_regs *regs, void *p)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	regs->version = a->pdev->device;
	vpf_regdump_read(a, p);
}

static int vpf_ethtool_eeprom_len(struct net_device *netdev)
{
	return vpf_hw_nvm_words(vpf_adapter(netdev)) * 2;
}

static int vpf_ethtool_eeprom(struct net_device *netdev, struct ethtool_eeprom *eeprom, u8 *data)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	unsigned int i;
	int err = 0;
	u16 word;

	eeprom->magic = a->pdev->vendor | a->pdev->device << 16;
	for (i = 0; i < eeprom->len && !err; i++) {
		unsigned int at = eeprom->offset + i;

		if (!i || !(at & 1))
			err = vpf_hw_nvm_read(a, at / 2, &word);
		data[i] = at & 1 ? word >> 8 : word;
	}
	return err;
}

/* LED 0 of the port. The core calls with ETHTOOL_ID_ON and _OFF in turn. */
static int vpf_ethtool_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	u32 others = a->ledctl & ~(LEDCTL_LED0_MODE | LEDCTL_LED0_IVRT | LEDCTL_LED0_BLINK);

	switch (state) {
	case ETHTOOL_ID_ACTIVE:
		a->ledctl = vpf_rd32(a, R_LEDCTL);
		return 2;
	case ETHTOOL_ID_ON:
		vpf_wr32(a, R_LEDCTL, others | FIELD_PREP(LEDCTL_LED0_MODE, LEDCTL_MODE_ON));
		break;
	case ETHTOOL_ID_OFF:
		vpf_wr32(a, R_LEDCTL, others | FIELD_PREP(LEDCTL_LED0_MODE, LEDCTL_MODE_OFF));
		break;
	case ETHTOOL_ID_INACTIVE:
		vpf_wr32(a, R_LEDCTL, a->ledctl);
		break;
	}
	return 0;
}

static void vpf_ethtool_get_ring(struct net_device *netdev, struct ethtool_ringparam *ring,
				 struct kernel_ethtool_ringparam *kring,
				 struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

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
	return vpf_netdev_set_rings(vpf_adapter(netdev), ALIGN(ring->tx_pending, VRG_DESC_ALIGN),
				    ALIGN(ring->rx_pending, VRG_DESC_ALIGN));
}

static int vpf_ethtool_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
				    struct kernel_ethtool_coalesce *kec,
				    struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	ec->rx_coalesce_usecs = a->itr_us;
	ec->tx_coalesce_usecs = a->itr_us;
	ec->use_adaptive_rx_coalesce = a->vec.adaptive;
	return 0;
}

static int vpf_ethtool_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
				    struct kernel_ethtool_coalesce *kec,
				    struct netlink_ext_ack *extack)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	u32 usecs = ec->rx_coalesce_usecs != a->itr_us ? ec->rx_coalesce_usecs :
							 ec->tx_coalesce_usecs;

	if (usecs > VPF_ITR_MAX) {
		NL_SET_ERR_MSG_MOD(extack, "interrupts are 8191 us apart at most");
		return -EINVAL;
	}
	/* One vector serves both directions */
	a->itr_us = usecs;
	vrg_dim_set(&a->vec, ec->use_adaptive_rx_coalesce);
	if (!ec->use_adaptive_rx_coalesce)
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
	struct vpf_adapter *a = vpf_adapter(netdev);

	return a->msg_enable;
}

static void vpf_ethtool_set_msglevel(struct net_device *netdev, u32 level)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	a->msg_enable = level;
}

const struct ethtool_ops vpf_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_USE_ADAPTIVE_RX,
	.get_drvinfo		= vpf_ethtool_drvinfo,
	.get_regs_len		= vpf_ethtool_regs_len,
	.get_regs		= vpf_ethtool_regs,
	.get_eeprom_len		= vpf_ethtool_eeprom_len,
	.get_eeprom		= vpf_ethtool_eeprom,
	.self_test		= vpf_selftest,
	.set_phys_id		= vpf_ethtool_phys_id,
	.get_eth_mac_stats	= vpf_ethtool_mac_stats,
	.get_eth_phy_stats	= vpf_ethtool_phy_stats,
	.get_eth_ctrl_stats	= vpf_ethtool_ctrl_stats,
	.get_rmon_stats		= vpf_ethtool_rmon_stats,
	.get_pause_stats	= vpf_ethtool_pause_stats,
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
	.get_ts_info		= vpf_ptp_ts_info,
};
