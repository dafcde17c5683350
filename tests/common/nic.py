# SPDX-License-Identifier: GPL-2.0
"""What the host's side holds: the NIC's filter, the bridge's FDB, the VFs' policy and counters."""

import re

PF_POOL = 7
RAH_VALID = 1 << 31
RAH_POOL_SHIFT = 18
RAH_POOL_MASK = 0xff
# The 24 receive address registers are in two blocks.
RAR_BLOCKS = ((0x5400, 16), (0x54e0, 8))


def words(lab, address, count):
    """32-bit registers at a physical address of the host VM.

    Its QEMU's monitor reads them: with CONFIG_IO_STRICT_DEVMEM a kernel refuses to map the
    registers of a device that has a driver.
    """
    out = lab.qmp.execute("human-monitor-command",
                          **{"command-line": f"xp /{count}wx {address:#x}"})
    return [int(word, 16) for line in out.splitlines()
            for word in re.findall(r"0x[0-9a-f]{8}\b", line.partition(":")[2])]


def bar0(lab):
    """The host VM's physical address of the PF's registers."""
    text = lab.host.read(f"/sys/bus/pci/devices/{lab.pf_pci()}/resource")
    return int(text.split()[0], 16)


def rars(lab):
    """(MAC address, set of pools) of each valid receive address register."""
    base = bar0(lab)
    for offset, count in RAR_BLOCKS:
        regs = words(lab, base + offset, 2 * count)
        for low, high in zip(regs[::2], regs[1::2]):
            if high & RAH_VALID:
                mac = (low | (high & 0xffff) << 32).to_bytes(6, "little").hex(":")
                mask = high >> RAH_POOL_SHIFT & RAH_POOL_MASK
                yield mac, {pool for pool in range(8) if mask >> pool & 1}


def rar_owner(lab, mac):
    """The pools to which the NIC delivers a MAC address."""
    return set().union(*(pools for addr, pools in rars(lab) if addr == mac))


def fdb_owner(lab, bridge, mac):
    """The bridge ports at which the bridge has a MAC address."""
    return {e["ifname"] for e in lab.host.json(f"bridge -j fdb show br {bridge}")
            if e.get("mac") == mac and e.get("master") == bridge}


def vfs(lab, pf):
    """What `ip link` shows of the VFs of a PF, without counters."""
    return [{k: v for k, v in vf.items() if k != "stats"}
            for vf in lab.host.link(pf).get("vfinfo_list", [])]


def vf_packets(lab, pf, vf):
    """(received, sent) by a VF, as the PF counts."""
    stats = lab.host.link(pf)["vfinfo_list"][vf]["stats"]
    # iproute2 names these two differently.
    sent = stats["tx"].get("tx_packets", stats["tx"].get("packets"))
    return stats["rx"]["packets"], sent


def ethtool(machine, dev, netns=None):
    """The numbers of ethtool -S."""
    out = machine.sh(f"ethtool -S {dev}", netns=netns).out
    return {k: int(v) for k, v in re.findall(r"^\s*(\S+): (\d+)$", out, re.M)}
