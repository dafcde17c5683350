# SPDX-License-Identifier: GPL-2.0
"""The lab: a host VM with an SR-IOV NIC and an outside station, and guests inside it."""

import glob
import os
import shutil
import subprocess

from . import clues, faults, images, pace, util
from .guest import Guest
from .machine import Channel, Machine
from .qmp import Qmp
from .util import EmulatorFailed, LabError, Timeout, say, wait_for

# Low BARs (emulation-limits.rst). Four levels of page tables: with five, an interrupt while the
# kernel identifies its processor makes KASAN report memory that is all right.
CPU = "max,phys-bits=36,la57=off"

# So often a machine is started whose emulator fails while it boots.
BOOTS = 3

OUTSIDE_MAC = "52:54:00:00:0f:01"
# What a host VM, or a guest, and its agent take to boot on the reference machine, in seconds.
REFERENCE_BOOT = {False: 12.0, True: 30.0}
REFERENCE_GUEST = 20.0
# How much longer all takes on the debug kernel than its boot tells.
DEBUG_SLOWNESS = 3


def pf_mac(n=0):
    """The MAC address of PF n."""
    return f"52:54:00:00:10:{n:02x}"


class Lab:
    """One host VM and what is in it. Use as a context manager, or start() and stop()."""

    def __init__(self, kernel, modules_dir=None, bin_dir=None, pfs=1, name=None, memory=None,
                 smp=2, outside=True, extra_args=(), extra_cmdline=""):
        self.kernel = kernel
        self.modules_dir, self.bin_dir = modules_dir, bin_dir
        self.pfs, self.outside = pfs, outside
        self.name = name or f"{kernel.name}"
        self.memory = memory or (4608 if kernel.debug else 3072)
        self.smp = smp
        self.extra_args, self.extra_cmdline = list(extra_args), extra_cmdline
        self.dir = os.path.join(util.BUILD, "lab", self.name)
        self.guests = {}
        self.qemu = self.qmp = self.channel = self.console = None
        self.stopped = False
        self.host = Machine(self, "host")
        self.marks, self.fresh = {}, {}
        self.wire_pcap = os.path.join(self.dir, "wire.pcap")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        self.stop()

    def path(self, name):
        return os.path.join(self.dir, name)

    def command(self, boot):
        """QEMU's command line for the host VM."""
        # no_timer_check: the kernel's own look at its timer panics when the emulation is slow.
        cmdline = (f"console=ttyS0 panic=-1 loglevel=5 intel_iommu=on iommu=pt no_timer_check "
                   f"random.trust_cpu=on vfpath.name=host {self.extra_cmdline}")
        accel = "tcg,thread=multi"
        # It never outlives this program, however that ends.
        cmd = ["setpriv", "--pdeathsig", "KILL", "--",
               "qemu-system-x86_64", "-name", f"vfpath-{self.name}", "-machine", "q35",
               "-d", "cpu_reset", "-D", self.path("qemu.cpu"),
               "-accel", accel, "-cpu", CPU, "-smp", str(self.smp),
               "-m", str(self.memory), "-nodefaults", "-nographic", "-no-reboot", "-vga", "none",
               "-kernel", self.kernel.image, "-initrd", os.path.join(boot, "initrd"),
               "-append", cmdline,
               "-serial", "file:" + self.path("host.console"),
               "-qmp", f"unix:{self.sockets}/qmp,server=on,wait=off",
               "-device", "intel-iommu,intremap=on",
               "-drive", f"file={images.root()},format=raw,if=none,id=root,readonly=on",
               "-device", "virtio-blk-pci,drive=root",
               "-drive", f"file={boot}/lab.img,format=raw,if=none,id=lab,readonly=on",
               "-device", "virtio-blk-pci,drive=lab",
               "-device", "virtio-rng-pci",
               "-device", "virtio-serial-pci",
               "-chardev", f"socket,id=agent,path={self.sockets}/agent,server=on,wait=off",
               "-device", "virtserialport,chardev=agent,name=org.vfpath.agent"]
        # At the 82576's own speed. A faster port reports whether its link is up, but no longer so
        # after a reset of the link: the kernel would then give the device up.
        for n in range(self.pfs):
            cmd += ["-device", f"pcie-root-port,id=rp{n},chassis={n + 1},slot={n + 1},x-speed=2_5",
                    "-netdev", f"hubport,id=pf{n},hubid=0",
                    "-device", f"igb,id=pf{n}nic,bus=rp{n},netdev=pf{n},mac={pf_mac(n)}",
                    "-object", f"filter-dump,id=dump{n},netdev=pf{n},maxlen=256,"
                    f"file={self.wire_pcap if n == 0 else self.path(f'wire{n}.pcap')}"]
        if self.outside:
            cmd += ["-netdev", "hubport,id=out,hubid=0", "-device",
                    f"virtio-net-pci,netdev=out,mac={OUTSIDE_MAC},rombar=0"]
        return cmd + self.extra_args

    def start(self):
        """Boot the host VM and make the outside station."""
        for tries in range(BOOTS):
            try:
                self.boot()
                break
            except EmulatorFailed as e:
                say(f"host VM: {e} (see Documentation/testing.rst)"
                    + (": once more" if tries < BOOTS - 1 else ""))
                if tries == BOOTS - 1:
                    raise
        if self.outside:
            try:
                self.make_outside()
            except BaseException:
                self.stop()
                raise
        return self

    def boot(self):
        """Boot the host VM and wait for its agent."""
        boot = images.lab_image(self.kernel, self.modules_dir, self.bin_dir)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        # Socket paths are limited to 107 characters, so they cannot be below build/.
        self.sockets = f"/tmp/vfpath-{os.getpid()}-{self.name}"
        shutil.rmtree(self.sockets, ignore_errors=True)
        os.makedirs(self.sockets, mode=0o700)
        self.stopped = False
        with open(self.path("qemu.log"), "wb") as log:
            self.qemu = subprocess.Popen(self.command(boot), stdin=subprocess.DEVNULL,
                                         stdout=log, stderr=log, start_new_session=True)
        pace.load.watch(self.qemu.pid)
        try:
            wait_for(self.up, 30, "QEMU's sockets", 0.02)
            self.channel = Channel(f"{self.sockets}/agent")
            self.qmp = Qmp(f"{self.sockets}/qmp")
            took = self.wait_agent()
        except BaseException as e:
            failed = self.emulator_failed()
            self.stop()
            if failed and not isinstance(e, EmulatorFailed):
                raise EmulatorFailed(f"the emulator failed while it booted: {e}") from e
            raise
        pace.seen_slowness(took * (DEBUG_SLOWNESS if self.kernel.debug else 1),
                           REFERENCE_BOOT[self.kernel.debug])
        say(f"host VM up, kernel {self.kernel.version}: {took:.1f} s")

    def wait_agent(self):
        """Until the host VM's agent says hello; how long it took."""
        limit = pace.Limit(300)
        while not self.channel.hellos:
            if self.up() is None or self.emulator_failed():
                raise EmulatorFailed("the emulator failed while it booted")
            if limit.over():
                raise Timeout("no agent in the host VM after "
                              f"{limit.seconds:.0f} s (see {self.path('host.console')})")
            self.channel.wait_hello(0.1)
        return limit.elapsed()

    def ended(self):
        """How the host VM's QEMU ended, if it did so by itself, else None."""
        rc = self.qemu.poll() if self.qemu and not self.stopped else None
        if rc is None:
            return None
        return f"exit code {rc}" if rc >= 0 else f"signal {-rc}"

    def gone(self):
        """A machine that has ended by itself and how, or None."""
        how = self.ended()
        if how:
            return f"host VM: {how}"
        for guest in self.guests.values():
            if guest.process:
                try:
                    rc = guest.process.poll()
                except LabError:
                    continue
                if rc is not None:
                    return f"{guest.name}: exit code {rc}"
        return None

    def emulator_failed(self):
        """True when it was the emulator: see faults.py."""
        if faults.qemu_ended(self.qemu.poll() if self.qemu and not self.stopped else None,
                             self.text("qemu.log")):
            return True
        gone = bool(self.gone())
        if gone:
            self.save_logs()
        return faults.emulator_failed([self.text(os.path.basename(name))
                                       for name in glob.glob(self.path("*.console"))], gone)

    def text(self, name):
        """One of the lab's logs, so far."""
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def save_logs(self):
        """Fetch the consoles of the guests."""
        for guest in self.guests.values():
            try:
                guest.save_logs()
            except (LabError, OSError):
                return                  # the host VM is gone

    def up(self):
        """True once the sockets are there; LabError when QEMU ended."""
        if self.qemu.poll() is not None:
            raise LabError(f"QEMU ended: {self.text('qemu.log')[-2000:]}")
        return all(os.path.exists(f"{self.sockets}/{s}") for s in ("agent", "qmp")) or None

    def make_outside(self):
        """Move the station on the wire to its own namespace, as out0."""
        self.host.sh("modprobe virtio_net")
        dev = self.host.netdev_by_mac(OUTSIDE_MAC)
        self.host.sh(f"ip netns add outside && ip link set {dev} netns outside name out0 && "
                     "ip -n outside link set lo up && ip -n outside link set out0 up")

    def pf_pci(self, n=0):
        """The PCI address of PF n."""
        return self.host.pci_by_id("8086:10c9")[n]

    def pf(self, n=0):
        """The network device of PF n."""
        return self.host.netdev_of(self.pf_pci(n))

    def vf_pci(self, n, pf=0):
        """The PCI address of VF n of a PF."""
        link = self.host.sh(f"readlink /sys/bus/pci/devices/{self.pf_pci(pf)}/virtfn{n}").out
        return os.path.basename(link.strip())

    def set_numvfs(self, count, pf=0, check=True, autoprobe=None):
        """Write sriov_numvfs; autoprobe=False keeps the host's VF driver off the VFs."""
        base = f"/sys/bus/pci/devices/{self.pf_pci(pf)}"
        if autoprobe is not None:
            self.host.write(f"{base}/sriov_drivers_autoprobe", int(autoprobe))
        return self.host.write(f"{base}/sriov_numvfs", count, check=check)

    def vfio_bind(self, pci):
        """Give a PCI function of the host to vfio-pci."""
        self.host.sh(f"""modprobe vfio-pci && cd /sys/bus/pci/devices/{pci} &&
            echo vfio-pci > driver_override &&
            {{ [ "$(basename "$(readlink driver)")" = vfio-pci ] || {{
            [ ! -e driver ] || echo {pci} > driver/unbind
            echo {pci} > /sys/bus/pci/drivers_probe; }}; }} &&
            [ "$(basename "$(readlink driver)")" = vfio-pci ]""")

    def vfio_unbind(self, pci):
        """Take it back, for whatever driver matches."""
        self.host.sh(f"""cd /sys/bus/pci/devices/{pci} && echo > driver_override &&
            {{ [ ! -e driver ] || echo {pci} > driver/unbind; }} &&
            echo {pci} > /sys/bus/pci/drivers_probe""")

    def guest(self, n=1, mac=None, tap=None, bridge=None, memory=None, smp=1, ports=2, vfs=(),
              wait=True, nic="", extra=""):
        """Boot guest n: virtio-net (vhost) on a tap, ports rp1... free for VFs.

        vfs are PCI addresses of VFs to have from the start, at rp1, rp2...; nic is for more
        options of the virtio-net device, extra for more of the command line.
        """
        mac = mac or f"52:54:00:00:20:{n:02x}"
        tap = tap or f"tap{n}"
        guest = Guest(self, n, mac, tap)
        guest.options = {"memory": memory, "smp": smp, "ports": ports, "nic": nic}
        memory = memory or (1024 if self.kernel.debug else 512)
        run_dir = guest.run_dir
        # Without virtual GIF, and on one processor: guests live longer so, under emulation; see
        # Documentation/testing.rst.
        self.host.sh(f"""modprobe kvm_amd vgif=0 vls=0 && modprobe tun && modprobe vhost_net &&
            mkdir -p {run_dir} && rm -f {run_dir}/* &&
            {{ ip link show dev {tap} >/dev/null 2>&1 ||
            ip tuntap add dev {tap} mode tap vnet_hdr; }} &&
            {f'ip link set dev {tap} master {bridge} &&' if bridge else ''}
            ip link set dev {tap} up""")
        cmdline = f"console=ttyS0 panic=-1 loglevel=5 random.trust_cpu=on vfpath.name=guest{n}"
        cmd = [f"exec taskset -c {self.smp - 1} qemu-system-x86_64 -machine q35 -accel kvm -cpu host",
               f"-smp {smp} -m {memory} -nodefaults -nographic -no-reboot -vga none",
               f"-kernel /lab/boot/vmlinuz -initrd /lab/boot/initrd -append '{cmdline}'",
               f"-serial file:{run_dir}/console -qmp unix:{run_dir}/qmp,server=on,wait=off",
               "-drive file=/dev/vda,format=raw,if=none,id=root,readonly=on",
               "-device virtio-blk-pci,drive=root",
               "-drive file=/dev/vdb,format=raw,if=none,id=lab,readonly=on",
               "-device virtio-blk-pci,drive=lab -device virtio-rng-pci",
               "-device virtio-serial-pci",
               f"-chardev socket,id=agent,path={run_dir}/agent,server=on,wait=off",
               "-device virtserialport,chardev=agent,name=org.vfpath.agent",
               f"-netdev tap,id=n0,ifname={tap},script=no,downscript=no,vhost=on",
               f"-device virtio-net-pci,id=nic0,netdev=n0,mac={mac},rombar=0"
               + (f",{nic}" if nic else "")]
        cmd += [f"-device pcie-root-port,id=rp{p},chassis={p},slot={p}"
                for p in range(1, ports + 1)]
        for p, pci in enumerate(vfs, 1):
            self.vfio_bind(pci)
            cmd.append(f"-device vfio-pci,host={pci},id=vf{p - 1},bus=rp{p},rombar=0")
            guest.vfs[f"vf{p - 1}"] = pci
        guest.process = self.host.bg(" ".join(cmd + [extra]) + f" >{run_dir}/qemu.log 2>&1")
        self.guests[n] = guest
        if wait:
            self.wait_guest(guest)
        return guest

    def sockets_of(self, guest):
        """Whether the sockets of a guest's QEMU are there; LabError when it has ended."""
        if guest.process.poll() is not None:
            raise LabError(f"{guest.name}: QEMU ended: "
                           + self.host.sh(f"cat {guest.run_dir}/qemu.log").out)
        return self.host.sh(f"test -S {guest.run_dir}/agent", check=False).rc == 0

    def wait_sockets(self, guest):
        """Until they are there."""
        wait_for(lambda: self.sockets_of(guest), 20, f"{guest.name}: QEMU's sockets")

    def wait_guest(self, guest, timeout=60):
        """Until the guest's agent answers."""
        limit = pace.Limit(timeout)
        self.wait_sockets(guest)
        seen = self.channel.hellos
        self.host.call("relay", n=guest.index, path=f"{guest.run_dir}/agent")
        while self.channel.hellos == seen:
            self.sockets_of(guest)
            if limit.over():
                guest.save_logs()
                raise Timeout(f"the agent of {guest.name}: not within {limit.seconds} s")
            self.channel.wait_hello(0.3, seen)
        guest.call("ping")
        took = limit.elapsed()
        pace.seen_slowness(took, REFERENCE_GUEST)
        say(f"{guest.name} up: {took:.1f} s")
        return guest

    def set_link(self, up, pf=0):
        """Plug or pull the cable of a PF."""
        self.qmp.execute("set_link", name=f"pf{pf}nic", up=bool(up))

    def machines(self):
        return [self.host, *self.guests.values()]

    def kmemleak(self, machine):
        """Scan for leaks (debug kernel); twice, as the first scan has false positives."""
        if self.kernel.config("DEBUG_KMEMLEAK") != "y":
            return ""
        path = "/sys/kernel/debug/kmemleak"
        machine.sh(f"echo scan > {path}; sleep 1; echo scan > {path}", timeout=120)
        return machine.sh(f"cat {path}", timeout=60).out

    def leaks(self):
        """The lines of kmemleak's reports of all machines (debug kernel)."""
        return [f"{m.name}: {line}" for m in self.machines()
                for line in self.kmemleak(m).splitlines()]

    def check_logs(self):
        """The lines of all kernel logs, new since the last call, that must not be there."""
        bad = []
        for machine in self.machines():
            log = machine.dmesg()
            with open(self.path(f"{machine.name}.dmesg"), "w", encoding="utf-8") as f:
                f.write(log)
            lines = log.splitlines()
            last = self.marks.get(machine.name)
            fresh = lines[lines.index(last) + 1:] if last in lines else lines
            if lines:
                self.marks[machine.name] = lines[-1]
            self.fresh[machine.name] = fresh
            bad += [f"{machine.name}: {line}" for line in faults.complaints(fresh)]
        return bad

    def clues(self):
        """What all machines tell about a failure that check_logs() came after."""
        return [line for machine in self.machines()
                for line in clues.of(machine, self.fresh.get(machine.name, []))]

    def reset(self):
        """Back to the state after start(): no guests, devices, namespaces or drivers of tests."""
        for guest in list(self.guests.values()):
            guest.stop()
        self.host.call("bg_killall")
        self.host.sh(r"""
            ip netns list | while read ns rest; do
                [ $ns = outside ] || ip netns del $ns; done
            for kind in vfpath bond team bridge vlan tun veth dummy macvlan; do
                ip -o link show type $kind 2>/dev/null | sed 's/^[0-9]*: *//; s/[:@].*//' |
                while read dev; do ip link del dev $dev; done; done
            ip -n outside addr flush dev out0 2>/dev/null
            ip -n outside -o link show type vlan | sed 's/^[0-9]*: *//; s/[:@].*//' |
                while read dev; do ip -n outside link del dev $dev; done
            for f in /sys/bus/pci/devices/*/sriov_numvfs; do
                [ "$(cat $f)" = 0 ] || echo 0 > $f; done
            for m in vfpath_kunit vfpath_failover vfpath_vf igbvf vfpath_pf igb vfpath_ring; do
                [ ! -d /sys/module/$m ] || modprobe -r $m || exit 1; done
            for d in /sys/bus/pci/devices/*/driver_override; do
                [ "$(cat $d)" = "(null)" ] || echo > $d; done""", timeout=60)
        for n in range(self.pfs):
            self.set_link(True, n)

    def stop(self):
        """Keep the logs, end everything."""
        how = self.gone()
        if how:
            say(f"ended by itself: {how}")
        self.save_logs()
        self.guests.clear()
        self.stopped = True
        if self.qemu:
            pace.load.forget(self.qemu.pid)
        if self.qemu and self.qemu.poll() is None:
            self.qemu.terminate()
            try:
                self.qemu.wait(10)
            except subprocess.TimeoutExpired:
                self.qemu.kill()
                self.qemu.wait()
        if self.channel:
            self.channel.sock.close()
        shutil.rmtree(getattr(self, "sockets", "/nonexistent"), ignore_errors=True)
