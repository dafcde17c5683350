# SPDX-License-Identifier: GPL-2.0
"""Runs beside the agent: who has dropped what so far, in each network namespace with a name.

Without a process of its own for each question, as these take seconds in a guest under load. Formats:
Documentation/filesystems/proc.rst, linux/ethtool.h, linux/rtnetlink.h, linux/gen_stats.h.
"""

import array
import ctypes
import fcntl
import os
import re
import socket
import struct
import threading

CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
GSTRINGS, GSTATS, GSSET_INFO = 0x1b, 0x1d, 0x37
ETH_SS_STATS, NAME_LEN = 1, 32
RTM_GETQDISC, NLMSG_DONE, NLM_F_DUMP = 38, 3, 0x301
TCA_STATS2, TCA_STATS_QUEUE = 7, 3

LOSSES = re.compile("overrun|missed|no_buffer|ring_full|dropped|_drops|map_failed|alloc_failed")
# Columns of /proc/net/dev after the name
DEV = {2: "rx_errors", 3: "rx_dropped", 4: "rx_fifo", 10: "tx_errors", 11: "tx_dropped",
       12: "tx_fifo"}
SNMP = ("InDiscards", "OutDiscards", "OutNoRoutes", "InErrors", "RcvbufErrors", "SndbufErrors",
        "InCsumErrors", "InHdrErrors", "InAddrErrors")


def of_dev(text):
    """{"eth0 rx_dropped": n} of /proc/net/dev."""
    out = {}
    for line in text.splitlines():
        name, colon, numbers = line.partition(":")
        values = numbers.split()
        if colon:
            out.update({f"{name.strip()} {what}": int(values[i]) for i, what in DEV.items()
                        if i < len(values)})
    return out


def of_snmp(text):
    """{"Udp RcvbufErrors": n} of /proc/net/snmp, whose lines come in pairs."""
    out, names = {}, {}
    for line in text.splitlines():
        proto, _, rest = line.partition(": ")
        if proto not in names:
            names[proto] = rest.split()
        elif proto in ("Ip", "Udp"):
            out.update({f"{proto} {n}": int(v) for n, v in zip(names[proto], rest.split())
                        if n in SNMP})
    return out


def of_softnet(text):
    """{"softnet dropped": n} of /proc/net/softnet_stat: a line a processor, in hex."""
    return {"softnet dropped": sum(int(line.split()[1], 16) for line in text.splitlines())}


def ask(sock, dev, data):
    """An ethtool ioctl; the buffer after it."""
    buf = array.array("B", data)
    addr, _len = buf.buffer_info()
    fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", dev.encode(), addr))
    return bytes(buf)


def of_ethtool(sock, dev):
    """{"eth0 rx_overruns": n} of `ethtool -S`."""
    try:
        info = ask(sock, dev, struct.pack("IIQI", GSSET_INFO, 0, 1 << ETH_SS_STATS, 0))
        count, = struct.unpack_from("I", info, 16)
        if not struct.unpack_from("Q", info, 8)[0]:
            return {}
        names = ask(sock, dev, struct.pack("III", GSTRINGS, ETH_SS_STATS, count)
                    + bytes(NAME_LEN * count))[12:]
        values = struct.unpack_from(f"{count}Q", ask(sock, dev, struct.pack("II", GSTATS, count)
                                                     + bytes(8 * count)), 8)
    except OSError:
        return {}
    texts = [names[i * NAME_LEN:(i + 1) * NAME_LEN].split(b"\0")[0].decode() for i in range(count)]
    return {f"{dev} {name}": v for name, v in zip(texts, values) if LOSSES.search(name)}


def attributes(data):
    """(type, value) of a row of netlink attributes."""
    pos = 0
    while pos + 4 <= len(data):
        size, kind = struct.unpack_from("HH", data, pos)
        if size < 4:
            return
        yield kind & 0x3fff, data[pos + 4:pos + size]
        pos += size + 3 & ~3


def of_qdiscs(names):
    """{"eth0 qdisc": n} of all qdiscs, by the names of interface numbers."""
    out = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as s:
        s.send(struct.pack("IHHIIBxxxiIII", 36, RTM_GETQDISC, NLM_F_DUMP, 1, 0, 0, 0, 0, 0, 0))
        while True:
            data, pos = s.recv(1 << 17), 0
            while pos + 16 <= len(data):
                size, kind = struct.unpack_from("IH", data, pos)
                if kind <= NLMSG_DONE or size < 36:
                    return out
                index, = struct.unpack_from("i", data, pos + 20)
                stats = dict(attributes(data[pos + 36:pos + size])).get(TCA_STATS2, b"")
                queue = dict(attributes(stats)).get(TCA_STATS_QUEUE, bytes(20))
                key = f"{names.get(index, index)} qdisc"
                out[key] = out.get(key, 0) + struct.unpack_from("I", queue, 8)[0]
                pos += size + 3 & ~3


def here():
    """All of it in the network namespace of this thread."""
    out = {}
    for name, read in (("dev", of_dev), ("snmp", of_snmp), ("softnet_stat", of_softnet)):
        with open(f"/proc/thread-self/net/{name}", encoding="ascii") as f:
            out.update(read(f.read()))
    names = dict(socket.if_nameindex())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for dev in names.values():
            out.update(of_ethtool(s, dev))
    out.update(of_qdiscs(names))
    return out


def enter(path):
    """Move this thread to a network namespace."""
    with open(path, "rb") as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), path)


def everywhere():
    """{"outside: out0 rx_dropped": n}; what belongs to no namespace with a name is the machine's."""
    out = {}

    def look():
        out.update(here())
        for name in sorted(os.listdir("/run/netns")):
            try:
                enter(f"/run/netns/{name}")
                out.update({f"{name}: {k}": v for k, v in here().items() if "softnet" not in k})
            except OSError:
                continue            # it goes just now
    # A thread of its own, as a namespace is a thread's.
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return out
