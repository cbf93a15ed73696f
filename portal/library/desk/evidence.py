"""The file of evidence: which documents answer each requirement, which none does, and the same as a CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import audit
from portal.access.enums import Label
from portal.audit import Verb
from portal.core.listings import paginate
from portal.library.desk.access import EDITORS, READERS
from portal.library.desk.forms import PurposeForm
from portal.library.models import EvidenceTag, PortalDocument
from portal.library.permissions import visible_on_desk
from portal.members.models import Person
from portal.members.requests import person_of
from portal.members.roles import for_roles

RISKY = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet program begins a formula
ORDER = list(Label)


def requirements(person: Person) -> Any:
    """Every requirement in its order, each with the documents of the library that answer it and this person sees."""
    published = PortalDocument.objects.filter(in_library=True, recalled_at=None)
    seen = visible_on_desk(published, person).order_by("title", "pk")
    rows = EvidenceTag.objects.order_by("scheme", "code")
    return rows.prefetch_related(Prefetch("documents", queryset=seen, to_attr="answers"))


@for_roles(*READERS)
@require_safe
def by_requirement(request: HttpRequest) -> HttpResponse:
    """The requirements of each scheme with what answers them; `?gaps=1` shows those without any document."""
    return _page(request, PurposeForm())


def _page(request: HttpRequest, form: PurposeForm, *, status: int = 200) -> HttpResponse:
    person = person_of(request)
    rows, answered = requirements(person), Q(documents__in_library=True, documents__recalled_at=None)
    only_gaps = request.GET.get("gaps") == "1"
    unanswered = EvidenceTag.objects.alias(count=Count("documents", filter=answered)).filter(count=0)
    rows = rows.filter(pk__in=unanswered.values("pk")) if only_gaps else rows
    context = {
        "listing": paginate(rows, page=request.GET.get("page", "")),
        "gaps": unanswered.count(),
        "only_gaps": only_gaps,
        "querystring": "gaps=1" if only_gaps else "",
        "form": form,
        "may_export": person.has_role(*EDITORS),
    }
    return render(request, "desk/library/evidence.html", context, status=status)


@for_roles(*EDITORS)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The list as a CSV. Its first line says how it is handled: as the strictest of what is named in it."""
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    rows = list(requirements(person_of(request)))
    label = _strictest(rows)
    audit.record(
        Verb.LIBRARY_EXPORT,
        purpose=form.cleaned_data["purpose"],
        facts={"requirements": len(rows), "documents": sum(len(row.answers) for row in rows), "label": label.value},
    )
    response = HttpResponse("".join(_lines(rows, label)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="evidence-{timezone.localdate().isoformat()}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _strictest(rows: Sequence[Any]) -> Label:
    labels = [document.label for row in rows for document in row.answers]
    return max(labels, key=ORDER.index, default=Label.CLEAR)


class _Echo:
    """Gives back each line that is written to it."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Sequence[Any], label: Label) -> Iterator[str]:
    writer = csv.writer(_Echo())
    caveats = sorted({caveat for row in rows for document in row.answers for caveat in document.caveats})
    yield "\ufeff"  # or Excel takes it for its own encoding
    yield writer.writerow([label.value, *caveats, str(label.share_sentence)])
    heads = (_("Scheme"), _("Number"), _("What it asks for"), _("Document"), _("Version"), _("Publisher"))
    yield writer.writerow([*heads, _("Date"), _("Label"), _("Caveats"), _("Review by"), _("Address")])
    for row in rows:
        for cells in _cells(row):
            yield writer.writerow([_harmless(cell) for cell in cells])


def _cells(row: Any) -> Iterator[list[str]]:
    requirement = [row.scheme, row.code, row.title]
    if not row.answers:
        yield [*requirement, _("none yet")]
    for document in row.answers:
        dates = [day.isoformat() if day else "" for day in (document.dated, document.review_by)]
        facts = [document.title, document.version, document.publisher, dates[0], document.label.value]
        yield [*requirement, *facts, ", ".join(document.caveats), dates[1], document.get_absolute_url()]


def _harmless(text: str) -> str:
    """A cell that no spreadsheet program runs."""
    return f"'{text}" if text.startswith(RISKY) else text
