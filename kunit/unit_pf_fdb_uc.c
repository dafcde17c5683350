// SPDX-License-Identifier: GPL-2.0
#include "../drivers/pf/fdb_uc.c"
