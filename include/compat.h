/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels this is built for (6.1 to 7.3), here and
 * nowhere else. Written as the newer kernel's name where that can be.
 */
#ifndef _VFPATH_COMPAT_H_
#define _VFPATH_COMPAT_H_

#include <linux/version.h>

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

#endif /* _VFPATH_COMPAT_H_ */
