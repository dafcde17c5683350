# SPDX-License-Identifier: GPL-2.0
"""Our VF driver on the in-tree PF."""

from labkit.util import wait_for

from common.flow import Flow, Station
from common.scene import NET


def test_vfpath_vf_passes_traffic(lab):
    host = lab.host
    host.sh("modprobe igb", timeout=60)
    pf = lab.pf()
    host.sh(f"ip addr add {NET}.10/24 dev {pf} && ip link set {pf} up && "
            f"ip -n outside addr add {NET}.1/24 dev out0")
    stations = [Station("host", host, f"{NET}.10"), Station("outside", host, f"{NET}.1", "outside")]
    wait_for(lambda: stations[0].ping(stations[1], check=False), 30, "link of the in-tree PF")
    lab.set_numvfs(1, autoprobe=False)
    host.sh(f"ip link set {pf} vf 0 mac 52:54:00:00:00:cc")
    pci = lab.vf_pci(0)
    host.sh(f"modprobe vfpath_vf && echo vfpath_vf > /sys/bus/pci/devices/{pci}/driver_override && "
            f"echo {pci} > /sys/bus/pci/drivers_probe", timeout=60)
    dev = host.netdev_of(pci)
    assert host.link(dev)["address"] == "52:54:00:00:00:cc"
    assert "in-tree" in host.sh(f"ethtool -i {dev}").out
    host.sh(f"ip netns add peer && ip link set {dev} netns peer name p0 && "
            f"ip -n peer addr add {NET}.20/24 dev p0 && ip -n peer link set p0 up")
    peer = Station("vfpath_vf", host, f"{NET}.20", "peer")
    for other in stations:
        wait_for(lambda o=other: peer.ping(o, check=False), 30, f"{other.name} to answer")
    rate = 200 if lab.kernel.debug else 1000
    for f in [Flow(peer, stations[1], rate), Flow(stations[1], peer, rate)]:
        whole = f.stop()
        assert whole["received"] and not whole["lost"], (str(f), whole)
