"""Organisations, communities, and the proposals of stewards, on Desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core import queues
from portal.core.actions import Action, ActionRefused
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.members import circles
from portal.members.actions import affiliations, circles as actions, memberships
from portal.members.actions.circles import COMMUNITY_STAFF, ORGANISATION_STAFF
from portal.members.enums import CommunityKind
from portal.members.forms.circles import (
    CommunityForm,
    NewCommunityForm,
    OnePersonForm,
    OrganisationForm,
    PeopleForm,
    PlaceForm,
    SearchForm,
)
from portal.members.models import Community, MembershipProposal, Organisation, Person
from portal.members.requests import person_of
from portal.members.roles import for_roles

FORM_METHODS = ["GET", "HEAD", "POST"]


def _get(model: Any, pk: int) -> Any:
    if pk > LARGEST_KEY:
        raise Http404
    return get_object_or_404(model, pk=pk)


def _search(request: HttpRequest, rows: Any) -> dict[str, Any]:
    """A page of those whose name fits, and the form that asked."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = circles.search(rows, words) if form.is_valid() else rows.none()
    listing = paginate(found.order_by("name", "pk"), page=request.GET.get("page", ""))
    query = request.GET.copy()
    query.pop("page", None)
    return {"listing": listing, "form": form, "querystring": query.urlencode()}


def _try(request: HttpRequest, action: Action, done: str) -> Any:
    """Do it and say so; None, with the reason said, if the rules refuse."""
    try:
        result = action.execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done)
    return result or True


# --- organisations -------------------------------------------------------------------------------


@for_roles(*ORGANISATION_STAFF)
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations by name, those that are closed marked."""
    return render(request, "desk/members/organisations.html", _search(request, Organisation.objects.all()))


@for_roles(*ORGANISATION_STAFF)
@require_http_methods(FORM_METHODS)
def new_organisation(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _try(request, actions.CreateOrganisation(person_of(request), form.facts()), _("Organisation made."))
        if made:
            return redirect("desk_organisation", pk=made.pk)
    return _organisation_page(request, None, form)


@for_roles(*ORGANISATION_STAFF)
@require_http_methods(FORM_METHODS)
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation's facts."""
    row = _get(Organisation.objects.select_related("sponsor"), pk)
    form = OrganisationForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        by, seen = person_of(request), form.cleaned_data["seen"]
        if _try(request, actions.EditOrganisation(row, by, form.facts(), seen), _("Changed.")):
            return redirect("desk_organisation", pk=pk)
    return _organisation_page(request, _get(Organisation.objects.select_related("sponsor"), pk), form)


@dataclass(frozen=True)
class PlaceVerb:
    """Something that staff do with one person's place in an organisation."""

    title: str | Promise
    form: Callable[..., Any]
    action: Callable[..., Action]
    done: str | Promise
    is_destructive: bool = False


PLACE_VERBS = {
    "add": PlaceVerb(
        gettext_lazy("Add somebody, or change their place"),
        PlaceForm,
        affiliations.AddToOrganisation,
        gettext_lazy("Stored."),
    ),
    "end-contact": PlaceVerb(
        gettext_lazy("End being point of contact"),
        OnePersonForm,
        affiliations.EndContact,
        gettext_lazy("Ended. They stay in the organisation."),
    ),
    "end-place": PlaceVerb(
        gettext_lazy("End somebody's place"),
        OnePersonForm,
        affiliations.EndPlace,
        gettext_lazy("Ended. They stay a member; suspend them on their own page if they left."),
        is_destructive=True,
    ),
}


def _organisation_page(
    request: HttpRequest, row: Organisation | None, form: OrganisationForm, *, bad: tuple[str, Any] | None = None
) -> HttpResponse:
    """The page of an organisation; `bad` is a form about a person that was filled in wrongly, kept as it was typed."""
    verbs = [
        (name, verb, bad[1] if bad and bad[0] == name else verb.form(auto_id=f"id_{name}_%s"))
        for name, verb in PLACE_VERBS.items()
    ]
    places = row.affiliations.current() if row else None
    context = {
        "organisation": row,
        "form": form,
        "people": places.count() if places is not None else 0,
        "contacts": places.filter(is_point_of_contact=True).select_related("person") if places is not None else [],
        "verbs": verbs if row and row.closed_at is None else [],
        "opened": bad[0] if bad else "",
    }
    return render(request, "desk/members/organisation.html", context, status=422 if bad or form.errors else 200)


@for_roles(*ORGANISATION_STAFF)
@require_POST
def act_on_organisation(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Close an organisation, open it again, or do something with one person's place in it."""
    row, about_place = _get(Organisation, pk), PLACE_VERBS.get(verb)
    if about_place is None:
        _open_or_close(request, row, verb)
        return redirect("desk_organisation", pk=pk)
    form = about_place.form(request.POST, auto_id=f"id_{verb}_%s")
    by = person_of(request)
    if form.is_valid() and _try(request, about_place.action(row, by, **form.given()), str(about_place.done)):
        return redirect("desk_organisation", pk=pk)
    return _organisation_page(request, row, OrganisationForm(instance=row), bad=(verb, form))


def _open_or_close(request: HttpRequest, circle: circles.Circle, verb: str) -> None:
    by = person_of(request)
    if verb == "close":
        _try(request, actions.CloseCircle(circle, by), _("Closed. Nobody reads anything through it any more."))
    elif verb == "reopen":
        _try(request, actions.ReopenCircle(circle, by), _("Opened again."))
    else:
        raise Http404


# --- communities ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeopleVerb:
    """Something that staff do with a few people of a community."""

    title: str | Promise
    action: Callable[[Community, Person, tuple[Person, ...]], Action]
    done: str | Promise
    is_destructive: bool = False


PEOPLE_VERBS = {
    "add": PeopleVerb(gettext_lazy("Add people"), memberships.AddPeople, gettext_lazy("Added. They are told by mail.")),
    "remove": PeopleVerb(
        gettext_lazy("Remove people"),
        memberships.RemovePeople,
        gettext_lazy("Removed. They read nothing through it any more."),
        is_destructive=True,
    ),
    "stewards": PeopleVerb(gettext_lazy("Name stewards"), memberships.NameStewards, gettext_lazy("Named.")),
    "end-stewards": PeopleVerb(
        gettext_lazy("End stewardship"), memberships.ReleaseStewards, gettext_lazy("Ended. They stay in the community.")
    ),
}


@for_roles(*COMMUNITY_STAFF)
@require_safe
def communities(request: HttpRequest) -> HttpResponse:
    """All communities by name, confidential and closed ones marked."""
    return render(request, "desk/members/communities.html", _search(request, Community.objects.all()))


@for_roles(*COMMUNITY_STAFF)
@require_http_methods(FORM_METHODS)
def new_community(request: HttpRequest) -> HttpResponse:
    form = NewCommunityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _try(request, actions.CreateCommunity(person_of(request), form.facts()), _("Community made."))
        if made:
            return redirect("desk_community", pk=made.pk)
    status = 422 if form.errors else 200
    return render(request, "desk/members/community_new.html", {"form": form}, status=status)


@for_roles(*COMMUNITY_STAFF)
@require_http_methods(FORM_METHODS)
def community(request: HttpRequest, pk: int) -> HttpResponse:
    """One community: its facts, how many read through it, and who looks after it."""
    row = _get(Community, pk)
    form = CommunityForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        by, seen = person_of(request), form.cleaned_data["seen"]
        if _try(request, actions.EditCommunity(row, by, form.facts(), seen), _("Changed.")):
            return redirect("desk_community", pk=pk)
    return _community_page(request, pk, form=form)


def _community_page(
    request: HttpRequest, pk: int, *, form: CommunityForm | None = None, bad: tuple[str, PeopleForm] | None = None
) -> HttpResponse:
    """The page of a community; `bad` is a form about people that was filled in wrongly, kept as it was typed."""
    row = _get(Community, pk)
    form = form or CommunityForm(instance=row)
    verbs = [
        (name, verb, bad[1] if bad and bad[0] == name else PeopleForm(auto_id=f"id_{name}_%s"))
        for name, verb in PEOPLE_VERBS.items()
    ]
    context = {
        "community": row,
        "form": form,
        "readers": circles.people_with_access(row).count(),
        "stewards": circles.stewards_of(row),
        "verbs": verbs,
        "opened": bad[0] if bad else "",
        "is_sector": row.kind == CommunityKind.SECTOR,
    }
    return render(request, "desk/members/community.html", context, status=422 if bad or form.errors else 200)


@for_roles(*COMMUNITY_STAFF)
@require_POST
def act_on_community(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Close it, open it again, or do something with a few of its people."""
    row, verb = _get(Community, pk), PEOPLE_VERBS.get(name)
    if verb is None:
        _open_or_close(request, row, name)
        return redirect("desk_community", pk=pk)
    form = PeopleForm(request.POST, auto_id=f"id_{name}_%s")
    if not form.is_valid():
        return _community_page(request, pk, bad=(name, form))
    action = verb.action(row, person_of(request), form.cleaned_data["people"])
    if not _try(request, action, str(verb.done)):
        return _community_page(request, pk, bad=(name, form))
    return redirect("desk_community", pk=pk)


# --- proposals -----------------------------------------------------------------------------------


@for_roles(*COMMUNITY_STAFF)
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What stewards proposed, oldest first."""
    listing = paginate(circles.waiting_proposals(), page=request.GET.get("page", ""))
    return render(request, "desk/members/community_proposals.html", {"listing": listing})


@for_roles(*COMMUNITY_STAFF)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline one proposal; a refusal of the rules says why, to staff alone."""
    word = request.POST.get("verb")
    if word not in {"accept", "decline"}:
        raise Http404
    action = memberships.DecideProposal(_get(MembershipProposal, pk), person_of(request), is_accepted=word == "accept")
    _try(request, action, _("Added. They are told by mail.") if word == "accept" else _("Declined."))
    return redirect("desk_proposals")


@queues.source(order=40)
def waiting(person: Any) -> list[queues.Queue]:
    """What of communities waits for a person."""
    if not person.has_role(*COMMUNITY_STAFF):
        return []
    count = circles.waiting_proposals().exclude(proposed_by=person).count()
    return [queues.Queue(gettext_lazy("Members proposed by stewards"), reverse("desk_proposals"), count)]
