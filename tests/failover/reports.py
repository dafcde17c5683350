# SPDX-License-Identifier: GPL-2.0
"""What is told of a move: counters, events, announcements to the neighbours."""

import re

from common.pcap import Capture, between
from common.scene import UPPER, with_guest
from common.verdict import Promise

from labkit.util import wait_for

setup_module = with_guest

VID = 71
TRACE = "/sys/kernel/debug/tracing"
# The events of the kernel that udev gets, of this network namespace.
UEVENTS = """
import socket
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
s.bind((0, 1))
print("ready", flush=True)
while True:
    print(s.recv(8192).decode(errors="replace").replace(chr(0), " "), flush=True)
"""


def move(scene, path):
    """The operator's move, and until it is done."""
    scene.set_path(path)
    scene.wait_active(path)


def test_counters(lab):
    """The two paths add up to the upper; what a VF has counted does not go with it."""
    scene, promise = lab.scene, Promise("counters")

    def figures():
        link, own = scene.guest.link(UPPER)["stats64"], scene.upper_stats()
        for way in ("rx", "tx"):
            for what in ("packets", "bytes"):
                sides = own[f"vf_{way}_{what}"] + own[f"synthetic_{way}_{what}"]
                # One after the other: what has come between is in the later one only.
                promise.expect(link[way][what] <= sides, f"{way} {what}: {link[way]} {own}")
        return {f"{way}_{what}": link[way][what] for way in link for what in link[way]}, own
    scene.on_vf()
    assert scene.station.ping(scene.outside.ip) == 3
    before, own = figures()
    promise.expect(own["vf_rx_packets"] >= 3 and own["vf_tx_packets"] >= 3, str(own))
    scene.unplug()
    assert scene.station.ping(scene.outside.ip) == 3
    after, own_after = figures()
    for now, then in ((after, before), (own_after, own)):
        for name, value in then.items():
            promise.expect(now[name] >= value, f"{name} went back from {value} to {now[name]}")
    promise.expect(own_after["synthetic_tx_packets"] >= own["synthetic_tx_packets"] + 3,
                   "nothing by the synthetic path")
    promise.expect(own_after["switches"] == own["switches"] + 1 == scene.switches(), "switches")
    promise.expect(scene.vfpath("last_switch_reason"), "no reason")
    promise.require()


def test_events(lab):
    """An uevent, an event of netlink and a tracepoint for each move, with the reason."""
    scene, promise, guest = lab.scene, Promise("events"), lab.scene.guest
    scene.on_vf()
    guest.put("/run/vfpath/uevents.py", UEVENTS)
    tracer = lab.host
    tracer.sh(f"mountpoint -q {TRACE} || mount -t tracefs tracefs {TRACE}; "
              f"echo > {TRACE}/trace && echo 1 > {TRACE}/events/vfpath/vfpath_switch/enable")
    uevents = guest.bg("exec python3 /run/vfpath/uevents.py")
    monitor = guest.bg("exec ip monitor link")
    wait_for(lambda: uevents.poll() is None and "ready" in uevents.output, 20, "the listener")
    move(scene, "synthetic")
    move(scene, "vf")
    wait_for(lambda: uevents.poll() is None and "VFPATH_ACTIVE=vf" in uevents.output, 10, "uevents")
    wait_for(lambda: monitor.poll() is None and monitor.output.count("BONDING FAILOVER") >= 2, 10,
             "events of netlink")
    trace = tracer.sh(f"cat {TRACE}/trace; echo 0 > {TRACE}/events/vfpath/vfpath_switch/enable").out
    uevents.stop()
    monitor.stop()
    for path in ("synthetic", "vf"):
        promise.expect(re.search(rf"change@\S*/{UPPER} .*VFPATH_ACTIVE={path}\b",
                                 uevents.output), f"no uevent for {path}: {uevents.output}")
    promise.expect(re.search(rf"{UPPER}: vf -> synthetic \(.*choice.*\n.*{UPPER}: synthetic -> vf",
                             trace), f"trace: {trace}")
    promise.require()


def test_carrier_event(lab):
    """A VF whose carrier the host takes is left with a reason and the length of the outage."""
    scene, promise = lab.scene, Promise("carrier")
    scene.on_vf()
    load = scene.station.bg(f"ping -n -q -i 0.01 {scene.outside.ip}")
    scene.set_vf(0, "state disable")
    scene.wait_active("synthetic")
    promise.expect("carrier" in scene.vfpath("last_switch_reason"),
                   scene.vfpath("last_switch_reason"))
    scene.set_vf(0, "state auto")
    scene.wait_active("vf")
    promise.expect(int(scene.vfpath("last_outage_us")) == 0, "the way back is no outage")
    load.stop()
    promise.require()


def test_announcements(lab):
    """On each move, for each address of the upper, of a VLAN and of a macvlan on it."""
    scene, promise, guest = lab.scene, Promise("announcements"), lab.scene.guest
    scene.on_vf()
    scene.set_vf(0, "trust on")
    guest.sh(f"ip link add link {UPPER} name {UPPER}.{VID} type vlan id {VID} && "
             f"ip addr add 10.7.71.11/24 dev {UPPER}.{VID} && ip link set {UPPER}.{VID} up && "
             f"ip link add link {UPPER} name mv0 type macvlan && "
             "ip addr add 10.7.0.61/24 dev mv0 && ip link set mv0 up && "
             f"ip addr add 10.7.0.62/24 dev {UPPER}")
    wait_for(lambda: "tentative" not in guest.sh("ip addr").out, 20, "duplicate address detection")
    want = {r"ARP.* 10\.7\.0\.11\b", r"ARP.* 10\.7\.0\.62\b", r"ARP.* 10\.7\.0\.61\b",
            rf"vlan {VID}\b.*ARP.* 10\.7\.71\.11\b", r"advertisement.* fd00:7::b\b",
            r"advertisement.* fe80::"}
    for path in ("synthetic", "vf"):
        dump = scene.outside.bg(f"exec tcpdump -Z root -p -e -n -l --immediate-mode "
                                f"-i {scene.outside.dev} 'arp or icmp6 or vlan'")
        wait_for(lambda dump=dump: dump.poll() is None and "listening on" in dump.output, 15,
                 "tcpdump")
        move(scene, path)

        def missing(dump=dump):
            dump.poll()
            return {w for w in want if not re.search(w, dump.output, re.M)}
        try:
            wait_for(lambda: not missing(), 10, "announcements")
        except Exception:               # pylint: disable=broad-except
            promise.expect(False, f"{path}: no {missing()} in\n{dump.output}")
        dump.stop()
        promise.expect(True, path)
    guest.sh(f"ip link del {UPPER}.{VID} && ip link del mv0 && "
             f"ip addr del 10.7.0.62/24 dev {UPPER}")
    scene.set_vf(0, "trust off")
    promise.require()


def test_old_path_is_quiet(lab):
    """Once host and guest agree, no frame takes the path that was left."""
    scene, promise = lab.scene, Promise("the old path")
    scene.on_vf()
    load = [scene.station.bg(f"ping -n -q -i 0.02 {scene.outside.ip}"),
            scene.child2.bg(f"ping -n -q -i 0.02 {scene.station.ip}")]
    macs = scene.station.mac(), scene.outside.mac(), scene.child2.mac()
    for path in ("synthetic", "vf", "synthetic", "vf"):
        move(scene, path)
        wait_for(lambda path=path: scene.host_agrees(path), 5, "agreement")
        before, other = scene.upper_stats(), "vf" if path == "synthetic" else "synthetic"
        with Capture(lab.host, scene.guest.tap, immediate=True) as tap:
            wait_for(lambda before=before, path=path: scene.upper_stats()[f"{path}_rx_packets"]
                     > before[f"{path}_rx_packets"] + 50, 20, f"traffic on {path}")
        count = sum(between(tap.pairs, macs[0], peer) for peer in macs[1:])
        promise.expect(not count if path == "vf" else count >= 50,
                       f"{count} frames at the guest's tap, the guest on path {path}")
        after = scene.upper_stats()
        for way in ("rx", "tx"):
            left = after[f"{other}_{way}_packets"] - before[f"{other}_{way}_packets"]
            promise.expect(not left, f"{left} frames by {other}, the guest on path {path}: {way}")
    for process in load:
        process.stop()
    promise.require()
