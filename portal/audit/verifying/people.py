"""Whether whom the events mean is still what was recorded, and whether what is gone was erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from portal.audit import references
from portal.audit.enums import PLAIN_READS, Kept, Verb
from portal.audit.models import NOBODY, SYSTEM, Event, Reference
from portal.audit.retention.months import YEAR, month_of, months_later, parse_month
from portal.audit.verifying import tolerant
from portal.audit.verifying.findings import Findings, Kind

AT_ONCE = 2_000
COLUMNS = ("who", "address")
FIELDS = ("reference", "key", "kind", "value")


def look_at_references(findings: Findings) -> None:
    """Rows that do not mean whom they meant when they were made."""
    names = Reference.objects.order_by("pk").values_list("pk", flat=True).iterator(AT_ONCE)
    for piece in tolerant.pieces(names, AT_ONCE):
        rows, bad = tolerant.read(Reference.objects.only(*FIELDS), piece)
        wrong = [row.pk for row in rows if not references.is_true(row)]
        for name in [*wrong, *bad]:
            words = f"The reference {name} does not follow from the key and value that are stored for it."
            findings.add(Kind.REFERENCE, words)


def look_for_missing(*, now: datetime, findings: Findings) -> None:
    """References of events that are gone though nothing tells of an erasure, and those that would go too soon.

    One pass over the events for each column, and the references by their names.
    """
    erased = _Erased.told(now)
    try:
        for column in COLUMNS:
            _hold(column, erased, findings)
    except tolerant.UNREADABLE:  # the walk has named the event
        findings.add(Kind.REFERENCE, "The references cannot be held against the events: a row cannot be read.")
    if erased.beyond:
        words = (
            f"{erased.beyond} references of events are gone that nothing tells to have been erased; an event of"
            f" {erased.month:%Y-%m} is the first."
        )
        findings.add(Kind.REFERENCE, words)


@dataclass
class _Erased:
    """What may be gone: plain reads by their age, and as many more as erasures on order have told."""

    reads_before: date
    ordered: dict[tuple[date, bool], int] = field(default_factory=dict)  # by bound, and whether of plain reads
    missing: dict[tuple[date, bool], int] = field(default_factory=dict)  # by month, and whether of plain reads

    @classmethod
    def told(cls, now: datetime) -> _Erased:
        made = cls(months_later(month_of(now), -settings.PORTAL_TRAIL_READS_MONTHS))
        for at, about, facts in Event.objects.filter(verb=Verb.TRAIL_ERASE, outcome="done").values_list(
            "at", "about", "facts"
        ):
            made.take(at, about, facts)
        return made

    def take(self, at: datetime, about: str, facts: Any) -> None:
        """One erasure, as far as it can have been one: a month that was not over was never erased."""
        try:
            before, count, decisions = parse_month(facts["before"]), int(facts["references"]), int(facts["decisions"])
            is_schedule = facts["by"] == "age"
        except (ValueError, TypeError, KeyError):
            return
        if is_schedule and before <= months_later(month_of(at), -YEAR):
            self.reads_before = max(self.reads_before, before)
        elif not is_schedule and before <= month_of(at):
            for is_read, erased in ((True, count - decisions), (False, decisions)):
                self.ordered[before, is_read] = self.ordered.get((before, is_read), 0) + max(erased, 0)

    def miss(self, month: date, *, is_read: bool) -> None:
        if not (is_read and month < self.reads_before):
            self.missing[month, is_read] = self.missing.get((month, is_read), 0) + 1

    @property
    def beyond(self) -> int:
        """How many are gone that neither age nor order explains: the newest take what reaches as far as they are."""
        return sum(count for _month, count in self._unexplained())

    @property
    def month(self) -> date:
        return min(month for month, _count in self._unexplained())

    def _unexplained(self) -> Iterator[tuple[date, int]]:
        left = dict(self.ordered)
        for (month, is_read), count in sorted(self.missing.items(), reverse=True):
            rest = count
            for bound in sorted(bound for bound in left if bound[0] > month and bound[1] is is_read):
                taken = min(rest, left[bound])
                left[bound], rest = left[bound] - taken, rest - taken
            if rest:
                yield month, rest


def _hold(column: str, erased: _Erased, findings: Findings) -> None:
    for piece in tolerant.pieces(_used(column), AT_ONCE):
        rows, bad = tolerant.read(Reference.objects.defer("key"), [name for name, *_rest in piece])
        known = {row.pk: row for row in rows}
        for name, first, last, decisions in piece:
            if name in known:
                _hold_row(known[name], month_of(first), month_of(last), decisions, findings)
            elif name not in bad:
                erased.miss(month_of(first), is_read=not decisions)


def _used(column: str) -> Iterable[tuple[str, datetime, datetime, int]]:
    """Each reference that events use: when first, when last, and by how many that are no plain reads."""
    groups = Event.objects.exclude(**{f"{column}__in": ["", NOBODY, SYSTEM]}).order_by().values_list(column)
    decisions = Count("pk", filter=~Q(verb__in=PLAIN_READS))
    return groups.annotate(first=Min("at"), last=Max("at"), decisions=decisions).iterator(AT_ONCE)


def _hold_row(row: Reference, first: date, last: date, decisions: int, findings: Findings) -> None:
    """What it says of itself decides when it is erased, so an event of another month or kind shows that it was moved.

    A reference of decisions that only plain reads use goes too late at most.
    """
    is_moved = not first == row.month == last
    if is_moved or (decisions and row.kept != Kept.DECISION):
        words = f"The reference {row.pk} would be erased at another time than the events that use it."
        findings.add(Kind.REFERENCE, words)
