# SPDX-License-Identifier: GPL-2.0
"""A guest that knows its synthetic netdev alone, as a crash kernel may, while its VF has its path."""

from common import nic
from common.mailbox import Mailbox
from common.scene import GUEST_MAC, with_guest
from common.verdict import Promise

from labkit.util import Timeout, wait_for

setup_module = with_guest

RESET, NEGOTIATE, PATH_VF = "1", "20,56465054,00010001,7f", "00010021,1"

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


def test_in_use(lab):
    """A VF that sends keeps its path, whatever comes by the tap besides."""
    scene = lab.scene
    scene.on_vf()
    before = nic.ethtool(lab.host, scene.pf)["vf0_path_switches"]
    ping = scene.station.bg(f"exec ping -n -q -i 0.1 {scene.outside.ip}")
    speak(scene, 12, 0.3).wait(60)
    ping.stop()
    assert nic.ethtool(lab.host, scene.pf)["vf0_path_switches"] == before
    assert scene.rar_owner() == {0} and scene.fdb_owner() == {scene.pf}


def test_gets_its_tap(lab):
    """Its VF has been forgotten with its path: it is reached by its tap, soon after it speaks."""
    scene, promise = lab.scene, Promise("a guest that has lost its VF")
    scene.on_synthetic()
    with Mailbox(lab, 0) as mailbox:
        # As the kernel before the crash has left it; nobody answers for the VF any more.
        promise.expect(not mailbox.nack(mailbox.send(RESET, NEGOTIATE, PATH_VF)[2]), "no path")
        promise.expect(scene.rar_owner() == {0}, f"before: {scene.rar_owner()}")
        try:
            wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "the guest to reach outside")
        except Timeout as e:
            promise.expect(False, str(e))
        promise.expect(scene.host_agrees("synthetic"), f"{scene.rar_owner()} {scene.fdb_owner()}")
        promise.expect(scene.outside.ping(scene.station.ip) == 3, "outside doesn't reach the guest")
    promise.require()
