"""What the looking process does once a file has taken it over: each function is an entry for `markings.running`."""

from __future__ import annotations

import os
import struct
import sys
import threading
from collections.abc import Callable

from portal.files.confinement import Limits
from portal.files.markings import child
from portal.files.markings.rule import Found
from portal.files.markings.wire import Mark, Order

Doing = Callable[[], None]


def doing(act: Doing, **limits: int) -> None:
    def look(data: bytes, order: Order, is_all: bool) -> tuple[Found, set[Mark]]:
        act()
        return Found(), set()

    child.serve(look, Limits(**limits))


def eat_memory() -> None:
    held: list[bytearray] = []

    def act() -> None:
        while True:
            held.append(bytearray(16 * 1024 * 1024))

    doing(act, memory=256 * 1024 * 1024)


def compute_for_ever() -> None:
    def act() -> None:
        while True:
            pass

    doing(act, processor=1)


def never_end() -> None:
    def act() -> None:
        threading.Event().wait()

    doing(act)


def never_read() -> None:
    threading.Event().wait()


def crash() -> None:
    doing(lambda: os._exit(3))


def leave_early() -> None:
    doing(lambda: os._exit(0))


def said(*frames: tuple[bytes, bytes]) -> bytes:
    return b"".join(struct.pack(">cI", mark, len(word)) + word for mark, word in frames)


LIES = {
    "a sign of its own": said((b"S", b"trust me"), (b"E", b"")),
    "a banner that is none": said((b"B", b"The valve is at 38.5, -92.1"), (b"E", b"")),
    "a banner with more": said((b"B", b"CUI//SP-CEII\nThe valve"), (b"E", b"")),
    "no end": said((b"B", b"CUI")),
    "two ends": said((b"E", b""), (b"E", b"")),
    "more behind the end": said((b"E", b""), (b"B", b"CUI")),
    "an end that we have not": said((b"E", b"all is well")),
    "a mark that we have not": said((b"X", b""), (b"E", b"")),
    "a length beyond the end": struct.pack(">cI", b"B", 500) + b"CUI",
    "half a frame": b"B\0",
    "bytes that are no text": said((b"B", b"\xff\xfe"), (b"E", b"")),
    "very many banners": said(
        *[(b"B", f"CUI//A{one:c}{two:c}".encode()) for one in range(65, 91) for two in range(65, 91)]
    ),
    "nothing": b"",
}


def raw(data: bytes) -> None:
    while os.read(0, 65_536):
        pass
    sys.stdout.buffer.write(data)


def lie() -> None:
    raw(LIES["a banner that is none"])


def lie_as_told() -> None:
    """The file says which lie."""
    data = b""
    while part := os.read(0, 65_536):
        data += part
    sys.stdout.buffer.write(LIES[data[256:].decode()])


def flood() -> None:
    raw(said((b"B", b"CUI")) * 60_000 + said((b"E", b"")))
