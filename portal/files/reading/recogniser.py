"""The process around Tesseract: it turns the picture of one page into text. Started by `recognition`.

It gets an order and the picture through one pipe, and answers through another. Neither it nor Tesseract writes any
file: picture and text pass through memory. Before Tesseract starts, both are kept behind the walls of
`files.enclosure`. What it says is as hostile as the picture was.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from portal.files import child, confinement, enclosure
from portal.files.enclosure import Bounds
from portal.files.enums import Confined, Trouble
from portal.files.reading import texts, wire
from portal.files.reading.wire import Delivery, Layer

SECONDS = 30.0
BOUNDS = Bounds(memory=2 * 1024**3, file=32 * 1024**2, processor=40, files=64)
ORDINARY = "eng"
_PATH = "/usr/bin:/bin"
_NO_FOLDER = Path(os.devnull)


class Failed(Exception):
    """No text, for a reason that we have a word for."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Order:
    """The number of the page, the length of its picture, and the letters of which language to expect."""

    program: str
    page: int
    length: int
    language: str = ORDINARY

    def packed(self) -> bytes:
        said = {"program": self.program, "page": self.page, "length": self.length, "language": self.language}
        return json.dumps(said).encode().ljust(wire.ORDER_BYTES)


def read_order(packed: bytes) -> Order:
    said = json.loads(packed)
    return Order(said["program"], said["page"], said["length"], said["language"])


def main(bounds: Bounds = BOUNDS, *, seconds: float = SECONDS) -> None:
    """Confine this process, read the order, and answer with the text of the page, or with a word of `Trouble`."""
    answer = child.take_standard_streams()
    order = read_order(child.read(wire.ORDER_BYTES))
    delivery = Delivery(lambda frame: child.write(answer, frame))
    try:
        if not enclosure.is_enough(_enclosed(order, bounds)):
            raise Failed(Trouble.NOT_STARTED)
        text = _recognised(order, child.read(order.length), seconds)
    except Failed as problem:
        delivery.end(problem.trouble)
    except (OSError, MemoryError):
        delivery.end(Trouble.MEMORY)
    else:
        delivery.page(order.page, texts.tidy(text), layer=Layer.RECOGNISED)
        delivery.end()


def _enclosed(order: Order, bounds: Bounds) -> set[Confined]:
    done = confinement.leave(with_processes=True)
    is_alone = Confined.OWN_ACCOUNTS in done
    return done | enclosure.enclose(_NO_FOLDER, Path(order.program), is_alone=is_alone, bounds=bounds)


def _recognised(order: Order, picture: bytes, seconds: float) -> str:
    """Raises `Failed`. One program is started and no more: the kernel lets none follow the first of its own room."""
    shown, written = os.memfd_create("picture"), os.memfd_create("text")
    child.write(shown, picture)
    os.lseek(shown, 0, os.SEEK_SET)
    with _started(order, shown, written) as process:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed(Trouble.TIME) from None
    if code:
        raise Failed(Trouble.CRASH)
    return os.pread(written, wire.LONGEST_PAGE, 0).decode("utf-8", "replace")


def _started(order: Order, shown: int, written: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  [a program that was found, and no shell]
        [order.program, "stdin", "stdout", "-l", order.language],
        stdin=shown,
        stdout=written,
        stderr=subprocess.DEVNULL,
        env={"PATH": _PATH, "OMP_THREAD_LIMIT": "1"},
        cwd="/",
        close_fds=True,
        preexec_fn=confinement.end_with_parent,  # noqa: PLW1509  [this process has one thread]
    )
