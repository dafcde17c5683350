# SPDX-License-Identifier: GPL-2.0
"""Frames that the stack gives the PF in a batch: the NIC is told of them with the last one."""

import time

from common import pcap
from common.scene import without_guest

setup_module = without_guest

SOURCE = "02:00:00:00:88:b5"
FRAMES = 3
# Held back by the qdisc, and so sent in one batch: some frames for the wire, and a last one that
# nobody but the PF would get, which its driver drops.
FILL = r"""
import socket, sys
pf, source, outside, own, frames = sys.argv[1:]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((pf, 0))
for dst in [outside] * int(frames) + [own]:
    s.send(bytes.fromhex((dst + source).replace(":", "")) + b"\x88\xb5" + bytes(46))
"""


def test_last_is_dropped(lab):
    """Those before it leave all the same, and at once."""
    scene, host = lab.scene, lab.host
    # The bridge tells the NIC of child2, which nobody has to be told of on the wire.
    assert scene.child2.ping(scene.outside.ip) == 3
    queues = host.sh(f"ls -d /sys/class/net/{scene.pf}/queues/tx-*").out.split()
    plugs = [f"dev {scene.pf} parent 1:{n + 1:x} handle 1{n}: plug" for n in range(len(queues))]
    for queue in queues:
        # A batch of any size
        host.write(f"{queue}/byte_queue_limits/limit_min", 100000)
    assert scene.me.ping(scene.outside.ip) == 3
    host.sh(f"tc qdisc replace dev {scene.pf} root handle 1: mq && "
            + " && ".join(f"tc qdisc replace {plug}" for plug in plugs))
    host.put("/run/vfpath/fill.py", FILL)
    host.sh(f"python3 /run/vfpath/fill.py {scene.pf} {SOURCE} {scene.outside.mac()} "
            f"{scene.child2.mac()} {FRAMES}")
    with pcap.WireCapture(lab) as wire:
        host.sh(" && ".join(f"tc qdisc change {plug} release_indefinite" for plug in plugs))
        time.sleep(0.5)
    host.sh(f"tc qdisc del dev {scene.pf} root")
    assert wire.pairs[SOURCE, scene.outside.mac()] == FRAMES, dict(wire.pairs)
    assert not wire.pairs[SOURCE, scene.child2.mac()]
