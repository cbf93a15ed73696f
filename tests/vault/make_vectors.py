"""Makes tests/vault/vectors.json: what the format page says, written down a second time and without the portal's code.

Sealing is random, so the committed file is what counts, and tests only open it. A new one is made when a version of
the format is added, and then beside the old: `python -m tests.vault.make_vectors`.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE = Path(__file__).with_name("vectors.json")
RECORD, FIELD = "report:4f2a", "what happened"
PLAINTEXTS = ["", "A white van photographed the intake twice.", "Ünïcödé ✓"]


def with_lengths(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def hkdf(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def field_envelope(data_key: bytes, key_id: bytes, plaintext: bytes) -> bytes:
    salt = os.urandom(32)
    header = b"PV" + bytes([1, 1]) + key_id + salt + len(plaintext).to_bytes(4, "big")
    info = with_lengths(b"partner-portal vault field", bytes([1, 1]), RECORD.encode(), key_id, FIELD.encode())
    return header + AESGCM(hkdf(data_key, salt, info)).encrypt(bytes(12), plaintext, header)


def desk_copy(data_key: bytes, key_id: bytes, lattice: bytes, curve: bytes) -> bytes:
    public = hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(lattice), x25519.X25519PublicKey.from_public_bytes(curve)
    )
    ring_key = hashlib.sha256(b"partner-portal desk key 1" + lattice + curve).digest()[:16]
    header = b"PD" + bytes([1]) + (1).to_bytes(2, "big") + ring_key
    info = with_lengths(b"partner-portal vault desk copy", header, RECORD.encode(), key_id)
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    return header + suite.encrypt(data_key, public, info)


def code_copy(data_key: bytes, key_id: bytes, code: str) -> tuple[str, bytes]:
    salt = os.urandom(32)
    header = b"PC" + bytes([1]) + salt
    info = with_lengths(b"partner-portal vault code copy", bytes([1]), RECORD.encode(), key_id)
    look_up = hkdf(code.encode(), None, with_lengths(b"partner-portal vault code look-up", bytes([1]), RECORD.encode()))
    sealed = AESGCM(hkdf(code.encode(), salt, info)).encrypt(bytes(12), data_key, header)
    return look_up.hex(), header + sealed


def main() -> None:
    lattice, curve = mlkem.MLKEM768PrivateKey.generate(), x25519.X25519PrivateKey.generate()
    data_key, key_id, code = os.urandom(32), uuid.uuid4(), os.urandom(16).hex()
    public = lattice.public_key().public_bytes_raw(), curve.public_key().public_bytes_raw()
    look_up, to_code = code_copy(data_key, key_id.bytes, code)
    content = {
        "note": "Invented keys, for tests alone.",
        "record": RECORD,
        "field": FIELD,
        "data_key_id": str(key_id),
        "data_key": data_key.hex(),
        "mlkem768_seed": lattice.private_bytes_raw().hex(),
        "x25519": curve.private_bytes_raw().hex(),
        "desk_copy": desk_copy(data_key, key_id.bytes, *public).hex(),
        "code": code,
        "look_up": look_up,
        "code_copy": to_code.hex(),
        "envelopes": [
            {"plaintext": text, "envelope": field_envelope(data_key, key_id.bytes, text.encode()).hex()}
            for text in PLAINTEXTS
        ],
    }
    FILE.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
