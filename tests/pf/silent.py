# SPDX-License-Identifier: GPL-2.0
"""A guest that knows its synthetic netdev alone, as a crash kernel may, while its VF has its path."""

from common.scene import GUEST_MAC, with_guest
from common.verdict import Promise

from labkit.util import Timeout, wait_for

setup_module = with_guest

# What is sent by a lower behind its upper's back: broadcasts of the guest's, every so many seconds.
SPEAK = """
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
mac = bytes.fromhex(sys.argv[2].replace(":", ""))
for _ in range(int(sys.argv[3])):
    s.send(b"\\xff" * 6 + mac + b"\\x88\\xb5" + bytes(46))
    time.sleep(float(sys.argv[4]))
"""


def speak(scene, times, pause):
    """The guest sends by its synthetic netdev."""
    scene.guest.put("/run/vfpath/speak.py", SPEAK)
    return scene.guest.bg(f"exec python3 /run/vfpath/speak.py eth0 {GUEST_MAC} {times} {pause}")


def test_gets_its_tap(lab):
    """Its VF is silent: it is reached by its tap. One that is not keeps its path."""
    scene, promise = lab.scene, Promise("a guest that has lost its VF")
    scene.on_vf()
    ping = scene.station.bg(f"exec ping -n -q -i 0.1 {scene.outside.ip}")
    speak(scene, 12, 0.3).wait(60)
    promise.expect(scene.rar_owner() == {0}, f"the VF that is in use: {scene.rar_owner()}")
    ping.stop()
    # Nothing is sent by the VF from here on: no address, no neighbours.
    scene.guest.sh(f"ip addr flush dev {scene.station.dev}")
    moved = scene.upper_stats()["switches"]
    load = speak(scene, 40, 0.4)
    try:
        wait_for(lambda: scene.rar_owner() == {7}, 15, "the NIC to send to the tap")
    except Timeout as e:
        promise.expect(False, str(e))
    load.stop()
    # This guest is alive, and asks for its path again when it hears of that.
    scene.station.configure()
    scene.wait_active("vf")
    wait_for(lambda: scene.host_agrees("vf"), 20, "the VF's path again")
    promise.figures["switches"] = scene.upper_stats()["switches"] - moved
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "after it")
    promise.require()
