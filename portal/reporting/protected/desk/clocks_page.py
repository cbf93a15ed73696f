"""Clocks kept and missed, by month."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.members.roles import for_roles
from portal.reporting.protected import people, tallies


@for_roles(*people.WATCHERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/protected/clocks.html", {"months": tallies.by_month()})
