"""What meetings asked a member to do, for that member alone. Whether it is done is entered on Desk."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.access.viewer import viewer_of
from portal.core.listings import paginate
from portal.meetings.models import ActionItem, Meeting
from portal.members.requests import person_of


@require_safe
@never_cache
def own_items(request: HttpRequest) -> HttpResponse:
    """One's own action items: those that are open first. Of a meeting that one may not read, its safe title."""
    viewer = viewer_of(request)
    if not viewer.is_member:
        raise Http404
    rows = ActionItem.objects.filter(owner=person_of(request)).select_related("meeting")
    listing = paginate(rows, page=request.GET.get("page", ""))
    keys = [row.meeting_id for row in listing.rows]
    readable = set(Meeting.objects.readable_by(viewer).filter(pk__in=keys).values_list("pk", flat=True))
    return render(request, "meetings/own_items.html", {"listing": listing, "readable": readable})
