// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_kunit: unit tests of the parts that decide.
 */
#include <linux/module.h>

#include "suites.h"

kunit_test_suites(&vfk_pf_fdb_suite, &vfk_pf_stations_suite,
		  &vfk_pf_port_path_suite, &vfk_pf_vlan_suite, &vfk_pf_vport_suite,
		  &vfk_pf_apply_suite, &vfk_pf_esw_regs_suite, &vfk_pf_reflect_suite,
		  &vfk_pf_mbx_suite, &vfk_vf_mbx_suite, &vfk_failover_path_suite,
		  &vfk_failover_plan_suite, &vfk_failover_reason_suite,
		  &vfk_failover_sources_suite, &vfk_failover_busy_suite,
		  &vfk_ring_txdesc_suite, &vfk_ring_late_suite, &vfk_ring_rx_suite,
		  &vfk_ring_tx_suite, &vfk_ring_life_suite, &vfk_vf_filter_suite,
		  &vfk_vf_addr_suite);

MODULE_DESCRIPTION("vfpath: KUnit tests");
MODULE_LICENSE("GPL");
