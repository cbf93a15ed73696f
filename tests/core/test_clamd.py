"""Only an exact 'stream: OK' to a stream that was heard to its end is clean."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from portal.core.clamd import EICAR, Outcome, Scanner, ScannerAway, Verdict

REAL = os.environ.get("PORTAL_TEST_CLAMD_ADDRESS", "")
with_clamd = pytest.mark.skipif(not REAL, reason="no ClamAV (make services starts one)")
Answering = Callable[[socket.socket], None]


@contextmanager
def daemon(answering: Answering) -> Iterator[Scanner]:
    """A daemon of the test's own that answers one connection."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            connection, _address = server.accept()
            with connection:
                answering(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Scanner(f"127.0.0.1:{server.getsockname()[1]}", patience=0.5, longest_scan=0.5)
    finally:
        server.close()
        thread.join(timeout=5)


def hear(connection: socket.socket) -> bytes:
    """All of a stream, as the protocol has it."""
    with connection.makefile("rb") as source:
        assert source.read(10) == b"zINSTREAM\0"
        heard = b""
        while length := int.from_bytes(source.read(4), "big"):
            heard += source.read(length)
        return heard


def after_hearing(answer: bytes) -> Answering:
    def do(connection: socket.socket) -> None:
        hear(connection)
        connection.sendall(answer)

    return do


def at_once(answer: bytes) -> Answering:
    def do(connection: socket.socket) -> None:
        connection.sendall(answer)

    return do


def test_what_is_fed_arrives_whole_and_is_clean() -> None:
    heard = []

    def do(connection: socket.socket) -> None:
        heard.append(hear(connection))
        connection.sendall(b"stream: OK\0")

    data = random.Random(1).randbytes(300_000)
    with daemon(do) as scanner, scanner.stream() as stream:
        for start in range(0, len(data), 65_536):
            stream.feed(data[start : start + 65_536])
        assert stream.verdict() == Verdict(Outcome.CLEAN)
    assert heard == [data]


def test_an_infection_is_named() -> None:
    with daemon(after_hearing(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")) as scanner:
        assert scanner.scan(b"x") == Verdict(Outcome.INFECTED, "Win.Test.EICAR_HDB-1")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n\0",
        b"stream: ok\0",
        b" stream: OK\0",
        b"stream: OK FOUND!\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"\0",
        b"x" * 10_000 + b"\0",
        "stream: ÖK\0".encode(),
    ],
)
def test_every_other_answer_is_no_verdict(answer: bytes) -> None:
    with daemon(after_hearing(answer)) as scanner:
        assert scanner.scan(b"x").outcome is Outcome.NOT_SCANNED


def test_an_ok_before_everything_was_heard_is_a_lie() -> None:
    with daemon(at_once(b"stream: OK\0")) as scanner, scanner.stream() as stream:
        with suppress(OSError):
            for _ in range(400):
                stream.feed(bytes(65_536))
        assert stream.verdict().outcome is Outcome.NOT_SCANNED


def test_one_that_hangs_is_given_up_on() -> None:
    released = threading.Event()

    def say_nothing(connection: socket.socket) -> None:
        hear(connection)
        released.wait(10)

    with daemon(say_nothing) as scanner:
        assert scanner.scan(b"x").outcome is Outcome.NOT_SCANNED
        released.set()


@pytest.mark.parametrize("address", ["", "127.0.0.1:1", "unix:/nowhere/clamd.sock", "tcp://:x", "://"])
def test_one_that_is_not_there_loses_nothing_and_clears_nothing(address: str) -> None:
    scanner = Scanner(address, patience=0.5)
    assert scanner.scan(b"x").outcome is Outcome.NOT_SCANNED
    assert not scanner.recognises_the_test_string()
    with pytest.raises(ScannerAway):
        scanner.signatures_from()


@pytest.mark.parametrize(
    ("version", "day"), [(b"ClamAV 1.4.6/27485/Thu Nov 19 09:25:01 2026\0", 19), (b"ClamAV 1.4.6\0", None)]
)
def test_the_age_of_signatures_is_read_where_it_is_said(version: bytes, day: int | None) -> None:
    def say(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(version)

    with daemon(say) as scanner:
        made = scanner.signatures_from()
    assert (made.day if made else None) == day


def test_it_listens_on_a_unix_socket_as_well(tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        connection, _address = server.accept()
        with connection:
            after_hearing(b"stream: OK\0")(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert Scanner(f"unix:{path}", patience=2).scan(b"x").outcome is Outcome.CLEAN
    thread.join(timeout=5)
    server.close()


@with_clamd
def test_the_real_one_finds_the_test_string_and_clears_text() -> None:
    scanner = Scanner(REAL)
    assert scanner.recognises_the_test_string()
    assert scanner.scan(EICAR[:-1]).outcome is Outcome.CLEAN
    assert scanner.scan(b"A van, twice.").outcome is Outcome.CLEAN
