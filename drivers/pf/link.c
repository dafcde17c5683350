// SPDX-License-Identifier: GPL-2.0
/*
 * Link of the PF: the internal copper PHY, speed, pause.
 *
 * The emulated NIC loses its link on a reset or a restart of auto-negotiation
 * only, and in that window lets traffic among VFs out to the wire. So nothing
 * here restarts it but a change that the operator asked for.
 */
#include <linux/bitfield.h>
#include <linux/mii.h>
#include <linux/rtnetlink.h>

#include "eswitch.h"
#include "pf.h"

static const char *vpf_link_fc_name(u8 fc)
{
	static const char * const names[] = {
		[0] = "off",
		[FLOW_CTRL_TX] = "tx",
		[FLOW_CTRL_RX] = "rx",
		[FLOW_CTRL_TX | FLOW_CTRL_RX] = "rx/tx",
	};

	return names[fc & (FLOW_CTRL_TX | FLOW_CTRL_RX)];
}

static void vpf_link_apply_fc(struct vpf_adapter *a)
{
	u32 set = 0;
	u16 adv, lpa;

	a->fc = a->fc_wanted;
	if (a->fc_autoneg) {
		a->fc = 0;
		if (a->duplex == DUPLEX_FULL && !vpf_hw_phy_read(a, MII_ADVERTISE, &adv) &&
		    !vpf_hw_phy_read(a, MII_LPA, &lpa))
			a->fc = mii_resolve_flowctrl_fdx(adv, lpa);
	}
	if (a->fc & FLOW_CTRL_TX)
		set |= CTRL_TFCE;
	if (a->fc & FLOW_CTRL_RX)
		set |= CTRL_RFCE;
	vfp_rmw32(&a->io, R_CTRL, CTRL_TFCE | CTRL_RFCE, set);
}

static void vpf_link_read(struct vpf_adapter *a, u32 status)
{
	static const int speeds[] = { SPEED_10, SPEED_100, SPEED_1000, SPEED_1000 };

	if (!(status & STATUS_LU)) {
		a->speed = SPEED_UNKNOWN;
		a->duplex = DUPLEX_UNKNOWN;
		return;
	}
	a->speed = speeds[FIELD_GET(STATUS_SPEED, status)];
	a->duplex = status & STATUS_FD ? DUPLEX_FULL : DUPLEX_HALF;
}

/**
 * vpf_link_work() - the link may have changed
 * @work: &struct vpf_adapter.link_work
 */
void vpf_link_work(struct work_struct *work)
{
	struct vpf_adapter *a = container_of(work, struct vpf_adapter, link_work);
	struct net_device *netdev = a->netdev;
	u32 status;
	bool up;

	rtnl_lock();
	/* The interrupt comes before the netdev and stays after it; it is looked at then, too */
	if (netdev->reg_state != NETREG_REGISTERED) {
		rtnl_unlock();
		return;
	}
	status = vpf_rd32(a, R_STATUS);
	up = vfp_io_present(&a->io) && (status & STATUS_LU);
	vpf_link_read(a, up ? status : 0);
	if (up == netif_carrier_ok(netdev)) {
		rtnl_unlock();
		return;
	}
	if (up) {
		vpf_link_apply_fc(a);
		netdev_info(netdev, "Link is up %d Mbps %s duplex, flow control: %s\n", a->speed,
			    a->duplex == DUPLEX_FULL ? "full" : "half", vpf_link_fc_name(a->fc));
		netif_carrier_on(netdev);
	} else {
		netdev_info(netdev, "Link is down\n");
		netif_carrier_off(netdev);
	}
	rtnl_unlock();
	vpf_eswitch_link(a, up);
}

/* What to advertise: all speeds, and the pause directions wanted */
static int vpf_link_advertise(struct vpf_adapter *a, bool gigabit, u16 modes)
{
	u16 adv, ctrl1000;
	int err;

	err = vpf_hw_phy_read(a, MII_ADVERTISE, &adv);
	if (err)
		return err;
	adv &= ~(ADVERTISE_ALL | ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM);
	adv |= modes;
	adv |= mii_advertise_flowctrl(a->fc_wanted);
	err = vpf_hw_phy_write(a, MII_ADVERTISE, adv);
	if (err)
		return err;
	err = vpf_hw_phy_read(a, MII_CTRL1000, &ctrl1000);
	if (err)
		return err;
	ctrl1000 &= ~(ADVERTISE_1000HALF | ADVERTISE_1000FULL);
	if (gigabit)
		ctrl1000 |= ADVERTISE_1000FULL;
	return vpf_hw_phy_write(a, MII_CTRL1000, ctrl1000);
}

static int vpf_link_autoneg(struct vpf_adapter *a)
{
	return vpf_hw_phy_write(a, MII_BMCR, BMCR_ANENABLE | BMCR_ANRESTART);
}

/**
 * vpf_link_init() - bring the PHY up after a reset
 * @a: adapter
 *
 * The link is up a moment later; the misc interrupt says so.
 *
 * Return: 0 or an error of the PHY.
 */
int vpf_link_init(struct vpf_adapter *a)
{
	int err;

	err = vpf_link_advertise(a, true, ADVERTISE_ALL);
	if (!err)
		err = vpf_link_autoneg(a);
	if (err)
		vpf_health_link(a);
	return err;
}

/* The speeds below a gigabit that are asked for, as the PHY's register has them */
static u16 vpf_link_modes(const unsigned long *advertising)
{
	u32 legacy = 0;

	ethtool_convert_link_mode_to_legacy_u32(&legacy, advertising);
	return ethtool_adv_to_mii_adv_t(legacy) & ADVERTISE_ALL;
}

int vpf_link_get(struct net_device *netdev, struct ethtool_link_ksettings *cmd)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	u16 adv = 0, lpa = 0, ctrl1000 = 0, stat1000 = 0;

	ethtool_link_ksettings_zero_link_mode(cmd, supported);
	ethtool_link_ksettings_add_link_mode(cmd, supported, TP);
	ethtool_link_ksettings_add_link_mode(cmd, supported, Autoneg);
	ethtool_link_ksettings_add_link_mode(cmd, supported, Pause);
	ethtool_link_ksettings_add_link_mode(cmd, supported, Asym_Pause);
	ethtool_link_ksettings_add_link_mode(cmd, supported, 10baseT_Half);
	ethtool_link_ksettings_add_link_mode(cmd, supported, 10baseT_Full);
	ethtool_link_ksettings_add_link_mode(cmd, supported, 100baseT_Half);
	ethtool_link_ksettings_add_link_mode(cmd, supported, 100baseT_Full);
	ethtool_link_ksettings_add_link_mode(cmd, supported, 1000baseT_Full);

	if (vpf_hw_phy_read(a, MII_ADVERTISE, &adv) || vpf_hw_phy_read(a, MII_LPA, &lpa) ||
	    vpf_hw_phy_read(a, MII_CTRL1000, &ctrl1000) ||
	    vpf_hw_phy_read(a, MII_STAT1000, &stat1000))
		return -EIO;
	mii_adv_mod_linkmode_adv_t(cmd->link_modes.advertising, adv);
	mii_ctrl1000_mod_linkmode_adv_t(cmd->link_modes.advertising, ctrl1000);
	ethtool_link_ksettings_add_link_mode(cmd, advertising, TP);
	ethtool_link_ksettings_add_link_mode(cmd, advertising, Autoneg);
	mii_lpa_mod_linkmode_lpa_t(cmd->link_modes.lp_advertising, lpa);
	mii_stat1000_mod_linkmode_lpa_t(cmd->link_modes.lp_advertising, stat1000);

	cmd->base.port = PORT_TP;
	cmd->base.phy_address = VFP_PHY_ADDR;
	cmd->base.autoneg = AUTONEG_ENABLE;
	cmd->base.speed = netif_carrier_ok(netdev) ? a->speed : SPEED_UNKNOWN;
	cmd->base.duplex = netif_carrier_ok(netdev) ? a->duplex : DUPLEX_UNKNOWN;
	cmd->base.eth_tp_mdix_ctrl = ETH_TP_MDI_AUTO;
	return 0;
}

int vpf_link_set(struct net_device *netdev, const struct ethtool_link_ksettings *cmd)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	bool gigabit;
	u16 modes;
	int err;

	/* Without negotiation there is no gigabit on copper, and nobody needs less */
	if (cmd->base.autoneg != AUTONEG_ENABLE)
		return -EOPNOTSUPP;
	gigabit = ethtool_link_ksettings_test_link_mode(cmd, advertising, 1000baseT_Full);
	modes = vpf_link_modes(cmd->link_modes.advertising);
	if (!gigabit && !modes)
		return -EINVAL;
	err = vpf_link_advertise(a, gigabit, modes);
	return err ? err : vpf_link_autoneg(a);
}

int vpf_link_restart(struct net_device *netdev)
{
	return vpf_link_autoneg(vpf_adapter(netdev));
}

void vpf_link_get_pause(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	pause->autoneg = a->fc_autoneg;
	pause->rx_pause = !!(a->fc & FLOW_CTRL_RX);
	pause->tx_pause = !!(a->fc & FLOW_CTRL_TX);
}

int vpf_link_set_pause(struct net_device *netdev, struct ethtool_pauseparam *pause)
{
	u8 wanted = (pause->rx_pause ? FLOW_CTRL_RX : 0) | (pause->tx_pause ? FLOW_CTRL_TX : 0);
	struct vpf_adapter *a = vpf_adapter(netdev);
	u16 adv;
	int err;

	/* Negotiating anew takes the link from all VFs: not for what is so already */
	if (a->fc_autoneg == !!pause->autoneg && a->fc_wanted == wanted)
		return 0;
	a->fc_autoneg = pause->autoneg;
	a->fc_wanted = wanted;
	if (!a->fc_autoneg) {
		vpf_link_apply_fc(a);
		return 0;
	}
	err = vpf_hw_phy_read(a, MII_ADVERTISE, &adv);
	if (err)
		return err;
	adv &= ~(ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM);
	err = vpf_hw_phy_write(a, MII_ADVERTISE, adv | mii_advertise_flowctrl(a->fc_wanted));
	return err ? err : vpf_link_autoneg(a);
}
