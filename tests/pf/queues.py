# SPDX-License-Identifier: GPL-2.0
"""What the kernel's netdev family tells of the PF's queues (kernels that have it)."""

from common import genl
from common.scene import without_guest

KERNELS = ("debug",)

setup_module = without_guest


def ifindex(lab):
    """The PF's number."""
    return int(lab.host.read(f"/sys/class/net/{lab.scene.pf}/ifindex"))


def test_links(lab):
    """Each queue names its NAPI, which names its interrupt."""
    queues = genl.queues(lab.host, ifindex(lab))
    napis = genl.napis(lab.host, ifindex(lab))
    assert sorted(q["type"] for q in queues) == [0, 1, 1], queues
    assert {q["napi-id"] for q in queues} == {n["id"] for n in napis}, (queues, napis)
    irqs = lab.host.read("/proc/interrupts")
    for napi in napis:
        line = next(l for l in irqs.splitlines() if l.split(":")[0].strip() == str(napi["irq"]))
        assert f"{lab.scene.pf}-TxRx-0" in line, line


def test_statistics(lab):
    """Frames are counted by queue, and with the link's totals."""
    scene = lab.scene

    def total(name):
        return sum(q.get(name, 0) for q in genl.qstats(lab.host, ifindex(lab)))
    before = total("rx-packets"), total("tx-packets")
    assert scene.me.ping(scene.outside.ip, 10) == 10
    after = total("rx-packets"), total("tx-packets")
    assert all(a >= b + 10 for a, b in zip(after, before)), (before, after)


def test_gone(lab):
    """A PF that is down has no queues."""
    scene = lab.scene
    lab.host.sh(f"ip link set {scene.pf} down")
    assert not genl.queues(lab.host, ifindex(lab))
    lab.host.sh(f"ip link set {scene.pf} up")
    assert len(genl.queues(lab.host, ifindex(lab))) == 3
