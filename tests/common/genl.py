# SPDX-License-Identifier: GPL-2.0
"""The kernel's netdev family (generic netlink), which no packaged tool asks yet."""

import json

SCRIPT = "/run/vfpath/genl.py"

# Documentation/netlink/specs/netdev.yaml
QUEUE_GET, NAPI_GET, QSTATS_GET = 10, 11, 12
QUEUE_ATTRS = {1: "id", 2: "ifindex", 3: "type", 4: "napi-id"}
NAPI_ATTRS = {1: "ifindex", 2: "id", 3: "irq"}
QSTATS_ATTRS = {1: "ifindex", 2: "queue-type", 3: "queue-id", 8: "rx-packets", 9: "rx-bytes",
                10: "tx-packets", 11: "tx-bytes"}

# argv: command, then attribute=value of 32 bits. Prints a list of {attribute: number}.
CODE = r"""
import json, socket, struct, sys
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)

def attr(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)

def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("HH", data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]

def dump(family, flags, cmd, body):
    payload = struct.pack("BBxx", cmd, 1) + body
    sock.send(struct.pack("IHHII", 16 + len(payload), family, flags, 1, 0) + payload)
    while True:
        data = sock.recv(1 << 16)
        while data:
            size, kind = struct.unpack_from("IH", data)
            if kind == 2:
                err = struct.unpack_from("i", data, 16)[0]
                if err:
                    sys.exit(f"netlink: error {err}")
                return
            if kind == 3:
                return
            yield dict(attrs(data[20:size]))
            data = data[(size + 3) & ~3:]
        if not flags & 0x300:
            return

family = next(dump(16, 1, 3, attr(2, b"netdev\0")))[1]
family, = struct.unpack("H", family)
body = b"".join(attr(int(k), struct.pack("I", int(v)))
                for k, v in (a.split("=") for a in sys.argv[2:]))
print(json.dumps([{k: int.from_bytes(v, sys.byteorder) for k, v in m.items() if len(v) <= 8}
                  for m in dump(family, 0x301, int(sys.argv[1]), body)]))
"""


def ask(machine, command, names, attributes):
    """The answers of a dump, as dictionaries by attribute name."""
    machine.put(SCRIPT, CODE)
    args = " ".join(f"{kind}={value}" for kind, value in attributes.items())
    out = machine.sh(f"python3 {SCRIPT} {command} {args}").out
    return [{names[int(k)]: v for k, v in answer.items() if int(k) in names}
            for answer in json.loads(out)]


def queues(machine, ifindex):
    """The queues of a device: type 0 receives, 1 transmits."""
    return ask(machine, QUEUE_GET, QUEUE_ATTRS, {2: ifindex})


def napis(machine, ifindex):
    """Its NAPI contexts."""
    return ask(machine, NAPI_GET, NAPI_ATTRS, {1: ifindex})


def qstats(machine, ifindex):
    """Its statistics by queue."""
    return ask(machine, QSTATS_GET, QSTATS_ATTRS, {1: ifindex, 4: 1})
