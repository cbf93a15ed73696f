"""Receipt codes: words with which a submitter, and nobody else outside Desk, opens again what they sent.

Eight words of BIP 39's list, 11 bits each. People write them down and type them, so they are shorter than a code that
nothing has to slow down; a slow hash (Argon2id, RFC 9106) stands before the key. No two words of the list begin with
the same four letters: those are enough, and capitals, hyphens and commas do not count.
"""

from __future__ import annotations

import re
import secrets
import struct
import uuid
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from mnemonic import Mnemonic

from portal.vault.copies import VERSION, code_info, data_key_of
from portal.vault.envelopes import NONCE, TAG_BYTES
from portal.vault.errors import CodeRefused, EnvelopeRefused
from portal.vault.secret import KEY_BYTES, Secret

WORDS = 8
BITS_A_WORD = 11
TELLING_LETTERS = 4
MAGIC = b"PR"
SALT_BYTES = 16
# RFC 9106, section 4: what of the second recommended setting fits into a request on a small machine.
MEMORY_KIB, ITERATIONS, LANES = 64 * 1024, 2, 1
_MOST_MEMORY_KIB, _MOST_ITERATIONS = 256 * 1024, 10
_HEADER = struct.Struct(f">2sBIBB{SALT_BYTES}s")


def new_words() -> str:
    """A new code: eight words in lower case, with a hyphen between."""
    words = _words()
    return "-".join(secrets.choice(words) for _ in range(WORDS))


def read_words(typed: str) -> str:
    """A code as somebody typed it, in the form of `new_words`.

    Raises `CodeRefused` with one sentence that says which word is not of the list; that tells nothing about any code.
    """
    given = re.findall(r"[^\W\d_]+", typed.lower())
    if len(given) != WORDS:
        raise CodeRefused(f"The receipt code has {WORDS} words; {len(given)} were typed.")
    return "-".join(_read_word(word, number) for number, word in enumerate(given, start=1))


def seal_to_words(data_key: Secret, words: str, *, record: str, key: uuid.UUID) -> bytes:
    """A data key sealed to a code in the form of `new_words`. Takes a tenth of a second and 64 MiB."""
    header = _HEADER.pack(MAGIC, VERSION, MEMORY_KIB, ITERATIONS, LANES, secrets.token_bytes(SALT_BYTES))
    cipher = _slow(words, header).cipher(salt=header[-SALT_BYTES:], info=code_info(record, key))
    return header + cipher.encrypt(NONCE, data_key.reveal(), header)


def open_with_words(sealed: bytes, words: str, *, record: str, key: uuid.UUID) -> Secret:
    """Raises `EnvelopeRefused`, for a wrong code and for a damaged copy alike."""
    if len(sealed) != _HEADER.size + KEY_BYTES + TAG_BYTES or not is_sealed_to_words(sealed):
        raise EnvelopeRefused
    header = sealed[: _HEADER.size]
    try:
        cipher = _slow(words, header).cipher(salt=header[-SALT_BYTES:], info=code_info(record, key))
        return data_key_of(cipher.decrypt(NONCE, sealed[_HEADER.size :], header))
    except (InvalidTag, ValueError):
        raise EnvelopeRefused from None


def is_sealed_to_words(sealed: bytes) -> bool:
    """Whether a stored copy is one of these, rather than one that a random code of 128 bits opens."""
    return sealed[:3] == MAGIC + bytes([VERSION])


def _slow(words: str, header: bytes) -> Secret:
    """What Argon2id makes of a code. A row could ask for any amount of memory: it gets no more than so much."""
    _magic, _version, memory, iterations, lanes, salt = _HEADER.unpack(header)
    if memory > _MOST_MEMORY_KIB or iterations > _MOST_ITERATIONS or lanes != LANES:
        raise EnvelopeRefused
    hashing = Argon2id(salt=salt, length=KEY_BYTES, iterations=iterations, lanes=lanes, memory_cost=memory)
    return Secret(hashing.derive(words.encode()))


def _read_word(word: str, number: int) -> str:
    found = _by_letters().get(word[:TELLING_LETTERS])
    if found is None or not found.startswith(word[: len(found)]):
        raise CodeRefused(f"Word {number} of the receipt code is not one that the portal uses; look at it again.")
    return found


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    return tuple(Mnemonic("english").wordlist)


@lru_cache(maxsize=1)
def _by_letters() -> dict[str, str]:
    return {word[:TELLING_LETTERS]: word for word in _words()}
