# SPDX-License-Identifier: GPL-2.0
"""Frames of the guest's that were under way when its path left the VF mislead no one.

The host's bridge learns its address from them once more, on the PF's port, as if the guest
were behind the wire now.
"""

from common.scene import GUEST_MAC, with_guest
from common.verdict import Promise

from labkit.runner import Skip
from labkit.util import wait_for

setup_module = with_guest

ROUNDS = 10
# A round whose last frame came so late, in ms, tells nothing: after 200 the PF has to believe it.
TOO_LATE = 180
# In the guest: leave the VF, while "the guest" sends from behind the wire, and for some frames more.
LEAVE = r"""
import ctypes, os, socket, sys, threading, time
path = open("/sys/class/net/vfp0/vfpath/path", "w")
with open("/run/netns/outside") as netns:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(netns.fileno(), 0x40000000):
        sys.exit(os.strerror(ctypes.get_errno()))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("out0", 0))
frame = b"\xff" * 6 + bytes.fromhex(sys.argv[1].replace(":", "")) + b"\x88\xb5" + bytes(46)
def late():
    while leaving:
        wire.send(frame)
        time.sleep(0.001)
leaving = True
thread = threading.Thread(target=late)
thread.start()
begun = time.monotonic()
path.write("synthetic")
path.flush()
leaving = False
thread.join()
for _ in range(5):
    wire.send(frame)
    time.sleep(0.002)
print(round(1000 * (time.monotonic() - begun)))
"""


def test_leave(lab):
    """The NIC and the bridge have the guest where it went, and stay so; it can be reached."""
    scene, promise = lab.scene, Promise("late frames")
    lab.host.put("/run/vfpath/leave.py", LEAVE)
    scene.on_vf()
    rounds = 0
    for _ in range(3 * ROUNDS):
        scene.set_path("auto")
        scene.wait_active("vf")
        took = int(scene.guest.sh(f"python3 /run/vfpath/leave.py {GUEST_MAC}").out)
        if took > TOO_LATE:
            continue
        rounds += 1
        wait_for(lambda: scene.fdb_owner() == {scene.guest.tap}, 5, "the bridge's entry")
        promise.expect(scene.host_agrees("synthetic"),
                       f"{took} ms: NIC {scene.rar_owner()}, bridge {scene.fdb_owner()}")
        promise.expect(scene.outside.ping(scene.station.ip, 1), f"{took} ms: not from outside")
        if rounds == ROUNDS:
            break
    promise.require()
    if not rounds:
        raise Skip("no round was over in time: the machine is too slow")
