"""The mail that takes a checkpoint to a place outside."""

from __future__ import annotations

from django.conf import settings

from portal.audit.models import Checkpoint
from portal.core import outbox
from portal.core.outbox import Letter


@outbox.kind("checkpoint", is_of_desk=True)
def checkpoint(about: str) -> Letter | None:
    """The signed note itself: it names no event and no person."""
    found = Checkpoint.objects.filter(size=int(about)).first()
    if found is None or not settings.PORTAL_TRAIL_WITNESS_MAIL:
        return None
    return Letter(settings.PORTAL_TRAIL_WITNESS_MAIL, "checkpoint", {"checkpoint": found})
