# SPDX-License-Identifier: GPL-2.0
"""Whose fault was it? The lines are those of real runs."""

import unittest

from . import faults

TIMER = """\
[  141.2] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
[  141.2] NMI backtrace for cpu 1 skipped: idling at native_safe_halt+0xb/0x10
[  141.2] rcu: \tPossible timer handling issue on cpu=1 timer-softirq=2213
"""
BUSY = TIMER.replace("skipped: idling at native_safe_halt+0xb/0x10", "\n[  141.2]  finish_task+0x1/0x2")
OURS = BUSY + "[  141.3]  vrg_vector_poll+0x40/0x1a0 [vfpath_ring]\n"
PANIC = ("[    0.4] Kernel panic - not syncing: timer doesn't work through Interrupt-remapped "
         "IO-APIC\n")
WARNED = "[   50.1] WARNING: CPU: 0 PID: 12 at drivers/x.c:3 vpf_x+0x1/0x2 [vfpath_pf]\n"


TWICE = """\
[   84.653227] BUG: ENTRY_TRAMPOLINE stack guard page was hit at 00000000efe2daf5
[   84.664913]  asm_sysvec_apic_timer_interrupt+0x1a/0x20
[   84.664921] RIP: 0010:asm_sysvec_apic_timer_interrupt+0x0/0x20
[   84.664929] Code: d6 46 ee ff e9 f1 07 00 00 90
[   84.664934] RSP: 0000:fffffe66348e5fd8 EFLAGS: 00010002
"""


class Faults(unittest.TestCase):
    """emulator_failed() and what it is made of."""

    def test_timer(self):
        """A processor without a timer is the emulator's, idle or not, unless our code runs there."""
        self.assertTrue(faults.timer_lost(TIMER))
        self.assertTrue(faults.timer_lost(BUSY))
        self.assertFalse(faults.timer_lost(OURS))
        self.assertFalse(faults.timer_lost(TIMER.replace("Possible timer", "no")))
        self.assertTrue(faults.emulator_failed([BUSY], False))
        self.assertFalse(faults.emulator_failed([OURS], False))

    def test_boot(self):
        """A panic for want of a timer is no machine that is up."""
        self.assertTrue(faults.emulator_failed([PANIC], True))
        self.assertFalse(faults.boot_failed("Kernel panic - not syncing: Attempted to kill init!"))

    def test_ended(self):
        """A machine that is gone is the emulator's, if its kernel had nothing to complain of."""
        self.assertTrue(faults.emulator_failed(["all well\n"], True))
        self.assertFalse(faults.emulator_failed(["all well\n"], False))
        self.assertFalse(faults.emulator_failed([WARNED], True))

    def test_twice(self):
        """An interrupt within the entry of one; not one that user space, or a handler, is hit by."""
        self.assertTrue(faults.injected_twice(TWICE))
        self.assertTrue(faults.emulator_failed([TWICE], True))
        self.assertFalse(faults.injected_twice(TWICE.replace("00010002", "00010246")))
        self.assertFalse(faults.injected_twice(TWICE.replace("00010002", "00000002")))
        self.assertFalse(faults.injected_twice(TWICE.replace("+0x0/", "+0x5/")))
        self.assertFalse(faults.injected_twice(TWICE.replace("asm_sysvec", "vpf_sysvec")))

    def test_qemu(self):
        """A signal or an assertion; not the end that a guest's power-off or panic=-1 makes."""
        text = "**\nERROR:../system/physmem.c:1:iotlb_to_section: assertion failed: (x < y)\n"
        self.assertTrue(faults.qemu_ended(-6, ""))
        self.assertTrue(faults.qemu_ended(134, ""))
        self.assertTrue(faults.qemu_ended(1, text))
        self.assertFalse(faults.qemu_ended(0, ""))
        self.assertFalse(faults.qemu_ended(1, "qemu-system-x86_64: -device igb: bad value"))
        self.assertFalse(faults.qemu_ended(None, text))

    def test_complaints(self):
        """What a kernel that is all right says while it boots doesn't count."""
        lines = [WARNED, "kasan: KernelAddressSanitizer initialized", "DMA-API: preallocated 65536"]
        self.assertEqual(faults.complaints(lines), [WARNED])


if __name__ == "__main__":
    unittest.main()
