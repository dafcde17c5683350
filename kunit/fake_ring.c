// SPDX-License-Identifier: GPL-2.0
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>

#include "fake_ring.h"

static struct vfk_ring *vfk_ring_of(const struct net_device *netdev)
{
	return *(struct vfk_ring **)netdev_priv(netdev);
}

static netdev_tx_t vfk_ring_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	return vrg_tx_xmit(skb, vfk_ring_of(netdev)->tx);
}

static const struct net_device_ops vfk_ring_ops = {
	.ndo_start_xmit = vfk_ring_xmit,
};

static bool vfk_ring_filter(struct vrg_ring *ring, struct sk_buff *skb)
{
	struct vfk_ring *f = vfk_ring_of(ring->netdev);
	u8 first = 0;

	skb_copy_bits(skb, 0, &first, 1);
	if (f->num < VFK_RING_FRAMES)
		f->frames[f->num] = (struct vfk_frame){ skb->len + ETH_HLEN, first };
	f->num++;
	return !f->pass;
}

static void vfk_ring_rearm(struct vrg_vector *vec)
{
	container_of(vec, struct vfk_ring, vec)->rearmed++;
}

static void vfk_ring_mask(struct vrg_vector *vec)
{
	container_of(vec, struct vfk_ring, vec)->masked++;
}

/* Rings that are down, in a netdev with carrier */
struct vfk_ring *vfk_ring_make(struct kunit *test, u16 tx_count, u16 rx_count)
{
	struct vfk_ring *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->io = vfk_io_alloc(test);
	f->dev = root_device_register("vfk_ring");
	KUNIT_ASSERT_FALSE(test, IS_ERR(f->dev));
	f->dma_mask = DMA_BIT_MASK(64);
	f->dev->dma_mask = &f->dma_mask;
	f->dev->coherent_dma_mask = DMA_BIT_MASK(64);
	f->netdev = alloc_etherdev(sizeof(f));
	KUNIT_ASSERT_NOT_NULL(test, f->netdev);
	*(struct vfk_ring **)netdev_priv(f->netdev) = f;
	f->netdev->netdev_ops = &vfk_ring_ops;
	f->netdev->features = VRG_FEATURES;
	eth_hw_addr_random(f->netdev);
	KUNIT_ASSERT_EQ(test, register_netdev(f->netdev), 0);

	f->vec.netdev = f->netdev;
	f->vec.io = &f->io->io;
	f->vec.irq_rearm = vfk_ring_rearm;
	f->vec.irq_mask = vfk_ring_mask;
	netif_napi_add(f->netdev, &f->vec.napi, vrg_vector_poll);
	f->tx = vrg_tx_alloc(f->netdev, f->dev, 0, tx_count);
	f->rx = vrg_rx_alloc(f->netdev, f->dev, &f->vec.napi, 0, rx_count);
	KUNIT_ASSERT_NOT_NULL(test, f->tx);
	KUNIT_ASSERT_NOT_NULL(test, f->rx);
	f->tx->base = R_QBASE_TX(0);
	f->tx->vec = &f->vec;
	f->tx->tail = (void __iomem *)&f->doorbell;
	f->rx->base = R_QBASE_RX(0);
	f->rx->vec = &f->vec;
	f->rx->filter = vfk_ring_filter;
	f->vec.tx[0] = f->tx;
	f->vec.num_tx = 1;
	f->vec.rx = f->rx;
	return f;
}

/* Rings that are down */
void vfk_ring_free(struct vfk_ring *f)
{
	vrg_queues_off(&f->vec, 1);
	vrg_tx_free(f->tx);
	vrg_rx_free(f->rx);
	netif_napi_del(&f->vec.napi);
	unregister_netdev(f->netdev);
	free_netdev(f->netdev);
	root_device_unregister(f->dev);
}
