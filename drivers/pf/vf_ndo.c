// SPDX-License-Identifier: GPL-2.0
/*
 * `ip link set PF vf N ...`: the operator's policy for a VF. RTNL is held, esw->lock
 * serialises with the mailbox.
 */
#include <linux/etherdevice.h>

#include "eswitch_priv.h"

/* The VF's vport with the switch locked, or NULL when there is no such VF */
static struct vpf_vport *vpf_vf_lock(struct net_device *netdev, int vf)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	struct vpf_eswitch *esw = a->esw;

	mutex_lock(&esw->lock);
	if (vf >= 0 && vf < esw->num_vfs)
		return &esw->vport[vf];
	mutex_unlock(&esw->lock);
	return NULL;
}

static void vpf_vf_unlock(struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	mutex_unlock(&a->esw->lock);
}

static struct vpf_eswitch *vpf_vf_esw(struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	return a->esw;
}

/**
 * vpf_vf_set_mac() - the operator gives a VF its address
 * @a: adapter
 * @vf: its number
 * @mac: address; zero gives the VF its generated one back, which its guest may change
 * @extack: says what is wrong, or NULL
 *
 * Return: 0, -EINVAL (no such VF, multicast), -EADDRINUSE or -ENOSPC; nothing has changed
 * then.
 */
int vpf_vf_set_mac(struct vpf_adapter *a, int vf, const u8 *mac, struct netlink_ext_ack *extack)
{
	bool admin = !is_zero_ether_addr(mac);
	struct vpf_vport *vp;
	u8 gen[ETH_ALEN];
	int err;

	if (admin && !is_valid_ether_addr(mac)) {
		NL_SET_ERR_MSG_MOD(extack, "not a station's address");
		return -EINVAL;
	}
	vp = vpf_vf_lock(a->netdev, vf);
	if (!vp) {
		NL_SET_ERR_MSG_MOD(extack, "no such VF");
		return -EINVAL;
	}
	vpf_vport_gen_mac(gen, a->netdev->perm_addr, vf);
	err = vpf_eswitch_vf_mac(a->esw, vf, admin ? mac : gen);
	if (!err) {
		vp->admin_mac = admin;
		vp->mac_count++;
		vpf_eswitch_event(a->esw, vf, VPF_EV_LINK_CHANGE);
	}
	vpf_vf_unlock(a->netdev);
	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG_MOD(extack, "the PF or another VF has this address");
	if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack, "the NIC's address table is full");
	if (!err)
		netdev_info(a->netdev, "VF %d: address %pM%s\n", vf, admin ? mac : gen,
			    admin ? "" : " (generated)");
	return err;
}

/**
 * vpf_vf_get_mac() - the address of a VF
 * @a: adapter
 * @vf: its number
 * @mac: result
 *
 * Return: 0 or -EINVAL.
 */
int vpf_vf_get_mac(struct vpf_adapter *a, int vf, u8 *mac)
{
	struct vpf_vport *vp = vpf_vf_lock(a->netdev, vf);

	if (!vp)
		return -EINVAL;
	ether_addr_copy(mac, vp->mac);
	vpf_vf_unlock(a->netdev);
	return 0;
}

int vpf_ndo_set_vf_mac(struct net_device *netdev, int vf, u8 *mac)
{
	return vpf_vf_set_mac(vpf_adapter(netdev), vf, mac, NULL);
}

int vpf_ndo_set_vf_vlan(struct net_device *netdev, int vf, u16 vid, u8 qos, __be16 proto)
{
	struct vpf_vport *vp;
	int err;

	if (proto != htons(ETH_P_8021Q))
		return -EPROTONOSUPPORT;
	if (vid >= VLAN_N_VID - 1 || qos > 7)
		return -EINVAL;
	vp = vpf_vf_lock(netdev, vf);
	if (!vp)
		return -EINVAL;
	err = vpf_eswitch_vf_port_vlan(vpf_vf_esw(netdev), vf, vid, qos);
	if (!err)
		vpf_eswitch_event(vpf_vf_esw(netdev), vf, VPF_EV_LINK_CHANGE);
	vpf_vf_unlock(netdev);
	return err;
}

/**
 * vpf_vf_set_rate() - how much a VF may send
 * @a: adapter
 * @vf: its number
 * @max_rate: Mbit/s, 0: no limit
 *
 * Return: 0, or -EINVAL: no such VF, or more than the link has.
 */
int vpf_vf_set_rate(struct vpf_adapter *a, int vf, u32 max_rate)
{
	struct vpf_vport *vp;

	if (max_rate > VPF_MAX_RATE)
		return -EINVAL;
	vp = vpf_vf_lock(a->netdev, vf);
	if (!vp)
		return -EINVAL;
	vp->max_rate = max_rate;
	vpf_eswitch_sync_vport(a->esw, vf);
	vpf_vf_unlock(a->netdev);
	return 0;
}

/* The NIC's limiter has an upper bound; nothing guarantees a lower one */
int vpf_ndo_set_vf_rate(struct net_device *netdev, int vf, int min_rate, int max_rate)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	int err;

	if (min_rate)
		return -EOPNOTSUPP;
	err = max_rate < 0 ? -EINVAL : vpf_vf_set_rate(a, vf, max_rate);
	if (!err)
		vpf_devlink_rates_changed(a);
	return err;
}

int vpf_ndo_set_vf_spoofchk(struct net_device *netdev, int vf, bool on)
{
	struct vpf_vport *vp = vpf_vf_lock(netdev, vf);

	if (!vp)
		return -EINVAL;
	vp->spoofchk = on;
	vpf_eswitch_sync_vport(vpf_vf_esw(netdev), vf);
	vpf_vf_unlock(netdev);
	return 0;
}

int vpf_ndo_set_vf_trust(struct net_device *netdev, int vf, bool on)
{
	struct vpf_vport *vp = vpf_vf_lock(netdev, vf);

	if (!vp)
		return -EINVAL;
	if (vp->trusted != on) {
		vp->trusted = on;
		/* What it had by being trusted goes */
		if (!on)
			vp->rx_mode = 0;
		vpf_eswitch_sync_vport(vpf_vf_esw(netdev), vf);
		vpf_eswitch_event(vpf_vf_esw(netdev), vf, VPF_EV_LINK_CHANGE);
	}
	vpf_vf_unlock(netdev);
	return 0;
}

int vpf_ndo_set_vf_link_state(struct net_device *netdev, int vf, int link_state)
{
	bool disable = link_state == IFLA_VF_LINK_STATE_DISABLE;
	struct vpf_vport *vp;
	int old;

	if (link_state != IFLA_VF_LINK_STATE_AUTO && link_state != IFLA_VF_LINK_STATE_ENABLE &&
	    !disable)
		return -EINVAL;
	vp = vpf_vf_lock(netdev, vf);
	if (!vp)
		return -EINVAL;
	old = vp->link_state;
	vp->link_state = link_state;
	if (old != link_state) {
		vpf_eswitch_event(vpf_vf_esw(netdev), vf,
				  disable ? VPF_EV_LINK_DISABLE : VPF_EV_LINK_CHANGE);
		/* A driver without the extension doesn't ask for the path again */
		if (!disable && !vp->version && vp->state == VPF_VPORT_ATTACHED)
			vpf_eswitch_event(vpf_vf_esw(netdev), vf, VPF_EV_PATH_VF);
	}
	vpf_vf_unlock(netdev);
	return 0;
}

int vpf_ndo_get_vf_config(struct net_device *netdev, int vf, struct ifla_vf_info *ivi)
{
	struct vpf_vport *vp = vpf_vf_lock(netdev, vf);

	if (!vp)
		return -EINVAL;
	ivi->vf = vf;
	ether_addr_copy(ivi->mac, vp->mac);
	ivi->vlan = vp->port_vid;
	ivi->qos = vp->port_qos;
	ivi->vlan_proto = htons(ETH_P_8021Q);
	ivi->spoofchk = vp->spoofchk;
	ivi->linkstate = vp->link_state;
	ivi->min_tx_rate = 0;
	ivi->max_tx_rate = vp->max_rate;
	ivi->trusted = vp->trusted;
	vpf_vf_unlock(netdev);
	return 0;
}

int vpf_ndo_get_vf_stats(struct net_device *netdev, int vf, struct ifla_vf_stats *s)
{
	struct vpf_vport *vp = vpf_vf_lock(netdev, vf);
	struct vpf_vf_stats vs;

	if (!vp)
		return -EINVAL;
	vpf_eswitch_get_vf_stats(vpf_vf_esw(netdev), vf, &vs);
	vpf_vf_unlock(netdev);
	memset(s, 0, sizeof(*s));
	s->rx_packets = vs.rx_packets;
	s->tx_packets = vs.tx_packets;
	s->rx_bytes = vs.rx_bytes;
	s->tx_bytes = vs.tx_bytes;
	s->multicast = vs.multicast;
	return 0;
}
