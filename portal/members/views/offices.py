"""What an office holder does on Front: says that they know what is public, and answers somebody who wrote."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal import audit
from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.core.rows import LARGEST_KEY
from portal.members import office_messages
from portal.members.actions.offices import SayKnown
from portal.members.forms.offices import OfficeAnswerForm
from portal.members.models import Term
from portal.members.requests import person_of

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def known(request: HttpRequest, pk: int) -> HttpResponse:
    """What of a term will be public; the candidate says that they know. To others it is not there."""
    if not viewer_of(request).is_member or pk > LARGEST_KEY:
        raise Http404
    rows = Term.objects.exclude(notified_at=None).select_related("office__community")
    term: Any = get_object_or_404(rows, pk=pk, person=person_of(request))
    if request.method == "POST":
        if term.told_at is None:
            SayKnown(term=term, by=person_of(request)).execute()
        messages.success(request, _("Thank you. Your name, office and employer are shown from your first day on."))
        return redirect("office_known", pk=pk)
    return render(request, "partnership/known.html", {"term": term})


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def answer(request: HttpRequest, identifier: uuid.UUID) -> HttpResponse:
    """Answer one message. Its words are in the mail alone: Front cannot open them."""
    if not viewer_of(request).is_member:
        raise Http404
    row = get_object_or_404(office_messages.own(person_of(request).pk), uuid=identifier)
    form = OfficeAnswerForm(request.POST or None)
    is_open = office_messages.takes_answer(row)
    if request.method == "POST" and form.is_valid():
        if is_open and _answer(form, row):
            messages.success(request, _("Your answer is on its way. You get a mail once it went out."))
            return redirect("office_answer", identifier=identifier)
        form.add_error(None, _("It was answered already, or is too old to be answered. Yours was not sent."))
    context = {"message": row, "form": form if is_open or form.errors else None}
    return render(request, "partnership/answer.html", context, status=422 if form.errors else 200)


def _answer(form: OfficeAnswerForm, row: Any) -> bool:
    given = form.cleaned_data
    if not office_messages.answer(row, given["answer"], shares_address=given["shares_address"]):
        return False
    audit.record(Verb.OFFICE_ANSWER, row)
    return True
