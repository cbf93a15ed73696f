"""Who may open one submission because they were named for it, and when that ends.

Nothing is kept that could be out of date: whether somebody is a planner of a submission now is asked anew each time, of
their role, their membership, their place in the agency, and the stage of the submission. What has ended so is written
down by the next round, and does not come back.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from portal.core import outbox
from portal.core.outbox import Letter
from portal.members.enums import OrganisationKind, StaffRole
from portal.members.models import Affiliation, Organisation, Person, RoleChange
from portal.reporting.models import Holding, NamedPlanner
from portal.reporting.people import holding as holding_role
from portal.reporting.protected import people, records_of_holding as history
from portal.reporting.protected.enums import Note, PlannerEnd, Readers, Stage, UsePurpose, Verb
from portal.reporting.protected.states import UNDETERMINED

ROLE = StaffRole.PLANNER
MAIL = "protected_planner"
# Until it was withdrawn, or it was decided that it goes: what the submitter allowed is over then.
STAGES = UNDETERMINED | {Stage.NOT_CLOSED, Stage.OPEN, Stage.CLOSED, Stage.RETAINED}
PURPOSES = (UsePurpose.PLANNING, UsePurpose.PRODUCT)
ENDS: dict[Verb, PlannerEnd] = {
    Verb.WITHDRAW: PlannerEnd.WITHDRAWN,
    Verb.RETURN: PlannerEnd.GOES,
    Verb.DESTROY: PlannerEnd.GOES,
    Verb.DISPOSE: PlannerEnd.GOES,
}


def are_allowed(kept: Holding) -> bool:
    """Whether its submitter allowed planners. Where that cannot be read, they did not."""
    return bool(kept.readers == Readers.PLANNERS)


def agency_of(person: Any) -> Organisation | None:
    """The public agency in which somebody has a place now, the oldest of them; a company's people are no planners."""
    places = Affiliation.objects.current().filter(person=person.pk, organisation__kind=OrganisationKind.PUBLIC_AGENCY)
    place = places.filter(organisation__closed_at=None).select_related("organisation").order_by("pk").first()
    found: Organisation | None = place.organisation if place else None
    return found


def may_be_named(person: Any, kept: Holding) -> bool:
    """Whether somebody holds the role, works for a public agency, and is no party to it."""
    is_planner = people.holds_now(person, ROLE) and agency_of(person) is not None
    return is_planner and not people.is_party(person, kept.report)


def can_be_named(kept: Holding) -> list[Person]:
    """Those who may be named and are not yet."""
    named = NamedPlanner.objects.filter(holding=kept, ended_at=None).values("person")
    found = holding_role(ROLE).exclude(pk__in=named).order_by("name", "pk")
    return [person for person in found if may_be_named(person, kept)]


def named_now() -> Any:
    """The rows that hold now, for whoever they are about: approved, and nothing lost since."""
    return _standing().exclude(approved_at=None).filter(person__in=holding_role(ROLE).values("pk"))


def _standing() -> Any:
    """Not ended, nor lost in a way that a later hour could give back."""
    rows = NamedPlanner.objects.filter(ended_at=None, holding__stage__in=STAGES, holding__readers=Readers.PLANNERS)
    own = Q(person=F("holding__report__submitter")) | Q(person=F("holding__report__alternate"))
    return rows.filter(_has_place(), _has_role()).exclude(_took_role()).exclude(_is_of_submitter()).exclude(own)


def _has_place() -> Exists:
    """Still in the agency for which they were named, and it is open."""
    places = Affiliation.objects.current().filter(person=OuterRef("person"), organisation=OuterRef("organisation"))
    return Exists(places.filter(organisation__closed_at=None))


def _has_role() -> Exists:
    return Exists(Person.objects.filter(pk=OuterRef("person"), is_active=True, groups__name=ROLE.value))


def _took_role() -> Exists:
    """The role was taken after they were named: having it again is no reason to open what one was named for before."""
    taken = RoleChange.objects.filter(person=OuterRef("person"), role=ROLE, is_given=False)
    return Exists(taken.filter(at__gte=OuterRef("named_at")))


def _is_of_submitter() -> Exists:
    """They belong to the organisation that submitted it: then it is their own."""
    organisation = OuterRef("holding__report__organisation")
    return Exists(Affiliation.objects.current().filter(person=OuterRef("person"), organisation=organisation))


def found_for(person: Any, kept: Holding) -> NamedPlanner | None:
    """By which row somebody may open it as a planner now; None where there is none."""
    if people.is_party(person, kept.report):
        return None
    row: NamedPlanner | None = named_now().filter(person=person.pk, holding=kept).select_related("organisation").first()
    return row


def holdings_of(person: Any) -> Any:
    """The submissions for which somebody is named now."""
    return Holding.objects.of_others(person).filter(pk__in=named_now().filter(person=person.pk).values("holding"))


def may_open(person: Any, kept: Holding) -> bool:
    """Whether somebody opens it: as one of the desk, or as a planner who is named for it now."""
    if person.has_role(*people.READERS):
        return True
    return bool(person.has_role(ROLE)) and found_for(person, kept) is not None


def end(row: NamedPlanner, why: PlannerEnd, *, by: Any = None) -> None:
    """End it. The submitter reads so where the planner had been approved; the planner is told as well."""
    row.ended_at, row.ended_by, row.end = timezone.now(), by, why
    row.save(update_fields=["ended_at", "ended_by", "end"])
    was_named = row.approved_at is not None
    agency = row.organisation.name
    history.add_entry(row.holding, note=Note.PLANNER_ENDED, by=by, is_told=was_named, agency=agency)
    if was_named:
        outbox.put(MAIL, str(row.pk))


def end_with(kept: Holding, verb: Verb) -> None:
    """What a step of the submission ends: nobody opens by the submitter's leave what they have withdrawn."""
    if verb in ENDS:
        for row in NamedPlanner.objects.filter(holding=kept, ended_at=None).select_related("organisation"):
            end(row, ENDS[verb])


def end_lost() -> int:
    """Write down what has ended by itself; gives how many. Whether it holds never waited for this.

    Who is dormant for a while, or owes an agreement, opens nothing meanwhile, and has not lost it.
    """
    rows = NamedPlanner.objects.filter(ended_at=None).exclude(pk__in=_standing().values("pk"))
    return sum(_end_one(key) for key in list(rows.order_by("pk").values_list("pk", flat=True)))


def _end_one(key: int) -> bool:
    """Look once more, while the row is held: the role may have been given in this very moment."""
    with transaction.atomic():
        row = NamedPlanner.objects.select_for_update(of=("self",)).select_related("organisation", "holding").get(pk=key)
        if row.ended_at is not None or _standing().filter(pk=key).exists():
            return False
        end(row, PlannerEnd.LOST)
        return True


def address_of(kept: Holding) -> str:
    """Where a planner opens it, for a mail."""
    return f"{settings.PORTAL_DESK_URL}/desk/planning/{kept.report.uuid}/"


@outbox.kind(MAIL, is_of_desk=True)
def protected_planner(about: str) -> Letter | None:
    """To a planner: that they are named, or are no longer. What holds when the mail is written is what it says."""
    rows = NamedPlanner.objects.exclude(approved_at=None).select_related("holding__report", "person")
    row = rows.filter(pk=about).first() if about.isascii() and about.isdigit() else None
    if row is None or not Person.objects.active().filter(pk=row.person_id).exists():
        return None
    is_named = named_now().filter(pk=row.pk).exists()
    if not is_named and row.ended_at is None:
        return None
    facts = {"number": row.holding.report.number, "is_named": is_named}
    return Letter(row.person.email, MAIL, {**facts, "link": address_of(row.holding) if is_named else ""})
