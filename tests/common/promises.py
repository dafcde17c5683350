# SPDX-License-Identifier: GPL-2.0
"""The promises about the path: how each is measured and judged, in tests and demo alike."""

import itertools

from labkit import util
from labkit.util import Timeout, wait_for

from . import events, pcap
from .flows import Flows, Stream, exchange

# What is sent in so long a torn path may lose, on a machine as fast as the reference that has nothing
# else to do.
TORN_MS = 250
# Besides the streams only neighbour discovery and the like goes by the other path.
STRAY_PACKETS = 50


def judge_planned(promise, window):
    """Leaving and returning on purpose: nothing lost, nothing twice."""
    for f in window.results:
        promise.expect(f.received and not f.lost and not f.duplicated,
                       f"{window.name}: {f}" + (f" [{window.told()}]" if f.lost else ""))
    note(promise, window)


def judge_torn(promise, window):
    """A path torn away: a short outage, and traffic after it.

    The outage is what it cost: in a silence that the emulation makes by standing still nobody
    sends anything, and nothing is lost. How long it is silent torn.py judges, beside a quiet path.
    """
    for f in window.results:
        allowed = int(f.stream.rate * TORN_MS * window.stretch / 1000)
        promise.expect(f.received and f.lost <= allowed,
                       f"{window.name}: {f}; at most {allowed} may be lost")
    note(promise, window)


def note(promise, window):
    """Add a window's worst figures to the promise's."""
    worst = promise.figures
    for key in ("lost", "duplicated"):
        worst[key] = worst.get(key, 0) + sum(getattr(f, key) for f in window.results)
    gaps = [f.gap_ms for f in window.results]
    worst["longest_gap_ms"] = max([worst.get("longest_gap_ms", 0), *gaps])


def judge_agreement(promise, scene, event, path, timeout=5):
    """NIC and bridge follow the guest."""
    try:
        wait_for(lambda: scene.host_agrees(path), timeout, "agreement")
        good = True
    except Timeout:
        good = False
    promise.expect(good, f"{event}: the guest is on path {path}, but the NIC delivers to pools "
                         f"{sorted(scene.rar_owner())}, and the bridge to "
                         f"{sorted(scene.fdb_owner())}")
    promise.figures["switches"] = promise.figures.get("switches", 0) + 1
    return good


def judge_carries(promise, scene, flows):
    """While the guest is on its VF, the VF takes its traffic, and the host sees none of it."""
    guest, outside = scene.station.mac(), scene.outside.mac()
    upper, vf = scene.upper_stats(), scene.vf_packets()
    with pcap.Capture(scene.host, scene.pf) as host, pcap.WireCapture(scene.lab) as wire:
        with flows.window("on the VF") as window:
            pass
    after, vf_after = scene.upper_stats(), scene.vf_packets()
    delta = {k: after[k] - upper[k] for k in after}
    got = sum(f.received for f in window.results if f.stream.sink is scene.station)
    gave = sum(f.received for f in window.results if f.stream.source is scene.station)
    promise.figures.update(
        vf_rx_packets=delta["vf_rx_packets"], vf_tx_packets=delta["vf_tx_packets"],
        synthetic_rx_packets=delta["synthetic_rx_packets"],
        synthetic_tx_packets=delta["synthetic_tx_packets"],
        wire_frames=pcap.between(wire.pairs, guest, outside),
        host_frames=pcap.between(host.pairs, guest, outside))
    for f in window.results:
        promise.expect(f.received and not f.lost, str(f))
    for way, count in (("rx", got), ("tx", gave)):
        promise.expect(count and delta[f"vf_{way}_packets"] >= count,
                       f"{way}: the VF carried {delta[f'vf_{way}_packets']} of {count} datagrams")
        promise.expect(delta[f"synthetic_{way}_packets"] <= STRAY_PACKETS,
                       f"{way}: {delta[f'synthetic_{way}_packets']} by the synthetic path")
    for way, count, old, new in zip(("rx", "tx"), (got, gave), vf, vf_after):
        promise.expect(new - old >= count, f"{way}: the NIC counts {new - old} frames of the VF")
    promise.expect(promise.figures["wire_frames"], "guest and outside: nothing on the wire")
    promise.expect(not promise.figures["host_frames"],
                   f"the host saw {promise.figures['host_frames']} frames between guest and "
                   "outside")
    # The same capture does see what goes through the host.
    promise.expect(pcap.between(host.pairs, guest, scene.child2.mac()),
                   "the host saw no frame between guest and child2")


def judge_routing(promise, scene, path):
    """Everybody reaches everybody, and frames between VFs stay in the NIC."""
    stations = [scene.outside, scene.station, scene.child2, scene.child3, scene.me]
    for a, b in itertools.permutations(stations, 2):
        # Resolved neighbours: a cold start may lose what overflows the ARP queue.
        promise.expect(a.ping(b.ip, 1) or a.ping(b.ip), f"{path}: {b} does not answer {a}")
    streams = [Stream(a, b, rate=max(20, scene.rate // 20))
               for a, b in itertools.permutations(stations, 2)]
    with pcap.Capture(scene.host, scene.pf) as host, pcap.WireCapture(scene.lab) as wire:
        before = scene.upper_stats()
        results = exchange(streams)
        after = scene.upper_stats()
    for stream, sent, received, duplicated in results:
        promise.expect(sent and received == sent and not duplicated,
                       f"{path}: {stream.name}: {sent} sent, {received} received, "
                       f"{duplicated} duplicated")
    figures = {"pairs": len(results), "sent": sum(r[1] for r in results),
               "received": sum(r[2] for r in results),
               **{k: after[k] - before[k] for k in ("vf_queue_busy", "synthetic_tx_packets")}}
    judge_shortcuts(promise, scene, path, host.pairs, wire.pairs, figures)
    promise.figures[path] = figures


def judge_shortcuts(promise, scene, path, host, wire, figures):
    """Which captures may have frames of which pairs."""
    guest, child3 = scene.station.mac(), scene.child3.mac()
    outside, child2 = scene.outside.mac(), scene.child2.mac()
    figures["guest_child3_wire"] = pcap.between(wire, guest, child3)
    figures["guest_child3_host"] = pcap.between(host, guest, child3)
    promise.expect(not figures["guest_child3_wire"],
                   f"{path}: {figures['guest_child3_wire']} frames of guest and child3 on the wire")
    promise.expect(not pcap.between(wire, child3, child2),
                   f"{path}: frames of child3 and child2 on the wire")
    if path == "vf":
        promise.expect(not figures["guest_child3_host"],
                       f"vf: the host saw {figures['guest_child3_host']} frames of guest and "
                       "child3")
    else:
        promise.expect(figures["guest_child3_host"],
                       f"{path}: guest and child3 do not pass the PF")
    # What the captures have to show, or they show nothing.
    promise.expect(pcap.between(wire, child3, outside), "child3 and outside: not on the wire")
    promise.expect(pcap.between(host, child3, child2), "child3 and child2: not at the PF")


def refused(promise, machine, cmd, what):
    """A command that has to fail, with a reason."""
    res = machine.sh(cmd, check=False)
    promise.expect(res.rc and res.err.strip(), f"{what} is not refused: {cmd}")


# `ip link set X master BRIDGE` would take X from its upper first, as the operator says; this
# only adds.
BRIDGE_ADD = ("python3 -c 'import fcntl, socket, struct, sys; "
              "fcntl.ioctl(socket.socket(), 0x89a2, struct.pack(\"16si12x\", b\"brx\", "
              "socket.if_nametoindex(sys.argv[1])))' ")


def judge_exclusive(promise, scene):
    """While enslaved, nobody but the upper gets hold of a lower."""
    guest, upper = scene.guest, scene.station.dev
    guest.sh("ip link add brx type bridge")
    for lower in (scene.vfpath("vf"), scene.vfpath("synthetic")):
        if not promise.expect(lower, "a lower is missing"):
            continue
        for what, cmd in (
                ("an IPv4 address", f"ip addr add 10.9.9.9/24 dev {lower}"),
                ("an IPv6 address", f"ip addr add fd00:9::9/64 dev {lower}"),
                ("a VLAN", f"ip link add link {lower} name x9 type vlan id 9"),
                ("a macvlan", f"ip link add link {lower} name x9 type macvlan"),
                ("a bridge", BRIDGE_ADD + lower)):
            refused(promise, guest, cmd, f"{what} on {lower}")
        shown = guest.sh(f"ip -o addr show dev {lower}").out
        promise.expect("inet" not in shown, f"{lower} has addresses: {shown}")
    # All of it is possible on the upper, so it is not the guest that can't.
    promise.expect(scene.station.has("fe80:"), "the upper has no link-local address")
    guest.sh(f"ip link add link {upper} name x9 type vlan id 9 && ip link del x9 && "
             f"ip link add link {upper} name x9 type macvlan && ip link del x9")
    guest.sh("ip link add vx9 type veth peer name vy9 && " + BRIDGE_ADD + "vx9 && "
             "ip link del vx9 && ip link del brx")
    promise.figures["checks"] = promise.checks


def cycle_vfs(promise, scene, cycles):
    """Make 1 to 7 VFs and remove them, again and again; no guest has one."""
    for n in range(cycles):
        count = n % 7 + 1
        scene.lab.set_numvfs(count, autoprobe=False)
        there = len(scene.host.pci_by_id("8086:10ca"))
        promise.expect(there == count, f"{there} VFs of {count}")
        scene.lab.set_numvfs(0)
    promise.figures["cycles"] = promise.figures.get("cycles", 0) + cycles


def judge_pf(promise, scene, cycles=None):
    """VFs come and go; the PF's own traffic and its link do not notice."""
    before = scene.carrier_changes()
    # Each number of VFs once at least.
    cycles = cycles or (7 if scene.lab.kernel.debug else 20)
    with Flows.between(scene.me, [scene.outside], scene.rate) as flows:
        with flows.window("VFs made and removed") as window:
            cycle_vfs(promise, scene, cycles)
    judge_planned(promise, window)
    promise.figures["carrier_changes"] = scene.carrier_changes() - before
    promise.expect(not promise.figures["carrier_changes"],
                   f"the PF's link changed {promise.figures['carrier_changes']} times")
    return window


def judge_tcp(promise, connection):
    """A connection at its end: it still carries, it is closed in order, each byte was right."""
    try:
        connection.wait_more()
    except util.LabError as e:
        promise.expect(False, str(e))
    for report in connection.finish():
        promise.expect(report["survived"] and report["bytes_received"]
                       and report["bytes_sent"] and not report["bad_bytes"],
                       f"{connection.name}: {report}")
        figures = promise.figures.setdefault(connection.name, [])
        figures.append({k: report[k] for k in ("bytes_received", "bad_bytes",
                                               "longest_stall_ms", "retransmits")})


# (event, path after it, kind, function); a torn path comes with its return.
LEAVE = ("device_del", "synthetic", "planned_leave", events.device_del)
RETURN = ("hot plug", "vf", "planned_return", events.hot_plug)
ADMIN = (("path synthetic", "synthetic", "admin_switch", events.admin_synthetic),
         ("path vf", "vf", "admin_switch", events.admin_vf))
FLR = (("FLR", "vf", "torn_flr", events.flr),)
UNBIND = (("unbind", "synthetic", "torn_unbind", events.unbind),
          ("bind", "vf", "planned_return", events.bind))
LINK_STATE = (("state disable", "synthetic", "torn_link_state", events.state_disable),
              ("state auto", "vf", "planned_return", events.state_auto))
NUMVFS = (("numvfs 0", "synthetic", "planned_leave", events.numvfs_zero),
          ("numvfs 2", "synthetic", "planned_return", events.numvfs_again))


def play(scene, flows, event):
    """One event under traffic. Returns its window and the path after it."""
    name, path, kind, action = event
    with flows.window(name) as window:
        action(scene)
    window.path, window.kind = path, kind
    return window


def judge(promise, window):
    """By the kind of event."""
    (judge_torn if window.kind.startswith("torn") else judge_planned)(promise, window)
