"""What is being written and was not sent: sealed under a key that only the browser's cookie holds (docs/vault.md).

Neither the database alone opens it, nor the desk, nor the cookie without the database.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import struct
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.vault import encoding
from portal.vault.envelopes import MAGIC, NONCE, TAG_BYTES, VERSION
from portal.vault.errors import CodeRefused, EnvelopeRefused
from portal.vault.records import DataKey
from portal.vault.secret import KEY_BYTES, SALT_BYTES, Secret

DRAFT = 3  # the kind of envelope
ID_BYTES = 16
_HEADER = struct.Struct(f">2sBB{SALT_BYTES}s")
_LABEL = b"partner-portal vault draft"


class BrowserKey:
    """The key in one browser's cookie, bound to one record. It is never printed, pickled or stored."""

    __slots__ = ("_key", "record")

    def __init__(self, key: Secret, *, record: str) -> None:
        self._key = key
        self.record = record

    def __repr__(self) -> str:
        return f"<BrowserKey of {self.record}>"

    @classmethod
    def new(cls, record: str) -> BrowserKey:
        return cls(Secret.random(), record=record)

    @classmethod
    def read(cls, text: str, *, record: str) -> BrowserKey:
        """The key as a cookie holds it. Raises `CodeRefused` for what is none."""
        try:
            key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            raise CodeRefused("This browser holds no key to what was written.")
        return cls(Secret(key), record=record)

    def for_cookie(self) -> str:
        """The key as text, to be handed to the browser and nothing else."""
        return base64.urlsafe_b64encode(self._key.reveal()).rstrip(b"=").decode()

    def seal(self, field: str, plaintext: bytes) -> bytes:
        header = _HEADER.pack(MAGIC, VERSION, DRAFT, secrets.token_bytes(SALT_BYTES))
        return header + self._cipher(header, field).encrypt(NONCE, plaintext, header)

    def open(self, field: str, envelope: bytes) -> bytes:
        """Raises `EnvelopeRefused`: another browser's, another record's, another field's, or damaged."""
        header = envelope[: _HEADER.size]
        if len(envelope) < _HEADER.size + TAG_BYTES or header[:4] != MAGIC + bytes([VERSION, DRAFT]):
            raise EnvelopeRefused
        try:
            return self._cipher(header, field).decrypt(NONCE, envelope[_HEADER.size :], header)
        except (InvalidTag, ValueError):
            raise EnvelopeRefused from None

    def keep(self, key: DataKey, field: str) -> bytes:
        """A record's data key, sealed for this browser: files go under it while the rest is still being written."""
        return self.seal(field, key.id.bytes + key._key.reveal())

    def kept(self, field: str, envelope: bytes) -> DataKey:
        """The data key that was kept. Raises `EnvelopeRefused`."""
        opened = self.open(field, envelope)
        if len(opened) != ID_BYTES + KEY_BYTES:
            raise EnvelopeRefused
        return DataKey(id=uuid.UUID(bytes=opened[:ID_BYTES]), record=self.record, key=Secret(opened[ID_BYTES:]))

    def _cipher(self, header: bytes, field: str) -> AESGCM:
        bound = encoding.joined(_LABEL, header[2:4], encoding.name(self.record), encoding.name(field))
        return self._key.cipher(salt=header[4:], info=bound)
