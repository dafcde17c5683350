# SPDX-License-Identifier: GPL-2.0
"""Traffic of a VF whose peer driver is another project's."""

from labkit.util import wait_for

from .flows import Stream, exchange
from .verdict import Promise


def check_streams(station, peers, rate):
    """All that is sent arrives once, both ways."""
    promise = Promise("interoperation")
    for peer in peers:
        # igbvf looks for its link every other second only.
        wait_for(lambda peer=peer: station.ping(peer.ip), 20, f"{station} to reach {peer}")
    streams = [s for peer in peers
               for s in (Stream(station, peer, rate), Stream(peer, station, rate))]
    for stream, sent, received, duplicated in exchange(streams):
        promise.expect(sent and received == sent and not duplicated,
                       f"{stream.name}: {sent} sent, {received} received, "
                       f"{duplicated} duplicated")
    promise.require()


def check_both_paths(scene, promise, name):
    """The guest gets from one path to the other and back, and both carry."""
    for path in ("vf", "synthetic", "vf"):
        scene.set_path(path)
        scene.wait_active(path)
        for peer in (scene.outside, scene.child2):
            wait_for(lambda peer=peer: scene.station.ping(peer.ip, 1), 20, f"{name}: {peer}")
            promise.expect(peer.ping(scene.station.ip) >= 3, f"{name}, {path}: not from {peer}")
    scene.set_path("auto")
