"""A report whose own key does not open: the desk works on it and ends it, under one key of its own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from portal.members.models import Person
from portal.reporting import contents
from portal.reporting.actions.cases import KeyLost
from portal.reporting.actions.identity import ReissueCode
from portal.reporting.actions.triage import WriteMessage, WriteNote
from portal.reporting.enums import Disposition, Review, Section, Stage
from portal.reporting.models import Case, Report
from portal.vault import keyring, records
from portal.vault.models import DeskCopy, Destruction
from tests.reporting.desk.working import anew, close, dispose, hand_to_police, review, set_class
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db


def lose_copies(report: Report) -> None:
    DeskCopy.objects.filter(record=report.record).delete()


def spoil_reporter(report: Report) -> None:
    report.parts.filter(name=Section.REPORTER).update(envelope=b"garbage")


def name_destroyed_key(report: Report) -> None:
    """Front seals who reports under the key of another report, which was destroyed since."""
    other = records.new_key(f"report:{uuid.uuid4()}")
    report.parts.filter(name=Section.REPORTER).update(envelope=other.seal("part:reporter:1", b"{}"))
    records.destroy(other.record)


WAYS = pytest.mark.parametrize("lose", [lose_copies, spoil_reporter, name_destroyed_key])


@WAYS
def test_it_is_worked_on_to_its_end(lose: Any, analyst: Person, second: Person) -> None:
    report = make_report(is_urgent=True)
    lose(report)
    case = take_in(report)
    review(case, analyst, review=Review.UNFOUNDED, behaviour="")
    hand_to_police(anew(case), analyst)
    WriteMessage(anew(case), analyst, words="We cannot open what you sent.").execute()
    Case.objects.filter(pk=case.pk).update(hand_off_review_due_at=None)
    dispose(anew(case), second, Disposition.UNFOUNDED)
    set_class(anew(case), analyst)
    close(anew(case), analyst)
    assert anew(case).stage == Stage.CLOSED


@WAYS
def test_all_that_the_desk_writes_is_sealed_under_one_key_and_opens(lose: Any, analyst: Person) -> None:
    report = make_report()
    lose(report)
    case = take_in(report)
    before = DeskCopy.objects.filter(record=report.record).count()
    for words in ("One", "Two", "Three"):
        WriteNote(case, analyst, words=words).execute()
    assert DeskCopy.objects.filter(record=report.record).count() == before + 1
    assert [said["words"] for said in contents.details_of(case.entries.all())] == ["One", "Two", "Three"]


def test_after_what_the_desk_wrote_first_was_lost_as_well_it_goes_on_under_one_new_key(analyst: Person) -> None:
    case = take_in(make_report())
    WriteNote(case, analyst, words="Lost").execute()
    lose_copies(case.report)
    for words in ("Two", "Three"):
        WriteNote(case, analyst, words=words).execute()
    assert DeskCopy.objects.filter(record=case.report.record).count() == 1


@WAYS
def test_no_new_code_is_given_for_it_and_asking_again_and_again_leaves_no_keys_behind(
    lose: Any, analyst: Person
) -> None:
    report = make_report()
    lose(report)
    case = take_in(report)
    before = DeskCopy.objects.filter(record=report.record).count()
    for _press in range(3):
        with pytest.raises(KeyLost):
            ReissueCode(case, analyst, number="573-555-0100", found_where="The book", spoken_to="Them").execute()
    assert DeskCopy.objects.filter(record=report.record).count() == before


def test_a_destroyed_key_is_replaced_by_none(case: Case, analyst: Person) -> None:
    records.destroy(case.report.record)
    assert Destruction.objects.filter(record=case.report.record).exists()
    with pytest.raises(KeyLost):
        WriteNote(case, analyst, words="Too late").execute()
    assert not DeskCopy.objects.filter(record=case.report.record).exists()


def test_while_the_keys_are_away_nothing_is_written_and_no_key_made(
    case: Case, analyst: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = DeskCopy.objects.filter(record=case.report.record).count()
    with monkeypatch.context() as away:
        away.setattr(keyring, "ring", lambda: keyring.KeyRing({}))
        with pytest.raises(KeyLost):
            WriteNote(case, analyst, words="Now?").execute()
    assert DeskCopy.objects.filter(record=case.report.record).count() == before
    WriteNote(case, analyst, words="Now").execute()
