# SPDX-License-Identifier: GPL-2.0
"""DPDK's net_e1000_igbvf drives a VF of vfpath_pf from user space, through vfio."""

from common import nic
from common.scene import without_guest

from labkit.util import wait_for

MAC = "52:54:00:00:46:01"
# testpmd answers ARP for any address.
IP = "10.7.0.77"

setup_module = without_guest


def test_echo(lab):
    """testpmd's icmpecho answers the wire, the bridge and another VF."""
    scene = lab.scene
    scene.set_vf(0, f"mac {MAC}")
    pci = lab.vf_pci(0)
    lab.vfio_bind(pci)
    before = nic.vf_packets(lab, scene.pf, 0)
    # It runs as long as it has something to read from.
    testpmd = lab.host.bg(
        f"sleep 3600 | stdbuf -oL dpdk-testpmd -l 0,1 --no-huge -m 192 --no-telemetry -a {pci} -- "
        "--forward-mode=icmpecho --auto-start --nb-cores=1 --total-num-mbufs=4096 "
        "--rxd=128 --txd=128 --no-flush-rx")
    try:
        for station in (scene.outside, scene.child2, scene.child3):
            wait_for(lambda peer=station: peer.ping(IP, 1), 60, f"testpmd to answer {station}")
            assert station.ping(IP, 5) == 5, station
        assert scene.rar_owner(MAC) == {0}
        after = nic.vf_packets(lab, scene.pf, 0)
        assert all(a >= b + 15 for a, b in zip(after, before)), (before, after)
        testpmd.poll()
        assert "net_e1000_igb_vf" in testpmd.output, testpmd.output
    finally:
        testpmd.stop()
    # The VF's function is reset as vfio closes it: nobody is there any more.
    wait_for(lambda: scene.rar_owner(MAC) == {7}, 10, "the NIC to take its address back")
