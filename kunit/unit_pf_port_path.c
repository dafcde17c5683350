// SPDX-License-Identifier: GPL-2.0
#include "../drivers/pf/port_path.c"
