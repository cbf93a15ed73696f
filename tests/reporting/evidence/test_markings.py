"""Desk looks for markings itself: what is marked as PCII is locked for everybody, and its submitter is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from portal.audit.models import Event
from portal.core.models import OutgoingMail
from portal.files.enums import Trouble
from portal.files.markings import recognising, running
from portal.files.markings.enums import Sign
from portal.files.markings.recognising import InPictures
from portal.files.markings.rule import Found
from portal.files.markings.running import NotSeen
from portal.files.reading import recognition
from portal.members.enums import StaffRole
from portal.reporting import contents, evidence, safe_copies
from portal.reporting.actions.evidence import AskOriginal, NotReady
from portal.reporting.enums import CopyState, EntryKind, FileState, MarkingState
from portal.reporting.models import Case, Evidence
from portal.vault.storage import sealed_files
from tests.factories import staff
from tests.files import made
from tests.files.test_markings import MARKED, header, letters
from tests.reporting.evidence.conftest import INFECTED, AnsweringScanner
from tests.reporting.making import Sent, make_report, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk_keys")]
BANNER = "CUI//SP-CEII//FED ONLY"
TEXT = Sent(name="a.txt", content=MARKED["text"][1], kind="text", declared="text/plain")
BANNERED = Sent(name="a.docx", content=made.docx(parts={"word/header1.xml": header(BANNER)}), kind="docx", declared="")
CLEAN = Sent(name="a.jpg", content=made.jpeg())


@pytest.fixture(autouse=True)
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "program", lambda: "")


def looked_at(*files: Sent) -> Case:
    case = take_in(make_report(files=files))
    evidence.look_at_waiting(timezone.now())
    return case


class TestMarked:
    """A file that Front let through."""

    @pytest.fixture
    def row(self, scanner: AnsweringScanner) -> Evidence:
        found: Evidence = looked_at(TEXT).evidence.get()
        return found

    def test_it_is_refused_with_its_reason(self, row: Evidence) -> None:
        assert (row.state, row.markings, row.copy_state) == (FileState.REFUSED, MarkingState.PCII, CopyState.NONE)
        assert "PCII" in row.why

    def test_nobody_opens_it_not_even_two_people(self, row: Evidence) -> None:
        assert safe_copies.make_waiting(timezone.now()) == 0
        assert not row.parts.exists()
        with pytest.raises(NotReady):
            AskOriginal(evidence=row, by=staff(StaffRole.MIAC_ANALYST), to="a", why="b").execute()

    def test_no_machine_destroys_what_was_taken_in(self, row: Evidence) -> None:
        assert sealed_files().exists(row.attachment.place)

    def test_the_submitter_is_told_once_in_a_message_and_by_mail(self, row: Evidence) -> None:
        evidence.look_at_waiting(timezone.now())
        [(message, words)] = contents.messages_of(row.report)
        assert message.by is None
        assert words and "marked as PCII" in words and "CISA" in words
        assert OutgoingMail.objects.filter(kind="report_answered", about=row.report.number).count() == 1

    def test_the_file_of_the_case_and_the_trail_say_so_without_words_of_the_file(self, row: Evidence) -> None:
        assert row.case.entries.filter(kind=EntryKind.MARKED).count() == 1
        event = Event.objects.get(verb="file.marked")
        assert event.facts == {"file": str(row.pk), "signs": ["statement"]}

    def test_the_other_files_are_read_as_before(self, scanner: AnsweringScanner) -> None:
        case = looked_at(TEXT, CLEAN)
        states = dict(case.evidence.values_list("attachment__kind", "state"))
        assert states == {"text": FileState.REFUSED, "jpeg": FileState.CLEAN}

    def test_one_that_would_be_held_is_refused_all_the_same(self, scanner: AnsweringScanner) -> None:
        scanner.verdict = INFECTED
        assert looked_at(TEXT).evidence.get().state == FileState.REFUSED

    def test_an_accredited_holder_keeps_it_and_says_what_it_is(self, scanner: AnsweringScanner, settings: Any) -> None:
        settings.PORTAL_PCII_ACCREDITED = True
        row = looked_at(TEXT).evidence.get()
        assert (row.state, row.markings) == (FileState.CLEAN, MarkingState.PCII)
        assert not Event.objects.filter(verb="file.marked").exists()


class TestOthers:
    def test_a_banner_is_kept_as_it_came(self, scanner: AnsweringScanner) -> None:
        row = looked_at(BANNERED).evidence.get()
        assert (row.state, row.banners, row.markings) == (FileState.CLEAN, [BANNER], MarkingState.READ)
        assert not contents.messages_of(row.report)

    def test_a_picture_was_looked_at_in_part_without_tesseract(self, scanner: AnsweringScanner) -> None:
        assert looked_at(CLEAN).evidence.get().markings == MarkingState.PART

    def test_letters_in_a_picture_count(self, scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch) -> None:
        def seen(kind: Any, chunks: Iterator[bytes], *, length: int) -> InPictures:
            assert len(b"".join(chunks)) == length
            return InPictures(Found(frozenset({Sign.STATEMENT})), is_whole=True)

        monkeypatch.setattr(recognising, "found_in_pictures", seen)
        data = letters("This document contains PCII.")
        row = looked_at(Sent(name="a.png", content=data, kind="png", declared="image/png")).evidence.get()
        assert (row.state, row.markings) == (FileState.REFUSED, MarkingState.PCII)

    @pytest.mark.parametrize("reason", [Trouble.TIME, Trouble.CRASH, Trouble.DAMAGED, Trouble.NONSENSE])
    def test_what_could_not_be_read_is_said(
        self, scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch, reason: Trouble
    ) -> None:
        monkeypatch.setattr(running, "look", lambda name, chunks: NotSeen(reason))
        row = looked_at(CLEAN).evidence.get()
        assert (row.state, row.markings) == (FileState.CLEAN, MarkingState.UNREAD)

    def test_a_program_that_does_not_start_makes_the_file_wait(
        self, scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(running, "look", lambda name, chunks: NotSeen(Trouble.NOT_STARTED))
            row = looked_at(TEXT).evidence.get()
        assert (row.state, row.markings) == (FileState.WAITING, "")
        assert "did not start" in row.why
        Evidence.objects.update(due_at=timezone.now())
        evidence.look_at_waiting(timezone.now())
        assert Evidence.objects.get().state == FileState.REFUSED
