"""What was recorded on a case before, as the rules ask for it: by kinds, people and moments, without opening words."""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from portal.reporting.enums import EntryKind, Stage
from portal.reporting.models import Case, CaseEntry

REFERENCE = 12  # hexadecimal digits of an entry's id


def reference(entry: CaseEntry) -> str:
    """How a later entry names the proposal that it answers."""
    return entry.uuid.hex[:REFERENCE]


def is_flagged_by_desk(case: Case) -> bool:
    """Whether somebody at the desk said last that somebody in it may be under 18."""
    entry = case.entries.filter(kind=EntryKind.MINOR).order_by("-at", "-pk").first()
    return entry is not None and entry.code == "yes"


def was_handed_to_police(case: Case) -> bool:
    return bool(case.entries.filter(kind=EntryKind.POLICE).exists())


def handed_off_by(case: Case) -> set[int]:
    """Who told the police since the last review of a hand-off."""
    people: set[int] = set()
    kinds = (EntryKind.POLICE, EntryKind.POLICE_REVIEWED)
    for kind, person in case.entries.filter(kind__in=kinds).order_by("at", "pk").values_list("kind", "by_id"):
        people = set() if kind == EntryKind.POLICE_REVIEWED else people | {person}
    return people


def warnings_waiting(case: Case) -> list[CaseEntry]:
    """Warnings that were proposed and not released, oldest first."""
    entries = case.entries.filter(kind__in=(EntryKind.WARNING_ASKED, EntryKind.WARNING)).select_related("by")
    rows = list(entries.order_by("at", "pk"))
    released = {row.code for row in rows if row.kind == EntryKind.WARNING}
    return [row for row in rows if row.kind == EntryKind.WARNING_ASKED and reference(row) not in released]


def closing_proposed(case: Case) -> CaseEntry | None:
    """The closing words that were proposed last, as long as the case is open."""
    if case.is_ended:
        return None
    found: CaseEntry | None = (
        case.entries.filter(kind=EntryKind.CLOSING_ASKED).select_related("by").order_by("-at", "-pk").first()
    )
    return found


def with_closing_proposed(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases that wait for a supervisor to allow closing words."""
    proposed = CaseEntry.objects.filter(case=OuterRef("pk"), kind=EntryKind.CLOSING_ASKED)
    return cases.filter(Exists(proposed), stage=Stage.DETERMINED)


def with_warning_waiting(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with a warning that was proposed and not released: each release answers one proposal."""
    asked, released = (
        Count("entries", filter=Q(entries__kind=kind)) for kind in (EntryKind.WARNING_ASKED, EntryKind.WARNING)
    )
    counted = cases.exclude(stage=Stage.PURGED).annotate(warnings_asked=asked, warnings_released=released)
    return counted.filter(warnings_asked__gt=F("warnings_released"))
