/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VFK_SUITES_H_
#define _VFK_SUITES_H_

#include <kunit/test.h>

extern struct kunit_suite vfk_pf_fdb_suite;
extern struct kunit_suite vfk_pf_stations_suite;
extern struct kunit_suite vfk_pf_port_path_suite;
extern struct kunit_suite vfk_pf_vlan_suite;
extern struct kunit_suite vfk_pf_vport_suite;
extern struct kunit_suite vfk_pf_apply_suite;
extern struct kunit_suite vfk_pf_esw_regs_suite;
extern struct kunit_suite vfk_pf_reflect_suite;
extern struct kunit_suite vfk_pf_mbx_suite;
extern struct kunit_suite vfk_vf_mbx_suite;
extern struct kunit_suite vfk_failover_path_suite;
extern struct kunit_suite vfk_failover_plan_suite;
extern struct kunit_suite vfk_failover_reason_suite;
extern struct kunit_suite vfk_failover_sources_suite;
extern struct kunit_suite vfk_failover_busy_suite;
extern struct kunit_suite vfk_ring_txdesc_suite;
extern struct kunit_suite vfk_ring_late_suite;
extern struct kunit_suite vfk_ring_rx_suite;
extern struct kunit_suite vfk_ring_tx_suite;
extern struct kunit_suite vfk_ring_life_suite;
extern struct kunit_suite vfk_vf_filter_suite;
extern struct kunit_suite vfk_vf_addr_suite;

/* pf_fdb.c */
struct vpf_fdb;
int vfk_fdb_find(const struct vpf_fdb *fdb, const u8 *mac);

#endif /* _VFK_SUITES_H_ */
