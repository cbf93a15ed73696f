"""Offices, concerns and visits for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from portal.meetings import visits
from portal.meetings.concerns import reading
from portal.meetings.concerns.enums import ConcernKind, VisitKind
from portal.meetings.models import Concern, Initiative, Recommendation, VisitRequest
from portal.members.models import Community, Office, OfficeMessage, Person, Term
from portal.members.office_messages import Written, receive
from portal.vocabulary.models import Sector
from tests.factories import PersonFactory

WORDS = "Two agencies ask for the same plan in two forms."
DETAILS = "The spare transformer stands behind the east gate."


def today(days: int = 0) -> date:
    """The present day, or one so many days from it."""
    return timezone.localdate() + timedelta(days=days)


def co_chair_office(sector: str = "energy") -> Office:
    found: Office = Office.objects.get(community__sector__slug=sector, title="Co-chair")
    return found


def term(office: Office | None = None, **fields: Any) -> Term:
    """A term that runs, of somebody who was told and has no account, unless said otherwise."""
    facts = {"name": "In Office", "employer": "Their Company", "since": today(), "told_at": timezone.now()}
    made: Term = Term.objects.create(office=office or co_chair_office(), **{**facts, **fields})
    return made


def co_chair(sector: str = "energy", **fields: Any) -> Person:
    """An active member who is a co-chair now."""
    person: Person = PersonFactory()
    term(co_chair_office(sector), person=person, **fields)
    return person


def concern(*, by: Person | None = None, sector: str = "energy", **fields: Any) -> Concern:
    """A concern of a member."""
    details = fields.pop("details", DETAILS)
    facts = {
        "sector": Sector.objects.get(slug=sector),
        "kind": ConcernKind.SAME_QUESTION,
        "title": "The same question twice",
        "words": WORDS,
        "agencies": "Two agencies",
        "region": "",
        **fields,
    }
    number = Concern.objects.count()
    made, _is_new = reading.raise_one((by or PersonFactory()).pk, facts, details=details, once=f"once {number}")
    return made


def recommended(about: Concern, *, by: Person, **fields: Any) -> Recommendation:
    facts = {"words": "Take over one form.", "sent_on": today(), "due_on": today() + timedelta(days=30)}
    committee = Community.objects.get(slug="standing-committee")
    made: Recommendation = Recommendation.objects.create(
        concern=about, committee=committee, by=by, **{**facts, **fields}
    )
    return made


def initiative(**fields: Any) -> Initiative:
    facts = {"title": "One form for all", "year": today().year, "owner_office": "Co-chair, Energy", "measure": "forms"}
    made: Initiative = Initiative.objects.create(**{**facts, **fields})
    return made


def visit(*, by: Person | None = None, words: str = DETAILS) -> VisitRequest:
    facts = {"kind": VisitKind.SITE_VISIT, "sector": None, "county": None, "wished": "in May"}
    number = VisitRequest.objects.count()
    made, _is_new = visits.ask((by or PersonFactory()).pk, facts, words=words, once=f"once {number}")
    return made


def message(to: Term, **fields: str) -> OfficeMessage:
    """A message that came in for an office holder."""
    said = {"name": "Somebody", "email": "somebody@public.example", "words": "May I ask something?", "once": "a"}
    receive(to, Written(**{**said, **fields}))
    found: OfficeMessage = OfficeMessage.objects.latest("pk")
    return found
