"""Where one stands, coming back, the yearly validation, and one's organisation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access.viewer import viewer_of
from portal.core.listings import paginate
from portal.core.rows import LARGEST_KEY
from portal.members import departures, validation
from portal.members.ends import latest_change
from portal.members.enums import Standing
from portal.members.forms.membership import ComeBackForm, ValidationForm
from portal.members.gate import next_address
from portal.members.models import Organisation, Visit
from portal.members.requests import person_of
from portal.members.ways_back import explain

FORM_METHODS = ["GET", "HEAD", "POST"]
MOST_WAITING = 50
View = Callable[..., HttpResponse]


@login_required
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """Where one stands, why, and the way back."""
    person = person_of(request)
    said, now = explain(person), person.standing_now()
    is_decided = person.standing in {Standing.SUSPENDED, Standing.CLOSED}
    change = latest_change(person) if is_decided else None
    words = (change.words if change else person.standing_reason) if is_decided else ""
    context = {"said": said, "label": now.label, "words": words, "change": change, "person": person}
    return render(request, "membership/standing.html", context)


@login_required
@require_http_methods(FORM_METHODS)
def come_back(request: HttpRequest) -> HttpResponse:
    """A dormant member wakes their own membership; password and second factor were given by signing in."""
    person = person_of(request)
    if person.standing_now() is not Standing.DORMANT:
        return redirect(next_address(request))
    form = ComeBackForm(request.POST or None, initial={"next": next_address(request)})
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        Visit.objects.filter(person=person, active_at__lt=now).update(active_at=now)
        messages.success(request, _("Welcome back. Your membership is active again."))
        return redirect(next_address(request))
    return render(request, "membership/come_back.html", {"form": form, "last_here": person.last_active_at})


@login_required
@require_http_methods(FORM_METHODS)
def validate(request: HttpRequest) -> HttpResponse:
    """The yearly questions, when they are due."""
    person = person_of(request)
    asked = validation.open_for(person) if person.standing == Standing.ACTIVE else None
    if asked is None or asked.answered_at:
        return render(request, "membership/validation.html", {"asked": asked, "person": person})
    form = ValidationForm(request.POST or None, sponsor=person.sponsor.name if person.sponsor else "")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        validation.answer(
            asked,
            same_employer=given["same_employer"],
            same_sponsor=given.get("same_sponsor"),
            changes={name: given[name] for name in validation.PROFILE_FIELDS},
        )
        messages.success(request, _("Your answer was stored."))
        return redirect("validation")
    return render(request, "membership/validation.html", {"asked": asked, "form": form, "person": person})


def for_contacts(view: View) -> View:
    """A page for active members who are point of contact of an organisation; to others it does not exist."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        theirs = list(departures.organisations_of_contact(person_of(request)))
        if not theirs or not viewer_of(request).is_member:
            raise Http404
        return view(request, theirs, *args, **kwargs)

    return guarded


def _chosen(organisations: list[Organisation], asked: str) -> Organisation:
    """The organisation that the address names, or the first."""
    if not asked:
        return organisations[0]
    found = next((row for row in organisations if str(row.pk) == asked), None)
    if found is None:
        raise Http404
    return found


@for_contacts
@require_safe
def organisation(request: HttpRequest, theirs: list[Organisation]) -> HttpResponse:
    """The people of one's organisation: name, and whether they are confirmed for this year. Nothing else."""
    chosen = _chosen(theirs, request.GET.get("of", ""))
    contact = person_of(request)
    waiting = validation.awaiting_contact(contact, [chosen.pk])
    places = departures.places_under(contact, chosen).order_by("person__name", "pk")
    listing = paginate(places, page=request.GET.get("page", ""))
    unconfirmed = set(waiting.values_list("person_id", flat=True))
    rows = [(place, _state(place.person, unconfirmed)) for place in listing.rows]
    context = {
        "organisation": chosen,
        "organisations": theirs,
        "waiting": waiting[:MOST_WAITING],
        "listing": listing,
        "rows": rows,
        "querystring": f"of={chosen.pk}",
    }
    return render(request, "membership/organisation.html", context)


def _state(person: Any, waiting: set[int]) -> str:
    if person.pk in waiting:
        return "waiting"
    return "confirmed" if person.validated_until and person.validated_until > timezone.now() else "lapsed"


@for_contacts
@require_POST
def confirm(request: HttpRequest, theirs: list[Organisation], pk: int) -> HttpResponse:
    """The organisation's word on one of its people."""
    contact = person_of(request)
    row = get_object_or_404(validation.awaiting_contact(contact, [org.pk for org in theirs]), pk=_key(pk))
    word = request.POST.get("verb")
    if word not in {"confirm", "deny"}:
        raise Http404
    validation.confirm(row, by=contact, is_confirmed=word == "confirm")
    messages.success(request, _("Your word on %(name)s was stored.") % {"name": row.person.name})
    return redirect(_back(request, theirs))


@for_contacts
@require_http_methods(FORM_METHODS)
def has_left(request: HttpRequest, theirs: list[Organisation], pk: int) -> HttpResponse:
    """Ask once more, then report that somebody has left."""
    contact = person_of(request)
    place = None
    for organisation in theirs:
        place = place or departures.places_under(contact, organisation).filter(pk=_key(pk)).first()
    if place is None:
        raise Http404
    if request.method == "POST":
        departures.report(place, by=contact)
        messages.success(request, _("%(name)s no longer reads anything for members.") % {"name": place.person.name})
        return redirect(f"{reverse('organisation')}?of={place.organisation_id}")
    return render(request, "membership/has_left.html", {"place": place})


def _key(pk: int) -> int:
    if pk > LARGEST_KEY:
        raise Http404
    return pk


def _back(request: HttpRequest, theirs: list[Organisation]) -> str:
    of = request.POST.get("of", "")
    is_theirs = any(str(row.pk) == of for row in theirs)
    return f"{reverse('organisation')}?of={of}" if is_theirs else reverse("organisation")
