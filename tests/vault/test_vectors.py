"""Known answers: what was sealed once, by other code, opens for ever (tests/vault/make_vectors.py)."""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from portal.vault import copies, envelopes
from portal.vault.secret import Secret
from portal.vault.suites import PrivateKey
from tests.vault import make_vectors

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text())
KEY = uuid.UUID(VECTORS["data_key_id"])
RECORD: str = VECTORS["record"]
DATA_KEY = bytes.fromhex(VECTORS["data_key"])
PRIVATE = PrivateKey(bytes.fromhex(VECTORS["mlkem768_seed"]), bytes.fromhex(VECTORS["x25519"]))
DESK_COPY = bytes.fromhex(VECTORS["desk_copy"])


def test_the_desk_copy_opens() -> None:
    assert copies.open_on_desk(DESK_COPY, PRIVATE, record=RECORD, key=KEY).reveal() == DATA_KEY
    assert copies.desk_key_of(DESK_COPY) == PRIVATE.public().id


def test_the_code_copy_opens_and_is_found() -> None:
    sealed = bytes.fromhex(VECTORS["code_copy"])
    assert copies.open_with_code(sealed, VECTORS["code"], record=RECORD, key=KEY).reveal() == DATA_KEY
    assert copies.lookup_of(VECTORS["code"], record=RECORD) == VECTORS["look_up"]


@pytest.mark.parametrize("vector", VECTORS["envelopes"], ids=lambda vector: vector["plaintext"][:12] or "empty")
def test_the_envelopes_open(vector: dict[str, str]) -> None:
    opened = envelopes.open_(
        Secret(DATA_KEY),
        key=KEY,
        record=RECORD,
        field=VECTORS["field"],
        envelope=bytes.fromhex(vector["envelope"]),
    )
    assert opened.decode() == vector["plaintext"]


def test_new_vectors_would_open_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_vectors, "FILE", tmp_path / "vectors.json")
    make_vectors.main()
    made = json.loads((tmp_path / "vectors.json").read_text())
    private = PrivateKey(bytes.fromhex(made["mlkem768_seed"]), bytes.fromhex(made["x25519"]))
    sealed, key = bytes.fromhex(made["desk_copy"]), uuid.UUID(made["data_key_id"])
    assert copies.open_on_desk(sealed, private, record=RECORD, key=key).reveal().hex() == made["data_key"]


def open_by_hand(sealed: bytes, info: bytes) -> bytes:
    """HPKE's base mode (RFC 9180, section 5) over the hybrid KEM 0x647a (X-Wing), without the library's HPKE.

    Should the draft or the library change, this is how what is stored now is still opened.
    """
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(PRIVATE.mlkem768)
    curve = x25519.X25519PrivateKey.from_private_bytes(PRIVATE.curve25519)
    to_lattice, to_curve, ciphertext = sealed[:1088], sealed[1088:1120], sealed[1120:]
    both = lattice.decapsulate(to_lattice) + curve.exchange(x25519.X25519PublicKey.from_public_bytes(to_curve))
    combined = both + to_curve + curve.public_key().public_bytes_raw() + rb"\.//^" + b"\\"
    shared = hashlib.sha3_256(combined).digest()
    context = b"\0" + labelled_extract(b"", b"psk_id_hash", b"") + labelled_extract(b"", b"info_hash", info)
    secret = labelled_extract(shared, b"secret", b"")
    key, nonce = (labelled_expand(secret, *rest) for rest in ((b"key", context, 32), (b"base_nonce", context, 12)))
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


SUITE = b"HPKE" + bytes.fromhex("647a 0001 0002")  # KEM, KDF, AEAD


def labelled_extract(salt: bytes, label: bytes, material: bytes) -> bytes:
    return HKDF.extract(SHA256(), salt, b"HPKE-v1" + SUITE + label + material)


def labelled_expand(secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + SUITE + label + info
    return HKDFExpand(SHA256(), length, labelled).derive(secret)


def test_the_desk_copy_opens_without_the_librarys_hpke() -> None:
    header, sealed = DESK_COPY[:21], DESK_COPY[21:]
    info = make_vectors.with_lengths(b"partner-portal vault desk copy", header, RECORD.encode(), KEY.bytes)
    assert open_by_hand(sealed, info) == DATA_KEY
    with pytest.raises(InvalidTag):
        open_by_hand(sealed, info + b"x")
