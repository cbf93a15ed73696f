"""One's own sessions on this site: seeing them, ending them, and staying signed in."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core.listings import paginate
from portal.members.requests import person_of
from portal.members.sessions.clock import clock_of, is_alive


def _own(request: HttpRequest) -> QuerySet[Any]:
    """The sessions of the person who asks that still hold, the last used first."""
    table = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    rows: QuerySet[Any] = table.objects.filter(is_alive(), person_id=person_of(request).pk)
    return rows.order_by("-seen_at", "session_key")


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """List one's sessions on this site."""
    listing = paginate(_own(request), page=request.GET.get("page", ""))
    context = {"listing": listing, "present": request.session.session_key}
    return render(request, "account/sessions.html", context)


@login_required
@require_POST
def end(request: HttpRequest, handle: str) -> HttpResponse:
    """End one of one's own sessions; what is not one's own is not there."""
    found = next((row for row in _own(request) if constant_time_compare(row.handle, handle)), None)
    if found is None:
        raise Http404
    if found.session_key == request.session.session_key:
        logout(request)
        return redirect("account_login")
    with transaction.atomic():
        found.delete()
        audit.record(Verb.SIGN_OUT, facts={"others": 1})
    messages.success(request, _("That session was ended."))
    return redirect("account_sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions on this site but this one."""
    with transaction.atomic():
        count, _each = _own(request).exclude(session_key=request.session.session_key).delete()
        audit.record(Verb.SIGN_OUT, facts={"others": count})
    words = ngettext("%(count)s other session was ended.", "%(count)s other sessions were ended.", count)
    messages.success(request, words % {"count": count})
    return redirect("account_sessions")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest) -> JsonResponse:
    """Say how long the session still has; sent as a form, count as use of it first."""
    session: Any = request.session
    if request.method == "POST":
        session.touch(timezone.now())
    clock = clock_of(session.facts)
    if clock is None:
        raise Http404
    return JsonResponse({"left": clock.seconds_left, "in_all": clock.seconds_in_all})
