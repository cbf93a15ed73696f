"""Two steps by two people: each rule refuses, and its allowed counterpart goes through from the same set-up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.audit.models import Event
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import refusals
from portal.reporting.actions import vetting
from portal.reporting.actions.handing_over import CARRIED, DISMISSED, RELEASES
from portal.reporting.contents import details_of
from portal.reporting.enums import Disposition, EntryKind, Finding, Review, Stage
from portal.reporting.models import Case, TrainingRecord
from tests.factories import staff
from tests.reporting.desk.working import anew, determine, review, train, verbs_about
from tests.reporting.making import add_words, make_report, take_in

pytestmark = pytest.mark.django_db


# --- the first step ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "stage"),
    [
        (Review.REAL, Stage.REVIEWED),
        (Review.EMERGENCY, Stage.REVIEWED),
        (Review.UNFOUNDED, Stage.DETERMINED),
    ],
)
def test_where_an_initial_review_leads(case: Case, analyst: Person, found: Review, stage: Stage) -> None:
    review(case, analyst, review=found)
    after = anew(case)
    assert (after.stage, after.reviewed_by, after.review) == (stage, analyst, found)
    assert after.report.is_urgent == (found is Review.EMERGENCY)
    assert after.taken_up_by == (analyst if found is Review.EMERGENCY else None)
    assert verbs_about(case)[-1] == "case.review"


def test_the_review_confirms_the_behaviour(case: Case, analyst: Person) -> None:
    with pytest.raises(refusals.NotNow):
        review(case, analyst, behaviour="")
    with pytest.raises(refusals.NotNow):
        review(case, analyst, behaviour="LOOKS")
    assert anew(case).stage == Stage.NEW
    review(case, analyst, behaviour="SURVL")
    assert anew(case).behaviour == "SURVL"


def test_a_review_needs_its_reason(case: Case, analyst: Person) -> None:
    with pytest.raises(refusals.ReasonMissing):
        review(case, analyst, why="  ")
    assert not case.entries.exists()


def test_a_duplicate_names_the_first_report_and_no_other_duplicate(case: Case, analyst: Person) -> None:
    first, later = take_in(make_report()), take_in(make_report())
    for wrong in (None, case):
        with pytest.raises(refusals.NotNow):
            review(case, analyst, review=Review.DUPLICATE, duplicate_of=wrong)
    review(case, analyst, review=Review.DUPLICATE, duplicate_of=first)
    assert anew(case).duplicate_of == first
    with pytest.raises(refusals.NotNow):
        review(later, analyst, review=Review.DUPLICATE, duplicate_of=anew(case))


def test_nobody_reviews_their_own_report(analyst: Person, second: Person) -> None:
    own = take_in(make_report(analyst))
    with pytest.raises(refusals.OwnReport):
        review(own, analyst)
    review(own, second)


@pytest.mark.parametrize(
    "role", [StaffRole.DUTY_OFFICER, StaffRole.PRIVACY_OFFICER, StaffRole.RECORDS_CUSTODIAN, StaffRole.ADMINISTRATOR]
)
def test_only_analysts_and_supervisors_review(case: Case, supervisor: Person, role: StaffRole) -> None:
    with pytest.raises(refusals.NotYourRole):
        review(case, staff(role))
    review(case, supervisor)


def test_a_case_is_reviewed_once(case: Case, analyst: Person, second: Person) -> None:
    review(case, analyst)
    with pytest.raises(refusals.NotNow):
        review(case, second)


def test_what_the_submitter_added_since_the_page_was_opened_has_to_be_read_first(
    case: Case, analyst: Person, second: Person
) -> None:
    seen = case.report.parts.count()
    add_words(case.report, "It came back.")
    with pytest.raises(refusals.ChangedMeanwhile):
        review(case, analyst, seen=seen)
    review(case, analyst)
    add_words(case.report, "And again.")
    with pytest.raises(refusals.ChangedMeanwhile):
        determine(case, second, seen=seen + 1)
    determine(case, second)


# --- the second step -----------------------------------------------------------------------------


@pytest.fixture
def reviewed(case: Case, analyst: Person) -> Case:
    train(analyst)
    review(case, analyst)
    return anew(case)


def test_the_second_step_takes_a_second_person(reviewed: Case, analyst: Person, second: Person) -> None:
    with pytest.raises(refusals.SameReviewer):
        determine(reviewed, analyst)
    determine(reviewed, second)
    after = anew(reviewed)
    assert (after.stage, after.finding, after.determined_by) == (Stage.DETERMINED, Finding.YES, second)


def test_it_takes_training_that_is_on_file_and_in_date(reviewed: Case) -> None:
    person = staff(StaffRole.MIAC_ANALYST)
    with pytest.raises(refusals.NotTrained):
        determine(reviewed, person)
    record = train(person, until=date(2026, 3, 4))  # the day before
    with pytest.raises(refusals.NotTrained):
        determine(reviewed, person)
    TrainingRecord.objects.filter(pk=record.pk).update(valid_until=date(2026, 3, 5))
    determine(reviewed, person)


def test_a_training_of_tomorrow_does_not_count_today(reviewed: Case, second: Person) -> None:
    TrainingRecord.objects.filter(person=second).update(completed_on=date(2026, 3, 6))
    with pytest.raises(refusals.NotTrained):
        determine(reviewed, second)


def test_a_behaviour_that_is_often_lawful_is_no_yes_without_facts_that_make_it_unusual(
    analyst: Person, second: Person
) -> None:
    bare = take_in(make_report(activity={"unusual": "  "}))
    review(bare, analyst)
    with pytest.raises(refusals.FactsMissing):
        determine(bare, second)
    assert anew(bare).stage == Stage.REVIEWED
    determine(bare, second, unusual="The guard's log has the same van on four nights.")
    assert anew(bare).has_unusual_facts


@pytest.mark.parametrize("finding", [Finding.NO, Finding.MORE])
def test_without_those_facts_it_may_still_be_no_or_more_needed(
    analyst: Person, second: Person, finding: Finding
) -> None:
    bare = take_in(make_report(activity={"unusual": ""}))
    review(bare, analyst)
    determine(bare, second, finding=finding)
    assert anew(bare).finding == finding


def test_a_defined_behaviour_needs_no_such_facts(analyst: Person, second: Person) -> None:
    broken_in = take_in(make_report(activity={"behaviour": "INTRSN", "unusual": ""}))
    review(broken_in, analyst, behaviour="INTRSN")
    determine(broken_in, second)
    assert anew(broken_in).finding == Finding.YES


@pytest.mark.parametrize("missing", ["grounds", "facts"])
def test_grounds_and_articulable_facts_are_written_down(reviewed: Case, second: Person, missing: str) -> None:
    with pytest.raises(refusals.GroundsMissing):
        determine(reviewed, second, **{missing: " "})
    determine(reviewed, second)


def test_it_takes_the_statement_that_no_protected_trait_is_the_basis(reviewed: Case, second: Person) -> None:
    with pytest.raises(refusals.StatementMissing):
        determine(reviewed, second, is_free_of_protected_traits=False)
    determine(reviewed, second)
    entry = reviewed.entries.get(kind=EntryKind.DETERMINATION)
    assert details_of([entry])[0]["statement"] == str(vetting.STATEMENT)


def test_when_more_is_needed_it_can_be_determined_again(reviewed: Case, analyst: Person, second: Person) -> None:
    determine(reviewed, second, finding=Finding.MORE)
    assert anew(reviewed).stage == Stage.MORE_NEEDED
    with pytest.raises(refusals.SameReviewer):
        determine(anew(reviewed), analyst)
    determine(anew(reviewed), second)
    assert anew(reviewed).stage == Stage.DETERMINED


def test_nothing_is_written_when_it_is_refused(reviewed: Case, analyst: Person) -> None:
    before = reviewed.entries.count()
    with pytest.raises(refusals.SameReviewer):
        determine(reviewed, analyst)
    assert reviewed.entries.count() == before
    assert anew(reviewed).finding == ""


def test_the_trail_has_the_finding_and_none_of_the_words(reviewed: Case, second: Person) -> None:
    determine(reviewed, second, grounds="Hush, a secret")
    event = Event.objects.filter(verb="case.determine").latest("pk")
    assert event.about == f"reporting.report:{reviewed.pk}"
    assert event.facts["finding"] == "yes"
    assert "Hush" not in repr(vars(event))


# --- what a finding carries ----------------------------------------------------------------------


@given(finding=st.sampled_from([Finding.YES, Finding.NO]), disposition=st.sampled_from(Disposition))
def test_nothing_that_was_found_no_goes_to_the_federal_system_or_is_kept(
    finding: Finding, disposition: Disposition
) -> None:
    carried = disposition in CARRIED[finding]
    if finding is Finding.NO and disposition in {
        Disposition.KEPT,
        Disposition.EGUARDIAN,
        Disposition.INTELLIGENCE,
    }:
        assert not carried
    if disposition in RELEASES and finding is Finding.YES:
        assert carried
    assert set(DISMISSED.values()) == {Disposition.UNFOUNDED, Disposition.DUPLICATE}


def test_more_needed_carries_nothing() -> None:
    found: Any = CARRIED.get(Finding.MORE)
    assert found is None
