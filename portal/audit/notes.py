"""Checkpoints as signed notes (C2SP signed-note and tlog-checkpoint), so that other people's tools read them as well.

A note is lines of text, an empty line, and a signature line for each key. Ours: origin, number of events, head in
base64, then `link` and `time`, which the format allows as extensions. Signed with Ed25519 (RFC 8032).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = b"\x01"  # Ed25519, as signed-note numbers it
DASH = "—"
HASH_LENGTH = 4
LINES = 5


class NoteRefused(Exception):
    """A note is not one of ours: its form, its key or its signature is wrong."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint states."""

    origin: str
    size: int
    root: bytes
    link: bytes
    time: str  # RFC 3339, UTC

    def body(self) -> str:
        parts = [self.origin, str(self.size), _text(self.root), f"link {_text(self.link)}", f"time {self.time}"]
        return "".join(f"{part}\n" for part in parts)


def key_hash(name: str, public: bytes) -> bytes:
    """The short name of a key: the first four bytes of SHA-256 over name, line feed, algorithm and key."""
    return hashlib.sha256(name.encode() + b"\n" + ALGORITHM + public).digest()[:HASH_LENGTH]


def sign(body: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """The note: the body, an empty line and the signature line."""
    mark = key_hash(name, key.public_key().public_bytes_raw())
    return f"{body}\n{DASH} {name} {_text(mark + key.sign(body.encode()))}\n"


def open_note(note: str, keys: Mapping[bytes, Ed25519PublicKey]) -> str:
    """The body of a note that one of `keys` (by key hash) has signed. Raises `NoteRefused`.

    Lines of other keys are passed over, and what is no such line is refused: it would be read as if it were signed.
    """
    body, gap, signatures = note.rpartition("\n\n")
    if not gap:
        raise NoteRefused("it has no signature")
    if not signatures.endswith("\n"):
        raise NoteRefused("its last line does not end")
    made = [_signature(line) for line in signatures.removesuffix("\n").split("\n")]
    trusted = [(keys[mark], signature) for mark, signature in made if mark in keys]
    for key, signature in trusted:
        _verify(key, signature, f"{body}\n")
    if not trusted:
        raise NoteRefused("it is signed by none of the keys that are trusted")
    return f"{body}\n"


def read_head(body: str) -> Head:
    """What the body of a checkpoint states. Raises `NoteRefused`."""
    lines = body.splitlines()
    if len(lines) != LINES or not lines[3].startswith("link ") or not lines[4].startswith("time "):
        raise NoteRefused("it does not have the lines of a checkpoint")
    if not lines[1].isdecimal() or str(int(lines[1])) != lines[1]:
        raise NoteRefused("its number of events is none")
    return Head(lines[0], int(lines[1]), _bytes(lines[2]), _bytes(lines[3][5:]), lines[4][5:])


def _signature(line: str) -> tuple[bytes, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH:  # noqa: PLR2004  (dash, name, signature)
        raise NoteRefused("its signature line cannot be read")
    data = _bytes(parts[2])
    return data[:HASH_LENGTH], data[HASH_LENGTH:]


def _verify(key: Ed25519PublicKey, signature: bytes, body: str) -> None:
    try:
        key.verify(signature, body.encode())
    except InvalidSignature:
        raise NoteRefused("its signature is not of this text") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused("a line of it is not base64") from None
