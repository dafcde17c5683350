// SPDX-License-Identifier: GPL-2.0
/*
 * `ip link set PF vf N ...`: the operator's policy for a VF. RTNL is held, esw->lock
 * serialises with the mailbox; nobody waits with it for what a guest does. What is shown is
 * read without it.
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

/* What is shown of a VF; -EINVAL: there is no such VF */
static int vpf_vf_view(struct vpf_adapter *a, int vf, struct vpf_vf_view *view)
{
	struct vpf_eswitch *esw = a->esw;

	if (vf < 0 || vf >= READ_ONCE(esw->num_vfs))
		return -EINVAL;
	spin_lock_bh(&esw->view_lock);
	*view = esw->vf[vf].view;
	spin_unlock_bh(&esw->view_lock);
	return 0;
}

static struct vpf_eswitch *vpf_vf_esw(struct net_device *netdev)
{
	struct vpf_adapter *a = vpf_adapter(netdev);

	return a->esw;
}

/* The operator's address; it is the VF's, whatever address of its own it has now */
static int vpf_vf_give_mac(struct vpf_eswitch *esw, unsigned int n, const u8 *mac, const u8 *gen)
{
	struct vpf_vport *vp = &esw->vport[n];
	bool pin = vpf_vport_pins(vp, mac, gen);
	u8 shown[ETH_ALEN];
	int err;

	ether_addr_copy(shown, vp->mac);
	err = vpf_eswitch_vf_mac(esw, n, mac, VPF_EV_HOST_MAC);
	if (err)
		return err;
	vpf_vport_set_host_mac(vp, mac, shown, pin);
	vpf_eswitch_event(esw, n, VPF_EV_NEWS);
	/* Most likely for another guest */
	vpf_mailbox_pardon(esw, n);
	if (vp->admin_mac && !vp->trusted)
		vpf_eswitch_vf_uc_flush(esw, n);
	return 0;
}

/**
 * vpf_vf_set_mac() - the operator gives a VF its address
 * @a: adapter
 * @vf: its number
 * @mac: address; zero, and the generated one, give the VF its generated one back, which its
 *	guest may change; so does the address that was shown before the first one was set
 * @extack: says what is wrong, or NULL
 *
 * Return: 0, -EINVAL (no such VF, multicast), -EADDRINUSE or -ENOSPC; nothing has changed
 * then.
 */
int vpf_vf_set_mac(struct vpf_adapter *a, int vf, const u8 *mac, struct netlink_ext_ack *extack)
{
	bool zero = is_zero_ether_addr(mac), pinned;
	struct vpf_vport *vp;
	u8 gen[ETH_ALEN];
	int err;

	if (!zero && !is_valid_ether_addr(mac)) {
		NL_SET_ERR_MSG_MOD(extack, "not a station's address");
		return -EINVAL;
	}
	vp = vpf_vf_lock(a->netdev, vf);
	if (!vp) {
		NL_SET_ERR_MSG_MOD(extack, "no such VF");
		return -EINVAL;
	}
	vpf_vport_gen_mac(gen, a->netdev->perm_addr, vf);
	err = vpf_vf_give_mac(a->esw, vf, zero ? gen : mac, gen);
	pinned = vp->admin_mac;
	vpf_vf_unlock(a->netdev);
	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG_MOD(extack, "the PF or another VF has this address");
	if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack, "the NIC's address table is full");
	if (!err)
		netdev_info(a->netdev, "VF %d: address %pM%s\n", vf, zero ? gen : mac,
			    pinned ? "" : " (its guest may change it)");
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
	struct vpf_vf_view view;
	int err = vpf_vf_view(a, vf, &view);

	if (!err)
		ether_addr_copy(mac, view.mac);
	return err;
}

int vpf_ndo_set_vf_mac(struct net_device *netdev, int vf, u8 *mac)
{
	return vpf_vf_set_mac(vpf_adapter(netdev), vf, mac, NULL);
}

int vpf_ndo_set_vf_vlan(struct net_device *netdev, int vf, u16 vid, u8 qos, __be16 proto)
{
	struct vpf_vport *vp;
	int err = 0;

	if (proto != htons(ETH_P_8021Q))
		return -EPROTONOSUPPORT;
	if (vid >= VLAN_N_VID - 1 || qos > 7)
		return -EINVAL;
	vp = vpf_vf_lock(netdev, vf);
	if (!vp)
		return -EINVAL;
	/* What is set already changes nothing: the guest's VLANs stay */
	if (vid != vp->port_vid || qos != vp->port_qos) {
		err = vpf_eswitch_vf_port_vlan(vpf_vf_esw(netdev), vf, vid, qos);
		if (!err)
			vpf_eswitch_event(vpf_vf_esw(netdev), vf, VPF_EV_NEWS);
	}
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

/* What a VF had by being trusted goes with the trust */
static void vpf_vf_distrust(struct vpf_eswitch *esw, unsigned int n)
{
	struct vpf_vport *vp = &esw->vport[n];

	vp->rx_mode = 0;
	vpf_eswitch_vf_uc_flush(esw, n);
	if (!vp->admin_mac || ether_addr_equal(vp->mac, vp->host_mac))
		return;
	if (vpf_eswitch_vf_mac(esw, n, vp->host_mac, VPF_EV_HOST_MAC))
		return;
	vp->mac_count++;
	vp->mac_due = true;
}

int vpf_ndo_set_vf_trust(struct net_device *netdev, int vf, bool on)
{
	struct vpf_vport *vp = vpf_vf_lock(netdev, vf);
	struct vpf_eswitch *esw = vpf_vf_esw(netdev);

	if (!vp)
		return -EINVAL;
	if (vp->trusted != on) {
		vp->trusted = on;
		if (!on)
			vpf_vf_distrust(esw, vf);
		vpf_eswitch_sync_vport(esw, vf);
		vpf_eswitch_event(esw, vf, VPF_EV_NEWS);
	}
	vpf_vf_unlock(netdev);
	return 0;
}

static enum vpf_vport_event vpf_vf_link_event(int old, int new)
{
	if (new == IFLA_VF_LINK_STATE_DISABLE)
		return VPF_EV_LINK_DISABLE;
	return old == IFLA_VF_LINK_STATE_DISABLE ? VPF_EV_LINK_ENABLE : VPF_EV_NEWS;
}

int vpf_ndo_set_vf_link_state(struct net_device *netdev, int vf, int link_state)
{
	struct vpf_eswitch *esw = vpf_vf_esw(netdev);
	struct vpf_vport *vp;
	int old;

	if (link_state != IFLA_VF_LINK_STATE_AUTO && link_state != IFLA_VF_LINK_STATE_ENABLE &&
	    link_state != IFLA_VF_LINK_STATE_DISABLE)
		return -EINVAL;
	vp = vpf_vf_lock(netdev, vf);
	if (!vp)
		return -EINVAL;
	old = vp->link_state;
	vp->link_state = link_state;
	if (old != link_state) {
		vpf_eswitch_event(esw, vf, vpf_vf_link_event(old, link_state));
		vpf_mailbox_pardon(esw, vf);
		/* A driver without the extension doesn't ask for the path again */
		if (!vp->version && vpf_vport_attached(vp) && !vpf_vport_on_vf(vp))
			vpf_mailbox_path_vf(esw, vf);
	}
	vpf_vf_unlock(netdev);
	return 0;
}

int vpf_ndo_get_vf_config(struct net_device *netdev, int vf, struct ifla_vf_info *ivi)
{
	struct vpf_vf_view view;
	int err = vpf_vf_view(vpf_adapter(netdev), vf, &view);

	if (err)
		return err;
	ivi->vf = vf;
	ether_addr_copy(ivi->mac, view.mac);
	ivi->vlan = view.port_vid;
	ivi->qos = view.port_qos;
	ivi->vlan_proto = htons(ETH_P_8021Q);
	ivi->spoofchk = view.spoofchk;
	ivi->linkstate = view.link_state;
	ivi->min_tx_rate = 0;
	ivi->max_tx_rate = view.max_rate;
	ivi->trusted = view.trusted;
	return 0;
}

int vpf_ndo_get_vf_stats(struct net_device *netdev, int vf, struct ifla_vf_stats *s)
{
	struct vpf_eswitch *esw = vpf_vf_esw(netdev);
	struct vpf_vf_stats vs;

	if (vf < 0 || vf >= READ_ONCE(esw->num_vfs))
		return -EINVAL;
	vpf_eswitch_get_vf_stats(esw, vf, &vs);
	memset(s, 0, sizeof(*s));
	s->rx_packets = vs.rx_packets;
	s->tx_packets = vs.tx_packets;
	s->rx_bytes = vs.rx_bytes;
	s->tx_bytes = vs.tx_bytes;
	s->multicast = vs.multicast;
	return 0;
}
