"""One person's membership on Desk: where it stands, how it came there, and what staff may do with it."""

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

from portal import audit
from portal.core import queues
from portal.core.actions import Action, ActionRefused
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.members import clearance, ends, profiles, validation
from portal.members.actions.clearance import EndClearance, GrantClearance
from portal.members.actions.ends import Close, Lift, NameSponsor, Reopen, Suspend
from portal.members.actions.validation import ConfirmValidation
from portal.members.enums import EndReason, StaffRole, Standing
from portal.members.forms import membership as forms
from portal.members.models import Person, Validation
from portal.members.models.people import fold
from portal.members.requests import person_of
from portal.members.roles import for_roles, refuse_page
from portal.members.ways_back import explain

READERS = (*ends.OFFICERS, StaffRole.ADMINISTRATOR)
FORM_METHODS = ["GET", "HEAD", "POST"]
MOST_SHOWN = 50


@dataclass(frozen=True)
class Verb:
    """Something that staff may do with a membership: its form, its action, and when it is offered."""

    title: str | Promise
    form: Callable[..., Any]
    action: Callable[[Person, Person, dict[str, Any]], Action]
    is_offered: Callable[[Person], bool]
    done: str | Promise
    roles: Callable[[Person], tuple[StaffRole, ...]] = lambda person: ends.OFFICERS
    is_destructive: bool = False


def _is_member(person: Person) -> bool:
    return person.standing in {Standing.ACTIVE, Standing.SUSPENDED}


def _may_be_lifted(person: Person) -> bool:
    return person.standing == Standing.SUSPENDED and ends.reason_of(person) is not EndReason.AGREEMENT


VERBS = {
    "lift": Verb(
        gettext_lazy("Lift the suspension"),
        forms.LiftForm,
        lambda person, by, given: Lift(person, by, words=given["words"], email=given.get("email", "")),
        _may_be_lifted,
        gettext_lazy("Lifted. They were told by mail."),
    ),
    "reopen": Verb(
        gettext_lazy("Open the membership again"),
        forms.ReopenForm,
        lambda person, by, given: Reopen(person, by, words=given["words"], email=given.get("email", "")),
        lambda person: person.standing == Standing.CLOSED,
        gettext_lazy("Opened again. They were told by mail."),
    ),
    "sponsor": Verb(
        gettext_lazy("Name another sponsor"),
        forms.SponsorForm,
        lambda person, by, given: NameSponsor(person, by, sponsor=given["sponsor"]),
        lambda person: person.standing != Standing.APPLIED,
        gettext_lazy("The sponsor was changed."),
    ),
    "clear": Verb(
        gettext_lazy("Grant the law-enforcement clearance"),
        forms.GrantForm,
        lambda person, by, given: GrantClearance(person, given["agency"], given["evidence"], by),
        lambda person: person.is_vetted and bool(clearance.agencies_of(person)),
        gettext_lazy("Granted. They were told by mail."),
        roles=lambda person: (StaffRole.MIAC_SUPERVISOR,),
    ),
    "end-clearance": Verb(
        gettext_lazy("End the law-enforcement clearance"),
        forms.NothingForm,
        lambda person, by, given: EndClearance(person, by),
        lambda person: person.is_cleared,
        gettext_lazy("Ended. They were told by mail."),
        roles=lambda person: (StaffRole.MIAC_SUPERVISOR,),
        is_destructive=True,
    ),
    "suspend": Verb(
        gettext_lazy("Suspend the membership"),
        forms.SuspendForm,
        lambda person, by, given: Suspend(person, by, reason=given["reason"], words=given["words"]),
        _is_member,
        gettext_lazy("Suspended. Open sessions end with their next request."),
        roles=lambda person: ends.who_ends(person, reason=EndReason.TAKEN_OVER, is_suspension=True),
        is_destructive=True,
    ),
    "close": Verb(
        gettext_lazy("Close the membership"),
        forms.CloseForm,
        lambda person, by, given: Close(person, by, reason=given["reason"], words=given["words"]),
        _is_member,
        gettext_lazy("Closed. Open sessions end with their next request."),
        roles=ends.who_ends,
        is_destructive=True,
    ),
}


@for_roles(*READERS)
@require_http_methods(FORM_METHODS)
def find(request: HttpRequest) -> HttpResponse:
    """Find one person by the whole address, which stands in no address and no log."""
    form = forms.FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = Person.objects.filter(email=fold(form.cleaned_data["email"])).first()
        audit.record(audit.Verb.SEARCH, person or "", facts={"found": person is not None})
        if person is not None:
            return redirect("desk_person", pk=person.pk)
        form.add_error("email", _("Nobody here has this address."))
    return render(request, "desk/members/standing_find.html", {"form": form})


@for_roles(*READERS)
@require_safe
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """All that the portal knows about one membership."""
    return _show(request, _person(pk))


def _person(pk: int) -> Person:
    if pk > LARGEST_KEY:
        raise Http404
    rows = Person.objects.with_facts().select_related("visit", "sponsor")
    found: Person = get_object_or_404(rows, pk=pk)
    return found


def _show(request: HttpRequest, person: Person, *, bad: tuple[str, Any] | None = None) -> HttpResponse:
    """The page of a person; `bad` is a form that was filled in wrongly, kept as it was typed."""
    by = person_of(request)
    context = {
        "person": person,
        "standing": person.standing_now(),
        "said": explain(person),
        "changes": person.standing_changes.select_related("by").order_by("-at", "-pk")[:MOST_SHOWN],
        "former_addresses": person.former_addresses.order_by("-until", "-pk")[:MOST_SHOWN],
        "affiliations": person.affiliations.select_related("organisation").order_by("ended_at", "organisation__name"),
        "memberships": person.community_memberships.select_related("community").order_by("ended_at", "community__name"),
        "answers": person.agreement_answers.select_related("agreement")[:MOST_SHOWN],
        "validations": person.validations.select_related("confirmed_by").order_by("-due_at")[:MOST_SHOWN],
        "clearances": person.clearance_grants.select_related("agency", "granted_by", "ended_by")[:MOST_SHOWN],
        "profile": profiles.opened(person) if by.has_role(StaffRole.VETTING_OFFICER) else None,
        "verbs": _offered(person, by, bad),
        "opened": bad[0] if bad else "",
    }
    return render(request, "desk/members/standing_person.html", context, status=422 if bad else 200)


def _offered(person: Person, by: Person, bad: tuple[str, Any] | None) -> list[tuple[str, Verb, Any]]:
    """What `by` may do with this person now, each with its form. Nobody decides on themselves."""
    if by.pk == person.pk:
        return []
    allowed = [(name, verb) for name, verb in VERBS.items() if by.has_role(*verb.roles(person))]
    offered = [(name, verb) for name, verb in allowed if verb.is_offered(person)]
    return [(name, verb, bad[1] if bad and bad[0] == name else _form(name, verb, person)) for name, verb in offered]


def _form(name: str, verb: Verb, person: Person, data: Any = None) -> Any:
    extra = {"person": person} if name in {"clear", "lift", "reopen"} else {}
    return verb.form(data, auto_id=f"id_{name}_%s", **extra)


@for_roles(*READERS)
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one of the verbs. A refusal of the rules says why; what was typed stays."""
    person, by, verb = _person(pk), person_of(request), VERBS.get(name)
    if verb is None:
        raise Http404
    if not by.has_role(*verb.roles(person)):
        refuse_page(request)
    form = _form(name, verb, person, request.POST)
    if not form.is_valid():
        return _show(request, person, bad=(name, form))
    try:
        verb.action(Person.objects.get(pk=pk), by, form.cleaned_data).execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return _show(request, _person(pk), bad=(name, form))
    messages.success(request, str(verb.done))
    return redirect("desk_person", pk=pk)


@for_roles(*ends.OFFICERS)
@require_safe
def validations(request: HttpRequest) -> HttpResponse:
    """Yearly validations that no point of contact can confirm, oldest first."""
    rows = validation.awaiting_staff().exclude(person=person_of(request))
    listing = paginate(rows, page=request.GET.get("page", ""))
    return render(request, "desk/members/validation_queue.html", {"listing": listing})


@for_roles(*ends.OFFICERS)
@require_http_methods(FORM_METHODS)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm one after calling the organisation, at a number that staff know."""
    if pk > LARGEST_KEY:
        raise Http404
    row = get_object_or_404(Validation.objects.select_related("person"), pk=pk, completed_at=None)
    by = person_of(request)
    if request.method == "POST" and request.POST.get("verb") in {"confirm", "deny"}:
        try:
            ConfirmValidation(row, by, is_confirmed=request.POST["verb"] == "confirm").execute()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Stored. The portal draws the consequence within minutes."))
        return redirect("desk_validations")
    places = row.person.affiliations.current().select_related("organisation")
    told = profiles.changes_of(row) if by.has_role(StaffRole.VETTING_OFFICER) else None
    return render(request, "desk/members/validation_confirm.html", {"row": row, "places": places, "told": told})


@queues.source(order=30)
def waiting(person: Any) -> list[queues.Queue]:
    """What of memberships waits for a person."""
    if not person.has_role(*ends.OFFICERS):
        return []
    count = validation.awaiting_staff().exclude(person=person).count()
    return [queues.Queue(gettext_lazy("Yearly validations to confirm"), reverse("desk_validations"), count)]
