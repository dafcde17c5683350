# SPDX-License-Identifier: GPL-2.0
"""The device goes and comes back under the driver: sleep, reset, errors, unload."""

from common import nic
from common.scene import BRIDGE, CHILD3_MAC, without_guest

from labkit.runner import Skip
from labkit.util import wait_for

setup_module = without_guest
CHECKED = True


def settled(scene):
    """Wait until PF, bridge and VF carry traffic again."""
    wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
    wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 30, "the bridge to reach outside")
    wait_for(lambda: scene.child3.ping(scene.outside.ip, 1), 30, "the VF to reach outside")
    wait_for(lambda: scene.child3.ping(scene.child2.ip, 1), 30, "the VF to reach the bridge")


def test_reset(lab):
    """A reset of the whole function by the operator: policy stays, VFs come back by themselves."""
    scene = lab.scene
    scene.set_vf(0, "spoofchk off vlan 300 qos 3")
    scene.set_vf(0, "max_tx_rate 300")
    before = nic.vfs(lab, scene.pf)
    scene.host.sh(f"echo 1 > /sys/bus/pci/devices/{lab.pf_pci()}/reset")
    settled(scene)
    assert nic.vfs(lab, scene.pf) == before
    scene.set_vf(0, "spoofchk on vlan 0")
    scene.set_vf(0, "max_tx_rate 0")


def test_pcie_errors(lab):
    """PCIe errors that reset the link: PF and VFs come back by themselves, policy and all."""
    scene, host = lab.scene, lab.host
    if host.sh("modprobe aer_inject", check=False).rc:
        raise Skip("this kernel has no aer_inject")
    # A function without a driver counts as one that can't recover.
    scene.bind_vf(0, scene.vf_driver)
    scene.set_vf(0, "spoofchk off")
    before = nic.vfs(lab, scene.pf)
    host.put("/run/vfpath/aer.py", AER)
    for error in (AER_UNCOR_COMPLETION_TIMEOUT, AER_UNCOR_DATA_LINK):
        seen = recoveries(lab)
        host.sh(f"python3 /run/vfpath/aer.py {lab.pf_pci()} {error:#x}")
        wait_for(lambda n=seen: recoveries(lab) > n, 30, f"the recovery from {error:#x}")
        settled(scene)
        assert nic.vfs(lab, scene.pf) == before, f"{error:#x}"
        assert scene.rar_owner(CHILD3_MAC) == {1}, f"{error:#x}"
    scene.set_vf(0, "spoofchk on")


def recoveries(lab):
    """How often the kernel has said that a device has recovered."""
    return int(lab.host.sh("dmesg | grep -c 'device recovery successful'", check=False).out)


# One not fatal, and one fatal by default (PCIe 6.2.7).
AER_UNCOR_COMPLETION_TIMEOUT, AER_UNCOR_DATA_LINK = 1 << 14, 1 << 4
# struct aer_error_inj of the kernel's aer_inject.
AER = r"""
import re, struct, sys
domain, bus, dev, fn = (int(x, 16) for x in re.split("[:.]", sys.argv[1]))
with open("/dev/aer_inject", "wb", buffering=0) as f:
    f.write(struct.pack("=3Bx7I", bus, dev, fn, int(sys.argv[2], 0), 0, 0, 0, 0, 0, domain))
"""


def test_sleep(lab):
    """The host sleeps and wakes (to the point where processors would stop)."""
    scene = lab.scene
    scene.remove_vfs()
    scene.host.sh("echo devices > /sys/power/pm_test && echo freeze > /sys/power/state",
                  timeout=120)
    wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
    wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 30, "the bridge to reach outside")
    scene.make_vfs(2)
    assert scene.child3.ping(scene.child2.ip) == 3


def test_unbind_under_load(lab):
    """The PF's driver is unbound and the module removed while frames come and go."""
    scene, host = lab.scene, lab.host
    pci = lab.pf_pci()
    scene.remove_vfs()
    load = [scene.me.bg(f"ping -n -q -f {scene.outside.ip}"),
            scene.outside.bg(f"ping -n -q -f {scene.child2.ip}")]
    for _ in range(3):
        host.sh(f"echo {pci} > /sys/bus/pci/drivers/vfpath_pf/unbind", timeout=60)
        host.sh(f"echo {pci} > /sys/bus/pci/drivers/vfpath_pf/bind")
        scene.pf = lab.pf()
        host.sh(f"ip link set {scene.pf} master {BRIDGE} up")
        wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
        wait_for(lambda: scene.child2.ping(scene.outside.ip, 1), 30, "the bridge to reach outside")
    host.sh("modprobe -r vfpath_pf", timeout=60)
    host.sh("modprobe vfpath_pf")
    for process in load:
        process.stop()
    scene.pf = lab.pf()
    host.sh(f"ip link set {scene.pf} master {BRIDGE} up")
    wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
    scene.make_vfs(2)
    assert scene.child3.ping(scene.outside.ip) == 3


def test_unbind_while_held(lab):
    """The PF's driver goes at once while somebody has a VF by vfio; the VFs wait for the next."""
    scene, host = lab.scene, lab.host
    pci, pf = lab.vf_pci(0), lab.pf_pci()
    lab.vfio_bind(pci)
    host.put("/run/vfpath/hold.py", HOLD)
    user = host.bg(f"exec python3 /run/vfpath/hold.py {pci}")
    wait_for(lambda: user.poll() is None and "held" in user.output, 20, "the VF to be held")
    unbind = host.bg(f"echo {pf} > /sys/bus/pci/drivers/vfpath_pf/unbind")
    wait_for(lambda: unbind.poll() is not None, 60, "the unbind, while the VF is held")
    assert user.poll() is None and len(host.pci_by_id("8086:10ca")) == 2
    assert not scene.outside.ping(scene.child3.ip), "a VF works without its PF"
    host.sh(f"echo {pf} > /sys/bus/pci/drivers/vfpath_pf/bind")
    scene.pf = lab.pf()
    host.sh(f"ip link set {scene.pf} master {BRIDGE} up")
    assert len(nic.vfs(lab, scene.pf)) == 2, "the VFs aren't the PF's again"
    scene.set_vf(1, f"mac {CHILD3_MAC}")
    settled(scene)
    assert lab.set_numvfs(0, check=False).rc, "removed while held"
    user.stop()
    lab.vfio_unbind(pci)
    scene.remove_vfs()
    limit = host.read(f"/sys/bus/pci/devices/{pf}/sriov_totalvfs")
    assert limit == "7", f"{limit} VFs are offered"
    scene.make_vfs(2)
    assert scene.child3.ping(scene.outside.ip) == 3


def test_reload_and_carrier(lab):
    """Reloaded at any time, also while the link comes up: carrier is a live netdev's only."""
    scene, host = lab.scene, lab.host
    scene.remove_vfs()
    for ms in range(300, 720, 20):
        host.sh(f"devlink dev reload pci/{lab.pf_pci()} && sleep {ms / 1000}", timeout=60)
    scene.pf = lab.pf()
    host.sh(f"ip link set {scene.pf} master {BRIDGE} up")
    wait_for(lambda: scene.carrier() == "1", 30, "the link of the PF")
    scene.make_vfs(2)
    assert scene.child3.ping(scene.outside.ip) == 3


def test_held_by_vfio(lab):
    """VFs that somebody has open by vfio are not taken: refused, with the way out named."""
    scene, host = lab.scene, lab.host
    pci = lab.vf_pci(0)
    handle = f"pci/{lab.pf_pci()}"
    lab.vfio_bind(pci)
    # A user of vfio: opens the group and the device.
    host.put("/run/vfpath/hold.py", HOLD)
    user = host.bg(f"exec python3 /run/vfpath/hold.py {pci}")
    wait_for(lambda: user.poll() is None and "held" in user.output, 20, "the VF to be held")
    res = lab.set_numvfs(0, check=False)
    assert res.rc not in (0, 124), res
    assert "force_vf_removal" in host.sh("dmesg | tail -20").out
    assert scene.child3.ping(scene.outside.ip) == 3
    param = f"devlink dev param set {handle} name force_vf_removal cmode runtime value"
    host.sh(f"{param} true")
    remove = host.bg(f"echo 0 > /sys/bus/pci/devices/{lab.pf_pci()}/sriov_numvfs")
    user.stop()
    wait_for(lambda: remove.poll() is not None, 30, "the removal once its user has gone")
    host.sh(f"{param} false")
    assert not host.pci_by_id("8086:10ca")
    scene.numvfs = 0
    host.sh("ip netns del child3")
    scene.make_vfs(2)


HOLD = r"""
import fcntl, os, struct, sys, time
group = os.path.basename(os.readlink(f"/sys/bus/pci/devices/{sys.argv[1]}/iommu_group"))
VFIO_SET_IOMMU, VFIO_GROUP_SET_CONTAINER, VFIO_GROUP_GET_DEVICE_FD = 15206, 15208, 15210
container = os.open("/dev/vfio/vfio", os.O_RDWR)
g = os.open(f"/dev/vfio/{group}", os.O_RDWR)
fcntl.ioctl(g, VFIO_GROUP_SET_CONTAINER, struct.pack("i", container))
fcntl.ioctl(container, VFIO_SET_IOMMU, 1)
fcntl.ioctl(g, VFIO_GROUP_GET_DEVICE_FD, bytes(sys.argv[1], "ascii") + b"\0")
print("held", flush=True)
time.sleep(600)
"""
