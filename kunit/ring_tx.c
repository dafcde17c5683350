// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "no_export.h"
#include "ring.h"

/* The test looks on when a frame is counted, and lets a mapping fail: the n-th from now */
static void (*vfk_on_sent)(void);
static int vfk_fail_map;

static bool vfk_sent_queue(struct netdev_queue *txq, unsigned int bytes, bool more)
{
	if (vfk_on_sent)
		vfk_on_sent();
	return __netdev_tx_sent_queue(txq, bytes, more);
}

static int vfk_mapping_error(struct device *dev, dma_addr_t dma)
{
	int err = dma_mapping_error(dev, dma);

	return vfk_fail_map && !--vfk_fail_map ? -ENOMEM : err;
}

#define __netdev_tx_sent_queue		vfk_sent_queue
#define dma_mapping_error(dev, dma)	vfk_mapping_error(dev, dma)
#include "../drivers/ring/tx.c"
#undef __netdev_tx_sent_queue
#undef dma_mapping_error

#include "fake_ring.h"
#include "suites.h"

static struct sk_buff *vfk_tx_skb(struct kunit *test, unsigned int frags)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_put_zero(skb, 100);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	for (i = 0; i < frags; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		skb_add_rx_frag(skb, i, page, 0, 200, PAGE_SIZE);
	}
	return skb;
}

static netdev_tx_t vfk_tx_send(struct vfk_ring *f, struct sk_buff *skb)
{
	struct netdev_queue *txq = netdev_get_tx_queue(f->netdev, 0);
	netdev_tx_t ret;

	skb->dev = f->netdev;
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	ret = vrg_tx_xmit(skb, f->tx);
	__netif_tx_unlock(txq);
	local_bh_enable();
	return ret;
}

static void vfk_tx_clean(struct vfk_ring *f)
{
	local_bh_disable();
	vrg_tx_clean(f->tx, 64);
	local_bh_enable();
}

/* The NIC has sent the next @num frames */
static void vfk_tx_complete(struct vfk_ring *f, unsigned int num)
{
	union vfp_tx_desc *desc = f->tx->desc;
	u16 i = f->tx->next_clean;

	while (num-- && f->tx->tx_buf[i].eop != VRG_NO_EOP) {
		u16 eop = f->tx->tx_buf[i].eop;

		desc[eop].wb.status |= cpu_to_le32(TXD_STAT_DD);
		i = vrg_next(f->tx, eop);
	}
	vfk_tx_clean(f);
}

static bool vfk_tx_stopped(struct vfk_ring *f)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(f->netdev, 0));
}

static struct vfk_ring *vfk_tx_make(struct kunit *test, u16 count)
{
	struct vfk_ring *f = vfk_ring_make(test, count, 64);

	vfk_on_sent = NULL;
	vfk_fail_map = 0;
	f->vec.state = VRG_UP;
	netif_tx_start_all_queues(f->netdev);
	netif_carrier_on(f->netdev);
	return f;
}

static void vfk_tx_done(struct vfk_ring *f)
{
	f->vec.state = VRG_DOWN;
	vfk_ring_free(f);
}

/* Until it is full; how many frames it took */
static unsigned int vfk_tx_fill(struct kunit *test, struct vfk_ring *f)
{
	unsigned int n = 0;

	while (!vfk_tx_stopped(f) && n < f->tx->count) {
		KUNIT_ASSERT_EQ(test, vfk_tx_send(f, vfk_tx_skb(test, 0)), NETDEV_TX_OK);
		n++;
	}
	return n;
}

static void vfk_tx_full_and_woken(struct kunit *test)
{
	struct vfk_ring *f = vfk_tx_make(test, 64);
	unsigned int n = vfk_tx_fill(test, f);
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, vfk_tx_stopped(f));
	KUNIT_EXPECT_LT(test, n, 64);
	KUNIT_EXPECT_LT(test, vrg_unused(f->tx), VRG_TX_NEEDED);
	/* The NIC knows of all of them */
	KUNIT_EXPECT_EQ(test, f->doorbell, f->tx->next_use);
	skb = vfk_tx_skb(test, 0);
	KUNIT_EXPECT_EQ(test, vfk_tx_send(f, skb), NETDEV_TX_BUSY);
	kfree_skb(skb);
	vfk_tx_complete(f, 1);
	KUNIT_EXPECT_TRUE(test, vfk_tx_stopped(f));
	vfk_tx_complete(f, n);
	KUNIT_EXPECT_FALSE(test, vfk_tx_stopped(f));
	KUNIT_EXPECT_EQ(test, f->tx->stats.restarts, 1);
	KUNIT_EXPECT_FALSE(test, vrg_tx_pending(f->tx));
	vfk_tx_done(f);
}

/* Completed after the queue was stopped for good: it stays stopped */
static void vfk_tx_no_wake_when_down(struct kunit *test)
{
	struct vfk_ring *f = vfk_tx_make(test, 64);

	vfk_tx_fill(test, f);
	vrg_stop_tx(&f->vec, 1);
	vfk_tx_complete(f, 64);
	KUNIT_EXPECT_FALSE(test, vrg_tx_pending(f->tx));
	KUNIT_EXPECT_TRUE(test, vfk_tx_stopped(f));
	KUNIT_EXPECT_EQ(test, f->tx->stats.restarts, 0);
	vfk_tx_done(f);
}

/* A link that flaps: what was completed without a carrier has made room all the same */
static void vfk_tx_wake_without_carrier(struct kunit *test)
{
	struct vfk_ring *f = vfk_tx_make(test, 64);

	vfk_tx_fill(test, f);
	netif_carrier_off(f->netdev);
	vfk_tx_complete(f, 64);
	netif_carrier_on(f->netdev);
	vfk_tx_clean(f);
	KUNIT_EXPECT_FALSE(test, vfk_tx_stopped(f));
	vfk_tx_done(f);
}

/* Woken with room for a frame, in any ring, whatever the kernel's MAX_SKB_FRAGS */
static void vfk_tx_wake_level(struct kunit *test)
{
	u16 count, needed;

	for (count = VRG_MIN_DESC; count <= 512; count += VRG_DESC_ALIGN) {
		for (needed = 10; needed < VRG_MIN_DESC; needed++) {
			u16 level = vrg_tx_wake_level(count, needed);

			KUNIT_EXPECT_GE(test, level, needed);
			KUNIT_EXPECT_LE(test, level, count - 1);
		}
	}
}

static struct vfk_ring *vfk_tx_seen;
static u16 vfk_tx_seen_eop;

static void vfk_tx_look(void)
{
	vfk_tx_seen_eop = vfk_tx_seen->tx->tx_buf[0].eop;
}

/* A NIC that says "sent" before it was told: the frame is counted before it can be seen */
static void vfk_tx_counted_first(struct kunit *test)
{
	struct vfk_ring *f = vfk_tx_make(test, 64);

	vfk_tx_seen = f;
	vfk_tx_seen_eop = 0;
	vfk_on_sent = vfk_tx_look;
	vfk_tx_send(f, vfk_tx_skb(test, 0));
	KUNIT_EXPECT_EQ(test, vfk_tx_seen_eop, VRG_NO_EOP);
	KUNIT_EXPECT_NE(test, f->tx->tx_buf[0].eop, VRG_NO_EOP);
	vfk_on_sent = NULL;
	vfk_tx_done(f);
}

static unsigned int vfk_tx_stamps;

static bool vfk_tx_stamp_owner(struct vrg_ring *ring, struct sk_buff *skb)
{
	vfk_tx_stamps++;
	return true;
}

/* Whichever mapping fails: all is undone, and nobody keeps what isn't sent */
static void vfk_tx_unwound(struct kunit *test)
{
	struct vfk_ring *f = vfk_tx_make(test, 64);
	unsigned int n, i;

	f->tx->tx_stamp = vfk_tx_stamp_owner;
	for (n = 1; n <= 4; n++) {
		struct sk_buff *skb = vfk_tx_skb(test, 3);

		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
		skb_shinfo(skb)->tx_flags |= SKBTX_HW_TSTAMP;
		vfk_tx_stamps = 0;
		vfk_fail_map = n;
		KUNIT_EXPECT_EQ(test, vfk_tx_send(f, skb), NETDEV_TX_OK);
		KUNIT_EXPECT_EQ(test, f->tx->stats.drops, n);
		KUNIT_EXPECT_EQ(test, f->tx->next_use, 0);
		KUNIT_EXPECT_EQ(test, vfk_tx_stamps, 0);
		for (i = 0; i < f->tx->count; i++) {
			KUNIT_EXPECT_EQ(test, f->tx->tx_buf[i].len, 0);
			KUNIT_EXPECT_EQ(test, f->tx->tx_buf[i].eop, VRG_NO_EOP);
		}
	}
	vfk_tx_done(f);
}

/* The bit is in each data descriptor, and not in the context */
static void vfk_tx_stamped(struct kunit *test)
{
	struct vfk_ring *f = vfk_tx_make(test, 64);
	const union vfp_tx_desc *desc = f->tx->desc;
	struct sk_buff *skb = vfk_tx_skb(test, 1);

	f->tx->tx_stamp = vfk_tx_stamp_owner;
	vfk_tx_stamps = 0;
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
	skb_shinfo(skb)->tx_flags |= SKBTX_HW_TSTAMP;
	vfk_tx_send(f, skb);
	KUNIT_EXPECT_EQ(test, vfk_tx_stamps, 1);
	KUNIT_EXPECT_EQ(test, f->tx->next_use, 3);
	KUNIT_EXPECT_FALSE(test, le32_to_cpu(desc[0].ctx.type_tucmd_mlhl) & TXD_CMD_TSTAMP);
	KUNIT_EXPECT_TRUE(test, le32_to_cpu(desc[1].read.cmd_type_len) & TXD_CMD_TSTAMP);
	KUNIT_EXPECT_TRUE(test, le32_to_cpu(desc[2].read.cmd_type_len) & TXD_CMD_TSTAMP);
	vfk_tx_done(f);
}

/* The stack asks before it has set the transport header */
static void vfk_tx_features(struct kunit *test)
{
	struct sk_buff *skb = vfk_tx_skb(test, 0);

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + ETH_HLEN + 20;
	skb->csum_offset = 16;
	skb->transport_header = (typeof(skb->transport_header))~0U;
	KUNIT_EXPECT_EQ(test, vrg_features_check(skb, NULL, VRG_FEATURES), VRG_FEATURES);
	skb_set_transport_header(skb, 0);
	KUNIT_EXPECT_EQ(test, vrg_features_check(skb, NULL, VRG_FEATURES), VRG_FEATURES);
	/* More than a descriptor holds, or nothing sane */
	skb->csum_start = skb_headroom(skb) + ETH_HLEN + 512;
	KUNIT_EXPECT_FALSE(test, vrg_features_check(skb, NULL, VRG_FEATURES) & NETIF_F_IP_CSUM);
	skb->csum_start = skb_headroom(skb) + 2;
	KUNIT_EXPECT_FALSE(test, vrg_features_check(skb, NULL, VRG_FEATURES) & NETIF_F_IP_CSUM);
	kfree_skb(skb);
}

static struct kunit_case vfk_ring_tx_cases[] = {
	KUNIT_CASE(vfk_tx_full_and_woken),
	KUNIT_CASE(vfk_tx_no_wake_when_down),
	KUNIT_CASE(vfk_tx_wake_without_carrier),
	KUNIT_CASE(vfk_tx_wake_level),
	KUNIT_CASE(vfk_tx_counted_first),
	KUNIT_CASE(vfk_tx_unwound),
	KUNIT_CASE(vfk_tx_stamped),
	KUNIT_CASE(vfk_tx_features),
	{}
};

struct kunit_suite vfk_ring_tx_suite = {
	.name = "vfpath_ring_tx",
	.test_cases = vfk_ring_tx_cases,
};
