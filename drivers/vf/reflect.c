// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's memory of what it has sent, once more for the VF: the NIC gives back to each of them
 * what it has sent itself.
 */
#include "../pf/reflect.c"
