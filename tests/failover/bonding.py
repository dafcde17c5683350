# SPDX-License-Identifier: GPL-2.0
"""Bonding over vfpath_vf: its choice of the active slave moves the host's filter."""

from common.flows import Flows
from common.scene import UPPER, Scene
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for


# In a namespace on any kernel, so where the checkers look on.
KERNELS = ("debug",)


def setup_module(lab):
    """A guest in a namespace, with a bond of VF and veth instead of the upper."""
    scene = lab.scene = Scene(lab)
    scene.nested = False
    scene.start()
    guest = scene.guest
    guest.sh(f"ip link del {UPPER}")
    guest.plug_vf(lab.vf_pci(0))
    lab.host.sh("modprobe bonding max_bonds=0")
    guest.sh("ip link add bond0 type bond mode active-backup miimon 10 && "
             "ip link set eth0 down && ip link set vf0 down && "
             "ip link set vf0 master bond0 && ip link set eth0 master bond0 && "
             "ip link set bond0 up")
    scene.station = Station("guest", guest, "bond0", 11)
    scene.station.configure()


def test_active_slave(lab):
    """The NIC delivers to the VF while it is the active slave, else to the bridge."""
    scene, promise = lab.scene, Promise("bonding")
    with Flows.of(scene) as flows:
        for slave, pools in (("vf0", {0}), ("eth0", {7}), ("vf0", {0}), ("eth0", {7})):
            with flows.window(f"active slave {slave}") as window:
                scene.guest.sh(f"ip link set bond0 type bond active_slave {slave}")
                wait_for(lambda pools=pools: scene.rar_owner() == pools, 10,
                         f"{slave}: the NIC's filter")
            for f in window.results:
                promise.expect(f.received, f"{slave}: {f}")
    promise.require()


def test_slave_fails(lab):
    """A VF that the host disables: the bond moves, and the filter with it."""
    scene = lab.scene
    scene.guest.sh("ip link set bond0 type bond primary vf0")
    wait_for(lambda: scene.rar_owner() == {0}, 20, "the VF as the active slave")
    scene.set_vf(0, "state disable")
    wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 20, "traffic by the other slave")
    assert scene.rar_owner() == {7}
    scene.set_vf(0, "state auto")
    wait_for(lambda: scene.rar_owner() == {0}, 20, "the VF again")
    wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 20, "traffic by the VF")
