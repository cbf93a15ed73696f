"""What meetings asked a member to do, for that member alone, who closes it when it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.access.viewer import viewer_of
from portal.audit import Verb
from portal.core.actions import Action, tried
from portal.core.listings import paginate
from portal.core.rows import get_row
from portal.meetings.actions import one_line
from portal.meetings.forms import OutcomeForm
from portal.meetings.models import ActionItem, Meeting
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, NotYours
from portal.members.requests import person_of


@dataclass(frozen=True)
class CloseOwnAction(Action):
    """Say what became of an action item of one's own."""

    verb = Verb.ACTION_DONE

    item: ActionItem
    by: Person
    outcome: str = field(default="", repr=False)

    def check(self) -> None:
        self.check_who()
        if self.item.done_at is not None:
            raise NotNow(_("It was closed before. Nothing was changed."))
        if not one_line(self.outcome):
            raise Incomplete(_("Say what became of it. Nothing was changed."))

    def check_who(self) -> None:
        """Raises `NotYours` where somebody else closes it."""
        if self.item.owner_id != self.by.pk:
            raise NotYours(_("Somebody else was asked to do this meanwhile. Nothing was changed."))

    def perform(self) -> None:
        self.item.done_at, self.item.outcome = timezone.now(), one_line(self.outcome)
        self.item.save(update_fields=["done_at", "outcome"])


@require_safe
@never_cache
def own_items(request: HttpRequest) -> HttpResponse:
    """One's own action items: those that are open first. Of a meeting that one may not read, its safe title."""
    rows = ActionItem.objects.filter(owner=_member(request)).select_related("meeting")
    listing = paginate(rows, page=request.GET.get("page", ""))
    context = {"listing": listing, "readable": _readable(request, listing.rows)}
    return render(request, "meetings/own_items.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; while it is open, its owner says what became of it."""
    person = _member(request)
    item = get_row(ActionItem.objects.filter(owner=person).select_related("meeting"), pk)
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and tried(form, CloseOwnAction(item, person, form.cleaned_data["outcome"])):
        messages.success(request, _("Closed. The organiser of the meeting sees what became of it."))
        return redirect("own_action_items")
    context = {"item": item, "form": form, "readable": _readable(request, [item])}
    return render(request, "meetings/own_item.html", context, status=422 if form.errors else 200)


def _member(request: HttpRequest) -> Person:
    if not viewer_of(request).is_member:
        raise Http404
    return person_of(request)


def _readable(request: HttpRequest, items: Iterable[ActionItem]) -> set[int]:
    """Keys of the items' meetings that this viewer may read."""
    keys = [item.meeting_id for item in items]
    return set(Meeting.objects.readable_by(viewer_of(request)).filter(pk__in=keys).values_list("pk", flat=True))
