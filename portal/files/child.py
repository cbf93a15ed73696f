"""The process in which whole files are parsed. Started by `conversation`, never imported by the portal.

It gets a kind and the bytes through one pipe, and answers through another. It has an empty environment, no key and no
setting; before it reads the file it gives up files, network and more (`confinement`). Where it cannot even give up
opening files, it reads none.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from portal.files import confinement, wire
from portal.files.confinement import Limits
from portal.files.enums import Confined, Kind, Removed, Trouble
from portal.files.wire import Delivery, Full

Maker = Callable[[bytes, Delivery], None]
_READ_BYTES = 1024 * 1024


class NoCopyPossible(Exception):
    """No safe copy can be made, for a known reason."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def main() -> None:
    from portal.files.copies import maker_of

    serve(maker_of)


# The decoder of HEIC does its work in a thread of its own.
_NEED_THREADS = {Kind.HEIC}


def serve(maker_of: Callable[[Kind], Maker], limits: Limits | None = None) -> None:
    """Confine this process, read the request, and answer it."""
    answer = take_standard_streams()
    kind, length = wire.read_request(read(wire.REQUEST.size))
    make = maker_of(kind)
    done = confinement.leave()
    done |= confinement.close(
        limits or Limits(), needs_threads=kind in _NEED_THREADS, is_alone=Confined.OWN_ACCOUNTS in done
    )
    delivery = Delivery(lambda frame: write(answer, frame))
    delivery.confined(done)
    if Confined.NO_DESCRIPTORS not in done:  # it could still open files and sockets, so it reads no hostile file
        delivery.end(Trouble.NOT_STARTED)
        return
    delivery.end(_trouble(make, read(length), delivery))


def _trouble(make: Maker, data: bytes, delivery: Delivery) -> Trouble | None:
    try:
        make(data, delivery)
    except Full:
        delivery.cut_short(Removed.PAGES)
    except NoCopyPossible as problem:
        return problem.trouble
    except MemoryError:
        return Trouble.MEMORY
    except Exception:  # noqa: BLE001  [a parser may raise anything on a hostile file, and each means the same]
        return Trouble.DAMAGED
    return None


def take_standard_streams() -> int:
    """The pipe for answers; standard output becomes nothing, since libraries write there what they like."""
    answer = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)
    return answer


def read(length: int) -> bytes:
    """So many bytes of the request, or fewer when it ends."""
    data = bytearray()
    while len(data) < length:
        part = os.read(0, min(_READ_BYTES, length - len(data)))
        if not part:
            break
        data += part
    return bytes(data)


def write(descriptor: int, frame: bytes) -> None:
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
