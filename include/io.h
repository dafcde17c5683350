/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Register access. Every access names its device; a device that is gone is
 * noticed once, here; KUnit puts a fake register file in place of the BAR.
 */
#ifndef _VFPATH_IO_H_
#define _VFPATH_IO_H_

#include <linux/io.h>
#include <linux/types.h>

#include "regs.h"

struct vfp_io;

/**
 * struct vfp_io_ops - another register file than the BAR (KUnit's)
 * @read: returns the register at @reg
 * @write: writes @val to the register at @reg
 */
struct vfp_io_ops {
	u32 (*read)(struct vfp_io *io, u32 reg);
	void (*write)(struct vfp_io *io, u32 reg, u32 val);
};

/**
 * struct vfp_io - the registers of one PCI function
 * @base: BAR 0, NULL once the device was found gone
 * @ops: NULL on a real device
 * @removed: called once, in any context, when reads turn all-ones
 */
struct vfp_io {
	u8 __iomem *base;
	const struct vfp_io_ops *ops;
	void (*removed)(struct vfp_io *io);
};

/* Is the function still there? Cheap: no register is read. */
static inline bool vfp_io_present(const struct vfp_io *io)
{
	return READ_ONCE(io->base) || io->ops;
}

/*
 * Called when a register reads all-ones. No register of the 82576 that we read
 * may hold this value, but a second one (STATUS, which has bits that are never
 * set) is asked before the device is given up.
 */
static inline void vfp_io_check_removed(struct vfp_io *io, u8 __iomem *base)
{
	if (readl(base + R_STATUS) != ~0U)
		return;
	if (cmpxchg(&io->base, base, NULL) == base && io->removed)
		io->removed(io);
}

/**
 * vfp_rd32() - read a register
 * @io: the function
 * @reg: offset, R_*
 *
 * Return: its value, all-ones when the device is gone.
 */
static inline u32 vfp_rd32(struct vfp_io *io, u32 reg)
{
	u8 __iomem *base = READ_ONCE(io->base);
	u32 val;

	if (unlikely(io->ops))
		return io->ops->read(io, reg);
	if (unlikely(!base))
		return ~0U;
	val = readl(base + reg);
	if (unlikely(val == ~0U))
		vfp_io_check_removed(io, base);
	return val;
}

/**
 * vfp_wr32() - write a register; nothing happens when the device is gone
 * @io: the function
 * @reg: offset, R_*
 * @val: value
 */
static inline void vfp_wr32(struct vfp_io *io, u32 reg, u32 val)
{
	u8 __iomem *base = READ_ONCE(io->base);

	if (unlikely(io->ops))
		io->ops->write(io, reg, val);
	else if (likely(base))
		writel(val, base + reg);
}

/* Set and clear bits of a read/write register. The caller holds what guards it. */
static inline void vfp_rmw32(struct vfp_io *io, u32 reg, u32 clear, u32 set)
{
	vfp_wr32(io, reg, (vfp_rd32(io, reg) & ~clear) | set);
}

/* Posted writes reach the device before this returns. */
static inline void vfp_io_flush(struct vfp_io *io)
{
	vfp_rd32(io, R_STATUS);
}

#endif /* _VFPATH_IO_H_ */
