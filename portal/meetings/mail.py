"""Mail about notices to the public and the media. What is not public is never in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from portal.access.viewer import ANONYMOUS
from portal.core import outbox, tick
from portal.core.outbox import Letter
from portal.meetings import notices, subscribing, wording
from portal.meetings.lists import readable
from portal.meetings.models import Notice, Subscriber


@outbox.kind("notice_subscribe")
def notice_subscribe(about: str) -> Letter | None:
    """To whoever's address was typed: a link that confirms it."""
    row = Subscriber.objects.filter(pk=about).first()
    return Letter(row.email, "notice_subscribe", {"link": subscribing.link(row, "confirm")}) if row else None


@outbox.kind("notice_posted", is_of_desk=True)
def notice_posted(about: str) -> Letter | None:
    """To a subscriber: what was posted.

    Nothing for one who has ended it, for a meeting that is not public, or for a notice that was amended meanwhile: the
    mail of the amendment says what counts.
    """
    notice_key, _colon, key = about.partition(":")
    row = subscribing.current().filter(pk=key).first()
    notice = Notice.objects.select_related("meeting").filter(pk=notice_key).first()
    if row is None or notice is None or not _is_told(notice):
        return None
    end = subscribing.link(row, "end")
    headers = {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Letter(row.email, "notice_posted", {**facts_of(notice), "end": end}, {**headers, **AUTOMATIC})


AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


def _is_told(notice: Notice) -> bool:
    is_newest = not Notice.objects.filter(meeting=notice.meeting_id, number__gt=notice.number).exists()
    return is_newest and readable(ANONYMOUS).filter(pk=notice.meeting_id).exists()


def facts_of(notice: Notice) -> dict[str, Any]:
    """A notice as mail says it: word for word as it was posted."""
    address = reverse("meeting_notice", args=[notice.meeting.uuid, notice.number])
    lines = [(label, wording.lines(name, notice.facts)) for name, label in wording.LABELS.items()]
    return {
        "notice": notice,
        "meeting": notice.meeting,
        "lines": [pair for pair in lines if pair[1]],
        "posted": notices.in_words(notice.posted_at),
        "address": urljoin(settings.PORTAL_FRONT_URL, address),
    }


@tick.step("meetings: notices mailed to subscribers")
def tell_subscribers(now: datetime) -> int:
    """Ask once for the mails of each public notice; whoever sets `told_at` puts them."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    rows = Notice.objects.filter(told_at=None, meeting__in=readable(ANONYMOUS)).order_by("pk")
    return sum(_tell(notice, now) for notice in rows)


def _tell(notice: Notice, now: datetime) -> int:
    with transaction.atomic():
        if not Notice.objects.filter(pk=notice.pk, told_at=None).update(told_at=now):
            return 0
        keys = list(subscribing.current().values_list("pk", flat=True))
        for key in keys:
            outbox.put("notice_posted", f"{notice.pk}:{key}")
        return len(keys)
