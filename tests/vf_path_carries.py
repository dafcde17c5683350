# SPDX-License-Identifier: GPL-2.0
"""On the VF path the VF carries everything, and the host's CPU sees none of it."""

from common import nic
from common.flow import Flow
from common.scene import Scene


def test_vf_path_carries(lab):
    scene = Scene(lab)
    scene.plug()
    guest, outside = scene.station["guest1"], scene.station["outside"]
    assert guest.ping(outside)
    before = scene.counters()
    capture = nic.PfCapture(lab)
    flows = [Flow(guest, outside, scene.rate), Flow(outside, guest, scene.rate)]
    ports = [f.port for f in flows]
    for f in flows:
        whole = f.stop()
        assert whole["received"] and not whole["lost"], whole
    after = scene.counters()
    assert after["vf_rx_packets"] > before["vf_rx_packets"], after
    assert after["vf_tx_packets"] > before["vf_tx_packets"], after
    assert after["synthetic_tx_packets"] == before["synthetic_tx_packets"], (before, after)
    frames = capture.stop()
    assert not [p for p in ports if nic.udp_port_count(frames, p)], "the host saw VF frames"


def test_statistics_add_up(lab):
    """vf + synthetic = upper, also when the VF has gone."""
    guest = lab.guests[1]

    def sums():
        out = guest.sh("ethtool -S vfp0").out.splitlines()[1:]
        c = {k.strip(): int(v) for k, v in (line.rsplit(":", 1) for line in out)}
        link = guest.link("vfp0")["stats64"]
        for way in ("rx", "tx"):
            assert c[f"vf_{way}_packets"] + c[f"synthetic_{way}_packets"] == link[way]["packets"], \
                (c, link)
        return link["rx"]["packets"], link["tx"]["packets"]

    guest.sh("ip link set vfp0 down")
    first = sums()
    guest.unplug_vf()
    second = sums()
    assert second[0] >= first[0] and second[1] >= first[1], (first, second)
