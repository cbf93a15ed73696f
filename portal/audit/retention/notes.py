"""The signed note of an exported month: what its file holds, and how the chain goes on behind it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.audit.notes import NoteRefused

FIRST_LINE = "segment of "  # no checkpoint begins so, and neither note can pass for the other


@dataclass(frozen=True)
class SegmentHead:
    """What the note of a segment states."""

    origin: str
    month: str  # 2026-01
    first: int
    last: int
    link_before: bytes
    link_after: bytes
    nodes: bytes  # the complete subtrees of everything before `first`, one after the other
    root: bytes  # the tree's head over everything up to `last`
    digest: bytes  # SHA-256 of the file
    time: str

    def body(self) -> str:
        lines = [f"{name.replace('_', '-')} {_text(getattr(self, name))}" for name in _LINES]
        return "".join(f"{line}\n" for line in [FIRST_LINE + self.origin, *lines])


def read_segment(body: str) -> SegmentHead:
    """What the body of a segment's note states. Raises `NoteRefused`."""
    first, *lines = body.removesuffix("\n").split("\n")
    names = [line.partition(" ")[0].replace("-", "_") for line in lines]
    if not first.startswith(FIRST_LINE) or names != list(_LINES):
        raise NoteRefused("it does not have the lines of a segment's note")
    try:
        read = {name: _LINES[name](line.partition(" ")[2]) for name, line in zip(names, lines, strict=True)}
    except ValueError:
        raise NoteRefused("a line of it cannot be read") from None
    return SegmentHead(origin=first.removeprefix(FIRST_LINE), **read)


def _text(value: bytes | int | str) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_LINES: dict[str, Callable[[str], Any]] = {
    "month": str,
    "first": int,
    "last": int,
    "link_before": _bytes,
    "link_after": _bytes,
    "nodes": _bytes,
    "root": _bytes,
    "digest": _bytes,
    "time": str,
}
