"""Files sealed in chunks: what is whole opens, and nothing else does."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from portal.vault import records, streams
from portal.vault.errors import EnvelopeRefused, KeyNotHeld
from portal.vault.secret import Secret

KEY = uuid.UUID(int=7)
SECRET = Secret.random()
CHUNK = streams.CHUNK_BYTES
SEALED = CHUNK + 16
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]


def seal(data: bytes, *, pieces: int = 10_000, record: str = "report:1", file: str = "file:1") -> bytes:
    out = io.BytesIO()
    writer = streams.Writer(SECRET, key=KEY, record=record, file=file, out=out)
    for start in range(0, len(data), pieces):
        writer.write(data[start : start + pieces])
    writer.close()
    return out.getvalue()


def open_(sealed: bytes, *, record: str = "report:1", file: str = "file:1", key: uuid.UUID = KEY) -> bytes:
    return b"".join(streams.read(SECRET, key=key, record=record, file=file, source=io.BytesIO(sealed)))


def some(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_opens(size: int) -> None:
    sealed = seal(some(size))
    assert open_(sealed) == some(size)
    assert len(sealed) == streams.sealed_length(size)


@given(size=st.integers(0, 3 * CHUNK), pieces=st.integers(1_000, 2 * CHUNK))
def test_it_does_not_matter_in_which_pieces_it_comes(size: int, pieces: int) -> None:
    assert open_(seal(some(size), pieces=pieces)) == some(size)


def chunks_of(sealed: bytes) -> list[bytes]:
    body = sealed[streams.HEADER_BYTES :]
    return [body[start : start + SEALED] for start in range(0, len(body), SEALED)]


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[:-1],
        lambda parts: parts[1:],
        lambda parts: parts[:1],
        lambda parts: [parts[1], parts[0], *parts[2:]],
        lambda parts: [parts[0], *parts],
        lambda parts: [*parts, parts[-1]],
        lambda parts: [*parts, parts[0]],
        lambda parts: [parts[0], parts[0], *parts[2:]],
        lambda parts: [*parts[:-1], parts[-1][:-1]],
        lambda parts: [*parts, b"\x00"],
        lambda parts: [],
        lambda parts: [part[::-1] for part in parts],
    ],
)
def test_chunks_cut_swapped_repeated_or_added_are_refused(change: Callable[[list[bytes]], list[bytes]]) -> None:
    sealed = seal(some(3 * CHUNK + 5))
    head = sealed[: streams.HEADER_BYTES]
    with pytest.raises(EnvelopeRefused):
        open_(head + b"".join(change(chunks_of(sealed))))


def test_a_chunk_of_another_file_is_refused_at_its_own_place() -> None:
    one, other = seal(some(2 * CHUNK + 1)), seal(some(2 * CHUNK + 1))
    for place in range(3):
        parts = chunks_of(one)
        parts[place] = chunks_of(other)[place]
        with pytest.raises(EnvelopeRefused):
            open_(one[: streams.HEADER_BYTES] + b"".join(parts))


def test_every_flipped_bit_of_a_small_file_is_refused() -> None:
    sealed = seal(b"a van, twice")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EnvelopeRefused):
            open_(bytes(changed))


def test_every_cut_of_a_small_file_is_refused() -> None:
    sealed = seal(b"a van, twice")
    for length in range(len(sealed)):
        with pytest.raises(EnvelopeRefused):
            open_(sealed[:length])


@given(place=st.integers(0, 3 * SEALED - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_in_a_large_one_is_refused(place: int, bit: int) -> None:
    changed = bytearray(seal(some(3 * CHUNK - 100)))
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(EnvelopeRefused):
        open_(bytes(changed))


def test_it_opens_under_its_own_names_alone() -> None:
    sealed = seal(b"a van, twice")
    with pytest.raises(EnvelopeRefused):
        open_(sealed, record="report:2")
    with pytest.raises(EnvelopeRefused):
        open_(sealed, file="file:2")
    with pytest.raises(EnvelopeRefused):
        open_(sealed, key=uuid.UUID(int=8))


def test_a_stream_that_was_not_closed_does_not_open() -> None:
    out = io.BytesIO()
    streams.Writer(SECRET, key=KEY, record="report:1", file="file:1", out=out).write(some(2 * CHUNK))
    with pytest.raises(EnvelopeRefused):
        open_(out.getvalue())


def test_a_closed_one_takes_nothing_more() -> None:
    writer = streams.Writer(SECRET, key=KEY, record="report:1", file="file:1", out=io.BytesIO())
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"more")


@pytest.mark.django_db
def test_front_seals_a_file_that_the_desk_alone_opens(front_keys: None, settings: object, request: object) -> None:
    out = io.BytesIO()
    writer = records.new_key("report:1").writer("file:1", out)
    writer.write(some(CHUNK + 7))
    writer.close()
    with pytest.raises(KeyNotHeld):
        records.open_file("report:1", "file:1", io.BytesIO(out.getvalue()))
    request.getfixturevalue("desk_keys")  # type: ignore[attr-defined]  # a FixtureRequest
    opened = records.open_file("report:1", "file:1", io.BytesIO(out.getvalue()))
    assert b"".join(opened) == some(CHUNK + 7)
