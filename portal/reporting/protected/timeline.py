"""What happened to a submission, as those see it whose it is, and what they asked for that still waits for the desk."""

from __future__ import annotations

from datetime import datetime

from portal.reporting.models import HoldingEntry, Report, ReportPart
from portal.reporting.protected import told
from portal.reporting.protected.enums import Act

Line = tuple[datetime, bool, str]  # when, whether the desk did it, what


def of(report: Report) -> list[Line]:
    """Everything that the submitter is told of, oldest first: their own acts, and the desk's without who did it."""
    entries = HoldingEntry.objects.filter(holding=report.pk, is_told=True).order_by("at", "pk")
    rows = entries.values_list("at", "verb", "note", "agency")
    desk = [(at, True, told.step_in_words(verb, note, agency)) for at, verb, note, agency in rows]
    own = [(part.at, False, str(told.ACTS[part.name])) for part in _acts(report)]
    return sorted([*desk, *own, (report.submitted_at, False, str(told.SUBMITTED))])


def waiting_for(report: Report) -> list[str]:
    """The acts that were sent and that Desk has not taken: it notes each that it takes by name and version."""
    notes = set(HoldingEntry.objects.filter(holding=report.pk).values_list("note", flat=True))
    return [part.name for part in _acts(report) if f"{part.name}:{part.version}" not in notes]


def _acts(report: Report) -> list[ReportPart]:
    """Without what is sealed in them."""
    return list(ReportPart.objects.filter(report=report, name__in=Act.values).defer("envelope"))
