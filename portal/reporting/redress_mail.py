"""Mail about redress: to privacy officers a number and a link, to whoever asked the answer that was written to them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from portal.core import outbox, tick
from portal.core.outbox import Letter
from portal.reporting import redress
from portal.reporting.enums import RedressState
from portal.reporting.models import Redress
from portal.reporting.people import holding


@tick.step("reporting: redress")
def tell_officers(now: datetime) -> int:
    """Front may not read requests, so that Desk tells of those that came in there."""
    return redress.tell_officers(now) if settings.PORTAL_SITE_KIND == "desk" else 0


@outbox.kind("redress_waits", is_of_desk=True)
def redress_waits(about: str) -> Letter | None:
    """To one officer: that a request waits. Nothing once it was answered."""
    row_key, _colon, person_key = about.partition(":")
    row = redress.waiting().filter(pk=row_key).first()
    person = holding(*redress.OFFICERS).filter(pk=person_key).first()
    if row is None or person is None:
        return None
    link = f"{settings.PORTAL_DESK_URL}/desk/redress/{row.uuid}/"
    return Letter(person.email, "redress_waits", {"number": row.number, "due_at": row.due_at, "link": link})


@outbox.kind("redress_answered", is_of_desk=True)
def redress_answered(about: str) -> Letter | None:
    """The letter as the officer wrote it, to the address that stands sealed with the request."""
    row = Redress.objects.exclude(state=RedressState.RECEIVED).filter(pk=about).first()
    if row is None:
        return None
    email, letter = redress.asked_in(row).email, str(redress.answer_of(row).get("letter", ""))
    return Letter(email, "redress_answered", {"number": row.number, "letter": letter}) if email and letter else None
