"""Roles of staff on Desk: who holds one, and giving and taking them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.audit import Verb
from portal.core.actions import ActionRefused
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.members import staff_roles
from portal.members.actions.staff_roles import GiveRole, TakeRole
from portal.members.enums import StaffRole
from portal.members.forms.circles import RoleForm
from portal.members.forms.membership import FindForm
from portal.members.models import Person
from portal.members.models.people import fold
from portal.members.requests import person_of
from portal.members.roles import refuse_page

FORM_METHODS = ["GET", "HEAD", "POST"]
MOST_SHOWN = 50
ACTIONS = {"give": GiveRole, "take": TakeRole}
View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """A page for administrators, and for the superuser of a new installation; to others it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not staff_roles.may_administer(person_of(request)):
            refuse_page(request)
        return view(request, *args, **kwargs)

    guarded.roles = frozenset({StaffRole.ADMINISTRATOR})  # type: ignore[attr-defined]  # as `for_roles` says it
    return guarded


@for_administrators
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Those who hold a role. A list of staff; there is none of members."""
    listing = paginate(staff_roles.holders(), page=request.GET.get("page", ""))
    return render(request, "desk/members/staff.html", {"listing": listing, "form": FindForm()})


@for_administrators
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Find one person by the whole address, which stands in no address and no log."""
    form = FindForm(request.POST)
    if form.is_valid():
        person = Person.objects.filter(email=fold(form.cleaned_data["email"])).first()
        audit.record(Verb.SEARCH, person or "", facts={"found": person is not None})
        if person is not None:
            return redirect("desk_staff_person", pk=person.pk)
        form.add_error("email", _("Nobody here has this address."))
    listing = paginate(staff_roles.holders(), page="")
    return render(request, "desk/members/staff.html", {"listing": listing, "form": form}, status=422)


@for_administrators
@require_http_methods(["GET", "HEAD"])
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The roles of one person, and how they came to them."""
    return _show(request, _person(pk))


def _person(pk: int) -> Person:
    if pk > LARGEST_KEY:
        raise Http404
    found: Person = get_object_or_404(Person, pk=pk)
    return found


def _form(verb: str, person: Person, data: Any = None) -> RoleForm:
    held = staff_roles.roles_of(person)
    offered = held if verb == "take" else [role for role in StaffRole if role not in held]
    return RoleForm(data, roles=offered, auto_id=f"id_{verb}_%s")


def _show(request: HttpRequest, person: Person, *, bad: tuple[str, RoleForm] | None = None) -> HttpResponse:
    """The page of a person; `bad` is a form that was filled in wrongly, kept as it was typed."""
    forms = {verb: _form(verb, person) for verb in ACTIONS}
    if bad:
        forms[bad[0]] = bad[1]
    context = {
        "person": person,
        "held": staff_roles.roles_of(person),
        "changes": person.role_changes.select_related("by").order_by("-at", "-pk")[:MOST_SHOWN],
        "forms": forms,
        "opened": bad[0] if bad else "",
        "is_oneself": person.pk == person_of(request).pk,
    }
    return render(request, "desk/members/staff_person.html", context, status=422 if bad else 200)


@for_administrators
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Give or take a role. A refusal of the rules says why; what was typed stays."""
    person, action = _person(pk), ACTIONS.get(verb)
    if action is None:
        raise Http404
    form = _form(verb, person, request.POST)
    if form.is_valid():
        try:
            action(_person(pk), person_of(request), form.cleaned_data["role"], form.cleaned_data["reason"]).execute()
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Given.") if verb == "give" else _("Taken. Their open sessions have ended."))
            return redirect("desk_staff_person", pk=pk)
    return _show(request, person, bad=(verb, form))
