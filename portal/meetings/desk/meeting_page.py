"""One meeting on Desk, and the steps that it takes: change, post, put up, amend, repeat, call off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core.actions import Action, ActionRefused, tried
from portal.meetings import notices
from portal.meetings.actions import (
    ORGANISERS,
    AmendNotice,
    CancelMeeting,
    DiscardDraft,
    PostNotice,
    PrepareMeeting,
    RecordSheet,
    TakeOver,
)
from portal.meetings.desk.forms import (
    CancelForm,
    GroundsForm,
    MeetingForm,
    PostForm,
    RepeatForm,
    SheetForm,
    agenda_of,
)
from portal.meetings.desk.pages import earliest_now, get_meeting, judged
from portal.meetings.desk.repeating import RepeatMeeting, Rhythm
from portal.meetings.enums import Coming, MeetingKind, State
from portal.meetings.models import Meeting
from portal.meetings.views import posted
from portal.members.requests import person_of
from portal.members.roles import for_roles
from portal.vocabulary import calendar


@for_roles(*ORGANISERS)
@require_safe
@never_cache
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting and what may be done with it."""
    return _page(request, get_meeting(pk))


@for_roles(*ORGANISERS)
@require_POST
@never_cache
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One step of a meeting."""
    if verb not in STEPS:
        raise Http404
    return STEPS[verb](request, get_meeting(pk))


def _edit(request: HttpRequest, row: Meeting) -> HttpResponse:
    form, agenda = MeetingForm(request.POST, instance=get_meeting(row.pk)), agenda_of(None, request.POST)
    grounds = GroundsForm(request.POST, auto_id="id_edit_%s")
    if all([form.is_valid(), agenda.is_valid(), grounds.is_valid()]):
        action = _change(request, row, form=form, agenda=agenda, grounds=grounds)
        if tried(form, action) is not None:
            messages.success(request, _("Kept.") if row.state == State.DRAFT else _("The amendment is posted."))
            return redirect("desk_meeting", pk=row.pk)
    fresh = get_meeting(row.pk)
    if _was_first(form, fresh):
        form.data = _seen_anew(form.data, fresh)
        form.add_error(None, _("What stands now is shown above. Yours is still in this form: send it again to add it."))
    return _page(request, fresh, bad={"edit_form": form, "agenda": agenda, "edit_grounds": grounds})


def _change(request: HttpRequest, row: Meeting, *, form: MeetingForm, agenda: Any, grounds: GroundsForm) -> Action:
    """What a changed form asks for: of a draft its new words, of what is posted an amendment."""
    prepared, person = form.prepared(agenda.items()), person_of(request)
    if row.state == State.DRAFT:
        return PrepareMeeting(person, prepared, get_meeting(row.pk), seen=form.cleaned_data["revision"])
    words, seen = grounds.cleaned_data["grounds"], form.cleaned_data["seen"] or 0
    return AmendNotice(row, person, words, prepared=prepared, seen=seen)


def _was_first(form: MeetingForm, fresh: Meeting) -> bool:
    """Whether somebody else changed the meeting since the form was shown."""
    said = getattr(form, "cleaned_data", {})
    is_draft = fresh.state == State.DRAFT
    known, now = (said.get("revision"), fresh.revision) if is_draft else (said.get("seen"), fresh.notices.count())
    return known is not None and known != now


def _seen_anew(data: Any, fresh: Meeting) -> QueryDict:
    """What was typed, over what stands now: who has seen the refusal may send it again."""
    typed: QueryDict = data.copy()
    typed["seen"], typed["revision"] = str(fresh.notices.count()), str(fresh.revision)
    return typed


def _post(request: HttpRequest, row: Meeting) -> HttpResponse:
    form = PostForm(request.POST.dict(), auto_id="id_post_%s")
    if form.is_valid():
        said = form.cleaned_data
        if tried(form, PostNotice(row, person_of(request), said["grounds"], seen=said["seen"])) is not None:
            messages.success(request, _("Posted. Now put the sheet up at the principal office, and say so below."))
            return redirect("desk_meeting", pk=row.pk)
        form.data = {**form.data, "seen": str(get_meeting(row.pk).revision)}
    return _page(request, get_meeting(row.pk), bad={"post_form": form})


def _sheet(request: HttpRequest, row: Meeting) -> HttpResponse:
    form, last = SheetForm(request.POST, auto_id="id_sheet_%s"), row.notices.order_by("number").last()
    if last is None:
        raise Http404
    if form.is_valid() and tried(form, RecordSheet(last, person_of(request), **form.cleaned_data)) is not None:
        messages.success(request, _("Recorded."))
        return redirect("desk_meeting", pk=row.pk)
    return _page(request, get_meeting(row.pk), bad={"sheet_form": form})


def _cancel(request: HttpRequest, row: Meeting) -> HttpResponse:
    form = CancelForm(request.POST, auto_id="id_cancel_%s")
    if form.is_valid() and tried(form, CancelMeeting(row, person_of(request))) is not None:
        messages.success(request, _("Called off. Everybody who had the notice is told; its notices stay."))
        return redirect("desk_meeting", pk=row.pk)
    return _page(request, get_meeting(row.pk), bad={"cancel_form": form})


def _repeat(request: HttpRequest, row: Meeting) -> HttpResponse:
    form = RepeatForm(request.POST, auto_id="id_repeat_%s")
    if form.is_valid():
        said = form.cleaned_data
        action = RepeatMeeting(row, person_of(request), rhythm=Rhythm(said["rhythm"]), count=said["count"])
        made = tried(form, action)
        if made is not None:
            messages.success(request, _made(0 if made is True else len(made)))
            return redirect("desk_meeting", pk=row.pk)
    return _page(request, get_meeting(row.pk), bad={"repeat_form": form})


def _made(count: int) -> str:
    if not count:
        return _("All of them were there already. Nothing was made.")
    words = ngettext("%(count)d draft was made.", "%(count)d drafts were made.", count) % {"count": count}
    return f"{words} {_('Each is posted by a notice of its own.')}"


def _discard(request: HttpRequest, row: Meeting) -> HttpResponse:
    return _plainly(request, DiscardDraft(row, person_of(request)), _("The draft was discarded."), "desk_meetings")


def _take_over(request: HttpRequest, row: Meeting) -> HttpResponse:
    words = _("You organise it now. What people need to take part opens to you alone.")
    return _plainly(request, TakeOver(row, person_of(request)), words, "desk_meeting", row.pk)


def _plainly(request: HttpRequest, action: Action, words: str, *target: Any) -> HttpResponse:
    """A step without a form of its own: done, or said why not."""
    try:
        action.execute()
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk_meetings")
    messages.success(request, words)
    return redirect(target[0], *target[1:])


STEPS = {
    "edit": _edit,
    "post": _post,
    "put-up": _sheet,
    "cancel": _cancel,
    "repeat": _repeat,
    "discard": _discard,
    "take-over": _take_over,
}


def _page(request: HttpRequest, row: Meeting, *, bad: dict[str, Any] | None = None) -> HttpResponse:
    """The page of a meeting, with a form that was refused as it was typed."""
    context = {
        **_facts(request, row),
        "edit_form": MeetingForm(instance=row, initial={"seen": row.notices.count(), "revision": row.revision}),
        "agenda": agenda_of(row),
        "edit_grounds": GroundsForm(auto_id="id_edit_%s"),
        "post_form": PostForm(auto_id="id_post_%s", initial={"seen": row.revision}),
        "sheet_form": SheetForm(auto_id="id_sheet_%s"),
        "cancel_form": CancelForm(auto_id="id_cancel_%s"),
        "repeat_form": RepeatForm(auto_id="id_repeat_%s"),
        "opened": next(iter(bad), "") if bad else "",
    }
    return render(request, "desk/meetings/meeting.html", {**context, **(bad or {})}, status=422 if bad else 200)


def _facts(request: HttpRequest, row: Meeting) -> dict[str, Any]:
    days = calendar.load()
    judgement, earliest = judged(row, days), earliest_now()
    return {
        "meeting": row,
        "items": list(row.agenda.all()),
        "exceptions": list(row.exceptions.all()),
        "missing": notices.what_is_missing(row, list(row.agenda.all())) if row.state == State.DRAFT else [],
        "judgement": judgement,
        "trouble": notices.trouble(row.last_notice, days) if judgement else "",
        "is_too_late_now": row.starts_at < earliest,
        "is_closed_day": not days.is_business_day(timezone.localdate(row.starts_at)),
        "is_under_law": notices.is_under_law(row),
        "is_exercise": row.kind != MeetingKind.MEETING,
        "is_organiser": row.organiser_id == person_of(request).pk,
        "needs": row.access_needs.count(),
        "earliest": earliest,
        "posted": posted(row),
        "answers": _answers(row),
    }


def _answers(row: Meeting) -> list[tuple[str, int]]:
    found = dict(row.answers.order_by().values_list("coming").annotate(count=Count("pk")))
    return [(str(label), found.get(value, 0)) for value, label in Coming.choices]
