"""Whether whom the events mean is still what was recorded, and whether what is gone was erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from portal.audit import references
from portal.audit.enums import PLAIN_READS, Kept, Outcome, Verb
from portal.audit.models import NOBODY, SYSTEM, Event, Reference
from portal.audit.retention.months import YEAR, month_of, months_later, parse_month
from portal.audit.verifying import tolerant
from portal.audit.verifying.findings import Findings, Kind
from portal.core.environment import DESK_SITES

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
    """What may be gone: plain reads by their age, and as many more as erasures on order have told.

    An order says how many of each month. Those before it said so are told by the month before which they were.
    """

    reads_before: date
    ordered: Counter[tuple[date, bool]] = field(default_factory=Counter)  # by month, and whether of plain reads
    bounded: Counter[tuple[date, bool]] = field(default_factory=Counter)  # by bound, and whether of plain reads
    missing: dict[tuple[date, bool], int] = field(default_factory=dict)  # by month, and whether of plain reads

    @classmethod
    def told(cls, now: datetime) -> _Erased:
        """What the trail tells. Front erases nothing, so what it says of an erasure is not believed."""
        made = cls(months_later(month_of(now), -settings.PORTAL_TRAIL_READS_MONTHS))
        told = Event.objects.filter(verb=Verb.TRAIL_ERASE, outcome=Outcome.DONE, site__in=DESK_SITES)
        for piece in tolerant.pieces(told.order_by("pk").values_list("pk", flat=True).iterator(AT_ONCE), AT_ONCE):
            for at, facts in tolerant.read(told.values_list("at", "facts"), piece)[0]:
                made.take(at, facts)
        return made

    def take(self, at: datetime, facts: Any) -> None:
        """One erasure, as far as it can have been one; what cannot be read tells of none."""
        try:
            self._take(at, parse_month(facts["before"]), facts)
        except (*tolerant.UNREADABLE, KeyError):
            return

    def _take(self, at: datetime, before: date, facts: Any) -> None:
        """A month that was not over was never erased."""
        if facts["by"] == "age" and before <= months_later(month_of(at), -YEAR):
            self.reads_before = max(self.reads_before, before)
        elif facts["by"] != "age" and before <= month_of(at):
            counted = _by_month(facts["months"], before) if "months" in facts else None
            count, decisions = int(facts["references"]), int(facts["decisions"])
            of_bound = Counter({(before, True): max(count - decisions, 0), (before, False): max(decisions, 0)})
            self.ordered.update(counted or {})
            self.bounded.update(of_bound if counted is None else {})

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
        left = dict(self.bounded)
        for (month, is_read), count in sorted(self.missing.items(), reverse=True):
            rest = max(count - self.ordered[month, is_read], 0)
            for bound in sorted(bound for bound in left if bound[0] > month and bound[1] is is_read):
                taken = min(rest, left[bound])
                left[bound], rest = left[bound] - taken, rest - taken
            if rest:
                yield month, rest


def _by_month(lines: Any, before: date) -> Counter[tuple[date, bool]]:
    """What an order says of each month: the month, how many plain reads, how many decisions."""
    counted: Counter[tuple[date, bool]] = Counter()
    for line in lines:
        month, reads, decisions = line.split(" ")
        if parse_month(month) < before:
            counted[parse_month(month), True] += int(reads)
            counted[parse_month(month), False] += int(decisions)
    return +counted  # none that is negative


def _hold(column: str, erased: _Erased, findings: Findings) -> None:
    for piece in tolerant.pieces(_used(column), AT_ONCE):
        rows, bad = tolerant.read(Reference.objects.defer("key"), [name for name, *_rest in piece])
        known = {row.pk: row for row in rows}
        for name, first, last, decisions in piece:
            if first is None or last is None:
                words = f"The reference {name} cannot be held against its events: a time cannot be read."
                findings.add(Kind.REFERENCE, words)
            elif name in known:
                _hold_row(known[name], month_of(first), month_of(last), decisions, findings)
            elif name not in bad:
                erased.miss(month_of(first), is_read=not decisions)


def _used(column: str) -> Iterable[tuple[str, datetime | None, datetime | None, int]]:
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
