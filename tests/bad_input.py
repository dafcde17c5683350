# SPDX-License-Identifier: GPL-2.0
"""Bad input gets an error, and changes nothing."""

from common import nic
from common.scene import Scene

scene = None

# VF 1's registers by its BAR: takes the mailbox, writes a message, awaits the answer
SEND = r"""
import mmap, os, struct, sys, time
f = os.open("/sys/bus/pci/devices/%s/resource0", os.O_RDWR)
m = memoryview(mmap.mmap(f, 0x4000)).cast("I")
def call(words):
    end = time.time() + 5
    while time.time() < end:
        m[0xc40 // 4] = 4
        if m[0xc40 // 4] & 4:
            break
    for i, w in enumerate(words):
        m[0x800 // 4 + i] = w
    m[0xc40 // 4] = 1
    seen = 0
    while time.time() < end:
        seen |= m[0xc40 // 4]
        if seen & 0x10:
            break
        time.sleep(0.001)
    else:
        return None
    word = m[0x800 // 4]
    m[0xc40 // 4] = 2
    return word
for line in sys.argv[1:]:
    got = call([int(w, 16) for w in line.split(",")])
    print("none" if got is None else hex(got))
"""

RESET = "1"
MALFORMED = {
    "unknown id": "7f", "reserved bits": "1f000004", "reply bits": "80000005,600",
    "set_mac: what": "00090002,00005452,0001", "set_mac: multicast": "2,00000001,0",
    "set_mac: zero": "2,0,0", "add: multicast": "00020002,ffffffff,ffff",
    "multicast: count": "001f0003", "vlan: what": "00020004,5", "vlan: 4095": "00010004,fff",
    "vlan: huge": "00010004,ffffffff", "lpe: 0": "5,0", "lpe: huge": "5,ffffffff",
    "promisc: untrusted": "00020006", "negotiate: magic": "20,1,00010001,f",
    "negotiate: version 0": "20,56465054,0,f", "negotiate: low > high": "20,56465054,00020001,f",
    "negotiate: future": "20,56465054,00090009,f", "data path: before negotiate": "00010021,1",
    "rx mode: before negotiate": "00030022", "mc list: before negotiate": "00010023,10000,1",
}
NEGOTIATED = {
    "data path: what": "00020021,1", "rx mode: bits": "00ff0022", "rx mode: untrusted": "00030022",
    "mc list: count": "001d0023,001d0000", "mc list: overrun": "00020023,00010000,1",
    "mc list: gap": "00010023,00200005,1", "mc list: too long": "00010023,ffff0000,1",
}


def setup_module(lab):
    global scene                        # pylint: disable=global-statement
    scene = Scene(lab)


def refused(machine, cmd, text=""):
    res = machine.sh(cmd, check=False)
    assert res.rc, f"{cmd}: not refused"
    assert text in res.err + res.out, f"{cmd}: {res.err}"


def test_vf_settings(_lab):
    pf, host = scene.pf, scene.host
    before = host.link(pf)["vfinfo_list"]
    for args in ("vf 2 mac 52:54:00:00:00:99", "vf 99 mac 52:54:00:00:00:99",
                 "vf 1 mac 01:00:5e:00:00:01", "vf 1 mac ff:ff:ff:ff:ff:ff",
                 f"vf 1 mac {scene.mac}", "vf 1 vlan 4095", "vf 1 vlan 5000",
                 "vf 1 vlan 5 qos 8", "vf 1 vlan 5 proto 802.1ad", "vf 7 trust on",
                 "vf 7 spoofchk off", "vf 7 state disable", "vf 1 min_tx_rate 100",
                 "vf 1 max_tx_rate 5000"):
        refused(host, f"ip link set {pf} {args}")
    assert host.link(pf)["vfinfo_list"] == before


def test_numvfs(lab):
    base = f"/sys/bus/pci/devices/{lab.pf_pci()}"
    for count in ("8", "9", "-1", "x", "1"):
        assert scene.host.write(f"{base}/sriov_numvfs", count, check=False).rc, count
        assert scene.host.read(f"{base}/sriov_numvfs") == "2"
    assert scene.host.read(f"{base}/sriov_totalvfs") == "7"


def test_mtu(_lab):
    for machine, dev in ((scene.host, scene.pf), (scene.guest, "vfp0")):
        before = machine.link(dev)["mtu"]
        for mtu in (10, 70000):
            refused(machine, f"ip link set {dev} mtu {mtu}")
        assert machine.link(dev)["mtu"] == before
    refused(scene.host, f"ip link set {scene.pf} mtu 9217")


def test_slaves(_lab):
    guest = scene.guest
    guest.sh("modprobe -a dummy veth bridge 8021q macvlan bonding && ip link add d9 type dummy && "
             "ip link add br9 type bridge && ip link add bond9 type bond && "
             "ip link add d10 type dummy && ip link set d10 master br9 && "
             "ip link add vfp9 type vfpath && ip link add d11 address 02:00:00:00:00:11 type dummy && "
             "ip link add link d11 name d11.5 type vlan id 5")
    refused(guest, "ip link set d9 master vfp0", "synthetic netdev already")
    refused(guest, "ip link set lo master vfp9", "Ethernet")
    refused(guest, "ip link set br9 master vfp9", "neither")
    refused(guest, "ip link set bond9 master vfp9", "neither")
    refused(guest, "ip link set vfp0 master vfp9", "")
    refused(guest, "ip link set vfp9 master vfp9", "")
    refused(guest, "ip link set d11 master vfp9", "upper already")
    refused(guest, "ip link set d11.5 master vfp9", "")
    guest.sh("ip addr add 10.99.0.1/24 dev d9")
    refused(guest, "ip link set d9 master vfp9", "IP addresses")
    res = guest.sh("ip link set d10 nomaster && ip link add link d10 name mv0 type macvlan && "
                   "ip link set mv0 up && ip link set d10 master vfp9", check=False)
    assert res.rc, "a netdev with an rx_handler was enslaved"
    assert not guest.read("/sys/class/net/vfp9/vfpath/synthetic")
    assert guest.sh("echo nonsense > /sys/class/net/vfp0/vfpath/path", check=False).rc
    assert scene.knob("path") == "auto" and scene.active() == "synthetic"
    guest.sh("ip link del vfp9")


def test_mac_mismatch(_lab):
    """A VF with another address isn't adopted, and is refused by name."""
    scene.host.sh(f"ip link set {scene.pf} vf 0 mac 52:54:00:00:77:77")
    scene.guest.plug_vf(scene.lab.vf_pci(0))
    dev = scene.guest.netdev_by_mac("52:54:00:00:77:77")
    refused(scene.guest, f"ip link set {dev} master vfp0", "MAC address differs")
    assert scene.knob("vf") == "" and scene.active() == "synthetic"
    scene.guest.unplug_vf()
    scene.host.sh(f"ip link set {scene.pf} vf 0 mac {scene.mac}")


def test_mailbox(lab):
    """Malformed in every field: NACK, and what is in force stays."""
    pci = lab.vf_pci(1)
    scene.host.sh(f"echo 1 > /sys/bus/pci/devices/{pci}/enable")
    script = SEND % pci
    before = nic.rars(lab)
    vfs = scene.host.link(scene.pf)["vfinfo_list"]

    def call(*messages):
        args = " ".join(f"'{m}'" for m in messages)
        scene.host.put("/run/send.py", script)
        return scene.host.sh(f"python3 /run/send.py {args}", timeout=60).out.split()

    assert call("5,600")[0] == "0x40000005", "a message before RESET"
    assert call(RESET)[0] == "0x80000001"
    for name, answer in zip(MALFORMED, call(*MALFORMED.values())):
        assert answer != "none" and int(answer, 16) >> 30 == 1, f"{name}: {answer}"
    assert int(call("20,56465054,00010001,f")[0], 16) >> 31, "NEGOTIATE"
    for name, answer in zip(NEGOTIATED, call(*NEGOTIATED.values())):
        assert answer != "none" and int(answer, 16) >> 30 == 1, f"{name}: {answer}"
    assert nic.rars(lab) == before
    assert scene.host.link(scene.pf)["vfinfo_list"] == vfs
    scene.host.sh(f"echo 0 > /sys/bus/pci/devices/{pci}/enable")


def test_still_works(_lab):
    """After all of that."""
    scene.plug()
    scene.check_owner("vf")
    assert scene.station["guest1"].ping(scene.station["outside"])
