// SPDX-License-Identifier: GPL-2.0
#include <linux/prandom.h>

#include "pf/mbx_dispatch.h"
#include "suites.h"

#define MAGIC	VFP_MBX_MAGIC

struct vfk_msg {
	u32 w[4];
	int err;
	enum vpf_mbx_op op;
};

/* Each field at its edges */
static const struct vfk_msg vfk_msgs[] = {
	{ { 0x01 }, 0, VPF_OP_RESET },
	{ { 0x02, 0x00005452, 0x0100 }, 0, VPF_OP_SET_MAC },
	{ { 0x02, 0, 0 }, -EPROTO },
	{ { 0x02, 0x00000001, 0 }, -EPROTO },
	{ { 0x00010002, 0, 0 }, 0, VPF_OP_UC_CLEAR },
	{ { 0x00020002, 0x00005452, 0x0100 }, 0, VPF_OP_UC_ADD },
	{ { 0x00020002, 0xffffffff, 0xffff }, -EPROTO },
	{ { 0x00030002, 0x00005452, 0x0100 }, -EPROTO },
	{ { 0x001e0003 }, 0, VPF_OP_MULTICAST },
	{ { 0x001f0003 }, -EPROTO },
	/* More than it can say: DPDK, FreeBSD */
	{ { 0x009e0003 }, 0, VPF_OP_MULTICAST },
	{ { 0x00800003 }, 0, VPF_OP_MULTICAST },
	{ { 0x009f0003 }, -EPROTO },
	{ { 0x00c00003 }, -EPROTO },
	{ { 0x00010004, 4094 }, 0, VPF_OP_VLAN },
	{ { 0x00010004, 4095 }, -EPROTO },
	{ { 0x00010004, 0x10001 }, -EPROTO },
	{ { 0x00020004, 1 }, -EPROTO },
	{ { 0x05, 60 }, 0, VPF_OP_MAX_FRAME },
	{ { 0x05, 59 }, -EPROTO },
	{ { 0x05, 9728 }, 0, VPF_OP_MAX_FRAME },
	{ { 0x05, 9729 }, -EPROTO },
	{ { 0x00020006 }, 0, VPF_OP_RX_MODE },
	{ { 0x00010006 }, -EOPNOTSUPP },
	{ { 0x07 }, -EOPNOTSUPP },
	{ { 0x20, MAGIC, 0x00010001, 0xf }, 0, VPF_OP_NEGOTIATE },
	{ { 0x20, MAGIC + 1, 0x00010001, 0xf }, -EPROTO },
	{ { 0x20, MAGIC, 0x00000001, 0xf }, -EPROTO },
	{ { 0x20, MAGIC, 0x00020001, 0xf }, -EPROTO },
	{ { 0x00010021, 7 }, 0, VPF_OP_DATA_PATH },
	{ { 0x00020021, 7 }, 0, VPF_OP_DATA_PATH },
	{ { 0x00030021, 7 }, -EPROTO },
	{ { 0x00030022 }, 0, VPF_OP_RX_MODE },
	{ { 0x00040022 }, -EPROTO },
	{ { 0x001c0023, 0x001c0000 }, 0, VPF_OP_MC_PIECE },
	{ { 0x001d0023, 0x001d0000 }, -EPROTO },
	{ { 0x00020023, 0x00010000 }, -EPROTO },
	{ { 0x00000023, 0x00010000 }, -EPROTO },
	{ { 0x24 }, 0, VPF_OP_GET_STATE },
	{ { 0x80000001 }, -EPROTO },
	{ { 0x40000001 }, -EPROTO },
	{ { 0x20000001 }, -EPROTO },
	{ { 0x01000001 }, -EPROTO },
};

static void vfk_mbx_decode(struct kunit *test)
{
	struct vpf_mbx_req req;
	u32 msg[VFP_MBX_LEN] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vfk_msgs); i++) {
		memcpy(msg, vfk_msgs[i].w, sizeof(vfk_msgs[i].w));
		KUNIT_EXPECT_EQ_MSG(test, vpf_mbx_decode(msg, &req), vfk_msgs[i].err, "%#x %#x",
				    msg[0], msg[1]);
		if (!vfk_msgs[i].err)
			KUNIT_EXPECT_EQ_MSG(test, req.op, vfk_msgs[i].op, "%#x", msg[0]);
	}
}

/* The version of older and newer drivers: the highest that both speak, 0 for none */
static void vfk_mbx_versions(struct kunit *test)
{
	static const struct {
		u16 low, high, version;
	} range[] = {
		{ 1, 1, 1 }, { 1, 9, VFP_MBX_VERSION_MAX }, { 1, 0xffff, VFP_MBX_VERSION_MAX },
		{ VFP_MBX_VERSION_MAX + 1, 0xffff, 0 },
	};
	struct vpf_vport vp = { .state = VPF_VPORT_ATTACHED };
	struct vpf_mbx_req req;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(range); i++) {
		u32 msg[VFP_MBX_LEN] = {
			VFP_MBX_NEGOTIATE, VFP_MBX_MAGIC,
			(u32)range[i].low << 16 | range[i].high, ~0U,
		};

		KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
		KUNIT_EXPECT_EQ(test, req.version, range[i].version);
		KUNIT_EXPECT_EQ(test, req.caps, VFP_CAP_ALL);
		KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req),
				range[i].version ? 0 : -EOPNOTSUPP);
	}
}

/* Whatever a guest writes: bounds hold (KASAN and UBSAN look on) */
static void vfk_mbx_decode_random(struct kunit *test)
{
	struct vpf_vport *vp = kunit_kzalloc(test, sizeof(*vp), GFP_KERNEL);
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	u32 msg[VFP_MBX_LEN], reply[VFP_MBX_LEN];
	struct vpf_mbx_req req;
	struct rnd_state rnd;
	unsigned int i, j;

	KUNIT_ASSERT_NOT_NULL(test, vp);
	vpf_vport_init(vp, 0, mac);
	vp->state = VPF_VPORT_ATTACHED;
	vp->caps = VFP_CAP_ALL;
	prandom_seed_state(&rnd, 2);
	for (i = 0; i < 50000; i++) {
		int err;

		for (j = 0; j < VFP_MBX_LEN; j++)
			msg[j] = prandom_u32_state(&rnd);
		if (i & 1)
			msg[0] &= 0x00ff0027;
		if (i & 2)
			msg[1] &= 0x003f001f;
		err = vpf_mbx_decode(msg, &req);
		if (!err)
			err = vpf_mbx_allowed(vp, &req);
		if (!err && req.op == VPF_OP_MC_PIECE)
			vpf_mbx_mc_piece(vp, &req);
		if (!err && req.op == VPF_OP_MULTICAST)
			vpf_mbx_set_mc(vp, req.mc, req.num_mc, req.on);
		KUNIT_ASSERT_LE(test, vp->num_mc, VPF_VPORT_MAX_MC);
		for (j = 0; j < vp->num_mc; j++)
			KUNIT_ASSERT_LT(test, vp->mc[j], 4096);
		KUNIT_ASSERT_LE(test, vpf_mbx_reply(vp, &req, err, true, reply), VFP_MBX_LEN);
	}
}

static void vfk_mbx_allowed(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	struct vpf_mbx_req req = { .op = VPF_OP_SET_MAC, .id = VFP_MBX_SET_MAC };
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, mac);
	vp.state = VPF_VPORT_RESERVED;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -ENOTCONN);
	vp.state = VPF_VPORT_ATTACHED;
	req.mac[0] = 2;
	req.mac[5] = 9;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);
	vp.admin_mac = true;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -EPERM);
	ether_addr_copy(req.mac, mac);
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);
	req.mac[5] = 9;
	vp.trusted = true;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);

	req = (struct vpf_mbx_req){ .op = VPF_OP_RX_MODE, .id = VFP_MBX_RX_MODE, .rx_mode = 1 };
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -EOPNOTSUPP);
	vp.caps = VFP_CAP_ALL;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);
	/* The NIC can't, whoever asks */
	req.rx_mode = VFP_RX_PROMISC | VFP_RX_ALLMULTI;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, vpf_mbx_nack(&vp, &req, -EOPNOTSUPP), VFP_NACK_UNSUPPORTED);
	req.rx_mode = VFP_RX_ALLMULTI;
	vp.trusted = false;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -EPERM);
	req.rx_mode = 0;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);

	req = (struct vpf_mbx_req){ .op = VPF_OP_VLAN, .id = VFP_MBX_VLAN, .vid = 5, .on = true };
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);
	vp.port_vid = 9;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -EPERM);
}

/* The stale address of a driver that hasn't heard of the host's yet, trusted or not */
static void vfk_mbx_stale_mac(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	struct vpf_mbx_req req = { .op = VPF_OP_SET_MAC, .id = VFP_MBX_SET_MAC };
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, mac);
	vp.state = VPF_VPORT_ATTACHED;
	vp.trusted = true;
	vp.mac_due = true;
	req.mac[0] = 2;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), -EPERM);
	KUNIT_EXPECT_EQ(test, vpf_mbx_nack(&vp, &req, -EPERM), VFP_NACK_ADMIN_MAC);
	ether_addr_copy(req.mac, mac);
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);
	vpf_vport_asked(&vp);
	req.mac[5] = 9;
	KUNIT_EXPECT_EQ(test, vpf_mbx_allowed(&vp, &req), 0);
}

/* Whose addresses a VF may take: nobody's, and with trust a station's; its own in any case */
static void vfk_mbx_may_have(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	struct vpf_mbx_req req = { .op = VPF_OP_SET_MAC, .id = VFP_MBX_SET_MAC, .mac = { 2 } };
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, mac);
	KUNIT_EXPECT_EQ(test, vpf_mbx_may_have(&vp, &req, VPF_OWNER_NONE), 0);
	KUNIT_EXPECT_EQ(test, vpf_mbx_may_have(&vp, &req, VPF_OWNER_STATION), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, vpf_mbx_may_have(&vp, &req, VPF_OWNER_HOST), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, vpf_mbx_nack(&vp, &req, -EADDRINUSE), VFP_NACK_ADDR_IN_USE);
	vp.trusted = true;
	KUNIT_EXPECT_EQ(test, vpf_mbx_may_have(&vp, &req, VPF_OWNER_STATION), 0);
	KUNIT_EXPECT_EQ(test, vpf_mbx_may_have(&vp, &req, VPF_OWNER_HOST), -EADDRINUSE);
	vp.trusted = false;
	ether_addr_copy(req.mac, mac);
	KUNIT_EXPECT_EQ(test, vpf_mbx_may_have(&vp, &req, VPF_OWNER_STATION), 0);
}

/* More groups than an old driver can name: all of them, with trust; until it names them again */
static void vfk_mbx_more_groups(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	struct vpf_vport *vp = kunit_kzalloc(test, sizeof(*vp), GFP_KERNEL);
	u32 msg[VFP_MBX_LEN] = { 0x009e0003 };
	struct vpf_mbx_req req;

	KUNIT_ASSERT_NOT_NULL(test, vp);
	vpf_vport_init(vp, 0, mac);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.num_mc, 30);
	vpf_mbx_set_mc(vp, req.mc, req.num_mc, req.on);
	KUNIT_EXPECT_EQ(test, vpf_vport_rx_mode(vp), 0);
	vp->trusted = true;
	KUNIT_EXPECT_EQ(test, vpf_vport_rx_mode(vp), VFP_RX_ALLMULTI);
	msg[0] = 0x001e0003;
	vpf_mbx_decode(msg, &req);
	vpf_mbx_set_mc(vp, req.mc, req.num_mc, req.on);
	KUNIT_EXPECT_EQ(test, vpf_vport_rx_mode(vp), 0);
}

static void vfk_mbx_mc_list(struct kunit *test)
{
	struct vpf_vport *vp = kunit_kzalloc(test, sizeof(*vp), GFP_KERNEL);
	struct vpf_mbx_req req = { .num_mc = 28, .mc_total = 40 };
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, vp);
	for (i = 0; i < 28; i++)
		req.mc[i] = i;
	KUNIT_EXPECT_EQ(test, vpf_mbx_mc_piece(vp, &req), 0);
	KUNIT_EXPECT_EQ(test, vp->num_mc, 0);
	req.mc_index = 27;
	KUNIT_EXPECT_EQ(test, vpf_mbx_mc_piece(vp, &req), -EINVAL);
	req.mc_index = 28;
	KUNIT_EXPECT_EQ(test, vpf_mbx_mc_piece(vp, &req), -EINVAL);
	req.mc_index = 0;
	KUNIT_EXPECT_EQ(test, vpf_mbx_mc_piece(vp, &req), 0);
	req.mc_index = 28;
	req.num_mc = 12;
	KUNIT_EXPECT_EQ(test, vpf_mbx_mc_piece(vp, &req), 1);
	KUNIT_EXPECT_EQ(test, vp->num_mc, 40);
	KUNIT_EXPECT_EQ(test, vp->mc[27], 27);
	req.mc_total = VPF_VPORT_MAX_MC + 1;
	KUNIT_EXPECT_EQ(test, vpf_mbx_mc_piece(vp, &req), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vp->num_mc, 40);
}

static void vfk_mbx_replies(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 1, 2, 3, 4, 5 };
	struct vpf_mbx_req req = { .id = VFP_MBX_RESET, .op = VPF_OP_RESET };
	u32 msg[VFP_MBX_LEN];
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, mac);
	vp.state = VPF_VPORT_ATTACHED;
	KUNIT_EXPECT_EQ(test, vpf_mbx_reply(&vp, &req, 0, true, msg), 3);
	KUNIT_EXPECT_EQ(test, msg[0], 0x80000001);
	KUNIT_EXPECT_EQ(test, msg[1], 0x03020102);
	KUNIT_EXPECT_EQ(test, msg[2], 0x0504);
	req = (struct vpf_mbx_req){ .id = VFP_MBX_LPE, .op = VPF_OP_MAX_FRAME };
	KUNIT_EXPECT_EQ(test, vpf_mbx_reply(&vp, &req, 0, true, msg), 1);
	KUNIT_EXPECT_EQ(test, msg[0], 0xa0000005);
	/* An in-tree driver takes a disabled link from the missing CTS, ours from the state */
	vp.link_state = IFLA_VF_LINK_STATE_DISABLE;
	vpf_mbx_reply(&vp, &req, -EPERM, true, msg);
	KUNIT_EXPECT_EQ(test, msg[0], 0x40000005);
	KUNIT_EXPECT_EQ(test, vpf_mbx_news(&vp), VFP_MBX_PF_CONTROL);
	vp.version = 1;
	vp.caps = VFP_CAP_ALL;
	KUNIT_EXPECT_EQ(test, vpf_mbx_news(&vp), VFP_MBX_STATE_CHANGED | VFP_MBX_CTS);
	KUNIT_EXPECT_EQ(test, vpf_mbx_state(&vp, true), VFP_STATE_LINK_DISABLED);
	req = (struct vpf_mbx_req){ .id = VFP_MBX_DATA_PATH, .op = VPF_OP_DATA_PATH, .cookie = 42 };
	vp.caps = VFP_CAP_ALL & ~VFP_CAP_REASON;
	KUNIT_EXPECT_EQ(test, vpf_mbx_reply(&vp, &req, -ENETDOWN, true, msg), 2);
	KUNIT_EXPECT_EQ(test, msg[1], 42);
	vp.caps = VFP_CAP_ALL;
	KUNIT_EXPECT_EQ(test, vpf_mbx_reply(&vp, &req, -ENETDOWN, true, msg), 3);
	KUNIT_EXPECT_EQ(test, msg[1], 42);
	/* What is due is in each reply but that to RESET, for those who can ask */
	vp.tell_state = true;
	req = (struct vpf_mbx_req){ .id = VFP_MBX_LPE, .op = VPF_OP_MAX_FRAME };
	vpf_mbx_reply(&vp, &req, 0, true, msg);
	KUNIT_EXPECT_EQ(test, msg[0], 0xb0000005);
	vpf_mbx_reply(&vp, &req, -EPERM, true, msg);
	KUNIT_EXPECT_TRUE(test, msg[0] & VFP_MBX_NEWS);
	req = (struct vpf_mbx_req){ .id = VFP_MBX_RESET, .op = VPF_OP_RESET };
	vpf_mbx_reply(&vp, &req, 0, true, msg);
	KUNIT_EXPECT_FALSE(test, msg[0] & VFP_MBX_NEWS);
	vp.caps = 0;
	req = (struct vpf_mbx_req){ .id = VFP_MBX_LPE, .op = VPF_OP_MAX_FRAME };
	vpf_mbx_reply(&vp, &req, 0, true, msg);
	KUNIT_EXPECT_FALSE(test, msg[0] & VFP_MBX_NEWS);
	vp.state = VPF_VPORT_RESERVED;
	KUNIT_EXPECT_EQ(test, vpf_mbx_news(&vp), VFP_MBX_PF_CONTROL);
}

static struct kunit_case vfk_pf_mbx_cases[] = {
	KUNIT_CASE(vfk_mbx_decode),
	KUNIT_CASE(vfk_mbx_versions),
	KUNIT_CASE(vfk_mbx_decode_random),
	KUNIT_CASE(vfk_mbx_allowed),
	KUNIT_CASE(vfk_mbx_stale_mac),
	KUNIT_CASE(vfk_mbx_may_have),
	KUNIT_CASE(vfk_mbx_more_groups),
	KUNIT_CASE(vfk_mbx_mc_list),
	KUNIT_CASE(vfk_mbx_replies),
	{}
};

struct kunit_suite vfk_pf_mbx_suite = {
	.name = "vfpath_pf_mbx",
	.test_cases = vfk_pf_mbx_cases,
};
