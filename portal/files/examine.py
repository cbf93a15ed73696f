"""The look at a whole file, in the child process: what the door could not see from its ends.

A container's parts are read under a budget; what is packed inside is looked into again, to a depth.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import olefile  # type: ignore[import-untyped]  # it has none
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # it has none
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # as above

from portal.files import attachments, compound, content, zips
from portal.files.child import NoCopyPossible
from portal.files.enums import Finding, Reason, Removed, Shape, Trouble
from portal.files.wire import Delivery

LARGEST_PART = 24 * 1024 * 1024  # of XML, which grows tenfold once it is read
MOST_UNPACKED = 256 * 1024 * 1024
DEEPEST = 3
_MOST_LOOKED_AT = 200
_FOUND = {
    Reason.LOCKED: Finding.LOCKED,
    Reason.BOMB: Finding.BOMB,
    Reason.ODD_CONTAINER: Finding.ODD_CONTAINER,
    Reason.MACROS: Finding.MACROS,
    Reason.NESTED: Finding.NESTED,
}
_STOPS = {Reason.LOCKED: Trouble.LOCKED, Reason.BOMB: Trouble.BOMB}
_PACKED = ("embeddings/", "activex/", "object ", "ole/", "customui/")
_MACRO_TYPES = (b"macroEnabled", b"vbaProject", b"vnd.ms-office.vba")


class Package:
    """A zip of Office, looked through at once; its parts are then read by name.

    Raises `NoCopyPossible` for what is no zip, is locked, or grows beyond the budget.
    """

    def __init__(self, data: bytes, out: Delivery, *, depth: int = 1) -> None:
        self._out, self._depth = out, depth
        self._left = MOST_UNPACKED
        self._judge(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError):
            raise NoCopyPossible(Trouble.DAMAGED) from None
        self.names = frozenset(self._zip.namelist())
        self._look_inside()

    def read(self, name: str, *, most: int = LARGEST_PART) -> bytes:
        """One part; nothing if it is missing or broken. Raises `NoCopyPossible` for one that is too large."""
        if name not in self.names:
            return b""
        try:
            with self._zip.open(name) as part:
                data = part.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
            self._out.finding(Finding.DAMAGED)
            return b""
        self._left -= len(data)
        if len(data) > most or self._left < 0:
            raise NoCopyPossible(Trouble.TOO_COMPLEX)
        return data

    def unpacked_size(self, name: str) -> int:
        """What the directory says of it, beyond which the reader does not unpack."""
        return self._zip.getinfo(name).file_size if name in self.names else 0

    def xml(self, name: str) -> Element | None:
        """One part as a tree; None if it is missing or none. Entities and document types are not let through."""
        data = self.read(name)
        if not data:
            return None
        try:
            root: Element = fromstring(data, forbid_dtd=True)
        except DefusedXmlException:
            self._out.finding(Finding.BOMB)
            return None
        except (ParseError, ValueError):
            self._out.finding(Finding.DAMAGED)
            return None
        return root

    def _judge(self, data: bytes) -> None:
        try:
            reason = zips.judged(zips.read(data, length=len(data)))
        except zips.NotADirectory:
            raise NoCopyPossible(Trouble.DAMAGED) from None
        except zips.OddDirectory:
            reason = Reason.ODD_CONTAINER
        if reason in _FOUND:
            self._out.finding(_FOUND[reason])
        if reason is Reason.MACROS:
            self._out.removed(Removed.MACROS)
        if reason in _STOPS:
            raise NoCopyPossible(_STOPS[reason])

    def _look_inside(self) -> None:
        types = self.read("[Content_Types].xml")
        if any(mark in types for mark in _MACRO_TYPES):
            self._out.finding(Finding.MACROS)
            self._out.removed(Removed.MACROS)
        for name in self._hiding_places():
            self._out.removed(Removed.EMBEDDED)
            packed(name, self.read(name), self._out, depth=self._depth + 1)

    def _hiding_places(self) -> Iterator[str]:
        found = (name for name in sorted(self.names) if any(place in name.lower() for place in _PACKED))
        for number, name in enumerate(name for name in found if not name.endswith(("/", ".rels", ".xml"))):
            if number >= _MOST_LOOKED_AT:
                self._out.finding(Finding.NESTED)
                return
            yield name


def packed(name: str, data: bytes, out: Delivery, *, depth: int) -> None:
    """Something inside something else."""
    if not data:
        return
    if depth > DEEPEST:
        out.finding(Finding.NESTED)
        return
    # Office calls its own objects `.bin`; what they are is in their bytes.
    attachments.look(name.removesuffix(".bin"), data, out)
    shape = content.shape(data[: 64 * 1024])
    if shape is Shape.OLE2:
        compound_file(data, out, is_embedded=True).close()
    elif shape is Shape.ZIP:
        try:
            Package(data, out, depth=depth)
        except NoCopyPossible as problem:
            out.finding(Finding.BOMB if problem.trouble in {Trouble.BOMB, Trouble.TOO_COMPLEX} else Finding.NESTED)


def compound_file(data: bytes, out: Delivery, *, is_embedded: bool = False) -> Any:
    """An older Office container, looked through. Raises `NoCopyPossible` for what is none."""
    try:
        container = olefile.OleFileIO(io.BytesIO(data))
    except (OSError, ValueError, IndexError, TypeError, AttributeError):
        if is_embedded:
            out.finding(Finding.DAMAGED)
            return io.BytesIO()
        raise NoCopyPossible(Trouble.DAMAGED) from None
    names = {part for path in container.listdir(streams=True, storages=True) for part in path}
    if names & set(compound.LOCKED):
        out.finding(Finding.LOCKED)
    if names & set(compound.MACROS):
        out.finding(Finding.MACROS)
        out.removed(Removed.MACROS)
    if names & set(compound.PROGRAMS) or (is_embedded and names & {"Equation Native"}):
        out.finding(Finding.EMBEDDED_OBJECT)
    return container
