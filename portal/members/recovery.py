"""Lost second factors that wait for a second officer, and what was said on the telephone, which is sealed to Desk."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.members.models import FactorRecovery
from portal.vault import records

FIELD = "factor-recovery"
CALL_BACK_LASTS = timedelta(hours=24)


def waiting() -> QuerySet[FactorRecovery]:
    """Call backs of the last day that nobody has decided on, the oldest first."""
    undecided = Q(granted_at=None, refused_at=None, called_at__gt=timezone.now() - CALL_BACK_LASTS)
    return FactorRecovery.objects.filter(undecided).select_related("person", "called_by").order_by("called_at")


def what_was_said(row: FactorRecovery) -> dict[str, str]:
    """Number, where it was found and who spoke, opened on Desk. Raises what `portal.vault.records` raises."""
    opened = records.open_sealed(record_of(row.person_id), FIELD, bytes(row.details))
    said: dict[str, str] = json.loads(opened)
    return said


def record_of(person: int) -> str:
    return f"person:{person}"
