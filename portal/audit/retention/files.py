"""The file of an exported month: one line for each event, its leaf in hexadecimal and its canonical bytes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from portal.audit.merkle import leaf_hash

SUFFIX, NOTE_SUFFIX = ".trail", ".note"
BLOCK = 1 << 20


class Line(NamedTuple):
    """One event of a file: the leaf that is written down, the leaf that its bytes give, and the bytes."""

    leaf: bytes
    given: bytes
    event: bytes

    @property
    def at(self) -> str:
        """When it happened; the bytes are what was sealed, or `given` tells that they are not."""
        try:
            return str(json.loads(self.event)["at"])
        except (ValueError, KeyError, TypeError):
            return ""


def folder() -> Path:
    return Path(settings.PORTAL_TRAIL_FOLDER) / "segments"


def write(path: Path, lines: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write leaves with their events under another name first; gives the file's SHA-256.

    What stands there under that name is replaced: it was left by a run that broke off before its note was stored.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        digest = _write(draft, lines)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return digest


def _write(path: Path, lines: Iterable[tuple[bytes, bytes]]) -> bytes:
    digest = hashlib.sha256()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for leaf, event in lines:
            line = leaf.hex().encode() + b" " + event + b"\n"
            digest.update(line)
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return digest.digest()


def read(path: Path) -> Iterator[Line]:
    """The events of a file. A line that cannot be read gives a leaf that nothing fits. Raises `OSError`."""
    with path.open("rb") as file:
        for line in file:
            leaf, _gap, event = line.removesuffix(b"\n").partition(b" ")
            yield Line(_from_hex(leaf), leaf_hash(event), event)


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.digest()


def _from_hex(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return b""
