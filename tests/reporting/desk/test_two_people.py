"""Whatever the people of the desk try, in whatever order: what takes two people never happens with one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from portal.core.actions import ActionRefused
from portal.members.enums import StaffRole
from portal.members.models import Person
from portal.reporting import records_of_case as history
from portal.reporting.actions.handing_over import ReviewHandOff
from portal.reporting.enums import Disposition, EntryKind, Finding, RecordClass, Review, Stage
from portal.reporting.models import Case
from tests.conftest import rolled_back
from tests.factories import staff
from tests.reporting.desk.working import (
    anew,
    close,
    determine,
    dispose,
    hand_to_police,
    review,
    sentence,
    set_class,
    train,
)
from tests.reporting.making import make_report, take_in

pytestmark = pytest.mark.django_db

TRIES: dict[str, Any] = {
    "real": review,
    "unfounded": lambda case, by: review(case, by, review=Review.UNFOUNDED),
    "emergency": lambda case, by: review(case, by, review=Review.EMERGENCY),
    "yes": determine,
    "no": lambda case, by: determine(case, by, finding=Finding.NO),
    "more": lambda case, by: determine(case, by, finding=Finding.MORE),
    "police": hand_to_police,
    "looked at": lambda case, by: ReviewHandOff(case, by, words="All well.").execute(),
    "class": set_class,
    "close": close,
    **{
        f"dispose {value}": lambda case, by, value=value: dispose(case, by, value, sentence=sentence())
        for value in Disposition
    },
}
ORDERS = st.lists(st.tuples(st.sampled_from(sorted(TRIES)), st.integers(0, 1)), max_size=14)


@settings(max_examples=40)
@given(tried=ORDERS, is_urgent=st.booleans(), is_unusual=st.booleans())
def test_no_order_of_tries_gets_past_two_people(
    clock: Any, desk: None, tried: list[tuple[str, int]], is_urgent: bool, is_unusual: bool
) -> None:
    with rolled_back():
        people = [staff(StaffRole.MIAC_ANALYST), staff(StaffRole.MIAC_SUPERVISOR)]
        for person in people:
            train(person)
        case = take_in(make_report(is_urgent=is_urgent, activity={"unusual": "At night" if is_unusual else ""}))
        for verb, who in tried:
            try:
                TRIES[verb](anew(case), people[who])
            except ActionRefused:
                continue
        holds(anew(case), is_unusual=is_unusual)


def holds(case: Case, *, is_unusual: bool) -> None:
    """What is true of every case, however it came to be as it is."""
    if case.finding:
        assert case.determined_by_id != case.reviewed_by_id
    if case.finding == Finding.YES:
        assert is_unusual
    if case.disposition and case.review == Review.UNFOUNDED:
        assert case.reviewed_by_id not in by_whom(case, EntryKind.DISPOSITION)
    if case.stage == Stage.CLOSED:
        ended(case)


def by_whom(case: Case, kind: EntryKind) -> set[int]:
    return set(case.entries.filter(kind=kind).values_list("by_id", flat=True))


def ended(case: Case) -> None:
    assert case.disposition
    assert case.closing_words
    assert case.record_class != RecordClass.UNDECIDED
    assert case.hand_off_review_due_at is None
    if case.review == Review.EMERGENCY:
        assert history.was_handed_to_police(case)


def test_the_right_order_ends_a_case(clock: Any, case: Case, analyst: Person, second: Person) -> None:
    """So that the rule above is not kept by nothing ever happening."""
    for verb, who in (("real", analyst), ("yes", second), ("class", analyst), ("dispose kept", analyst)):
        TRIES[verb](anew(case), who)
    TRIES["close"](anew(case), second)
    assert anew(case).stage == Stage.CLOSED
