"""The queue of protected submissions: where each stands and what runs out, without opening any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.db.models import DateField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.core import queues
from portal.core.listings import ActiveFilter, address_without, paginate
from portal.core.queues import Place
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.reporting.models import Holding, LegalHold, RecordsRequest
from portal.reporting.protected import clocks, deadlines, intake, people, states
from portal.reporting.protected.enums import Stage
from portal.vault import records

TAKEN_IN_BY_A_PAGE = 25  # the desk-worker takes in the rest
ALL = "all"
PAST, LATE, REQUESTED, MINE, DISPOSE = "past", "late", "requested", "mine", "dispose"


@dataclass(frozen=True)
class Row:
    """One submission in the list: dates and codes alone."""

    kept: Any
    today: date
    now: datetime

    @property
    def days_left(self) -> int:
        return (clocks.review_due(self.kept.dates) - self.today).days

    @property
    def review_due(self) -> date:
        return clocks.review_due(self.kept.dates)

    @property
    def is_review_open(self) -> bool:
        return clocks.is_review_open(self.kept.dates)

    @property
    def is_past(self) -> bool:
        return clocks.is_escalated(self.kept.dates, self.today)

    @property
    def warned_day(self) -> int:
        """60, 75 or 85: how near the last day is, counted as before day 90; 0 while it is far."""
        due = clocks.warnings_due(self.kept.dates, self.today)
        return clocks.WARNINGS[due - 1] if due and not self.is_past else 0

    @property
    def is_determination_open(self) -> bool:
        return clocks.is_determination_open(self.kept.dates)

    @property
    def is_late(self) -> bool:
        return self.is_determination_open and self.kept.determination_due_at <= self.now


class QueueFilter(forms.Form):
    """Which submissions the queue shows; without any filter those that have not ended."""

    stage = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Open ones")), (ALL, _("Returned and destroyed as well")), *Stage.choices],
    )
    waits = forms.ChoiceField(
        label=_("Waits for"),
        required=False,
        choices=[
            ("", _("Anything")),
            (PAST, _("a decision that is past its last day")),
            (LATE, _("a determination that is overdue")),
            (REQUESTED, _("a records request")),
            (DISPOSE, _("two people to return or destroy it")),
            (MINE, _("me: I answer for it")),
        ],
    )

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        self.query = query

    def holdings(self, person: Any) -> Any:
        """What fits. A value that is none, typed into the address, finds nothing rather than everything."""
        if not self.is_valid():
            return Holding.objects.none()
        stage, waits = self.cleaned_data["stage"], self.cleaned_data["waits"]
        rows = Holding.objects.of_others(person)
        if stage != ALL:
            rows = rows.filter(stage=stage) if stage else rows.open()
        now = timezone.now()
        wanted = {
            PAST: Q(pk__in=deadlines.past_last_day(now).values("pk")),
            LATE: Q(pk__in=deadlines.overdue_determinations(now).values("pk")),
            REQUESTED: Q(requests__in=RecordsRequest.objects.filter(answered_at=None)),
            DISPOSE: Q(stage__in=states.DECIDED),
            MINE: Q(responsible=person) | Q(deputy=person),
        }
        return rows.filter(wanted.get(waits, Q())).distinct()

    def active(self) -> list[ActiveFilter]:
        given = self.cleaned_data if self.is_valid() else {}
        return [
            ActiveFilter(self._in_words(name, value), address_without(self.query, name))
            for name, value in given.items()
            if value
        ]

    def _in_words(self, name: str, value: str) -> str:
        field: Any = self.fields[name]
        return f"{field.label}: {dict(field.choices).get(value, value)}"


@for_roles(*people.WATCHERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The submissions that fit the filters, fifty a page, in a fixed number of queries."""
    _take_in(request)
    search = QueueFilter(request.GET)
    rows = in_order(search.holdings(person_of(request)))
    listing = paginate(rows, page=request.GET.get("page", ""), filter_form=search, active_filters=search.active())
    now = timezone.now()
    context = {
        "listing": listing,
        "rows": [Row(kept, timezone.localdate(now), now) for kept in listing.rows],
        "may_open": person_of(request).has_role(*people.READERS),
        "querystring": address_without(request.GET, "page").removeprefix("?"),
    }
    return render(request, "desk/protected/queue.html", context)


def in_order(rows: Any) -> Any:
    """What is past its last day first, then overdue determinations, then by the day of the review."""
    now = timezone.now()
    by_law = ExpressionWrapper(F("submitted_on") + timedelta(days=clocks.REVIEW_DAYS), output_field=DateField())
    rank = models.Case(
        When(pk__in=deadlines.past_last_day(now).values("pk"), then=Value(0)),
        When(pk__in=deadlines.overdue_determinations(now).values("pk"), then=Value(1)),
        When(stage__in=states.ENDED, then=Value(3)),
        default=Value(2),
        output_field=IntegerField(),
    )
    held = LegalHold.objects.filter(report=OuterRef("pk"), lifted_at=None)
    asked = RecordsRequest.objects.filter(holdings=OuterRef("pk"), answered_at=None)
    counted = rows.annotate(
        rank=rank, review_on=Coalesce("again_on", by_law), has_hold=Exists(held), has_request=Exists(asked)
    )
    related = ("report__organisation", "sector", "county", "responsible")
    return counted.select_related(*related).order_by("rank", "review_on", "pk")


def _take_in(request: HttpRequest) -> None:
    try:
        intake.take_in_new(most=TAKEN_IN_BY_A_PAGE)
    except records.VaultProblem:
        messages.error(
            request,
            _("New submissions cannot be taken in: the desk's keys do not open. Nothing is lost; tell who runs it."),
        )


@queues.source(order=9)
def waiting(person: Any) -> list[queues.Queue]:
    """What of the submissions waits. What is past its last day stands first, until somebody has decided."""
    if not person.has_role(*people.WATCHERS):
        return []
    others, now, address = Holding.objects.of_others(person), timezone.now(), reverse("desk_protected")
    past = others.filter(pk__in=deadlines.past_last_day(now).values("pk")).count()
    late = others.filter(pk__in=deadlines.overdue_determinations(now).values("pk")).count()
    found = [queues.Queue(_("Protected submissions"), address, others.open().count(), late)]
    if past:
        label = _("Past the last day of their review: nobody has decided")
        found.insert(0, queues.Queue(label, f"{address}?waits={PAST}", past, past))
    return [*found, *_second_looks(person, others)]


def _second_looks(person: Any, others: Any) -> list[queues.Queue]:
    found = []
    if person.has_role(*people.CUSTODIANS):
        pending = RecordsRequest.objects.filter(answered_at=None)
        late = pending.filter(due_at__lte=timezone.now()).count()
        found.append(queues.Queue(_("Records requests"), reverse("desk_requests"), pending.count(), late))
    return [queue for queue in found if queue.count]


PLACES = (
    (_("Protected submissions"), "desk_protected", people.WATCHERS),
    (_("Records requests"), "desk_requests", people.CUSTODIANS),
    (_("Clocks kept and missed"), "desk_protected_clocks", people.WATCHERS),
)


@queues.place_source(order=12)
def places(person: Any) -> list[Place]:
    return [Place(label, reverse(route)) for label, route, roles in PLACES if person.has_role(*roles)]
