/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfpath_ring: descriptor rings of the 82576, used by the PF and the VF alike.
 * No register is touched but those of a queue (queue.c), at the place that its owner
 * names.
 */
#ifndef _VFPATH_RING_H_
#define _VFPATH_RING_H_

#include <linux/dim.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>

struct page_pool;

#include "compat.h"
#include "desc.h"
#include "io.h"

#define VRG_MIN_DESC		64
#define VRG_MAX_DESC		4096
#define VRG_DEF_DESC		512
#define VRG_DESC_ALIGN		8	/* TDLEN, RDLEN: multiples of 128 bytes */

struct vrg_ring;
struct vrg_vector;

/* What every queue counts; read with u64_stats_fetch_begin(). */
struct vrg_stats {
	u64 packets;		/* RX: those that the stack was given */
	u64 bytes;		/* of @packets */
	u64 drops;		/* TX: can't be sent. RX: no memory, bad frame */
	u64 csum_err;		/* RX */
	u64 alloc_fail;		/* RX */
	u64 filtered;		/* RX: dropped by the owner's filter (reflections) */
	u64 multicast;		/* RX: of @packets */
	u64 restarts;		/* TX queue woken */
	u64 tso;		/* TX frames segmented by hardware */
};

/**
 * typedef vrg_rx_filter - lets the ring's owner drop a received frame
 * @ring: that received it
 * @skb: after eth_type_trans(), with the VLAN tag in the skb, skb->data past the
 *	Ethernet header
 *
 * Context: NAPI.
 * Return: true to drop @skb; the ring frees and counts it.
 */
typedef bool (*vrg_rx_filter)(struct vrg_ring *ring, struct sk_buff *skb);

struct vrg_tx_buf;
struct vrg_rx_buf;

/**
 * struct vrg_ring - one TX or RX queue
 * @netdev: its netdev
 * @dev: for DMA mapping
 * @vec: the vector that serves it
 * @desc: descriptors, coherent memory of @size bytes at @dma
 * @base: the queue's registers: R_QBASE_TX() or R_QBASE_RX(); set by the owner
 * @tail: the queue's TDT/RDT in the BAR
 * @dma: bus address of @desc
 * @size: of @desc in bytes
 * @index: netdev queue number
 * @count: number of descriptors
 * @next_use: next descriptor software fills (TX: under the queue's xmit lock)
 * @next_clean: next descriptor to look at (NAPI only)
 * @tx_buf: TX: what a descriptor carries
 * @tx_stamp: TX: the owner's: may a frame that asks for it have a time stamp? Or NULL
 * @rx_buf: RX: the buffer that a descriptor has
 * @pool: RX: where buffers come from
 * @skb: RX: a frame of several buffers in progress
 * @skip: RX: the rest of a frame of several buffers that was dropped is dropped, too
 * @filter: RX: the owner's, or NULL
 * @rx_stamp: RX: the owner's: a frame has a time stamp; or NULL
 * @buf_len: RX: bytes that a buffer takes: SRRCTL.BSIZEPKT << 10
 * @syncp: of @stats
 * @stats: guarded by @syncp; written by xmit (TX) or NAPI (RX)
 */
struct vrg_ring {
	struct net_device *netdev;
	struct device *dev;
	struct vrg_vector *vec;
	void *desc;
	dma_addr_t dma;
	size_t size;
	u32 base;
	void __iomem *tail;
	u16 index;
	u16 count;
	u16 next_use;
	u16 next_clean;
	union {
		struct {		/* TX */
			struct vrg_tx_buf *tx_buf;
			bool (*tx_stamp)(struct vrg_ring *ring, struct sk_buff *skb);
		};
		struct {		/* RX */
			struct vrg_rx_buf *rx_buf;
			struct page_pool *pool;
			struct sk_buff *skb;
			vrg_rx_filter filter;
			void (*rx_stamp)(struct vrg_ring *ring, struct sk_buff *skb);
			u16 buf_len;
			bool skip;
		};
	};
	struct u64_stats_sync syncp;
	struct vrg_stats stats;
};

/**
 * enum vrg_state - of a vector; see drivers/ring/life.c
 * @VRG_DOWN: the queues are off, nobody polls, transmits or unmasks
 * @VRG_STOPPING: nobody transmits, and no completion wakes a queue
 * @VRG_UP: all that
 */
enum vrg_state {
	VRG_DOWN,
	VRG_STOPPING,
	VRG_UP,
};

/**
 * struct vrg_vector - an MSI-X vector, its NAPI and the queues it serves
 * @napi: added by the owner with vrg_vector_poll() as its poll function
 * @netdev: its netdev
 * @io: registers
 * @state: enum vrg_state; changed in life.c, by the owner's up and down (RTNL)
 * @tx: TX rings, cleaned before RX is polled
 * @num_tx: how many there are
 * @rx: RX ring or NULL
 * @irq_rearm: unmask the vector; called when polling is done. Owner's.
 * @irq_mask: mask it. Owner's.
 * @poll_extra: extra work of the owner at each poll (the VF looks for mail), or NULL
 * @events: number of interrupts, for DIM
 * @dim: adaptive moderation; see vrg_dim_init()
 * @adaptive: it is on
 * @set_itr: the owner's, for it
 * @polls: number of polls begun, for those who wait for one to end
 * @index: MSI-X entry
 * @irq: its number in the kernel
 * @name: of the interrupt
 */
struct vrg_vector {
	struct napi_struct napi;
	struct net_device *netdev;
	struct vfp_io *io;
	enum vrg_state state;
	struct vrg_ring *tx[2];
	struct vrg_ring *rx;
	unsigned int num_tx;
	void (*irq_rearm)(struct vrg_vector *vec);
	void (*irq_mask)(struct vrg_vector *vec);
	void (*poll_extra)(struct vrg_vector *vec);
	u16 events;
	struct dim dim;
	bool adaptive;
	void (*set_itr)(struct vrg_vector *vec, u32 usecs);
	u16 index;
	u32 polls;
	int irq;
	char name[IFNAMSIZ + 16];
};

/* Life of a ring. Alloc functions return NULL without memory; free takes NULL. */
struct vrg_ring *vrg_tx_alloc(struct net_device *netdev, struct device *dev, u16 index,
			      u16 count);
void vrg_tx_free(struct vrg_ring *ring);
bool vrg_tx_pending(const struct vrg_ring *ring);	/* anything not yet completed? */

struct vrg_ring *vrg_rx_alloc(struct net_device *netdev, struct device *dev,
			      struct napi_struct *napi, u16 index, u16 count);
void vrg_rx_free(struct vrg_ring *ring);
bool vrg_rx_pending(const struct vrg_ring *ring);	/* a finished descriptor waits */

/* Up and down of all vectors of a netdev, an array; life.c tells in which order */
int vrg_queues_on(struct vrg_vector *vec, unsigned int num);
void vrg_queues_off(struct vrg_vector *vec, unsigned int num);
void vrg_up(struct vrg_vector *vec, unsigned int num);
void vrg_stop_tx(struct vrg_vector *vec, unsigned int num);
void vrg_drain(struct vrg_vector *vec, unsigned int num);
void vrg_down(struct vrg_vector *vec, unsigned int num);

/* A queue of the NIC, @base: R_QBASE_TX() or R_QBASE_RX() */
u16 vrg_queue_head(struct vfp_io *io, u32 base, const struct vrg_ring *ring);
bool vrg_queue_tx_lost(struct vfp_io *io, u32 base, const struct vrg_ring *ring);
bool vrg_queue_rx_lost(struct vfp_io *io, u32 base, const struct vrg_ring *ring);

/**
 * struct vrg_late - is a queue stuck?
 * @at: the descriptor that was late when last looked at
 * @times: so often in a row
 */
struct vrg_late {
	u16 at;
	u16 times;
};

/**
 * vrg_late_seen() - note what a look at a queue has shown
 * @late: what the looks before have shown
 * @lost: vrg_queue_tx_lost() or vrg_queue_rx_lost()
 * @at: next_clean of the ring
 *
 * A busy queue looks lost for a moment, each time at another descriptor.
 *
 * Return: so often in a row the same descriptor was late.
 */
static inline unsigned int vrg_late_seen(struct vrg_late *late, bool lost, u16 at)
{
	if (!lost)
		late->times = 0;
	else if (late->times && late->at == at)
		late->times++;
	else
		late->times = 1;
	late->at = at;
	return late->times;
}

/* The packet path */
netdev_tx_t vrg_tx_xmit(struct sk_buff *skb, struct vrg_ring *ring);
int vrg_vector_poll(struct napi_struct *napi, int budget);
bool vrg_vector_late(struct vrg_vector *vec);
void vrg_tx_kick(struct vrg_ring *ring);
netdev_features_t vrg_features_check(struct sk_buff *skb, struct net_device *netdev,
				     netdev_features_t features);

/* Adaptive interrupt moderation */
void vrg_dim_init(struct vrg_vector *vec, void (*set_itr)(struct vrg_vector *vec, u32 usecs));
void vrg_dim_set(struct vrg_vector *vec, bool on);
void vrg_dim_stop(struct vrg_vector *vec);

/* Adds a ring's counters to @s (rtnl_link_stats64) */
void vrg_ring_get_stats(const struct vrg_ring *ring, struct vrg_stats *s);

/* Offloads the rings give (hw_features); no UDP segmentation: see Documentation */
#define VRG_FEATURES	(NETIF_F_SG | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_RXCSUM | \
			 NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_SCTP_CRC | NETIF_F_HIGHDMA | \
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX)

#endif /* _VFPATH_RING_H_ */
