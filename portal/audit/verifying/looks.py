"""What is looked at beside the chain itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from portal.audit import guards, references
from portal.audit.models import Reference
from portal.audit.sealing import unsealed
from portal.audit.verifying.findings import Findings, Kind

SEALED_WITHIN = timedelta(minutes=1)


def look_for_unsealed(*, now: datetime, findings: Findings) -> None:
    """Events that the sealer should have come to by now: it stands still, or somebody took their seals."""
    waiting = unsealed().filter(at__lt=now - SEALED_WITHIN)
    first = waiting.order_by("id").values_list("id", flat=True).first()
    if first is None:
        return
    words = f"{waiting.count()} events of more than a minute ago have no seal; the first has the number {first}."
    findings.add(Kind.UNSEALED, words)


def look_at_references(findings: Findings) -> None:
    """Rows that do not mean whom they meant when they were made. Those that are gone were erased."""
    for row in Reference.objects.order_by("pk").iterator(2_000):
        if not references.is_true(row):
            words = f"The reference {row.pk} does not follow from the key and value that are stored for it."
            findings.add(Kind.REFERENCE, words)


def look_at_guards(findings: Findings) -> None:
    if missing := guards.missing(connection):
        findings.add(Kind.UNGUARDED, f"The database does not refuse changes: {', '.join(missing)} missing.")
