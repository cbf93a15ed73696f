"""The older Office kinds: looked into, not copied. No well-kept library reads them, and they are rare by now."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from portal.files import examine
from portal.files.child import NoCopyPossible
from portal.files.enums import Fact, Finding, Kind, Trouble
from portal.files.wire import Delivery

_PROPERTIES = {
    "author": Fact.AUTHOR,
    "last_saved_by": Fact.LAST_AUTHOR,
    "title": Fact.TITLE,
    "subject": Fact.SUBJECT,
    "keywords": Fact.KEYWORDS,
    "company": Fact.COMPANY,
    "creating_application": Fact.CREATOR,
    "create_time": Fact.CREATED,
    "last_saved_time": Fact.MODIFIED,
    "last_printed": Fact.PRINTED,
}
_WORD_FLAGS_AT, _WORD_LOCKED = 10, 0x0100  # [MS-DOC], section 2.5.2
_FILEPASS, _MACRO_SHEETS = 0x002F, 1  # [MS-XLS], sections 2.4.117 and 2.4.28
_BOUND_SHEET, _MOST_RECORDS = 0x0085, 5_000
_LOCKED_TOKEN = 0xF3D1C4DF  # [MS-PPT], section 2.3.2


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return partial(look, kind=kind)


def look(data: bytes, out: Delivery, *, kind: Kind) -> None:
    """Always ends in `NoCopyPossible`: locked, damaged, or no copy of this kind."""
    container = examine.compound_file(data, out)
    _tell(container, out)
    is_locked = {Kind.DOC: _is_locked_document, Kind.XLS: _is_locked_workbook, Kind.PPT: _is_locked_show}[kind]
    if is_locked(container, out):
        out.finding(Finding.LOCKED)
        raise NoCopyPossible(Trouble.LOCKED)
    raise NoCopyPossible(Trouble.KIND)


def _tell(container: Any, out: Delivery) -> None:
    try:
        properties = container.get_metadata()
    except Exception:  # noqa: BLE001  [what broken properties raise depends on where they are broken]
        out.finding(Finding.DAMAGED)
        return
    for name, fact in _PROPERTIES.items():
        value = getattr(properties, name, None)
        if isinstance(value, bytes):
            value = value.decode("cp1252", "replace")
        if isinstance(value, str | datetime):
            out.fact(fact, value)


def _stream(container: Any, out: Delivery, *names: str) -> bytes:
    for name in names:
        if container.exists(name):
            return bytes(container.openstream(name).read())
    out.finding(Finding.OTHER_KIND)
    raise NoCopyPossible(Trouble.KIND)


def _is_locked_document(container: Any, out: Delivery) -> bool:
    data = _stream(container, out, "WordDocument")
    flags = int.from_bytes(data[_WORD_FLAGS_AT : _WORD_FLAGS_AT + 2], "little")
    return bool(flags & _WORD_LOCKED)


def _is_locked_workbook(container: Any, out: Delivery) -> bool:
    """Also finds sheets of macros in the old manner, which stand in the list of sheets."""
    data = _stream(container, out, "Workbook", "Book")
    place = 0
    for _record in range(_MOST_RECORDS):
        if place + 4 > len(data):
            break
        name, length = struct.unpack_from("<HH", data, place)
        if name == _FILEPASS:
            return True
        if name == _BOUND_SHEET and data[place + 9 : place + 10] == bytes([_MACRO_SHEETS]):
            out.finding(Finding.MACROS)
        place += 4 + length
    return False


def _is_locked_show(container: Any, out: Delivery) -> bool:
    _stream(container, out, "PowerPoint Document")
    user = _stream(container, out, "Current User") if container.exists("Current User") else b""
    return int.from_bytes(user[12:16], "little") == _LOCKED_TOKEN
