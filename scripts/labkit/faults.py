# SPDX-License-Identifier: GPL-2.0
"""What logs tell: has a kernel complained, or has the emulator failed? Pure: text in, verdict out.

Documentation/testing.rst tells how each way in which the emulator fails was seen.
"""

import re

BAD = re.compile("|".join([
    r"WARNING:", r"\bBUG:", r"Call Trace:", r"KASAN", r"possible circular locking",
    r"inconsistent lock state", r"suspicious RCU", r"UBSAN", r"refcount_t",
    r"unreferenced object", r"DMA-API:", r"INFO: task .* blocked", r"soft lockup",
    r"rcu: INFO: ", r"general protection", r"Oops", r"unregister_netdevice: waiting",
    r"NETDEV WATCHDOG", r"possible recursive locking", r"sleeping function called"]))
# Said at boot by kernels that are all right.
HARMLESS = re.compile("|".join([
    r"DMA-API: preallocated", r"DMA-API: debugging enabled", r"KASAN.*initialized",
    r"kasan: KernelAddressSanitizer", r"Spectre", r"DMA-API: debugging disabled",
    # The hub makes the station wait while the PF has no receive buffers.
    r"virtio_net virtio\d+ out0: NETDEV WATCHDOG"]))

# A function of one of our modules in a backtrace
OURS = re.compile(r"\[(vfpath_\w+|net_failover)\]")
# RCU says so of a processor whose local timer isn't heard of any more, whether it sleeps or not.
TIMER_LOST = re.compile(r"Possible timer handling issue on cpu=")
# A kernel that gives up while it boots, as an interrupt of the emulated timer came too late.
BOOT_PANIC = re.compile(r"Kernel panic - not syncing: (timer doesn't work through "
                        r"Interrupt-remapped IO-APIC|IO-APIC \+ timer doesn't work)")
# An interrupt delivered a second time: taken at the first instruction of an interrupt's entry, where
# they are off (IF, bit 9, clear) and the one before was still to be resumed (RF, bit 16, set). No
# processor does that, and no driver can make it.
AT_ENTRY = re.compile(r"RIP: 0010:asm_(?:sysvec_\w+|common_interrupt)\+0x0/\S+"
                      r"(?:\n.*){1,3}?EFLAGS: ([0-9a-f]{8})")
IF, RF = 1 << 9, 1 << 16
# QEMU's own words as it aborts: an assertion of its, or of GLib.
QEMU_ABORT = re.compile(r"^(\*\*\n)?(ERROR:|qemu-system-x86_64: .*Assertion .* failed)", re.M)


def complaints(lines):
    """The lines of a kernel's log that must not be there."""
    return [line for line in lines if BAD.search(line) and not HARMLESS.search(line)]


def timer_lost(console):
    """True when a processor gets no timer interrupt any more, and no code of ours keeps it busy."""
    return bool(TIMER_LOST.search(console)) and not OURS.search(console)


def boot_failed(console):
    """True when the kernel has given up before it ran any of our code, for its timer's sake."""
    return bool(BOOT_PANIC.search(console))


def injected_twice(console):
    """True when an interrupt came while interrupts were off, as its entry began."""
    return any(int(flags, 16) & (IF | RF) == RF for flags in AT_ENTRY.findall(console))


def qemu_ended(rc, log):
    """True when a QEMU that has ended by itself was not told to: a signal, or an assertion."""
    return rc is not None and (rc < 0 or rc >= 128 or bool(QEMU_ABORT.search(log)))


def emulator_failed(consoles, ended):
    """Whether it was the emulator.

    consoles are the texts of all machines, ended is true when a machine has ended by itself. One
    whose kernel complained of something first has had its reasons.
    """
    if any(timer_lost(text) or boot_failed(text) or injected_twice(text) for text in consoles):
        return True
    return ended and not any(complaints(text.splitlines()) for text in consoles)
