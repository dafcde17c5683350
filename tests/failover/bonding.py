# SPDX-License-Identifier: GPL-2.0
"""Bonding and team over vfpath_vf: their choice of the active slave moves the host's filter."""

from common.flows import Flows
from common.scene import UPPER, Scene
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for


def setup_module(lab):
    """A guest in a namespace, with a bond of VF and veth instead of the upper."""
    scene = lab.scene = Scene(lab)
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


def check_active_slave(scene, promise, choose):
    """The filter follows choose(slave), and traffic the filter."""
    with Flows.of(scene) as flows:
        for slave, pools in (("vf0", {0}), ("eth0", {7}), ("vf0", {0}), ("eth0", {7})):
            with flows.window(f"active slave {slave}") as window:
                choose(slave)
                wait_for(lambda pools=pools: scene.rar_owner() == pools, 10,
                         f"{slave}: the NIC's filter")
            for f in window.results:
                promise.expect(f.received, f"{slave}: {f}")


def test_active_slave(lab):
    """The NIC delivers to the VF while it is the active slave, else to the bridge."""
    scene, promise = lab.scene, Promise("bonding")
    check_active_slave(scene, promise, lambda slave: scene.guest.sh(
        f"ip link set bond0 type bond active_slave {slave}"))
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


TEAM = """{"device": "team0", "runner": {"name": "activebackup"},
           "link_watch": {"name": "ethtool"}, "ports": {"vf0": {}, "eth0": {}}}"""


def test_team(lab):
    """The same with teamd, whose active port is the enabled one."""
    scene, guest, promise = lab.scene, lab.scene.guest, Promise("team")
    guest.sh("ip link del bond0 && ip link set vf0 down && ip link set eth0 down")
    lab.host.sh("modprobe team_mode_activebackup")
    guest.put("/run/team.json", TEAM)
    teamd = guest.bg("exec teamd -f /run/team.json")
    try:
        wait_for(lambda: guest.sh("teamdctl team0 state", check=False).rc == 0, 20, "teamd")
        scene.station = Station("guest", guest, "team0", 11)
        scene.station.configure()
        wait_for(lambda: scene.station.ping(scene.child2.ip, 1), 20, "traffic by the team")
        check_active_slave(scene, promise, lambda slave: guest.sh(
            f"teamdctl team0 state item set runner.active_port {slave}"))
    finally:
        teamd.stop()
    promise.require()
