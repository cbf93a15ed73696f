"""Whether months were exported and dropped when they were due, and not before.

A signed note alone does not show it: somebody who rules the database could have the signer export what is of today, by
what the rows say, and then delete it. So the times that count are those of signed notes.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from portal.audit.enums import Outcome, Verb
from portal.audit.models import Event, Segment
from portal.audit.retention.months import month_of, months_later, start_of
from portal.audit.retention.notes import SegmentHead
from portal.audit.verifying import heads, segments, tolerant
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.heads import NOT_KNOWN, Keys, Witness
from portal.core.environment import DESK_SITES


def look(*, keys: Keys, after: int, findings: Findings) -> None:
    """Every segment from a place on, against the checkpoint at its end, and what was dropped against the trail."""
    youngest: datetime | None = None
    for row in reversed(segments.stored(after=after, findings=Findings())):
        head = segments.stated(row, keys=keys, findings=Findings())  # what is forged was named before
        if head is None:
            continue
        if problem := problem_of(head, keys):
            findings.add(Kind.REWRITTEN, problem, first=head.first, last=head.last)
        if row.dropped_at is not None:
            _hold_drop(row, head, youngest, findings)
            youngest = youngest or _closed(head, keys)


def problem_of(head: SegmentHead, keys: Keys) -> str:
    """What is wrong with the time or the end of an exported month, in one sentence; else nothing."""
    closing, before = _closing(head, keys), heads.previous(head.last, keys)
    if closing is None:
        return f"The checkpoint of {head.last} events, at which the segment {head.month} ends, is missing."
    if (closing.head.root, closing.head.link) != (head.root, head.link_after):
        return f"The segment {head.month} does not end as the {closing.source} was signed."
    month = heads.closes(before.head if before else None, closing.head) if before is not NOT_KNOWN else None
    if month is None or f"{month:%Y-%m}" != head.month:
        return f"The {closing.source}, at which the segment {head.month} ends, does not close that month."
    if not is_due(closing, now=_time(head)):
        return f"The segment {head.month} was exported sooner than PORTAL_TRAIL_MONTHS after its events."
    return ""


def is_due(closing: Witness, *, now: datetime) -> bool:
    """Whether what stands before a checkpoint is old enough to be exported, by the time that was signed."""
    until = start_of(months_later(month_of(now), -settings.PORTAL_TRAIL_MONTHS))
    return heads.signed_at(closing.head) <= until


def _closing(head: SegmentHead, keys: Keys) -> Witness | None:
    row = heads.stored(head.last)
    return heads.witness(row, keys=keys, findings=Findings()) if row else None


def _closed(head: SegmentHead, keys: Keys) -> datetime | None:
    closing = _closing(head, keys)
    return heads.signed_at(closing.head) if closing else None


def _time(head: SegmentHead) -> datetime:
    try:
        return datetime.strptime(head.time, heads.TIME).replace(tzinfo=UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


def _hold_drop(row: Segment, head: SegmentHead, youngest: datetime | None, findings: Findings) -> None:
    """The trail tells of each drop, unless what told it was dropped as well, years later."""
    if youngest is not None and _time(head) < youngest:
        return
    if not _is_told(head):
        words = f"The segment {head.month} is marked as dropped, and the trail does not tell of it."
        findings.add(Kind.REMOVED, words, first=head.first, last=head.last)


def _is_told(head: SegmentHead) -> bool:
    """Front drops nothing, so what it says of a drop is not believed."""
    drops = Event.objects.filter(verb=Verb.TRAIL_DROP, outcome=Outcome.DONE, site__in=DESK_SITES)
    told, _bad = tolerant.read(drops.values_list("facts", flat=True), list(drops.values_list("pk", flat=True)))
    wanted = (head.month, head.last)
    return any(isinstance(facts, dict) and (facts.get("month"), facts.get("last")) == wanted for facts in told)
