"""Months that were exported and signed for are taken out of the database, by the owner of its tables."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from portal.audit import guards, keys
from portal.audit.enums import Verb
from portal.audit.merkle import Frontier
from portal.audit.models import Event, Reference, Seal, Segment
from portal.audit.recording import Facts, record
from portal.audit.retention import files
from portal.audit.retention.erasing import delete
from portal.audit.retention.months import months_later, start_of
from portal.audit.retention.notes import SegmentHead
from portal.audit.retention.retiring import SegmentRefused
from portal.audit.sealing import link_of
from portal.audit.verifying import retired, segments
from portal.audit.verifying.findings import Findings


def drop(month: date, *, now: datetime) -> int:
    """Delete the events and seals of a month whose file holds; returns how many events.

    With them go the references that no event is left for. Raises `SegmentRefused`, and then nothing is deleted.
    """
    segment = _droppable(month)
    head = _believed(segment)
    _refuse_unless_file_holds(head, segment)
    with guards.lifted():
        count = _delete_events(segment)
        Segment.objects.filter(pk=segment.pk).update(dropped_at=now)
        gone = delete(_unused_references(month))
        facts: Facts = {"month": head.month, "first": head.first, "last": head.last, "references": gone}
        record(Verb.TRAIL_DROP, facts=facts)
    return count


def _droppable(month: date) -> Segment:
    segment = Segment.objects.filter(month=month).first()
    if segment is None:
        raise SegmentRefused(f"The month {month:%Y-%m} was not exported, so it cannot be dropped.")
    if segment.dropped_at is not None:
        raise SegmentRefused(f"The month {month:%Y-%m} was dropped before.")
    earlier = Segment.objects.filter(last__lt=segment.first, dropped_at=None).order_by("last").first()
    if earlier is not None:
        raise SegmentRefused(f"The month {earlier.month:%Y-%m} comes first: months are dropped in their order.")
    return segment


def _believed(segment: Segment) -> SegmentHead:
    findings, trusted = Findings(), keys.verifiers()
    head = segments.stated(segment, keys=trusted, findings=findings)
    if head is None:
        raise SegmentRefused(findings.kept[0].words)
    if problem := retired.problem_of(head, trusted):
        raise SegmentRefused(problem)
    return head


def _refuse_unless_file_holds(head: SegmentHead, segment: Segment) -> None:
    path = files.folder() / segment.file
    try:
        holds = files.digest_of(path) == head.digest and _holds(head)
    except OSError:
        raise SegmentRefused(f"The file {segment.file} cannot be read, so the month stays in the database.") from None
    if not holds:
        raise SegmentRefused(f"The file {segment.file} is not the one that was signed, so the month stays.")


def _holds(head: SegmentHead) -> bool:
    """Whether the events of the file give the leaves, the last link and the tree that were signed for."""
    nodes = [head.nodes[at : at + 32].hex() for at in range(0, len(head.nodes), 32)]
    size, link, tree = head.first - 1, head.link_before, Frontier.from_text(head.first - 1, nodes)
    for line in files.read(files.folder() / f"{head.month}{files.SUFFIX}"):
        if line.leaf != line.given:
            return False
        size, link, tree = size + 1, link_of(before=link, sequence=size + 1, leaf=line.leaf), tree.extended([line.leaf])
    return (size, link, tree.head()) == (head.last, head.link_after, head.root)


def _delete_events(segment: Segment) -> int:
    """In two statements, whatever the number of rows."""
    events, seals, bounds = Event._meta.db_table, Seal._meta.db_table, [segment.first, segment.last]
    where = "sequence BETWEEN %s AND %s"
    with connection.cursor() as cursor:
        sealed = f"SELECT event_id FROM {seals} WHERE {where}"  # noqa: S608  (names of our own tables)
        cursor.execute(f"DELETE FROM {events} WHERE id IN ({sealed})", bounds)  # noqa: S608
        count = cursor.rowcount
        cursor.execute(f"DELETE FROM {seals} WHERE {where}", bounds)  # noqa: S608
    return int(count)


def _unused_references(month: date) -> object:
    """References of that month and before, but for those of events that were sealed late and are still here."""
    left = Event.objects.filter(at__lt=start_of(months_later(month, 1))).values_list("who", "address")
    used = {name for row in left.iterator(2_000) for name in row}
    return Reference.objects.filter(month__lte=month).exclude(pk__in=used)
