"""What the reading child does once a file has taken it over: each function is an entry for `running.Reader`."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import threading
from collections.abc import Callable
from functools import partial

from portal.files import confinement, wire as frames
from portal.files.confinement import Limits
from portal.files.reading import child, recogniser, wire
from portal.files.reading.wire import Delivery
from tests.files import plain
from tests.files.hostile import frame, is_open, raw, tried

Act = Callable[[bytes, Delivery], None]


def doing(act: Act, **limits: int) -> None:
    child.serve(lambda order: lambda data, _order, out: act(data, out), Limits(**limits))


def say(out: Delivery, *words: object) -> None:
    out.page(out.pages + 1, "\n".join(str(word) for word in words))


def eat_memory() -> None:
    def act(data: bytes, out: Delivery) -> None:
        held = []
        while True:
            held.append(bytearray(16 * 1024 * 1024))

    doing(act, memory=256 * 1024 * 1024)


def compute_for_ever() -> None:
    def act(data: bytes, out: Delivery) -> None:
        while True:
            pass

    doing(act, processor=1)


def never_end() -> None:
    def act(data: bytes, out: Delivery) -> None:
        threading.Event().wait()

    doing(act)


def crash() -> None:
    doing(lambda data, out: say(out, ctypes.string_at(0)))


def raise_something() -> None:
    def act(data: bytes, out: Delivery) -> None:
        raise ZeroDivisionError

    doing(act)


def leave_early() -> None:
    doing(lambda data, out: os._exit(0))


def flood() -> None:
    def act(data: bytes, out: Delivery) -> None:
        while True:
            raw(b"x" * 65_536)

    doing(act)


def say_too_much() -> None:
    def act(data: bytes, out: Delivery) -> None:
        for number in range(1, wire.MOST_PAGES + 50):
            out.page(number, "a page")

    doing(act)


def look_around() -> None:
    def act(data: bytes, out: Delivery) -> None:
        say(out, *sorted(os.environ), *sys.argv, os.getcwd(), *sorted(sys.modules))
        say(out, *(number for number in range(256) if is_open(number)))
        paths = (data.decode(), f"/proc/{os.getppid()}/environ", "/etc/passwd")
        say(out, *(tried(partial(os.open, path, os.O_RDONLY)) for path in paths))
        say(out, tried(lambda: os.execv("/bin/true", ["true"])), tried(os.pipe))  # noqa: S606  [that is what it tries]

    doing(act)


def page(number: int, text: bytes = b"x", *, layer: int = 0, name: int = 0) -> bytes:
    return frame(b"T", struct.pack(">IBH", number, layer, name) + text)


LIES = {
    "no mark": b"Zgarbage",
    "unknown mark": frame(b"Z", b"x"),
    "unknown word": frame(b"F", b"all is well"),
    "length beyond the end": frames.FRAME.pack(b"T", 2**31) + b"x",
    "text that is none": page(1, b"\xff\xfe"),
    "control characters": page(1, "a\u202eb".encode()),
    "a page twice": page(1) + page(1),
    "pages out of order": page(2) + page(1),
    "a page beyond all numbers": page(4_000_000_000),
    "an unknown layer": page(1, layer=9),
    "name beyond the page": page(1, name=500),
    "page too short": frame(b"T", b"x"),
    "text too long": page(1, b"x" * (wire.LONGEST_PAGE + 1)),
    "too many pages": b"".join(page(number) for number in range(1, wire.MOST_PAGES + 90)),
    "too much text": b"".join(page(number, b"x" * wire.LONGEST_PAGE) for number in range(1, 60)),
    "a picture that nobody asked for": frame(b"P", struct.pack(">I", 7) + plain.jpeg()),
    "picture with metadata": frame(b"P", struct.pack(">I", 1) + plain.jpeg_with_metadata()),
    "picture that is a page": frame(b"P", struct.pack(">I", 1) + b"<html><script>x()</script>"),
    "two pictures of one page": frame(b"P", struct.pack(">I", 1) + plain.jpeg()) * 2,
    "two ends": frame(b"E", b""),
    "more after the end": frame(b"E", b"") + frame(b"F", b"no-title"),
    "unknown fact": frame(b"M", b"shoe size\x0042"),
    "fact too long": frame(b"M", b"title\0" + b"x" * 5000),
    "a count that is none": frame(b"M", b"page count\0many"),
    "a date that is none": frame(b"M", b"dated\x002026-02-31"),
    "a language that is none": frame(b"M", b"language\0<script>"),
    "a pickle": frame(b"E", b"cos\nsystem\n(S'true'\ntR."),
}


def lie() -> None:
    doing(lambda data, out: raw(LIES[data.decode()]))


def cannot_give_up_files() -> None:
    confinement._opens_nothing = lambda: False  # as on a machine where the limit does not hold
    doing(lambda data, out: say(out, "read all the same"))


def recognise_in_a_second() -> None:
    recogniser.main(seconds=1)


def recognise_without_walls() -> None:
    confinement.landlock = lambda *_: False  # as on a machine without Landlock
    recogniser.main()
