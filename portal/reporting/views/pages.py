"""A form of this room: one thought a page, each kept as one goes, everything once more, and the receipt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.members.requests import person_of
from portal.reporting import questionnaires, sending
from portal.reporting.drafting import DraftTooLong, Typed, Writing, forget_stale_cookie, typed_into, version_in
from portal.reporting.enums import DraftKind, Section
from portal.reporting.forms.activity import SectionForm
from portal.reporting.models import Report
from portal.reporting.questionnaires import CHECK, Questionnaire
from portal.reporting.sending import Filled
from portal.reporting.views.gate import for_reporters, rescue, while_writing
from portal.vault import records
from portal.vocabulary import outlines

logger = logging.getLogger(__name__)


def look_first(request: HttpRequest, asked: Questionnaire, writing: Writing | None) -> HttpResponse | None:
    """What comes before a new draft: the code of what was sent, or the draft that is under way; None if neither is."""
    if writing is not None and writing.receipt():
        messages.info(request, str(asked.said.code_first))
        return redirect(asked.names["receipt"])
    under_way = _under_way(writing)
    if under_way is None or request.method == "POST" or "change" in request.GET:
        return None
    context = {
        "of": asked,
        "draft": under_way.draft,
        "days": settings.PORTAL_DRAFT_LASTS.days,
        "next": asked.address(asked.order[1]),
    }
    return render(request, asked.template("go_on"), context)


def _under_way(writing: Writing | None) -> Writing | None:
    return writing if writing is not None and writing.draft.sent_at is None else None


def first_typed(asked: Questionnaire, writing: Writing | None) -> Typed:
    """What was typed on the first page of the draft that is under way."""
    under_way = _under_way(writing)
    return under_way.typed(asked.first)[0] if under_way is not None else {}


def begin_with(request: HttpRequest, asked: Questionnaire, writing: Writing | None, *, to: str) -> HttpResponse:
    """Keep the first page, in the draft that is under way or in a new one, and go on."""
    kept = _under_way(writing) or Writing.begin(person_of(request), asked.kind)
    _replace(request, kept, asked, asked.first)
    answer = redirect(to)
    kept.leave_cookie(answer)
    return answer


@never_cache
def page(request: HttpRequest, page: str, of: DraftKind = DraftKind.ACTIVITY) -> HttpResponse:
    """One page. What was typed is kept whether it is right or not; going on needs it to be right."""
    asked = questionnaires.of_kind(of)
    if page not in asked.pages or page == asked.first:
        raise Http404
    rescue(request, lambda writing: _replace(request, writing, asked, page), of=of)
    return _page(request, page=page, of=of)


def _replace(request: HttpRequest, writing: Writing, asked: Questionnaire, page: str) -> int:
    """Whatever was saved before is replaced: this is what was typed last, and nobody may be shown both."""
    return writing.save(page, _typed(request, asked, page), over=writing.typed(page)[1])


def _typed(request: HttpRequest, asked: Questionnaire, page: str) -> Typed:
    return typed_into(request, [name for name in asked.pages[page].base_fields if name != "seen"])


@while_writing
def _page(request: HttpRequest, writing: Writing, page: str) -> HttpResponse:
    typed, version = writing.typed(page)
    if request.method != "POST":
        return _show(request, writing, _form(writing, page, initial={**typed, "seen": version}), version)
    if page == Section.PLACE and outlines.map_was_pressed(request.POST, name="map"):
        return _press(request, writing, version)
    return _keep(request, writing, page)


def _form(writing: Writing, page: str, **given: Any) -> SectionForm:
    return questionnaires.of_kind(writing.draft.kind).pages[page](person=writing.draft.owner, **given)


def _press(request: HttpRequest, writing: Writing, version: int) -> HttpResponse:
    """The map was pressed without a script: the page again, with the place filled in and nothing else checked."""
    typed = request.POST.dict()
    place = outlines.place_pressed(request.POST, name="map")
    if place is None:
        messages.warning(request, _("That is not in Missouri. What you typed is kept; press on the map again."))
    else:
        typed |= {"latitude": str(place.latitude), "longitude": str(place.longitude), "county": place.county or ""}
    return _show(request, writing, _form(writing, Section.PLACE, initial=typed), version)


def _keep(request: HttpRequest, writing: Writing, page: str) -> HttpResponse:
    asked, over = questionnaires.of_kind(writing.draft.kind), version_in(request)
    form = _form(writing, page, data=request.POST)
    is_right = form.is_valid()
    try:
        version = writing.save(page, _typed(request, asked, page), over=over)
    except DraftTooLong:
        return _too_long(request, writing, form, over)
    if "autosave" in request.POST:
        return _saved(version)
    if not version:
        return _show_both(request, writing, page)
    if not is_right:
        form.data = {**request.POST.dict(), "seen": str(version)}
        return _show(request, writing, form, version, status=422)
    return redirect(asked.address_after(page))


def _too_long(request: HttpRequest, writing: Writing, form: SectionForm, version: int) -> HttpResponse:
    words = _("This is more than a page holds. Shorten it, or send the rest as a file.")
    if "autosave" in request.POST:
        return JsonResponse({"version": 0, "words": words}, status=422)
    form.add_error(None, words)
    return _show(request, writing, form, version, status=422)


def _saved(version: int) -> JsonResponse:
    """The answer to a page that saves itself. 409 says that another window saved one meanwhile."""
    at = date_format(timezone.localtime(), "H:i")
    words = _("Saved %(at)s") % {"at": at} if version else _("Not saved: this page was changed in another window.")
    return JsonResponse({"version": version, "words": words}, status=200 if version else 409)


def _show_both(request: HttpRequest, writing: Writing, page: str) -> HttpResponse:
    """Another window saved this page meanwhile: what was typed here stays in the fields, and saving again keeps it."""
    typed, version = writing.typed(page)
    form = _form(writing, page, initial={**request.POST.dict(), "seen": version})
    messages.warning(
        request,
        _("This page was saved in another window meanwhile. What you typed is still below; save it again to keep it."),
    )
    other = _form(writing, page, initial=typed).shown()
    return _show(request, writing, form, version, other=other, status=409)


def _show(
    request: HttpRequest, writing: Writing, form: SectionForm, version: int, *, status: int = 200, **more: Any
) -> HttpResponse:
    asked, page = questionnaires.of_kind(writing.draft.kind), str(form.section)
    previous = asked.address_before(page)
    context = {
        "form": form,
        "page": page,
        "title": form.title,
        "mark": writing.mark,
        "previous": previous if previous != asked.address(asked.first) else "",
        "days": settings.PORTAL_DRAFT_LASTS.days,
        "is_saved": bool(version),
        **asked.steps_at(page),
        **more,
    }
    return render(request, asked.template("page"), context, status=status)


def is_sent(writing: Writing, form: forms.Form, send: Callable[[], Report | None]) -> bool:
    """Try to send; where it was not, the form says why."""
    said = questionnaires.of_kind(writing.draft.kind).said
    if sending.has_sent_many(writing, writing.draft.owner):
        form.add_error(None, str(said.too_many))
        return False
    try:
        if send() is not None:
            return True
    except records.VaultProblem:
        logger.exception("a report could not be sealed")
        form.add_error(None, str(said.not_sealed))
        return False
    if not sending.filled_in(writing).problems:  # what is missing stands on the page already
        form.add_error(None, _("A page was changed in another window; look and send again. Nothing was sent."))
    return False


def checked(writing: Writing, filled: Filled) -> dict[str, Any]:
    """Everything that was written and what is wrong with it, for the last page."""
    asked = questionnaires.of_kind(writing.draft.kind)
    problems = set(filled.problems)
    return {
        "written": [_written(writing, asked, name, form) for name, form in filled.forms.items()],
        "files": [writing.facts_of(row).get("name", "") for row in writing.files()],
        "is_ready": not problems,
        "first_missing": next((asked.address(name) for name in asked.pages if name in problems), ""),
        **asked.steps_at(CHECK),
    }


def _written(writing: Writing, asked: Questionnaire, name: str, form: SectionForm) -> dict[str, Any]:
    shown = _form(writing, name, initial=dict(form.data)).shown()
    return {
        "title": form.title,
        "address": asked.address(name),
        "rows": [row for row in shown if row[1]],
        "errors": [error for errors in form.errors.values() for error in errors],
    }


@never_cache
@for_reporters
@require_POST
def discard(request: HttpRequest, of: DraftKind = DraftKind.ACTIVITY) -> HttpResponse:
    """Throw the draft away."""
    writing = Writing.of(request, of)
    if writing is not None and writing.draft.sent_at is None:
        writing.discard()
        messages.success(request, _("Your draft was thrown away. Nothing was sent."))
    answer = redirect("report")
    forget_stale_cookie(request, answer, of)
    return answer


@never_cache
@for_reporters
def receipt(request: HttpRequest, of: DraftKind = DraftKind.ACTIVITY) -> HttpResponse:
    """Number and code, until somebody says that they have kept them, for an hour at most."""
    asked, writing = questionnaires.of_kind(of), Writing.of(request, of)
    if writing is None or writing.draft.sent_at is None:
        answer = redirect(asked.names["status"])
        forget_stale_cookie(request, answer, of)
        return answer
    found = writing.receipt()
    if not found or request.method == "POST":
        writing.discard_receipt()
        answer = redirect(asked.names["status"])
        writing.forget_cookie(answer)
        return answer
    context = {"of": asked, "receipt": found, "words": found["words"].split("-")}
    return render(request, asked.template("receipt"), context)
