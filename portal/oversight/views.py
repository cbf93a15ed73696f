"""What a member sees of the trail: their own sign-ins, and the uses of what they sent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.audit.models import OwnEvent
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.oversight import own


@login_required
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """One's own activity, the newest first. Front may not read the trail: this is what Desk wrote down for them."""
    person = person_of(request)
    rows = OwnEvent.objects.filter(person=person.pk).order_by("-at", "-pk")
    listing = paginate(rows, page=request.GET.get("page", ""))
    shown = [own.in_words(row, person.pk) for row in listing.rows]
    return render(request, "oversight/activity.html", {"listing": listing, "shown": shown})
