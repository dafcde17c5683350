# SPDX-License-Identifier: GPL-2.0
"""What a test does with a virtual machine: commands, background jobs, files."""

import base64
import itertools
import json
import shlex
import socket
import threading

from . import pace, util
from .util import LabError, Timeout, wait_for


class CommandError(LabError):
    """A command in a machine failed."""


class Channel:
    """The line to the host VM's agent; guests are reached through it."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.cond = threading.Condition()
        self.send_lock = threading.Lock()
        self.answers = {}
        self.ids = itertools.count(1)
        self.hellos = 0
        self.dead = False
        threading.Thread(target=self.reader, daemon=True).start()

    def reader(self):
        buf = b""
        while True:
            try:
                data = self.sock.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            *whole, buf = (buf + data).split(b"\n")
            for line in whole:
                self.take(line)
        with self.cond:
            self.dead = True
            self.cond.notify_all()

    def take(self, line):
        try:
            msg = json.loads(line)
        except ValueError:
            return
        with self.cond:
            if "hello" in msg:
                self.hellos += 1
            else:
                self.answers[msg.get("id")] = msg
            self.cond.notify_all()

    def wait_hello(self, seconds, seen=0):
        """Wait a moment for an agent to say hello; how many have."""
        with self.cond:
            self.cond.wait_for(lambda: self.hellos > seen or self.dead, seconds)
            return self.hellos

    def send(self, name, guest, op, /, **args):
        """One request; its number."""
        req = dict(args, op=op, id=next(self.ids))
        if guest is not None:
            req["guest"] = guest
        try:
            with self.send_lock:
                self.sock.sendall(json.dumps(req).encode() + b"\n")
        except OSError as e:
            raise LabError(f"{name}: the host VM is gone (see its console)") from e
        return req["id"]

    def answer(self, name, number, limit):
        """The answer to a request, or None at the end of the limit."""
        with self.cond:
            while number not in self.answers and not self.dead and not limit.over():
                self.cond.wait(0.5)
            ans = self.answers.pop(number, None)
        if ans is None and self.dead:
            raise LabError(f"{name}: the host VM is gone (see its console)")
        return ans

    def call(self, name, guest, op, limit, /, **args):
        """One request; the answer, or Timeout."""
        ans = self.answer(name, self.send(name, guest, op, **args), pace.Limit(limit))
        return self.checked(name, op, ans, limit, args)

    @staticmethod
    def checked(name, op, ans, limit, args):
        """An answer that came, and that is no error."""
        if ans is None:
            raise Timeout(f"{name}: no answer to {op} in {limit:.0f} s: {args}")
        if "error" in ans:
            raise LabError(f"{name}: {op}: {ans['error']}")
        return ans


class Result:
    """A command's exit code and output."""

    def __init__(self, rc, out, err):
        self.rc, self.out, self.err = rc, out, err

    def __repr__(self):
        return f"Result(rc={self.rc}, out={self.out!r}, err={self.err!r})"


class Background:
    """A command that runs in a machine until it ends or stop() is called."""

    def __init__(self, machine, cmd, bg, pid):
        self.machine, self.cmd, self.bg, self.pid = machine, cmd, bg, pid
        self.rc = None
        self.output = ""

    def _update(self, ans):
        self.rc, self.output = ans["rc"], ans["output"]
        return self

    def poll(self):
        """The exit code, or None while it runs; refreshes .output."""
        return self._update(self.machine.call("bg_poll", bg=self.bg)).rc

    def stop(self, sig=15, timeout=10):
        """Send the signal, wait (then SIGKILL), and return the output."""
        self._update(self.machine.call("bg_stop", bg=self.bg, sig=sig, timeout=timeout))
        return self.output

    def wait(self, timeout=30, check=True):
        """Wait until it ends by itself, and return the output."""
        limit = pace.Limit(timeout)
        while self._update(self.machine.call("bg_wait", bg=self.bg, timeout=1)).rc is None:
            if limit.over():
                raise Timeout(f"{self.machine.name}: still running after {timeout} s: "
                              f"{self.cmd}\n{self.output}")
        if check and self.rc:
            raise CommandError(f"{self.machine.name}: {self.cmd}: exit code {self.rc}\n"
                               f"{self.output}")
        return self.output


class Machine:
    """The host VM or a guest."""

    # The network namespace it is, if it isn't a machine of its own.
    netns = None

    def __init__(self, lab, name, index=None):
        self.lab, self.name, self.index = lab, name, index

    def call(self, op, timeout=None, **args):
        """A request to the agent; the time-out is beyond the operation's own."""
        if timeout is not None:
            # On the machine's own clock, which doesn't know how busy this one is.
            args["timeout"] = timeout * pace.slowness * pace.load.now()
        return self.lab.channel.call(self.name, self.index, op, 30 + (timeout or 0), **args)

    def sh(self, cmd, check=True, timeout=30, netns=None):
        """Run a shell command; .rc .out .err of it. Timeout, whatever check, if it isn't done."""
        if util.verbose:
            util.say(f"{self.name}{'/' + netns if netns else ''}$ {cmd}")
        channel, limit = self.lab.channel, pace.Limit(timeout)
        number = channel.send(self.name, self.index, "exec", cmd=cmd, netns=netns)
        ans = channel.answer(self.name, number, limit)
        late = ans is None
        if late:
            self.call("exec_kill", exec=number)
            ans = channel.answer(self.name, number, pace.Limit(30))
        ans = channel.checked(self.name, "exec", ans, 30, {"cmd": cmd})
        res = Result(ans["rc"], ans["out"], ans["err"])
        if late:
            raise Timeout(f"{self.name}: not done in {timeout} s: {cmd}\n{res.out}{res.err}")
        if check and res.rc:
            raise CommandError(f"{self.name}: {cmd}: exit code {res.rc}\n{res.out}{res.err}")
        return res

    def json(self, cmd, **kw):
        """Run a command that prints JSON."""
        out = self.sh(cmd, **kw).out
        try:
            return json.loads(out or "[]")
        except ValueError as e:
            raise CommandError(f"{self.name}: {cmd}: not JSON: {e}\n{out}") from e

    def bg(self, cmd, netns=None):
        """Start a command in the background."""
        ans = self.call("bg", cmd=cmd, netns=netns)
        return Background(self, cmd, ans["bg"], ans["pid"])

    def get(self, path):
        """The bytes of a file."""
        data = b""
        while True:
            part = base64.b64decode(self.call("read", path=path, offset=len(data))["data"])
            data += part
            if len(part) < 1 << 20:
                return data

    def put(self, path, data, mode=None):
        """Write a file."""
        if isinstance(data, str):
            data = data.encode()
        for off in range(0, max(len(data), 1), 1 << 18):
            args = {"mode": mode} if mode is not None else {}
            self.call("write", path=path, append=off > 0,
                      data=base64.b64encode(data[off:off + (1 << 18)]).decode(), **args)

    def attr(self, path, **args):
        """Read or write a file of sysfs in .netns; the agent's answer."""
        if util.verbose:
            util.say(f"{self.name}: {path}" + (f" = {args['text']}" if "text" in args else ""))
        return self.call("attr", path=path, netns=self.netns, **args)

    def read(self, path, check=True):
        """The text of a (sysfs) file, stripped; None when it cannot be read and check is off."""
        ans = self.attr(path)
        if "errno" in ans:
            if check:
                raise CommandError(f"{self.name}: {ans['why']}")
            return None
        return ans["text"].strip()

    def write(self, path, text, check=True, timeout=30):
        """Write to a sysfs file; a Result, whose rc is the errno."""
        ans = self.attr(path, text=str(text), timeout=timeout)
        if check and "errno" in ans:
            raise CommandError(f"{self.name}: {text!r}: {ans['why']}")
        return Result(ans.get("errno", 0), "", ans.get("why", ""))

    def clock(self):
        """CLOCK_MONOTONIC in nanoseconds."""
        return self.call("clock")["ns"]

    def dmesg(self):
        return self.sh("dmesg").out

    def link(self, dev, netns=None):
        """`ip -j -s -d link show` of one device, as a dictionary."""
        return self.json(f"ip -j -s -d link show dev {dev}", netns=netns)[0]

    def links(self, netns=None):
        return self.json("ip -j -d link show", netns=netns)

    def netdev_of(self, pci, timeout=10):
        """The name of the network device of a PCI function, once it is there."""
        def find():
            names = self.sh(f"ls /sys/bus/pci/devices/{pci}/net 2>/dev/null || "
                            f"ls -d /sys/bus/pci/devices/{pci}/virtio*/net/* | xargs -n1 "
                            "basename", check=False).out.split()
            return names and names[0]
        return wait_for(find, timeout, f"{self.name}: a network device of {pci}")

    def netdev_by_mac(self, mac, netns=None, driver=None, timeout=10):
        """The name of the device with that MAC address (and driver), once it is there."""
        def find():
            for link in self.links(netns):
                if link.get("address") != mac.lower():
                    continue
                if driver and driver != self.driver_of(link["ifname"]):
                    continue
                return link["ifname"]
            return None
        return wait_for(find, timeout, f"{self.name}: a device with {mac}")

    def driver_of(self, dev):
        """The driver's name of a network device, or None."""
        path = f"/sys/class/net/{dev}/device/driver"
        return self.sh(f"basename $(readlink {path}) 2>/dev/null", check=False).out.strip() or None

    def pci_by_id(self, ident):
        """The addresses of PCI functions by vendor:device, in order."""
        vendor, device = ident.split(":")
        out = self.sh("cd /sys/bus/pci/devices && for d in *; do "
                      "echo $d $(cat $d/vendor $d/device); done").out
        return sorted(line.split()[0] for line in out.splitlines()
                      if line.split()[1:] == [f"0x{vendor}", f"0x{device}"])
