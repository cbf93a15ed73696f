"""The process around LibreOffice: it turns an Office file into a PDF. Started by `office`.

It gets an order and the file through one pipe, and hands the PDF back through another. Before LibreOffice starts, both
are kept to one folder in memory, without a network (`enclosure`). What it hands back is as hostile as the file was.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.files import child, confinement, enclosure, profile, wire
from portal.files.enclosure import Bounds
from portal.files.enums import Confined, Kind, Trouble

LAST_PAGE = 151  # one more than the maker of copies shows, so that it sees that there are more
SECONDS = 75.0
_PATH = "/usr/bin:/bin"
_LOOK_EVERY = 0.25
_LONGEST_ORDER = 8 * 1024
# How LibreOffice calls its readers. Named, so that it does not guess: a file is read as the kind that we found, or not.
_READERS = {
    Kind.DOCX: "MS Word 2007 XML",
    Kind.DOC: "MS Word 97",
    Kind.ODT: "writer8",
    Kind.RTF: "Rich Text Format",
    Kind.XLSX: "Calc MS Excel 2007 XML",
    Kind.XLS: "MS Excel 97",
    Kind.ODS: "calc8",
    Kind.PPTX: "Impress MS PowerPoint 2007 XML",
    Kind.PPT: "MS PowerPoint 97",
    Kind.ODP: "impress8",
}
_WRITERS = {
    **dict.fromkeys((Kind.DOCX, Kind.DOC, Kind.ODT, Kind.RTF), "writer_pdf_Export"),
    **dict.fromkeys((Kind.XLSX, Kind.XLS, Kind.ODS), "calc_pdf_Export"),
    **dict.fromkeys((Kind.PPTX, Kind.PPT, Kind.ODP), "impress_pdf_Export"),
}
KINDS = frozenset(_READERS)
_WAYS_OUT = {"PageRange": {"type": "string", "value": f"1-{LAST_PAGE}"}}


class Failed(Exception):
    """No PDF, for a reason that we have a word for."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Order:
    """What is to be converted, where, and by which program."""

    kind: Kind
    length: int
    folder: str
    program: str

    def packed(self) -> bytes:
        said = {"kind": self.kind.value, "length": self.length, "folder": self.folder, "program": self.program}
        return json.dumps(said).encode().ljust(_LONGEST_ORDER)


def read_order(packed: bytes) -> Order:
    said = json.loads(packed)
    return Order(Kind(said["kind"]), said["length"], said["folder"], said["program"])


def main(bounds: Bounds | None = None, *, seconds: float = SECONDS) -> None:
    """Confine this process, read the order, and answer with a PDF or with a word of `Trouble`."""
    answer = child.take_standard_streams()
    order, bounds = read_order(child.read(_LONGEST_ORDER)), bounds or Bounds()
    try:
        if not enclosure.is_enough(_enclosed(order, bounds)):
            raise Failed(Trouble.NOT_STARTED)
        said = _converted(order, bounds, time.monotonic() + seconds)
    except Failed as problem:
        said = problem.trouble.value.encode()
    except (OSError, MemoryError):
        said = Trouble.MEMORY.value.encode()
    child.write(answer, said)


def _enclosed(order: Order, bounds: Bounds) -> set[Confined]:
    done = confinement.leave(with_processes=True)
    is_alone = Confined.OWN_ACCOUNTS in done
    return done | enclosure.enclose(Path(order.folder), Path(order.program), is_alone=is_alone, bounds=bounds)


def _converted(order: Order, bounds: Bounds, until: float) -> bytes:
    folder = Path(order.folder)
    profile.write(folder / "profile")
    for name in ("temporary", "out"):
        (folder / name).mkdir()
    source = folder / f"document.{order.kind.value}"
    source.write_bytes(child.read(order.length))
    with _started(order, source) as process:
        _attend(process, folder, most=bounds.folder, until=until)
    return _read(folder / "out" / "document.pdf")


def _started(order: Order, source: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  [a program that was found, and no shell]
        _command(order, source),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": _PATH, "HOME": order.folder, "TMPDIR": f"{order.folder}/temporary"},
        cwd=order.folder,
        close_fds=True,
        preexec_fn=confinement.end_with_parent,  # noqa: PLW1509  [this process has one thread]
    )


def _attend(process: subprocess.Popen[bytes], folder: Path, *, most: int, until: float) -> None:
    """Wait for the program's end, and end it when it takes too long or fills the folder."""
    while process.poll() is None:
        trouble = Trouble.TIME if time.monotonic() > until else Trouble.TOO_LARGE if _size(folder) > most else None
        if trouble:
            process.kill()
            raise Failed(trouble)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_EVERY)
    if process.returncode:
        raise Failed(Trouble.CRASH)


def _command(order: Order, source: Path) -> list[str]:
    return [
        order.program,
        "--headless",
        "--nologo",
        "--nodefault",
        "--norestore",
        "--nolockcheck",
        f"-env:UserInstallation=file://{order.folder}/profile",
        f"--infilter={_READERS[order.kind]}",
        "--convert-to",
        f"pdf:{_WRITERS[order.kind]}:{json.dumps(_WAYS_OUT)}",
        "--outdir",
        f"{order.folder}/out",
        str(source),
    ]


def _size(folder: Path) -> int:
    """What the files in it take up; what comes and goes in the meantime does not matter."""
    taken = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            try:
                taken += os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue
    return taken


def _read(path: Path) -> bytes:
    """What the program wrote: a file and no link, pipe or folder, and not too much of it."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise Failed(Trouble.NOTHING) from None
    found = os.fstat(opened)
    if not stat.S_ISREG(found.st_mode):
        raise Failed(Trouble.NONSENSE)
    if found.st_size > wire.MOST_BYTES:
        raise Failed(Trouble.TOO_LARGE)
    with os.fdopen(opened, "rb") as file:
        return file.read(wire.MOST_BYTES)
