"""HPKE to a desk key pair: the hybrid of ML-KEM-768 and X25519 (docs/vault.md says what its draft status means).

The suites of RFC 9180 have numbers of their own; the hybrid's is in a draft that may still change, so what is stored
carries our number, which stands for one construction of one version of the library and is never used again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from portal.vault.errors import EnvelopeRefused

SUITE_ID = 1
SUITE_NAME = "MLKEM768-X25519, HKDF-SHA256, AES-256-GCM"
ID_BYTES = 16
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_OVERHEAD = hpke.KEM.MLKEM768_X25519.enc_length() + 16  # encapsulation and tag


@dataclass(frozen=True)
class PublicKey:
    """The public half of a pair: both parts, since the hybrid has no serial form of its own."""

    mlkem768: bytes
    curve25519: bytes

    @property
    def id(self) -> str:
        """32 hexadecimal digits of a digest over both parts: a file that was swapped has another id."""
        digest = hashlib.sha256(b"partner-portal desk key 1" + self.mlkem768 + self.curve25519)
        return digest.digest()[:ID_BYTES].hex()

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        """HPKE's base mode, single shot (RFC 9180, section 6.1). `info` is bound, not stored."""
        both = hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(self.mlkem768),
            x25519.X25519PublicKey.from_public_bytes(self.curve25519),
        )
        return _SUITE.encrypt(plaintext, both, info)


@dataclass(frozen=True)
class PrivateKey:
    """The private half: ML-KEM's 64-byte seed (FIPS 203, section 7.1) and X25519's 32 bytes. Never printed."""

    mlkem768: bytes = field(repr=False)
    curve25519: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> PrivateKey:
        return cls(
            mlkem.MLKEM768PrivateKey.generate().private_bytes_raw(),
            x25519.X25519PrivateKey.generate().private_bytes_raw(),
        )

    def public(self) -> PublicKey:
        lattice, curve = self._parts()
        return PublicKey(lattice.public_key().public_bytes_raw(), curve.public_key().public_bytes_raw())

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Raises `EnvelopeRefused`."""
        if len(sealed) < _OVERHEAD:
            raise EnvelopeRefused
        try:
            return _SUITE.decrypt(sealed, hpke.MLKEM768X25519PrivateKey(*self._parts()), info)
        except (InvalidTag, ValueError):
            raise EnvelopeRefused from None

    def _parts(self) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
        return (
            mlkem.MLKEM768PrivateKey.from_seed_bytes(self.mlkem768),
            x25519.X25519PrivateKey.from_private_bytes(self.curve25519),
        )
