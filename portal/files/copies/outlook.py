"""Mail as Outlook stores it ([MS-OXMSG]): the same parts as of other mail, read from streams named by number."""

from __future__ import annotations

import email
from collections.abc import Callable
from email.policy import default
from typing import Any

from portal.files import attachments, examine
from portal.files.child import NoCopyPossible
from portal.files.copies import mail
from portal.files.enums import Finding, Kind, Removed, Title, Trouble
from portal.files.wire import Delivery

_TEXT, _BYTES, _OLD_TEXT = "001F", "0102", "001E"
_BODY, _MARKUP, _HEADERS = "1000", "1013", "007D"
_SHOWN = {"From": ("0C1A", "5D01", "0C1F"), "To": ("0E04",), "Cc": ("0E03",), "Subject": ("0037",)}
_FILE_NAMES = ("3707", "3704", "3001")
_MOST_ATTACHED = 100


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return copy


def copy(data: bytes, out: Delivery) -> None:
    """Raises `NoCopyPossible` for what is no mail."""
    container = examine.compound_file(data, out)
    if not container.exists("__properties_version1.0"):
        out.finding(Finding.OTHER_KIND)
        raise NoCopyPossible(Trouble.DAMAGED)
    written = _text(container, _HEADERS)
    if written:
        mail.headers(email.message_from_string(written, policy=default), out)
    else:
        rows = [(name, " ".join(_text(container, one) for one in numbers).strip()) for name, numbers in _SHOWN.items()]
        out.table([row for row in rows if row[1]], title=Title.HEADERS)
    _body(container, out)
    mail.listed(_attached(container, out), out)


def _body(container: Any, out: Delivery) -> None:
    text = _text(container, _BODY)
    markup = _stream(container, f"__substg1.0_{_MARKUP}{_BYTES}") or b""
    if markup:
        out.removed(Removed.MARKUP)
    out.text(text or mail.plain(markup.decode("utf-8", "replace")))


def _attached(container: Any, out: Delivery) -> list[list[str]]:
    folders = sorted({path[0] for path in container.listdir() if path[0].startswith("__attach_version1.0_")})
    rows = []
    for folder in folders[:_MOST_ATTACHED]:
        name = next((found for one in _FILE_NAMES if (found := _text(container, one, folder))), "")
        data = _stream(container, f"{folder}/__substg1.0_3701{_BYTES}") or b""
        attachments.look(name, data, out)
        rows.append([name or folder, "", str(len(data))])
    return rows


def _text(container: Any, number: str, folder: str = "") -> str:
    start = f"{folder}/" if folder else ""
    data = _stream(container, f"{start}__substg1.0_{number}{_TEXT}")
    if data is not None:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    return (
        (_stream(container, f"{start}__substg1.0_{number}{_OLD_TEXT}") or b"").decode("cp1252", "replace").rstrip("\0")
    )


def _stream(container: Any, name: str) -> bytes | None:
    try:
        return bytes(container.openstream(name).read()) if container.exists(name) else None
    except OSError:
        return None
