"""Networks of their own for the nodes of a cluster on one machine, joined by a switch.

Each node has a namespace, and so has the switch; one cable leads from the switch to this machine,
which alone can reach the nodes. All of it lives only as long as this process, even when killed.
"""

import ipaddress
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

from data.daemon import Daemon
from data.errors import MissingPart, ServiceDown

_FREE = ipaddress.IPv4Network("198.18.0.0/15")
"""For tests of networks; no route leads there. Source: RFC 2544, RFC 6890."""

_PATIENCE_S = 5.0


def obstacle() -> str:
    """Why networks can't be made here; empty when they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for tool in ("/usr/bin/unshare", "/usr/bin/nsenter"):
        if not Path(tool).exists():
            return f"{tool} is not installed"
    if not _ip_program():
        return "ip (iproute2) is not installed"
    done = subprocess.run(
        ["/usr/bin/unshare", "--net", "true"], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stderr.strip()


class Network:
    """``count`` namespaces on one switch, numbered from 0."""

    def __init__(self, folder: Path, count: int) -> None:
        self._holders = [Daemon(folder / f"network-{n}.json") for n in range(count + 1)]
        self._log = folder / "network.log"
        self._count = count
        self._net = _free_net()
        self._cable = f"onemap{secrets.token_hex(3)}"

    def start(self) -> None:
        """The namespaces are there and reach each other. Raises MissingPart or ServiceDown."""
        reason = obstacle()
        if reason:
            raise MissingPart("There can be no networks for nodes: {reason}", reason=reason)
        for holder in self._holders:
            holder.start(
                ["/usr/bin/unshare", "--net", "/usr/bin/sleep", "infinity"],
                log=self._log,
                death_signal="KILL",
            )
        for holder in self._holders:
            _await_namespace(holder)
        switch = self._inside(self._count)
        _ip(switch, "link", "add", "switch", "type", "bridge")
        _ip(switch, "link", "set", "switch", "up")
        for n in range(self._count):
            self._plug(f"port{n}", "eth0", str(self._holders[n].pid()))
            inside = self._inside(n)
            _ip(inside, "link", "set", "lo", "up")
            _ip(inside, "address", "add", f"{self.address(n)}/24", "dev", "eth0")
            _ip(inside, "link", "set", "eth0", "up")
        self._plug("here", self._cable, str(os.getpid()))
        self._lead_there()

    def stop(self) -> None:
        """The namespaces and cables are gone."""
        for holder in self._holders:
            holder.stop(signal.SIGKILL)

    def address(self, n: int) -> str:
        """Returns the address of a namespace."""
        return str(self._net[10 + n])

    def entrance(self, n: int) -> tuple[str, ...]:
        """Returns what leads a command into a namespace."""
        return self._inside(n)

    def cut(self, n: int) -> None:
        """Nothing goes in or out of the namespace."""
        _ip(self._inside(self._count), "link", "set", f"port{n}", "down")

    def join(self, n: int) -> None:
        """The namespace's cable is whole again."""
        _ip(self._inside(self._count), "link", "set", f"port{n}", "up")

    def _lead_there(self) -> None:
        """Our end of the cable borrows an address that this machine has already.

        With a new address every browser on the machine would give up the requests it has in hand
        (ERR_NETWORK_CHANGED), and again when the address goes. Only a machine without an address
        of its own gets one here.
        """
        mine = _own_address()
        if Path("/proc/sys/net/ipv6").exists():
            _ip((), "link", "set", self._cable, "addrgenmode", "none")
        if not mine:
            _ip((), "address", "add", f"{self._net[1]}/24", "dev", self._cable)
        _ip((), "link", "set", self._cable, "up")
        if mine:
            _ip((), "route", "add", str(self._net), "dev", self._cable, "src", mine)
            for n in range(self._count):
                _ip(self._inside(n), "route", "add", f"{mine}/32", "dev", "eth0")

    def _plug(self, port: str, far: str, pid: str) -> None:
        switch = self._inside(self._count)
        _ip(switch, "link", "add", port, "type", "veth", "peer", "name", far, "netns", pid)
        _ip(switch, "link", "set", port, "master", "switch", "up")

    def _inside(self, n: int) -> tuple[str, ...]:
        return ("/usr/bin/nsenter", f"--net=/proc/{self._holders[n].pid()}/ns/net", "--")


def _ip_program() -> str:
    return next((each for each in ("/usr/sbin/ip", "/usr/bin/ip") if Path(each).exists()), "")


def _ip(entrance: tuple[str, ...], *arguments: str) -> str:
    done = subprocess.run(
        [*entrance, _ip_program(), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ServiceDown("A network for nodes failed: {reason}", reason=done.stderr.strip())
    return done.stdout


def _own_address() -> str:
    """Returns an address of this machine that others could know it by; empty when it has none."""
    told = _ip((), "-4", "-o", "address", "show", "scope", "global", "up")
    found = [line.split()[3].partition("/")[0] for line in told.splitlines()]
    return next((each for each in found if ipaddress.IPv4Address(each) not in _FREE), "")


def _free_net() -> ipaddress.IPv4Network:
    """Returns a network of 256 addresses that this machine has no part in."""
    taken = _ip((), "-4", "route", "show") if _ip_program() else ""
    free = [net for net in _FREE.subnets(new_prefix=24) if str(net) not in taken]
    return free[secrets.randbelow(len(free))]


def _await_namespace(holder: Daemon) -> None:
    ours = Path("/proc/self/ns/net").readlink()
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        pid = holder.pid()
        if pid is not None and Path(f"/proc/{pid}/ns/net").readlink() != ours:
            return
        time.sleep(0.01)
    raise ServiceDown("A network for nodes failed: {reason}", reason="no namespace")
