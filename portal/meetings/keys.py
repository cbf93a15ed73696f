"""Which sealed words of meetings still name their keys. What nothing names is swept from the vault."""

from __future__ import annotations

import uuid

from portal.meetings.models import AccessNeed, Minutes
from portal.vault import naming

NEED, MINUTES = "accessneed:", "minutes:"  # how their records are named


def needs_named(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(AccessNeed.objects.filter(uuid__in=identifiers).values_list("uuid", flat=True))


def minutes_named(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    """Meetings whose minutes have a sealed part."""
    rows = Minutes.objects.filter(meeting__uuid__in=identifiers).exclude(closed_words=b"")
    return set(rows.values_list("meeting__uuid", flat=True))


naming.register(NEED, needs_named)
naming.register(MINUTES, minutes_named)
