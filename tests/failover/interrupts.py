# SPDX-License-Identifier: GPL-2.0
"""A VF whose interrupts come late, as those of a guest may, or never: nobody waits for them."""

from common import events, nic
from common.flows import Flows
from common.scene import Scene
from common.verdict import Promise

# MSI-X, Message Control, Function Mask (PCIe base specification, 7.7.2.2): the interrupts stay
# pending.
MASK = r"""
import os, struct, sys
fd = os.open(sys.argv[1] + "/config", os.O_RDWR)
at = os.pread(fd, 1, 0x34)[0]
while os.pread(fd, 1, at)[0] != 0x11:
    at = os.pread(fd, 1, at + 1)[0] or sys.exit("no MSI-X capability")
control, = struct.unpack("<H", os.pread(fd, 2, at + 2))
os.pwrite(fd, struct.pack("<H", control & ~0x4000 | int(sys.argv[2]) << 14), at + 2)
"""


def setup_module(lab):
    """A guest in a namespace: the VF's configuration space is the host's."""
    scene = lab.scene = Scene(lab)
    scene.start()
    lab.host.put("/run/vfpath/mask.py", MASK)


def bql(scene, name):
    """The file of one of the byte queue limits of the guest's VF."""
    return f"/sys/class/net/{scene.vfpath('vf')}/queues/tx-0/byte_queue_limits/{name}"


def read_bql(scene, name):
    """Its value, in bytes."""
    return int(scene.guest.read(bql(scene, name)))


def test_first_frames(lab):
    """What comes to the VF at once isn't held back until its first frame is completed."""
    scene = lab.scene
    scene.on_vf()
    assert read_bql(scene, "limit") >= read_bql(scene, "limit_min") >= 10000
    # The same after a reset, and with what the operator wants.
    scene.guest.write(bql(scene, "limit_min"), 20000)
    events.flr(scene)
    assert read_bql(scene, "limit") >= read_bql(scene, "limit_min") == 20000


def test_masked(lab):
    """Frames are late, but none is lost, and none takes the other path."""
    scene, promise = lab.scene, Promise("a VF without interrupts")

    def mask(on):
        lab.host.sh("python3 /run/vfpath/mask.py "
                    f"/sys/bus/pci/devices/{lab.vf_pci(0)} {int(on)}")
    scene.on_vf()
    vf = scene.vfpath("vf")
    with Flows.of(scene) as flows:
        before = scene.upper_stats(), nic.ethtool(scene.guest, vf)
        mask(True)
        try:
            with flows.window("no interrupts") as window:
                pass
        finally:
            mask(False)
        after = scene.upper_stats(), nic.ethtool(scene.guest, vf)
    for f in window.results:
        promise.expect(f.received and not f.lost and not f.duplicated, str(f))
    promise.expect(scene.vfpath("active") == "vf", "it is no reason to move")
    busy = after[0]["vf_queue_busy"] - before[0]["vf_queue_busy"]
    promise.expect(not busy, f"{busy} frames went round its queue")
    late = after[1]["late_interrupts"] - before[1]["late_interrupts"]
    promise.expect(late > 0, "the VF's driver says nothing of it")
    promise.require()
