"""The process in which files are looked through for markings. Started by `conversation`, never imported by the portal.

It lives behind the same walls as the one that makes safe copies (`files.child`). It says which markings it found, and
no other word of the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from portal.files import child, confinement
from portal.files.child import NoCopyPossible
from portal.files.confinement import Limits
from portal.files.enums import Confined, Trouble
from portal.files.markings import wire
from portal.files.markings.rule import Found
from portal.files.markings.wire import Mark, Order
from portal.files.wire import FRAME

LIMITS = Limits(memory=1536 * 1024 * 1024, processor=120)
_READ_BYTES = 1024 * 1024
Looker = Callable[[bytes, Order, bool], tuple[Found, set[Mark]]]  # the last says whether the bytes are all of the file


def main() -> None:
    from portal.files.markings.looking import Look

    def look(data: bytes, order: Order, is_all: bool) -> tuple[Found, set[Mark]]:
        one = Look(order.seconds)
        one.at(data, ending=order.ending, is_all=is_all)
        marks = {Mark.PART: not one.is_whole, Mark.PICTURES: one.has_pictures}
        return one.finder.found(), {mark for mark, holds in marks.items() if holds}

    serve(look)


def serve(look: Looker, limits: Limits = LIMITS) -> None:
    """Confine this process, read the order and the file to its end, and answer."""
    answer = child.take_standard_streams()
    order = wire.read_order(child.read(wire.ORDER_BYTES))
    done = confinement.leave()
    done |= confinement.close(limits, is_alone=Confined.OWN_ACCOUNTS in done)

    def say(mark: Mark, word: str = "") -> None:
        child.write(answer, FRAME.pack(mark.value, len(word.encode())) + word.encode())

    for one in done:
        say(Mark.CONFINED, one.value)
    if Confined.NO_DESCRIPTORS not in done:
        say(Mark.END, Trouble.NOT_STARTED.value)
        return
    data, is_all = _file()
    trouble = _answered(lambda: look(data, order, is_all), say)
    say(Mark.END, trouble.value if trouble else "")


def _answered(look: Callable[[], tuple[Found, set[Mark]]], say: Callable[[Mark, str], None]) -> Trouble | None:
    """Say what was found; what kept the file from being looked through, or None."""
    try:
        found, marks = look()
    except NoCopyPossible as problem:
        return problem.trouble
    except (MemoryError, RecursionError) as problem:
        return Trouble.MEMORY if isinstance(problem, MemoryError) else Trouble.TOO_COMPLEX
    except Exception:  # noqa: BLE001  [a parser may raise anything on a hostile file, and each means the same]
        return Trouble.DAMAGED
    for sign in found.signs:
        say(Mark.SIGN, sign.value)
    for banner in found.banners:
        say(Mark.BANNER, banner)
    for mark in marks:
        say(mark, "")
    return None


def _file() -> tuple[bytes, bool]:
    """The file until the pipe ends; of one that is too large both ends, and that it is not all."""
    data, tail = bytearray(), bytearray()
    while part := os.read(0, _READ_BYTES):
        room = wire.LARGEST - len(data)
        data += part[:room]
        tail += part[room:]
        del tail[: -wire.END_BYTES]
    return (bytes(data), True) if not tail else (bytes(data[: wire.END_BYTES]) + bytes(tail), False)
