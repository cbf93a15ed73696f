"""The form of a suspicious-activity report: what it has beside its pages (`pages.py`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.access.viewer import viewer_of
from portal.members.requests import person_of
from portal.reporting import sending
from portal.reporting.drafting import Writing
from portal.reporting.enums import Section
from portal.reporting.forms.activity import UrgencyForm, YesNo
from portal.reporting.forms.seen import shown_things
from portal.reporting.forms.sending import SendForm
from portal.reporting.models import ReportingSettings
from portal.reporting.questionnaires import ACTIVITY
from portal.reporting.seen import things_in
from portal.reporting.views import pages
from portal.reporting.views.gate import for_reporters, while_writing


@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Where one reports what; for those who may not report here, 911 and the tip line."""
    return render(request, "report/choose.html", {"is_reporter": viewer_of(request).is_member})


@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """What is protected and what is not, in exact words."""
    return render(request, "report/promise.html", {"backup_days": ReportingSettings.load().vault_backup_days})


@never_cache
@for_reporters
def begin(request: HttpRequest) -> HttpResponse:
    """The notices, and the first question. Answering it begins the draft."""
    writing = Writing.of(request, ACTIVITY.kind)
    before = pages.look_first(request, ACTIVITY, writing)
    if before is not None:
        return before
    form = UrgencyForm(request.POST if request.method == "POST" else None, initial=pages.first_typed(ACTIVITY, writing))
    if request.method == "POST" and form.is_valid():
        is_now = form.cleaned_data["now"] == YesNo.YES
        return pages.begin_with(
            request, ACTIVITY, writing, to=reverse("report_danger") if is_now else ACTIVITY.address(Section.ACTIVITY)
        )
    context = {"form": form, "desk": ReportingSettings.load(), **ACTIVITY.steps_at(Section.URGENCY)}
    return render(request, "report/begin.html", context)


@never_cache
@while_writing
def danger(request: HttpRequest, writing: Writing) -> HttpResponse:
    """911 and the duty officer first; what was typed is kept."""
    return render(
        request, "report/danger.html", {"desk": ReportingSettings.load(), "next": ACTIVITY.address(Section.ACTIVITY)}
    )


@never_cache
@while_writing
def check(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Everything once more, with ways back; then it is sent."""
    person = person_of(request)
    form = SendForm(request.POST if request.method == "POST" else None, contacts=sending.security_contacts(person))
    if request.method == "POST" and form.is_valid():
        send = partial(sending.send, writing, person, copy_to=form.copy_to())
        if pages.is_sent(writing, form, send):
            return redirect("report_receipt")
    return render(request, "report/check.html", _check_context(writing, form), status=422 if form.errors else 200)


def _check_context(writing: Writing, form: SendForm) -> dict[str, Any]:
    filled = sending.filled_in(writing)
    return {
        "form": form,
        "things": shown_things(things_in(filled.seen)),
        "is_urgent": filled.is_urgent,
        "openness": ReportingSettings.load().openness,
        **pages.checked(writing, filled),
    }
