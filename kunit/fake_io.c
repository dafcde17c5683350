// SPDX-License-Identifier: GPL-2.0
#include "fake_io.h"

static u32 vfk_io_read(struct vfp_io *io, u32 reg)
{
	struct vfk_io *f = container_of(io, struct vfk_io, io);

	return f->reg[reg / 4];
}

static void vfk_io_write(struct vfp_io *io, u32 reg, u32 val)
{
	struct vfk_io *f = container_of(io, struct vfk_io, io);

	f->reg[reg / 4] = val;
	if (f->num < VFK_IO_LOG)
		f->log[f->num++] = (struct vfk_write){ reg, val };
}

static const struct vfp_io_ops vfk_io_ops = {
	.read = vfk_io_read,
	.write = vfk_io_write,
};

struct vfk_io *vfk_io_alloc(struct kunit *test)
{
	struct vfk_io *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->io.ops = &vfk_io_ops;
	return f;
}

/* The first write to @reg, from log entry @from on; -1: none */
int vfk_io_find(const struct vfk_io *f, u32 reg, unsigned int from)
{
	unsigned int i;

	for (i = from; i < f->num; i++) {
		if (f->log[i].reg == reg)
			return i;
	}
	return -1;
}
