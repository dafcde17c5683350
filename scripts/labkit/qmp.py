# SPDX-License-Identifier: GPL-2.0
"""QEMU's monitor."""

import json
import socket

from .util import LabError


class Qmp:
    """The monitor of the host VM's QEMU."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(path)
        self.file = self.sock.makefile("rw", encoding="utf-8")
        self.file.readline()
        self.execute("qmp_capabilities")

    def execute(self, cmd, **args):
        msg = {"execute": cmd}
        if args:
            msg["arguments"] = args
        self.file.write(json.dumps(msg) + "\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise LabError(f"QMP {cmd}: QEMU is gone")
            ans = json.loads(line)
            if "error" in ans:
                raise LabError(f"QMP {cmd}: {ans['error']['desc']}")
            if "return" in ans:
                return ans["return"]
