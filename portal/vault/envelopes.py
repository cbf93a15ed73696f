"""The envelope of one field: what it looks like, and how it is sealed and opened (docs/vault.md, byte by byte).

Every envelope has a key of its own, derived from the record's data key and a fresh random salt. That key seals once,
so its nonce is constant: AES-GCM asks that no pair of key and nonce is used twice (NIST SP 800-38D, section 8).
"""

from __future__ import annotations

import secrets
import struct
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.vault import encoding
from portal.vault.errors import EnvelopeRefused
from portal.vault.secret import SALT_BYTES, Secret

MAGIC = b"PV"
VERSION = 1
FIELD = 1  # kinds of envelope; streams.py has the other
TAG_BYTES = 16
NONCE = bytes(12)
LONGEST = 16 * 1024 * 1024  # a field, not a file
_HEADER = struct.Struct(f">2sBB16s{SALT_BYTES}sI")
HEADER_BYTES = _HEADER.size
_LABEL = b"partner-portal vault field"


@dataclass(frozen=True)
class Header:
    """What stands in clear before the ciphertext, and is authenticated with it."""

    key: uuid.UUID
    salt: bytes
    length: int

    def packed(self) -> bytes:
        return _HEADER.pack(MAGIC, VERSION, FIELD, self.key.bytes, self.salt, self.length)


def read_header(envelope: bytes) -> Header:
    """Raises `EnvelopeRefused` for what is too short, too long, or of another version or kind."""
    if len(envelope) < HEADER_BYTES + TAG_BYTES:
        raise EnvelopeRefused
    magic, version, kind, key, salt, length = _HEADER.unpack_from(envelope)
    if (magic, version, kind) != (MAGIC, VERSION, FIELD):
        raise EnvelopeRefused
    if len(envelope) != HEADER_BYTES + length + TAG_BYTES:
        raise EnvelopeRefused
    return Header(uuid.UUID(bytes=key), salt, length)


def seal(data_key: Secret, *, key: uuid.UUID, record: str, field: str, plaintext: bytes) -> bytes:
    """Raises `ValueError` when a name is empty or the field is longer than an envelope may be."""
    if len(plaintext) > LONGEST:
        raise ValueError(f"A field has at most {LONGEST} bytes; files are not sealed as fields.")
    header = Header(key, secrets.token_bytes(SALT_BYTES), len(plaintext))
    packed = header.packed()
    return packed + field_cipher(data_key, header, record, field).encrypt(NONCE, plaintext, packed)


def open_(data_key: Secret, *, key: uuid.UUID, record: str, field: str, envelope: bytes) -> bytes:
    """Raises `EnvelopeRefused`, whatever it is that does not fit."""
    header = read_header(envelope)
    if header.key != key:
        raise EnvelopeRefused
    try:
        cipher = field_cipher(data_key, header, record, field)
        return cipher.decrypt(NONCE, envelope[HEADER_BYTES:], envelope[:HEADER_BYTES])
    except (InvalidTag, ValueError):
        raise EnvelopeRefused from None


def field_cipher(data_key: Secret, header: Header, record: str, field: str) -> AESGCM:
    """The cipher under the key of one envelope: bound to version, record, data key and field (RFC 5869, section 2)."""
    bound = encoding.joined(
        _LABEL, bytes([VERSION, FIELD]), encoding.name(record), header.key.bytes, encoding.name(field)
    )
    return data_key.cipher(salt=header.salt, info=bound)
