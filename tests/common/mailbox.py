# SPDX-License-Identifier: GPL-2.0
"""A VF whose driver is the test: words are written to its mailbox by way of its BAR."""

import json

from labkit.util import wait_for

SCRIPT = "/run/vfpath/mailbox.py"
STORM_SCRIPT = "/run/vfpath/storm.py"

# V2PMAILBOX is at 0xc40 (REQ 1, ACK 2, VFU 4, PFSTS 16), VMBMEM at 0x800.
CODE = r"""
import json, mmap, os, sys, time
fd = os.open(sys.argv[1] + "/resource0", os.O_RDWR)
regs = memoryview(mmap.mmap(fd, 0x4000)).cast("I")
CONTROL, MEMORY = 0xc40 // 4, 0x800 // 4
REQ, ACK, VFU, PFSTS = 1, 2, 4, 16

def until(fn, limit):
    end = time.monotonic() + limit
    while not fn():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True

def taken():
    regs[CONTROL] = VFU
    return regs[CONTROL] & VFU

def call(message, limit):
    if not until(taken, limit):
        return None
    for i, word in enumerate(message):
        regs[MEMORY + i] = word
    regs[CONTROL] = REQ
    if not until(lambda: regs[CONTROL] & PFSTS, limit):
        return None
    answer = regs[MEMORY]
    regs[CONTROL] = ACK
    return answer

print(json.dumps([call([int(w, 16) for w in m.split(",")], float(sys.argv[2]))
                  for m in sys.argv[3:]]))
"""


# Writes registers of the VF, over and over: offset and value in hex, for so many seconds.
STORM = r"""
import mmap, os, sys, time
fd = os.open(sys.argv[1] + "/resource0", os.O_RDWR)
regs = memoryview(mmap.mmap(fd, 0x4000)).cast("I")
end, n = time.monotonic() + float(sys.argv[2]), 0
writes = [tuple(int(x, 16) for x in w.split("=")) for w in sys.argv[3:]]
while time.monotonic() < end:
    for offset, value in writes:
        regs[offset // 4] = value
    n += 1
print(n)
"""


class Mailbox:
    """The mailbox of a VF of the host that no driver has; or, bound, behind its driver's back."""

    def __init__(self, lab, vf, bound=False):
        self.host, self.bound = lab.host, bound
        self.device = f"/sys/bus/pci/devices/{lab.vf_pci(vf)}"

    def __enter__(self):
        if not self.bound:
            self.host.write(f"{self.device}/enable", 1)
        self.host.put(SCRIPT, CODE)
        wait_for(lambda: self.host.read(f"{self.device}/enable") == "1", 5, "the VF's registers")
        return self

    def __exit__(self, *_exc):
        if not self.bound:
            self.host.write(f"{self.device}/enable", 0)

    def command(self, limit, *messages):
        """The command that sends messages, for the background."""
        return f"python3 {SCRIPT} {self.device} {limit} {' '.join(messages)}"

    def send(self, *messages, limit=5):
        """Send messages, words of hex with commas; the first word of each answer, or None."""
        answers = json.loads(self.host.sh(self.command(limit, *messages),
                                          timeout=(limit + 1) * 2 * len(messages)).out)
        return [a if a is None else hex(a) for a in answers]

    def storming(self, seconds, *writes):
        """The command that writes registers ("c40=1") for so long, as fast as it goes."""
        self.host.put(STORM_SCRIPT, STORM)
        return f"python3 {STORM_SCRIPT} {self.device} {seconds} {' '.join(writes)}"

    def storm(self, seconds, *writes):
        """Do it; how many times that was."""
        return int(self.host.sh(self.storming(seconds, *writes), timeout=seconds * 3 + 30).out)

    @staticmethod
    def nack(answer):
        """Whether an answer says no. No answer at all is not one."""
        return answer is not None and int(answer, 16) >> 30 & 3 == 1
