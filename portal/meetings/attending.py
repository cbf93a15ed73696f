"""Members' answers, what somebody needs to take part, and reminders.

Anybody can say what they need, without an account. It is sealed as it comes in; the meeting's organiser opens it on
Desk, and nobody else. Seven days after the meeting it is destroyed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal import audit
from portal.audit import Verb
from portal.core import outbox, tick
from portal.core.outbox import Letter
from portal.meetings import notices
from portal.meetings.enums import Coming, State
from portal.meetings.models import AccessNeed, Answer, Meeting
from portal.members.case_file import readable
from portal.members.models import Person
from portal.members.viewers import viewer_for
from portal.vault import records

WORDS = "words"
LONGEST = 1000  # characters
KEPT = timedelta(days=7)  # after the meeting
DAY = timedelta(days=1)
LOOKED_AHEAD = timedelta(hours=26)  # a day on which clocks go back has twenty-five


def is_open(meeting: Meeting, *, at: datetime | None = None) -> bool:
    """Whether somebody can still answer, or say what they need: until the meeting begins."""
    return meeting.state == State.POSTED and meeting.starts_at > (at or timezone.now())


def answer(meeting: Meeting, person: Person, coming: str) -> None:
    """Keep whether a member comes; the last answer counts."""
    with transaction.atomic():
        facts = {"coming": coming, "at": timezone.now()}
        Answer.objects.update_or_create(meeting=meeting, person=person, defaults=facts)
        audit.record(Verb.MEETING_ANSWER, meeting)


# --- what somebody needs -------------------------------------------------------------------------


def receive(meeting: Meeting, words: str) -> AccessNeed:
    """Seal and store what somebody needs. Works on Front: nothing there opens it again."""
    row = AccessNeed(meeting=meeting)
    row.words = records.new_key(row.record).seal(WORDS, words.encode())
    row.save(force_insert=True)
    return row


def opened(row: AccessNeed) -> str | None:
    """What was written, on Desk; None where it does not open."""
    try:
        return readable(records.open_sealed(row.record, WORDS, bytes(row.words)))
    except records.VaultProblem:
        return None


@tick.step("meetings: access needs destroyed")
def destroy_old_needs(now: datetime) -> int:
    """Destroy what was needed for meetings that ended a week ago: the key first, then the row."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    last = now - KEPT
    ended = Q(meeting__ends_at__lte=last) | Q(meeting__ends_at=None, meeting__starts_at__lte=last)
    rows = list(AccessNeed.objects.filter(ended))
    for row in rows:
        records.destroy(row.record, by="rule:access-needs")
        row.delete()
    return len(rows)


# --- reminders -----------------------------------------------------------------------------------


def reminded_from(starts_at: datetime) -> datetime:
    """The same hour on the day before, by the state's clock, also where the clocks change in between."""
    local = timezone.localtime(starts_at).replace(tzinfo=None)
    return timezone.make_aware(local - DAY).astimezone(UTC)


@tick.step("meetings: reminders")
def remind(now: datetime) -> int:
    """Remind those who come, a day before; whoever sets `reminded_at` puts the mails.

    A meeting that was put off after its reminder is reminded of again.
    """
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    rows = Meeting.objects.filter(state=State.POSTED, starts_at__gt=now, starts_at__lte=now + LOOKED_AHEAD)
    return sum(_remind(meeting, now) for meeting in rows)


def _remind(meeting: Meeting, now: datetime) -> int:
    since = reminded_from(meeting.starts_at)
    if now < since:
        return 0
    with transaction.atomic():
        not_yet = Q(reminded_at=None) | Q(reminded_at__lt=since)
        if not Meeting.objects.filter(not_yet, pk=meeting.pk).update(reminded_at=now):
            return 0
        coming = Answer.objects.filter(meeting=meeting).exclude(coming=Coming.NO)
        keys = list(coming.values_list("person_id", flat=True))
        for key in keys:
            outbox.put("meeting_reminder", f"{meeting.pk}:{key}")
        return len(keys)


@outbox.kind("meeting_reminder", is_of_desk=True)
def meeting_reminder(about: str) -> Letter | None:
    """To a member who comes. Nothing once it was called off, is over, or is no longer for them."""
    key, _colon, person_key = about.partition(":")
    meeting = Meeting.objects.filter(pk=key, state=State.POSTED, starts_at__gt=timezone.now()).first()
    person = Person.objects.active().filter(pk=person_key).first()
    if meeting is None or person is None:
        return None
    comes = Answer.objects.filter(meeting=meeting, person=person).exclude(coming=Coming.NO).exists()
    if not comes or not Meeting.objects.readable_by(viewer_for(person)).filter(pk=meeting.pk).exists():
        return None
    facts = {
        "name": person.name,
        "meeting": meeting,
        "when": notices.in_words(meeting.starts_at),
        "days": (timezone.localdate(meeting.starts_at) - timezone.localdate()).days,
        "is_told_in_full": meeting.label.may_leave_in_full,
    }
    return Letter(person.email, "meeting_reminder", facts)
