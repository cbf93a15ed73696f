"""The calendars that programs fetch: the public one for everybody, and a member's own by its address.

The address of a member's own carries a signed name of its token, and nothing else that opens anything. To whom it is
not there any more (revoked, expired, its owner no active member) it is a 404.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.access.enums import Label
from portal.access.viewer import ANONYMOUS, viewer_of
from portal.audit import Verb, context
from portal.audit.context import Actor
from portal.audit.recording import name_of
from portal.core.rows import LARGEST_KEY
from portal.meetings import calendar_files
from portal.meetings.lists import readable
from portal.meetings.models import CalendarFeed, Meeting
from portal.members import tallies
from portal.members.models import FeedToken, Person
from portal.members.requests import person_of
from portal.members.viewers import viewer_for

SALT = "portal.meetings.calendar"
IN_FEED = 200  # the newest; calendars keep what they have
MOST = 5  # of one member


@require_safe
def public_feed(request: HttpRequest) -> HttpResponse:
    """Every public meeting as a calendar, the same for everybody who asks."""
    return _calendar(newest(readable(ANONYMOUS)))


def newest(rows: Any) -> list[Meeting]:
    return list(rows.with_names().with_notices().order_by("-starts_at", "-pk")[:IN_FEED])


def _calendar(rows: list[Meeting]) -> HttpResponse:
    return HttpResponse(calendar_files.calendar_of(rows), content_type=calendar_files.TYPE)


# --- a member's own ------------------------------------------------------------------------------


def address_of(feed: CalendarFeed) -> str:
    """The address that a calendar program is given."""
    signed = signing.Signer(key=settings.PORTAL_LINK_KEY, salt=SALT).sign(str(feed.pk))
    return urljoin(settings.PORTAL_FRONT_URL, reverse("meetings_calendar_feed", args=[signed]))


def feed_of(signed: str) -> CalendarFeed | None:
    """The calendar behind an address; None where it is not ours, has ended, or its owner is no active member."""
    try:
        key = signing.Signer(key=settings.PORTAL_LINK_KEY, salt=SALT).unsign(signed)
    except signing.BadSignature:
        return None
    found: CalendarFeed | None = CalendarFeed.objects.usable().select_related("token__person").filter(pk=key).first()
    return found if found is not None and found.token.person.is_vetted else None


@require_safe
@never_cache
def member_feed(request: HttpRequest, signed: str) -> HttpResponse:
    """What its owner may read, by the access rule as it is now."""
    feed = feed_of(signed)
    if not tallies.may_fetch_feed(request, account=feed.token.person_id if feed else None):
        words = _("This calendar was fetched too often within the hour. Fetch it every ten minutes at most.")
        return tallies.with_retry(HttpResponse(words, status=429, content_type="text/plain; charset=utf-8"))
    if feed is None:
        raise Http404
    rows = newest(readable(viewer_for(feed.token.person)))
    _remember(request, feed, rows)
    return _calendar(rows)


def _remember(request: HttpRequest, feed: CalendarFeed, rows: list[Meeting]) -> None:
    """Above TLP:CLEAR each meeting counts as read once for each of its notices; the trail has those, and the fetch."""
    marked = [row for row in rows if row.label is not Label.CLEAR]
    fresh = [row for row in marked if _version(row) not in set(feed.carried)]
    with context.doing(request=request, actor=Actor(feed.token.person_id, "feed reader")):
        audit.record(Verb.SUBSCRIBE, facts={"things": len(rows), "above_clear": len(marked)})
        audit.record_openings(Verb.SUBSCRIBE, [name_of(row) for row in fresh])
    tallies.count(feed.token.person_id, things=len(fresh))
    if fresh or len(marked) != len(feed.carried):
        CalendarFeed.objects.filter(pk=feed.pk).update(carried=[_version(row) for row in marked])
    FeedToken.objects.filter(pk=feed.token_id).update(used_at=timezone.now())


def _version(row: Meeting) -> str:
    return f"{row.pk}:{row.last_notice.number}"


# --- the page on which a member makes and ends one -----------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The addresses of one's own calendar; making one more."""
    person = _member(request)
    rows = CalendarFeed.objects.usable().of(person.pk).select_related("token")
    if request.method == "POST":
        if rows.count() >= MOST:
            messages.error(request, _("You have five addresses already. End one that you no longer use."))
        else:
            _make(person)
            messages.success(request, _("Made. Give the address below to your calendar program."))
        return redirect("meetings_calendar")
    context = {"calendars": [(row, address_of(row)) for row in rows]}
    return render(request, "meetings/calendar.html", context)


def _member(request: HttpRequest) -> Person:
    if not viewer_of(request).is_member:
        raise Http404
    return person_of(request)


@transaction.atomic
def _make(person: Person) -> CalendarFeed:
    token, _secret = FeedToken.issue(person=person, label=_("Calendar of meetings"))
    audit.record(Verb.TOKEN_CREATE, token)
    made: CalendarFeed = CalendarFeed.objects.create(token=token)
    return made


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own addresses: from the next request on it is not there."""
    person = _member(request)
    if pk > LARGEST_KEY:
        raise Http404
    feed = get_object_or_404(CalendarFeed.objects.usable().of(person.pk).select_related("token"), pk=pk)
    with transaction.atomic():
        FeedToken.objects.filter(pk=feed.token_id, revoked_at=None).update(revoked_at=timezone.now())
        audit.record(Verb.TOKEN_REVOKE, feed.token)
    messages.success(request, _("Ended. A calendar program that still asks gets nothing more."))
    return redirect("meetings_calendar")
