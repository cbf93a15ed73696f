"""The form of a protected submission: what it has beside its pages (`portal.reporting.views.pages`)."""

from __future__ import annotations

from functools import partial

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.members.requests import person_of
from portal.reporting import sending
from portal.reporting.drafting import Writing, forget_stale_cookie
from portal.reporting.models import ReportingSettings
from portal.reporting.protected import organisations, sending as submitting
from portal.reporting.protected.enums import ProtectedSection
from portal.reporting.protected.forms import RegimesForm
from portal.reporting.questionnaires import PROTECTED
from portal.reporting.views import pages
from portal.reporting.views.gate import for_reporters, while_writing


@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """What is promised to submitters and what is not, in plain words."""
    return render(request, "protected/promise.html", {"backup_days": ReportingSettings.load().vault_backup_days})


@never_cache
@for_reporters
def begin(request: HttpRequest) -> HttpResponse:
    """Other laws, before anything else: what they forbid is refused here, and nothing of it is stored."""
    if not organisations.submitting(person_of(request)).exists():
        return render(request, "protected/nowhere.html")
    writing = Writing.of(request, PROTECTED.kind)
    before = pages.look_first(request, PROTECTED, writing)
    if before is not None:
        return before
    known = pages.first_typed(PROTECTED, writing)
    form = RegimesForm(request.POST if request.method == "POST" else None, initial=known)
    if form.refused:
        return _refuse(request, writing, form)
    if form.is_valid():
        to = reverse("protected_advice") if form.advised else PROTECTED.address(ProtectedSection.ELEMENTS)
        return pages.begin_with(request, PROTECTED, writing, to=to)
    context = {"form": form, **PROTECTED.steps_at(ProtectedSection.REGIMES)}
    return render(request, "protected/begin.html", context, status=422 if form.is_bound else 200)


def _refuse(request: HttpRequest, writing: Writing | None, form: RegimesForm) -> HttpResponse:
    """Neither the answer is kept nor anything that was written before it: it may be what must not be here."""
    had_draft = writing is not None and writing.draft.sent_at is None
    if writing is not None and had_draft:
        writing.discard()
    context = {"regimes": [regime.label for regime in form.refused], "had_draft": had_draft}
    answer = render(request, "protected/refused.html", context, status=422)
    forget_stale_cookie(request, answer, PROTECTED.kind)
    return answer


@never_cache
@while_writing
def advice(request: HttpRequest, writing: Writing) -> HttpResponse:
    """CEII and BCSI: the compliance officer is asked first. What was answered is kept."""
    form = RegimesForm(writing.typed(ProtectedSection.REGIMES)[0])
    context = {
        "regimes": [regime.label for regime in form.advised],
        "next": PROTECTED.address(ProtectedSection.ELEMENTS),
    }
    return render(request, "protected/advice.html", context)


@never_cache
@while_writing
def check(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Everything once more, with ways back; then it is submitted."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    send = partial(submitting.send, writing, person_of(request))
    if form.is_valid() and pages.is_sent(writing, form, send):
        return redirect("protected_receipt")
    context = {"form": form, **pages.checked(writing, sending.filled_in(writing))}
    return render(request, "protected/check.html", context, status=422 if form.errors else 200)
