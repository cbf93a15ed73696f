"""Offices and terms on Desk: who holds what, what is vacant, who is still to be told that it is public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core import queues
from portal.core.actions import Action
from portal.core.listings import Listing, paginate
from portal.core.rows import get_row
from portal.core.saying import done_and_said
from portal.members import offices
from portal.members.actions import offices as actions
from portal.members.actions.offices import OFFICE_STAFF
from portal.members.forms.offices import EditOfficeForm, EndTermForm, NotifyForm, OfficeForm, TermForm, ToldForm
from portal.members.models import Office, Term
from portal.members.requests import person_of
from portal.members.roles import for_roles

FORM_METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class TermVerb:
    """Something that staff do with one term."""

    title: str | Promise
    form: Callable[..., Any]
    action: Callable[..., Action]
    done: str | Promise
    is_destructive: bool = False


TERM_VERBS = {
    "notify": TermVerb(
        gettext_lazy("Mail them the notice"),
        NotifyForm,
        actions.NotifyTerm,
        gettext_lazy("The notice is on its way. Their name shows once they say that they know."),
    ),
    "told": TermVerb(
        gettext_lazy("Note that you told them"), ToldForm, actions.NoteTold, gettext_lazy("Noted. The term shows now.")
    ),
    "edit": TermVerb(gettext_lazy("Put right what was entered"), TermForm, actions.EditTerm, gettext_lazy("Changed.")),
    "end": TermVerb(
        gettext_lazy("End the term"),
        EndTermForm,
        actions.EndTerm,
        gettext_lazy("Ended. It stays in the history."),
        is_destructive=True,
    ),
}


def _with_seats(rows: Any, page: str) -> Listing:
    """A page of offices, each with its seats, in two queries."""
    listing = paginate(rows.select_related("community"), page=page)
    return Listing(offices.seats_of(listing.rows), listing.count, listing.page, listing.pages)


@for_roles(*OFFICE_STAFF)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All offices with their holders and vacancies; with `?abolished` those that are no more."""
    is_abolished = request.GET.get("abolished") is not None
    rows = Office.objects.exclude(closed_at=None) if is_abolished else Office.objects.standing()
    by_place = rows.order_by(F("community__kind").asc(nulls_first=True), "community__name", "order", "title", "pk")
    listing = _with_seats(by_place, request.GET.get("page", ""))
    context = {"listing": listing, "is_abolished": is_abolished, "querystring": "abolished" if is_abolished else ""}
    return render(request, "desk/offices/offices.html", context)


@for_roles(*OFFICE_STAFF)
@require_safe
def vacant(request: HttpRequest) -> HttpResponse:
    """Seats that nobody holds who was told, the longest vacant first."""
    seats = [row for row in offices.seats_of(Office.objects.standing().select_related("community")) if row.vacancies]
    seats.sort(key=lambda row: min(one.since for one in row.vacancies))
    count = sum(len(row.vacancies) for row in seats)
    listing = paginate(seats, page=request.GET.get("page", ""))
    return render(request, "desk/offices/vacant.html", {"listing": listing, "vacant": count})


@for_roles(*OFFICE_STAFF)
@require_safe
def to_tell(request: HttpRequest) -> HttpResponse:
    """Who is to be told that office and attendance are public: until then nothing of them shows."""
    listing = paginate(offices.to_be_told(), page=request.GET.get("page", ""))
    return render(request, "desk/offices/to_tell.html", {"listing": listing})


@for_roles(*OFFICE_STAFF)
@require_http_methods(FORM_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    form = OfficeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = done_and_said(request, form, actions.MakeOffice(person_of(request), form.facts()), _("Office made."))
        if made:
            return redirect("desk_office", pk=made.pk)
    return render(request, "desk/offices/new.html", {"form": form}, status=422 if form.errors else 200)


@for_roles(*OFFICE_STAFF)
@require_http_methods(FORM_METHODS)
def office(request: HttpRequest, pk: int) -> HttpResponse:
    """One office: its facts, its terms, and entering another."""
    form = EditOfficeForm(request.POST or None, instance=get_row(Office, pk))
    if request.method == "POST" and form.is_valid():
        action = actions.EditOffice(get_row(Office, pk), person_of(request), form.facts())
        if done_and_said(request, form, action, _("Changed.")):
            return redirect("desk_office", pk=pk)
    return _office_page(request, pk, form=form)


@for_roles(*OFFICE_STAFF)
@require_POST
def add_term(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a term. What will be public is said on the page; the candidate is told afterwards."""
    row, form = get_row(Office, pk), TermForm(request.POST, auto_id="id_add_%s")
    if form.is_valid():
        action = actions.AddTerm(row, person_of(request), **form.given())
        made = done_and_said(request, form, action, _("Entered. Now tell them; nothing shows before."))
        if made:
            return redirect("desk_term", pk=made.pk)
    return _office_page(request, pk, add=form)


def _office_page(
    request: HttpRequest, pk: int, *, form: EditOfficeForm | None = None, add: TermForm | None = None
) -> HttpResponse:
    row = get_row(Office.objects.select_related("community"), pk)
    context = {
        "seats": offices.seats_of([row])[0],
        "form": form or EditOfficeForm(instance=row),
        "add_form": add or TermForm(auto_id="id_add_%s"),
        "is_adding": add is not None,
        "listing": paginate(row.terms.all(), page=request.GET.get("page", "")),
    }
    is_bad = add is not None or (form is not None and form.errors)
    return render(request, "desk/offices/office.html", context, status=422 if is_bad else 200)


@for_roles(*OFFICE_STAFF)
@require_safe
def term(request: HttpRequest, pk: int) -> HttpResponse:
    """One term, and what may be done with it."""
    return _term_page(request, pk)


@for_roles(*OFFICE_STAFF)
@require_POST
def act_on_term(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    row, verb = get_row(Term, pk), TERM_VERBS.get(name)
    if verb is None:
        raise Http404
    form = verb.form(request.POST, auto_id=f"id_{name}_%s")
    if form.is_valid() and done_and_said(
        request, form, verb.action(term=row, by=person_of(request), **form.given()), str(verb.done)
    ):
        return redirect("desk_term", pk=pk)
    return _term_page(request, pk, bad=(name, form))


def _term_page(request: HttpRequest, pk: int, *, bad: tuple[str, Any] | None = None) -> HttpResponse:
    row: Term = get_row(Term.objects.select_related("office__community", "person", "told_by"), pk)
    refused = bad[0] if bad else ""
    names = [name for name in TERM_VERBS if name == refused or _is_offered(name, row)]
    verbs = [(name, TERM_VERBS[name], bad[1] if bad and name == refused else _form(name, row)) for name in names]
    context = {"term": row, "verbs": verbs, "opened": refused, "is_current": row.is_current()}
    return render(request, "desk/offices/term.html", context, status=422 if bad else 200)


def _is_offered(name: str, row: Term) -> bool:
    if name == "notify":
        return row.told_at is None and row.person_id is not None
    return row.told_at is None if name == "told" else True


def _form(name: str, row: Term) -> Any:
    options = {"auto_id": f"id_{name}_%s"}
    return TermForm.of(row, **options) if name == "edit" else TERM_VERBS[name].form(**options)


@queues.source(order=70)
def office_queues(person: Any) -> list[queues.Queue]:
    """Who is still to be told before anything of their office shows."""
    if not person.has_role(*OFFICE_STAFF):
        return []
    return [
        queues.Queue(
            gettext_lazy("Office holders to be told"), reverse("desk_offices_to_tell"), offices.to_be_told().count()
        )
    ]


@queues.place_source(order=70)
def office_places(person: Any) -> list[queues.Place]:
    if not person.has_role(*OFFICE_STAFF):
        return []
    return [
        queues.Place(gettext_lazy("Offices of the partnership"), reverse("desk_offices")),
        queues.Place(gettext_lazy("Vacant offices"), reverse("desk_offices_vacant")),
    ]
