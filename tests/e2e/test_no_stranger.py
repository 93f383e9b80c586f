"""Nobody outside is spoken to: a whole session before the camera, with every socket of the server and of the browser looked at."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from session_page import SessionPage, kept
from test_session_with_camera import to_the_set

if TYPE_CHECKING:
    from conftest import Server, Visit

pytestmark = [pytest.mark.alone, pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system has no /proc/net to look at")]
PROC = Path("/proc")
EVERY_S = 0.05
#: A socket that was closed belongs to nobody any more, and one that listens speaks to nobody.
NOBODYS, LISTENS = "0", "0A"
#: Chromium asks the kernel by this whether there is a way out over IPv6: the socket is named an address and closed, and no packet is sent.
PROBE = "udp6 2001:4860:4860::8888:443"


def address(said: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
    """An address as the kernel writes it: words of 32 bits in the machine's own order, and the port.

    >>> str(address("0100007F:1F90")[0]) if sys.byteorder == "little" else "127.0.0.1"
    '127.0.0.1'
    """
    host, port = said.split(":")
    words = (int(host[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(host), 8))
    return ipaddress.ip_address(b"".join(words)), int(port, 16)


def is_here(remote: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the other end is this computer itself, or nobody yet."""
    mapped = getattr(remote, "ipv4_mapped", None)
    return remote.is_loopback or remote.is_unspecified or bool(mapped and (mapped.is_loopback or mapped.is_unspecified))


def family(root: int) -> set[int]:
    """A process and all that it has started, and they."""
    parents: dict[int, int] = {}
    for one in PROC.iterdir():
        if one.name.isdigit():
            try:
                parents[int(one.name)] = int((one / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended
    found, more = {root}, True
    while more:
        new = {child for child, parent in parents.items() if parent in found} - found
        found, more = found | new, bool(new)
    return found


def sockets_of(processes: set[int]) -> set[str]:
    """The inodes of the sockets that the processes hold open."""
    found = set()
    for process in processes:
        try:
            for one in (PROC / str(process) / "fd").iterdir():
                try:
                    name = os.readlink(one)
                except FileNotFoundError:
                    continue  # just closed
                if name.startswith("socket:["):
                    found.add(name[8:-1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def remotes(processes: set[int]) -> set[str]:
    """Whom the processes speak to, over TCP or UDP: every remote address that is not this computer's own loopback."""
    inodes, found = sockets_of(processes), set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        path = PROC / "net" / table
        if not path.exists():
            continue
        for line in path.read_text().splitlines()[1:]:
            _number, _local, remote, state, *_rest = fields = line.split()
            if fields[9] == NOBODYS or fields[9] not in inodes or state == LISTENS:
                continue
            host, port = address(remote)
            if not is_here(host):
                found.add(f"{table} {host}:{port}")
    return found


@dataclass
class Lookout:
    """Looks at the sockets of some processes and their children, again and again, until it is told to end."""

    roots: tuple[int, ...]
    looks: int = 0
    strangers: set[str] = field(default_factory=set)
    _end: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Until the end."""
        while not self._end.wait(EVERY_S):
            self.strangers |= remotes(set().union(*(family(root) for root in self.roots)))
            self.looks += 1

    def __enter__(self) -> Lookout:
        self._thread = threading.Thread(target=self.look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(10)


@pytest.fixture
def lookout(server: Server) -> Iterator[Lookout]:
    """Over the server, and over all that this test has started: the browser and its helpers."""
    assert server.process is not None
    with Lookout((server.process.pid, os.getpid())) as one:
        yield one


def test_the_lookout_sees_a_stranger() -> None:
    """Else an empty list would say nothing. 192.0.2.1 is an address that is kept for examples; a UDP socket sends nothing on connect."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no way out at all")
        assert remotes({os.getpid()}) == {"udp 192.0.2.1:9"}
    assert remotes({os.getpid()}) == set()


def test_no_request_leaves_the_machine(server: Server, visit: Callable[..., Visit], lookout: Lookout) -> None:
    one = visit()
    session: SessionPage = to_the_set(one)
    session.wait_for_count(4)
    session.press("Set done")
    session.see("Rest")
    session.to_the_end()
    session.until(lambda: kept(server, "session-ended"))
    for path in ("/progress", "/programme", "/exercises/clamshell", "/help", "/settings"):
        one.go(path)
    assert kept(server, "repetition"), "the camera has counted"
    assert one.asked
    assert one.strangers() == []
    assert lookout.looks > 100
    assert lookout.strangers - {PROBE} == set()
