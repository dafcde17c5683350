# SPDX-License-Identifier: GPL-2.0
"""The in-tree VF driver on our PF."""

from labkit.util import wait_for

from common import nic
from common.flow import Flow, Station
from common.scene import NET, Scene


def test_igbvf_passes_traffic(lab):
    scene = Scene(lab, guest=False, numvfs=1)
    pci = lab.vf_pci(0)
    scene.host.sh(f"modprobe igbvf && echo igbvf > /sys/bus/pci/devices/{pci}/driver_override && "
                  f"echo {pci} > /sys/bus/pci/drivers_probe", timeout=60)
    dev = scene.host.netdev_of(pci)
    mac = scene.host.link(dev)["address"]
    assert mac == scene.host.link(scene.pf)["vfinfo_list"][0]["address"]
    scene.host.sh(f"ip netns add peer && ip link set {dev} netns peer name p0 && "
                  f"ip -n peer addr add {NET}.20/24 dev p0 && ip -n peer link set p0 up")
    peer = Station("igbvf", scene.host, f"{NET}.20", "peer")
    wait_for(lambda: peer.ping(scene.station["outside"], check=False), 30, "the in-tree VF's link")
    assert nic.pools(lab, mac) == [0]
    for other in ("outside", "child2", "host"):
        flows = [Flow(peer, scene.station[other], scene.rate),
                 Flow(scene.station[other], peer, scene.rate)]
        for f in flows:
            whole = f.stop()
            assert whole["received"] and not whole["lost"], (str(f), whole)
    scene.host.sh(f"ip link set {scene.pf} vf 0 state disable")
    wait_for(lambda: peer.sh("cat /sys/class/net/p0/carrier").out.strip() == "0", 20,
             "the in-tree VF to lose its link")
    scene.host.sh(f"ip link set {scene.pf} vf 0 state auto")
    wait_for(lambda: peer.ping(scene.station["outside"], check=False), 30, "it to have it again")
