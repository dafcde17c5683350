# SPDX-License-Identifier: GPL-2.0
"""What only a guest that is a machine can show: its modules, virtio-net, netconsole, vfio."""

import re

from common import nic
from common.events import each_path
from common.interop import check_both_paths
from common.scene import BRIDGE, GUEST_MAC, UPPER, with_machine
from common.station import Station
from common.verdict import Promise

from labkit.util import wait_for

GUEST = "machine"
setup_module = with_machine

CONSOLE_PORT = 6666
LISTEN = f"""
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", {CONSOLE_PORT}))
print("ready", flush=True)
while True:
    print(s.recv(2000).decode(errors="replace").rstrip(), flush=True)
"""


def test_netconsole(lab):
    """The kernel's log goes out by either path."""
    scene, promise = lab.scene, Promise("netconsole")
    lab.host.put("/run/vfpath/listen.py", LISTEN)
    listener = scene.outside.bg("exec python3 /run/vfpath/listen.py")
    wait_for(lambda: listener.poll() is None and "ready" in listener.output, 20, "the listener")
    scene.on_vf()
    scene.guest.sh(f"modprobe netconsole netconsole=6665@{scene.station.ip}/{UPPER},"
                   f"{CONSOLE_PORT}@{scene.outside.ip}/{scene.outside.mac()}")
    for path in each_path(scene):
        word = f"vfpath-console-{path}-{scene.switches()}"

        def heard(word=word):
            scene.guest.sh(f"echo '<3>{word}' > /dev/kmsg")
            listener.poll()
            return word in listener.output
        try:
            wait_for(heard, 10, word, 0.5)
        except Exception as e:          # pylint: disable=broad-except
            promise.expect(False, str(e))
        promise.expect(True, path)
    # A VF that goes and comes takes part in it.
    scene.unplug()
    scene.plug()
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "traffic after it")
    scene.guest.sh("modprobe -r netconsole")
    listener.stop()
    promise.require()


def test_unload(lab):
    """Each module of the guest is removed under traffic, and comes back."""
    scene = lab.scene
    scene.on_vf()
    load = [scene.station.bg(f"ping -n -q -f {scene.outside.ip}"),
            scene.child2.bg(f"ping -n -q -f {scene.station.ip}")]
    scene.guest.sh("modprobe -r vfpath_vf")
    scene.wait_active("synthetic")
    scene.guest.sh("modprobe vfpath_vf")
    scene.wait_active("vf")
    synthetic = scene.vfpath("synthetic")
    scene.guest.sh("modprobe -r vfpath_failover")
    assert not scene.guest.sh(f"ip link show {UPPER}", check=False).out
    scene.guest.sh(f"modprobe vfpath_failover && ip link add {UPPER} type vfpath && "
                   f"ip link set {synthetic} master {UPPER}")
    for process in load:
        process.stop()
    scene.station = Station("guest", scene.guest, UPPER, 11)
    scene.station.configure()
    scene.wait_active("vf")
    wait_for(lambda: scene.station.ping(scene.outside.ip, 1), 20, "traffic after it")


def test_igbvf(lab):
    """The in-tree igbvf instead of vfpath_vf, on vfpath_pf."""
    scene, promise = lab.scene, Promise("igbvf below the upper")
    scene.on_synthetic()
    scene.guest.use_vf_driver("igbvf")
    scene.on_vf()
    check_both_paths(scene, promise, "igbvf")
    promise.expect(scene.rar_owner() == {0}, f"igbvf is up, and the NIC: {scene.rar_owner()}")
    scene.unplug()
    wait_for(lambda: scene.rar_owner() == {nic.PF_POOL}, 10, "the NIC to take the address back")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the synthetic path after it")
    scene.guest.use_vf_driver("vfpath_vf")
    promise.require()


def test_virtio(lab):
    """A virtio-net as the VF: hardware with the address is taken by itself."""
    scene, promise, guest = lab.scene, Promise("virtio-net as a VF"), lab.scene.guest
    scene.on_synthetic()
    lab.host.sh(f"ip tuntap add dev tapv mode tap vnet_hdr && ip link set tapv master {BRIDGE} up")
    guest.qmp("netdev_add", type="tap", id="nv", ifname="tapv", script="no", downscript="no",
              vhost=True)
    guest.qmp("device_add", driver="virtio-net-pci", id="vf9", bus="rp2", netdev="nv",
              mac=GUEST_MAC, romfile="")
    scene.wait_active("vf")
    check_both_paths(scene, promise, "virtio-net")
    guest.unplug_vf("vf9")
    scene.wait_active("synthetic")
    promise.expect(scene.station.ping(scene.outside.ip) == 3, "the synthetic path after it")
    guest.qmp("netdev_del", id="nv")
    promise.require()


def test_in_use(lab):
    """VFs that a guest has are not taken from it: it is refused, and the guest stays on it."""
    scene = lab.scene
    scene.on_vf()
    res = lab.set_numvfs(0, check=False)
    # 124 would be the time-out: it must be refused, not wait for the guest.
    assert res.rc not in (0, 124), f"sriov_numvfs 0 while a guest has a VF: {res}"
    assert len(scene.host.pci_by_id("8086:10ca")) == scene.numvfs
    assert scene.vfpath("active") == "vf"
    assert scene.station.ping(scene.outside.ip) == 3


def test_relayed(lab):
    """What the host wants the synthetic netdev to announce, the upper does."""
    scene, guest = lab.scene, lab.scene.guest
    scene.on_synthetic()
    dump = scene.outside.bg("exec tcpdump -Z root -p -e -n -l --immediate-mode "
                            f"-i {scene.outside.dev} arp")
    wait_for(lambda: dump.poll() is None and "listening on" in dump.output, 15, "tcpdump")

    def heard():
        guest.qmp("announce-self", initial=50, max=100, rounds=1, step=50)
        dump.poll()
        return re.search(r"ARP.* 10\.7\.0\.11\b.*", dump.output)
    wait_for(heard, 10, "an announcement of the upper's address", 0.5)
    dump.stop()
