# SPDX-License-Identifier: GPL-2.0
"""The agent: runs in the host VM and in the guests, does what the lab asks.

Requests and answers are lines of JSON on a virtio-serial port. Every request has an id and
runs in a thread of its own. A request with "guest" goes on to the agent of that guest.
It uses only what Debian's libpython3-stdlib has.
"""

import base64
import ctypes
import glob
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

import drops

PORT_NAME = "org.vfpath.agent"

# linux/sched.h, linux/mount.h
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_SLAVE, MNT_DETACH = 0x4000, 0x80000, 2


def enter_netns(name):
    """Take this thread to a network namespace, and to its view of sysfs, as `ip netns exec` does.

    Without a process: to start one is what costs time in an emulated machine.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def call(func, *args):
        if func(*args):
            raise OSError(ctypes.get_errno(), f"netns {name}: {os.strerror(ctypes.get_errno())}")
    with open(f"/run/netns/{name}", "rb") as f:
        call(libc.setns, f.fileno(), CLONE_NEWNET)
    call(libc.unshare, CLONE_NEWNS)
    call(libc.mount, b"", b"/", None, ctypes.c_ulong(MS_SLAVE | MS_REC), None)
    libc.umount2(b"/sys", MNT_DETACH)
    call(libc.mount, b"sysfs", b"/sys", b"sysfs", ctypes.c_ulong(0), None)


class LineWriter:
    """Writes whole lines to a file descriptor, from any thread."""

    def __init__(self, fd):
        self.fd = fd
        self.lock = threading.Lock()

    def write(self, data):
        return os.write(self.fd, data)

    def send(self, line):
        data = line if isinstance(line, bytes) else line.encode()
        with self.lock:
            while data:
                data = data[self.write(data):]


class Port(LineWriter):
    """The agent's virtio-serial port.

    Its driver forgets in a sleep that the host is connected, and learns it from the host's answer
    after. Linux 7.3 gives the device nowhere to put that answer, so it is lost: what is read
    still comes, what is written waits. To bind the driver once more asks again.
    """

    def __init__(self, fd):
        super().__init__(fd)
        self.sleeps = self.count()
        self.reviving = threading.Lock()

    @staticmethod
    def count():
        """How often this kernel has slept."""
        try:
            with open("/sys/power/suspend_stats/success", encoding="ascii") as f:
                return int(f.read())
        except OSError:
            return 0

    def connected(self):
        """Within a second."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        for _ in range(20):
            if not any(event & select.POLLHUP for _fd, event in poll.poll(0)):
                return True
            time.sleep(0.05)
        return False

    def revive(self):
        """To be called before anything is written that may be the first since a sleep."""
        with self.reviving:
            sleeps = self.count()
            if sleeps == self.sleeps:
                return
            self.sleeps = sleeps
            if self.connected():
                return
            device, driver = port_device()
            for file in "unbind", "bind":
                with open(os.path.join(driver, file), "w", encoding="ascii") as f:
                    f.write(os.path.basename(device))
            # The number stays, and with it whoever reads and writes
            fd = os.open(find_port(), os.O_RDWR)
            os.dup2(fd, self.fd)
            os.close(fd)

    def write(self, data):
        try:
            return super().write(data)
        except OSError:         # revive() is at it
            time.sleep(0.05)
            return 0

    def read(self, size):
        try:
            return os.read(self.fd, size)
        except OSError:
            return b""


def lines(read):
    """The lines that a read(size) function gives; ends at end of file."""
    buf = b""
    while True:
        data = read(65536)
        if not data:
            return
        buf += data
        *whole, buf = buf.split(b"\n")
        yield from whole


class Relay:
    """The connection to the agent of a guest of this host."""

    def __init__(self, path, up):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.out = LineWriter(self.sock.fileno())
        self.up = up
        threading.Thread(target=self.back, daemon=True).start()

    def back(self):
        try:
            for line in lines(self.sock.recv):
                self.up.send(line + b"\n")
        except OSError:
            pass


class Qmp:
    """A QEMU monitor. Events are kept until somebody waits for them."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.cond = threading.Condition()
        self.call = threading.Lock()
        self.answers = []
        self.events = []
        self.dead = False
        threading.Thread(target=self.reader, daemon=True).start()
        self.execute("qmp_capabilities", None, 30)

    def reader(self):
        try:
            for line in lines(self.sock.recv):
                msg = json.loads(line)
                with self.cond:
                    if "event" in msg:
                        self.events.append(msg)
                    elif "QMP" not in msg:
                        self.answers.append(msg)
                    self.cond.notify_all()
        except OSError:
            pass
        with self.cond:
            self.dead = True
            self.cond.notify_all()

    def execute(self, cmd, args, timeout):
        with self.call:
            msg = {"execute": cmd}
            if args:
                msg["arguments"] = args
            self.sock.sendall(json.dumps(msg).encode() + b"\n")
            with self.cond:
                if not self.cond.wait_for(lambda: self.answers or self.dead, timeout):
                    raise TimeoutError(f"QMP {cmd}: no answer")
                if not self.answers:
                    raise ConnectionError("the QEMU process is gone")
                ans = self.answers.pop(0)
        if "error" in ans:
            raise RuntimeError(f"QMP {cmd}: {ans['error'].get('desc')}")
        return ans.get("return")

    def wait_event(self, name, match, timeout):
        def find():
            for ev in self.events:
                data = ev.get("data", {})
                if ev["event"] == name and all(data.get(k) == v for k, v in match.items()):
                    return ev
            return None
        with self.cond:
            if not self.cond.wait_for(lambda: find() or self.dead, timeout) or not find():
                raise TimeoutError(f"QMP event {name}: none")
            ev = find()
            self.events.remove(ev)
        return ev


class Agent:
    """All the operations; op_NAME(request) gives the answer's fields."""

    def __init__(self, fd):
        self.out = Port(fd)
        self.relays = {}
        self.monitors = {}
        self.procs = {}
        self.running = {}
        self.lock = threading.Lock()
        self.next_bg = 0

    def serve(self):
        self.out.send(json.dumps({"hello": os.uname().release}) + "\n")
        while True:
            for line in lines(self.out.read):
                if line.strip():
                    self.take(line)
            time.sleep(0.05)    # nobody is connected at the other end

    def take(self, line):
        try:
            req = json.loads(line)
        except ValueError:
            return
        guest = req.pop("guest", None)
        if guest is None:
            threading.Thread(target=self.answer, args=(req,), daemon=True).start()
            return
        try:
            self.relays[str(guest)].out.send(json.dumps(req) + "\n")
        except (KeyError, OSError) as e:
            self.out.send(json.dumps({"id": req.get("id"),
                                      "error": f"guest {guest}: {e!r}"}) + "\n")

    def answer(self, req):
        try:
            ans = getattr(self, "op_" + req["op"])(req) or {}
        except Exception as e:              # pylint: disable=broad-except
            ans = {"error": f"{type(e).__name__}: {e}"}
        ans["id"] = req.get("id")
        self.out.revive()
        self.out.send(json.dumps(ans) + "\n")

    def op_drops(self, _req):
        return {"drops": drops.everywhere()}

    def op_ping(self, _req):
        return {"release": os.uname().release}

    def op_clock(self, _req):
        return {"ns": time.clock_gettime_ns(time.CLOCK_MONOTONIC)}

    def op_relay(self, req):
        """Connect to the agent port of a guest; the guest may still be booting."""
        self.relays[str(req["n"])] = Relay(req["path"], self.out)

    @staticmethod
    def argv(req):
        cmd = ["/bin/sh", "-c", req["cmd"]]
        if req.get("netns"):
            cmd = ["ip", "netns", "exec", req["netns"]] + cmd
        return cmd

    def op_exec(self, req):
        """Run a command to its end; whoever asked watches the time, and may kill it."""
        with subprocess.Popen(self.argv(req), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True) as p:
            with self.lock:
                self.running[req["id"]] = p.pid
            try:
                out, err = p.communicate()
            finally:
                with self.lock:
                    del self.running[req["id"]]
        return {"rc": p.returncode,
                "out": out.decode(errors="replace"), "err": err.decode(errors="replace")}

    def op_exec_kill(self, req):
        """End a command that takes too long, and all it has started."""
        with self.lock:
            pid = self.running.get(req["exec"])
            if pid:
                os.killpg(pid, signal.SIGKILL)

    def op_bg(self, req):
        with self.lock:
            self.next_bg += 1
            n = self.next_bg
        path = f"/run/bg.{n}"
        with open(path, "wb") as f:
            p = subprocess.Popen(self.argv(req), stdin=subprocess.DEVNULL, stdout=f,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        self.procs[n] = (p, path)
        return {"bg": n, "pid": p.pid}

    def op_bg_poll(self, req):
        p, path = self.procs[req["bg"]]
        with open(path, "rb") as f:
            return {"rc": p.poll(), "output": f.read().decode(errors="replace")}

    def op_bg_stop(self, req):
        p, _path = self.procs[req["bg"]]
        if p.poll() is None:
            try:
                os.killpg(p.pid, req.get("sig", signal.SIGTERM))
            except ProcessLookupError:
                pass
            try:
                p.wait(req.get("timeout", 10))
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
        return self.op_bg_poll(req)

    def op_bg_wait(self, req):
        p, _path = self.procs[req["bg"]]
        try:
            p.wait(req.get("timeout", 30))
        except subprocess.TimeoutExpired:
            pass
        return self.op_bg_poll(req)

    def op_bg_killall(self, _req):
        for p, _path in self.procs.values():
            if p.poll() is None:
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()

    def op_read(self, req):
        if req.get("netns"):
            enter_netns(req["netns"])
        with open(req["path"], "rb") as f:
            f.seek(req.get("offset", 0))
            data = f.read(req.get("size", 1 << 20))
        return {"data": base64.b64encode(data).decode()}

    def op_attr(self, req):
        """Read a file of sysfs, or write it; the errno is part of the answer."""
        try:
            if req.get("netns"):
                enter_netns(req["netns"])
            if "text" in req:
                fd = os.open(req["path"], os.O_WRONLY | os.O_TRUNC)
                try:
                    os.write(fd, req["text"].encode())
                finally:
                    os.close(fd)
                return {"text": ""}
            with open(req["path"], "rb") as f:
                return {"text": f.read().decode(errors="replace")}
        except OSError as e:
            return {"errno": e.errno, "why": f"{req['path']}: {e.strerror}"}

    def op_probe(self, req):
        """Ask receivers (vfpath-probe recv --control): the answers, in the order of the sockets."""
        out = []
        for path in req["sockets"]:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
                s.settimeout(req["timeout"])
                s.connect(path)
                s.send(req["ask"].encode())
                out.append(s.recv(1 << 16).decode())
        return {"answers": out}

    def op_write(self, req):
        os.makedirs(os.path.dirname(req["path"]) or "/", exist_ok=True)
        with open(req["path"], "ab" if req.get("append") else "wb") as f:
            f.write(base64.b64decode(req["data"]))
        if "mode" in req:
            os.chmod(req["path"], req["mode"])

    def op_qmp(self, req):
        path = req["path"]
        with self.lock:
            mon = self.monitors.get(path)
            if mon is None or mon.dead:
                mon = self.monitors[path] = Qmp(path)
        ret = None
        if req.get("execute"):
            ret = mon.execute(req["execute"], req.get("arguments"), req.get("timeout", 30))
        if req.get("event"):
            ret = mon.wait_event(req["event"], req.get("match", {}), req.get("timeout", 30))
        return {"return": ret}


def port_class():
    """The directory of our port in sysfs."""
    while True:
        for path in glob.glob("/sys/class/virtio-ports/*/name"):
            with open(path, encoding="ascii") as f:
                if f.read().strip() == PORT_NAME:
                    return os.path.dirname(path)
        time.sleep(0.05)


def find_port():
    """The character device of our port; there is no udev to make links."""
    return "/dev/" + os.path.basename(port_class())


def port_device():
    """The virtio device of our port, and its driver."""
    device = os.path.realpath(os.path.join(port_class(), "device"))
    return device, os.path.realpath(os.path.join(device, "driver"))


def reap():
    """This is not PID 1, but a child of it; orphans go there."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


if __name__ == "__main__":
    reap()
    Agent(os.open(sys.argv[1] if len(sys.argv) > 1 else find_port(), os.O_RDWR)).serve()
