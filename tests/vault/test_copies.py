"""Data keys sealed to the desk and to codes, without a database."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable

import pytest

from portal.vault import copies
from portal.vault.errors import CodeRefused, EnvelopeRefused
from portal.vault.secret import Secret
from portal.vault.suites import PrivateKey

KEY = uuid.UUID(int=7)
DATA_KEY = Secret.random()
PRIVATE = PrivateKey.generate()
CODE = secrets.token_urlsafe(16)


def on_desk(sealed: bytes, *, private: PrivateKey = PRIVATE, record: str = "report:1", key: uuid.UUID = KEY) -> bytes:
    return copies.open_on_desk(sealed, private, record=record, key=key).reveal()


def with_code(sealed: bytes, *, code: str = CODE, record: str = "report:1", key: uuid.UUID = KEY) -> bytes:
    return copies.open_with_code(sealed, code, record=record, key=key).reveal()


TO_DESK = copies.seal_to_desk(DATA_KEY, PRIVATE.public(), record="report:1", key=KEY)
TO_CODE = copies.seal_to_code(DATA_KEY, CODE, record="report:1", key=KEY)
BOTH = pytest.mark.parametrize(("sealed", "open_"), [(TO_DESK, on_desk), (TO_CODE, with_code)], ids=["desk", "code"])
Open = Callable[..., bytes]


@BOTH
def test_a_copy_opens_to_the_data_key(sealed: bytes, open_: Open) -> None:
    assert open_(sealed) == DATA_KEY.reveal()


@BOTH
def test_every_flipped_bit_is_refused(sealed: bytes, open_: Open) -> None:
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EnvelopeRefused):
            open_(bytes(changed))


@BOTH
def test_every_cut_and_every_addition_is_refused(sealed: bytes, open_: Open) -> None:
    for changed in [*(sealed[:length] for length in range(len(sealed))), sealed + b"\0", b"\0" + sealed]:
        with pytest.raises(EnvelopeRefused):
            open_(changed)


@BOTH
@pytest.mark.parametrize("record", ["report:2", "report:11", "", "x" * 201])
def test_a_copy_of_another_record_is_refused(sealed: bytes, open_: Open, record: str) -> None:
    with pytest.raises(EnvelopeRefused):
        open_(sealed, record=record)


@BOTH
def test_a_copy_of_another_data_key_is_refused(sealed: bytes, open_: Open) -> None:
    with pytest.raises(EnvelopeRefused):
        open_(sealed, key=uuid.UUID(int=8))


def test_another_desk_key_or_another_code_does_not_open() -> None:
    with pytest.raises(EnvelopeRefused):
        on_desk(TO_DESK, private=PrivateKey.generate())
    with pytest.raises(EnvelopeRefused):
        with_code(TO_CODE, code=secrets.token_urlsafe(16))


def test_one_kind_of_copy_is_not_taken_for_the_other() -> None:
    with pytest.raises(EnvelopeRefused):
        on_desk(TO_CODE)
    with pytest.raises(EnvelopeRefused):
        with_code(TO_DESK)


def test_something_else_than_a_data_key_is_refused() -> None:
    wrong = copies.seal_to_desk(Secret(bytes(31)), PRIVATE.public(), record="report:1", key=KEY)
    with pytest.raises(EnvelopeRefused):
        on_desk(wrong)


def test_a_code_is_128_bits_or_refused() -> None:
    assert len(CODE) == copies.SHORTEST_CODE
    with pytest.raises(CodeRefused) as caught:
        copies.seal_to_code(DATA_KEY, CODE[:-1], record="report:1", key=KEY)
    assert CODE[:-1] not in str(caught.value)


def test_a_copy_names_its_desk_key_and_has_the_stated_length() -> None:
    assert copies.desk_key_of(TO_DESK) == PRIVATE.public().id
    assert (len(TO_DESK), len(TO_CODE)) == (1189, 83)


def test_private_keys_do_not_show_themselves() -> None:
    shown = repr(PRIVATE) + str(PRIVATE)
    assert PRIVATE.mlkem768.hex()[:12] not in shown
    assert shown == "PrivateKey()" * 2
