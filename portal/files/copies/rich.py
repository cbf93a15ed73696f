"""Rich text (RTF 1.9.1): its text. Objects in it are what attacks are made of, and make it held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from portal.files.enums import Fact, Finding, Kind, Removed
from portal.files.wire import Delivery

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SKIPPED = {
    *("fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator"),
    *("info", "pict", "object", "objdata", "themedata", "colorschememapping", "datastore", "latentstyles", "fldinst"),
    *("xmlnstbl", "wgrffmtfilter", "bkmkstart", "bkmkend", "filetbl", "nonshppict", "mmathPr", "template"),
}
_MARKS = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t"}
_SIGNS = {"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"}  # noqa: RUF001  [signs of the format]
_OBJECT = re.compile(rb"\\(?:objdata|objupdate|objautlink|objocx|objemb|objlink|objhtml)\b")
_FETCHES = re.compile(
    rb"\\\*\\template\s+(?:https?:|\\\\\\\\|\\'[0-9a-f]{2})|\bDDE(?:AUTO)?\b|\bINCLUDE(?:TEXT|PICTURE)\b"
)
_FACTS = re.compile(rb"\{\\(author|operator|title|company|subject)\s([^{}\\]{1,300})\}")
_NAMES = {
    b"author": Fact.AUTHOR,
    b"operator": Fact.LAST_AUTHOR,
    b"title": Fact.TITLE,
    b"company": Fact.COMPANY,
    b"subject": Fact.SUBJECT,
}
_DEEPEST = 1_000


def maker(kind: Kind) -> Callable[[bytes, Delivery], None]:
    return copy


def copy(data: bytes, out: Delivery) -> None:
    if _OBJECT.search(data):
        out.finding(Finding.EMBEDDED_OBJECT)
        out.removed(Removed.EMBEDDED)
    if _FETCHES.search(data):
        out.finding(Finding.LAUNCH)
    if b"\\pict" in data:
        out.removed(Removed.PICTURES)
    for found in _FACTS.finditer(data[:200_000]):
        out.removed(Removed.DOCUMENT_PROPERTIES)
        out.fact(_NAMES[found[1]], found[2].decode("cp1252", "replace"))
    out.removed(Removed.LAYOUT)
    out.text("".join(_pieces(data)))


class _Group:
    """One pair of braces: whether its text is shown, and how many bytes stand in for a Unicode character."""

    def __init__(self, outer: _Group | None = None) -> None:
        self.is_shown: bool = outer.is_shown if outer else True
        self.stand_ins: int = outer.stand_ins if outer else 1


def _pieces(data: bytes) -> Iterator[str]:
    groups, skip = [_Group()], 0
    for token in _TOKEN.finditer(data):
        word, number, code, sign, brace, text = token.groups()
        group = groups[-1]
        if brace == b"{" and len(groups) < _DEEPEST:
            groups.append(_Group(group))
        elif brace == b"}" and len(groups) > 1:
            groups.pop()
        elif word:
            shown, skip = _word(word.decode(), int(number or 1), group, skip)
            yield shown
        elif sign == b"*":
            group.is_shown = False
        elif group.is_shown:
            written = bytes([int(code, 16)]) if code else _SIGNED.get(sign or b"", sign or text or b"")
            yield written[skip:].decode("cp1252", "replace")
            skip = max(0, skip - len(written))


_SIGNED = {b"~": b"\xa0", b"_": b"-", b"-": b"", b"\n": b"\n", b"\r": b"\n", b"|": b"", b":": b""}


def _word(name: str, number: int, group: _Group, skip: int) -> tuple[str, int]:
    """What a control word shows, and how many bytes after it only stand in for that."""
    if name in _SKIPPED:
        group.is_shown = False
    elif name == "uc":
        group.stand_ins = max(0, min(number, 8))
    elif name == "u" and group.is_shown:
        point = number % 0x10000
        return ("" if 0xD800 <= point <= 0xDFFF else chr(point)), group.stand_ins  # noqa: PLR2004  [surrogates]
    return ((_MARKS.get(name) or _SIGNS.get(name) or "") if group.is_shown else ""), skip
