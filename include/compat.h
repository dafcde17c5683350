/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels this is built for (6.1 to 7.3), here and
 * nowhere else. Written as the newer kernel's name where that can be.
 */
#ifndef _VFPATH_COMPAT_H_
#define _VFPATH_COMPAT_H_

#include <linux/version.h>

#endif /* _VFPATH_COMPAT_H_ */
