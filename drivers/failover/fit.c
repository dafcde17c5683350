// SPDX-License-Identifier: GPL-2.0
/*
 * Making lowers like their upper: does what plan.c decides.
 *
 * All of this calls into the lowers' drivers, some of which have a lock of their own for it that
 * the kernel takes. So it runs by the work, or where the stack calls the upper; never in a notifier
 * about a lower.
 */
#include <linux/if_arp.h>

#include "failover.h"

/* A lower that says something while it doesn't fit is looked at so soon again, and no sooner */
#define VFO_FIT_SOON_MS		500
/* A VF's driver may say more than one thing at a time */
#define VFO_FIT_ASK_MS		20

/* The host has given it another address, or has given the guest's back */
static bool vfo_fit_foreign(struct vfo_upper *u, const struct vfo_lower *l)
{
	const struct vfo_lower *s = vfo_lower_rtnl(u, VFO_SYNTHETIC);

	return l->side == VFO_VF && s && is_valid_ether_addr(l->dev->perm_addr) &&
	       !ether_addr_equal(l->dev->perm_addr, s->mac);
}

/* Is there a path without this lower? While the upper is down, another lower will do. */
static bool vfo_fit_spare(struct vfo_upper *u, const struct vfo_lower *l)
{
	const struct vfo_lower *other = vfo_lower_rtnl(u, !l->side);

	return other && (!u->up || (other->dev->flags & IFF_UP && netif_carrier_ok(other->dev)));
}

static struct vfo_facts vfo_fit_facts(struct vfo_upper *u, const struct vfo_lower *l)
{
	const struct net_device *dev = l->dev;
	struct vfo_facts f = {
		.foreign = vfo_fit_foreign(u, l),
		.vf = l->side == VFO_VF,
		.spare = vfo_fit_spare(u, l),
		.wanted = u->up,
		.up = dev->flags & IFF_UP,
		.stale = l->stale,
		.parked = l->parked,
	};

	if (dev->mtu != u->dev->mtu)
		f.differs |= BIT(VFO_STEP_MTU);
	if (!ether_addr_equal(dev->dev_addr, u->dev->dev_addr))
		f.differs |= BIT(VFO_STEP_MAC);
	if (!l->vlans)
		f.differs |= BIT(VFO_STEP_VLANS);
	if (l->promisc != !!(u->dev->flags & IFF_PROMISC) ||
	    l->allmulti != !!(u->dev->flags & IFF_ALLMULTI))
		f.differs |= BIT(VFO_STEP_FLAGS);
	if (u->netpoll && !l->np)
		f.differs |= BIT(VFO_STEP_NETPOLL);
	if (!l->lists)
		f.differs |= BIT(VFO_STEP_LISTS);
	return f;
}

/**
 * vfo_fit_mtu() - change the MTU of a lower
 * @u: upper; RTNL
 * @l: lower
 * @mtu: MTU
 *
 * Return: 0, also when it has that, or its driver's error.
 */
int vfo_fit_mtu(struct vfo_upper *u, struct vfo_lower *l, unsigned int mtu)
{
	int err;

	if (l->dev->mtu == mtu)
		return 0;
	u->own++;
	err = dev_set_mtu(l->dev, mtu);
	u->own--;
	return err;
}

/**
 * vfo_fit_mac() - change the address of a lower
 * @u: upper; RTNL
 * @l: lower
 * @mac: address
 *
 * Return: 0, also when it has that, or its driver's error.
 */
int vfo_fit_mac(struct vfo_upper *u, struct vfo_lower *l, const u8 *mac)
{
	struct sockaddr_storage ss = { .ss_family = l->dev->type };
	int err;

	if (ether_addr_equal(l->dev->dev_addr, mac))
		return 0;
	memcpy(((struct sockaddr *)&ss)->sa_data, mac, ETH_ALEN);
	u->own++;
	err = vfp_dev_set_mac_address(l->dev, &ss);
	u->own--;
	return err;
}

/**
 * vfo_fit_flags() - promiscuity of the upper, on a lower
 * @u: upper; RTNL
 * @l: lower
 *
 * Return: 0 or an error.
 */
int vfo_fit_flags(struct vfo_upper *u, struct vfo_lower *l)
{
	bool promisc = u->dev->flags & IFF_PROMISC, allmulti = u->dev->flags & IFF_ALLMULTI;
	int err;

	if (promisc != l->promisc) {
		err = dev_set_promiscuity(l->dev, promisc ? 1 : -1);
		if (err)
			return err;
		l->promisc = promisc;
	}
	if (allmulti != l->allmulti) {
		err = dev_set_allmulti(l->dev, allmulti ? 1 : -1);
		if (err)
			return err;
		l->allmulti = allmulti;
	}
	return 0;
}

/**
 * vfo_fit_close() - close a lower
 * @u: upper; RTNL
 * @l: lower
 */
void vfo_fit_close(struct vfo_upper *u, struct vfo_lower *l)
{
	/*
	 * A namespace that ends closes many at once, linked by close_list; who is on
	 * that list is closed by it, and would break it here.
	 */
	if (!list_empty(&l->dev->close_list))
		return;
	u->own++;
	dev_close(l->dev);
	u->own--;
	l->stale = false;
}

static int vfo_fit_open(struct vfo_lower *l)
{
	l->stale = false;
	return dev_open(l->dev, NULL);
}

static int vfo_fit_vlans(struct vfo_upper *u, struct vfo_lower *l)
{
	int err = vlan_vids_add_by_dev(l->dev, u->dev);

	l->vlans = !err;
	return err;
}

static int vfo_fit_lists(struct vfo_upper *u, struct vfo_lower *l)
{
	int err;

	netif_addr_lock_bh(u->dev);
	WRITE_ONCE(l->lists, true);
	err = dev_uc_sync_multiple(l->dev, u->dev);
	if (!err)
		err = dev_mc_sync_multiple(l->dev, u->dev);
	if (err)
		WRITE_ONCE(l->lists, false);
	netif_addr_unlock_bh(u->dev);
	return err;
}

static int vfo_fit_step(struct vfo_upper *u, struct vfo_lower *l, enum vfo_step step)
{
	switch (step) {
	case VFO_STEP_CLOSE:
		vfo_fit_close(u, l);
		return 0;
	case VFO_STEP_MTU:
		return vfo_fit_mtu(u, l, u->dev->mtu);
	case VFO_STEP_MAC:
		return vfo_fit_mac(u, l, u->dev->dev_addr);
	case VFO_STEP_OPEN:
		return vfo_fit_open(l);
	case VFO_STEP_VLANS:
		return vfo_fit_vlans(u, l);
	case VFO_STEP_FLAGS:
		return vfo_fit_flags(u, l);
	case VFO_STEP_NETPOLL:
		return vfo_netpoll_enable(u, l);
	case VFO_STEP_LISTS:
		return vfo_fit_lists(u, l);
	default:
		return -EINVAL;
	}
}

/* Said once for each failure, not for each try */
static void vfo_fit_tell(struct vfo_upper *u, const struct vfo_lower *l, enum vfo_step before)
{
	char text[VFO_REASON_LEN];
	struct vfo_reason r;

	if (l->plan.failed == before)
		return;
	r = vfo_reason_of(&u->path, l->side, &l->plan, u->host);
	if (vfo_reason_print(&r, l->dev->name, text, sizeof(text)))
		netdev_warn(u->dev, "%s\n", text);
}

static void vfo_fit_leave(struct vfo_upper *u, struct vfo_lower *l)
{
	u->left = (struct vfo_reason){ .why = VFO_WHY_READDRESSED };
	u->left_index = l->dev->ifindex;
	strscpy(u->left_name, l->dev->name, sizeof(u->left_name));
	netdev_warn(u->dev, "%s: %s\n", u->left_name, vfo_reason_text(&u->left));
	vfo_lower_release(u, l, VFO_LEAVE_FOREIGN);
}

/* A look at a lower: until there is nothing left to do, or it has left */
static void vfo_fit_lower(struct vfo_upper *u, struct vfo_lower *l)
{
	enum vfo_step step, before = l->plan.failed;
	struct vfo_plan *p = &l->plan;
	struct vfo_facts f;

	vfo_plan_begin(p);
	for (;;) {
		f = vfo_fit_facts(u, l);
		step = vfo_plan_next(p, &f);
		if (step == VFO_STEP_LEAVE) {
			vfo_fit_leave(u, l);
			return;
		}
		/* Its path is left before it is closed */
		if (p->failed != VFO_STEP_NONE)
			vfo_switch_event(u, l->side, VFO_EV_UNFIT, "not like the upper");
		if (step == VFO_STEP_NONE)
			break;
		vfo_plan_result(p, &f, step, vfo_fit_step(u, l, step));
	}
	vfo_plan_end(p);
	if (p->fits) {
		vfo_switch_event(u, l->side, VFO_EV_FIT, "configured");
	} else {
		l->look_at = jiffies + msecs_to_jiffies(p->wait_ms);
		vfo_fit_tell(u, l, before);
	}
}

static bool vfo_fit_due(const struct vfo_lower *l)
{
	return l->plan.due || (!l->plan.fits && !time_before(jiffies, l->look_at));
}

/**
 * vfo_fit_run() - a look at the lowers of an upper, as far as one is due
 * @u: upper; RTNL, and no lower's own lock
 */
void vfo_fit_run(struct vfo_upper *u)
{
	struct vfo_lower *l;
	int i;

	ASSERT_RTNL();
	if (u->own) {
		/* Whoever is at it already doesn't wait for us */
		vfo_kick(0);
		return;
	}
	u->own++;
	if (u->features_due)
		vfo_features_update(u);
	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l && vfo_fit_due(l))
			vfo_fit_lower(u, l);
	}
	vfo_switch_ask(u);
	u->own--;
	if (vfo_fit_wait_ms(u))
		vfo_kick(vfo_fit_wait_ms(u));
}

static unsigned int vfo_fit_sooner(unsigned int ms, unsigned long at)
{
	unsigned int left = time_before(jiffies, at) ? jiffies_to_msecs(at - jiffies) : 0;

	left = max(left, 1U);
	return ms ? min(ms, left) : left;
}

/**
 * vfo_fit_wait_ms() - when is there something to do next?
 * @u: upper; RTNL
 *
 * Return: after so long, 0: not before something changes.
 */
unsigned int vfo_fit_wait_ms(struct vfo_upper *u)
{
	unsigned int ms = u->ask_ms ? vfo_fit_sooner(0, u->ask_at) : 0;
	struct vfo_lower *l;
	int i;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l && (l->plan.due || !l->plan.fits))
			ms = vfo_fit_sooner(ms, l->plan.due ? jiffies : l->look_at);
	}
	return ms;
}

/**
 * vfo_fit_changed() - the upper has changed
 * @u: upper; RTNL
 */
void vfo_fit_changed(struct vfo_upper *u)
{
	struct vfo_lower *l;
	int i;

	for (i = 0; i < VFO_SIDES; i++) {
		l = vfo_lower_rtnl(u, i);
		if (l)
			vfo_plan_changed(&l->plan);
	}
}

/* Whether a VF that doesn't fit is needed all the same depends on the other */
static void vfo_fit_other(struct vfo_upper *u, const struct vfo_lower *l)
{
	struct vfo_lower *vf = vfo_lower_rtnl(u, VFO_VF);

	if (vf && vf != l && !vf->plan.fits) {
		vfo_plan_changed(&vf->plan);
		vfo_kick(0);
	}
}

/**
 * vfo_fit_lower_changed() - somebody else has changed a lower's configuration
 * @u: upper; RTNL
 * @l: lower
 *
 * Context: also a notifier with the lower's lock held.
 */
void vfo_fit_lower_changed(struct vfo_upper *u, struct vfo_lower *l)
{
	if (u->own)
		return;
	vfo_plan_changed(&l->plan);
	vfo_fit_other(u, l);
	vfo_kick(0);
}

/**
 * vfo_fit_lower_state() - a lower says that something has changed: its carrier, or its host's mind
 * @u: upper; RTNL
 * @l: lower
 *
 * Context: also a notifier with the lower's lock held.
 */
void vfo_fit_lower_state(struct vfo_upper *u, struct vfo_lower *l)
{
	unsigned long soon = jiffies + msecs_to_jiffies(VFO_FIT_SOON_MS);

	if (u->own)
		return;
	if (!l->plan.fits && time_before(soon, l->look_at)) {
		l->look_at = soon;
		vfo_kick(VFO_FIT_SOON_MS);
	}
	if (l->side == VFO_VF)
		vfo_switch_ask_soon(u, VFO_FIT_ASK_MS);
	vfo_fit_other(u, l);
}

/**
 * vfo_fit_failed() - a change of the upper could not be passed on
 * @u: upper; RTNL
 * @l: lower, out of use from now on, until a look finds it fit
 * @step: what it was
 * @err: the driver's error
 */
void vfo_fit_failed(struct vfo_upper *u, struct vfo_lower *l, enum vfo_step step, int err)
{
	enum vfo_step before = l->plan.failed;

	vfo_plan_unfit(&l->plan, step, err);
	vfo_switch_event(u, l->side, VFO_EV_UNFIT, "not like the upper");
	vfo_fit_tell(u, l, before);
	vfo_kick(0);
}
