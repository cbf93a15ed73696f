"""The demonstration's office holders: demo accounts alone. Every other seat is left vacant, as it truly is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from portal.core import demo
from portal.members.models import Office, Person, Term
from portal.members.offices import CO_CHAIR

TOLD_BY = "mop3@state.example"
TOLD_HOW = _("Demonstration: the account is invented.")
ENERGY, WATER, OFFICER = "energy@partner.example", "water@partner.example", "officer@agency.example"


@dataclass(frozen=True)
class Sample:
    """One term: of an office of the partnership, or of the co-chairs of a sector; in days from now."""

    email: str
    title: str = CO_CHAIR
    sector: str = ""
    begins: int = -200
    ends: int | None = 530


SAMPLES = (
    Sample(ENERGY, "Chairman"),
    Sample(WATER, "First Vice Chairman"),
    Sample(ENERGY, "Second Vice Chairman", begins=-930, ends=-201),
    Sample(ENERGY, sector="energy", ends=None),
    Sample(WATER, sector="water", ends=None),
    Sample(OFFICER, sector="emergency-services"),
)


@demo.seeder(order=16, title="Offices of the partnership")
def seed(echo: demo.Echo) -> None:
    made = sum(map(_enter, SAMPLES))
    echo(f"{made} terms of office, all of demo accounts; the other seats are vacant")


def _enter(sample: Sample) -> bool:
    """Enter one term; False where that person has one of that office already, or where either is not there."""
    person = Person.objects.filter(email=sample.email).first()
    office = Office.objects.filter(title=sample.title, **_place(sample)).first()
    if person is None or office is None or Term.objects.filter(office=office, person=person).exists():
        return False
    today, now = timezone.localdate(), timezone.now()
    since = today + timedelta(days=sample.begins)
    until = None if sample.ends is None else today + timedelta(days=sample.ends)
    place = person.affiliations.select_related("organisation").order_by("pk").first()
    told_by = Person.objects.filter(email=TOLD_BY).first()
    facts = {"told_at": now + timedelta(days=sample.begins), "told_how": TOLD_HOW, "told_by": told_by}
    Term.objects.create(
        office=office,
        name=person.name,
        employer=place.organisation.name,
        person=person,
        since=since,
        until=until,
        **facts,
    )
    return True


def _place(sample: Sample) -> dict[str, object]:
    return {"community__sector__slug": sample.sector} if sample.sector else {"community": None}
