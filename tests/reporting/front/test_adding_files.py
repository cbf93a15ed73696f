"""Files for a report that was sent: sealed and scanned like those of the form, and taken in by Desk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.audit import Verb
from portal.audit.models import Event
from portal.core.clamd import Outcome, Verdict
from portal.members.enums import StaffRole
from portal.reporting import contents, evidence, intake, receiving, reopening
from portal.reporting.desk.evidence import evidence_context
from portal.reporting.enums import FileState, Stage, Status
from portal.reporting.models import Attachment, Case, Report, ReportPart
from portal.vault import records
from portal.vault.models import DeskCopy
from portal.vault.storage import sealed_files
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.reporting.front.conftest import ORIGIN, FakeScanner, Reporter
from tests.reporting.front.test_files import picture, stored
from tests.reporting.front.test_reopening import Sent, a_case, front_keys_again, page, sent

__all__ = ["front_keys_again", "sent"]
pytestmark = pytest.mark.django_db


def opened(row: Attachment) -> bytes:
    source: Any
    with sealed_files().open(row.place) as source:
        return b"".join(records.open_file(row.record, row.file, source))


def test_a_file_that_is_added_is_sealed_and_the_desk_takes_it_in_with_its_time(
    sent: Sent, scanner: FakeScanner, sealed_root: Path, go_to_desk: Any, front_keys_again: Any
) -> None:
    reporter, report, _words = sent
    go_to_desk()
    intake.take_in_new()
    assert evidence.take_in_added() == 0
    front_keys_again()
    content = picture(size=300)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        answer = reporter.add_file(report.number, "van today.jpg", content)
        came = timezone.now()
    assert answer.json()["state"] == FileState.CLEAN
    [path] = stored(sealed_root)
    assert content[:200] not in path.read_bytes()
    go_to_desk()
    assert evidence.take_in_added() == 1
    case = Case.objects.get()
    [shown] = evidence_context(case, staff(StaffRole.MIAC_ANALYST))["case_files"]
    assert (shown.name, shown.evidence.attachment.stored_at) == ("van today.jpg", came)
    assert opened(shown.evidence.attachment) == content
    assert [said.words for said in contents.added_to(report)] == ["Sent a file: van today.jpg"]


def test_front_seals_it_without_any_key_that_opens_it(sent: Sent, scanner: FakeScanner, go_to_desk: Any) -> None:
    reporter, report, _words = sent
    reporter.add_file(report.number, "van.jpg", picture())
    row = Attachment.objects.get()
    with pytest.raises(records.KeyNotHeld):
        opened(row)
    go_to_desk()
    assert opened(row)[:3] == b"\xff\xd8\xff"


def test_with_the_code_it_is_listed_again_and_without_it_is_not(sent: Sent, scanner: FakeScanner) -> None:
    reporter, report, words = sent
    reporter.add_file(report.number, "from home.jpg", picture())
    reporter.post("report_one", report.number, words=words)
    reporter.add_file(report.number, "at gate.jpg", picture())
    shown = page(reporter, report)
    assert "at gate.jpg" in shown and "from home.jpg" not in shown
    assert "Some of it does not open with this code" in shown
    reporter.post("report_close", report.number)
    assert "at gate.jpg" not in page(reporter, report)
    assert "This one has 2." in page(reporter, report)


def test_with_the_code_no_other_key_is_made_and_everything_opens(sent: Sent, scanner: FakeScanner) -> None:
    reporter, report, words = sent
    reporter.post("report_one", report.number, words=words)
    reporter.add_file(report.number, "at gate.jpg", picture())
    assert DeskCopy.objects.filter(record=report.record).count() == 1
    shown = page(reporter, report)
    assert "Sent a file: at gate.jpg" in shown and "does not open with this code" not in shown


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (b"stream: OK\0", FileState.CLEAN),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", FileState.HELD),
        (b"", FileState.WAITING),
    ],
)
def test_without_a_script_the_page_says_how_far_it_came(
    sent: Sent, scanner: FakeScanner, said: bytes, state: FileState
) -> None:
    reporter, report, _words = sent
    scanner.answer = said
    answer = reporter.add_file(report.number, "van.jpg", picture(), Accept="text/html")
    assert answer["Location"] == reverse("report_one", args=[report.number])
    assert Attachment.objects.get().state == state
    sentence = {FileState.CLEAN: "sealed and scanned", FileState.HELD: "is held", FileState.WAITING: "does not answer"}
    assert sentence[state] in page(reporter, report)


def test_with_a_script_the_sentence_stands_on_the_page_that_is_loaded_again(sent: Sent, scanner: FakeScanner) -> None:
    reporter, report, _words = sent
    reporter.add_file(report.number, "van.jpg", picture())
    assert "The file was sealed and scanned." in page(reporter, report)


def test_what_is_refused_by_content_leaves_nothing(sent: Sent, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter, report, _words = sent
    answer = reporter.add_file(report.number, "picture.jpg", b"MZ" + bytes(500))
    assert answer.status_code == 422 and answer.json()["sentence"].endswith(".")
    assert not stored(sealed_root)
    assert not Attachment.objects.exists() and not ReportPart.objects.filter(name="added").exists()


def test_the_twenty_are_those_of_the_form_and_those_added_together(
    reporter: Reporter, scanner: FakeScanner, settings: Any
) -> None:
    settings.PORTAL_FILES_A_REPORT = 3
    reporter.fill()
    for number in range(2):
        reporter.upload(f"{number}.jpg", picture())
    reporter.send()
    report = Report.objects.get()
    assert reporter.add_file(report.number, "3.jpg", picture()).status_code == 200
    before = DeskCopy.objects.count()
    answer = reporter.add_file(report.number, "4.jpg", picture())
    assert answer.status_code == 403 and "at most 3 files" in answer.json()["sentence"]
    assert DeskCopy.objects.count() == before
    shown = page(reporter, report)
    assert "holds as many files as it can" in shown and 'name="file"' not in shown


def test_a_closed_report_takes_none(sent: Sent, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter, report, _words = sent
    assert 'name="file"' in page(reporter, report)
    a_case(report, status=Status.CLOSED, stage=Stage.CLOSED)
    answer = reporter.add_file(report.number, "van.jpg", picture())
    assert answer.status_code == 403 and "closed" in answer.json()["sentence"]
    assert not stored(sealed_root)
    assert 'name="file"' not in page(reporter, report)


def test_one_that_is_closed_or_purged_while_the_file_is_on_its_way_takes_it_not(
    sent: Sent, scanner: FakeScanner, sealed_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, report, _words = sent

    def closed_meanwhile(self: Any) -> Verdict:
        a_case(report, status=Status.CLOSED, stage=Stage.CLOSED)
        return Verdict(Outcome.CLEAN)

    with monkeypatch.context() as patch:
        patch.setattr("portal.core.clamd.Stream.verdict", closed_meanwhile)
        assert reporter.add_file(report.number, "van.jpg", picture()).status_code == 422
    Case.objects.all().delete()
    destination = reopening.IntoReport(report, owner=reporter.person.pk, code_key=lambda: None)
    destination.insist_on_open()
    Report.objects.update(submitter=None)  # as a purge leaves it
    with pytest.raises(receiving.FileRefused):
        destination.insist_on_open()
    assert not stored(sealed_root) and not Attachment.objects.exists()


def test_only_who_sent_the_report_adds_to_it(sent: Sent, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter, report, _words = sent
    other = Reporter(PersonFactory(), session_for(PersonFactory()))
    assert other.add_file(report.number, "van.jpg", picture()).status_code == 404
    assert not stored(sealed_root)
    assert reporter.add_file(report.number, "van.jpg", picture()).status_code == 200


def test_signed_out_it_says_so_and_leads_back_to_the_report(sent: Sent, sealed_root: Path) -> None:
    reporter, report, _words = sent
    answer = Reporter(reporter.person, Client()).add_file(report.number, "van.jpg", picture(), Accept="text/html")
    assert answer.status_code == 403
    assert f"?next={reverse('report_one', args=[report.number])}" in answer.content.decode()
    assert not stored(sealed_root)


@pytest.mark.parametrize("origin", ["", "http://evil.example", "null"])
def test_from_another_place_nothing_is_taken(sent: Sent, scanner: FakeScanner, sealed_root: Path, origin: str) -> None:
    reporter, report, _words = sent
    assert reporter.add_file(report.number, "van.jpg", picture(), Origin=origin).status_code == 403
    assert not stored(sealed_root)


def test_a_wrong_token_keeps_nothing(sent: Sent, scanner: FakeScanner, sealed_root: Path) -> None:
    reporter, report, _words = sent
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = reporter.browser.cookies
    data = {"file": SimpleUploadedFile("a.jpg", picture()), "csrfmiddlewaretoken": "x" * 64}
    address = reverse("report_add_file", args=[report.number])
    assert strict.post(address, data, headers={"Origin": ORIGIN}).status_code == 403
    assert not stored(sealed_root) and not Attachment.objects.exists()


def test_the_quota_of_the_day_holds_for_the_form_and_for_additions_together(
    sent: Sent, scanner: FakeScanner, settings: Any
) -> None:
    reporter, report, _words = sent
    settings.PORTAL_UPLOADED_A_DAY = 250_000
    content = b"The van came back. " * 7_000
    assert reporter.add_file(report.number, "a.txt", content, "text/plain").status_code == 200
    answer = reporter.add_file(report.number, "b.txt", content, "text/plain")
    assert answer.status_code == 403 and "very many files today" in answer.json()["sentence"]


def test_when_other_windows_add_at_the_same_moment_it_is_tried_again_and_then_said(
    sent: Sent, scanner: FakeScanner, sealed_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, report, _words = sent
    whole, asked = reopening._store_part, []

    def taken(*args: Any, **facts: Any) -> Any:
        asked.append(facts)
        if len(asked) in {1, 3, 4, 5}:
            raise IntegrityError
        return whole(*args, **facts)

    with monkeypatch.context() as patch:
        patch.setattr(reopening, "_store_part", taken)
        assert reporter.add_file(report.number, "a.jpg", picture()).status_code == 200
        answer = reporter.add_file(report.number, "b.jpg", picture())
    assert answer.status_code == 422 and "send it again" in answer.json()["sentence"]
    assert Attachment.objects.count() == len(stored(sealed_root)) == 1


def test_a_vault_that_does_not_answer_is_said_and_leaves_nothing(
    sent: Sent, scanner: FakeScanner, sealed_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reporter, report, _words = sent

    def damaged(*_args: object, **_facts: object) -> None:
        raise records.KeyRingProblem("No key.")

    with monkeypatch.context() as patch:
        patch.setattr(records, "new_key", damaged)
        answer = reporter.add_file(report.number, "a.jpg", picture())
    assert answer.status_code == 403 and "cannot be sealed just now" in answer.json()["sentence"]
    assert not stored(sealed_root)


def test_it_counts_as_stored_when_it_has_come_however_long_it_took(
    sent: Sent, scanner: FakeScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Front's account may store a file of now alone, and a recording from a telephone takes minutes."""
    reporter, report, _words = sent
    with time_machine.travel(timezone.now(), tick=False) as clock:
        whole = receiving.SealingHandler.file_complete

        def slowly(self: Any, file_size: int) -> Any:
            clock.shift(600)
            return whole(self, file_size)

        monkeypatch.setattr(receiving.SealingHandler, "file_complete", slowly)
        reporter.add_file(report.number, "a.jpg", picture())
        assert Attachment.objects.get().stored_at == timezone.now()


def test_the_trail_says_that_a_file_came_and_to_which_report(sent: Sent, scanner: FakeScanner) -> None:
    reporter, report, _words = sent
    reporter.add_file(report.number, "secret name.jpg", picture())
    row = Attachment.objects.get()
    assert Event.objects.get(verb=Verb.UPLOAD).about == f"reporting.attachment:{row.pk}"
    assert Event.objects.get(verb=Verb.REPORT_ADD).about == f"reporting.report:{report.pk}"
    assert not [event for event in Event.objects.all() if "secret" in str(event.facts)]


def test_words_and_files_take_turns(sent: Sent, scanner: FakeScanner, go_to_desk: Any) -> None:
    reporter, report, words = sent
    reporter.post("report_one", report.number, words=words)
    reporter.post("report_add", report.number, words="The van is back.")
    reporter.add_file(report.number, "van.jpg", picture())
    reporter.post("report_add", report.number, words="It left.")
    shown = page(reporter, report)
    assert shown.index("The van is back.") < shown.index("Sent a file: van.jpg") < shown.index("It left.")
    assert list(ReportPart.objects.filter(name="added").values_list("version", flat=True)) == [1, 2, 3]
