"""How several values become one string of bytes, so that no two different lists of values look alike."""

from __future__ import annotations

LONGEST_NAME = 200  # characters of a record's or field's name


def joined(*parts: bytes) -> bytes:
    """Each part behind its length (four bytes, big-endian): ("ab", "c") and ("a", "bc") stay different."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def name(text: str) -> bytes:
    """A record's or field's name as bytes. Raises `ValueError` when it is empty or too long."""
    if not 0 < len(text) <= LONGEST_NAME:
        raise ValueError(f"A record's or field's name has 1 to {LONGEST_NAME} characters.")
    return text.encode()
