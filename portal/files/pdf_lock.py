"""Whether a PDF asks for a password before it shows anything (ISO 32000-2, section 7.6.4).

Many honest PDFs are locked against copying or printing only: they open with the empty password, and are taken. So the
empty password is tried here as a reader would. What cannot be decided from the bytes at hand is not called locked; the
child process finds out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import islice

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_POINTER = re.compile(rb"/Encrypt\s+(\d{1,9})\s+(\d{1,5})\s+R\b")
_INLINE = re.compile(rb"/Encrypt\s*<<")
_HANDLER = re.compile(rb"/Filter\s*/([A-Za-z.]{1,60})")
_IDENTITY = re.compile(rb"/ID\s*\[\s*(?=[(<])")
_LONGEST = 4096
_MOST_POINTERS = 3
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STRING_PIECE = re.compile(rb"\\([0-7]{1,3})|\\(\r\n|[\x00-\xff])|([()])|([^\\()]+)")
_AES_256 = 5  # the revision from which on the digests are of the SHA-2 family
_OLD, _WITH_METADATA_FLAG, _HARDENED = 2, 4, 6
_LONGEST_KEY = 16


@dataclass(frozen=True)
class _Lock:
    revision: int
    version: int
    permissions: int
    bits: int
    owner: bytes
    user: bytes
    covers_metadata: bool


def asks_for_password(*parts: bytes) -> bool:
    """Only if that is certain from the parts of the file at hand."""
    found = _dictionary(parts)
    if found is None:
        return False
    handler = _HANDLER.search(found)
    if handler and handler[1] != b"Standard":  # certificates, or a publisher's own
        return True
    lock = _read(found)
    return lock is not None and not _opens(lock, _identity(parts))


def _dictionary(parts: tuple[bytes, ...]) -> bytes | None:
    for part in parts:
        inline = _INLINE.search(part)
        if inline:
            return part[inline.start() : inline.start() + _LONGEST]
        for pointer in islice(_POINTER.finditer(part), _MOST_POINTERS):
            begin = re.compile(rb"(?<!\d)%s\s+%s\s+obj\b" % pointer.groups())
            for other in parts:
                place = begin.search(other)
                if place:
                    return other[place.start() : place.start() + _LONGEST].split(b"endobj")[0]
    return None


def _read(found: bytes) -> _Lock | None:
    """The values of the dictionary; None if one is missing."""
    revision, version = _number(found, b"R"), _number(found, b"V")
    permissions = _number(found, b"P")
    owner, user = _string(found, rb"/O\s*(?=[(<])"), _string(found, rb"/U\s*(?=[(<])")
    if revision is None or version is None or permissions is None or len(owner) < len(_PADDING) or not user:
        return None
    lengths = [int(length) for length in re.findall(rb"/Length\s+(\d{1,4})\b", found)]
    bits = next((length for length in lengths if length >= 40), 40)  # noqa: PLR2004  [the shortest key, in bits]
    covers_metadata = not re.search(rb"/EncryptMetadata\s+false", found)
    return _Lock(revision, version, permissions, bits, owner, user, covers_metadata)


def _number(found: bytes, name: bytes) -> int | None:
    number = re.search(rb"/%s\s+(-?\d{1,10})\b" % name, found)
    return int(number[1]) if number else None


def _identity(parts: tuple[bytes, ...]) -> bytes:
    return next((_string_at(part, found.end()) for part in parts if (found := _IDENTITY.search(part))), b"")


def _string(found: bytes, name: bytes) -> bytes:
    place = re.search(name, found)
    return _string_at(found, place.end()) if place else b""


def _string_at(text: bytes, place: int) -> bytes:
    """A string of PDF (section 7.3.4), written in brackets or as digits."""
    if text[place : place + 1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", text[place : place + 600].split(b">")[0])
        return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    pieces: list[bytes] = []
    depth = 0
    for piece in _STRING_PIECE.finditer(text, place, place + 1200):
        octal, escaped, bracket, plain = piece.groups()
        depth += {b"(": 1, b")": -1}.get(bracket or b"", 0)
        if bracket and depth == 0:
            break
        if bracket and not (bracket == b"(" and depth == 1):
            pieces.append(bracket)
        elif octal:
            pieces.append(bytes([int(octal, 8) & 0xFF]))
        elif escaped:
            pieces.append(b"" if escaped in {b"\n", b"\r", b"\r\n"} else _ESCAPES.get(escaped, escaped))
        elif plain:
            pieces.append(plain)
    return b"".join(pieces)


def _opens(lock: _Lock, identity: bytes) -> bool:
    """Whether the empty password is the right one (algorithms 4, 5 and 11)."""
    if lock.revision >= _AES_256:
        salt = lock.user[32:40]
        digest = _hardened(salt) if lock.revision >= _HARDENED else hashlib.sha256(salt).digest()
        return digest == lock.user[:32]
    key = _file_key(lock, identity)
    if lock.revision == _OLD:
        return _rc4(key, _PADDING) == lock.user[:32]
    expected = hashlib.md5(_PADDING + identity, usedforsecurity=False).digest()
    for turn in range(20):
        expected = _rc4(bytes(byte ^ turn for byte in key), expected)
    return expected == lock.user[:16]


def _file_key(lock: _Lock, identity: bytes) -> bytes:
    """Algorithm 2, with the empty password."""
    text = _PADDING + lock.owner[:32] + (lock.permissions & 0xFFFFFFFF).to_bytes(4, "little") + identity
    if lock.revision >= _WITH_METADATA_FLAG and not lock.covers_metadata:
        text += b"\xff\xff\xff\xff"
    length = {1: 5, 4: _LONGEST_KEY}.get(lock.version, max(5, min(_LONGEST_KEY, lock.bits // 8)))
    digest = hashlib.md5(text, usedforsecurity=False).digest()
    for _turn in range(50 if lock.revision > _OLD else 0):
        digest = hashlib.md5(digest[:length], usedforsecurity=False).digest()
    return digest[:length]


def _hardened(salt: bytes) -> bytes:
    """Algorithm 2.B, with the empty password."""
    key = hashlib.sha256(salt).digest()
    turn, last = 0, 0
    while turn < 64 or last > turn - 32:  # noqa: PLR2004  [the standard's]
        cipher = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        text = cipher.update(key * 64) + cipher.finalize()
        digest = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(text[:16]) % 3]
        key, last, turn = digest(text).digest(), text[-1], turn + 1
    return key[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    other = 0
    for place in range(256):
        other = (other + state[place] + key[place % len(key)]) & 0xFF
        state[place], state[other] = state[other], state[place]
    place = other = 0
    out = bytearray()
    for byte in data:
        place = (place + 1) & 0xFF
        other = (other + state[place]) & 0xFF
        state[place], state[other] = state[other], state[place]
        out.append(byte ^ state[(state[place] + state[other]) & 0xFF])
    return bytes(out)
