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

static ssize_t active_show(struct device *d, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", vfo_side_name(READ_ONCE(vfo_sysfs_upper(d)->path.active)));
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

static ssize_t inactive_reason_show(struct device *d, struct device_attribute *attr, char *buf)
{
	const struct vfo_upper *u = vfo_sysfs_upper(d);
	const char *text = u->inactive_reason;

	/* Not a fault, so only when there is none */
	if (!text[0] && READ_ONCE(u->path.bridged) && u->path.policy == VFO_POLICY_AUTO &&
	    rcu_access_pointer(u->lower[VFO_VF]))
		text = "the upper is in a bridge; path \"vf\" uses the VF all the same";
	return vfo_sysfs_text(d, text, buf);
}
static DEVICE_ATTR_RO(inactive_reason);

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
	&dev_attr_switches.attr,
	&dev_attr_last_switch_reason.attr,
	&dev_attr_last_outage_us.attr,
	NULL
};

const struct attribute_group vfo_sysfs_group = {
	.name = "vfpath",
	.attrs = vfo_sysfs_attrs,
};
