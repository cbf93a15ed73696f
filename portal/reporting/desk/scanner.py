"""The virus scanner on Desk: whether it recognises the test string, and how old its signatures are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.core import queues
from portal.members.enums import StaffRole
from portal.members.roles import for_roles
from portal.reporting import orphans, scanner
from portal.reporting.enums import FileState
from portal.reporting.models import Evidence
from portal.reporting.people import DESK

WATCHERS = (*DESK, StaffRole.ADMINISTRATOR)


@for_roles(*WATCHERS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """How the scanner was when it was asked last, a few minutes ago at most."""
    waiting = Evidence.objects.filter(state=FileState.WAITING).count()
    context = {"health": scanner.health(), "waiting": waiting, "is_sweep_stopped": orphans.is_stopped()}
    return render(request, "desk/evidence/scanner.html", context)


@queues.source(order=70)
def alarm(person: Any) -> list[queues.Queue]:
    """A tile that is there only while something is wrong. The page asks nobody: the desk-worker did, a minute ago."""
    known = scanner.known() if person.has_role(*WATCHERS) else None
    if known is None or known.is_well:
        return []
    label = _("The virus scanner is away") if not known.recognises else _("The virus scanner's signatures are old")
    return [queues.Queue(label, reverse("desk_scanner"), 1, 1)]
