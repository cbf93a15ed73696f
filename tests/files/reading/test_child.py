"""Whatever a file makes of the reading child, it ends in one definite outcome and gets at nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from portal.files.answers import Nonsense
from portal.files.conversation import Patience
from portal.files.enums import Confined, Trouble
from portal.files.reading import Form, NotRead, Reading, answers, read, wire
from portal.files.reading.running import FIRST_PAGE, Reader
from tests.files.hostile import frame
from tests.files.reading import hostile

SHORT = Patience(feeding=1, answering=1.5, leaving=1)


def ask(entry: str, data: bytes = b"x", *, patience: Patience | None = None) -> Reading | NotRead:
    reader = Reader(f"tests.files.reading.hostile:{entry}", patience or Patience(feeding=10, answering=20, leaving=5))
    return reader.read(Form.TEXT, iter([data]), length=len(data))


def said(outcome: Reading | NotRead) -> list[list[str]]:
    assert isinstance(outcome, Reading), outcome
    return [page.text.split("\n") for page in outcome.pages]


@pytest.mark.parametrize(
    ("entry", "trouble"),
    [
        ("eat_memory", Trouble.MEMORY),
        ("compute_for_ever", Trouble.TIME),
        ("crash", Trouble.CRASH),
        ("raise_something", Trouble.DAMAGED),
        ("leave_early", Trouble.NONSENSE),
        ("flood", Trouble.NONSENSE),
        ("is_not_there", Trouble.CRASH),
        ("cannot_give_up_files", Trouble.NOT_STARTED),
    ],
)
def test_a_child_that_goes_wrong_ends_in(entry: str, trouble: Trouble) -> None:
    outcome = ask(entry)
    assert isinstance(outcome, NotRead)
    assert outcome.reason is trouble
    assert "can still be downloaded" in outcome.sentence


def test_a_child_that_does_not_end_is_ended() -> None:
    outcome = ask("never_end", patience=SHORT)
    assert outcome == NotRead(Trouble.TIME)


@pytest.mark.parametrize("lie", hostile.LIES)
def test_what_no_honest_child_says_is_not_believed(lie: str) -> None:
    with pytest.raises(Nonsense):
        answers.reading(answers.hear(hostile.LIES[lie] + frame(b"E", b""), asked=FIRST_PAGE))


@pytest.mark.parametrize("lie", ["a page twice", "two ends", "a picture that nobody asked for"])
def test_a_child_that_lies_is_not_believed(lie: str) -> None:
    assert ask("lie", lie.encode()) == NotRead(Trouble.NONSENSE)


def test_of_a_book_without_end_the_first_pages_are_kept() -> None:
    outcome = ask("say_too_much")
    assert isinstance(outcome, Reading)
    assert (len(outcome.pages), outcome.is_cut_short) == (wire.MOST_PAGES, True)


def test_the_child_sees_and_reaches_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "marker-of-a-key")
    key = tmp_path / "key"
    key.write_text("secret")
    with key.open() as ours:
        os.set_inheritable(ours.fileno(), True)
        seen, descriptors, files, programs = said(ask("look_around", str(key).encode()))
    assert "marker" not in "".join(seen)
    assert not [word for word in seen if word.startswith(("django", "portal.settings", "portal.vault", "psycopg"))]
    assert len(descriptors) == 4  # three streams, and the pipe of answers
    assert files == ["refused"] * 3
    assert programs == ["refused"] * 2


def test_every_outcome_says_what_held() -> None:
    outcome = read(Form.TEXT, iter([b"a van"]), length=5)
    assert {Confined.NO_DESCRIPTORS, Confined.LIMITS} <= outcome.confinement


def test_more_bytes_than_announced_are_not_read() -> None:
    assert read(Form.TEXT, iter([b"a van"] * 10), length=5) == NotRead(Trouble.NONSENSE)


def test_a_file_too_large_is_not_asked_for() -> None:
    def chunks() -> Iterator[bytes]:
        pytest.fail("it was asked for")
        yield b""

    assert read(Form.PDF, chunks(), length=wire.LARGEST + 1) == NotRead(Trouble.TOO_LARGE)


def test_what_the_storage_raises_comes_through() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        read(Form.TEXT, chunks(), length=5)


@given(st.binary(max_size=200))
def test_noise_is_nonsense(noise: bytes) -> None:
    with pytest.raises(Nonsense):
        answers.hear(noise, asked=())


@given(st.lists(st.tuples(st.sampled_from("TPMFCE"), st.binary(max_size=40)), max_size=6))
def test_frames_of_anything_are_a_reading_or_nonsense(told: list[tuple[str, bytes]]) -> None:
    noise = b"".join(frame(mark.encode(), content) for mark, content in told)
    try:
        found = answers.reading(answers.hear(noise, asked=(1,)))
    except Nonsense:
        return
    assert isinstance(found, Reading | NotRead)
