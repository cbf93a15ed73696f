"""Who works on protected submissions at the desk, who signs, and who has nothing to do with one that is their own."""

from __future__ import annotations

from typing import Any

from portal.members.enums import StaffRole
from portal.members.models import Affiliation, Person
from portal.reporting.models import Holding, Report
from portal.reporting.people import SUPERVISORS, holding as holding_role

ANALYSTS = (StaffRole.MIAC_ANALYST, StaffRole.MIAC_SUPERVISOR)
SIGNATORIES = (StaffRole.CLOSURE_SIGNATORY,)
# Who may open what was submitted, beside named planners (planners.py). The form promises that nobody else does.
READERS = (*ANALYSTS, *SIGNATORIES)
CUSTODIANS = (StaffRole.RECORDS_CUSTODIAN, StaffRole.MIAC_SUPERVISOR)
COLLECTORS = (*ANALYSTS, StaffRole.RECORDS_CUSTODIAN)  # who may confirm that a submission was collected
# Who sees that there is a submission, and where it stands, without opening it.
WATCHERS = (*READERS, StaffRole.RECORDS_CUSTODIAN)


def holds_now(person: Any, *roles: StaffRole) -> bool:
    """Whether a person holds one of these roles at this moment, whatever was read of them earlier."""
    return bool(holding_role(*roles).filter(pk=person.pk).exists())


def is_party(person: Any, report: Report) -> bool:
    """Whether somebody sent it, is its alternate contact, or belongs to the organisation whose it is."""
    if person.pk in (report.submitter_id, report.alternate_id):
        return True
    places = Affiliation.objects.current().filter(person=person.pk, organisation=report.organisation_id)
    return report.organisation_id is not None and bool(places.exists())


def agency_of(person: Any) -> str:
    """The agency under whose name somebody opens a submission: that of their place, else the center itself."""
    place = Affiliation.objects.current().filter(person=person.pk).select_related("organisation").first()
    return str(place.organisation.name) if place else "Missouri Information Analysis Center"


def answerable(kept: Holding, *, step: int) -> list[int]:
    """Whom a warning of this number goes to: the responsible, their deputy, the supervisors; else whoever is next."""
    chosen = [kept.responsible_id, kept.deputy_id]
    for key in chosen[step - 1 :]:
        if key is not None and _is_active(key, kept.report):
            return [key]
    return supervisors_of(kept)


def supervisors_of(kept: Holding) -> list[int]:
    """The supervisors who are no party to it."""
    found = holding_role(*SUPERVISORS).order_by("pk")
    return [person.pk for person in found if not is_party(person, kept.report)]


def _is_active(key: int, report: Report) -> bool:
    person = holding_role(*ANALYSTS).filter(pk=key).first()
    return person is not None and not is_party(person, report)


def told_of(kept: Holding) -> list[int]:
    """Everybody who is told where it stands: who sent it, the alternate, who answers for it, and all who opened it."""
    report = kept.report
    keys = {kept.responsible_id, kept.deputy_id, *kept.uses.values_list("by_id", flat=True)}
    keys |= set(_still_there(report))
    active = Person.objects.active().filter(pk__in=keys - {None})
    return sorted(active.values_list("pk", flat=True))


def _still_there(report: Report) -> list[int]:
    """Its filer and alternate, as long as they belong to the organisation: whoever left sees nothing of it."""
    theirs = [report.submitter_id, report.alternate_id]
    if report.organisation_id is None:
        return [key for key in theirs if key is not None]
    places = Affiliation.objects.current().filter(
        organisation=report.organisation_id, person__in=[key for key in theirs if key is not None]
    )
    return list(places.values_list("person_id", flat=True))
