// SPDX-License-Identifier: GPL-2.0
/*
 * Applying what path.c decided: telling the host, moving the traffic, telling the
 * neighbours.
 */
#include <linux/delay.h>
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <net/sch_generic.h>

#include "failover.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* How soon a lost carrier is noticed without traffic; linkwatch takes up to a second */
#define VFO_CHECK_MS		10
/* And one that comes back before linkwatch has seen it gone, which then is in no hurry */
#define VFO_CHECK_AFTER		(2 * HZ)
/* A host that refused is asked again after so long, twice as long after that, and so on */
#define VFO_ASK_MIN_MS		1000
#define VFO_ASK_MAX_MS		8000
/* As long as what a VF's qdisc still holds is waited for, when the VF is left on purpose */
#define VFO_DRAIN_US		20000

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
 * An outage begins when a path fails, and ends with the move to one that carries. What the operator
 * has closed has not failed.
 */
static void vfo_switch_outage(struct vfo_upper *u, bool planned)
{
	u64 now = ktime_get_ns(), lost;

	if (planned) {
		atomic64_set(&u->lost_at, 0);
		u->last_outage_us = 0;
	} else if (u->path.active == VFO_NONE) {
		atomic64_cmpxchg(&u->lost_at, 0, now);
	} else {
		lost = atomic64_xchg(&u->lost_at, 0);
		u->last_outage_us = lost ? (now - lost) / NSEC_PER_USEC : 0;
	}
}

static void vfo_switch_report(struct vfo_upper *u, enum vfo_side from, const char *reason)
{
	char active[24];
	char *envp[] = { active, NULL };

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
	u->check_until = jiffies + VFO_CHECK_AFTER;
	queue_delayed_work(vfo_wq, &u->check, msecs_to_jiffies(VFO_CHECK_MS));
}

static bool vfo_switch_waiting(const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->real_num_tx_queues; i++) {
		const struct Qdisc *q = rtnl_dereference(netdev_get_tx_queue(dev, i)->qdisc);

		if (q && qdisc_qlen_sum(q))
			return true;
	}
	return false;
}

/*
 * What the VF was given before is on its way before the host is told, and before a VF that is
 * closed throws it away. Bounded: a VF that can't send any more is not waited for.
 */
static void vfo_switch_drain(const struct net_device *dev)
{
	ktime_t end = ktime_add_us(ktime_get(), VFO_DRAIN_US);

	if (!netif_carrier_ok(dev))
		return;
	/* Those who have read the old path hand over their frames */
	synchronize_net();
	while (vfo_switch_waiting(dev) && netif_carrier_ok(dev) && ktime_before(ktime_get(), end))
		usleep_range(200, 400);
}

static void vfo_switch_refused(struct vfo_upper *u, enum vfp_lower_reason host)
{
	u->refused++;
	u->host = host;
	u->ask_ms = clamp(u->ask_ms * 2, VFO_ASK_MIN_MS, VFO_ASK_MAX_MS);
	u->ask_at = jiffies + msecs_to_jiffies(u->ask_ms);
	vfo_kick(u->ask_ms);
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
	bool planned = ev != VFO_EV_CARRIER_OFF && ev != VFO_EV_REMOVED && ev != VFO_EV_REFUSED;
	enum vfo_side from = u->path.active;
	struct vfo_lower *vf = vfo_lower_rtnl(u, VFO_VF);
	enum vfp_lower_reason host;
	u32 actions;

	ASSERT_RTNL();
	if (vfo_path_event(&u->path, side, ev, &actions))
		return;
	if (actions & VFO_ACT_TELL_ON) {
		host = vfp_lower_tell(vf->dev, true);
		if (host != VFP_LOWER_OK) {
			/* Back to where we were, and not a frame was sent the wrong way */
			u->path.active = from;
			vfo_switch_refused(u, host);
			vfo_switch_event(u, VFO_VF, VFO_EV_REFUSED, vfp_lower_reason_text(host));
			return;
		}
		u->host = VFP_LOWER_OK;
		u->ask_ms = 0;
	}
	if (!(actions & VFO_ACT_MOVE))
		return;
	/* From nowhere: how long that was, its beginning tells */
	if (from == VFO_NONE)
		planned = false;
	vfo_switch_move(u);
	if (actions & VFO_ACT_TELL_OFF) {
		vfo_switch_drain(vf->dev);
		vfp_lower_tell(vf->dev, false);
	}
	vfo_switch_outage(u, planned);
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
	/* The first frame that meets it says so for all */
	if (!atomic64_read(&u->lost_at) &&
	    !atomic64_cmpxchg(&u->lost_at, 0, ktime_get_ns()))
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

/* Does the VF carry what path.c believes it does? */
static bool vfo_switch_differs(struct vfo_upper *u)
{
	struct vfo_lower *l;
	bool differs;

	rcu_read_lock();
	l = rcu_dereference(u->lower[VFO_VF]);
	differs = l && vfo_lower_carrier(l->dev) != READ_ONCE(u->path.lower[VFO_VF].carrier);
	rcu_read_unlock();
	return differs;
}

/**
 * vfo_switch_check_work() - is the carrier still what path.c believes?
 * @work: &struct vfo_upper.check
 *
 * While a VF carries the traffic, and a moment longer. Later, linkwatch tells soon enough that its
 * carrier has come.
 */
void vfo_switch_check_work(struct work_struct *work)
{
	struct vfo_upper *u = container_of(to_delayed_work(work), struct vfo_upper, check);

	if (vfo_switch_differs(u)) {
		if (!rtnl_trylock()) {
			/* Whoever holds it may wait for us */
			queue_delayed_work(vfo_wq, &u->check, 1);
			return;
		}
		vfo_switch_compare(u, VFO_VF);
		vfo_switch_compare(u, VFO_SYNTHETIC);
		rtnl_unlock();
	} else if (READ_ONCE(u->path.active) != VFO_NONE) {
		/* It came back, or was never gone: no outage begins here */
		atomic64_set(&u->lost_at, 0);
	}
	if (READ_ONCE(u->path.active) == VFO_VF ||
	    time_before(jiffies, READ_ONCE(u->check_until)))
		queue_delayed_work(vfo_wq, &u->check, msecs_to_jiffies(VFO_CHECK_MS));
}

/**
 * vfo_switch_ask_soon() - the host may be of another mind
 * @u: upper; RTNL
 * @ms: ask it after so long
 */
void vfo_switch_ask_soon(struct vfo_upper *u, unsigned int ms)
{
	unsigned long at = jiffies + msecs_to_jiffies(ms);

	if (u->ask_ms && time_before(u->ask_at, at))
		return;
	u->ask_at = at;
	u->ask_ms = max(u->ask_ms, 1U);
	vfo_kick(ms);
}

/**
 * vfo_switch_ask() - ask it, if it is time
 * @u: upper; RTNL
 */
void vfo_switch_ask(struct vfo_upper *u)
{
	unsigned int ms = u->ask_ms;

	if (!ms || time_before(jiffies, u->ask_at))
		return;
	vfo_switch_event(u, VFO_VF, VFO_EV_AGAIN, "asked the host again");
	/* Not asked, since it isn't its turn: it will be when it is */
	if (u->ask_ms == ms && !time_before(jiffies, u->ask_at))
		u->ask_ms = 0;
}

/**
 * vfo_switch_policy() - the operator chose
 * @u: upper; RTNL
 * @policy: what
 */
void vfo_switch_policy(struct vfo_upper *u, enum vfo_policy policy)
{
	WRITE_ONCE(u->path.policy, policy);
	vfo_switch_event(u, VFO_VF, VFO_EV_POLICY, "the operator's choice");
}

/**
 * vfo_switch_others() - somebody came or went above the upper
 * @u: upper; RTNL
 */
void vfo_switch_others(struct vfo_upper *u)
{
	bool others = vfo_above_sends(u->dev);

	if (others == u->path.others)
		return;
	WRITE_ONCE(u->path.others, others);
	vfo_switch_event(u, VFO_VF, VFO_EV_POLICY, others ? "others send through the upper" :
							    "nobody else sends through it");
}
