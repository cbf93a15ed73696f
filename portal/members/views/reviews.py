"""A sector captain's word about an applicant: name, employer and position are shown, and nothing else."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.members.forms.applications import CaptainWordForm
from portal.members.models import CaptainReview
from portal.members.models.applications import AT_DESK
from portal.members.requests import person_of
from portal.members.vetting import captains
from portal.vault import records


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, identifier: uuid.UUID, code: str) -> HttpResponse:
    """Show who it is about, and take the answer once. Works only for the captain who was asked, with their link."""
    asked, key = _asked(request, identifier, code)
    form = CaptainWordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        CaptainReview.objects.filter(pk=asked.pk, answered_at=None).update(
            is_supported=form.cleaned_data["is_supported"],
            words=key.seal("words", form.cleaned_data["words"].encode()),
            answered_at=timezone.now(),
        )
        messages.success(request, _("Your word went to the vetting desk. Thank you."))
        return redirect("account")
    try:
        shown = json.loads(key.open("shown", bytes(asked.shown)))
    except records.EnvelopeRefused:  # a later mail brought a newer link
        raise Http404 from None
    return render(request, "apply/review.html", {"shown": shown, "form": form})


def _asked(request: HttpRequest, identifier: uuid.UUID, code: str) -> tuple[CaptainReview, Any]:
    person = person_of(request)
    rows = CaptainReview.objects.filter(uuid=identifier, captain=person, answered_at=None)
    rows = rows.filter(application__state__in=AT_DESK)
    asked = rows.first() if person.is_vetted and captains().filter(pk=person.pk).exists() else None
    key = records.key_by_code(asked.record, code) if asked else None
    if asked is None or key is None:
        raise Http404
    return asked, key
