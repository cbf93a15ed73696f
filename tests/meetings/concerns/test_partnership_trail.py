"""Each act about offices, concerns, initiatives and visits is in the trail: who, what, about what, and no words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.audit import recording
from portal.audit.enums import Verb
from portal.audit.models import Event
from portal.core.actions import ActionRefused
from portal.meetings.concerns import actions
from portal.meetings.concerns.actions.initiatives import EditInitiative, EnterFigure, MakeInitiative
from portal.meetings.concerns.actions.visits import DeclineVisit, NoteDone, PlanVisit
from portal.meetings.concerns.enums import ReplyOutcome
from portal.members.actions import offices
from portal.members.enums import StaffRole
from portal.members.models import Community, OfficeMessage, Person
from portal.vocabulary.models import Sector
from tests.conftest import session_for
from tests.factories import PersonFactory, staff
from tests.meetings.concerns.making import co_chair, concern, message, recommended, term, today, visit

pytestmark = pytest.mark.django_db
SECRET = "zqxwritten"
OFFICES = {
    *(Verb.OFFICE_MAKE, Verb.OFFICE_EDIT, Verb.TERM_ADD, Verb.TERM_EDIT, Verb.TERM_NOTIFY, Verb.TERM_TOLD),
    *(Verb.TERM_KNOWN, Verb.TERM_END, Verb.OFFICE_WRITE, Verb.OFFICE_ANSWER),
}
CONCERNS = {
    *(Verb.CONCERN_RAISE, Verb.CONCERN_MERGE, Verb.CONCERN_PART, Verb.CONCERN_RANK, Verb.CONCERN_RECOMMEND),
    *(Verb.CONCERN_REPLY, Verb.CONCERN_CLOSE),
}
REST = {
    *(Verb.INITIATIVE_MAKE, Verb.INITIATIVE_EDIT, Verb.INITIATIVE_FIGURE),
    *(Verb.VISIT_ASK, Verb.VISIT_PLAN, Verb.VISIT_DONE, Verb.VISIT_DECLINE),
}


@pytest.fixture
def editor(pages: Any) -> Person:
    return staff(StaffRole.MOP3_EDITOR)


def recorded(family: set[Verb]) -> set[str]:
    """The verbs of a family that were recorded as done, each about something; and nowhere what was written."""
    rows = Event.objects.filter(verb__in=family)
    for row in Event.objects.all():
        assert SECRET not in repr(vars(row)) and "public.example" not in repr(vars(row))
    assert not rows.filter(about="").exists()
    return set(rows.filter(outcome="done").values_list("verb", flat=True))


def test_each_act_about_offices_and_the_relay(editor: Person) -> None:
    holder = PersonFactory()
    facts = {"community": None, "title": "Treasurer", "seats": 1, "is_private": False, "order": 9}
    office = offices.MakeOffice(editor, facts).execute()
    given = {"name": SECRET, "employer": SECRET, "person": holder, "since": today(), "until": None}
    row = offices.AddTerm(office, editor, given).execute()
    offices.EditTerm(row, editor, given).execute()
    offices.NotifyTerm(row, editor).execute()
    session_for(holder).post(f"/account/offices/{row.pk}/")
    written = {"name": SECRET, "email": "somebody@public.example", "words": SECRET, "once": "a"}
    Client().post(f"/partnership/write/{row.pk}/", written)
    OfficeMessage.objects.update(relayed_at=timezone.now(), was_reached=True)
    session_for(holder).post(f"/account/office-messages/{OfficeMessage.objects.get().uuid}/", {"answer": SECRET})
    offices.NoteTold(term(told_at=None), editor, timezone.now(), SECRET).execute()
    offices.EndTerm(row, editor, today() - timedelta(days=1)).execute()
    offices.EditOffice(office, editor, {**facts, "is_abolished": True}).execute()
    assert recorded(OFFICES) == {verb.value for verb in OFFICES}


def test_each_act_about_concerns(editor: Person) -> None:
    member, leader = PersonFactory(), co_chair()
    kept, gone = concern(words=SECRET), concern()
    asked = {"sector": kept.sector_id, "kind": "rule", "title": SECRET, "words": SECRET, "once": "a"}
    assert session_for(member).post("/concerns/new/", asked).status_code == 302
    assert session_for(leader).post(f"/concerns/{gone.uuid}/merge/", {"into": kept.pk}).status_code == 302
    actions.PartConcern(gone, editor).execute()
    committee = Community.objects.get(slug="standing-committee")
    actions.RankConcerns(editor, "", committee, today(), (kept, gone)).execute()
    sent = actions.Recommend(kept, editor, committee, SECRET, today()).execute()
    actions.EnterReply(sent, editor, ReplyOutcome.ACCEPTED, today(), SECRET).execute()
    actions.CloseConcern(kept, editor, SECRET).execute()
    assert recorded(CONCERNS) == {verb.value for verb in CONCERNS}
    ranked = Event.objects.get(verb=Verb.CONCERN_RANK)
    assert ranked.facts["concerns"] == [f"meetings.concern:{row.pk}" for row in (kept, gone)]


def test_each_act_about_initiatives_and_visits(editor: Person) -> None:
    facts = {"title": SECRET, "year": today().year, "committee": None, "owner_office": SECRET, "owner": None}
    facts |= {"measure": SECRET, "target": None, "is_public": False, "done_on": None, "dropped_on": None}
    made = MakeInitiative(editor, {**facts, "outcome": ""}).execute()
    EditInitiative(made, editor, {**facts, "outcome": SECRET}).execute()
    EnterFigure(made, editor, today().year, Decimal(2), SECRET).execute()
    asked = {"kind": "briefing", "words": SECRET, "once": "a"}
    assert session_for(PersonFactory()).post("/visits/new/", asked).status_code == 302
    row = visit()
    PlanVisit(row, editor, SECRET, planned_for=timezone.now() + timedelta(days=1)).execute()
    NoteDone(row, editor, SECRET).execute()
    DeclineVisit(visit(), editor, SECRET).execute()
    assert recorded(REST) == {verb.value for verb in REST}


def test_what_is_refused_is_in_the_trail_as_well(editor: Person) -> None:
    leader, other, elsewhere = co_chair("dams"), concern(), concern()
    tries = (
        actions.MergeAsCoChair(other, elsewhere, leader),
        actions.CloseConcern(other, leader, SECRET),
        actions.EnterReply(recommended(other, by=editor), leader, ReplyOutcome.ACCEPTED, today()),
        offices.AddTerm(term().office, leader, {"name": SECRET}),
        DeclineVisit(visit(), leader, SECRET),
    )
    for action in tries:
        with pytest.raises(ActionRefused):
            action.execute()
    recording.flush()
    found = Event.objects.filter(outcome="refused")
    assert set(found.values_list("verb", flat=True)) == {action.verb for action in tries}
    assert set(found.values_list("why", flat=True)) == {"NotYours"}


def test_double_sending_is_one_event(editor: Person) -> None:
    held, member = term(person=PersonFactory()), session_for(PersonFactory())
    sector = Sector.objects.get(slug="energy").pk
    for _double in range(2):
        Client().post(
            f"/partnership/write/{held.pk}/",
            {"name": "A", "email": "a@public.example", "words": SECRET, "once": "a"},
        )
        member.post("/concerns/new/", {"sector": sector, "kind": "rule", "title": "A", "words": "B", "once": "a"})
        member.post("/visits/new/", {"kind": "briefing", "words": SECRET, "once": "a"})
    message(held, once="b")  # not by the page
    for verb in (Verb.OFFICE_WRITE, Verb.CONCERN_RAISE, Verb.VISIT_ASK):
        assert Event.objects.filter(verb=verb).count() == 1, verb
