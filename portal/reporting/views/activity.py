"""The form of a suspicious-activity report: one thought a page, each kept as one goes, and everything once more."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.access.viewer import viewer_of
from portal.members.models import Person
from portal.members.requests import person_of
from portal.reporting import sending
from portal.reporting.drafting import DraftTooLong, Writing, forget_stale_cookie, typed_into, version_in
from portal.reporting.enums import Section
from portal.reporting.forms.activity import PAGES, SectionForm, UrgencyForm
from portal.reporting.forms.seen import shown_things
from portal.reporting.forms.sending import SendForm
from portal.reporting.models import ReportingSettings
from portal.reporting.seen import things_in
from portal.reporting.views.gate import KIND, for_reporters, rescue, while_writing
from portal.vault import records
from portal.vocabulary import outlines

logger = logging.getLogger(__name__)

# The order of the pages. `seen` and `files` have views of their own.
ORDER = (
    Section.URGENCY,
    Section.ACTIVITY,
    Section.PLACE,
    Section.SEEN,
    Section.FILES,
    Section.TARGET,
    Section.KNOWN,
    Section.CONTACT,
)
# Short, since all of them stand side by side.
STEPS = {
    Section.URGENCY: gettext_lazy("Danger"),
    Section.ACTIVITY: gettext_lazy("What"),
    Section.PLACE: gettext_lazy("When, where"),
    Section.SEEN: gettext_lazy("Seen"),
    Section.FILES: gettext_lazy("Files"),
    Section.TARGET: gettext_lazy("Target"),
    Section.KNOWN: gettext_lazy("Source"),
    Section.CONTACT: gettext_lazy("Contact"),
}


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
    writing = Writing.of(request, KIND)
    if writing is not None and writing.receipt():
        messages.info(request, _("Keep the code of the report that you sent first; then begin another one."))
        return redirect("report_receipt")
    is_under_way = writing is not None and writing.draft.sent_at is None
    if writing is not None and is_under_way and request.method != "POST" and "change" not in request.GET:
        return render(request, "report/go_on.html", {"draft": writing.draft, "days": settings.PORTAL_DRAFT_LASTS.days})
    known = writing.typed(Section.URGENCY)[0] if writing is not None and is_under_way else {}
    form = UrgencyForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        if writing is None or writing.draft.sent_at is not None:
            writing = Writing.begin(person_of(request), KIND)
        return _keep_urgency(request, writing)
    context = {"form": form, "desk": ReportingSettings.load(), **_steps(Section.URGENCY)}
    return render(request, "report/begin.html", context)


def _keep_urgency(request: HttpRequest, writing: Writing) -> HttpResponse:
    _typed, version = writing.typed(Section.URGENCY)
    writing.save(Section.URGENCY, typed_into(request, ["now"]), over=version)
    answer = redirect("report_danger" if request.POST["now"] == "yes" else _address(Section.ACTIVITY))
    writing.leave_cookie(answer)
    return answer


@never_cache
@while_writing
def danger(request: HttpRequest, writing: Writing) -> HttpResponse:
    """911 and the duty officer first; what was typed is kept."""
    return render(request, "report/danger.html", {"desk": ReportingSettings.load(), "next": _address(Section.ACTIVITY)})


@never_cache
def page(request: HttpRequest, page: str) -> HttpResponse:
    """One page. What was typed is kept whether it is right or not; going on needs it to be right."""
    if page not in PAGES or page == Section.URGENCY:
        raise Http404
    rescue(request, lambda writing: _replace(request, writing, page))
    return _page(request, page=page)


def _replace(request: HttpRequest, writing: Writing, page: str) -> int:
    """Whatever was saved before is replaced: this is what was typed last, and nobody may be shown both."""
    return writing.save(page, typed_into(request, _names(page)), over=writing.typed(page)[1])


def _names(page: str) -> list[str]:
    return [name for name in PAGES[page].base_fields if name != "seen"]


@while_writing
def _page(request: HttpRequest, writing: Writing, page: str) -> HttpResponse:
    typed, version = writing.typed(page)
    if request.method != "POST":
        form = PAGES[page](initial={**typed, "seen": version})
        return render(request, "report/page.html", _page_context(writing, page, form, version))
    if page == Section.PLACE and outlines.map_was_pressed(request.POST, name="map"):
        return _press(request, writing, version)
    return _keep(request, writing, page)


def _press(request: HttpRequest, writing: Writing, version: int) -> HttpResponse:
    """The map was pressed without a script: the page again, with the place filled in and nothing else checked."""
    typed = request.POST.dict()
    place = outlines.place_pressed(request.POST, name="map")
    if place is None:
        messages.warning(request, _("That is not in Missouri. What you typed is kept; press on the map again."))
    else:
        typed |= {"latitude": str(place.latitude), "longitude": str(place.longitude), "county": place.county or ""}
    form = PAGES[Section.PLACE](initial=typed)
    return render(request, "report/page.html", _page_context(writing, Section.PLACE, form, version))


def _keep(request: HttpRequest, writing: Writing, page: str) -> HttpResponse:
    over = version_in(request)
    form = PAGES[page](request.POST)
    is_right = form.is_valid()
    try:
        version = writing.save(page, typed_into(request, _names(page)), over=over)
    except DraftTooLong:
        words = _("This is more than a page holds. Shorten it, or send the rest as a file.")
        if "autosave" in request.POST:
            return JsonResponse({"version": 0, "words": words}, status=422)
        form.add_error(None, words)
        return render(request, "report/page.html", _page_context(writing, page, form, over), status=422)
    if "autosave" in request.POST:
        return _saved(version)
    if not version:
        return _show_both(request, writing, page)
    if not is_right:
        form.data = {**request.POST.dict(), "seen": str(version)}
        return render(request, "report/page.html", _page_context(writing, page, form, version), status=422)
    return redirect(*_after(page))


def _saved(version: int) -> JsonResponse:
    """The answer to a page that saves itself. 409 says that another window saved one meanwhile."""
    at = date_format(timezone.localtime(), "H:i")
    words = _("Saved %(at)s") % {"at": at} if version else _("Not saved: this page was changed in another window.")
    return JsonResponse({"version": version, "words": words}, status=200 if version else 409)


def _show_both(request: HttpRequest, writing: Writing, page: str) -> HttpResponse:
    """Another window saved this page meanwhile: what was typed here stays in the fields, and saving again keeps it."""
    typed, version = writing.typed(page)
    form = PAGES[page](initial={**request.POST.dict(), "seen": version})
    messages.warning(
        request,
        _("This page was saved in another window meanwhile. What you typed is still below; save it again to keep it."),
    )
    context = {**_page_context(writing, page, form, version), "other": PAGES[page](initial=typed).shown()}
    return render(request, "report/page.html", context, status=409)


def _page_context(writing: Writing, page: str, form: SectionForm, version: int) -> dict[str, Any]:
    previous = ORDER[ORDER.index(Section(page)) - 1]
    return {
        "form": form,
        "page": page,
        "title": PAGES[page].title,
        "mark": writing.mark,
        "previous": _address(previous) if previous is not Section.URGENCY else "",
        "days": settings.PORTAL_DRAFT_LASTS.days,
        "is_saved": bool(version),
        **_steps(Section(page)),
    }


def _steps(section: Section) -> dict[str, Any]:
    return {
        "steps": [*(STEPS[step] for step in ORDER), _("Check")],
        "current": ORDER.index(section) + 1,
    }


def steps_at(section: Section) -> dict[str, Any]:
    """For pages that have views of their own: the steps, where one is, and the pages before and after."""
    at = ORDER.index(section)
    return {**_steps(section), "previous": _address(ORDER[at - 1]), "next": _address(ORDER[at + 1])}


def _address(section: Section) -> str:
    own = {Section.SEEN: "report_seen", Section.FILES: "report_files"}
    if section is Section.URGENCY:
        return f"{reverse('report_activity')}?change=1"
    return reverse(own[section]) if section in own else reverse("report_page", args=[section.value])


def _after(page: str) -> tuple[str]:
    at = ORDER.index(Section(page)) + 1
    return (_address(ORDER[at]),) if at < len(ORDER) else ("report_check",)


@never_cache
@while_writing
def check(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Everything once more, with ways back; then it is sent."""
    person = person_of(request)
    contacts = sending.security_contacts(person)
    form = SendForm(request.POST if request.method == "POST" else None, contacts=contacts)
    if request.method == "POST" and form.is_valid():
        if sending.has_sent_many(writing, person):
            form.add_error(None, _("You have sent many reports within an hour. This one is kept; send it later."))
        elif _is_sent(writing, person, form):
            return redirect("report_receipt")
    return render(request, "report/check.html", _check_context(writing, form), status=422 if form.errors else 200)


def _is_sent(writing: Writing, person: Person, form: SendForm) -> bool:
    try:
        if sending.send(writing, person, copy_to=form.copy_to()) is not None:
            return True
    except records.VaultProblem:
        logger.exception("a report could not be sealed")
        form.add_error(None, _("The report could not be sealed just now, so it was not sent. It is kept; try later."))
        return False
    if not sending.filled_in(writing).problems:  # what is missing stands on the page already
        form.add_error(None, _("A page was changed in another window; look and send again. Nothing was sent."))
    return False


def _check_context(writing: Writing, form: SendForm) -> dict[str, Any]:
    filled = sending.filled_in(writing)
    problems = set(filled.problems)
    written = [
        {
            "title": filled.forms[name].title,
            "address": _address(Section(name)),
            "rows": [row for row in PAGES[name](initial=dict(filled.forms[name].data)).shown() if row[1]],
            "errors": [error for errors in filled.forms[name].errors.values() for error in errors],
        }
        for name in PAGES
        if name in filled.forms
    ]
    return {
        "form": form,
        "written": written,
        "things": shown_things(things_in(filled.seen)),
        "files": [writing.facts_of(row).get("name", "") for row in writing.files()],
        "is_ready": not problems,
        "first_missing": next((_address(Section(name)) for name in PAGES if name in problems), ""),
        "is_urgent": filled.is_urgent,
        "openness": ReportingSettings.load().openness,
        "steps": _steps(Section.URGENCY)["steps"],
        "current": len(ORDER) + 1,
    }


@never_cache
@for_reporters
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    writing = Writing.of(request, KIND)
    if writing is not None and writing.draft.sent_at is None:
        writing.discard()
        messages.success(request, _("Your draft was thrown away. Nothing was sent."))
    answer = redirect("report")
    forget_stale_cookie(request, answer, KIND)
    return answer


@never_cache
@for_reporters
def receipt(request: HttpRequest) -> HttpResponse:
    """Number and code, until somebody says that they have kept them, for an hour at most."""
    writing = Writing.of(request, KIND)
    if writing is None or writing.draft.sent_at is None:
        answer = redirect("report_status")
        forget_stale_cookie(request, answer, KIND)
        return answer
    found = writing.receipt()
    if not found or request.method == "POST":
        writing.discard_receipt()
        answer = redirect("report_status")
        writing.forget_cookie(answer)
        return answer
    return render(request, "report/receipt.html", {"receipt": found, "words": found["words"].split("-")})
