# SPDX-License-Identifier: GPL-2.0
"""A PF that doesn't answer: a host too busy, or a NIC in reset, as a VF sees it.

Needs iomem=relaxed on the host VM's command line: the PF has a driver.
"""

from labkit.util import wait_for

# Writes P2VMAILBOX of a VF again and again, by the PF's registers.
MUTE = """
import mmap, os, sys, time
regs = memoryview(mmap.mmap(os.open(sys.argv[1] + "/resource0", os.O_RDWR), 0x4000)).cast("I")
print("ready", flush=True)
while True:
    regs[0xc00 // 4 + int(sys.argv[2])] = int(sys.argv[3])
    time.sleep(0.0002)
"""
SPEAK = """
import mmap, os, sys
regs = memoryview(mmap.mmap(os.open(sys.argv[1] + "/resource0", os.O_RDWR), 0x4000)).cast("I")
regs[0xc00 // 4 + int(sys.argv[2])] = 0
"""


class Mute:
    """While it lasts the PF doesn't answer a VF; a reset of the VF doesn't change that."""

    # P2VMAILBOX.PFU: the VF can't send, and isn't answered.
    KEEP = 8
    # STS and ACK: there is always something that is no answer.
    TALK = 3

    def __init__(self, lab, vf, how=KEEP):
        self.how = how
        self.host, self.job = lab.host, None
        self.args = f"/sys/bus/pci/devices/{lab.pf_pci()} {vf}"
        self.host.put("/run/vfpath/mute.py", MUTE)
        self.host.put("/run/vfpath/speak.py", SPEAK)

    def __enter__(self):
        self.job = self.host.bg(f"exec python3 /run/vfpath/mute.py {self.args} {self.how}")
        wait_for(lambda: self.job.poll() is not None or "ready" in self.job.output, 10, "mute")
        assert self.job.poll() is None, self.job.output
        return self

    def __exit__(self, *_exc):
        self.job.stop()
        self.host.sh(f"python3 /run/vfpath/speak.py {self.args}")
