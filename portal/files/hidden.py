"""Whether a file is a second thing as well: a picture that is also a zip, a page, a program.

Readers disagree about where a file begins and ends; whoever hides one file in another uses that. These are the second
things that some program on an office computer would open. A film behind a picture is none: phones store moving
photographs so.
"""

from __future__ import annotations

import re

from portal.files import content, zips
from portal.files.enums import Shape

_MARKED_UP = re.compile(rb"<script[\s>]|<\?php|<!doctype html|<html[\s>]|<iframe[\s>]|<hta:", re.IGNORECASE)
_PROGRAM = re.compile(rb"This program (?:cannot be run in DOS mode|must be run under)|PE\0\0(?:L\x01|d\x86|\x64\xaa)")
_ARCHIVE = re.compile(rb"Rar!\x1a\x07[\x00\x01]|7z\xbc\xaf\x27\x1c\0[\x00-\x04]|MSCF\0\0\0\0")
# The start of a comment where a format lets its writer choose: so a picture is read as a script.
_COMMENT_AT = {Shape.GIF: (6,), Shape.BMP: (2,), Shape.JPEG: (4,), Shape.WEBP: (4,), Shape.WAVE: (4,), Shape.AVI: (4,)}
_ISO_AT, _ISO_MARK = 0x8001, b"CD001"
_TEXTS = {Shape.TEXT, Shape.RTF}
_CONTAINERS = {Shape.ZIP, Shape.OLE2}


def is_two_things(shape: Shape, *, head: bytes, tail: bytes) -> bool:
    if shape in _TEXTS:
        return zips.ends_in_one(tail)
    if shape is Shape.ZIP:
        return content.has_pdf_mark(head[:4]) or _is_disc(head)
    if zips.ends_in_one(tail) or _is_disc(head) or _is_script(shape, head):
        return True
    if shape is Shape.PDF:
        return bool(_ARCHIVE.match(tail))
    if content.has_pdf_mark(head):
        return True
    return shape not in _CONTAINERS and any(_carries_another(part) for part in (head, tail))


def _carries_another(part: bytes) -> bool:
    return any(pattern.search(part) for pattern in (_MARKED_UP, _PROGRAM, _ARCHIVE))


def _is_script(shape: Shape, head: bytes) -> bool:
    return any(head[place : place + 2] == b"/*" for place in _COMMENT_AT.get(shape, ()))


def _is_disc(head: bytes) -> bool:
    return head[_ISO_AT : _ISO_AT + len(_ISO_MARK)] == _ISO_MARK
