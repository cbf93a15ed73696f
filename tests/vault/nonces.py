"""Records every pair of key and nonce that the vault seals with, over a whole run of the tests."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

seen: set[bytes] = set()


class RecordingCipher:
    """AES-GCM that fails when a key seals twice under one nonce. Only digests of the pairs are kept."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, *rest: Any) -> bytes:
        pair = hashlib.sha256(self._key + nonce).digest()
        assert pair not in seen, "a key sealed twice under the same nonce"
        seen.add(pair)
        return self._cipher.encrypt(nonce, *rest)

    def decrypt(self, *given: Any) -> bytes:
        return self._cipher.decrypt(*given)
