/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VPF_REGDUMP_H_
#define _VPF_REGDUMP_H_

#include "pf.h"

/**
 * struct vpf_reg - a register in a dump
 * @offset: in the BAR
 * @value: what it held
 */
struct vpf_reg {
	u32 offset;
	u32 value;
};

unsigned int vpf_regdump_count(void);
void vpf_regdump_read(struct vpf_adapter *a, struct vpf_reg *reg);

#endif /* _VPF_REGDUMP_H_ */
