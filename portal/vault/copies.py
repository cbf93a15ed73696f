"""A data key, sealed: to the desk's public key, or to a code that only the submitter has (docs/vault.md).

Either is bound to the record and to the data key's id, so that a copy moved to another row does not open there.
"""

from __future__ import annotations

import secrets
import struct
import uuid

from cryptography.exceptions import InvalidTag

from portal.vault import encoding
from portal.vault.envelopes import NONCE, TAG_BYTES
from portal.vault.errors import CodeRefused, EnvelopeRefused
from portal.vault.secret import KEY_BYTES, SALT_BYTES, Secret
from portal.vault.suites import ID_BYTES, SUITE_ID, PrivateKey, PublicKey

VERSION = 1
SHORTEST_CODE = 22  # characters: 128 bits in the densest alphabet that people can type, base64url (RFC 4648, section 5)
_DESK_MAGIC, _CODE_MAGIC = b"PD", b"PC"
_DESK = struct.Struct(f">2sBH{ID_BYTES}s")
_CODE = struct.Struct(f">2sB{SALT_BYTES}s")


def seal_to_desk(data_key: Secret, to: PublicKey, *, record: str, key: uuid.UUID) -> bytes:
    header = _DESK.pack(_DESK_MAGIC, VERSION, SUITE_ID, bytes.fromhex(to.id))
    return header + to.seal(data_key.reveal(), _desk_info(header, record, key))


def desk_key_of(sealed: bytes) -> str:
    """The id of the desk key that a copy is sealed to. Raises `EnvelopeRefused`."""
    if len(sealed) < _DESK.size:
        raise EnvelopeRefused
    magic, version, suite, ring_key = _DESK.unpack_from(sealed)
    if (magic, version, suite) != (_DESK_MAGIC, VERSION, SUITE_ID):
        raise EnvelopeRefused
    return bytes(ring_key).hex()


def open_on_desk(sealed: bytes, private: PrivateKey, *, record: str, key: uuid.UUID) -> Secret:
    """Raises `EnvelopeRefused`."""
    desk_key_of(sealed)
    try:
        info = _desk_info(sealed[: _DESK.size], record, key)
    except ValueError:  # no record is called that
        raise EnvelopeRefused from None
    return data_key_of(private.open(sealed[_DESK.size :], info))


def seal_to_code(data_key: Secret, code: str, *, record: str, key: uuid.UUID) -> bytes:
    header = _CODE.pack(_CODE_MAGIC, VERSION, secrets.token_bytes(SALT_BYTES))
    cipher = _code_secret(code).cipher(salt=header[-SALT_BYTES:], info=code_info(record, key))
    return header + cipher.encrypt(NONCE, data_key.reveal(), header)


def open_with_code(sealed: bytes, code: str, *, record: str, key: uuid.UUID) -> Secret:
    """Raises `EnvelopeRefused`."""
    if len(sealed) != _CODE.size + KEY_BYTES + TAG_BYTES or sealed[:3] != _CODE_MAGIC + bytes([VERSION]):
        raise EnvelopeRefused
    header = sealed[: _CODE.size]
    try:
        cipher = _code_secret(code).cipher(salt=header[-SALT_BYTES:], info=code_info(record, key))
        return data_key_of(cipher.decrypt(NONCE, sealed[_CODE.size :], header))
    except (InvalidTag, ValueError):
        raise EnvelopeRefused from None


def lookup_of(code: str, *, record: str) -> str:
    """By what a code's copy is found: derived under another label, and for one record.

    The table tells neither the code nor whether two records have the same one. A plain derivation is enough, because
    a code is random with 128 bits or more: there is nothing to guess that a slow hash would have to slow down.
    """
    info = encoding.joined(b"partner-portal vault code look-up", bytes([VERSION]), encoding.name(record))
    return _code_secret(code).derive(salt=None, info=info).hex()


def is_long_enough(code: str) -> bool:
    return len(code) >= SHORTEST_CODE


def _code_secret(code: str) -> Secret:
    if not is_long_enough(code):
        raise CodeRefused(f"A code needs {SHORTEST_CODE} characters or more, and 128 random bits.")
    return Secret(code.encode(errors="surrogatepass"))


def _desk_info(header: bytes, record: str, key: uuid.UUID) -> bytes:
    return encoding.joined(b"partner-portal vault desk copy", header, encoding.name(record), key.bytes)


def code_info(record: str, key: uuid.UUID) -> bytes:
    return encoding.joined(b"partner-portal vault code copy", bytes([VERSION]), encoding.name(record), key.bytes)


def data_key_of(opened: bytes) -> Secret:
    if len(opened) != KEY_BYTES:
        raise EnvelopeRefused
    return Secret(opened)
