# SPDX-License-Identifier: GPL-2.0
"""The host gives a VF its address: before, while and after it is open; trusted or not."""

from common import nic
from common.scene import CHILD3_MAC, without_guest
from common.verdict import Promise

from labkit.util import wait_for

setup_module = without_guest
MACS = ("52:54:00:00:77:01", "52:54:00:00:77:02")
OWN = "52:54:00:00:77:aa"


def shown(scene):
    """What `ip link` says on the host."""
    return nic.vfs(scene.lab, scene.pf)[1]["address"]


def reached(scene, mac, what):
    """Until the VF has the address, up, with traffic, and the host agrees."""
    c3 = scene.child3
    wait_for(lambda: c3.mac() == mac, 20, f"{what}: c3 to have {mac}")
    wait_for(lambda: c3.ping(scene.outside.ip, 1), 20, f"{what}: c3 to reach outside")
    assert shown(scene) == mac, f"{what}: the host shows {shown(scene)}"
    assert nic.rar_owner(scene.lab, mac) == {1}, f"{what}: {nic.rar_owner(scene.lab, mac)}"


def again(scene, trust):
    """As it was in the beginning."""
    scene.set_vf(1, f"mac {CHILD3_MAC} trust {trust}")
    scene.child3.configure()
    reached(scene, CHILD3_MAC, "before")


def test_while_closed(lab):
    """An address that was set while the netdev was down is the one that it is opened with."""
    for trust in ("off", "on"):
        again(lab.scene, trust)
        lab.scene.child3.sh("ip link set c3 down")
        lab.scene.set_vf(1, f"mac {MACS[0]}")
        lab.scene.child3.configure()
        reached(lab.scene, MACS[0], f"trust {trust}")


def test_seen_while_closed(lab):
    """It is seen before: an upper that knows its VF by the address waits for it."""
    scene = lab.scene
    again(scene, "off")
    scene.child3.sh("ip link set c3 down")
    for mac in (*MACS, CHILD3_MAC):
        scene.set_vf(1, f"mac {mac}")
        wait_for(lambda m=mac: scene.child3.mac() == m, 20, f"the closed VF to have {mac}")
        perm = scene.child3.sh("ethtool -P c3").out.split()[-1]
        assert perm == mac, f"its permanent address is {perm}"
    scene.child3.configure()
    reached(scene, CHILD3_MAC, "after it")


def test_while_open(lab):
    """Under traffic, twice, and back again. No reset is needed for that."""
    scene = lab.scene
    for trust in ("off", "on"):
        again(scene, trust)
        resets = nic.ethtool(scene.host, "c3", "child3")["resets"]
        for mac in (*MACS, CHILD3_MAC):
            scene.set_vf(1, f"mac {mac}")
            reached(scene, mac, f"trust {trust}")
        assert nic.ethtool(scene.host, "c3", "child3")["resets"] == resets


def test_taken_back(lab):
    """The VF has taken another one; the host gives it what it had shown before."""
    scene = lab.scene
    again(scene, "on")
    for closed in (False, True):
        scene.child3.sh(f"ip link set c3 address {OWN}")
        reached(scene, OWN, "its own")
        if closed:
            scene.child3.sh("ip link set c3 down")
        scene.set_vf(1, f"mac {CHILD3_MAC}")
        wait_for(lambda: scene.child3.mac() == CHILD3_MAC, 20, "the host's address")
        if closed:
            scene.child3.configure()
        reached(scene, CHILD3_MAC, "given back")


def test_own_stays(lab):
    """Its own address outlives being closed and opened, while the host says nothing new."""
    scene = lab.scene
    again(scene, "on")
    scene.child3.sh(f"ip link set c3 address {OWN}")
    for _ in range(2):
        scene.child3.sh("ip link set c3 down")
        scene.child3.configure()
        reached(scene, OWN, "opened again")
    # And also when it was set while closed.
    scene.child3.sh(f"ip link set c3 down && ip link set c3 address {MACS[1]}")
    scene.child3.configure()
    reached(scene, MACS[1], "set while closed")


def test_refused(lab):
    """An address that the host doesn't want is refused at once, open or closed, and it goes on."""
    scene, promise = lab.scene, Promise("a refused address")
    again(scene, "off")
    for closed in (False, True):
        if closed:
            scene.child3.sh("ip link set c3 down")
        res = scene.child3.sh(f"ip link set c3 address {OWN}", check=False)
        promise.expect(res.rc, f"not refused, closed: {closed}")
        promise.expect(scene.child3.mac() == CHILD3_MAC, f"c3 has {scene.child3.mac()}")
        scene.child3.configure()
        reached(scene, CHILD3_MAC, "refused")
    promise.require()
