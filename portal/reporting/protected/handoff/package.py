"""The package as a zip file, written piece by piece: what waits sealed on the disk is opened as it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from portal.reporting.protected.handoff.forms import Described, PackageForm
from portal.reporting.protected.handoff.sheets import HowTo, Package, sheets
from portal.reporting.protected.handoff.spool import Spool

FOLDER = "files"


class _Outgoing(io.RawIOBase):
    """What the zip writer has written and nobody has taken yet. It cannot go back, as a connection cannot."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


class Zipped:
    """The pieces of the zip file. Closing it lets go of the files, whether anything was sent or not."""

    def __init__(self, form: PackageForm, spool: Spool, *, made_on: Any, how_to: HowTo) -> None:
        described = form.described()
        self._spool = spool
        self._package = Package(
            said=form.cleaned_data,
            files=[(_name(number, one), one) for number, one in enumerate(described, start=1)],
            made_on=made_on,
            how_to=how_to,
        )

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces()
        finally:
            self.close()

    def close(self) -> None:
        self._spool.close()

    def _pieces(self) -> Iterator[bytes]:
        out = _Outgoing()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
            for name, text in sheets(self._package):
                packed.writestr(self._entry(name), text.encode())
            yield out.take()
            for name, one in self._package.files:
                with packed.open(self._entry(name), "w") as entry:
                    for piece in self._spool.pieces(one.file):
                        entry.write(piece)
                        yield out.take()
        yield out.take()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        day = self._package.made_on
        entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
        entry.external_attr = 0o600 << 16
        return entry


def _name(number: int, one: Described) -> str:
    """Numbered, so that two files of one name stand side by side."""
    return f"{FOLDER}/{number:02}-{one.file.name}"
