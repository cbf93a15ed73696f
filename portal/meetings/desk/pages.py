"""Meetings on Desk: the list, a new one, and the sheet for the board of the principal office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.actions import tried
from portal.core.filters import ListFilter, any_of
from portal.core.listings import address_without, paginate
from portal.core.rows import get_row
from portal.meetings import law, notices, wording
from portal.meetings.actions import ORGANISERS, PrepareMeeting
from portal.meetings.desk.forms import FIRST, LAST, MeetingForm, agenda_of
from portal.meetings.enums import MeetingKind, State
from portal.meetings.models import Meeting, Notice, Series
from portal.meetings.notices import Judgement
from portal.members.models import Community
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.vocabulary import calendar

SAFE = ("GET", "HEAD")


class MeetingsFilter(ListFilter):
    """What the list is narrowed to."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        required=False,
        choices=[("", gettext_lazy("Drafts and what is to come")), ("past", gettext_lazy("Past"))],
    )
    committee = forms.ChoiceField(label=gettext_lazy("Committee"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=any_of(gettext_lazy("All kinds"), MeetingKind.choices)
    )
    series = forms.ChoiceField(label=gettext_lazy("Series"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        there = Community.objects.filter(pk__in=Meeting.objects.values("committee")).order_by("name")
        self.offer("committee", any_of(_("All committees"), list(there.values_list("slug", "name"))))
        series = [(str(key), title) for key, title in Series.objects.values_list("pk", "title")]
        self.offer("series", any_of(_("All"), series))

    def rows(self) -> Any:
        if self.is_off_the_list:
            return Meeting.objects.none()
        rows = Meeting.objects.past() if self.value("when") == "past" else ahead()
        chosen = {"committee__slug": "committee", "kind": "kind", "series": "series"}
        return rows.filter(**{field: self.value(name) for field, name in chosen.items() if self.value(name)})


@dataclass(frozen=True)
class Row:
    """One meeting of the list, with how its notice stands."""

    meeting: Meeting
    judgement: Judgement | None


@for_roles(*ORGANISERS)
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """Drafts and what is to come, the next one first; what was, on demand."""
    chosen, days = MeetingsFilter(request.GET), calendar.load()
    listing = paginate(
        chosen.rows().with_names().with_notices(),
        page=request.GET.get("page", ""),
        filter_form=chosen,
        active_filters=chosen.active(),
    )
    rows = [Row(row, judged(row, days)) for row in listing.rows]
    querystring = address_without(request.GET, "page").removeprefix("?")
    context: dict[str, Any] = {"listing": replace(listing, rows=rows), "querystring": querystring}
    context["is_past"] = chosen.value("when") == "past"
    return render(request, "desk/meetings/meetings.html", context)


def ahead() -> Any:
    """Drafts, and what has not ended."""
    later = Q(ends_at__gt=timezone.now()) | Q(starts_at__gt=timezone.now())
    return Meeting.objects.filter(Q(state=State.DRAFT) | later).order_by("starts_at", "pk")


def judged(row: Meeting, days: calendar.Calendar) -> Judgement | None:
    """How the notice of a meeting stands that is posted; none where the law asks for none."""
    if row.state != State.POSTED or not notices.is_under_law(row):
        return None
    return notices.standing(row.last_notice, days)


@for_roles(*ORGANISERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Begin a meeting."""
    data = None if request.method in SAFE else request.POST
    form, agenda = MeetingForm(data), agenda_of(None, data)
    if data is not None and form.is_valid() and agenda.is_valid():
        made = tried(form, PrepareMeeting(person_of(request), form.prepared(agenda.items())))
        if made is not None:
            messages.success(request, _("Kept as a draft. Nobody outside Desk sees it until its notice is posted."))
            return redirect("desk_meeting", pk=made.pk)
    context = {"form": form, "agenda": agenda, "earliest": earliest_now()}
    return render(request, "desk/meetings/add.html", context, status=200 if data is None else 422)


@for_roles(*ORGANISERS)
@require_http_methods(["GET", "HEAD", "POST"])
def earliest(request: HttpRequest) -> HttpResponse:
    """The earliest lawful start, and whether a typed time would do: shown while typing.

    A paragraph for the script that asks while somebody types; a page of its own for the button, which needs none.
    """
    is_asked_by_button = request.method == "POST"
    asked = request.POST if is_asked_by_button else request.GET
    starts_at = _typed(asked.get("starts_at", ""))
    facts: dict[str, Any] = {"earliest": earliest_now()}
    if starts_at is not None and asked.get("kind", MeetingKind.MEETING) == MeetingKind.MEETING:
        result = law.judge(posted_at=timezone.now(), starts_at=starts_at, calendar=calendar.load())
        facts |= {"is_lawful": result.is_lawful, "is_judged": True}
    page = "desk/meetings/earliest_page.html" if is_asked_by_button else "desk/meetings/earliest.html"
    return render(request, page, facts)


def _typed(text: str) -> datetime | None:
    """A moment as a browser's field gives it; none for anything else, or for a year in which nobody meets."""
    try:
        moment = parse_datetime(text)
        if moment is None:
            return None
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return aware if FIRST <= aware <= LAST else None
    except (ValueError, OverflowError):
        return None


def earliest_now() -> datetime:
    """When a meeting may begin whose notice is posted now."""
    return law.earliest_start(timezone.now(), calendar.load())


def get_meeting(pk: int) -> Meeting:
    """A meeting with its notices. Raises `Http404`."""
    found: Meeting = get_row(Meeting.objects.with_names().with_notices(), pk)
    return found


@for_roles(*ORGANISERS)
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The one-page sheet that is put up at the principal office: the last notice, word for word as it was posted."""
    row = get_meeting(pk)
    last: Notice | None = row.notices.order_by("number").last()
    if last is None:
        raise Http404
    facts = [(label, wording.lines(name, last.facts)) for name, label in wording.LABELS.items() if name != "title"]
    posted = notices.in_words(last.posted_at)  # in full: paper does not know what today is
    context = {"meeting": row, "notice": last, "facts": [pair for pair in facts if pair[1]], "posted": posted}
    return render(request, "desk/meetings/sheet.html", context)
