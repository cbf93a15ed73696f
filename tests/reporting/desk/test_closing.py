"""The end of a case: a message that tips nobody off, a record class, and what the submitter is told on the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.core.models import OutgoingMail
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import answers, records_of_case as history, refusals
from portal.reporting.actions.closing import ProposeClosing
from portal.reporting.actions.training import RecordTraining
from portal.reporting.actions.triage import Assign, FlagMinor, SetRecordClass, WriteMessage, WriteNote
from portal.reporting.enums import RecordClass, Stage, Status
from portal.reporting.models import ApprovedSentence, Case
from portal.reporting.training import is_current
from tests.factories import PersonFactory, staff
from tests.reporting.desk.working import allow, anew, close, determined, dispose, sentence, set_class
from tests.reporting.making import add_words, make_report, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def disposed(case: Case, analyst: Person, second: Person) -> Case:
    found = determined(case, analyst, second)
    set_class(found, analyst)
    dispose(anew(found), analyst)
    return anew(found)


def test_a_case_closes_with_an_approved_sentence(disposed: Case, analyst: Person) -> None:
    with pytest.raises(refusals.WordsMissing):
        close(disposed, analyst, sentence=None)
    close(disposed, analyst)
    after = anew(disposed)
    assert (after.stage, after.status) == (Stage.CLOSED, Status.CLOSED)
    assert (after.closing_words, after.closed_at) == (sentence().text, timezone.now())
    assert OutgoingMail.objects.filter(kind="report_answered", about=disposed.report.number).exists()


def test_a_sentence_that_is_out_of_use_closes_nothing(disposed: Case, analyst: Person) -> None:
    ApprovedSentence.objects.update(is_in_use=False)
    with pytest.raises(refusals.WordsMissing):
        close(disposed, analyst)
    ApprovedSentence.objects.update(is_in_use=True)
    close(disposed, analyst)


def test_there_are_approved_sentences_from_the_start_and_none_says_what_was_found(db: None) -> None:
    texts = [row.text.lower() for row in ApprovedSentence.objects.filter(is_in_use=True)]
    assert len(texts) >= 4
    telling = ("police", "fbi", "guardian", "unfounded", "suspect", "investigation", "arrest", "terror")
    assert not [text for text in texts for word in telling if word in text]


def test_without_a_disposition_no_case_closes(case: Case, analyst: Person, second: Person) -> None:
    found = determined(case, analyst, second)
    set_class(found, analyst)
    with pytest.raises(refusals.NotNow):
        close(anew(found), analyst)
    dispose(anew(found), analyst)
    close(anew(found), analyst)


def test_without_a_record_class_no_case_closes(case: Case, analyst: Person, second: Person) -> None:
    found = determined(case, analyst, second)
    dispose(found, analyst)
    with pytest.raises(refusals.ClassMissing):
        close(anew(found), analyst)
    set_class(anew(found), analyst)
    close(anew(found), analyst)


def test_other_words_need_a_supervisor_who_did_not_propose_them(
    disposed: Case, analyst: Person, second: Person, supervisor: Person
) -> None:
    ProposeClosing(disposed, analyst, words="Thank you for calling twice.").execute()
    asked = history.closing_proposed(disposed)
    for colleague in (analyst, second):
        with pytest.raises(refusals.NotYourRole):
            allow(anew(disposed), colleague, asked)
    assert anew(disposed).closing_words == ""
    allow(anew(disposed), supervisor, asked)
    assert anew(disposed).closing_words == "Thank you for calling twice."


def test_a_supervisors_own_words_need_another_supervisor(disposed: Case, supervisor: Person) -> None:
    ProposeClosing(disposed, supervisor, words="My own words.").execute()
    asked = history.closing_proposed(disposed)
    with pytest.raises(refusals.SamePerson):
        allow(anew(disposed), supervisor, asked)
    allow(anew(disposed), staff(StaffRole.MIAC_SUPERVISOR), asked)


def test_only_the_words_that_were_proposed_last_are_allowed(
    disposed: Case, analyst: Person, supervisor: Person
) -> None:
    first = ProposeClosing(disposed, analyst, words="First words.").execute()
    last = ProposeClosing(disposed, analyst, words="Last words.").execute()
    with pytest.raises(refusals.NotNow):
        allow(anew(disposed), supervisor, first)
    allow(anew(disposed), supervisor, last)
    assert anew(disposed).closing_words == "Last words."


def test_a_closed_case_takes_notes_and_nothing_that_moves_it(disposed: Case, analyst: Person) -> None:
    close(disposed, analyst)
    closed = anew(disposed)
    for verb in (
        lambda: close(closed, analyst),
        lambda: WriteMessage(closed, analyst, words="More?").execute(),
        lambda: Assign(closed, analyst, to=analyst).execute(),
    ):
        with pytest.raises(refusals.NotNow):
            verb()
    WriteNote(closed, analyst, words="They called to thank us.").execute()


def test_a_purged_case_takes_nothing(disposed: Case, analyst: Person) -> None:
    Case.objects.filter(pk=disposed.pk).update(stage=Stage.PURGED)
    with pytest.raises(refusals.Gone):
        WriteNote(anew(disposed), analyst, words="Too late.").execute()


# --- what the submitter is told ------------------------------------------------------------------


def test_the_status_follows_the_conversation(clock: Any, case: Case, analyst: Person) -> None:
    WriteMessage(case, analyst, words="We read it.").execute()
    assert anew(case).status == Status.READING
    clock.shift(timedelta(minutes=1))
    WriteMessage(anew(case), analyst, words="Which gate?", is_question=True).execute()
    assert anew(case).status == Status.ASKED
    assert answers.note_answered() == 0
    clock.shift(timedelta(minutes=1))
    add_words(case.report, "The north one.")
    assert answers.note_answered() == 1
    assert anew(case).status == Status.READING


def test_the_first_answer_is_the_first_message_or_the_closing(clock: Any, disposed: Case, analyst: Person) -> None:
    other, begun = take_in(make_report()), timezone.now()
    close(disposed, analyst)
    assert anew(disposed).first_answer_at == begun
    WriteMessage(other, analyst, words="We read it.").execute()
    clock.shift(timedelta(hours=1))
    WriteMessage(anew(other), analyst, words="Still on it.").execute()
    assert anew(other).first_answer_at == begun


def test_an_empty_message_is_not_sent(case: Case, analyst: Person) -> None:
    with pytest.raises(refusals.NotNow):
        WriteMessage(case, analyst, words=" ").execute()
    assert not case.report.messages.exists()
    WriteMessage(case, analyst, words="We read it.").execute()
    assert case.report.messages.count() == 1


# --- assignment, flags, classes ------------------------------------------------------------------


def test_a_case_goes_to_people_of_the_desk_and_not_to_its_submitter(analyst: Person, second: Person) -> None:
    own = take_in(make_report(second))
    for nobody in (None, PersonFactory(), second, staff(StaffRole.MIAC_ANALYST, standing="suspended")):
        with pytest.raises(refusals.NotNow):
            Assign(own, analyst, to=nobody).execute()
    Assign(own, analyst, to=analyst).execute()
    assert anew(own).assigned_to == analyst


def test_anybody_at_the_desk_flags_a_minor_and_only_a_supervisor_takes_the_flag_away(
    case: Case, duty: Person, supervisor: Person
) -> None:
    FlagMinor(case, duty, is_flagged=True, why="The guard guessed sixteen.").execute()
    assert anew(case).may_be_minor
    with pytest.raises(refusals.NotYourRole):
        FlagMinor(anew(case), duty, is_flagged=False, why="No.").execute()
    FlagMinor(anew(case), supervisor, is_flagged=False, why="Born in 1990, by the licence.").execute()
    assert not anew(case).may_be_minor


def test_a_record_class_has_a_basis_and_who_decided(case: Case, analyst: Person) -> None:
    with pytest.raises(refusals.NotNow):
        SetRecordClass(case, analyst, basis="RSMo 610.021").execute()
    with pytest.raises(refusals.ReasonMissing):
        set_class(case, analyst, basis=" ")
    custodian = staff(StaffRole.RECORDS_CUSTODIAN)
    set_class(case, custodian)
    after = anew(case)
    assert (after.record_class, after.classed_by) == (RecordClass.SECURITY, custodian)


# --- training ------------------------------------------------------------------------------------


def enter(person: Person, by: Person, **given: Any) -> None:
    facts = {"completed_on": date(2026, 3, 1), "valid_until": date(2028, 3, 1)}
    RecordTraining(person=person, by=by, **{**facts, **given}).execute()


def test_supervisors_enter_the_training_of_others(analyst: Person, second: Person, supervisor: Person) -> None:
    with pytest.raises(refusals.SamePerson):
        enter(supervisor, supervisor)
    with pytest.raises(refusals.NotYourRole):
        enter(analyst, second)
    with pytest.raises(refusals.NotNow):
        enter(PersonFactory(), supervisor)
    enter(analyst, supervisor)
    assert is_current(analyst)


@pytest.mark.parametrize(
    "wrong",
    [
        {"completed_on": date(2026, 3, 6)},
        {"valid_until": date(2026, 3, 1)},
        {"valid_until": date(2029, 3, 10)},
    ],
)
def test_a_training_lies_behind_and_counts_for_three_years_at_most(
    analyst: Person, supervisor: Person, wrong: dict[str, Any]
) -> None:
    with pytest.raises(refusals.NotNow):
        enter(analyst, supervisor, **wrong)
    assert not is_current(analyst)
    enter(analyst, supervisor)
