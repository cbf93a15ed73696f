"""Offices, concerns and visits under Front's account on PostgreSQL: what members do works, and the rest is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from portal.meetings.models import Concern, Merge, VisitRequest
from portal.members.models import OfficeMessage, Term
from tests.conftest import session_for
from tests.core.database_roles.conftest import AsFront, World, on_postgresql
from tests.factories import PersonFactory
from tests.meetings.concerns.making import co_chair, concern, initiative, message, term, visit

REFUSED = [
    "SELECT words FROM members_officemessage",
    "SELECT sender FROM members_officemessage",
    "SELECT details FROM meetings_concern",
    "SELECT closed_by_id FROM meetings_concern",
    "SELECT words FROM meetings_visitrequest",
    "UPDATE meetings_concern SET words = 'x'",
    "UPDATE meetings_visitrequest SET answer = 'x'",
    "UPDATE members_officemessage SET relayed_at = now()",
    "UPDATE members_term SET name = 'x'",
    "UPDATE members_term SET told_at = now() WHERE notified_at IS NULL",
    "UPDATE members_office SET title = 'x'",
    "DELETE FROM members_term",
    "DELETE FROM meetings_merge",
    "UPDATE meetings_initiative SET is_public = true",
]


@on_postgresql
def test_members_and_strangers_do_what_the_pages_offer(as_front: AsFront, world: World) -> None:
    row = term(person=world.member, told_at=None, notified_at=timezone.now())
    initiative(is_public=True)
    own, other = concern(by=world.member), concern()
    browser = session_for(world.member)
    with as_front():
        assert browser.post(f"/account/offices/{row.pk}/").status_code == 302
        assert Client().get("/partnership/").status_code == 200
        assert "In Office" in Client().get("/partnership/energy/").text
        written = {"name": "A", "email": "a@public.example", "words": "A question.", "once": "a"}
        assert Client().post(f"/partnership/write/{row.pk}/", written).status_code == 302
        asked = {
            "sector": own.sector_id,
            "kind": "rule",
            "title": "One",
            "words": "Words.",
            "details": "D",
            "once": "a",
        }
        assert browser.post("/concerns/new/", asked).status_code == 302
        assert browser.get("/concerns/").status_code == browser.get("/concerns/sector/").status_code == 200
        assert browser.get(f"/concerns/{own.uuid}/").status_code == 200
        assert browser.post(f"/concerns/{other.uuid}/merge/", {"into": own.pk}).status_code == 302
        assert browser.get("/initiatives/").status_code == 200
        assert browser.post("/visits/new/", {"kind": "briefing", "words": "Words.", "once": "a"}).status_code == 302
        assert browser.get("/visits/").status_code == 200
    assert Merge.objects.get().concern == other and Concern.objects.count() == 3
    assert OfficeMessage.objects.count() == VisitRequest.objects.count() == 1


@on_postgresql
def test_a_holder_answers_once_what_was_relayed(as_front: AsFront, world: World) -> None:
    row = message(term(person=world.member))
    address = f"/account/office-messages/{row.uuid}/"
    browser = session_for(world.member)
    with as_front():
        assert browser.get(address).status_code == 404
    OfficeMessage.objects.update(relayed_at=timezone.now(), was_reached=True)
    with as_front():
        assert browser.get(address).status_code == 200
        assert browser.post(address, {"answer": "Yes."}).status_code == 302
        with pytest.raises(ProgrammingError), transaction.atomic():
            OfficeMessage.objects.update(answer=b"x", answered_at=timezone.now())


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_desks_is_refused(as_front: AsFront, world: World, statement: str) -> None:
    message(term(person=world.member))
    concern()
    visit()
    initiative()
    Term.objects.update(told_at=None)
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@on_postgresql
@pytest.mark.parametrize(
    "row",
    [
        lambda about, by: Concern(sector=about.sector, kind="rule", person=by, closed_at=timezone.now()),
        lambda about, by: Concern(sector=about.sector, kind="rule", person=by, raised_at=timezone.now() - timedelta(1)),
        lambda about, by: VisitRequest(person=by, kind="briefing", words=b"x", state="planned"),
        lambda about, by: VisitRequest(person=by, kind="briefing", words=b"x", answer="x"),
        lambda about, by: Merge(concern=about, into=concern(), by=by),
    ],
)
def test_rows_that_say_what_desk_says_or_are_dated_back_are_refused(as_front: AsFront, world: World, row: Any) -> None:
    about = concern()
    made = row(about, PersonFactory())
    with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
        made.save(force_insert=True)


@on_postgresql
def test_a_co_chair_of_another_sector_merges_nothing(as_front: AsFront, world: World) -> None:
    one, two, dams = concern(), concern(), concern(sector="dams")
    leader = co_chair("energy")
    for pair in ((one, dams), (dams, one)):
        with as_front(), pytest.raises(ProgrammingError), transaction.atomic():
            Merge(concern=pair[0], into=pair[1], by=leader).save(force_insert=True)
    with as_front():
        Merge(concern=one, into=two, by=leader).save(force_insert=True)
