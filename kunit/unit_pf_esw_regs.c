// SPDX-License-Identifier: GPL-2.0
#include "../drivers/pf/esw_regs.c"
