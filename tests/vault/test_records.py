"""Data keys and what they seal, through the vault's public face."""

from __future__ import annotations

import copy
import pickle
import secrets
import traceback
import uuid
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, strategies as st

from portal.vault import records
from portal.vault.models import CodeCopy, DeskCopy
from tests.vault import nonces

pytestmark = pytest.mark.django_db
RECORD = "application:1"


def code() -> str:
    return secrets.token_urlsafe(16)


@pytest.fixture
def vault_queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connections["vault"]) as queries:
        yield queries


def test_what_front_stores_only_the_desk_opens(request) -> None:
    envelope = records.new_key(RECORD).seal("phone", b"555 0100")
    with pytest.raises(records.KeyNotHeld):
        records.open_sealed(RECORD, "phone", envelope)
    request.getfixturevalue("desk_keys")
    assert records.open_sealed(RECORD, "phone", envelope) == b"555 0100"
    request.getfixturevalue("front_keys")
    with pytest.raises(records.KeyNotHeld):
        records.open_sealed(RECORD, "phone", envelope)


@pytest.mark.usefixtures("desk_keys")
@given(plaintext=st.binary(max_size=300), field=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_the_desk_opens_what_was_sealed(plaintext: bytes, field: str) -> None:
    envelope = records.new_key(RECORD).seal(field, plaintext)
    assert records.open_sealed(RECORD, field, envelope) == plaintext


def test_the_same_text_sealed_twice_looks_different() -> None:
    key = records.new_key(RECORD)
    one, two = key.seal("phone", b"555 0100"), key.seal("phone", b"555 0100")
    assert one != two
    assert key.open("phone", one) == key.open("phone", two) == b"555 0100"


@pytest.mark.usefixtures("desk_keys")
def test_an_envelope_opens_only_where_it_was_sealed() -> None:
    key, second = records.new_key(RECORD), records.new_key(RECORD)
    envelope = key.seal("phone", b"555 0100")
    assert records.open_sealed(RECORD, "phone", envelope) == b"555 0100"
    for record, field in (("application:2", "phone"), (RECORD, "address"), (RECORD, ""), ("", "phone")):
        with pytest.raises(records.EnvelopeRefused):
            records.open_sealed(record, field, envelope)
    with pytest.raises(records.EnvelopeRefused):
        second.open("phone", envelope)
    with pytest.raises(records.EnvelopeRefused):
        second.open("phone", renamed(envelope, second.id))
    with pytest.raises(records.EnvelopeRefused):
        records.open_sealed(RECORD, "phone", renamed(envelope, second.id))


def renamed(envelope: bytes, key: uuid.UUID) -> bytes:
    """An envelope that says that another data key sealed it."""
    return envelope[:4] + key.bytes + envelope[20:]


@pytest.mark.usefixtures("desk_keys")
def test_every_flipped_bit_is_refused_by_the_desk() -> None:
    envelope = records.new_key(RECORD).seal("phone", b"5550100")
    for bit in range(len(envelope) * 8):
        with pytest.raises(records.EnvelopeRefused):
            records.open_sealed(RECORD, "phone", flipped(envelope, bit))


def flipped(sealed: bytes, bit: int) -> bytes:
    changed = bytearray(sealed)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.usefixtures("desk_keys")
def test_copies_moved_to_other_rows_do_not_open() -> None:
    own = code()
    key, other = records.new_key(RECORD, code=own), records.new_key("application:2", code=code())
    envelope = key.seal("phone", b"555 0100")
    DeskCopy.objects.filter(id=key.id).update(sealed=DeskCopy.objects.get(id=other.id).sealed)
    CodeCopy.objects.filter(data_key=key.id).update(sealed=CodeCopy.objects.get(data_key=other.id).sealed)
    with pytest.raises(records.EnvelopeRefused):
        records.open_sealed(RECORD, "phone", envelope)
    with pytest.raises(records.EnvelopeRefused):
        records.key_by_code(RECORD, own)


def test_the_submitters_code_opens_on_front() -> None:
    own = code()
    envelope = records.new_key(RECORD, code=own).seal("phone", b"555 0100")
    key = records.key_by_code(RECORD, own)
    assert key is not None
    assert key.open("phone", envelope) == b"555 0100"
    assert records.key_by_code("application:2", own) is None
    assert records.key_by_code(RECORD, code()) is None
    assert records.key_by_code(RECORD, "short") is None


@pytest.mark.usefixtures("desk_keys")
def test_a_lost_code_is_followed_by_a_second_data_key() -> None:
    first, second = code(), code()
    old, new = records.new_key(RECORD, code=first), records.new_key(RECORD, code=second)
    envelopes = [old.seal("phone", b"1"), new.seal("phone", b"2")]
    assert [records.open_sealed(RECORD, "phone", envelope) for envelope in envelopes] == [b"1", b"2"]
    reopened = records.key_by_code(RECORD, second)
    assert reopened is not None
    assert reopened.open("phone", envelopes[1]) == b"2"
    with pytest.raises(records.EnvelopeRefused):
        reopened.open("phone", envelopes[0])


def test_short_and_repeated_codes_are_refused_and_store_nothing() -> None:
    own = code()
    with pytest.raises(records.CodeRefused):
        records.new_key(RECORD, code=own[:-1])
    assert not DeskCopy.objects.exists()
    records.new_key(RECORD, code=own)
    with pytest.raises(records.CodeRefused):
        records.new_key(RECORD, code=own)
    assert DeskCopy.objects.count() == CodeCopy.objects.count() == 1


def test_the_same_code_for_two_records_looks_different_in_the_table() -> None:
    own = code()
    for record in (RECORD, "application:2"):
        records.new_key(record, code=own)
    assert CodeCopy.objects.values("lookup").distinct().count() == 2
    assert not any(own in copy.lookup or own.encode() in bytes(copy.sealed) for copy in CodeCopy.objects.all())


def test_a_new_key_is_written_without_reading(vault_queries) -> None:
    records.new_key(RECORD, code=code())
    statements = [query["sql"].upper() for query in vault_queries]
    written = [sql for sql in statements if "SAVEPOINT" not in sql]
    assert len(written) == 2
    assert all(sql.startswith("INSERT INTO") and "RETURNING" not in sql for sql in written)


def test_front_needs_no_more_than_its_grants() -> None:
    vault = connections["vault"]
    if vault.vendor != "postgresql":
        pytest.skip("SQLite has no roles; `make test` runs this on PostgreSQL (make services)")
    own = code()
    with vault.cursor() as cursor:
        cursor.execute("CREATE ROLE vault_test_front NOLOGIN")
        cursor.execute("GRANT INSERT ON vault_deskcopy, vault_codecopy TO vault_test_front")
        cursor.execute("GRANT SELECT ON vault_codecopy TO vault_test_front")
        cursor.execute("SET LOCAL ROLE vault_test_front")
    envelope = records.new_key(RECORD, code=own).seal("phone", b"555 0100")
    key = records.key_by_code(RECORD, own)
    assert key is not None
    assert key.open("phone", envelope) == b"555 0100"
    for forbidden in (DeskCopy.objects.first, CodeCopy.objects.all().delete, DeskCopy.objects.all().delete):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="vault"):
            forbidden()
    with vault.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_new_key_is_committed_before_the_content() -> None:
    with transaction.atomic(using="vault"), pytest.raises(RuntimeError):
        records.new_key(RECORD)
    with transaction.atomic():
        records.new_key(RECORD)
    assert DeskCopy.objects.count() == 1


@pytest.mark.usefixtures("desk_keys")
@pytest.mark.parametrize("number", [1, 30])
def test_many_open_with_one_query(number: int) -> None:
    keys = [records.new_key(f"application:{index}") for index in range(number)]
    items = [(key.record, name, key.seal(name, name.encode())) for key in keys for name in ("phone", "address")]
    with CaptureQueriesContext(connections["vault"]) as queries:
        assert records.open_many(items) == [b"phone", b"address"] * number
    assert len(queries) == 1


@pytest.mark.usefixtures("desk_keys")
def test_nothing_opens_to_nothing() -> None:
    assert records.open_many([]) == []


@pytest.mark.usefixtures("desk_keys")
def test_a_key_that_never_was_is_not_called_destroyed() -> None:
    envelope = records.new_key(RECORD).seal("phone", b"555 0100")
    DeskCopy.objects.all().delete()
    with pytest.raises(records.KeyUnknown):
        records.open_sealed(RECORD, "phone", envelope)


def test_a_data_key_cannot_be_stored_or_copied() -> None:
    key = records.new_key(RECORD)
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(key)
    assert not hasattr(key, "__dict__")


def test_key_bytes_are_in_no_repr_traceback_or_log(caplog, request) -> None:
    caplog.set_level("DEBUG")
    key, own = records.new_key(RECORD, code=code()), code()
    envelope = key.seal("phone", b"555 0100")
    request.getfixturevalue("desk_keys")
    said = [repr(key), str(key), f"{key}", repr([key]), caplog.text]
    for attempt in (
        lambda: key.open("address", envelope),
        lambda: records.open_sealed(RECORD, "address", envelope),
        lambda: records.open_sealed(RECORD, "phone", flipped(envelope, 900)),
        lambda: pickle.dumps(key),
        lambda: key.seal("", b""),
        lambda: records.key_by_code(RECORD, own),
    ):
        try:
            attempt()
        except Exception as problem:  # noqa: BLE001  (whatever it is, it must not tell)
            said.append("".join(traceback.TracebackException.from_exception(problem, capture_locals=True).format()))
    everything = "\n".join(said)
    assert "EnvelopeRefused" in everything
    # The first bytes are enough: a longer value may be cut short where it is shown.
    held = key._key.reveal()
    for shown in (held.hex(), held.hex()[:12], repr(held)[2:14], str(list(held))[1:20]):
        assert shown not in everything


def test_one_key_never_seals_twice_under_one_nonce() -> None:
    before = len(nonces.seen)
    records.new_key(RECORD, code=code()).seal("phone", b"555 0100")
    assert len(nonces.seen) == before + 2
    cipher = nonces.RecordingCipher(bytes(32))
    cipher.encrypt(bytes(12), b"", b"")
    with pytest.raises(AssertionError):
        cipher.encrypt(bytes(12), b"", b"")
