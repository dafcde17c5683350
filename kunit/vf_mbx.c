// SPDX-License-Identifier: GPL-2.0
#include "pf/mbx_dispatch.h"
#include "suites.h"
#include "vf/mbx_msg.h"

/* What the VF says, the PF understands */
static void vfk_vf_pf_understands(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 1, 2, 3, 4, 5 };
	u16 hashes[64];
	struct vpf_mbx_req req;
	u32 msg[VFP_MBX_LEN] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hashes); i++)
		hashes[i] = 0xfff - i;

	vvf_mbx_reset_msg(msg);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_SET, mac);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(req.mac, mac));
	KUNIT_EXPECT_LE(test, vvf_mbx_multicast_msg(msg, hashes, 64), VFP_MBX_LEN);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.num_mc, 30);
	KUNIT_EXPECT_EQ(test, req.mc[29], 0xfff - 29);
	KUNIT_EXPECT_LE(test, vvf_mbx_mc_piece_msg(msg, hashes, 28, 64), VFP_MBX_LEN);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.mc_index, 28);
	KUNIT_EXPECT_EQ(test, req.num_mc, 28);
	KUNIT_EXPECT_EQ(test, req.mc[0], 0xfff - 28);
	vvf_mbx_mc_piece_msg(msg, hashes, 56, 64);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.num_mc, 8);
	vvf_mbx_vlan_msg(msg, 77, true);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.vid, 77);
	KUNIT_EXPECT_TRUE(test, req.on);
	vvf_mbx_lpe_msg(msg, 9018);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.max_frame, 9018);
	vvf_mbx_rx_mode_msg(msg, VFP_RX_ALLMULTI);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	vvf_mbx_negotiate_msg(msg);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_EQ(test, req.version, VFP_MBX_VERSION_1);
	KUNIT_EXPECT_EQ(test, req.caps, VFP_CAP_ALL);
	vvf_mbx_path_msg(msg, VFP_PATH_VF, 0x1234);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
	KUNIT_EXPECT_TRUE(test, req.on);
	KUNIT_EXPECT_EQ(test, req.cookie, 0x1234);
	vvf_mbx_get_state_msg(msg);
	KUNIT_EXPECT_EQ(test, vpf_mbx_decode(msg, &req), 0);
}

/* And what the PF answers, the VF */
static void vfk_vf_understands_pf(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 1, 2, 3, 4, 5 };
	struct vpf_mbx_req req;
	u32 msg[VFP_MBX_LEN], caps, state;
	struct vvf_mbx_state s;
	struct vpf_vport vp;
	u16 version;
	u32 head;

	vpf_vport_init(&vp, 0, mac);
	vp.state = VPF_VPORT_ATTACHED;
	vp.port_vid = 9;
	vvf_mbx_negotiate_msg(msg);
	head = msg[0];
	vpf_mbx_decode(msg, &req);
	vp.version = req.version;
	vp.caps = req.caps;
	vpf_mbx_reply(&vp, &req, 0, true, msg);
	KUNIT_EXPECT_TRUE(test, vvf_mbx_is_reply(head, msg[0]));
	KUNIT_EXPECT_EQ(test, vvf_mbx_result(msg[0]), 0);
	KUNIT_EXPECT_EQ(test, vvf_mbx_negotiated(msg, &version, &caps, &state), 0);
	KUNIT_EXPECT_EQ(test, version, 1);
	KUNIT_EXPECT_EQ(test, state, VFP_STATE_LINK_UP | VFP_STATE_PORT_VLAN);
	vvf_mbx_get_state_msg(msg);
	vpf_mbx_decode(msg, &req);
	vpf_mbx_reply(&vp, &req, 0, true, msg);
	vvf_mbx_got_state(msg, caps, &s);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(s.mac, mac));
	KUNIT_EXPECT_EQ(test, s.port_vid, 9);
	KUNIT_EXPECT_EQ(test, vvf_mbx_news(vpf_mbx_news(&vp), true), VVF_NEWS_STATE);
	vp.state = VPF_VPORT_RESERVED;
	KUNIT_EXPECT_EQ(test, vvf_mbx_news(vpf_mbx_news(&vp), true), VVF_NEWS_RESET);
	msg[1] = 0;
	KUNIT_EXPECT_EQ(test, vvf_mbx_negotiated(msg, &version, &caps, &state), -EPROTO);
}

static void vfk_vf_results(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vvf_mbx_result(0xa0000005), 0);
	KUNIT_EXPECT_EQ(test, vvf_mbx_result(0x60000005), -EPERM);
	KUNIT_EXPECT_EQ(test, vvf_mbx_result(0x40000005), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, vvf_mbx_result(0x40000001), -EPERM);
	KUNIT_EXPECT_FALSE(test, vvf_mbx_is_reply(5, 0x20000100));
	KUNIT_EXPECT_FALSE(test, vvf_mbx_is_reply(5, 0x80000001));
	/* A late reply is no news; a word with nothing in it is an order to start again */
	KUNIT_EXPECT_EQ(test, vvf_mbx_news(0xa0000005, true), VVF_NEWS_NONE);
	KUNIT_EXPECT_EQ(test, vvf_mbx_news(0x20000100, true), VVF_NEWS_NONE);
	KUNIT_EXPECT_EQ(test, vvf_mbx_news(0x00000100, false), VVF_NEWS_RESET);
	KUNIT_EXPECT_EQ(test, vvf_mbx_news(0x20000120, false), VVF_NEWS_NONE);
}

/* A refusal of the PF, as the VF reads it; ~0: words that aren't written are left over */
static u8 vfk_vf_refusal(struct vpf_vport *vp, u32 *msg, int err)
{
	struct vpf_mbx_req req;

	vpf_mbx_decode(msg, &req);
	msg[2] = ~0U;
	vpf_mbx_reply(vp, &req, err ?: vpf_mbx_allowed(vp, &req), true, msg);
	return vvf_mbx_nack(msg, vp->caps);
}

static void vfk_vf_refusals(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 1, 2, 3, 4, 5 };
	static const u8 other[ETH_ALEN] = { 2, 9, 9, 9, 9, 9 };
	u32 msg[VFP_MBX_LEN] = {};
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, mac);
	vp.state = VPF_VPORT_ATTACHED;
	vp.version = VFP_MBX_VERSION_1;
	vp.caps = VFP_CAP_ALL;
	vvf_mbx_rx_mode_msg(msg, VFP_RX_PROMISC);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, 0), VFP_NACK_UNTRUSTED);
	KUNIT_EXPECT_EQ(test, vvf_mbx_result(msg[0]), -EPERM);
	vp.admin_mac = true;
	vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_FILTER_ADD, other);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, 0), VFP_NACK_ADMIN_MAC);
	vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_SET, other);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, -EADDRINUSE), VFP_NACK_ADDR_IN_USE);
	vvf_mbx_set_mac_msg(msg, VFP_MBX_MAC_FILTER_ADD, other);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, -ENOSPC), VFP_NACK_NO_ROOM);
	vp.port_vid = 7;
	vvf_mbx_vlan_msg(msg, 5, true);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, 0), VFP_NACK_PORT_VLAN);
	vvf_mbx_path_msg(msg, VFP_PATH_VF, 0x77);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, -ENETDOWN), VFP_NACK_NO_LINK);
	KUNIT_EXPECT_EQ(test, msg[1], 0x77);
	vp.path_nack = VFP_NACK_BRIDGE_PORT;
	vvf_mbx_path_msg(msg, VFP_PATH_VF, 0x78);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, -EPERM), VFP_NACK_BRIDGE_PORT);
	KUNIT_EXPECT_EQ(test, msg[1], 0x78);
	/* What hasn't asked for codes has none, whatever is in the buffer */
	vp.caps = VFP_CAP_ALL & ~VFP_CAP_REASON;
	vvf_mbx_path_msg(msg, VFP_PATH_VF, 0x79);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, -EPERM), VFP_NACK_NONE);
	KUNIT_EXPECT_EQ(test, msg[1], 0x79);
	KUNIT_EXPECT_EQ(test, msg[2], ~0U);
	/* RESET is answered as ever: igb and igbvf */
	vp.caps = VFP_CAP_ALL;
	vvf_mbx_reset_msg(msg);
	KUNIT_EXPECT_EQ(test, vfk_vf_refusal(&vp, msg, -EPERM), VFP_NACK_NONE);
	KUNIT_EXPECT_EQ(test, msg[2], ~0U);
	/* A later PF's reason */
	msg[0] = VFP_MBX_NACK | VFP_MBX_CTS | VFP_MBX_SET_MAC;
	msg[2] = VFP_NACK_CODES;
	KUNIT_EXPECT_EQ(test, vvf_mbx_nack(msg, VFP_CAP_ALL), VFP_NACK_NONE);
	msg[2] = VFP_NACK_CODES - 1;
	KUNIT_EXPECT_EQ(test, vvf_mbx_nack(msg, VFP_CAP_ALL), VFP_NACK_CODES - 1);
	msg[0] ^= VFP_MBX_NACK | VFP_MBX_ACK;
	KUNIT_EXPECT_EQ(test, vvf_mbx_nack(msg, VFP_CAP_ALL), VFP_NACK_NONE);
}

/* Each code has its words; none stands for a PF that doesn't answer, or for success */
static void vfk_vf_refusal_texts(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		int err = vvf_mbx_nack_errno(i);

		KUNIT_ASSERT_NOT_NULL(test, vvf_mbx_nack_text(i));
		KUNIT_EXPECT_LT(test, err, 0);
		KUNIT_EXPECT_NE(test, err, -ETIMEDOUT);
		KUNIT_EXPECT_NE(test, err, -EBUSY);
		KUNIT_EXPECT_NE(test, err, -ENODEV);
		KUNIT_EXPECT_NE(test, err, -ENOTCONN);
		KUNIT_EXPECT_NE(test, err, -ECONNRESET);
		if (i >= VFP_NACK_CODES)
			KUNIT_EXPECT_STREQ(test, vvf_mbx_nack_text(i), vvf_mbx_nack_text(0));
	}
}

/* Words 6 and 7 of GET_STATE, which an older peer neither sends nor reads */
static void vfk_vf_state_words(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 1, 2, 3, 4, 5 };
	struct vvf_mbx_state s = {};
	u32 msg[VFP_MBX_LEN] = {};
	struct vpf_mbx_req req;
	struct vpf_vport vp;

	vpf_vport_init(&vp, 0, mac);
	vp.state = VPF_VPORT_ATTACHED;
	vp.caps = VFP_CAP_ALL;
	vp.mac_count = 5;
	vp.path_nack = VFP_NACK_UPLINK;
	vvf_mbx_get_state_msg(msg);
	vpf_mbx_decode(msg, &req);
	KUNIT_EXPECT_EQ(test, vpf_mbx_reply(&vp, &req, 0, true, msg),
			VFP_MBX_GET_STATE_REPLY_LEN_EXT);
	vvf_mbx_got_state(msg, VFP_CAP_ALL, &s);
	KUNIT_EXPECT_EQ(test, s.mac_count, 5);
	KUNIT_EXPECT_EQ(test, s.path_nack, VFP_NACK_UPLINK);
	vp.caps = GENMASK(3, 0);
	msg[6] = ~0U;
	msg[7] = ~0U;
	KUNIT_EXPECT_EQ(test, vpf_mbx_reply(&vp, &req, 0, true, msg),
			VFP_MBX_GET_STATE_REPLY_LEN);
	vvf_mbx_got_state(msg, vp.caps, &s);
	KUNIT_EXPECT_EQ(test, s.mac_count, 0);
	KUNIT_EXPECT_EQ(test, s.path_nack, VFP_NACK_NONE);
}

static struct kunit_case vfk_vf_mbx_cases[] = {
	KUNIT_CASE(vfk_vf_pf_understands),
	KUNIT_CASE(vfk_vf_understands_pf),
	KUNIT_CASE(vfk_vf_results),
	KUNIT_CASE(vfk_vf_refusals),
	KUNIT_CASE(vfk_vf_refusal_texts),
	KUNIT_CASE(vfk_vf_state_words),
	{}
};

struct kunit_suite vfk_vf_mbx_suite = {
	.name = "vfpath_vf_mbx",
	.test_cases = vfk_vf_mbx_cases,
};
