"""Action items on Desk: what meetings and exercises asked somebody to do, who does it and by when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import Action, tried
from portal.core.filters import ListFilter, any_of
from portal.core.listings import address_without, paginate
from portal.core.queues import Queue, source
from portal.core.rows import get_row
from portal.meetings.actions import ORGANISERS
from portal.meetings.desk.item_actions import ChangeAction, CloseAction
from portal.meetings.desk.minutes_forms import OwnerForm
from portal.meetings.forms import OutcomeForm
from portal.meetings.models import ActionItem
from portal.members.models import Community, Person
from portal.members.requests import person_of
from portal.members.roles import for_roles

STATES = [
    ("", gettext_lazy("Open")),
    ("overdue", gettext_lazy("Overdue")),
    ("closed", gettext_lazy("Closed")),
    ("all", gettext_lazy("All")),
]
KINDS = [("improvement", gettext_lazy("Improvements after exercises")), ("decision", gettext_lazy("From meetings"))]


class ItemsFilter(ListFilter):
    """What the list is narrowed to."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=STATES)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=any_of(gettext_lazy("All kinds"), KINDS)
    )
    committee = forms.ChoiceField(label=gettext_lazy("Committee"), required=False)
    owner = forms.ChoiceField(
        label=gettext_lazy("Who"),
        required=False,
        choices=any_of(gettext_lazy("Everybody"), [("me", gettext_lazy("Mine"))]),
    )

    def __init__(self, data: QueryDict, person: Person) -> None:
        super().__init__(data)
        self.person = person
        there = Community.objects.filter(pk__in=ActionItem.objects.values("meeting__committee")).order_by("name")
        self.offer("committee", any_of(_("All committees"), list(there.values_list("slug", "name"))))

    def rows(self) -> Any:
        rows = ActionItem.objects.select_related("meeting", "owner").order_by("done_at", "due_on", "pk")
        return rows.none() if self.is_off_the_list else self._narrow(self._of_state(rows))

    def _of_state(self, rows: Any) -> Any:
        state = self.value("state")
        if state == "closed":
            return rows.exclude(done_at=None).order_by("-done_at", "pk")
        return rows if state == "all" else rows.overdue() if state == "overdue" else rows.open()

    def _narrow(self, rows: Any) -> Any:
        if self.value("kind"):
            rows = rows.filter(is_improvement=self.value("kind") == "improvement")
        if self.value("committee"):
            rows = rows.filter(meeting__committee__slug=self.value("committee"))
        return rows.filter(owner=self.person) if self.value("owner") else rows


@for_roles(*ORGANISERS)
@require_safe
def action_items(request: HttpRequest) -> HttpResponse:
    """Those that are open, the first to be due on top, unless another state is chosen."""
    chosen = ItemsFilter(request.GET, person_of(request))
    listing = paginate(
        chosen.rows(), page=request.GET.get("page", ""), filter_form=chosen, active_filters=chosen.active()
    )
    context = {"listing": listing, "querystring": address_without(request.GET, "page").removeprefix("?")}
    return render(request, "desk/meetings/action_items.html", context)


@for_roles(*ORGANISERS)
@require_safe
def action_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, and what may be done with it."""
    return _page(request, _get(pk))


@for_roles(*ORGANISERS)
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Close it, or give it another owner or day."""
    row, person = _get(pk), person_of(request)
    form: Any = {"close": OutcomeForm, "change": OwnerForm}.get(verb)
    if form is None:
        raise Http404
    form = form(request.POST, auto_id=f"id_{verb}_%s")
    if form.is_valid():
        action: Action = (
            CloseAction(row, person, form.cleaned_data["outcome"])
            if verb == "close"
            else ChangeAction(row, person, **form.cleaned_data)
        )
        if tried(form, action):
            messages.success(request, _("Closed.") if verb == "close" else _("Changed."))
            return redirect("desk_action_items" if verb == "close" else "desk_action_item", *_key(verb, row))
    return _page(request, _get(pk), bad={f"{verb}_form": form})


def _key(verb: str, row: ActionItem) -> list[int]:
    return [] if verb == "close" else [row.pk]


def _get(pk: int) -> ActionItem:
    found: ActionItem = get_row(ActionItem.objects.select_related("meeting__committee", "owner"), pk)
    return found


def _page(request: HttpRequest, row: ActionItem, *, bad: dict[str, Any] | None = None) -> HttpResponse:
    who = {
        "owner": row.owner.email if row.owner else "",
        "owner_words": row.owner_words,
        "due_on": row.due_on,
    }
    context = {
        "item": row,
        "close_form": OutcomeForm(auto_id="id_close_%s"),
        "change_form": OwnerForm(initial=who, auto_id="id_change_%s"),
        "opened": next(iter(bad), "") if bad else "",
    }
    return render(request, "desk/meetings/action_item.html", {**context, **(bad or {})}, status=422 if bad else 200)


@source(order=58)
def waiting(person: Any) -> list[Queue]:
    """What of action items waits for editors."""
    if not person.has_role(*ORGANISERS):
        return []
    label, overdue = gettext_lazy("Action items of meetings"), ActionItem.objects.overdue().count()
    return [Queue(label, reverse("desk_action_items"), ActionItem.objects.open().count(), overdue)]
