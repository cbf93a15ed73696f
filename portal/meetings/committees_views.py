"""Public pages of the partnership: its structure, one committee or sector, and writing to an office holder."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit
from portal.audit import Verb
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.meetings import committees
from portal.members import office_messages, offices
from portal.members.forms.offices import WriteForm
from portal.members.limits import may_ask
from portal.members.models import Term
from portal.members.office_messages import Written


@require_safe
def structure(request: HttpRequest) -> HttpResponse:
    """The whole structure: who holds which office, and what is vacant."""
    found = committees.structure()
    context = {
        "structure": found,
        "reached": committees.reached_through_portal(found.officers),
        "listing": paginate(committees.former_holders(None), page=request.GET.get("page", "")),
    }
    return render(request, "partnership/structure.html", context)


@require_safe
def committee(request: HttpRequest, slug: str) -> HttpResponse:
    """One committee or sector. One that is confidential or closed answers as if it was not there."""
    row = get_object_or_404(offices.public_communities().select_related("sector"), slug=slug)
    body = committees.body_of(row)
    context = {
        "body": body,
        "reached": committees.reached_through_portal(body.seats),
        "listing": paginate(committees.former_holders(row), page=request.GET.get("page", "")),
    }
    return render(request, "partnership/committee.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to an office holder, without an account. What was typed is kept when it is refused."""
    if pk > LARGEST_KEY:
        raise Http404
    reachable = office_messages.reachable().select_related("office__community")
    term: Any = get_object_or_404(reachable, pk=pk)
    form = WriteForm(request.POST if request.method == "POST" else None, initial={"once": str(uuid.uuid4())})
    if request.method != "POST" or not form.is_valid():
        return _write_page(request, term, form, status=422 if form.errors else 200)
    if not _may_write(request, term):
        form.add_error(None, _("Several messages came within the hour. Yours was not sent; send it later."))
        return _write_page(request, term, form, status=429)
    if office_messages.receive(term, Written(**form.cleaned_data)):
        audit.record(Verb.OFFICE_WRITE, term)
    return redirect("partnership_written")


@require_safe
def written(request: HttpRequest) -> HttpResponse:
    """What happens now. It tells nothing of a message, nor whether there was one."""
    context = {"days": settings.PORTAL_OFFICE_MESSAGES_KEPT.days}
    return render(request, "partnership/written.html", context)


def _may_write(request: HttpRequest, term: Term) -> bool:
    """A few from one network, and not many to one office holder from everybody together."""
    from_one, to_one = settings.PORTAL_OFFICE_MESSAGES_PER_HOUR, settings.PORTAL_OFFICE_MESSAGES_TO_ONE_PER_HOUR
    if not may_ask(request, "office_write", per_hour=from_one, per="ip"):
        return False
    return may_ask(request, "office_write_to", per_hour=to_one, per="key", key=str(term.pk))


def _write_page(request: HttpRequest, term: Term, form: WriteForm, *, status: int) -> HttpResponse:
    context = {"term": term, "form": form, "days": settings.PORTAL_OFFICE_MESSAGES_KEPT.days}
    return render(request, "partnership/write.html", context, status=status)
