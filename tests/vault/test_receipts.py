"""Receipt codes: words that people copy from paper, before which a slow hash stands."""

from __future__ import annotations

import itertools
import struct
import uuid

import pytest
from hypothesis import given, strategies as st

from portal.vault import receipts, records
from portal.vault.errors import CodeRefused, EnvelopeRefused, KeyNotHeld
from portal.vault.models import CodeCopy
from portal.vault.secret import Secret

KEY = uuid.UUID(int=7)
SECRET = Secret(bytes(range(32)))
RECORD = "report:1"


def test_a_code_has_at_least_80_bits_and_none_comes_twice() -> None:
    codes = {receipts.new_words() for _ in range(500)}
    assert len(codes) == 500
    assert receipts.WORDS * receipts.BITS_A_WORD >= 80
    assert len(receipts._words()) == 2**receipts.BITS_A_WORD


def test_no_two_words_begin_with_the_same_four_letters() -> None:
    assert len(receipts._by_letters()) == len(receipts._words())


@given(
    places=st.lists(st.integers(0, 2047), min_size=8, max_size=8),
    between=st.sampled_from(["-", " ", ", ", "  -  ", "\n", " – "]),
    letters=st.integers(4, 12),
    capitals=st.booleans(),
)
def test_a_code_is_read_however_it_is_typed(places: list[int], between: str, letters: int, capitals: bool) -> None:
    words = [receipts._words()[place] for place in places]
    typed = between.join(word[:letters] for word in words)
    assert receipts.read_words(typed.upper() if capitals else typed) == "-".join(words)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "8 words; 0 were typed"),
        ("abandon ability", "8 words; 2 were typed"),
        ("abandon ability able about above absent absorb qqqq", "Word 8"),
        ("abandon abilitx able about above absent absorb abstract", "Word 2"),
        ("ab ability able about above absent absorb abstract", "Word 1"),
        ("abandon " * 9, "8 words; 9 were typed"),
        ("\x00" * 8, "8 words; 0 were typed"),
        ("größe ability able about above absent absorb abstract", "Word 1"),
    ],
)
def test_what_is_no_code_gets_one_sentence(typed: str, says: str) -> None:
    with pytest.raises(CodeRefused, match=says):
        receipts.read_words(typed)


def test_a_copy_opens_with_its_code_and_with_no_other() -> None:
    words = receipts.new_words()
    sealed = receipts.seal_to_words(SECRET, words, record=RECORD, key=KEY)
    assert receipts.open_with_words(sealed, words, record=RECORD, key=KEY).reveal() == SECRET.reveal()
    for wrong in ({"record": "report:2", "key": KEY}, {"record": RECORD, "key": uuid.UUID(int=8)}):
        with pytest.raises(EnvelopeRefused):
            receipts.open_with_words(sealed, words, record=str(wrong["record"]), key=uuid.UUID(str(wrong["key"])))
    with pytest.raises(EnvelopeRefused):
        receipts.open_with_words(sealed, receipts.new_words(), record=RECORD, key=KEY)


def test_flipped_bits_are_refused() -> None:
    words = receipts.new_words()
    sealed = receipts.seal_to_words(SECRET, words, record=RECORD, key=KEY)
    # One of each part: the hash takes a tenth of a second for each, so not all.
    for place in itertools.chain(range(10), [12, 25, len(sealed) - 20, len(sealed) - 1]):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(EnvelopeRefused):
            receipts.open_with_words(bytes(changed), words, record=RECORD, key=KEY)


def test_a_copy_that_asks_for_all_memory_is_refused_before_it_gets_any() -> None:
    sealed = bytearray(receipts.seal_to_words(SECRET, receipts.new_words(), record=RECORD, key=KEY))
    struct.pack_into(">I", sealed, 3, 2**31)
    with pytest.raises(EnvelopeRefused):
        receipts.open_with_words(bytes(sealed), "any", record=RECORD, key=KEY)


@pytest.mark.django_db
def test_the_submitter_opens_on_front_what_they_sent(front_keys: None) -> None:
    words = receipts.new_words()
    envelope = records.new_key(RECORD, words=words).seal("what", b"a van, twice")
    key = records.key_by_words(RECORD, words)
    assert key is not None
    assert key.open("what", envelope) == b"a van, twice"
    assert records.key_by_words(RECORD, receipts.new_words()) is None
    assert records.key_by_words("report:2", words) is None
    with pytest.raises(KeyNotHeld):
        records.issue_words(RECORD, receipts.new_words(), of=envelope)


@pytest.mark.django_db
def test_a_new_code_from_the_desk_ends_the_old_one(desk_keys: None) -> None:
    old, new = receipts.new_words(), receipts.new_words()
    envelope = records.new_key(RECORD, words=old).seal("what", b"a van, twice")
    records.new_key(RECORD)  # something that was added since, under a key of its own
    records.issue_words(RECORD, new, of=envelope)
    assert records.key_by_words(RECORD, old) is None
    key = records.key_by_words(RECORD, new)
    assert key is not None
    assert key.open("what", envelope) == b"a van, twice"
    assert CodeCopy.objects.filter(record=RECORD).count() == 1


@pytest.mark.django_db
def test_the_table_holds_nothing_by_which_a_code_could_be_found_fast() -> None:
    words = receipts.new_words()
    records.new_key(RECORD, words=words)
    row = CodeCopy.objects.get()
    again = records._words_copy(records.new_key(RECORD), words)
    assert row.lookup != again.lookup
