/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A register file in memory, with a log of what was written.
 */
#ifndef _VFK_FAKE_IO_H_
#define _VFK_FAKE_IO_H_

#include <kunit/test.h>

#include "io.h"

#define VFK_IO_SIZE	0x20000
#define VFK_IO_LOG	2048

struct vfk_write {
	u32 reg;
	u32 val;
};

/**
 * struct vfk_io - fake registers
 * @io: what the code under test is given
 * @reg: contents
 * @log: writes in order
 * @num: how many; further ones aren't logged
 */
struct vfk_io {
	struct vfp_io io;
	u32 reg[VFK_IO_SIZE / 4];
	struct vfk_write log[VFK_IO_LOG];
	unsigned int num;
};

struct vfk_io *vfk_io_alloc(struct kunit *test);
int vfk_io_find(const struct vfk_io *f, u32 reg, unsigned int from);

#endif /* _VFK_FAKE_IO_H_ */
