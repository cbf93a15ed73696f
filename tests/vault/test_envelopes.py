"""The form of an envelope, without a database."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given, strategies as st

from portal.vault import encoding, envelopes
from portal.vault.errors import EnvelopeRefused
from portal.vault.secret import Secret

KEY = uuid.UUID(int=7)
SECRET = Secret.random()


def seal(plaintext: bytes) -> bytes:
    return envelopes.seal(SECRET, key=KEY, record="report:1", field="what", plaintext=plaintext)


def open_(envelope: bytes, *, record: str = "report:1", field: str = "what", key: uuid.UUID = KEY) -> bytes:
    return envelopes.open_(SECRET, key=key, record=record, field=field, envelope=envelope)


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens(plaintext: bytes) -> None:
    envelope = seal(plaintext)
    assert open_(envelope) == plaintext
    assert len(envelope) == len(plaintext) + 72


def test_every_flipped_bit_is_refused() -> None:
    envelope = seal(b"a van, twice")
    for bit in range(len(envelope) * 8):
        changed = bytearray(envelope)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EnvelopeRefused):
            open_(bytes(changed))


def test_every_cut_and_every_addition_is_refused() -> None:
    envelope = seal(b"a van, twice")
    wrong = [envelope[:length] for length in range(len(envelope))]
    wrong += [envelope[start:] for start in range(1, len(envelope))]
    wrong += [envelope + b"\0", envelope + envelope, b"\0" + envelope]
    for changed in wrong:
        with pytest.raises(EnvelopeRefused):
            open_(changed)


@given(st.binary(max_size=300))
def test_rubbish_is_refused(rubbish: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        open_(rubbish)


def test_all_refusals_say_the_same() -> None:
    envelope = seal(b"a van, twice")
    said = set()
    for attempt in (
        lambda: open_(b""),
        lambda: open_(envelope[:2] + b"\x02" + envelope[3:]),
        lambda: open_(envelope[:3] + b"\x02" + envelope[4:]),
        lambda: open_(envelope, record="report:2"),
        lambda: open_(envelope, field="where"),
        lambda: open_(envelope, key=uuid.UUID(int=8)),
        lambda: open_(envelope + b"x"),
    ):
        with pytest.raises(EnvelopeRefused) as caught:
            attempt()
        said.add(str(caught.value))
        assert caught.value.__cause__ is None
    assert len(said) == 1


def test_the_parts_of_two_envelopes_cannot_be_mixed() -> None:
    one, two = seal(b"the first"), seal(b"the other")
    for cut in (36, 52, 56, 60, len(one) - 16):
        with pytest.raises(EnvelopeRefused):
            open_(one[:cut] + two[cut:])


def test_a_file_is_not_sealed_as_a_field(monkeypatch) -> None:
    monkeypatch.setattr(envelopes, "LONGEST", 10)
    assert open_(seal(bytes(10))) == bytes(10)
    with pytest.raises(ValueError, match="at most 10 bytes"):
        seal(bytes(11))


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_names_have_their_limits(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        envelopes.seal(SECRET, key=KEY, record=name, field="what", plaintext=b"")


@given(st.lists(st.binary(max_size=8), max_size=5), st.lists(st.binary(max_size=8), max_size=5))
def test_different_parts_never_join_to_the_same_bytes(one: list[bytes], two: list[bytes]) -> None:
    assert (encoding.joined(*one) == encoding.joined(*two)) == (one == two)


def test_neighbouring_names_do_not_run_together() -> None:
    envelope = envelopes.seal(SECRET, key=KEY, record="report:1", field="2what", plaintext=b"x")
    with pytest.raises(EnvelopeRefused):
        open_(envelope, record="report:12", field="what")
