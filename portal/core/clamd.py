"""A client for ClamAV's daemon: a stream goes in while it goes elsewhere, and a verdict comes out.

The daemon's protocol is four commands; this speaks three of them (INSTREAM, PING, VERSION; clamd(8)). Only the exact
answer `stream: OK` to a stream that was sent to its end is clean. Everything else is an infection, when the daemon
names one, or no verdict: a daemon that is away, hangs, or answers before it heard everything has said nothing.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

DEFAULT_PORT = 3310
PATIENCE = 20.0  # seconds for one step
LONGEST_SCAN = 180.0  # seconds from the end of the stream to the verdict
LONGEST_ANSWER = 4096
_FOUND = re.compile(rb"stream: (?P<name>.+) FOUND")
_CLEAN = b"stream: OK"
_END = (0).to_bytes(4, "big")
# The test string that every scanner knows (EICAR), in two parts so that nobody's scanner takes this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STAND" + rb"ARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ScannerAway(Exception):
    """The daemon cannot be reached, or did not answer in time or in its own language."""


class Outcome(Enum):
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not scanned"


@dataclass(frozen=True)
class Verdict:
    """What the daemon said. `name` is what it calls an infection."""

    outcome: Outcome
    name: str = ""


NOT_SCANNED = Verdict(Outcome.NOT_SCANNED)


@dataclass(frozen=True)
class Scanner:
    """Where the daemon listens: `host:port`, `tcp://host:port` or `unix:/path`. Without an address there is none."""

    address: str
    patience: float = PATIENCE
    longest_scan: float = LONGEST_SCAN

    def stream(self) -> Stream:
        return Stream(self)

    def scan(self, data: bytes) -> Verdict:
        """The verdict on a few bytes."""
        with self.stream() as stream:
            stream.feed(data)
            return stream.verdict()

    def recognises_the_test_string(self) -> bool:
        """Whether the daemon is there and does its work."""
        return self.scan(EICAR).outcome is Outcome.INFECTED

    def signatures_from(self) -> datetime | None:
        """When its signatures were made; None if it does not say (no daily set). Raises `ScannerAway`."""
        parts = self._ask(b"zVERSION\0").split("/", 2)
        with suppress(ValueError):
            return datetime.strptime(parts[-1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        return None

    def connect(self) -> socket.socket:
        """Raises `ScannerAway`."""
        family, place = _place(self.address)
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.settimeout(self.patience)
        try:
            connection.connect(place)
        except OSError:
            connection.close()
            raise ScannerAway from None
        return connection

    def _ask(self, command: bytes) -> str:
        with self.connect() as connection:
            try:
                connection.sendall(command)
                return _answer(connection, until=time.monotonic() + self.patience).decode("ascii", "replace")
            except OSError:
                raise ScannerAway from None


class Stream:
    """One stream to the daemon. What is fed after it broke goes nowhere, and the verdict says so; nothing is raised."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._connection: socket.socket | None = None
        self._is_broken = False
        try:
            self._connection = scanner.connect()
        except ScannerAway:
            self._is_broken = True
        self._send(b"zINSTREAM\0")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up. What was fed is forgotten by the daemon, and there is no verdict."""
        if self._connection is not None:
            self._connection.close()

    def feed(self, data: bytes) -> None:
        if data:
            self._send(len(data).to_bytes(4, "big") + data)

    def verdict(self) -> Verdict:
        """End the stream and wait for the answer.

        The daemon stops listening when it has found something, or had enough. So its answer is read even when it no
        longer takes what is sent; but then it can only be an infection, never clean.
        """
        self._send(_END)
        if self._connection is None:
            return NOT_SCANNED
        try:
            said = _answer(self._connection, until=time.monotonic() + self._scanner.longest_scan)
        except (OSError, ScannerAway):
            return NOT_SCANNED
        found = _FOUND.fullmatch(said)
        if found:
            return Verdict(Outcome.INFECTED, found["name"].decode("ascii", "replace"))
        return Verdict(Outcome.CLEAN) if said == _CLEAN and not self._is_broken else NOT_SCANNED

    def _send(self, data: bytes) -> None:
        if self._is_broken or self._connection is None:
            return
        try:
            self._connection.sendall(data)
        except OSError:
            self._is_broken = True


def _answer(connection: socket.socket, *, until: float) -> bytes:
    """One answer, up to its zero byte. Raises `ScannerAway` when it is cut off, endless or too late."""
    said = b""
    while not said.endswith(b"\0"):
        left = until - time.monotonic()
        if left <= 0 or len(said) > LONGEST_ANSWER:
            raise ScannerAway
        connection.settimeout(left)
        try:
            part = connection.recv(LONGEST_ANSWER)
        except OSError:
            raise ScannerAway from None
        if not part:
            raise ScannerAway
        said += part
    return said[:-1]


def _place(address: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """Raises `ScannerAway` for what is no address."""
    if not address:
        raise ScannerAway
    if address.startswith(("unix:", "/")):
        return socket.AF_UNIX, address.removeprefix("unix:").replace("//", "/", 1)
    parts = urlsplit(address if "//" in address else f"tcp://{address}")
    try:
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        raise ScannerAway from None
    if not host:
        raise ScannerAway
    return (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, port)
