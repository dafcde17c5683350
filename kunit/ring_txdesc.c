// SPDX-License-Identifier: GPL-2.0
#include <linux/bitfield.h>
#include <linux/in.h>

#include "ring/txdesc.h"
#include "suites.h"

static void vfk_txdesc_plain(struct kunit *test)
{
	struct vrg_tx_offload o = { .mac_len = 14 };

	KUNIT_EXPECT_FALSE(test, vrg_txdesc_needs_ctx(&o));
	KUNIT_EXPECT_FALSE(test, vrg_txdesc_cmd(&o) & (TXD_CMD_VLE | TXD_CMD_TSE));
	KUNIT_EXPECT_TRUE(test, vrg_txdesc_cmd(&o) & TXD_CMD_DEXT);
	KUNIT_EXPECT_EQ(test, FIELD_GET(TXD_PAYLEN, vrg_txdesc_olinfo(&o, 1000)), 1000);
	KUNIT_EXPECT_FALSE(test, vrg_txdesc_olinfo(&o, 1000) & (TXD_POPTS_TXSM | TXD_POPTS_IXSM));
}

static void vfk_txdesc_csum(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	unsigned int i, v4;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		for (v4 = 0; v4 < 2; v4++) {
			struct vrg_tx_offload o = {
				.csum = true,
				.ipv4 = v4,
				.l4_proto = protos[i],
				.mac_len = 14,
				.ip_len = v4 ? 20 : 40,
			};
			struct vfp_tx_desc_ctx ctx;
			u32 lens;

			vrg_txdesc_ctx(&o, &ctx);
			lens = le32_to_cpu(ctx.vlan_macip_lens);
			KUNIT_EXPECT_TRUE(test, vrg_txdesc_needs_ctx(&o));
			KUNIT_EXPECT_EQ(test, FIELD_GET(TXC_MACLEN, lens), 14);
			KUNIT_EXPECT_EQ(test, FIELD_GET(TXC_IPLEN, lens), o.ip_len);
			KUNIT_EXPECT_EQ(test, !!(le32_to_cpu(ctx.type_tucmd_mlhl) & TXC_TUCMD_IPV4),
					v4);
			KUNIT_EXPECT_TRUE(test, vrg_txdesc_olinfo(&o, 100) & TXD_POPTS_TXSM);
		}
	}
}

static void vfk_txdesc_tso(struct kunit *test)
{
	struct vrg_tx_offload o = {
		.tso = true,
		.ipv4 = true,
		.l4_proto = IPPROTO_TCP,
		.mac_len = 14,
		.ip_len = 20,
		.l4_len = 32,
		.mss = 1448,
	};
	u32 olinfo = vrg_txdesc_olinfo(&o, 14 + 20 + 32 + 50000);

	KUNIT_EXPECT_TRUE(test, vrg_txdesc_cmd(&o) & TXD_CMD_TSE);
	/* Payload only: headers are made anew for each segment */
	KUNIT_EXPECT_EQ(test, FIELD_GET(TXD_PAYLEN, olinfo), 50000);
	KUNIT_EXPECT_TRUE(test, olinfo & TXD_POPTS_TXSM);
	KUNIT_EXPECT_TRUE(test, olinfo & TXD_POPTS_IXSM);
}

static void vfk_txdesc_vlan(struct kunit *test)
{
	struct vrg_tx_offload o = { .vlan = true, .vlan_tci = 0x6064, .mac_len = 14 };
	struct vfp_tx_desc_ctx ctx;

	vrg_txdesc_ctx(&o, &ctx);
	KUNIT_EXPECT_EQ(test, FIELD_GET(TXC_VLAN, le32_to_cpu(ctx.vlan_macip_lens)), 0x6064);
	KUNIT_EXPECT_TRUE(test, vrg_txdesc_cmd(&o) & TXD_CMD_VLE);
}

static struct kunit_case vfk_ring_txdesc_cases[] = {
	KUNIT_CASE(vfk_txdesc_plain),
	KUNIT_CASE(vfk_txdesc_csum),
	KUNIT_CASE(vfk_txdesc_tso),
	KUNIT_CASE(vfk_txdesc_vlan),
	{}
};

struct kunit_suite vfk_ring_txdesc_suite = {
	.name = "vfpath_ring_txdesc",
	.test_cases = vfk_ring_txdesc_cases,
};
