# SPDX-License-Identifier: GPL-2.0
"""A VF whose transmit queue stands still for a moment: its frames take the other path."""

from common.flows import Stream
from common.scene import Scene
from common.verdict import Promise

from labkit.util import wait_for

# To reach over the driver's shoulder into the registers, with the VF's driver on the host.
LAB = {"extra_cmdline": "iomem=relaxed"}

# TXDCTL.ENABLE of VF 0's two queues, then their tails once more: the NIC looks at these only.
GATE = r"""
import mmap, os, sys
fd = os.open(sys.argv[1] + "/resource0", os.O_RDWR)
regs = memoryview(mmap.mmap(fd, 0x20000)).cast("I")
for queue in (0, 8):
    base = 0xe000 + 0x40 * queue
    regs[(base + 0x28) // 4] = regs[(base + 0x28) // 4] & ~(1 << 25) | int(sys.argv[2]) << 25
    regs[(base + 0x18) // 4] = regs[(base + 0x18) // 4]
"""


def setup_module(lab):
    """A guest in a namespace: the host's kernel has the VF's registers at hand."""
    scene = lab.scene = Scene(lab)
    scene.start()
    lab.host.put("/run/vfpath/gate.py", GATE)


def test_stopped_queue(lab):
    """Nothing is dropped; what overtakes is counted by the upper, and seen by the receiver."""
    scene, promise = lab.scene, Promise("a stopped queue")

    def gate(is_open):
        lab.host.sh("python3 /run/vfpath/gate.py "
                    f"/sys/bus/pci/devices/{lab.pf_pci()} {int(is_open)}")
    scene.on_vf()
    stream = Stream(scene.station, scene.outside, 1000, burst=4).listen().wait_listening().send()
    wait_for(lambda: stream.received() > 100, 20, "the stream")
    before = scene.upper_stats()
    gate(False)
    wait_for(lambda: scene.upper_stats()["vf_queue_busy"] > before["vf_queue_busy"] + 100, 20,
             "frames that go round")
    promise.expect(scene.vfpath("active") == "vf", "a stopped queue is no reason to move")
    gate(True)
    after = scene.upper_stats()
    wait_for(lambda: scene.upper_stats()["vf_tx_packets"] > after["vf_tx_packets"] + 100, 20,
             "the VF to carry again")
    stream.stop_sender()
    sent = stream.report["sent"]
    wait_for(lambda: stream.received() >= sent, 20, "the last datagram")
    stream.stop()
    whole = stream.analyze()["whole"]
    promise.expect(whole["received"] == sent and not whole["lost"] and not whole["duplicated"],
                   f"{sent} sent: {whole}")
    promise.expect(whole["reordered"], "nothing overtook what stood in the queue")
    busy = scene.upper_stats()["vf_queue_busy"] - before["vf_queue_busy"]
    promise.expect(busy >= whole["reordered"] > 0,
                   f"{busy} frames went round, {whole['reordered']} were overtaken by others")
    promise.require()
