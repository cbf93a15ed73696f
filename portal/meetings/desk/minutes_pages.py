"""Minutes on Desk: one page for one meeting, with what is still missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import Action, ActionRefused
from portal.core.rows import get_row
from portal.meetings.actions import ORGANISERS
from portal.meetings.desk.item_actions import AssignAction
from portal.meetings.desk.minutes_forms import ApproveForm, AttendanceForm, TaskForm, VoteForm, WordsForm
from portal.meetings.enums import MinutesState, Openness
from portal.meetings.minutes import rules
from portal.meetings.minutes.actions import (
    ApproveMinutes,
    BeginMinutes,
    NoteAttendance,
    NoteVote,
    PublishMinutes,
    WriteMinutes,
    open_closed,
)
from portal.meetings.models import ActionItem, Attendance, Meeting, Minutes
from portal.meetings.views import as_published
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.vault.records import VaultProblem

Bad = dict[str, Any]


@for_roles(*ORGANISERS)
@require_safe
@never_cache
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of one meeting, or the way to begin them."""
    return _page(request, _get(pk), opens_closed=request.GET.get("closed") is not None)


@for_roles(*ORGANISERS)
@require_POST
@never_cache
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step of the minutes."""
    step = STEPS.get(verb)
    if step is None:
        raise Http404
    meeting = _get(pk)
    bad = step(request, meeting, _minutes_of(meeting))
    return _page(request, _get(pk), bad=bad) if bad else redirect("desk_minutes", pk=pk)


def _get(pk: int) -> Meeting:
    told = Prefetch("attendance", Attendance.objects.select_related("term"))
    tasks = Prefetch("action_items", ActionItem.objects.select_related("owner"))
    rows = Meeting.objects.with_names().with_notices().prefetch_related("votes__ballots", told, tasks)
    found: Meeting = get_row(rows, pk)
    return found


def _minutes_of(meeting: Meeting) -> Minutes | None:
    found: Minutes | None = Minutes.objects.filter(meeting=meeting).first()
    return found


def _done(form: Any, name: str, action: Action, request: HttpRequest, words: str) -> Bad:
    """Do it; a refusal is said on the form. Empty when it was done."""
    try:
        action.execute()
    except ActionRefused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return {}
        form.add_error(None, str(refusal))
        return {name: form}
    messages.success(request, words)
    return {}


def _insist(row: Minutes | None) -> Minutes:
    if row is None:
        raise Http404
    return row


def _begin(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    return _done(None, "", BeginMinutes(meeting, person_of(request)), request, _("Begun."))


def _write(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    form = WordsForm(request.POST, auto_id="id_words_%s")
    if not form.is_valid():
        return {"words_form": form}
    action = WriteMinutes(_insist(row), person_of(request), **form.cleaned_data)
    return _done(form, "words_form", action, request, _("Kept."))


def _attendance(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    form = AttendanceForm(request.POST, meeting=meeting, auto_id="id_there_%s")
    if not form.is_valid():
        return {"attendance_form": form}
    for one in form.noted():
        action = NoteAttendance(_insist(row), person_of(request), one.name, one.office, one.presence, one.is_entitled)
        if bad := _done(form, "attendance_form", action, request, _("Noted: %(name)s.") % {"name": one.name}):
            return bad
    return {}


def _vote(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    form = VoteForm(request.POST, meeting=meeting, auto_id="id_vote_%s")
    if not form.is_valid():
        return {"vote_form": form}
    action = NoteVote(_insist(row), person_of(request), **form.given())
    return _done(form, "vote_form", action, request, _("The vote was noted."))


def _approve(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    form = ApproveForm(request.POST, minutes=_insist(row), auto_id="id_approve_%s")
    if not form.is_valid():
        return {"approve_form": form}
    action = ApproveMinutes(_insist(row), person_of(request), form.cleaned_data["at_meeting"])
    return _done(form, "approve_form", action, request, _("Approved."))


def _publish(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    return _done(None, "", PublishMinutes(_insist(row), person_of(request)), request, _("Published."))


def _task(request: HttpRequest, meeting: Meeting, row: Minutes | None) -> Bad:
    form = TaskForm(request.POST, auto_id="id_task_%s")
    if not form.is_valid():
        return {"task_form": form}
    action = AssignAction(meeting, person_of(request), **form.cleaned_data)
    return _done(form, "task_form", action, request, _("Put down."))


STEPS: dict[str, Callable[[HttpRequest, Meeting, Minutes | None], Bad]] = {
    "begin": _begin,
    "write": _write,
    "attendance": _attendance,
    "vote": _vote,
    "approve": _approve,
    "publish": _publish,
    "task": _task,
}


def _page(
    request: HttpRequest, meeting: Meeting, *, bad: Bad | None = None, opens_closed: bool = False
) -> HttpResponse:
    """The page of the minutes, with a form that was refused as it was typed."""
    row = _minutes_of(meeting)
    context: dict[str, Any] = {
        "meeting": meeting,
        "minutes": row,
        "may_begin": rules.may_begin(meeting),
        "grounds": meeting.grounds,
        "opened": next(iter(bad), "") if bad else "",
    }
    if row is not None:
        context |= _forms(meeting, row) | {"closed_part": _closed_part(row) if opens_closed else ""}
    return render(request, "desk/meetings/minutes.html", {**context, **(bad or {})}, status=422 if bad else 200)


def _forms(meeting: Meeting, row: Minutes) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("began_at", "ended_at", "words", "closed_until")}
    return {
        "is_draft": row.state == MinutesState.DRAFT,
        "missing": rules.what_is_missing(row),
        "quorum": rules.quorum(meeting),
        "published": as_published(meeting, row),
        "words_form": WordsForm.shown(
            has_closed_part=meeting.openness != Openness.OPEN, initial=said, auto_id="id_words_%s"
        ),
        "attendance_form": AttendanceForm(meeting=meeting, auto_id="id_there_%s"),
        "vote_form": VoteForm(meeting=meeting, auto_id="id_vote_%s"),
        "approve_form": ApproveForm(minutes=row, auto_id="id_approve_%s"),
        "task_form": TaskForm(auto_id="id_task_%s"),
    }


def _closed_part(row: Minutes) -> str:
    try:
        return open_closed(row)
    except VaultProblem:
        return str(_("The closed part cannot be opened now: the desk’s keys are away."))
