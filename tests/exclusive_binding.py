# SPDX-License-Identifier: GPL-2.0
"""While enslaved, nothing but the upper talks to a lower."""

from common.scene import Scene


def test_lowers_are_exclusive(lab):
    scene = Scene(lab)
    scene.plug()
    guest = scene.guest
    guest.sh("modprobe -a bridge 8021q macvlan bonding")
    guest.sh("ip link add br9 type bridge && ip link add bond9 type bond")
    for dev in (scene.knob("vf"), scene.knob("synthetic")):
        for cmd, text in ((f"ip addr add 10.9.9.9/24 dev {dev}", "vfpath"),
                          (f"ip addr add fd00::9/64 dev {dev}", "vfpath"),
                          (f"ip link add link {dev} name v9 type vlan id 9", "vfpath"),
                          (f"ip link add link {dev} name m9 type macvlan", ""),
                          (f"ip link set {dev} master br9", ""),
                          (f"ip link set {dev} master bond9", "")):
            res = guest.sh(cmd, check=False)
            assert res.rc, f"{cmd}: not refused"
            assert text in res.err, f"{cmd}: {res.err}"
        addrs = guest.json(f"ip -j addr show dev {dev}")[0]["addr_info"]
        assert not addrs, f"{dev} has addresses: {addrs}"
        assert guest.link(dev)["master"] == "vfp0"
    assert scene.active() == "vf"
    assert scene.station["guest1"].ping(scene.station["child2"])


def test_capture_on_lower_works(lab):
    """tcpdump on the VF sees its frames."""
    guest = lab.guests[1]
    vf = guest.read("/sys/class/net/vfp0/vfpath/vf")
    bg = guest.bg(f"exec tcpdump -c 2 -n -i {vf} icmp")
    guest.sh(f"for i in $(seq 40); do ping -c1 -W1 10.7.0.12 >/dev/null; "
             f"kill -0 {bg.pid} || exit 0; sleep 0.1; done", check=False)
    assert "2 packets captured" in bg.wait(10), bg.output
