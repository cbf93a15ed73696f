"""Desk takes in the files that the sealed lists name, and opens nothing that it did not find clean itself."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from PIL import Image

from portal.core.clamd import EICAR, NOT_SCANNED
from portal.files.enums import Trouble
from portal.files.running import NoCopy
from portal.reporting import evidence, evidence_ticks
from portal.reporting.enums import CopyState, FileState, Section
from portal.reporting.models import Attachment, Case, Evidence
from portal.vault import keyring, records
from portal.vault.storage import sealed_files
from tests.conftest import desk_keyring
from tests.reporting.evidence.conftest import CLEAN, INFECTED, AnsweringScanner
from tests.reporting.making import Sent, attach, make_report, seal_part, take_in

pytestmark = pytest.mark.django_db
REAL = os.environ.get("PORTAL_TEST_CLAMD_ADDRESS", "")
with_clamd = pytest.mark.skipif(not REAL, reason="no ClamAV (make services starts one)")


def picture(colour: str = "navy") -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


PICTURE = Sent(content=picture())


def taken_in(*files: Sent) -> Case:
    return take_in(make_report(files=files))


@pytest.mark.usefixtures("desk_keys")
class TestTakingIn:
    """Rows follow the lists that were sealed with the report, and nothing that Front changes later."""

    def test_each_named_file_gets_a_row_that_waits(self) -> None:
        case = taken_in(PICTURE, Sent(name="second.jpg", content=picture("red")))
        assert list(case.evidence.values_list("state", flat=True)) == [FileState.WAITING] * 2

    def test_again_makes_nothing_twice(self) -> None:
        case = taken_in(PICTURE)
        assert evidence.take_in(case) == 0
        assert case.evidence.count() == 1

    def test_a_row_that_no_list_names_is_no_evidence(self) -> None:
        report = make_report(files=[PICTURE])
        stray = attach(report, records.new_key(report.record), Sent(name="stray.jpg"))
        case = take_in(report)
        assert case.evidence.count() == 1
        assert not case.evidence.filter(attachment=stray).exists()

    def test_taking_a_file_out_after_sending_changes_nothing(self) -> None:
        report = make_report(files=[PICTURE])
        Attachment.objects.filter(report_uuid=report.uuid).update(removed_at=timezone.now())
        assert take_in(report).evidence.count() == 1

    def test_a_file_that_was_added_later_comes_in_with_the_next_tick(self) -> None:
        report = make_report(files=[PICTURE])
        case = take_in(report)
        assert evidence.take_in_added() == 0
        later = attach(report, records.new_key(report.record), Sent(name="later.jpg"))
        words = {"words": "One more", "files": json.dumps([{"uuid": str(later.uuid)}])}
        seal_part(report, Section.ADDED, json.dumps(words).encode())
        assert evidence.take_in_added() == 1
        assert evidence.take_in_added() == 0
        assert case.evidence.count() == 2

    def test_a_file_whose_facts_do_not_open_is_refused_in_words(self) -> None:
        report = make_report(files=[PICTURE])
        Attachment.objects.filter(report_uuid=report.uuid).update(facts=b"nonsense")
        row = take_in(report).evidence.get()
        assert row.state == FileState.REFUSED
        assert row.why

    def test_a_desk_without_its_keys_takes_nothing_for_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        report = make_report(files=[PICTURE])
        case = take_in(report)
        Evidence.objects.all().delete()
        Case.objects.update(parts_seen=0)
        with monkeypatch.context() as patch:
            patch.setattr(keyring, "ring", lambda: keyring.KeyRing({}))
            assert evidence.take_in_added() == 0
        assert Case.objects.get(pk=case.pk).parts_seen == 0
        assert evidence.take_in_added() == 1


@pytest.mark.usefixtures("desk_keys")
class TestScanning:
    """Only what Desk's own scanner heard whole and called clean is clean."""

    def look(self, case: Case) -> Evidence:
        evidence.look_at_waiting(timezone.now())
        found: Evidence = case.evidence.get()
        return found

    def test_a_clean_file_is_clean_and_was_heard_whole(self, scanner: AnsweringScanner) -> None:
        row = self.look(taken_in(PICTURE))
        assert (row.state, row.kind, row.why) == (FileState.CLEAN, "jpeg", "")
        assert row.scanned_at is not None
        assert bytes(scanner.heard) == PICTURE.content

    def test_an_infected_file_is_held_and_gets_no_copy(self, scanner: AnsweringScanner) -> None:
        scanner.verdict = INFECTED
        row = self.look(taken_in(PICTURE))
        assert (row.state, row.copy_state) == (FileState.HELD, CopyState.NONE)
        assert "EICAR" in row.why

    def test_without_an_answer_it_waits_and_is_tried_later_and_later(self, scanner: AnsweringScanner) -> None:
        scanner.verdict = NOT_SCANNED
        with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as clock:
            case = taken_in(PICTURE)
            pauses = []
            for _ in range(9):
                row = self.look(case)
                assert row.state == FileState.WAITING
                pauses.append(row.due_at - timezone.now())
                clock.move_to(row.due_at)
        assert scanner.streams == 9
        assert pauses == sorted(pauses)
        assert pauses[0] == timedelta(minutes=1)
        assert pauses[-1] == evidence.LONGEST_PAUSE

    def test_a_scanner_that_comes_back_finds_what_waited(self, scanner: AnsweringScanner) -> None:
        scanner.verdict = NOT_SCANNED
        case = taken_in(PICTURE)
        assert self.look(case).why
        scanner.verdict = CLEAN
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            assert self.look(case).state == FileState.CLEAN

    def test_without_a_scanner_nothing_is_opened_and_the_row_says_so(self, settings: Any) -> None:
        settings.PORTAL_CLAMD_ADDRESS = ""
        row = self.look(taken_in(PICTURE))
        assert (row.state, row.tries) == (FileState.WAITING, 0)
        assert "no virus scanner" in row.why

    def test_a_scanner_that_is_away_ends_the_round(self, scanner: AnsweringScanner) -> None:
        scanner.verdict = NOT_SCANNED
        taken_in(PICTURE, Sent(name="b.jpg", content=picture("red")))
        assert evidence.look_at_waiting(timezone.now()) == 0
        assert scanner.streams == 1

    def test_one_file_on_which_a_scanner_that_is_well_breaks_does_not_end_the_round(
        self, scanner: AnsweringScanner
    ) -> None:
        scanner.verdict, scanner.is_well = NOT_SCANNED, True
        taken_in(PICTURE, Sent(name="b.jpg", content=picture("red")))
        assert evidence.look_at_waiting(timezone.now()) == 0
        assert scanner.streams == 2

    def test_one_file_that_is_not_in_the_storage_does_not_end_the_round(self, scanner: AnsweringScanner) -> None:
        case = taken_in(PICTURE, Sent(name="b.jpg", content=picture("red")))
        sealed_files().delete(case.evidence.order_by("due_at", "pk")[0].attachment.place)
        assert evidence.look_at_waiting(timezone.now()) == 1
        assert sorted(case.evidence.values_list("state", flat=True)) == [FileState.CLEAN, FileState.WAITING]

    @pytest.mark.parametrize("cut", [1, 20, 100])
    def test_a_stream_that_is_cut_is_refused(self, scanner: AnsweringScanner, cut: int) -> None:
        case = taken_in(PICTURE)
        place = case.evidence.get().attachment.place
        with sealed_files().open(place) as source:
            whole = source.read()
        sealed_files().delete(place)
        with sealed_files().open(place, "wb") as out:
            out.write(whole[:-cut])
        row = self.look(case)
        assert (row.state, row.copy_state) == (FileState.REFUSED, CopyState.NONE)
        assert "does not open" in row.why

    def test_a_file_that_is_not_in_the_storage_waits(self, scanner: AnsweringScanner) -> None:
        case = taken_in(PICTURE)
        sealed_files().delete(case.evidence.get().attachment.place)
        row = self.look(case)
        assert row.state == FileState.WAITING
        assert "storage" in row.why

    def test_content_that_is_not_what_was_sealed_with_it_is_held(self, scanner: AnsweringScanner) -> None:
        report = make_report(files=[PICTURE])
        attachment = Attachment.objects.get(report_uuid=report.uuid)
        facts = {"name": "intake.jpg", "declared": "image/jpeg", "sha256": "0" * 64}
        attachment.facts = records.new_key(report.record).seal(attachment.facts_field, json.dumps(facts).encode())
        attachment.save()
        row = self.look(take_in(report))
        assert row.state == FileState.HELD
        assert "hash" in row.why

    def test_a_file_that_is_not_what_its_name_says_is_held(self, scanner: AnsweringScanner) -> None:
        row = self.look(taken_in(Sent(name="plan.pdf", content=b"MZ" + bytes(200), declared="application/pdf")))
        assert row.state == FileState.HELD

    def test_one_bad_file_does_not_keep_the_next_waiting(self, scanner: AnsweringScanner) -> None:
        case = taken_in(PICTURE, Sent(name="b.jpg", content=picture("red")))
        first = case.evidence.order_by("due_at", "pk")[0]
        sealed_files().delete(first.attachment.place)
        with sealed_files().open(first.attachment.place, "wb") as out:
            out.write(b"nonsense")
        assert evidence.look_at_waiting(timezone.now()) == 2
        assert sorted(case.evidence.values_list("state", flat=True)) == [FileState.CLEAN, FileState.REFUSED]

    def test_a_worker_that_died_while_scanning_is_followed_by_another(self, scanner: AnsweringScanner) -> None:
        """The claim is committed before the file is opened: what killed the worker comes back later, not at once."""
        case = taken_in(PICTURE)
        now = timezone.now()
        assert evidence.claim(case.evidence.get().pk, now, state=FileState.WAITING) is not None
        assert evidence.look_at_waiting(now) == 0
        assert evidence.look_at_waiting(now + timedelta(minutes=1)) == 1

    def test_a_purged_case_is_not_looked_at(self, scanner: AnsweringScanner) -> None:
        case = taken_in(PICTURE)
        Case.objects.filter(pk=case.pk).update(stage="purged")
        assert evidence.look_at_waiting(timezone.now()) == 0
        assert scanner.streams == 0


def test_front_takes_in_and_scans_nothing(settings: Any, db: None, scanner: AnsweringScanner) -> None:
    settings.PORTAL_SITE_KIND = "desk"
    settings.PORTAL_KEYRING = desk_keyring()
    taken_in(PICTURE)
    settings.PORTAL_SITE_KIND = "front"
    now = timezone.now()
    assert [step(now) for step in (evidence_ticks.take_in, evidence_ticks.work)] == [0, 0]
    assert Evidence.objects.get().tries == 0


def test_the_clock_hands_what_waits_to_the_worker(
    desk_keys: None, scanner: AnsweringScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = taken_in(PICTURE)
    monkeypatch.setattr("portal.files.running.safe_copy", lambda *args, **kwargs: NoCopy(reason=Trouble.KIND))
    assert evidence_ticks.work(timezone.now()) == 1
    row = case.evidence.get()
    assert (row.state, row.copy_state) == (FileState.CLEAN, CopyState.NONE)
    assert evidence_ticks.work(timezone.now()) == 0


@pytest.mark.services
@with_clamd
@pytest.mark.parametrize(("content", "state"), [(PICTURE.content, FileState.CLEAN), (EICAR, FileState.HELD)])
def test_the_real_daemon_holds_the_test_string(desk_keys: None, settings: Any, content: bytes, state: str) -> None:
    settings.PORTAL_CLAMD_ADDRESS = REAL
    case = taken_in(Sent(content=content))
    evidence.look_at_waiting(timezone.now())
    assert case.evidence.get().state == state
