"""What happens when somebody opens a bulletin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from portal.access.rule import Verdict
from portal.access.viewer import viewer_of
from portal.bulletins import pulse
from portal.bulletins.body import hide_unreadable
from portal.bulletins.models.bulletin import BulletinPage
from portal.bulletins.models.reading import Reading


def page_context(request: HttpRequest, page: BulletinPage) -> dict[str, Any]:
    """What the page shows beside its own fields; remembers that this person opened this version."""
    if getattr(request, "is_preview", False):
        return {"superseded_by": None, "feedback": None, "is_asked": False, "report_url": ""}
    viewer = viewer_of(request)
    if request.method == "GET":  # HEAD asks whether it is there, and shows nobody anything
        remember(page, viewer.person)
    hide_unreadable(page.body, viewer)
    return {
        "superseded_by": page.superseded_by(viewer),
        **_pulse(page, viewer.person if viewer.is_member else None),
        "can_ask_wider": viewer.is_member and page.label.slug != "clear",
        "report_url": _report_url(page) if page.is_callout else "",
    }


def remember(page: BulletinPage, person: int | None) -> None:
    """Note, once for each version, that a person opened a bulletin; after a recall staff can see who did."""
    if person is None or page.live_revision_id is None:
        return
    key = {"page_id": page.pk, "revision_id": page.live_revision_id, "person_id": person}
    if not Reading.objects.filter(**key).exists():
        Reading.objects.bulk_create([Reading(**key)], ignore_conflicts=True)


def _pulse(page: BulletinPage, person: int | None) -> dict[str, Any]:
    """Whether this person is asked if it was useful, and what they said before."""
    is_asked = person is not None and pulse.is_asked(page)
    return {"is_asked": is_asked, "feedback": pulse.answer_of(page, person) if is_asked and person else None}


def _report_url(page: BulletinPage) -> str:
    """Where 'I have seen this' leads, once there is a form to lead to."""
    try:
        return f"{reverse('report_activity')}?about={page.slug}"
    except NoReverseMatch:
        return ""


def notice_context(request: HttpRequest, page: BulletinPage, verdict: Verdict) -> dict[str, Any]:
    """The notice in place of a recalled or expired bulletin. It names the title only where that may be shown."""
    is_recalled = verdict is Verdict.RECALLED
    return {
        "page": page,
        "heading": _("This bulletin was recalled") if is_recalled else _("This bulletin has expired"),
        "text": page.recall_reason if is_recalled else _("It is no longer in force, and its text is closed."),
        "ended_at": page.recalled_at if is_recalled else page.expires_at,
        "is_recalled": is_recalled,
        "superseded_by": page.superseded_by(viewer_of(request)),
    }
