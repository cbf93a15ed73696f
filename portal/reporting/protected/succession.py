"""Who acts on a submission when its filer has left or is no active member: the alternate, then a point of contact.

It belongs to the organisation, so there should always be somebody. Where the alternate is gone as well, Desk names the
organisation's point of contact as the alternate; where there is none either, the desk is told that it has nobody to
write to. Whoever takes over reads nothing without a receipt code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.models import Affiliation, Person
from portal.reporting.models import Holding, HoldingEntry, Report
from portal.reporting.protected import records_of_holding as history, telling
from portal.reporting.protected.enums import Note

TAKES_OVER = "protected_takes_over"
MOST_AT_ONCE = 200


def _is_there(role: str, *, prefix: str = "") -> Exists:
    places = Affiliation.objects.current().filter(
        organisation=OuterRef(f"{prefix}organisation"), person=OuterRef(f"{prefix}{role}")
    )
    return Exists(places.filter(person__in=Person.objects.active().values("pk")))


def who_acts(report: Report) -> Person | None:
    """Who is in charge of it now: its filer, or the alternate in their place; nobody when both are gone."""
    there = _members_of(report)
    return next((person for person in (report.submitter, report.alternate) if person in there), None)


@dataclass(frozen=True)
class Contact:
    """Whom the desk reaches about a submission: who acts, else the points of contact of its organisation."""

    acts: Person | None
    is_filer: bool
    points: list[Person]


def contact_of(report: Report) -> Contact:
    acts = who_acts(report)
    points = [] if acts is not None or report.organisation_id is None else list(points_of_contact(report)[:10])
    return Contact(acts, acts is not None and acts == report.submitter, points)


def points_of_contact(report: Report) -> QuerySet[Person]:
    """Whom the organisation has named to be reached, the one of longest standing first."""
    places = Affiliation.objects.current().filter(organisation=report.organisation_id, is_point_of_contact=True)
    found: QuerySet[Person] = Person.objects.active().filter(pk__in=places.values("person"))
    return found.order_by("pk")


def _members_of(report: Report) -> set[Person]:
    theirs = [key for key in (report.submitter_id, report.alternate_id) if key is not None]
    places = Affiliation.objects.current().filter(organisation=report.organisation_id, person__in=theirs)
    return set(Person.objects.active().filter(pk__in=places.values("person")))


def settle(now: datetime) -> int:
    """See to submissions whose filer is gone; gives for how many somebody was told. Each is told of once."""
    keys = list(_waiting().values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_settle(key) for key in keys)


def _waiting() -> Any:
    """Open submissions without their filer, but those whose alternate knows, or of which the desk knows all."""
    gone = Holding.objects.open().exclude(report__organisation=None).exclude(_is_there("submitter", prefix="report__"))
    told = HoldingEntry.objects.filter(holding=OuterRef("pk"), note=Note.SUCCEEDED, by=OuterRef("report__alternate"))
    gone = gone.exclude(Exists(told) & _is_there("alternate", prefix="report__"))
    reached = Affiliation.objects.current().filter(
        organisation=OuterRef("report__organisation"),
        is_point_of_contact=True,
        person__in=Person.objects.active().values("pk"),
    )
    known = HoldingEntry.objects.filter(holding=OuterRef("pk"), note=Note.NOBODY)
    nobody = Exists(known) & ~Exists(reached) & ~_is_there("alternate", prefix="report__")
    return gone.exclude(nobody).order_by("pk")


def _settle(key: int) -> int:
    with transaction.atomic():
        kept = Holding.objects.select_for_update(of=("self",)).select_related("report").get(pk=key)
        report: Report = kept.report
        there = _members_of(report)
        if report.submitter in there:
            return 0
        if report.alternate not in there and not _name_point_of_contact(report):
            telling.tell_the_desk(kept, history.add_entry(kept, note=Note.NOBODY, is_told=True))
            return 1
        history.add_entry(kept, note=Note.SUCCEEDED, by=report.alternate, is_told=True)
        outbox.put(TAKES_OVER, f"{report.pk}:{report.alternate_id}")
        return 1


def _name_point_of_contact(report: Report) -> bool:
    """Whether there is one, who is the alternate now."""
    person = points_of_contact(report).first()
    if person is not None:
        Report.objects.filter(pk=report.pk).update(alternate=person)
        report.alternate = person
    return person is not None


@outbox.kind(TAKES_OVER, is_of_desk=True)
def protected_takes_over(about: str) -> Letter | None:
    """Somebody acts on a submission now: the number and a link. Nothing if they do so no longer."""
    key, _colon, person_key = about.partition(":")
    report = Report.objects.protected().select_related("submitter", "alternate").filter(pk=key).first()
    person = who_acts(report) if report is not None else None
    if report is None or person is None or str(person.pk) != person_key or person == report.submitter:
        return None
    link = f"{settings.PORTAL_FRONT_URL}{reverse('protected_one', args=[report.number])}"
    return Letter(person.email, TAKES_OVER, {"number": report.number, "link": link})
