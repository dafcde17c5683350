# SPDX-License-Identifier: GPL-2.0
"""A host that never answers: the guest stays on its synthetic path, and asks again."""

from common import nic
from common.flows import Flows
from common.mailbox import Mailbox
from common.promises import judge_planned
from common.scene import Scene
from common.verdict import Promise

# To write to a VF's mailbox behind its driver's back.
LAB = {"extra_cmdline": "iomem=relaxed"}
# So many malformed messages, and the PF doesn't serve a VF any more.
MAX_BAD = 64


def setup_module(lab):
    """A guest in a namespace on any kernel: its VF's registers are within reach."""
    lab.scene = Scene(lab)
    lab.scene.start()


def test_mute(lab):
    """No answer to the data path switch: refused, counted, tried again when it is answered."""
    scene, promise = lab.scene, Promise("mute host")
    scene.on_vf()
    scene.set_path("synthetic")
    scene.wait_active("synthetic")
    vf = scene.vfpath("vf")
    with Mailbox(lab, 0, bound=True) as mailbox:
        # The driver may take an answer before the one who waits for it here does.
        mailbox.send(*["5,0"] * MAX_BAD, limit=0.2)
    before, upper = nic.ethtool(scene.guest, vf), scene.upper_stats()
    with Flows.of(scene) as flows:
        with flows.window("a host that does not answer") as window:
            scene.set_path("vf")
            promise.expect(scene.vfpath("active") == "synthetic", "moved without an answer")
            promise.expect("host" in scene.vfpath("inactive_reason"),
                           scene.vfpath("inactive_reason"))
            after, upper_after = nic.ethtool(scene.guest, vf), scene.upper_stats()
            for name in ("path_refused", "mbx_timeouts"):
                promise.expect(after[name] > before[name], f"{name}: {after[name]}")
            # With RTNL held it waits for one answer that doesn't come, not for several in turn.
            waits, tries = (after[n] - before[n] for n in ("mbx_timeouts", "path_refused"))
            promise.expect(waits <= tries + 1, f"{waits} time-outs in {tries} tries")
            promise.expect(upper_after["path_refused"] > upper["path_refused"],
                           f"path_refused: {upper_after['path_refused']}")
        judge_planned(promise, window)
        lab.host.sh(f"devlink health recover pci/{lab.pf_pci()} reporter vf_mailbox")
        scene.wait_active("vf", timeout=40)
    promise.expect(scene.vfpath("inactive_reason") == "", scene.vfpath("inactive_reason"))
    promise.require()
