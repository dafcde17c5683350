# SPDX-License-Identifier: GPL-2.0
"""Who has dropped what: the kernel's formats, and what has grown."""

import socket
import unittest

from . import clues, drops

DEV = """Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
  eth0: 1000 10 1 2 3 0 0 0 2000 20 4 5 6 0 0 0
"""
SNMP = """Ip: Forwarding DefaultTTL InHdrErrors InDiscards
Ip: 1 64 7 8
Icmp: InMsgs InErrors
Icmp: 1 99
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
Udp: 100 0 9 100 10
"""


class Drops(unittest.TestCase):
    """Each source by itself."""

    def test_dev(self):
        """The columns of errors, drops and overruns, both ways."""
        self.assertEqual(drops.of_dev(DEV), {
            "eth0 rx_errors": 1, "eth0 rx_dropped": 2, "eth0 rx_fifo": 3,
            "eth0 tx_errors": 4, "eth0 tx_dropped": 5, "eth0 tx_fifo": 6})

    def test_snmp(self):
        """IP's and UDP's, not ICMP's."""
        self.assertEqual(drops.of_snmp(SNMP), {"Ip InHdrErrors": 7, "Ip InDiscards": 8,
                                               "Udp InErrors": 9, "Udp RcvbufErrors": 10})

    def test_softnet(self):
        """The second column, hexadecimal, of all processors."""
        self.assertEqual(drops.of_softnet("00000010 0000000a 0\n00000010 00000001 0\n"),
                         {"softnet dropped": 11})

    def test_here(self):
        """This machine's own: each netdev, whatever its driver."""
        found = drops.here()
        for _index, name in socket.if_nameindex():
            self.assertIn(f"{name} rx_dropped", found)
        self.assertIn("Udp RcvbufErrors", found)

    def test_attributes(self):
        """Rows of netlink attributes; a broken one ends them."""
        data = b"\x08\0\x01\0abcd" + b"\x05\0\x02\0x\0\0\0" + b"\x01\0\0\0"
        self.assertEqual(list(drops.attributes(data)), [(1, b"abcd"), (2, b"x")])

    def test_grown(self):
        """What has grown, and what is new."""
        self.assertEqual(clues.grown({"a": 1, "b": 2}, {"a": 1, "b": 5, "c": 1, "d": 0}),
                         {"b": 3, "c": 1})


if __name__ == "__main__":
    unittest.main()
