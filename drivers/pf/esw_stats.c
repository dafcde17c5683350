// SPDX-License-Identifier: GPL-2.0
/* Counters of the VFs and of the switch, for `ip -s link show` and `ethtool -S` */
#include <linux/ethtool.h>

#include "eswitch_priv.h"

static const u32 vpf_vf_stats_regs[VPF_VF_STATS] = {
	0x10010, 0x10014, 0x10018, 0x10034, 0x1003c,	/* GPRC GPTC GORC GOTC MPRC */
};

/* What a VF has counted since it was last read. stats_lock held. */
static void vpf_eswitch_stats_read(struct vpf_eswitch *esw, unsigned int n)
{
	u64 *sum = &esw->vf_stats[n].rx_packets;
	unsigned int i;

	for (i = 0; i < VPF_VF_STATS; i++) {
		u32 now = vpf_rd32(esw->a, vpf_vf_stats_regs[i] + 0x100 * n);

		if (!vfp_io_present(&esw->a->io))
			return;
		sum[i] += now - esw->vf_last[n][i];
		esw->vf_last[n][i] = now;
	}
}

/**
 * vpf_eswitch_stats_update() - widen the VFs' counters
 * @a: adapter. Process context.
 */
void vpf_eswitch_stats_update(struct vpf_adapter *a)
{
	struct vpf_eswitch *esw = a->esw;
	unsigned int n;

	mutex_lock(&esw->stats_lock);
	for (n = 0; n < READ_ONCE(esw->num_vfs); n++)
		vpf_eswitch_stats_read(esw, n);
	mutex_unlock(&esw->stats_lock);
}

void vpf_eswitch_get_vf_stats(struct vpf_eswitch *esw, unsigned int n, struct vpf_vf_stats *s)
{
	mutex_lock(&esw->stats_lock);
	if (n < READ_ONCE(esw->num_vfs))
		vpf_eswitch_stats_read(esw, n);
	*s = esw->vf_stats[n];
	mutex_unlock(&esw->stats_lock);
}

/**
 * vpf_eswitch_stats_start() - VFs are about to come: nothing is counted
 * @esw: switch
 *
 * The NIC counts on from where the VFs before them ended.
 */
void vpf_eswitch_stats_start(struct vpf_eswitch *esw)
{
	unsigned int n;

	mutex_lock(&esw->stats_lock);
	for (n = 0; n < VFP_MAX_VFS; n++)
		vpf_eswitch_stats_read(esw, n);
	memset(esw->vf_stats, 0, sizeof(esw->vf_stats));
	mutex_unlock(&esw->stats_lock);
}

/* ethtool -S */

static const char * const vpf_eswitch_names[] = {
	"fdb_used", "fdb_size", "fdb_hashed", "fdb_refused", "fdb_stations", "fdb_evicted",
	"fdb_limited", "vlan_used", "vlan_size", "vlan_refused", "vlan_unserved",
	"reflections_dropped",
};

static const char * const vpf_eswitch_vf_names[] = {
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_multicast", "mbx_messages",
	"mbx_malformed", "mbx_refused", "mbx_limited", "resets", "path_switches",
};

unsigned int vpf_eswitch_ethtool_count(struct vpf_adapter *a)
{
	return ARRAY_SIZE(vpf_eswitch_names) + VFP_MAX_VFS * ARRAY_SIZE(vpf_eswitch_vf_names);
}

void vpf_eswitch_ethtool_strings(struct vpf_adapter *a, u8 **p)
{
	unsigned int n, i;

	for (i = 0; i < ARRAY_SIZE(vpf_eswitch_names); i++)
		ethtool_puts(p, vpf_eswitch_names[i]);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		for (i = 0; i < ARRAY_SIZE(vpf_eswitch_vf_names); i++)
			ethtool_sprintf(p, "vf%u_%s", n, vpf_eswitch_vf_names[i]);
	}
}

void vpf_eswitch_ethtool_stats(struct vpf_adapter *a, u64 **p)
{
	struct vpf_eswitch *esw = a->esw;
	struct vpf_vf_stats s;
	unsigned int n;
	u64 *d = *p;

	mutex_lock(&esw->lock);
	spin_lock_bh(&esw->tbl_lock);
	*d++ = esw->fdb.used;
	*d++ = VPF_FDB_NUM_SHARED;
	*d++ = esw->fdb.hashed;
	*d++ = esw->fdb.refused;
	*d++ = esw->fdb.sta.num;
	*d++ = esw->fdb.sta.evicted;
	*d++ = esw->fdb.sta.limited;
	*d++ = vpf_vlan_used(&esw->vlan);
	*d++ = VFP_NUM_VLVF;
	*d++ = esw->vlan.refused;
	*d++ = vpf_vlan_unserved(&esw->vlan);
	*d++ = READ_ONCE(esw->learn.reflect.dropped);
	spin_unlock_bh(&esw->tbl_lock);
	for (n = 0; n < VFP_MAX_VFS; n++) {
		const struct vpf_mbx_stats *m = &esw->mbx_stats[n];

		vpf_eswitch_get_vf_stats(esw, n, &s);
		*d++ = s.rx_packets;
		*d++ = s.tx_packets;
		*d++ = s.rx_bytes;
		*d++ = s.tx_bytes;
		*d++ = s.multicast;
		*d++ = m->messages;
		*d++ = m->malformed;
		*d++ = m->refused;
		*d++ = m->limited;
		*d++ = m->flr;
		*d++ = m->switches;
	}
	mutex_unlock(&esw->lock);
	*p = d;
}
