// SPDX-License-Identifier: GPL-2.0
#include "mbx_abi.h"
#include "pf/port_path.h"
#include "suites.h"

static const struct vpf_port_view vfk_plain = { .learning = true, .mtu = 1500 };
static const struct vpf_port_view vfk_access = {
	.learning = true, .filters = true, .vid = 1, .untagged = true, .mtu = 1500
};

static void vfk_port_flags(struct kunit *test)
{
	struct vpf_port_view tap = vfk_plain;

	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1522), 0);
	/* The NIC does what the bridge doesn't */
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 100, 1522), 0);
	tap.isolated = true;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1522), VFP_NACK_BRIDGE_PORT);
	tap = vfk_plain;
	tap.locked = true;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1522), VFP_NACK_BRIDGE_PORT);
	tap = vfk_plain;
	tap.learning = false;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1522), VFP_NACK_BRIDGE_PORT);
}

static void vfk_port_vlans(struct kunit *test)
{
	struct vpf_port_view tap = vfk_access, pf = vfk_access;

	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 0, 1522), 0);
	/* The tap is in VLAN 30: so has the VF to be */
	tap.vid = 30;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 0, 1522), VFP_NACK_BRIDGE_PORT);
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 30, 1522), 0);
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 31, 1522), VFP_NACK_BRIDGE_PORT);
	tap.untagged = false;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 30, 1522), VFP_NACK_BRIDGE_PORT);
	tap = vfk_access;
	pf.untagged = false;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 0, 1522), VFP_NACK_BRIDGE_PORT);
	/* No VLAN for untagged frames on either: not the same VLAN, none */
	tap.vid = 0;
	pf = tap;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &pf, 0, 1522), VFP_NACK_BRIDGE_PORT);
}

/* What fits the VF alone; up to two tags don't count */
static void vfk_port_sizes(struct kunit *test)
{
	struct vpf_port_view tap = vfk_plain;

	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1526), 0);
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1527), VFP_NACK_FRAME_SIZE);
	tap.mtu = 9000;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 9026), 0);
	/* The PF's own MTU is for what the bridge sends by it */
	tap.mtu = 1280;
	KUNIT_EXPECT_EQ(test, vpf_port_path_nack(&tap, &vfk_plain, 0, 1518), VFP_NACK_FRAME_SIZE);
}

static struct kunit_case vfk_pf_port_path_cases[] = {
	KUNIT_CASE(vfk_port_flags),
	KUNIT_CASE(vfk_port_vlans),
	KUNIT_CASE(vfk_port_sizes),
	{}
};

struct kunit_suite vfk_pf_port_path_suite = {
	.name = "vfpath_pf_port_path",
	.test_cases = vfk_pf_port_path_cases,
};
