"""What is looked at beside the chain itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from portal.audit import guards
from portal.audit.models import Checkpoint, Seal
from portal.audit.sealing import unsealed
from portal.audit.verifying.findings import Findings, Kind
from portal.audit.verifying.tolerant import whole

SEALED_WITHIN = timedelta(minutes=1)
MOST = 100
MOST_NAMED = 20


def look_for_unsealed(*, now: datetime, findings: Findings) -> None:
    """Events that should be sealed by now: the sealer stands still, or somebody took their seals; or none can be."""
    waiting = unsealed().filter(Q(at__lt=now - SEALED_WITHIN) | Q(at__gt=now + SEALED_WITHIN))
    first = list(waiting.order_by("id").values_list("id", flat=True)[:MOST_NAMED])
    if not first:
        return
    numbers = ", ".join(str(number) for number in first)
    words = f"{waiting.count()} events of more than a minute ago, or of a time to come, have no seal: number {numbers}"
    findings.add(Kind.UNSEALED, f"{words}{' and more' if waiting.count() > MOST_NAMED else ''}.")


def look_at_places(findings: Findings) -> None:
    """A seal at a place that is none would hide its event: it is not looked for, and the walk never comes there."""
    for place in Seal.objects.filter(sequence__lt=1).order_by("sequence").values_list("sequence", flat=True)[:MOST]:
        findings.add(Kind.ADDED, f"A seal stands at {place}, where no event can be; it hides the event that it names.")
    for size in Checkpoint.objects.filter(size__lt=0).order_by("size").values_list("size", flat=True)[:MOST]:
        findings.add(Kind.FORGED, f"A checkpoint says that it is of {size} events.")


def look_for_fractions(findings: Findings) -> None:
    """Seals and checkpoints whose number is none: the walk never comes to them."""
    for rows, column, kind in ((Seal.objects, "sequence", Kind.ADDED), (Checkpoint.objects, "size", Kind.FORGED)):
        numbers = list(whole(rows, column, others=True).values_list(column, flat=True)[:MOST_NAMED])
        if numbers:
            named = ", ".join(str(number)[:MOST_NAMED] for number in numbers)
            words = (
                f"{'A seal has' if kind is Kind.ADDED else 'A checkpoint has'} no whole number for a place: {named}."
            )
            findings.add(kind, words)


def look_at_guards(findings: Findings) -> None:
    if missing := guards.missing(connection):
        findings.add(Kind.UNGUARDED, f"The database does not refuse changes: {', '.join(missing)} missing.")
