"""Key bytes that do not show themselves."""

from __future__ import annotations

import secrets
from typing import NoReturn

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SALT_BYTES = 32


class Secret:
    """Bytes that neither an error page, nor a log line with local variables, nor a pickle shows."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    @classmethod
    def random(cls) -> Secret:
        return cls(secrets.token_bytes(KEY_BYTES))

    def __repr__(self) -> str:
        return "<Secret>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Neither a session, nor a job, nor a cache gets one."""
        raise TypeError("A secret is not stored.")

    def reveal(self) -> bytes:
        """The bytes themselves, to be used in the same expression and kept in no variable."""
        return self._value

    def derive(self, *, salt: bytes | None, info: bytes) -> bytes:
        """HKDF with SHA-256 (RFC 5869). `info` says what the derived key is for."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(self._value)

    def cipher(self, *, salt: bytes, info: bytes) -> AESGCM:
        """AES-256-GCM under a derived key. A fresh salt makes a fresh key, which seals once."""
        return AESGCM(self.derive(salt=salt, info=info))
