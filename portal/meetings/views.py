"""The page of one meeting, its posted notices word for word, and a member's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.documents import get_document_model

from portal import audit
from portal.access.querysets import get_readable_or_404
from portal.access.viewer import Viewer, viewer_of
from portal.audit import Verb
from portal.meetings import attending, calendar_files, exercises, notices, wording
from portal.meetings.enums import Openness, Presence, State
from portal.meetings.forms import AnswerForm, NeedForm
from portal.meetings.minutes.rules import Counted, counted
from portal.meetings.models import AgendaItem, Answer, Attendance, Meeting, Minutes, Notice, Vote
from portal.meetings.notices import Standing
from portal.members import tallies
from portal.members.limits import may_ask
from portal.members.requests import person_of
from portal.vocabulary import calendar

NEEDS_PER_HOUR = 10  # from one network


@dataclass(frozen=True)
class Posted:
    """One notice on the page of its meeting: what it changed, against the one before."""

    notice: Notice
    changes: list[wording.Change]


def _get(request: HttpRequest, identifier: UUID) -> Meeting:
    rows = Meeting.objects.exclude(state=State.DRAFT).with_names().with_notices()
    found: Meeting = get_readable_or_404(rows, viewer_of(request), uuid=identifier)
    return found


@require_safe
def meeting(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """One meeting, as its last notice says it."""
    row = _get(request, identifier)
    tallies.count_read(request, row)
    return _page(request, row)


def _page(
    request: HttpRequest,
    row: Meeting,
    *,
    form: AnswerForm | None = None,
    need: NeedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer, last = viewer_of(request), row.last_notice
    judged = notices.standing(last, calendar.load()) if notices.is_under_law(row) else None
    context = {
        "meeting": row,
        "page_label": row.label,
        "notice": last,
        "posted": posted(row),
        "agenda": agenda_for(row, viewer),
        "exceptions": list(row.exceptions.all()),
        "is_put_up": judged is None or judged.standing is not Standing.NO_SHEET,
        "sheet": getattr(last, "sheet", None),
        "is_over": row.starts_at <= timezone.now(),
        "form": form or _form_of(row, viewer),
        "need_form": need or (NeedForm(auto_id="id_need_%s") if attending.is_open(row) else None),
        "minutes": minutes_of(row),
        "exercise": exercises.shown_of(row, viewer),
    }
    return render(request, "meetings/meeting.html", context, status=status)


@dataclass(frozen=True)
class Published:
    """Minutes as they are published: without the closed part, and without votes on what was in it."""

    minutes: Minutes
    there: list[Attendance]
    absent: list[Attendance]
    votes: list[Vote]
    quorum: Counted


def minutes_of(row: Meeting) -> Published | None:
    """The published minutes of a meeting, in a fixed number of queries."""
    minutes = Minutes.objects.published().filter(meeting=row).first()
    return as_published(row, minutes) if minutes else None


def as_published(row: Meeting, minutes: Minutes) -> Published:
    """Minutes as they are, or will be, published."""
    rows = list(row.attendance.all())
    votes = row.votes.select_related("closes_for").prefetch_related("ballots")
    absent = [one for one in rows if one.presence == Presence.ABSENT]
    there = [one for one in rows if one not in absent]
    return Published(minutes, there, absent, list(votes), counted(rows, needed=row.quorum))


def posted(row: Meeting) -> list[Posted]:
    """Every notice of a meeting, the newest first, each with what it changed."""
    rows = list(row.notices.all())
    before: list[Notice | None] = [None, *rows]
    pairs = [
        (one, wording.changes(old.facts, one.facts) if old else []) for old, one in zip(before, rows, strict=False)
    ]
    return [Posted(one, changed) for one, changed in reversed(pairs)]


def agenda_for(row: Meeting, viewer: Viewer) -> list[tuple[AgendaItem, list[Any]]]:
    """The agenda, and of its documents those that this viewer may read: a link tells nobody that there is another.

    Documents of a closed part stand beside it for nobody; who may read them finds them in the library.
    """
    items = list(row.agenda.prefetch_related("documents"))
    is_open = row.openness != Openness.CLOSED
    listed = {item.pk: list(item.documents.all()) if is_open and not item.is_closed else [] for item in items}
    rows: Any = get_document_model().objects
    keys = {document.pk for documents in listed.values() for document in documents}
    shown = {one.pk: one for one in rows.readable_by(viewer).filter(pk__in=keys, in_library=True)}
    return [(item, [shown[one.pk] for one in listed[item.pk] if one.pk in shown]) for item in items]


def _form_of(row: Meeting, viewer: Viewer) -> AnswerForm | None:
    """The answer form, for members and what is still to come."""
    if not viewer.is_member or not attending.is_open(row):
        return None
    own = Answer.objects.filter(meeting=row, person=viewer.person).first()
    return AnswerForm(initial={"coming": own.coming} if own else None)


@require_POST
@never_cache
def answer(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """A member says whether they come. The last answer counts."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("meeting", args=[identifier]))
    row, viewer = _get(request, identifier), viewer_of(request)
    if not viewer.is_member:
        raise Http404
    if not attending.is_open(row):
        messages.error(request, _("It has begun or was called off. Your answer was not kept."))
        return redirect(row.get_absolute_url())
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    attending.answer(row, person_of(request), form.cleaned_data["coming"])
    messages.success(request, _("Your answer is with the organiser. You can change it until the meeting begins."))
    return redirect(row.get_absolute_url())


@require_POST
@never_cache
def need(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Somebody says what they need to take part; nobody has to sign in for it."""
    row, form = _get(request, identifier), NeedForm(request.POST, auto_id="id_need_%s")
    if not attending.is_open(row):
        said = _("It has begun or was called off. What you wrote was not kept; call the office named below.")
        messages.error(request, said)
        return redirect(row.get_absolute_url())
    if form.is_valid() and not may_ask(request, "meeting_need", per_hour=NEEDS_PER_HOUR, per="ip"):
        form.add_error(None, _("Too many came from your network. Yours was not sent; call the office named above."))
    if not form.is_valid():
        return _page(request, row, need=form, status=422)
    attending.receive(row, form.cleaned_data["words"])
    audit.record(Verb.MEETING_NEED, row)
    messages.success(request, _("Sealed and sent to the organiser of this meeting."))
    return redirect(row.get_absolute_url())


@require_safe
def notice(request: HttpRequest, identifier: UUID, number: int) -> HttpResponse:
    """One posted notice word for word, at its permanent address."""
    row = _get(request, identifier)
    found = next((one for one in posted(row) if one.notice.number == number), None)
    if found is None:
        raise Http404
    facts = [(label, wording.lines(name, found.notice.facts)) for name, label in wording.LABELS.items()]
    tallies.count_read(request, row)
    context = {
        "meeting": row,
        "page_label": row.label,
        "posted": found,
        "posted_at": notices.in_words(found.notice.posted_at),
        "facts": [pair for pair in facts if pair[1]],
    }
    return render(request, "meetings/notice.html", context)


@require_safe
def calendar_file(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """One meeting for one's own calendar."""
    row = _get(request, identifier)
    tallies.count_read(request, row)
    response = HttpResponse(
        calendar_files.calendar_of([row], name=row.leakable_title), content_type=calendar_files.TYPE
    )
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
