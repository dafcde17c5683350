/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels this is built for (6.1 to 7.3), here and
 * nowhere else. Written as the newer kernel's name where that can be.
 */
#ifndef _VFPATH_COMPAT_H_
#define _VFPATH_COMPAT_H_

#include <linux/ethtool.h>
#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/version.h>

/* mac_pton(): in linux/kernel.h until 6.3 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#include <linux/hex.h>
#endif

/* page_pool: one header until 6.6, then two; .napi (direct recycling) since 6.4 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include <net/page_pool/helpers.h>
#include <net/page_pool/types.h>
#else
#include <net/page_pool.h>
#endif

static inline void vfp_page_pool_set_napi(struct page_pool_params *params,
					  struct napi_struct *napi)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	params->napi = napi;
#endif
}

/* Since 6.8 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
static inline void ethtool_puts(u8 **data, const char *str)
{
	strscpy(*data, str, ETH_GSTRING_LEN);
	*data += ETH_GSTRING_LEN;
}
#endif

/* By value until 6.12 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define vfp_net_dim(dim, sample)	net_dim(dim, &(sample))
#else
#define vfp_net_dim(dim, sample)	net_dim(dim, sample)
#endif

/* Time stamps: operations of their own since 6.6 (an ioctl before), their ethtool since 6.11 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define VFP_HAVE_NDO_HWTSTAMP
#define VFP_NDO_HWTSTAMP(get, set, ioctl) \
	.ndo_hwtstamp_get = (get), .ndo_hwtstamp_set = (set),
#else
#define VFP_NDO_HWTSTAMP(get, set, ioctl)	.ndo_eth_ioctl = (ioctl),
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define vfp_ts_info	struct kernel_ethtool_ts_info
#else
#define vfp_ts_info	struct ethtool_ts_info
#endif
/* What another netdev can do of them: asked since 6.9; before, its driver, under RTNL */
static inline u32 vfp_ts_flags(struct net_device *dev)
{
	vfp_ts_info info = { .cmd = ETHTOOL_GET_TS_INFO };

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return ethtool_get_ts_info_by_layer(dev, &info) ? 0 : info.so_timestamping;
#else
	if (!dev->ethtool_ops->get_ts_info || dev->ethtool_ops->get_ts_info(dev, &info))
		return 0;
	return info.so_timestamping;
#endif
}

/* A cycle counter is const to its read function until 6.16 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define VFP_CC_CONST
#else
#define VFP_CC_CONST	const
#endif

/* Since 6.2 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
static inline u64 adjust_by_scaled_ppm(u64 base, long scaled_ppm)
{
	u64 diff = mul_u64_u64_div_u64(base, abs(scaled_ppm), 1000000ULL << 16);

	return scaled_ppm < 0 ? base - diff : base + diff;
}
#endif

/* Statistics by queue in the netdev family: since 6.10 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/netdev_queues.h>
#define VFP_HAVE_QSTATS
#endif

/* Which NAPI and interrupt serve a queue: since 6.8. RTNL. */
static inline void vfp_napi_link(struct net_device *dev, struct napi_struct *napi, int irq,
				 unsigned int num_tx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	unsigned int i;

	netif_napi_set_irq(napi, irq);
	netif_queue_set_napi(dev, 0, NETDEV_QUEUE_TYPE_RX, napi);
	for (i = 0; i < num_tx; i++)
		netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_TX, napi);
#endif
}

static inline void vfp_napi_unlink(struct net_device *dev, unsigned int num_tx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	unsigned int i;

	netif_queue_set_napi(dev, 0, NETDEV_QUEUE_TYPE_RX, NULL);
	for (i = 0; i < num_tx; i++)
		netif_queue_set_napi(dev, i, NETDEV_QUEUE_TYPE_TX, NULL);
#endif
}

/* The limit for IPv4 is one of its own since 6.3 */
static inline void vfp_set_gso_ipv4_max_size(struct net_device *dev, unsigned int size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	WRITE_ONCE(dev->gso_ipv4_max_size, size);
#endif
}

#define VFP_VERSION	"0.1.0"

/* No link-local address on it; since 6.3. Before, IFF_SLAVE alone says so. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define VFP_IFF_NO_ADDRCONF	IFF_NO_ADDRCONF
#else
#define VFP_IFF_NO_ADDRCONF	0
#endif

/* What is up may be renamed since 6.2; before, only if it says so */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define VFP_IFF_LIVE_RENAME_OK	0
#else
#define VFP_IFF_LIVE_RENAME_OK	IFF_LIVE_RENAME_OK
#endif

/* Addresses are larger than struct sockaddr since 6.16 */
static inline int vfp_dev_set_mac_address(struct net_device *dev, struct sockaddr_storage *addr)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
	return dev_set_mac_address(dev, addr, NULL);
#else
	return dev_set_mac_address(dev, (struct sockaddr *)addr, NULL);
#endif
}

/* netpoll's setup has an argument that nobody needs until 6.16 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define VFP_HAVE_NETPOLL_INFO
#endif

/* Tracing: the string of __assign_str() was a second argument until 6.9 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define vfp_assign_str(dst, src)	__assign_str(dst)
#else
#define vfp_assign_str(dst, src)	__assign_str(dst, src)
#endif

/*
 * A netdev stays in its namespace: a feature until 6.12, then a flag, with another name since
 * 6.15 and some 6.12.y (Kbuild looks: versions don't tell)
 */
static inline void vfp_netdev_set_netns_local(struct net_device *dev)
{
#if defined(VFP_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->netns_local = true;
#else
	dev->features |= NETIF_F_NETNS_LOCAL;
#endif
}

/* Transmit without the queue's lock: a feature until 6.12, then a flag */
static inline void vfp_netdev_set_lltx(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* devlink: the netdev knows its port since 6.2, before it was asked for it */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define VFP_NDO_DEVLINK_PORT(fn)
#define VFP_SET_NETDEV_DEVLINK_PORT(netdev, port)	SET_NETDEV_DEVLINK_PORT(netdev, port)
#define vfp_devlink_info_driver(req, name)	0	/* the core does it */
#define vfp_devlink_port_type_eth(port, netdev)	do { } while (0)	/* as well */
#else
#define VFP_NDO_DEVLINK_PORT(fn)		.ndo_get_devlink_port = (fn),
#define VFP_SET_NETDEV_DEVLINK_PORT(netdev, port)	do { } while (0)
#define vfp_devlink_info_driver(req, name)	devlink_info_driver_name_put(req, name)
#define vfp_devlink_port_type_eth(port, netdev)	devlink_port_type_eth_set(port, netdev)
#endif

/*
 * A devlink port gives its netdev a name of its own (np0) unless it says that it doesn't: since
 * 6.17 and some stable kernels (Kbuild looks). Until 6.1 the netdev can say so, by an empty one,
 * but not while devlink is told of it: that looks whether it has a name of its own, and warns. It
 * looks at each renaming since 6.2, so there the name stays.
 */
#ifdef VFP_HAVE_NO_PHYS_PORT_NAME
#define vfp_port_no_phys_name(attrs)	((attrs)->no_phys_port_name = 1)
#else
#define vfp_port_no_phys_name(attrs)	do { } while (0)
#endif
#if !defined(VFP_HAVE_NO_PHYS_PORT_NAME) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define VFP_NDO_PHYS_PORT_NAME(fn)	.ndo_get_phys_port_name = (fn),
#else
#define VFP_NDO_PHYS_PORT_NAME(fn)
#endif

/* devlink's reload has to be asked for until 6.3 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vfp_devlink_set_reload(devlink)	devlink_set_features(devlink, DEVLINK_F_RELOAD)
#else
#define vfp_devlink_set_reload(devlink)	do { } while (0)
#endif

/*
 * The device's lock, during a reload: devlink takes it since 6.8. Before, it comes after
 * devlink's own, so it can only be tried.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define vfp_devlink_reload_lock(dev)	device_trylock(dev)
#define vfp_devlink_reload_unlock(dev)	device_unlock(dev)
#else
#define vfp_devlink_reload_lock(dev)	true
#define vfp_devlink_reload_unlock(dev)	do { } while (0)
#endif

/* devlink: what a port's function can do, in the port's own operations since 6.6 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define VFP_HAVE_PORT_OPS
#define VFP_DEVLINK_PORT_FN_OPS
#define vfp_devl_port_register(devlink, port, index, ops) \
	devl_port_register_with_ops(devlink, port, index, ops)
#else
#define VFP_DEVLINK_PORT_FN_OPS \
	.port_function_hw_addr_get = vpf_devlink_hw_addr_get, \
	.port_function_hw_addr_set = vpf_devlink_hw_addr_set,
#define vfp_devl_port_register(devlink, port, index, ops) \
	devl_port_register(devlink, port, index)
#endif

/* The parent came as an argument in 6.3 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define vfp_devl_rate_leaf_create(port, priv)	devl_rate_leaf_create(port, priv, NULL)
#else
#define vfp_devl_rate_leaf_create(port, priv)	devl_rate_leaf_create(port, priv)
#endif

/* The time between two recoveries is the reporter's own since 6.18 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define VFP_HEALTH_GRACE(ms)	.default_graceful_period = (ms),
#define vfp_health_create(devlink, ops, ms, priv) \
	devlink_health_reporter_create(devlink, ops, priv)
#else
#define VFP_HEALTH_GRACE(ms)
#define vfp_health_create(devlink, ops, ms, priv) \
	devlink_health_reporter_create(devlink, ops, ms, priv)
#endif

/* Reading a parameter got an extack in 6.19, setting it in 6.12 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define VFP_DEVLINK_GET_ARGS \
	struct devlink_param_gset_ctx *ctx, struct netlink_ext_ack *extack
#else
#define VFP_DEVLINK_GET_ARGS	struct devlink_param_gset_ctx *ctx
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define VFP_DEVLINK_SET_ARGS \
	struct devlink_param_gset_ctx *ctx, struct netlink_ext_ack *extack
#else
#define VFP_DEVLINK_SET_ARGS	struct devlink_param_gset_ctx *ctx
#endif

#endif /* _VFPATH_COMPAT_H_ */
