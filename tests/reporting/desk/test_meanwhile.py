"""Between opening a page and sending its form: nothing that was typed is lost, and nothing unread is closed over."""

from __future__ import annotations

from typing import Any

import pytest

from portal.members.models import Person
from portal.reporting import records_of_case as history, refusals
from portal.reporting.actions.closing import ProposeClosing
from portal.reporting.enums import Disposition, Stage
from portal.reporting.models import Case
from tests.reporting.desk.working import (
    address,
    allow,
    anew,
    close,
    determined,
    dispose,
    opened,
    review,
    sentence,
    set_class,
)
from tests.reporting.making import add_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def disposed(case: Case, analyst: Person, second: Person) -> Case:
    set_class(determined(case, analyst, second), analyst)
    dispose(anew(case), analyst)
    return anew(case)


# --- forms that come too late --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "says"), [("real", "The case has moved on meanwhile."), ("", "This field is required.")]
)
def test_a_verb_that_is_offered_no_more_says_why_and_keeps_what_was_typed(
    case: Case, analyst: Person, second: Person, found: str, says: str
) -> None:
    client, seen = opened(case, second), case.report.parts.count()
    review(case, analyst)
    said = {"review": found, "behaviour": "PHOTO", "why": "My long words here", "seen": seen}
    answer = client.post(address(case, "act/review/"), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["main"][0] == "review"
    assert says in page
    assert "My long words here" in page
    assert "determine" in [name for name, _verb, _form in answer.context["other_steps"]]


def test_a_button_alone_says_as_well_why_it_did_nothing(urgent: Case, analyst: Person, duty: Person) -> None:
    late = opened(urgent, duty, purpose="urgent")
    opened(urgent, analyst, purpose="urgent").post(address(urgent, "act/take_up/"))
    answer = late.post(address(urgent, "act/take_up/"))
    assert answer.status_code == 422
    assert "Somebody has taken it up already." in answer.content.decode()
    assert anew(urgent).taken_up_by == analyst


# --- closing over what came since ----------------------------------------------------------------


def test_no_case_closes_over_an_addition_that_nobody_has_read(disposed: Case, analyst: Person) -> None:
    seen = disposed.report.parts.count()
    add_words(disposed.report, "It came back.")
    with pytest.raises(refusals.ChangedMeanwhile):
        close(disposed, analyst, seen=seen)
    close(disposed, analyst)


def test_no_proposed_words_close_over_it_either(disposed: Case, analyst: Person, supervisor: Person) -> None:
    ProposeClosing(disposed, analyst, words="Thank you for calling twice.").execute()
    client, asked = opened(disposed, supervisor), history.closing_proposed(disposed)
    assert asked is not None
    page = client.get(address(disposed))
    add_words(disposed.report, "It came back.")
    answer = client.post(address(disposed, "allow/"), {"proposal": asked.pk, "seen": page.context["seen"]}, follow=True)
    assert "The submitter added something meanwhile." in answer.content.decode()
    assert anew(disposed).stage == Stage.DETERMINED
    client.post(address(disposed, "allow/"), {"proposal": asked.pk, "seen": answer.context["seen"]})
    assert anew(disposed).stage == Stage.CLOSED


def test_no_hand_over_that_closes_closes_over_it(case: Case, analyst: Person, second: Person) -> None:
    set_class(determined(case, analyst, second), analyst)
    seen = case.report.parts.count()
    add_words(case.report, "It came back.")
    given: dict[str, Any] = {"sentence": sentence(), "seen": seen}
    with pytest.raises(refusals.ChangedMeanwhile):
        dispose(anew(case), analyst, Disposition.INTELLIGENCE, **given)
    assert anew(case).disposition == ""
    dispose(anew(case), analyst, Disposition.INTELLIGENCE, sentence=sentence())
    assert anew(case).stage == Stage.CLOSED


@pytest.mark.parametrize("verb", ["close", "dispose"])
def test_the_forms_that_close_count_what_the_report_holds(disposed: Case, analyst: Person, verb: str) -> None:
    context = opened(disposed, analyst).get(address(disposed)).context
    forms = {name: form for name, _verb, form in [context["main"], *context["other_steps"]]}
    assert forms[verb]["seen"].value() == disposed.report.parts.count()
    assert str(forms[verb]["seen"]).startswith('<input type="hidden"')


def test_a_supervisor_allows_what_was_read(disposed: Case, analyst: Person, supervisor: Person) -> None:
    ProposeClosing(disposed, analyst, words="Thank you for calling twice.").execute()
    allow(disposed, supervisor, history.closing_proposed(disposed))
    assert anew(disposed).closing_words == "Thank you for calling twice."
