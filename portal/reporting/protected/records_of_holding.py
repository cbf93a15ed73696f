"""What is written down on a submission: entries whose words are sealed under its own key, and ends of its clocks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from portal.reporting import contents
from portal.reporting.contents import Answers
from portal.reporting.models import ClockEnd, Holding, HoldingEntry
from portal.reporting.protected.enums import Clock, Verb


def add_entry(
    kept: Holding,
    *,
    verb: Verb | None = None,
    note: str = "",
    by: Any = None,
    is_told: bool = False,
    details: Answers | None = None,
    agency: str = "",
) -> HoldingEntry:
    """Record something; `agency` is told with it. Raises as `contents.key_of` does where there are words to seal."""
    entry = HoldingEntry(holding=kept, verb=verb or "", note=note, by=by, is_told=is_told, agency=agency)
    if details:
        entry.details = contents.key_of(kept.report).seal(entry.field, json.dumps(details).encode())
    entry.save(force_insert=True)
    return entry


def details_of(kept: Holding, entries: Iterable[HoldingEntry]) -> list[Answers]:
    """The words of entries of one submission, in their order; empty where there are none or they do not open."""
    rows = list(entries)
    sealed = [row for row in rows if bytes(row.details)]
    opened = contents.open_all([(kept.report.record, row.field, bytes(row.details)) for row in sealed])
    found = {row.pk: answers for row, answers in zip(sealed, opened, strict=True)}
    return [found.get(row.pk, {}) for row in rows]


def end_clock(kept: Holding, clock: Clock, *, due_at: datetime, at: datetime) -> None:
    ClockEnd.objects.create(holding=kept, clock=clock, due_at=due_at, met_at=at)
