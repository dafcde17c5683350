# SPDX-License-Identifier: GPL-2.0
"""How others see an upper: its address and where that is from, time stamps, its lowers' errors."""

from common.above import case, comes, namespace_scene, state
from common.scene import GUEST_MAC, UPPER
from common.station import Station

setup_module = namespace_scene

# addr_assign_type: of whom cloud-init takes a netdev for a NIC, see linux/netdevice.h
PERM, RANDOM, STOLEN, SET = "0", "1", "2", "3"
OTHER_MAC = "52:54:00:00:77:03"
DROPS = 20


def kind(scene, dev):
    """Where a netdev's address is from."""
    return scene.guest.read(f"/sys/class/net/{dev}/addr_assign_type")


def test_address(lab):
    """The address is the upper's own once it has one; before, it is nobody's to improve."""
    with case(lab, "addr_assign_type") as (scene, promise):
        guest = scene.guest
        guest.sh(f"ip link del {UPPER} && ip link add {UPPER} type vfpath")
        # udev's MACAddressPolicy= changes what is random, and lets alone what is another's.
        promise.expect(kind(scene, UPPER) == STOLEN, f"made: {kind(scene, UPPER)}")
        guest.sh(f"ip link set eth0 master {UPPER} && ip link set {UPPER} up")
        promise.expect(kind(scene, UPPER) == PERM, f"taken: {kind(scene, UPPER)}")
        promise.expect(guest.link(UPPER)["address"] == GUEST_MAC, guest.link(UPPER)["address"])
        # Another synthetic netdev, after the first: its address.
        guest.sh(f"ip link set eth0 nomaster && ip link add oth0 type veth peer name oth1 && "
                 f"ip link set oth0 address {OTHER_MAC} && ip link set oth0 master {UPPER}")
        promise.expect(guest.link(UPPER)["address"] == OTHER_MAC, guest.link(UPPER)["address"])
        guest.sh(f"ip link del oth0 && ip link set eth0 master {UPPER}")
        promise.expect(guest.link(UPPER)["address"] == GUEST_MAC, guest.link(UPPER)["address"])
        # What the operator has given stays, whoever comes.
        guest.sh(f"ip link del {UPPER} && ip link add {UPPER} address {OTHER_MAC} type vfpath && "
                 f"ip link set eth0 master {UPPER}")
        promise.expect(kind(scene, UPPER) == SET, f"given: {kind(scene, UPPER)}")
        promise.expect(guest.link(UPPER)["address"] == OTHER_MAC, guest.link(UPPER)["address"])
        guest.sh(f"ip link del {UPPER} && ip link add {UPPER} type vfpath && "
                 f"ip link set eth0 master {UPPER}")
        scene.station = Station("guest", guest, UPPER, 11)
        scene.station.configure()


def test_time_stamps(lab):
    """Software time stamps on transmit, if both lowers make them."""
    with case(lab, "ethtool -T") as (scene, promise):
        scene.on_vf()
        makes = {dev: "software-transmit" in scene.guest.sh(f"ethtool -T {dev}").out
                 for dev in ("vf0", "eth0", UPPER)}
        promise.expect(makes["vf0"] and makes["eth0"], f"the lowers: {makes}")
        promise.expect(makes[UPPER], f"{makes}")


def test_errors(lab):
    """A lower's errors and drops are the upper's, and don't go with the lower."""
    with case(lab, "errors of a lower") as (scene, promise):
        guest = scene.guest

        def dropped():
            return (guest.link(UPPER)["stats64"]["tx"]["dropped"],
                    scene.upper_stats()["synthetic_tx_dropped"])
        before = dropped()
        # A veth drops, and counts, what its peer has no room for.
        lab.host.sh(f"ip link set {scene.guest.tap} mtu 1280")
        scene.station.sh(f"ping -n -q -i 0.05 -W 1 -s 1400 -c {DROPS} {scene.outside.ip}",
                         check=False)
        lab.host.sh(f"ip link set {scene.guest.tap} mtu 1500")
        after = dropped()
        promise.figures.update(before=before, after=after)
        promise.expect([b - a for a, b in zip(before, after)] == [DROPS] * 2, f"{before} {after}")
        guest.sh(f"ip link set eth0 nomaster && ip link set eth0 master {UPPER}")
        scene.station.configure()
        # What was sent meanwhile had no path, which is the upper's own count.
        last = dropped()
        promise.expect(last[0] >= after[0] and last[1] == after[1], f"{after} became {last}")


def test_outage(lab):
    """What a planned move says of the last failure: nothing, however long ago that was."""
    with case(lab, "outage") as (scene, promise):
        scene.on_vf()
        load = scene.station.bg(f"ping -n -q -i 0.01 {scene.outside.ip}")
        # Gone and back faster than anybody looks, again and again.
        for _ in range(5):
            scene.set_vf(0, "state disable")
            scene.set_vf(0, "state auto")
        comes(lambda: scene.vfpath("active") == "vf", 20)
        scene.set_path("synthetic")
        scene.wait_active("synthetic")
        promise.expect(scene.vfpath("last_outage_us") == "0",
                       f"a planned move: {scene.vfpath('last_outage_us')} us ({state(scene)})")
        load.stop()
