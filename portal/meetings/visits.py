"""'Ask for a site visit or a briefing': sealed to Desk as it comes in, with a state and an answer in clear."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from portal.access.viewer import Viewer
from portal.meetings.concerns import sealed
from portal.meetings.models import VisitRequest
from portal.meetings.models.concerns import VisitQuerySet
from portal.members.enums import StaffRole

VISIT_STAFF = (StaffRole.MOP3_EDITOR,)
MOST_AHEAD = 10  # requests of one person that are new or planned


def own(viewer: Viewer) -> VisitQuerySet:
    """What this member asked for, the newest first, without the sealed words, which Front may not read."""
    rows: VisitQuerySet = VisitRequest.objects.defer("words", "answered_by").select_related("sector", "county")
    if not viewer.is_member or viewer.person is None:
        return rows.none()
    return rows.filter(person=viewer.person).order_by("-asked_at", "-pk")


def has_too_many(person: int) -> bool:
    return bool(VisitRequest.objects.ahead().filter(person=person).count() >= MOST_AHEAD)


def ask(person: int, facts: dict[str, Any], *, words: str, once: str) -> tuple[VisitRequest, bool]:
    """Store a request; whether it is new, for the trail. The same form sent twice is one request."""
    key = sealed.identifier(person, once, facts["kind"], facts["wished"], words)
    before = VisitRequest.objects.defer("words", "answered_by").filter(uuid=key).first()
    if before is not None:
        return before, False
    row = VisitRequest(uuid=key, person_id=person, **facts)
    row.words = sealed.seal(row.record, words)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a double click
        return VisitRequest.objects.defer("words", "answered_by").get(uuid=key), False
    return row, True
