"""The queue of the library, and one document with all that is needed to decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import queues
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.files.enums import Trouble
from portal.files.reading import Finding, sentences
from portal.library import actions, history, publishing
from portal.library.desk.access import EDITORS, PUBLISHERS, READERS, get_document
from portal.library.desk.forms import FactsForm, FileForm, MarkingForm, ReasonForm, ReviewForm
from portal.library.desk.queue import Waiting, counts, listed
from portal.library.models import DocumentReading, PortalDocument
from portal.members import tallies
from portal.members.audience import report
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles

FORMS: dict[str, Any] = {"facts": FactsForm, "marking": MarkingForm}
CHANGES: dict[str, Any] = {"facts": actions.ChangeFacts, "marking": actions.ChangeMarking}
MOST_HISTORY = 30


@for_roles(*READERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The documents that wait for one thing, fifty a page, and how many wait for each."""
    person = person_of(request)
    numbers = counts(person)
    chosen = _chosen(request, numbers)
    listing = paginate(listed(person, chosen), page=request.GET.get("page", ""))
    context = {
        "listing": listing,
        "chosen": chosen.value,
        "heading": chosen.label,
        "tabs": [(waiting.value, waiting.label, numbers[waiting]) for waiting in Waiting],
        "querystring": f"waits={chosen.value}",
        "may_edit": person.has_role(*EDITORS),
    }
    return render(request, "desk/library/queue.html", context)


def _chosen(request: HttpRequest, numbers: dict[Waiting, int]) -> Waiting:
    """What was asked for; else the first that has any work in it. Raises `Http404` for a word that is none."""
    if word := request.GET.get("waits", ""):
        if word not in Waiting.values:
            raise Http404
        return Waiting(word)
    return next((waiting for waiting in Waiting if waiting.is_work and numbers[waiting]), Waiting.LIBRARY)


@for_roles(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document. Editors send one of its two forms; to others it is only shown."""
    person = person_of(request)
    row = get_document(person, pk)
    if request.method != "POST":
        tallies.record_read(request, row)
        return show(request, row)
    if not person.has_role(*EDITORS):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    name = request.POST.get("form", "")
    if name not in FORMS:
        raise Http404
    form = FORMS[name](request.POST, instance=row, person=person)
    if form.is_valid() and _store(name, row, person, form):
        return redirect("desk_library_document", pk=pk)
    return show(request, get_document(person, pk), bad={name: form})


def _store(name: str, row: PortalDocument, by: Person, form: Any) -> bool:
    try:
        CHANGES[name](row, by, form.values(), form.cleaned_data["seen"]).execute()
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def show(request: HttpRequest, row: PortalDocument, *, bad: dict[str, Any] | None = None) -> HttpResponse:
    """The page of a document; `bad` are forms that were filled in wrongly, kept as they were typed."""
    person, bad = person_of(request), bad or {}
    context = {
        "document": row,
        "page_label": row.label,
        "audience": report(row.marking()),
        "missing": [] if row.in_library else publishing.what_is_missing(row),
        "read": Read.of(getattr(row, "reading", None)),
        "newer": PortalDocument.objects.filter(supersedes=row).only("pk", "title", "in_library").first(),
        "history": _history(row),
        "opened": next(iter(bad), ""),
        **_rights(row, person),
        "reason_form": bad.get("withdraw") or ReasonForm(auto_id="id_withdraw_%s"),
        **(_forms(row, person, bad) if person.has_role(*EDITORS) else {}),
    }
    return render(request, "desk/library/document.html", context, status=422 if bad else 200)


def _rights(row: PortalDocument, person: Person) -> dict[str, bool]:
    """What of the page's verbs this person may use on this document now."""
    is_shared = publishing.needs_second_person(row)
    is_draft = not row.in_library and row.recalled_at is None
    is_publisher = person.has_role(*(PUBLISHERS if is_shared else EDITORS))
    return {
        "is_draft": is_draft,
        "is_shared": is_shared,
        "is_ones_own": is_shared and is_draft and person.pk in history.editors(row),
        "may_publish": is_draft and is_publisher,
        "may_withdraw": row.in_library and row.recalled_at is None and person.has_role(*PUBLISHERS),
        "may_edit": person.has_role(*EDITORS) and row.recalled_at is None,
    }


def _forms(row: PortalDocument, person: Person, bad: dict[str, Any]) -> dict[str, Any]:
    return {
        "facts_form": bad.get("facts") or FactsForm(instance=row, person=person, auto_id="id_facts_%s"),
        "marking_form": bad.get("marking")
        or (None if row.is_released else MarkingForm(instance=row, person=person, auto_id="id_marking_%s")),
        "version_form": bad.get("version") or FileForm(auto_id="id_version_%s"),
        "review_form": bad.get("review") or ReviewForm(auto_id="id_review_%s"),
    }


def _history(row: PortalDocument) -> list[tuple[str, Any]]:
    return [(str(history.WORDS.get(entry.action, entry.action)), entry) for entry in history.of(row)[:MOST_HISTORY]]


@dataclass(frozen=True)
class Read:
    """What was read in the file, in words: what is wrong with it for some people, or why nothing was read."""

    reading: DocumentReading | None
    findings: tuple[str, ...] = ()
    trouble: str = ""

    @classmethod
    def of(cls, reading: DocumentReading | None) -> Read:
        if reading is None:
            return cls(None)
        known = {finding.value: finding for finding in Finding}
        findings = tuple(sentences.of_finding(known[value]) for value in reading.findings if value in known)
        troubles = {trouble.value: trouble for trouble in Trouble}
        trouble = sentences.of_trouble(troubles[reading.trouble]) if reading.trouble in troubles else ""
        return cls(reading, findings, trouble)


@queues.source(order=60)
def waiting(person: Any) -> list[queues.Queue]:
    """What of the library waits for its editors."""
    if not person.has_role(*EDITORS):
        return []
    numbers = counts(person)
    shown = (Waiting.FACTS, Waiting.READY, Waiting.REVIEW, Waiting.UNREAD)
    return [
        queues.Queue(
            gettext_lazy("Library: %(what)s") % {"what": str(each.label).lower()},
            f"{reverse('desk_library')}?waits={each.value}",
            numbers[each],
            numbers[each] if each is Waiting.REVIEW else 0,
        )
        for each in shown
        if numbers[each]
    ]


@queues.place_source(order=60)
def places(person: Any) -> list[queues.Place]:
    """The library's pages on Desk."""
    if not person.has_role(*READERS):
        return []
    return [
        queues.Place(_("Library: documents"), reverse("desk_library")),
        queues.Place(_("Library: evidence by requirement"), reverse("desk_library_evidence")),
    ]
