"""Files: sealed and opened in chunks, with flat memory (docs/vault.md, byte by byte).

Each stream has a key of its own, as a field has, and numbers its chunks in the nonce, whose last byte marks the end
(after STREAM, Hoang, Reyhanitabar, Rogaway, Vizár 2015). So a chunk that is changed, cut off, swapped, repeated or
taken from another stream does not open.
"""

from __future__ import annotations

import secrets
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.vault import encoding
from portal.vault.envelopes import MAGIC, TAG_BYTES, VERSION
from portal.vault.errors import EnvelopeRefused
from portal.vault.secret import SALT_BYTES, Secret

STREAM = 2  # the kind of envelope
CHUNK_BYTES = 64 * 1024
_HEADER = struct.Struct(f">2sBB16s{SALT_BYTES}sI")
HEADER_BYTES = _HEADER.size
_LABEL = b"partner-portal vault stream"
_COUNTER_BYTES = 11
_MORE, _LAST = b"\x00", b"\x01"


@dataclass(frozen=True)
class Header:
    """What stands in clear before the chunks, and is authenticated with each of them."""

    key: uuid.UUID
    salt: bytes

    def packed(self) -> bytes:
        return _HEADER.pack(MAGIC, VERSION, STREAM, self.key.bytes, self.salt, CHUNK_BYTES)


def read_header(source: BinaryIO) -> Header:
    """Read the head of a stream. Raises `EnvelopeRefused` for what is too short, or of another version or kind."""
    packed = source.read(HEADER_BYTES)
    if len(packed) != HEADER_BYTES:
        raise EnvelopeRefused
    magic, version, kind, key, salt, chunk = _HEADER.unpack(packed)
    if (magic, version, kind, chunk) != (MAGIC, VERSION, STREAM, CHUNK_BYTES):
        raise EnvelopeRefused
    return Header(uuid.UUID(bytes=key), salt)


class Writer:
    """Seals what is written to it into `out`. Only what was closed is whole; what was not does not open."""

    def __init__(self, data_key: Secret, *, key: uuid.UUID, record: str, file: str, out: BinaryIO) -> None:
        header = Header(key, secrets.token_bytes(SALT_BYTES))
        self._cipher = _cipher(data_key, header, record, file)
        self._header, self._out = header.packed(), out
        self._waiting = bytearray()
        self._number = 0
        self.length = 0
        self.is_closed = False
        out.write(self._header)

    def write(self, data: bytes | memoryview) -> int:
        if self.is_closed:
            raise ValueError("This stream is closed.")
        self._waiting += data
        self.length += len(data)
        while len(self._waiting) > CHUNK_BYTES:  # the last chunk waits for `close`, which marks it
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), _MORE)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def close(self) -> None:
        """Seal the last chunk, which says that it is the last; it is empty only when the whole file is."""
        if not self.is_closed:
            self._seal(bytes(self._waiting), _LAST)
            self._waiting.clear()
            self.is_closed = True

    def _seal(self, chunk: bytes, mark: bytes) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, mark), chunk, self._header))
        self._number += 1


def read(data_key: Secret, *, key: uuid.UUID, record: str, file: str, source: BinaryIO) -> Iterator[bytes]:
    """Open a stream from its beginning, chunk by chunk.

    Raises `EnvelopeRefused` at the first chunk that does not fit. Whoever acts on the chunks before knows the file to
    be whole only when this has ended.
    """
    header = read_header(source)
    if header.key != key:
        raise EnvelopeRefused
    cipher, packed = _cipher(data_key, header, record, file), header.packed()
    number, sealed = 0, source.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        chunk = _open(cipher, _nonce(number, _MORE if following else _LAST), sealed, packed)
        if number and not chunk:
            raise EnvelopeRefused
        yield chunk
        if not following:
            return
        number, sealed = number + 1, following


def sealed_length(length: int) -> int:
    """How long the stream of a file of so many bytes is."""
    chunks = max(1, -(-length // CHUNK_BYTES))
    return HEADER_BYTES + length + chunks * TAG_BYTES


def _open(cipher: AESGCM, nonce: bytes, sealed: bytes, header: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, sealed, header)
    except (InvalidTag, ValueError):
        raise EnvelopeRefused from None


def _nonce(number: int, mark: bytes) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + mark


def _cipher(data_key: Secret, header: Header, record: str, file: str) -> AESGCM:
    bound = encoding.joined(
        _LABEL, bytes([VERSION, STREAM]), encoding.name(record), header.key.bytes, encoding.name(file)
    )
    return data_key.cipher(salt=header.salt, info=bound)
