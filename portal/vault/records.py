"""The vault's public face: data keys for records, and what they seal.

A record is named by its room ("application:<uuid>"). It may have several data keys; each envelope names its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO, NoReturn

from django.db import IntegrityError, transaction

from portal import audit
from portal.audit import Verb
from portal.vault import copies, encoding, envelopes, keyring, receipts, streams
from portal.vault.errors import (
    CodeRefused,
    EnvelopeRefused,
    KeyDestroyed,
    KeyNotHeld,
    KeyRingProblem,
    KeyUnknown,
    VaultProblem,
)
from portal.vault.models import CodeCopy, DeskCopy, Destruction
from portal.vault.secret import Secret
from portal.vault.shredding import came_back, destroy, replay

__all__ = [
    "CodeRefused",
    "DataKey",
    "EnvelopeRefused",
    "KeyDestroyed",
    "KeyNotHeld",
    "KeyRingProblem",
    "KeyUnknown",
    "VaultProblem",
    "desk_key",
    "destroy",
    "give_words",
    "issue_words",
    "key_by_code",
    "key_by_words",
    "new_key",
    "open_file",
    "open_many",
    "open_sealed",
]

MOST_CODES = 4  # copies that are tried: whoever can insert rows must not make one attempt cost minutes


class DataKey:
    """A record's data key, as long as a request needs it. It is never printed, pickled or copied."""

    __slots__ = ("_key", "id", "record")

    def __init__(self, *, id: uuid.UUID, record: str, key: Secret) -> None:
        self.id = id
        self.record = record
        self._key = key

    def __repr__(self) -> str:
        return f"<DataKey {self.id}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Neither a session, nor a job, nor a cache gets one."""
        raise TypeError("A data key is not stored.")

    def seal(self, field: str, plaintext: bytes) -> bytes:
        """An envelope that describes itself. The same text sealed twice gives two different envelopes."""
        return envelopes.seal(self._key, key=self.id, record=self.record, field=field, plaintext=plaintext)

    def open(self, field: str, envelope: bytes) -> bytes:
        """Raises `EnvelopeRefused`, also for an envelope of this record under another data key."""
        return envelopes.open_(self._key, key=self.id, record=self.record, field=field, envelope=bytes(envelope))

    def writer(self, file: str, out: BinaryIO) -> streams.Writer:
        """Seal a file into `out` as it comes in: what is written to the writer goes there in chunks."""
        return streams.Writer(self._key, key=self.id, record=self.record, file=file, out=out)

    def read(self, file: str, source: BinaryIO) -> Iterator[bytes]:
        """Open a file chunk by chunk. Raises `EnvelopeRefused` at the first that does not fit."""
        return streams.read(self._key, key=self.id, record=self.record, file=file, source=source)


def new_key(record: str, *, code: str = "", words: str = "") -> DataKey:
    """Make a data key for a record and store it sealed to the desk, and to `code` or `words` if these are given.

    It is committed in the vault's database before this returns, so that no content is ever stored without its key;
    inside a transaction of that database this raises `RuntimeError`. `code` is a random secret of 128 bits or more
    that the portal does not keep, `words` a receipt code (receipts.py). Works on every site: nothing is read.
    Raises `CodeRefused` and `KeyRingProblem`.
    """
    encoding.name(record)
    key = DataKey(id=uuid.uuid4(), record=record, key=Secret.random())
    desk_copy = _desk_copy(key)
    copies_for_codes = [_code_copy(key, code)] if code else []
    copies_for_codes += [_words_copy(key, words)] if words else []
    try:
        with transaction.atomic(using="vault", durable=True):
            desk_copy.save(force_insert=True)
            for copy in copies_for_codes:
                copy.save(force_insert=True)
    except IntegrityError:
        if not code:
            raise
        raise CodeRefused("That code opens a key of this record already.") from None
    return key


def key_by_code(record: str, code: str) -> DataKey | None:
    """Open a record's data key again with the submitter's own code; None if no copy is sealed to it.

    Raises `EnvelopeRefused` when there is a copy, but damaged or of another record.
    """
    if not copies.is_long_enough(code):
        return None
    copy = CodeCopy.objects.filter(lookup=copies.lookup_of(code, record=record)).first()
    if copy is None:
        return None
    opened = copies.open_with_code(bytes(copy.sealed), code, record=record, key=copy.data_key)
    return DataKey(id=copy.data_key, record=record, key=opened)


def key_by_words(record: str, words: str) -> DataKey | None:
    """Open a record's data key again with the submitter's receipt code; None if no copy opens with it.

    `words` are in the form that `receipts.read_words` gives. Each copy costs a tenth of a second; whoever asks limits
    how often. A damaged copy opens as little as a wrong code does.
    """
    rows = CodeCopy.objects.filter(record=record).order_by("-made_at")[:MOST_CODES]
    for row in rows:
        sealed = bytes(row.sealed)
        if receipts.is_sealed_to_words(sealed):
            with suppress(EnvelopeRefused):
                opened = receipts.open_with_words(sealed, words, record=record, key=row.data_key)
                return DataKey(id=row.data_key, record=record, key=opened)
    return None


def give_words(key: DataKey, words: str) -> None:
    """Seal a data key that is at hand to a receipt code, too. Committed before it returns, as `new_key` is."""
    copy = _words_copy(key, words)
    with transaction.atomic(using="vault", durable=True):
        copy.save(force_insert=True)


def desk_key(record: str, *, of: bytes) -> DataKey:
    """On the desk, the data key that an envelope of a record was sealed under: for what the desk adds beside it.

    Front may add data keys to any record, at whatever time it says, so no key is taken for its age: `of` is something
    that was stored with the record and cannot be changed since. Raises `KeyNotHeld` (always on Front), `KeyDestroyed`
    or `KeyUnknown`, and `EnvelopeRefused`.
    """
    held = keyring.ring()
    if not held.holds_private_keys:
        raise KeyNotHeld
    named = envelopes.read_header(of).key
    copy = _copies_of({named}).get(named)
    if copy is None:
        raise _why_missing(named)
    audit.record_openings(Verb.UNSEAL, [record])
    return open_copy(copy, record, held)


def issue_words(record: str, words: str, *, of: bytes) -> None:
    """On the desk, seal a record's data key to a new receipt code; the one before opens nothing any more.

    It is the key of the envelope `of`, and no other: a code opens one key, and what was added without the code stays
    the desk's. Raises as `desk_key` does.
    """
    key = desk_key(record, of=of)
    audit.record(Verb.CODE_ISSUE, record)
    with transaction.atomic(using="vault"):
        old = [
            row.pk for row in CodeCopy.objects.filter(record=record) if receipts.is_sealed_to_words(bytes(row.sealed))
        ]
        CodeCopy.objects.filter(pk__in=old).delete()
        _words_copy(key, words).save(force_insert=True)


def open_sealed(record: str, field: str, envelope: bytes) -> bytes:
    """Open one envelope on the desk.

    Raises `KeyNotHeld` (always on Front), `EnvelopeRefused` or `KeyDestroyed`.
    """
    return open_many([(record, field, envelope)])[0]


def open_many(items: Iterable[tuple[str, str, bytes]]) -> list[bytes]:
    """Open (record, field, envelope) triples on the desk, with one query for all data keys.

    Raises as `open_sealed` does, for the first that does not open.
    """
    asked = [(record, field, bytes(envelope)) for record, field, envelope in items]
    held = keyring.ring()
    if not held.holds_private_keys:
        raise KeyNotHeld
    named = [envelopes.read_header(envelope).key for _record, _field, envelope in asked]
    found = _copies_of(set(named))
    opened: dict[tuple[uuid.UUID, str], DataKey] = {}
    for key_id, (record, _field, _envelope) in zip(named, asked, strict=True):
        if key_id not in found:
            raise _why_missing(key_id)
        if (key_id, record) not in opened:
            opened[key_id, record] = open_copy(found[key_id], record, held)
    audit.record_openings(Verb.UNSEAL, [record for record, _field, _envelope in asked])
    return [opened[key, record].open(field, text) for key, (record, field, text) in zip(named, asked, strict=True)]


def open_file(record: str, file: str, source: BinaryIO) -> Iterator[bytes]:
    """Open a sealed file on the desk, chunk by chunk; `source` can be read from its beginning again.

    Raises `KeyNotHeld` (always on Front), `EnvelopeRefused` or `KeyDestroyed`, the second at any chunk.
    """
    held = keyring.ring()
    if not held.holds_private_keys:
        raise KeyNotHeld
    named = streams.read_header(source).key
    source.seek(0)
    copy = _copies_of({named}).get(named)
    if copy is None:
        raise _why_missing(named)
    audit.record_openings(Verb.UNSEAL, [record])
    return open_copy(copy, record, held).read(file, source)


def _copies_of(named: set[uuid.UUID]) -> dict[uuid.UUID, DeskCopy]:
    """The desk's copies of these data keys. What a restored vault brought back is destroyed again first, all of it."""
    found: dict[uuid.UUID, DeskCopy] = DeskCopy.objects.in_bulk(named)
    returned = came_back(found.values()) if found else set()
    if returned:
        replay()
    return {key: copy for key, copy in found.items() if key not in returned}


def open_copy(copy: DeskCopy, record: str, held: keyring.KeyRing) -> DataKey:
    """Open the desk's copy of a data key. Raises `KeyNotHeld` or `EnvelopeRefused`."""
    sealed = bytes(copy.sealed)
    private = held.private(copies.desk_key_of(sealed))
    return DataKey(id=copy.id, record=record, key=copies.open_on_desk(sealed, private, record=record, key=copy.id))


def reseal_copy(copy: DeskCopy, held: keyring.KeyRing) -> bytes:
    """The same data key sealed to the current desk key. Raises `KeyNotHeld`, `EnvelopeRefused`, `KeyRingProblem`."""
    opened = open_copy(copy, copy.record, held)
    return copies.seal_to_desk(opened._key, held.current.public, record=copy.record, key=copy.id)


def _desk_copy(key: DataKey) -> DeskCopy:
    public = keyring.ring().current.public
    sealed = copies.seal_to_desk(key._key, public, record=key.record, key=key.id)
    return DeskCopy(id=key.id, record=key.record, ring_key=public.id, sealed=sealed)


def _code_copy(key: DataKey, code: str) -> CodeCopy:
    lookup = copies.lookup_of(code, record=key.record)
    sealed = copies.seal_to_code(key._key, code, record=key.record, key=key.id)
    return CodeCopy(data_key=key.id, record=key.record, lookup=lookup, sealed=sealed)


def _words_copy(key: DataKey, words: str) -> CodeCopy:
    """Found by its record, not by a digest of the code, which would be guessed at without the slow hash."""
    sealed = receipts.seal_to_words(key._key, words, record=key.record, key=key.id)
    return CodeCopy(data_key=key.id, record=key.record, lookup=uuid.uuid4().hex, sealed=sealed)


def _why_missing(key_id: uuid.UUID) -> VaultProblem:
    return KeyDestroyed() if Destruction.objects.filter(data_key=key_id).exists() else KeyUnknown()
