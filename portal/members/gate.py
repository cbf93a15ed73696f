"""Members who owe something are led to where they can do it, whatever page they asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.members.enums import StaffRole, Standing
from portal.members.models import Person, Visit
from portal.members.second_factor import was_used_in
from portal.members.standing import dormant_after

GetResponse = Callable[[HttpRequest], HttpResponse]

LEADS_TO = {Standing.UNSIGNED: "agreements", Standing.DORMANT: "come_back"}
WAYS_BACK = {"agreements", "agreement_version", "come_back", "standing"}
OPEN_NAMES = {*WAYS_BACK, "live", "ready", "theme", "logo", "robots", "news_stop"}
# Sign-in, sign-out, password, address, second factor and sessions stay in everybody's own hands.
OPEN_PREFIXES = ("account_", "mfa_", "session")
STEP = timedelta(hours=1)


def lead_members(get_response: GetResponse) -> GetResponse:
    """Lead those who owe an agreement, or come back after long, to its page; note that active members are here.

    Others who are no active members read what the public reads, with a notice on top (`ways_back.py`).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        person = request.user
        if not isinstance(person, Person) or not was_used_in(request):
            return get_response(request)
        standing = person.standing_now()
        if standing is Standing.ACTIVE:
            _stay_awake(person)
        elif standing in LEADS_TO and not _is_open(request):
            return _lead(request, LEADS_TO[standing])
        return get_response(request)

    return middleware


def is_led_staff(person: Person) -> bool:
    """Whether somebody has a role at Desk and is led to a page for now: Desk must show them that page, and no other."""
    if not person.is_active or person.standing_now() not in LEADS_TO:
        return False
    return person.is_superuser or person.groups.filter(name__in=[role.value for role in StaffRole]).exists()


def next_address(request: HttpRequest) -> str:
    """Where somebody wanted to go when they were led here: an address of this site, or the front page."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=False)
    return wanted if is_ours and wanted.startswith("/") else "/"


def _lead(request: HttpRequest, name: str) -> HttpResponse:
    if request.method in {"GET", "HEAD"}:
        return redirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")
    messages.warning(request, _("What you sent was not taken yet. Do this first, then send it again."))
    return redirect(name)


def _is_open(request: HttpRequest) -> bool:
    try:
        name = resolve(request.path_info).url_name or ""
    except Resolver404:
        return False
    return name in OPEN_NAMES or name.startswith(OPEN_PREFIXES)


def _stay_awake(person: Person) -> None:
    """Move the day on from which absence counts, at most once an hour. Somebody dormant is not woken by this."""
    now = timezone.now()
    if person.last_active_at is None or person.last_active_at > now - STEP:
        return
    visit = Visit.objects.filter(person=person, active_at__gt=now - dormant_after(), active_at__lt=now)
    visit.update(active_at=now)
