"""How long comments on the plan are kept: what was written, and the answer, which may speak of the same weak point."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings

from portal.core import tick
from portal.library.models import PlanComment
from portal.library.models.plan import COMMENT
from portal.library.plan.enums import OPEN
from portal.vault import naming, records

AT_ONCE = 200  # in one minute


@tick.step("library: comments on the plan destroyed")
def destroy_ended(now: datetime) -> int:
    """Destroy the words of comments whose time has ended; gives of how many. Only Desk writes to them.

    That somebody commented, when, on what, and what became of it, stays. The key goes first: whoever is killed in
    between leaves a comment that opens no longer and is due at the next minute, and never a key without a comment.
    """
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    return sum(_destroy(comment, now) for comment in list(ended(now)[:AT_ONCE]))


def ended(now: datetime) -> Any:
    """Answered so long ago, and on a version that is not in the making any more, the first to be answered on top.

    What nobody has answered stays: its owner is reminded until there is an answer.
    """
    if settings.PORTAL_PLAN_COMMENTS_KEPT is None:
        return PlanComment.objects.none()
    rows = PlanComment.objects.filter(purged_at=None, answered_at__lte=now - settings.PORTAL_PLAN_COMMENTS_KEPT)
    return rows.exclude(version__state__in=OPEN).order_by("answered_at", "pk")


def _destroy(comment: PlanComment, now: datetime) -> bool:
    records.destroy(comment.record, by="retention")
    rows = PlanComment.objects.filter(pk=comment.pk, purged_at=None)
    return bool(rows.update(words=b"", answer="", page=None, purged_at=now))


def _named(identifiers: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those with words that a key opens; a comment that was destroyed names nothing any more."""
    return set(PlanComment.objects.filter(uuid__in=identifiers, purged_at=None).values_list("uuid", flat=True))


naming.register(COMMENT, _named)
