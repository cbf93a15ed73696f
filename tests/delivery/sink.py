"""A mail server in a process of its own, which keeps what it takes as lines: recipient and Message-ID.

It can be told to behave badly. `python -m tests.delivery.sink PORT FILE [BEHAVIOUR]`.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

ROOT = Path(__file__).resolve().parents[2]
HANGS = 3_600
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)


class Taking:
    """What the server does. Each name is one way of going wrong."""

    def __init__(self, path: Path, behaviour: str) -> None:
        self.file = path.open("a", buffering=1)
        self.behaviour = behaviour
        self.taken = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        session.messages = getattr(session, "messages", 0) + 1
        if session.messages > self.allowed("closes after "):
            return "421 4.7.0 enough for one connection"
        envelope.mail_from = address
        return "250 OK"

    def allowed(self, what: str) -> float:
        """The number in a behaviour such as 'closes after 3'."""
        return int(self.behaviour.removeprefix(what)) if self.behaviour.startswith(what) else float("inf")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.behaviour == "refuses" or (self.behaviour == "refuses one" and address.startswith("gone")):
            return "550 5.1.1 no such mailbox"
        if self.behaviour == "is set wrongly":
            return "550 5.7.1 relaying denied"
        if self.behaviour == "greylists" and not self.taken:
            self.taken += 1
            return "451 4.7.1 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.behaviour == "hangs":
            await asyncio.sleep(HANGS)
        found = MESSAGE_ID.search(envelope.content)
        name = found[1].decode() if found else "none"
        for address in envelope.rcpt_tos:
            self.file.write(f"{address} {name}\n")
        self.taken += 1
        if self.taken >= self.allowed("dies after "):
            os._exit(1)  # accepted, and never said so
        return "250 OK"


class Connection(SMTP):
    """One of those that are open at the same time; of too many, the last is turned away."""

    opened = 0
    allowed = float("inf")

    def connection_made(self, transport: Any) -> None:
        Connection.opened += 1
        if Connection.opened > self.allowed:
            transport.write(b"421 4.7.0 too many connections\r\n")
            transport.close()
        else:
            super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        Connection.opened -= 1
        if self.transport is not None:
            super().connection_lost(error)


async def serve(port: int, path: Path, behaviour: str) -> None:
    taking = Taking(path, behaviour)
    Connection.allowed = taking.allowed("allows ")
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(taking, enable_SMTPUTF8=True, hostname="sink.example"), "127.0.0.1", port
    )
    print("ready", flush=True)  # noqa: T201  (whoever started it waits for this)
    async with server:
        await server.serve_forever()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sink(folder: Path, behaviour: str = "takes", *, port: int = 0) -> Iterator[tuple[int, Path]]:
    """A server that runs meanwhile; gives its port, and where the lines are."""
    port, path = port or free_port(), folder / "taken"
    command = [sys.executable, "-m", "tests.delivery.sink", str(port), str(path), behaviour]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", "the mail server did not come up"
        yield port, path
    finally:
        process.kill()
        process.communicate()


def lines(path: Path) -> list[tuple[str, str]]:
    """Recipients and Message-IDs, in the order in which they were taken."""
    rows = path.read_text().splitlines() if path.exists() else []
    return [(row.partition(" ")[0], row.partition(" ")[2]) for row in rows]


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
