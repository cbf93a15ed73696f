"""Words in bytes that nobody reads as text: recordings, older Office, and the ends of what is too large."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NARROW = re.compile(rb"[\x20-\x7e\t\r\n]{12,20000}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\t\r\n]\x00){12,20000}")
MOST = 4 * 1024 * 1024  # bytes that are looked through


def texts(data: bytes) -> Iterator[str]:
    """Runs of plain letters, of one byte each or of two."""
    for part in (data,) if len(data) <= MOST else (data[: MOST // 2], data[-MOST // 2 :]):
        for found in _NARROW.finditer(part):
            yield found[0].decode("ascii")
        for found in _WIDE.finditer(part):
            yield found[0].decode("utf-16-le", "ignore")
