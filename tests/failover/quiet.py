# SPDX-License-Identifier: GPL-2.0
"""What a guest must never notice: settings of the host, copies of a frame, its own echo."""

import json

from common.flows import Flows
from common.promises import judge_planned
from common.scene import GUEST_MAC, UPPER, with_guest
from common.verdict import Promise

from labkit.util import wait_for

setup_module = with_guest

ADDRESSES = 100
BATCH = 10
GROUP, BROADCAST, PORT, COUNT = "239.7.7.7", "10.7.0.255", 7777, 50

SEND = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
for i in range(int(sys.argv[4])):
    for to in sys.argv[2:4]:
        s.sendto(f"{to} {i}".encode(), (to, 7777))
    time.sleep(0.02)
"""

RECEIVE = """
import collections, json, signal, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7777))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
             socket.inet_aton(sys.argv[2]) + socket.inet_aton(sys.argv[1]))
seen = collections.Counter()
def end(*_):
    print(json.dumps(seen), flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    seen[s.recv(100).decode()] += 1
"""


def test_mac_without_driver(lab):
    """The host gives a VF that no driver has the guest's address: the synthetic path carries on."""
    scene, promise = lab.scene, Promise("MAC without a driver")
    scene.on_synthetic()
    with Flows.of(scene) as flows:
        with flows.window("addresses of a VF without driver") as window:
            for mac in ("52:54:00:00:48:01", GUEST_MAC) * 3:
                scene.set_vf(0, f"mac {mac}")
    judge_planned(promise, window)
    promise.require()


def copies(lab, source):
    """How often each broadcast and multicast of a station reached the guest."""
    scene = lab.scene
    scene.guest.put("/run/vfpath/receive.py", RECEIVE)
    source.machine.put("/run/vfpath/send.py", SEND)
    receiver = scene.station.bg(f"exec python3 /run/vfpath/receive.py {scene.station.ip} {GROUP}")
    wait_for(lambda: receiver.poll() is None and "ready" in receiver.output, 20, "the receiver")
    source.sh(f"python3 /run/vfpath/send.py {source.ip} {GROUP} {BROADCAST} {COUNT}", timeout=60)
    # What was under way has come when this is answered.
    wait_for(lambda: scene.station.ping(source.ip, 1), 20, f"{source} to answer")
    return json.loads(receiver.stop().splitlines()[-1])


def test_once(lab):
    """Broadcast and multicast come once, by the active path, whoever sends them."""
    scene, promise = lab.scene, Promise("copies")
    scene.on_vf()
    for path in ("vf", "synthetic"):
        scene.set_path(path)
        scene.wait_active(path)
        for source in (scene.outside, scene.child2, scene.child3):
            seen = copies(lab, source)
            promise.expect(len(seen) == 2 * COUNT and set(seen.values()) == {1},
                           f"{path}: of {2 * COUNT} frames of {source} {len(seen)} came, "
                           f"{max(seen.values(), default=0)} times at most")
    promise.require()


def test_duplicate_addresses(lab):
    """IPv6 finds none of a hundred addresses taken, with moves between: no echo is heard."""
    scene, promise = lab.scene, Promise("duplicate address detection")
    scene.on_vf()
    for batch in range(ADDRESSES // BATCH):
        scene.guest.sh(" && ".join(
            f"ip addr add fd00:7::{batch + 1:x}:{i:x}/64 dev {UPPER}" for i in range(BATCH)))
        path = ("synthetic", "vf")[batch % 2]
        scene.set_path(path)
        scene.wait_active(path)
        show = f"ip -6 -o addr show dev {UPPER}"
        wait_for(lambda: "tentative" not in scene.guest.sh(f"{show} tentative").out
                 or "dadfailed" in scene.guest.sh(show).out, 30, "the detection to end")
        failed = scene.guest.sh(f"{show} dadfailed").out
        promise.expect(not failed, f"batch {batch}: {failed}")
    found = scene.guest.sh(f"ip -6 -o addr show dev {UPPER} scope global").out
    promise.expect(found.count("fd00:7::") == ADDRESSES + 1, found)
    scene.guest.sh(f"ip -6 addr flush dev {UPPER} scope global")
    scene.station.configure()
    promise.require()
