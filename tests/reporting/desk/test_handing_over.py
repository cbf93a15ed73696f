"""What leaves the center: to whom, why and when, by how many people, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.members.models import Person
from portal.reporting import records_of_case as history, refusals
from portal.reporting.actions.handing_over import ProposeWarning, ReleaseWarning, ReviewHandOff
from portal.reporting.enums import Disposition, EntryKind, Finding, Review, Stage, Status
from portal.reporting.models import Case, CaseEntry, ReportingSettings
from tests.reporting.desk.working import (
    anew,
    close,
    determine,
    determined,
    dispose,
    hand_to_police,
    review,
    sentence,
    set_class,
)
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(case: Case, analyst: Person, second: Person) -> Case:
    """A report that was found reasonably indicative."""
    return determined(case, analyst, second)


# --- dispositions --------------------------------------------------------------------------------


@pytest.mark.parametrize("disposition", [Disposition.LOCAL_POLICE, Disposition.EGUARDIAN])
@pytest.mark.parametrize("missing", [{"to_whom": " "}, {"at": None}])
def test_what_goes_outside_says_to_whom_and_when(
    found: Case, analyst: Person, disposition: Disposition, missing: dict[str, Any]
) -> None:
    with pytest.raises(refusals.RecipientMissing):
        dispose(found, analyst, disposition, **missing)
    dispose(found, analyst, disposition)
    entry = found.entries.get(kind=EntryKind.RELEASE)
    assert (entry.by, entry.code) == (analyst, disposition)


def test_every_disposition_says_why(found: Case, analyst: Person) -> None:
    with pytest.raises(refusals.ReasonMissing):
        dispose(found, analyst, Disposition.KEPT, why=" ")
    dispose(found, analyst, Disposition.KEPT, to_whom="", at=None)
    assert anew(found).disposition == Disposition.KEPT


def test_what_lies_in_the_future_did_not_happen(found: Case, analyst: Person) -> None:
    with pytest.raises(refusals.NotNow):
        dispose(found, analyst, Disposition.LOCAL_POLICE, at=timezone.now() + timedelta(minutes=1))
    dispose(found, analyst, Disposition.LOCAL_POLICE)


def test_eguardian_needs_the_outside_number(found: Case, analyst: Person) -> None:
    with pytest.raises(refusals.NumberMissing):
        dispose(found, analyst, Disposition.EGUARDIAN, number=" ")
    dispose(found, analyst, Disposition.EGUARDIAN, number="EG-2026-1")


def test_what_was_found_no_is_not_kept_and_goes_to_no_federal_system(
    case: Case, analyst: Person, second: Person
) -> None:
    nothing = determined(case, analyst, second, finding=Finding.NO)
    for disposition in (Disposition.KEPT, Disposition.EGUARDIAN, Disposition.INTELLIGENCE):
        with pytest.raises(refusals.NotFound):
            dispose(nothing, analyst, disposition)
    dispose(nothing, analyst, Disposition.UNFOUNDED)


def test_a_case_that_was_not_determined_has_no_disposition(case: Case, analyst: Person, second: Person) -> None:
    with pytest.raises(refusals.NotNow):
        dispose(case, second, Disposition.KEPT)
    review(case, analyst)
    with pytest.raises(refusals.NotNow):
        dispose(anew(case), second, Disposition.KEPT)


@pytest.mark.parametrize(
    ("found_in_review", "disposition"),
    [(Review.UNFOUNDED, Disposition.UNFOUNDED), (Review.DUPLICATE, Disposition.DUPLICATE)],
)
def test_who_dismisses_a_report_in_review_does_not_end_it_alone(
    case: Case, analyst: Person, second: Person, found_in_review: Review, disposition: Disposition
) -> None:
    original = take_in(make_report()) if found_in_review is Review.DUPLICATE else None
    review(case, analyst, review=found_in_review, duplicate_of=original)
    with pytest.raises(refusals.SamePerson):
        dispose(anew(case), analyst, disposition)
    with pytest.raises(refusals.NotFound):
        dispose(anew(case), second, Disposition.KEPT)
    dispose(anew(case), second, disposition)


def test_the_hand_over_to_the_intelligence_system_closes_and_shortens(found: Case, analyst: Person, clock: Any) -> None:
    with pytest.raises(refusals.WordsMissing):
        dispose(found, analyst, Disposition.INTELLIGENCE)
    with pytest.raises(refusals.ClassMissing):
        dispose(found, analyst, Disposition.INTELLIGENCE, sentence=sentence())
    set_class(found, analyst)
    dispose(anew(found), analyst, Disposition.INTELLIGENCE, sentence=sentence())
    after = anew(found)
    assert (after.stage, after.status, after.closing_words) == (Stage.CLOSED, Status.CLOSED, sentence().text)
    assert after.retain_until == timezone.localdate() + timedelta(days=ReportingSettings.load().handed_over_days)


def test_no_hand_over_makes_a_record_live_longer(found: Case, analyst: Person) -> None:
    soon = timezone.localdate() + timedelta(days=3)
    Case.objects.filter(pk=found.pk).update(retain_until=soon)
    set_class(found, analyst)
    dispose(anew(found), analyst, Disposition.INTELLIGENCE, sentence=sentence())
    assert anew(found).retain_until == soon


# --- to the police at once -----------------------------------------------------------------------


def test_one_person_alone_hands_an_urgent_report_to_the_police(urgent: Case, analyst: Person, case: Case) -> None:
    with pytest.raises(refusals.NotUrgent):
        hand_to_police(case, analyst)
    hand_to_police(urgent, analyst)
    after = anew(urgent)
    assert after.hand_off_review_due_at == timezone.now() + timedelta(hours=24)
    assert (after.taken_up_by, after.next_alert_at) == (analyst, None)


@pytest.mark.parametrize("missing", [{"to_whom": ""}, {"at": None}, {"told": " "}])
def test_it_says_to_whom_when_and_what_was_told(urgent: Case, duty: Person, missing: dict[str, Any]) -> None:
    with pytest.raises(refusals.RecipientMissing):
        hand_to_police(urgent, duty, **missing)
    hand_to_police(urgent, duty)


def test_another_person_reviews_the_hand_off(urgent: Case, analyst: Person, second: Person) -> None:
    hand_to_police(urgent, analyst)
    with pytest.raises(refusals.SamePerson):
        ReviewHandOff(anew(urgent), analyst, words="All well.").execute()
    ReviewHandOff(anew(urgent), second, words="All well.").execute()
    assert anew(urgent).hand_off_review_due_at is None
    with pytest.raises(refusals.NotNow):
        ReviewHandOff(anew(urgent), second, words="Once more.").execute()


def test_a_second_call_does_not_put_the_review_off_and_bars_both_callers(
    clock: Any, urgent: Case, analyst: Person, second: Person, supervisor: Person
) -> None:
    hand_to_police(urgent, analyst)
    due = anew(urgent).hand_off_review_due_at
    clock.shift(timedelta(hours=2))
    hand_to_police(anew(urgent), second)
    assert anew(urgent).hand_off_review_due_at == due
    for caller in (analyst, second):
        with pytest.raises(refusals.SamePerson):
            ReviewHandOff(anew(urgent), caller, words="All well.").execute()
    ReviewHandOff(anew(urgent), supervisor, words="All well.").execute()


def test_an_emergency_that_nobody_handed_over_is_not_disposed_of_as_one_and_stays_open(
    case: Case, analyst: Person, second: Person
) -> None:
    review(case, analyst, review=Review.EMERGENCY)
    determine(anew(case), second)
    set_class(anew(case), analyst)
    with pytest.raises(refusals.NotFound):
        dispose(anew(case), analyst, Disposition.EMERGENCY)
    dispose(anew(case), analyst, Disposition.LOCAL_POLICE)
    with pytest.raises(refusals.NotNow):
        close(anew(case), analyst)
    hand_to_police(anew(case), analyst)
    dispose(anew(case), analyst, Disposition.EMERGENCY)
    with pytest.raises(refusals.NotNow):  # its review waits
        close(anew(case), analyst)
    ReviewHandOff(anew(case), second, words="All well.").execute()
    close(anew(case), analyst)


# --- warnings ------------------------------------------------------------------------------------


def propose(case: Case, by: Person, **given: Any) -> CaseEntry:
    facts = {
        "recipient": "The water company's security desk",
        "danger": "Somebody means to open the sluice tonight.",
        "words": "Watch the north gate tonight.",
        "is_imminent": True,
    }
    entry: CaseEntry = ProposeWarning(case, by, **{**facts, **given}).execute()
    return entry


def release(case: Case, by: Person, proposal: CaseEntry | None, **given: Any) -> None:
    facts = {"at": timezone.now(), "how": "By telephone."}
    ReleaseWarning(case, by, proposal=proposal, **{**facts, **given}).execute()


@pytest.mark.parametrize("missing", [{"is_imminent": False}, {"danger": " "}])
def test_a_warning_needs_imminent_danger(case: Case, analyst: Person, missing: dict[str, Any]) -> None:
    with pytest.raises(refusals.NoDanger):
        propose(case, analyst, **missing)
    propose(case, analyst)


def test_a_warning_is_released_by_another_person_who_approves(
    case: Case, analyst: Person, second: Person, supervisor: Person
) -> None:
    asked = propose(case, analyst)
    with pytest.raises(refusals.NotYourRole):
        release(case, second, asked)
    own = propose(case, supervisor)
    with pytest.raises(refusals.SamePerson):
        release(case, supervisor, own)
    release(case, supervisor, asked)
    assert history.warnings_waiting(case) == [own]
    assert case.entries.get(kind=EntryKind.WARNING).by == supervisor


def test_a_warning_is_released_once_and_only_on_its_own_case(case: Case, analyst: Person, supervisor: Person) -> None:
    other = take_in(make_report())
    asked = propose(case, analyst)
    with pytest.raises(refusals.NotNow):
        release(other, supervisor, asked)
    with pytest.raises(refusals.NotNow):
        release(case, supervisor, None)
    release(case, supervisor, asked)
    with pytest.raises(refusals.NotNow):
        release(case, supervisor, asked)


@pytest.mark.parametrize("missing", [{"at": None}, {"how": ""}])
def test_a_release_says_when_and_how(case: Case, analyst: Person, supervisor: Person, missing: dict[str, Any]) -> None:
    asked = propose(case, analyst)
    with pytest.raises(refusals.RecipientMissing):
        release(case, supervisor, asked, **missing)
    release(case, supervisor, asked)
