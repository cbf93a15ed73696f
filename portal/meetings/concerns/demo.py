"""The demonstration's concerns, a request for a briefing and an initiative. All of it is invented, and says so.

Rows are stored as they are in the end: nobody is mailed of what was made up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from portal.core import demo
from portal.meetings.concerns import sealed
from portal.meetings.concerns.enums import ConcernKind, VisitKind
from portal.meetings.models import (
    Concern,
    Initiative,
    InitiativeFigure,
    Rank,
    Ranking,
    Recommendation,
    VisitRequest,
)
from portal.members.models import Community, Person
from portal.vocabulary.models import Sector

ENERGY, WATER, STAFF = "energy@partner.example", "water@partner.example", "mop3@state.example"
COMMITTEE = "standing-committee"
FORMS: dict[str, Any] = {
    "kind": ConcernKind.SAME_QUESTION,
    "title": _("Two agencies ask for the same contact data in two forms"),
    "words": _(
        "Demonstration. Each year two agencies ask for the people to call in an emergency, each in a form of its own "
        "and in a different month. One form that both take would save every utility a week."
    ),
    "agencies": _("Two agencies of the state (invented)"),
}
GATES: dict[str, Any] = {
    "kind": ConcernKind.POLICY,
    "title": _("Crews from outside wait at road blocks"),
    "words": _(
        "Demonstration. After a storm, crews that come to help from other states are stopped because they carry none "
        "of the passes that are known here. One pass for all counties would help."
    ),
    "region": "C",
}
RECOMMENDED = _("Demonstration. That both agencies take one form, and ask for it once a year, in spring.")
BRIEFING = _("Demonstration. A briefing on ransomware for forty operators, in our training room.")
DETAILS = _("Demonstration. Which crews waited, and for how long.")


@demo.seeder(order=72, title="Concerns and initiatives")
def seed(echo: demo.Echo) -> None:
    people = {person.email: person for person in Person.objects.filter(email__in=[ENERGY, WATER, STAFF])}
    committee = Community.objects.filter(slug=COMMITTEE).first()
    if len(people) < len([ENERGY, WATER, STAFF]) or committee is None:
        return
    forms = _raise("water", people[ENERGY], days=40, **FORMS)
    if forms is not None:
        _recommend(forms, committee, people[STAFF])
    _raise("energy", people[WATER], days=6, details=DETAILS, **GATES)
    _ask(people[ENERGY])
    _deliver(committee, people[STAFF])
    echo("two concerns, one with a recommendation; a request for a briefing; an initiative with a figure")


def _raise(sector: str, person: Person, *, days: int, details: str = "", **facts: Any) -> Concern | None:
    """Store one, raised so many days ago; None where it is there."""
    key = sealed.identifier("demo", sector, facts["title"])
    if Concern.objects.filter(uuid=key).exists():
        return None
    row = Concern(uuid=key, sector=Sector.objects.get(slug=sector), person=person, **facts)
    row.raised_at = timezone.now() - timedelta(days=days)
    row.details = sealed.seal(row.record, details)
    row.save(force_insert=True)
    return row


def _recommend(concern: Concern, committee: Community, by: Person) -> None:
    today = timezone.localdate()
    ranking = Ranking.objects.create(committee=committee, decided_on=today - timedelta(days=21), by=by)
    Rank.objects.create(ranking=ranking, concern=concern, place=1)
    facts = {"sent_on": today - timedelta(days=20), "due_on": today + timedelta(days=25), "by": by}
    Recommendation.objects.create(concern=concern, committee=committee, words=RECOMMENDED, **facts)


def _ask(person: Person) -> None:
    key = sealed.identifier("demo", VisitKind.BRIEFING, person.email)
    if VisitRequest.objects.filter(uuid=key).exists():
        return
    sector = Sector.objects.get(slug="energy")
    row = VisitRequest(uuid=key, person=person, kind=VisitKind.BRIEFING, sector=sector, wished=_("any weekday"))
    row.asked_at = timezone.now() - timedelta(days=3)
    row.words = sealed.seal(row.record, BRIEFING)
    row.save(force_insert=True)


def _deliver(committee: Community, by: Person) -> None:
    year = timezone.localdate().year
    facts = {
        "committee": committee,
        "owner_office": _("First Vice Chairman"),
        "measure": _("agencies that take the form"),
        "target": 6,
        "is_public": True,
    }
    row, is_new = Initiative.objects.get_or_create(
        title=_("One form for emergency contacts (demonstration)"), year=year, defaults=facts
    )
    if is_new:
        InitiativeFigure.objects.create(initiative=row, year=year, figure=2, note=_("invented"), by=by)
