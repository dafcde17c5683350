/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For units of vfpath_ring that are compiled once more here: their symbols are the module's.
 */
#ifndef _VFK_NO_EXPORT_H_
#define _VFK_NO_EXPORT_H_

#include <linux/build_bug.h>
#include <linux/module.h>

#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(sym)	static_assert(true)

#endif /* _VFK_NO_EXPORT_H_ */
