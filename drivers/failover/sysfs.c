// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/net/UPPER/vfpath/: see Documentation/failover.rst.
 */
#include <linux/sysfs.h>

#include "failover.h"

const char * const vfo_policy_names[VFO_POLICIES] = {
	[VFO_POLICY_AUTO] = "auto",
	[VFO_POLICY_VF] = "vf",
	[VFO_POLICY_SYNTHETIC] = "synthetic",
};

static struct vfo_upper *vfo_sysfs_upper(struct device *d)
{
	return netdev_priv(to_net_dev(d));
}

static ssize_t path_show(struct device *d, struct device_attribute *attr, char *buf)
{
	u8 policy = READ_ONCE(vfo_sysfs_upper(d)->path.policy);

	return sysfs_emit(buf, "%s\n", vfo_policy_names[policy]);
}

static ssize_t path_store(struct device *d, struct device_attribute *attr, const char *buf,
			  size_t len)
{
	struct vfo_upper *u = vfo_sysfs_upper(d);
	int policy = __sysfs_match_string(vfo_policy_names, VFO_POLICIES, buf);

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (policy < 0)
		return policy;
	if (!rtnl_trylock())
		return restart_syscall();
	vfo_switch_policy(u, policy);
	rtnl_unlock();
	return len;
}
static DEVICE_ATTR_RW(path);

/* Which lower takes frames: what path.c would like is not it while the host is asked */
static ssize_t active_show(struct device *d, struct device_attribute *attr, char *buf)
{
	enum vfo_side side = VFO_NONE;
	struct vfo_lower *l;

	rcu_read_lock();
	l = rcu_dereference(vfo_sysfs_upper(d)->active);
	if (l)
		side = l->side;
	rcu_read_unlock();
	return sysfs_emit(buf, "%s\n", vfo_side_name(side));
}
static DEVICE_ATTR_RO(active);

static ssize_t vfo_sysfs_lower(struct device *d, enum vfo_side side, char *buf)
{
	struct vfo_lower *l;
	ssize_t len;

	rcu_read_lock();
	l = rcu_dereference(vfo_sysfs_upper(d)->lower[side]);
	len = sysfs_emit(buf, "%s\n", l ? l->dev->name : "");
	rcu_read_unlock();
	return len;
}

static ssize_t vf_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return vfo_sysfs_lower(d, VFO_VF, buf);
}
static DEVICE_ATTR_RO(vf);

static ssize_t synthetic_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return vfo_sysfs_lower(d, VFO_SYNTHETIC, buf);
}
static DEVICE_ATTR_RO(synthetic);

static ssize_t vfo_sysfs_text(struct device *d, const char *text, char *buf)
{
	ssize_t len;

	if (!rtnl_trylock())
		return restart_syscall();
	len = sysfs_emit(buf, "%s\n", text);
	rtnl_unlock();
	return len;
}

static int vfo_sysfs_reason(struct vfo_upper *u, enum vfo_side side, char *text, size_t size)
{
	const struct vfo_lower *l = vfo_lower_rtnl(u, side);
	struct vfo_reason r;

	if (l) {
		r = vfo_reason_of(&u->path, side, &l->plan, u->host);
		return vfo_reason_print(&r, l->dev->name, text, size);
	}
	text[0] = 0;
	/* One that is there, and isn't bound */
	return side == VFO_VF && u->left_index ?
	       vfo_reason_print(&u->left, u->left_name, text, size) : 0;
}

static ssize_t vfo_sysfs_why(struct device *d, enum vfo_side side, char *buf)
{
	char text[VFO_REASON_LEN];

	if (!rtnl_trylock())
		return restart_syscall();
	vfo_sysfs_reason(vfo_sysfs_upper(d), side, text, sizeof(text));
	rtnl_unlock();
	return sysfs_emit(buf, "%s\n", text);
}

static ssize_t inactive_reason_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return vfo_sysfs_why(d, VFO_VF, buf);
}
static DEVICE_ATTR_RO(inactive_reason);

static ssize_t synthetic_reason_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return vfo_sysfs_why(d, VFO_SYNTHETIC, buf);
}
static DEVICE_ATTR_RO(synthetic_reason);

static ssize_t last_switch_reason_show(struct device *d, struct device_attribute *attr,
				       char *buf)
{
	return vfo_sysfs_text(d, vfo_sysfs_upper(d)->last_reason, buf);
}
static DEVICE_ATTR_RO(last_switch_reason);

static ssize_t switches_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", vfo_sysfs_upper(d)->switches);
}
static DEVICE_ATTR_RO(switches);

static ssize_t last_outage_us_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", vfo_sysfs_upper(d)->last_outage_us);
}
static DEVICE_ATTR_RO(last_outage_us);

static struct attribute *vfo_sysfs_attrs[] = {
	&dev_attr_path.attr,
	&dev_attr_active.attr,
	&dev_attr_vf.attr,
	&dev_attr_synthetic.attr,
	&dev_attr_inactive_reason.attr,
	&dev_attr_synthetic_reason.attr,
	&dev_attr_switches.attr,
	&dev_attr_last_switch_reason.attr,
	&dev_attr_last_outage_us.attr,
	NULL
};

const struct attribute_group vfo_sysfs_group = {
	.name = "vfpath",
	.attrs = vfo_sysfs_attrs,
};
