"""Trainings and exercises: what they trained, what they showed, and the improvements up to their closing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.access.enums import Label, Reach
from portal.core.actions import ActionRefused
from portal.meetings.desk.exercise_actions import Aim, WriteExercise
from portal.meetings.desk.item_actions import AssignAction, CloseAction
from portal.meetings.enums import MeetingKind, Result
from portal.meetings.models import ActionItem, Capability, ExerciseFacts, Meeting
from portal.members.enums import StaffRole
from portal.vocabulary.models import Hazard
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.library.making import document
from tests.meetings.making import post

pytestmark = pytest.mark.django_db
WEAKNESS = "The control room has no second telephone"


@pytest.fixture
def editor() -> Any:
    return staff(StaffRole.MOP3_EDITOR)


def drill(editor: Any, *, days: int = -2, **fields: Any) -> Meeting:
    """An exercise that was posted two weeks ago and begins in so many days."""
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=14), tick=False):
        meeting, _notice = post(by=editor, kind=MeetingKind.EXERCISE, starts_at=now + timedelta(days=days), **fields)
    return meeting


def written(meeting: Meeting, editor: Any, **facts: Any) -> ExerciseFacts:
    given: dict[str, Any] = {
        "hazards": list(Hazard.objects.all()[:2]),
        "capabilities": list(Capability.objects.filter(name__in=["Cybersecurity", "Planning"])),
        "aims": [Aim(WEAKNESS, Result.NOT_MET), Aim("Everybody was reached", Result.MET)],
    }
    made: ExerciseFacts = WriteExercise(meeting, editor, **{**given, **facts}).execute()
    return made


def test_what_was_trained_and_what_it_showed_is_kept_and_entered_anew(editor: Any) -> None:
    meeting = drill(editor)
    written(meeting, editor)
    facts = written(meeting, editor, aims=[Aim("Everybody was reached", Result.PART)])
    assert [(row.words, row.result) for row in facts.objectives.all()] == [("Everybody was reached", Result.PART)]
    assert ExerciseFacts.objects.count() == 1
    assert {row.name for row in facts.capabilities.all()} == {"Cybersecurity", "Planning"}


def test_results_and_report_come_once_it_has_begun(editor: Any) -> None:
    meeting = drill(editor, days=3)
    written(meeting, editor, aims=[Aim("Everybody is reached")])
    with pytest.raises(ActionRefused, match="has not begun yet"):
        written(meeting, editor)
    with pytest.raises(ActionRefused, match="has not begun yet"):
        written(meeting, editor, aims=[], report=document())


def test_a_meeting_is_no_exercise(editor: Any) -> None:
    meeting, _notice = post(by=editor)
    with pytest.raises(ActionRefused, match="neither a training nor an exercise"):
        written(meeting, editor, aims=[])


def test_the_public_sees_hazards_capabilities_and_numbers_and_no_weakness(editor: Any) -> None:
    meeting = drill(editor)
    written(meeting, editor)
    AssignAction(meeting, editor, "Buy a second telephone", None, "The operator", is_improvement=True).execute()
    item = AssignAction(meeting, editor, "Write it down", None, "The operator", is_improvement=True).execute()
    CloseAction(item, editor, "Written").execute()
    for client in (Client(), session_for(PersonFactory())):
        page = " ".join(client.get(meeting.get_absolute_url()).content.decode().split())
        for words in (Hazard.objects.all()[0].name, "Cybersecurity", "1 of 2 met", "1 of 2 done"):
            assert words in page
        for words in (WEAKNESS, "Everybody was reached", "second telephone", "Written", "not met"):
            assert words not in page


def test_the_report_shows_to_those_who_may_read_it(editor: Any) -> None:
    meeting = drill(editor)
    report = document(title="After-action report, spring", tlp=Label.GREEN, reach=Reach.MEMBERS)
    written(meeting, editor, report=report)
    assert report.title not in Client().get(meeting.get_absolute_url()).content.decode()
    assert report.title in session_for(PersonFactory()).get(meeting.get_absolute_url()).content.decode()


def test_on_desk_facts_objectives_report_and_improvements_are_filled_in(editor: Any, desk: None) -> None:
    meeting, report = drill(editor), document(title="After-action report, spring")
    client, address = session_for(editor), f"/desk/meetings/{meeting.pk}/exercise/"
    sent = {
        "hazards": [Hazard.objects.all()[0].pk],
        "capabilities": [Capability.objects.get(name="Planning").pk],
        "report": report.get_absolute_url(),
        "aims-TOTAL_FORMS": "3",
        "aims-INITIAL_FORMS": "0",
        "aims-0-words": WEAKNESS,
        "aims-0-result": "not_met",
    }
    assert client.post(address, sent).status_code == 302
    owner = PersonFactory()
    better = {"improve": "1", "words": "Buy a second telephone", "owner": owner.email, "due_on": "2031-05-01"}
    assert client.post(address, better).status_code == 302
    page = " ".join(client.get(address).content.decode().split())
    for words in (WEAKNESS, "not met", "After-action report, spring", "Buy a second telephone", owner.name):
        assert words in page
    item = ActionItem.objects.get()
    assert (item.is_improvement, item.owner) == (True, owner)
    assert "Buy a second telephone" in client.get("/desk/meetings/actions/?kind=improvement").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("report", "/library/nothing/", "no address of a document"),
        ("report", "x" * 400, "at most 300"),
        ("hazards", "9" * 30, "Select a valid choice"),
        ("capabilities", "zqx", "is not a valid value"),
        ("aims-0-result", "splendid", "Select a valid choice"),
    ],
)
def test_rubbish_is_refused_and_what_was_typed_is_kept(
    editor: Any, desk: None, field: str, value: str, said: str
) -> None:
    meeting = drill(editor)
    sent = {"aims-TOTAL_FORMS": "1", "aims-INITIAL_FORMS": "0", "aims-0-words": WEAKNESS, field: value}
    answer = session_for(editor).post(f"/desk/meetings/{meeting.pk}/exercise/", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert WEAKNESS in answer.content.decode()
    assert not ExerciseFacts.objects.exists()


def test_a_meeting_has_no_page_of_an_exercise(editor: Any, desk: None) -> None:
    meeting, _notice = post(by=editor)
    assert session_for(editor).get(f"/desk/meetings/{meeting.pk}/exercise/").status_code == 404
