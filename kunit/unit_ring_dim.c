// SPDX-License-Identifier: GPL-2.0
#include "no_export.h"
#include "../drivers/ring/dim.c"
