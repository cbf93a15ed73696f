"""Reading and answering the agreements."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.addresses import client_address
from portal.members import agreements, desk_only
from portal.members.enums import Standing
from portal.members.forms.membership import AgreementsForm
from portal.members.gate import next_address
from portal.members.models import Agreement
from portal.members.requests import person_of

MAY_ANSWER = (Standing.ACTIVE, Standing.SUSPENDED)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def owed(request: HttpRequest) -> HttpResponse:
    """What is asked of one now, in full; and what one has accepted."""
    person = person_of(request)
    asked = agreements.owed(person) if person.standing in MAY_ANSWER else []
    form = AgreementsForm(request.POST or None, agreements=asked)
    if request.method == "POST":
        try:
            # First of all: ticks below other words than those that are asked for now mean nothing.
            agreements.as_shown(person, form.shown())
            if form.is_valid():
                return _store(request, form)
        except agreements.Changed as refusal:
            messages.error(request, str(refusal))
            return redirect("agreements")
    context = {"form": form, "parts": form.parts, "accepted": agreements.accepted_by(person), "next": _next(request)}
    return render(request, "membership/agreements.html", context)


def _store(request: HttpRequest, form: AgreementsForm) -> HttpResponse:
    person, address = person_of(request), client_address(request)
    if form.refuses and desk_only.is_closed_to(person):
        return desk_only.page(request)
    if form.refuses:
        agreements.refuse(person=person, shown=form.shown(), refused=form.refused, address=address)
        messages.warning(request, _("Your answer was stored. Without the agreements your membership is suspended."))
        return redirect("standing")
    agreements.accept(person=person, shown=form.shown(), address=address)
    messages.success(request, _("Thank you. Your answer was stored; you can read it again under Agreements."))
    return redirect(next_address(request))


def _next(request: HttpRequest) -> str:
    wanted = next_address(request)
    return "" if wanted == "/" else wanted


@login_required
@require_safe
def version(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One version that one has answered or is asked to, as one would print it."""
    found = agreements.version_for(person_of(request), kind=kind, number=number)
    if found is None:
        raise Http404
    agreement, answer = found
    newest = Agreement.objects.in_force().filter(kind=kind).first()
    is_replaced = newest is not None and newest.pk != agreement.pk
    context = {"agreement": agreement, "answer": answer, "is_replaced": is_replaced}
    return render(request, "membership/agreement.html", context)
