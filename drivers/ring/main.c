// SPDX-License-Identifier: GPL-2.0
/*
 * vfpath_ring: descriptor rings of the 82576, for vfpath_pf and vfpath_vf.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("Intel 82576 descriptor rings, shared by vfpath_pf and vfpath_vf");
MODULE_AUTHOR("The vfpath authors");
MODULE_LICENSE("GPL");
