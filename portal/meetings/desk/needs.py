"""What people need to take part, opened for the organiser of their meeting and for nobody else."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.meetings import attending
from portal.meetings.actions import ORGANISERS
from portal.meetings.desk.pages import get_meeting
from portal.meetings.models import Meeting
from portal.members.requests import person_of
from portal.members.roles import for_roles


@for_roles(*ORGANISERS)
@never_cache
def needs(request: HttpRequest, pk: int) -> HttpResponse:
    """The page for the organiser; to everybody else there is none, however they ask."""
    row = get_meeting(pk)
    if row.organiser_id != person_of(request).pk:
        raise Http404
    return _opened(request, row)


@require_safe
def _opened(request: HttpRequest, row: Meeting) -> HttpResponse:
    """Each need, opened now. The vault records each opening in the trail."""
    rows = [(need.at, attending.opened(need)) for need in row.access_needs.all()]
    context = {"meeting": row, "needs": rows, "days": attending.KEPT.days}
    return render(request, "desk/meetings/needs.html", context)
