"""What was typed for a report that is not under way any more: shown again, and offered to the report that was sent."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from portal.members.forms.applications import PageForm
from portal.members.requests import person_of
from portal.reporting.drafting import Writing
from portal.reporting.forms.seen import THINGS
from portal.reporting.forms.sending import AddForm
from portal.reporting.models import Report
from portal.reporting.questionnaires import Questionnaire
from portal.reporting.sending import sent_as


def show(request: HttpRequest, asked: Questionnaire, writing: Writing | None, **about: Any) -> HttpResponse | None:
    """The words that a form brought too late; None where it brought none. `writing` is the draft, if it was sent.

    `about` is what the address says: which page, or which kind of thing.
    """
    form = _form_of(request, asked, **about) if request.method == "POST" else None
    rows = [(label, value) for label, value in form.shown() if value] if form is not None else []
    if form is None or not rows:
        return None
    if "autosave" in request.POST:
        why = asked.said.not_saved_none if writing is None else asked.said.not_saved_sent
        return JsonResponse({"version": 0, "words": str(why)}, status=409)
    report = sent_as(writing, person_of(request)) if writing is not None else None
    words = "\n".join([f"{form.title}", *(f"{label}: {value}" for label, value in rows)])
    context: dict[str, Any] = {"rows": rows, "title": form.title, "words": words, "report": report, "of": asked}
    context["add"] = _add_form(report, words)
    return render(request, asked.template("missed"), context, status=409)


def _form_of(
    request: HttpRequest, asked: Questionnaire, *, page: str = "", kind: str = "", **_others: Any
) -> PageForm | None:
    named = asked.pages.get(page) or THINGS.get(kind or request.POST.get("kind", ""))
    return named(initial=request.POST.dict()) if named is not None else None


def _add_form(report: Report | None, words: str) -> AddForm | None:
    """The form with which words are added to a report, filled in with these."""
    return AddForm(initial={"words": words, "once": secrets.token_urlsafe(12)}) if report is not None else None
