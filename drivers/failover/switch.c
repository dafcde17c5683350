// SPDX-License-Identifier: GPL-2.0
/*
 * Applying what path.c decided: telling the host, moving the traffic, telling the
 * neighbours.
 */
#include <linux/kobject.h>
#include <linux/ktime.h>

#include "failover.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* How soon a lost carrier is noticed without traffic; linkwatch takes up to a second */
#define VFO_CHECK_MS		10
#define VFO_RETRY_MIN_MS	1000
#define VFO_RETRY_MAX_MS	30000

const char *vfo_side_name(enum vfo_side side)
{
	static const char * const names[] = {
		[VFO_SYNTHETIC] = "synthetic",
		[VFO_VF] = "vf",
		[VFO_NONE] = "none",
	};

	return names[side];
}

/*
 * Tell the VF's driver, as bonding and team tell theirs. vfpath_vf asks the host, and
 * takes tx_enabled back when the host says no. A driver that doesn't listen is with us.
 */
static bool vfo_switch_tell(struct vfo_lower *l, bool on)
{
	struct netdev_lag_lower_state_info info = {
		.link_up = netif_carrier_ok(l->dev),
		.tx_enabled = on,
	};

	netdev_lower_state_changed(l->dev, &info);
	return info.tx_enabled == on;
}

static void vfo_switch_report(struct vfo_upper *u, enum vfo_side from, const char *reason)
{
	u64 lost = atomic64_xchg(&u->lost_at, 0);
	char active[24];
	char *envp[] = { active, NULL };

	u->last_outage_us = lost ? (ktime_get_ns() - lost) / NSEC_PER_USEC : 0;
	u->switches++;
	strscpy(u->last_reason, reason, sizeof(u->last_reason));
	trace_vfpath_switch(u->dev->name, vfo_side_name(from), vfo_side_name(u->path.active),
			    reason, u->last_outage_us);
	if (net_ratelimit())
		netdev_info(u->dev, "path %s -> %s: %s\n", vfo_side_name(from),
			    vfo_side_name(u->path.active), reason);
	if (u->dev->reg_state != NETREG_REGISTERED)
		return;
	snprintf(active, sizeof(active), "VFPATH_ACTIVE=%s", vfo_side_name(u->path.active));
	kobject_uevent_env(&u->dev->dev.kobj, KOBJ_CHANGE, envp);
	call_netdevice_notifiers(NETDEV_BONDING_FAILOVER, u->dev);
}

static void vfo_switch_move(struct vfo_upper *u)
{
	struct vfo_lower *l = NULL;

	if (u->path.active != VFO_NONE)
		l = vfo_lower_rtnl(u, u->path.active);
	rcu_assign_pointer(u->active, l);
	if (l)
		netif_carrier_on(u->dev);
	else
		netif_carrier_off(u->dev);
	/* While a VF carries the traffic its carrier is looked after */
	if (u->path.active == VFO_VF)
		queue_delayed_work(vfo_wq, &u->check, msecs_to_jiffies(VFO_CHECK_MS));
}

static void vfo_switch_refused(struct vfo_upper *u)
{
	u->refused++;
	strscpy(u->inactive_reason, "the host refused or didn't answer", VFO_REASON_LEN);
	u->retry_ms = clamp(u->retry_ms * 2, VFO_RETRY_MIN_MS, VFO_RETRY_MAX_MS);
	queue_delayed_work(vfo_wq, &u->retry, msecs_to_jiffies(u->retry_ms));
}

/**
 * vfo_switch_event() - something happened: decide, then apply
 * @u: upper; RTNL
 * @side: to which lower
 * @ev: what
 * @reason: for the operator
 */
void vfo_switch_event(struct vfo_upper *u, enum vfo_side side, enum vfo_event ev,
		      const char *reason)
{
	enum vfo_side from = u->path.active;
	struct vfo_lower *vf = vfo_lower_rtnl(u, VFO_VF);
	u32 actions;

	ASSERT_RTNL();
	if (vfo_path_event(&u->path, side, ev, &actions))
		return;
	if (actions & VFO_ACT_TELL_ON && !vfo_switch_tell(vf, true)) {
		/* Back to where we were, and not a frame was sent the wrong way */
		u->path.active = from;
		vfo_switch_refused(u);
		vfo_switch_event(u, VFO_VF, VFO_EV_REFUSED, reason);
		return;
	}
	if (actions & VFO_ACT_TELL_ON) {
		u->retry_ms = 0;
		u->inactive_reason[0] = 0;
	}
	if (!(actions & VFO_ACT_MOVE))
		return;
	vfo_switch_move(u);
	if (actions & VFO_ACT_TELL_OFF)
		vfo_switch_tell(vf, false);
	vfo_switch_report(u, from, reason);
	if (actions & VFO_ACT_ANNOUNCE)
		vfo_announce(u);
}

/**
 * vfo_switch_lost() - the active path doesn't carry any more
 * @u: upper
 *
 * Context: any. The frame at hand goes the other way; the switch follows.
 */
void vfo_switch_lost(struct vfo_upper *u)
{
	atomic64_cmpxchg(&u->lost_at, 0, ktime_get_ns());
	mod_delayed_work(vfo_wq, &u->check, 0);
}

static void vfo_switch_compare(struct vfo_upper *u, enum vfo_side side)
{
	struct vfo_lower *l = vfo_lower_rtnl(u, side);
	bool carrier;

	if (!l)
		return;
	carrier = vfo_lower_carrier(l->dev);
	if (carrier == u->path.lower[side].carrier)
		return;
	vfo_switch_event(u, side, carrier ? VFO_EV_CARRIER_ON : VFO_EV_CARRIER_OFF,
			 carrier ? "carrier" : "carrier lost");
}

/**
 * vfo_switch_check_work() - is the carrier still what path.c believes?
 * @work: &struct vfo_upper.check
 */
void vfo_switch_check_work(struct work_struct *work)
{
	struct vfo_upper *u = container_of(to_delayed_work(work), struct vfo_upper, check);
	struct vfo_lower *l;
	bool differs;

	rcu_read_lock();
	l = rcu_dereference(u->lower[VFO_VF]);
	differs = l && vfo_lower_carrier(l->dev) != READ_ONCE(u->path.lower[VFO_VF].carrier);
	rcu_read_unlock();

	if (differs) {
		if (!rtnl_trylock()) {
			/* Whoever holds it may wait for us */
			queue_delayed_work(vfo_wq, &u->check, 1);
			return;
		}
		vfo_switch_compare(u, VFO_VF);
		vfo_switch_compare(u, VFO_SYNTHETIC);
		rtnl_unlock();
	}
	if (READ_ONCE(u->path.lower[VFO_VF].present))
		queue_delayed_work(vfo_wq, &u->check, msecs_to_jiffies(VFO_CHECK_MS));
}

/**
 * vfo_switch_retry_work() - perhaps the host is of another mind by now
 * @work: &struct vfo_upper.retry
 */
void vfo_switch_retry_work(struct work_struct *work)
{
	struct vfo_upper *u = container_of(to_delayed_work(work), struct vfo_upper, retry);

	if (!rtnl_trylock()) {
		queue_delayed_work(vfo_wq, &u->retry, 1);
		return;
	}
	vfo_switch_event(u, VFO_VF, VFO_EV_RETRY, "asked the host again");
	rtnl_unlock();
}

/**
 * vfo_switch_policy() - the operator chose
 * @u: upper; RTNL
 * @policy: what
 *
 * Return: 0.
 */
int vfo_switch_policy(struct vfo_upper *u, enum vfo_policy policy)
{
	u->path.policy = policy;
	vfo_switch_event(u, VFO_VF, VFO_EV_POLICY, "the operator's choice");
	return 0;
}

/**
 * vfo_switch_bridged() - the upper has become a port of a bridge, or is none any more
 * @u: upper; RTNL
 * @bridged: which of both
 */
void vfo_switch_bridged(struct vfo_upper *u, bool bridged)
{
	WRITE_ONCE(u->path.bridged, bridged);
	vfo_switch_event(u, VFO_VF, VFO_EV_POLICY,
			 bridged ? "in a bridge" : "out of the bridge");
}
