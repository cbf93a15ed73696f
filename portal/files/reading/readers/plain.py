"""Text and Markdown. Of Markdown the marks are left out, so that words stand as they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.files.copies.plain import decoded
from portal.files.reading.enums import Form
from portal.files.reading.parts import Block
from portal.files.reading.readers import written
from portal.files.reading.wire import Delivery, Order

_FRONT = re.compile(r"\A---[ \t]*\n(.{0,10000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|date):[ \t]*(.{1,300})$", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t#]*$")
_UNDERLINE = re.compile(r"^(?:=+|-+)[ \t]*$")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)")
_RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$")
_TABLE_RULE = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|?)+[ \t]*$")
_LEADING = re.compile(r"^[ \t]*(?:>[ \t]?)*(?:[-*+][ \t]+)?(?:\[[ xX]\][ \t]+)?")
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\](?:\([^()\s]{0,1000}(?:\s\"[^\"]{0,300}\")?\)|\[[^\[\]]{0,100}\])")
_EMPHASIS = re.compile(
    r"(\*\*|__|~~|`+)(?=\S)(.{1,500}?)(?<=\S)\1|(?<![\w*])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![\w*])"
)
_TAG = re.compile(r"<!--.{0,5000}?-->|</?[A-Za-z][^<>]{0,300}>", re.DOTALL)


def read(data: bytes, order: Order, out: Delivery) -> None:
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if order.form is Form.TEXT:
        written.deliver(_paragraphs(text), out)
        return
    front = _FRONT.match(text)
    told = {name.lower(): value.strip(" \"'") for name, value in _FIELD.findall(front[1])} if front else {}
    body = text[front.end() :] if front else text
    written.deliver(_blocks(body), out, titles=[told.get("title", "")], stamps=[told.get("date", "")])


def _paragraphs(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n[ \t]*\n|\f", text):
        yield Block(paragraph)


def _blocks(text: str) -> Iterator[Block]:
    """Headings and paragraphs; a line under a paragraph of one line makes it a heading (CommonMark, section 4.3)."""
    lines: list[str] = []
    is_code = False
    for line in _TAG.sub("", text).split("\n"):
        if _FENCE.match(line):
            is_code = not is_code
            continue
        heading = None if is_code else _HEADING.match(line)
        if heading:
            yield from _paragraph(lines)
            yield Block(_plain(heading[2]), len(heading[1]))
        elif not is_code and len(lines) == 1 and _UNDERLINE.match(line):
            yield Block(_plain(lines.pop()), 1 if line[0] == "=" else 2)
        elif not line.strip():
            yield from _paragraph(lines)
        elif not (_RULE.match(line) or _TABLE_RULE.match(line)):
            lines.append(line if is_code else _LEADING.sub("", line))
    yield from _paragraph(lines)


def _paragraph(lines: list[str]) -> Iterator[Block]:
    if lines:
        yield Block(_plain("\n".join(lines)))
        lines.clear()


def _plain(text: str) -> str:
    return _EMPHASIS.sub(lambda found: found[2] or found[3], _LINK.sub(r"\1", text)).strip(" |")
