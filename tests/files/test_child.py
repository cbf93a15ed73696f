"""Whatever a file makes of the child process, it ends in one definite outcome and gets at nothing."""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from portal.files import answers, running, wire
from portal.files.answers import Copy, NoCopy, Nonsense
from portal.files.conversation import Patience
from portal.files.enums import Confined, Fact, Finding, Kind, PartForm, Removed, Title, Trouble
from portal.files.running import LARGEST_COPIED, Maker
from tests.files import hostile

SHORT = Patience(feeding=1, answering=1.5, leaving=1)


def ask(entry: str, data: bytes = b"x", *, patience: Patience | None = None) -> Copy | NoCopy:
    maker = Maker(f"tests.files.hostile:{entry}", patience or Patience(feeding=10, answering=20, leaving=5))
    return maker.safe_copy(Kind.TEXT, iter([data]), length=len(data))


def said(outcome: Copy | NoCopy) -> str:
    assert isinstance(outcome, Copy)
    return "\n".join(part.text for part in outcome.parts)


@pytest.mark.parametrize(
    ("entry", "trouble"),
    [
        ("eat_memory", Trouble.MEMORY),
        ("compute_for_ever", Trouble.TIME),
        ("crash", Trouble.CRASH),
        ("abort", Trouble.CRASH),
        ("be_killed", Trouble.MEMORY),
        ("leave_early", Trouble.NONSENSE),
        ("fail_after_answering", Trouble.CRASH),
        ("raise_something", Trouble.DAMAGED),
        ("flood", Trouble.NONSENSE),
        ("is_not_there", Trouble.CRASH),
    ],
)
def test_a_child_that_goes_wrong_ends_in(entry: str, trouble: Trouble) -> None:
    outcome = ask(entry)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is trouble
    assert "The original is kept, sealed." in outcome.sentence


@pytest.mark.parametrize("entry", ["never_end", "hold_the_pipe"])
def test_a_child_that_does_not_end_is_ended(entry: str) -> None:
    outcome = ask(entry, patience=SHORT)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.TIME


def test_a_child_that_does_not_read_is_ended() -> None:
    outcome = ask("never_read", b"x" * 1_000_000, patience=SHORT)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.TIME


@pytest.mark.parametrize("lie", hostile.LIES)
def test_what_no_honest_child_says_is_not_believed(lie: str) -> None:
    outcome = ask("lie", lie.encode())
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.NONSENSE
    assert outcome.is_held


def test_chatter_of_a_library_does_not_spoil_the_copy() -> None:
    assert said(ask("chatter")) == "a copy all the same"


def test_the_child_sees_no_environment_and_no_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "marker-of-a-key")
    monkeypatch.setenv("DATABASE_URL", "postgres://marker")
    monkeypatch.setenv("PYTHONPATH", "/marker")
    seen = said(ask("look_at_environment")).split("\n")
    assert "marker" not in "".join(seen)
    assert {word for word in seen if word.isupper()} <= {"LC_ALL", "LC_CTYPE", "MALLOC_ARENA_MAX"}
    assert not [word for word in seen if word.startswith(("django", "portal.settings", "portal.vault", "psycopg"))]
    assert "/" in seen


def test_the_child_has_no_descriptor_of_ours(tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        assert len(said(ask("look_at_descriptors")).split()) == 4  # three streams, and the pipe of answers


def test_the_child_opens_no_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    seen = said(ask("read_files", str(key).encode())).split("\n")
    assert len(seen) == 4
    assert all(line.endswith(": refused") for line in seen)


def test_the_child_writes_no_file(tmp_path: Path) -> None:
    assert said(ask("write_files", str(tmp_path / "new").encode())) == "refused"
    assert not list(tmp_path.iterdir())


def test_the_child_reaches_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = said(ask("use_the_network", str(server.getsockname()[1]).encode()))
    assert seen.split("\n") == ["refused"] * 3


def test_the_child_starts_no_program() -> None:
    """Without Landlock the program begins, finds no library that it may open, and ends."""
    outcome = ask("start_programs")
    assert isinstance(outcome, NoCopy) or said(outcome) == "refused"


def test_the_child_gets_nothing_back() -> None:
    assert said(ask("gain_privileges")) == "refused"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells when another process ends")
def test_nothing_that_the_child_started_is_left() -> None:
    number = said(ask("leave_a_child_behind"))
    assert number == "refused" or is_ended(int(number))


def is_ended(number: int) -> bool:
    """Whether a process ends within seconds; the kernel takes a moment to carry out what it was told."""
    try:
        handle = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)


def test_the_parent_is_told_what_holds() -> None:
    outcome = ask("chatter")
    assert {Confined.LIMITS, Confined.NO_DESCRIPTORS} <= outcome.confinement
    if sys.platform.startswith("linux"):
        assert {Confined.NO_PRIVILEGES, Confined.ENDS_WITH_PARENT} <= outcome.confinement
        assert (Confined.NOBODY in outcome.confinement) is (os.geteuid() == 0)


def test_the_health_page_can_ask_what_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Confined.NO_DESCRIPTORS in running.confinement()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert running.confinement() == frozenset()


class Lost(Exception):
    pass


def broken() -> Iterator[bytes]:
    yield b"x" * 100_000
    raise Lost


def test_what_the_chunks_raise_comes_through_and_the_child_is_gone() -> None:
    with pytest.raises(Lost):
        Maker("tests.files.hostile:never_end").safe_copy(Kind.TEXT, broken(), length=200_000)


def test_more_bytes_than_announced_are_not_handed_over() -> None:
    outcome = running.safe_copy(Kind.TEXT, iter([b"x" * 10, b"y" * 10]), length=15)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.NONSENSE


def test_a_file_too_large_for_memory_is_not_read() -> None:
    outcome = running.safe_copy(Kind.PDF, broken(), length=LARGEST_COPIED + 1)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.TOO_LARGE


@pytest.mark.parametrize("kind", [Kind.MP4, Kind.RECORDER, Kind.MP3])
def test_a_recording_is_not_read(kind: Kind) -> None:
    outcome = running.safe_copy(kind, broken(), length=100)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.KIND
    assert not outcome.is_held


def test_no_interpreter_is_an_outcome_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    outcome = running.safe_copy(Kind.TEXT, iter([b"x"]), length=1)
    assert isinstance(outcome, NoCopy)
    assert outcome.reason is Trouble.NOT_STARTED


@given(st.binary(max_size=400))
def test_no_answer_makes_the_reader_fail(answer: bytes) -> None:
    try:
        outcome = answers.read(answer)
    except Nonsense:
        return
    assert isinstance(outcome, Copy | NoCopy)


@given(
    texts=st.lists(st.text(max_size=40), max_size=5),
    rows=st.lists(st.lists(st.text(max_size=10), max_size=4), max_size=5),
    removed=st.lists(st.sampled_from(Removed)),
    findings=st.lists(st.sampled_from(Finding)),
    facts=st.lists(st.tuples(st.sampled_from(Fact), st.text(max_size=700))),
)
def test_what_a_maker_delivers_is_what_is_read(
    texts: list[str],
    rows: list[list[str]],
    removed: list[Removed],
    findings: list[Finding],
    facts: list[tuple[Fact, str]],
) -> None:
    sent: list[bytes] = []
    out = wire.Delivery(sent.append)
    out.text("always there", title=Title.PAGE_TEXT, number=7, name="a\u202eb")
    for text in texts:
        out.text(text)
    out.table(rows)
    out.removed(*removed)
    out.finding(*findings)
    for fact, value in facts:
        out.fact(fact, value)
    out.end()
    found = answers.read(b"".join(sent))
    assert isinstance(found, Copy)
    assert (found.parts[0].about, found.parts[0].number, found.parts[0].name) == (Title.PAGE_TEXT, 7, "ab")
    assert found.parts[0].form is PartForm.TEXT
    assert set(found.findings) == set(findings)
    assert set(removed) <= set(found.removals)
    assert {detail.fact for detail in found.metadata} <= {fact for fact, _value in facts}
    assert found.is_held == any(finding.is_held for finding in findings)


def test_every_word_has_its_sentence() -> None:
    from portal.files import sentences

    assert all(sentences.of_finding(one) for one in Finding)
    assert all(sentences.of_removal(one) for one in Removed)
    assert all(sentences.of_fact(one) for one in Fact)
    assert all(sentences.of_trouble(one) for one in Trouble)
    assert all(sentences.of_title(one, number=1, name="x").endswith(": x") for one in Title)


def test_a_table_of_too_many_rows_ends_early_and_says_so() -> None:
    rows = b"\n".join(b"%d,x" % number for number in range(9_000))
    outcome = running.safe_copy(Kind.CSV, iter([rows]), length=len(rows))
    assert isinstance(outcome, Copy)
    assert Finding.CUT_SHORT in outcome.findings
    assert len(outcome.parts[0].rows) == wire.MOST_ROWS


def test_a_copy_of_too_many_parts_ends_early_and_says_so() -> None:
    outcome = ask("deliver_too_many_parts")
    assert isinstance(outcome, Copy)
    assert len(outcome.parts) == wire.MOST_PARTS
    assert Finding.CUT_SHORT in outcome.findings


def test_a_name_of_several_lines_becomes_one() -> None:
    sent: list[bytes] = []
    out = wire.Delivery(sent.append)
    out.text("x", name="two\nlines")
    out.end()
    found = answers.read(b"".join(sent))
    assert isinstance(found, Copy)
    assert found.parts[0].name == "two lines"
