"""What is of today does not leave by the way of what is old, whatever somebody writes into the rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal.audit import keys
from portal.audit.models import Checkpoint, Event, Seal, Segment
from portal.audit.retention import dropping, files, retiring
from portal.audit.retention.retiring import SegmentRefused
from portal.audit.verifying import Finding, Kind, verify
from tests.audit.mutations import Trail, tampering
from tests.audit.test_retention import at, months, work  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
JANUARY = date(2025, 1, 1)


def found(trail: Trail) -> list[Finding]:
    report = verify(now=timezone.now(), keys=trail.keys, outside=trail.outside)
    return [one for one in report.findings if one.kind not in {Kind.UNGUARDED, Kind.UNSEALED}]


def delete(segment: Segment) -> None:
    """As somebody who rules the database deletes what was exported."""
    gone = Seal.objects.filter(sequence__range=(segment.first, segment.last))
    Event.objects.filter(pk__in=list(gone.values_list("event_id", flat=True))).delete()
    gone.delete()
    Segment.objects.filter(pk=segment.pk).update(dropped_at=timezone.now())
    (Path(files.folder()) / segment.file).unlink()


def test_a_checkpoint_of_today_with_an_old_row_is_not_exported(months: Trail, clock: Any) -> None:  # noqa: F811
    retiring.retire_due(now=timezone.now())
    work(clock, at(2026, 5, 20))
    last = Checkpoint.objects.order_by("-size")[0]
    with tampering():
        old = {"at": datetime(2020, 1, 1, tzinfo=UTC), "closes_month": date(2019, 12, 1)}
        Checkpoint.objects.filter(pk=last.pk).update(**old)
        with pytest.raises(SegmentRefused, match="does not say what its note says"):
            retiring.retire_due(now=timezone.now())
        Checkpoint.objects.filter(pk=last.pk).update(at=last.at)
        with pytest.raises(SegmentRefused, match="does not close the month"):
            retiring.retire(Checkpoint.objects.get(pk=last.pk), now=timezone.now())
        assert (found(months)[0].kind, found(months)[0].first) == (Kind.FORGED, last.size)
    with pytest.raises(SegmentRefused, match="is not old enough"):
        retiring.retire(Checkpoint.objects.get(pk=last.pk), now=timezone.now())
    assert Segment.objects.count() == 3


def test_a_segment_that_was_signed_too_early_is_named_and_not_dropped(
    months: Trail,  # noqa: F811
    settings: Any,
) -> None:
    """Somebody lets the signer run once with another setting."""
    settings.PORTAL_TRAIL_MONTHS = 1
    retiring.retire_due(now=timezone.now())
    settings.PORTAL_TRAIL_MONTHS = 12
    early = Segment.objects.order_by("-month")[0]
    assert ["exported sooner than PORTAL_TRAIL_MONTHS" in one.words for one in found(months)] == [True]
    for month in ("2025-01", "2025-02", "2025-03"):
        dropping.drop(datetime.strptime(month, "%Y-%m").date(), now=timezone.now())
    with pytest.raises(SegmentRefused, match="exported sooner"):
        dropping.drop(early.month, now=timezone.now())
    with tampering():
        delete(early)
        kinds = {(one.kind, one.first) for one in found(months)}
    assert {(Kind.REWRITTEN, early.first), (Kind.REMOVED, early.first)} <= kinds


def test_a_month_that_was_deleted_without_a_word_is_named(months: Trail) -> None:  # noqa: F811
    retiring.retire_due(now=timezone.now())
    with tampering():
        delete(Segment.objects.get(month=JANUARY))
        (one,) = found(months)
    assert (one.kind, one.place) == (Kind.REMOVED, "1-8")
    assert "the trail does not tell of it" in one.words


def test_a_drop_that_was_itself_dropped_years_later_is_fine(
    trail_keys: keys.Verifier,
    clock: Any,
    settings: Any,
) -> None:
    settings.PORTAL_TRAIL_MONTHS, settings.PORTAL_SITE = 12, "desk-worker"
    trail = Trail(trail_keys, ())
    for year, month in ((2025, 1), (2025, 2), (2026, 3), (2026, 4)):
        work(clock, at(year, month))
    retiring.retire_due(now=timezone.now())
    dropping.drop(JANUARY, now=timezone.now())
    work(clock, at(2026, 5))
    clock.move_to(at(2027, 7))
    retiring.retire_due(now=timezone.now())
    for segment in Segment.objects.filter(dropped_at=None).order_by("month"):
        dropping.drop(segment.month, now=timezone.now())
    assert not Event.objects.filter(verb="trail.drop", facts__month="2025-01").exists()
    assert not found(trail)
