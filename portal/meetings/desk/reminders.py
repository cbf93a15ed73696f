"""What Desk tells people by name: items that are due, notices that no longer stand, meetings that changed.

Each row remembers for which day it was told of, so that a mail goes out once, however often `tick` runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from portal.core import outbox, tick
from portal.core.outbox import Letter
from portal.core.queues import Queue, source
from portal.meetings import notices
from portal.meetings.actions import ORGANISERS
from portal.meetings.enums import Coming, MeetingKind, NoticeKind, State
from portal.meetings.models import ActionItem, Answer, Meeting, Notice
from portal.meetings.notices import Standing
from portal.members.models import Person
from portal.members.viewers import viewer_for
from portal.vocabulary import calendar

SOON = timedelta(days=7)


@tick.step("meetings: action items")
def remind_owners(now: datetime) -> int:
    """Ask for the mails to owners: a week before the day, and once it has passed."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    today = timezone.localtime(now).date()
    soon = Q(due_on__gte=today, due_on__lte=today + SOON)
    return _remind("soon_told_for", soon) + _remind("overdue_told_for", Q(due_on__lt=today))


def _remind(mark: str, due: Q) -> int:
    untold = Q(**{mark: None}) | ~Q(**{mark: F("due_on")})
    rows = ActionItem.objects.open().exclude(owner=None).filter(due & untold)
    return sum(_tell(item, mark) for item in rows)


def _tell(item: ActionItem, mark: str) -> bool:
    """Mark an item as told and ask for the mail, unless another worker did at the same moment."""
    with transaction.atomic():
        before = Q(**{mark: getattr(item, mark)})
        if not ActionItem.objects.filter(before, pk=item.pk).update(**{mark: item.due_on}):
            return False
        outbox.put("action_due", f"{item.pk}:{item.owner_id}")
    return True


@outbox.kind("action_due", is_of_desk=True)
def action_due(about: str) -> Letter | None:
    """To an owner. The mail says no word of the item; nothing once it is done or somebody else's."""
    key, _colon, owner = about.partition(":")
    person = Person.objects.active().filter(pk=owner).first()
    item = ActionItem.objects.open().filter(pk=key, owner=person).select_related("meeting").first()
    if item is None or person is None or item.due_on is None:
        return None
    facts = {
        "name": person.name,
        "due_on": item.due_on,
        "is_overdue": item.is_overdue,
        "meeting": item.meeting,
        "path": _where(person, item),
    }
    return Letter(person.email, "action_due", facts)


def _where(person: Person, item: ActionItem) -> str:
    """Where its words stand for this person: on Desk for editors, on Front for others."""
    return reverse("desk_action_item", args=[item.pk]) if person.has_role(*ORGANISERS) else ""


@outbox.kind("meeting_changed", is_of_desk=True)
def meeting_changed(about: str) -> Letter | None:
    """To somebody who said that they come: it was called off, or its time or place changed.

    Nothing where a newer notice tells of more, where they cannot come after all, or may no longer know of it.
    """
    key, _colon, who = about.partition(":")
    notice = Notice.objects.select_related("meeting").filter(pk=key).first()
    person = Person.objects.active().filter(pk=who).first()
    if notice is None or person is None or not _still_comes(notice, person):
        return None
    facts = {
        "name": person.name,
        "meeting": notice.meeting,
        "is_off": notice.kind == NoticeKind.CANCELLATION,
        "when": notices.in_words(notice.starts_at),
    }
    return Letter(person.email, "meeting_changed", facts)


def _still_comes(notice: Notice, person: Person) -> bool:
    meeting = notice.meeting
    is_newest = not meeting.notices.filter(number__gt=notice.number).exists()
    comes = Answer.objects.filter(meeting=meeting, person=person).exclude(coming=Coming.NO).exists()
    return is_newest and comes and Meeting.objects.readable_by(viewer_for(person)).filter(pk=meeting.pk).exists()


@tick.step("meetings: notices that no longer stand")
def warn_of_late(now: datetime) -> int:
    """Tell the organiser once of each posted meeting that lies before its earliest lawful start, as that is now."""
    if settings.PORTAL_SITE_KIND != "desk":
        return 0
    days = calendar.load()
    return sum(_warn(row, notices.standing(row.last_notice, days)) for row in coming(now))


def coming(now: datetime) -> list[Meeting]:
    """Posted meetings under the law that have not begun."""
    rows = Meeting.objects.filter(state=State.POSTED, kind=MeetingKind.MEETING, starts_at__gt=now)
    return list(rows.with_notices())


def _warn(row: Meeting, judgement: notices.Judgement) -> bool:
    if judgement.standing is not Standing.LATE or row.late_told_for == judgement.earliest or row.organiser_id is None:
        return False
    with transaction.atomic():
        before = Meeting.objects.filter(pk=row.pk, late_told_for=row.late_told_for)
        if not before.update(late_told_for=judgement.earliest):
            return False
        outbox.put("meeting_late", str(row.pk))
    return True


@outbox.kind("meeting_late", is_of_desk=True)
def meeting_late(about: str) -> Letter | None:
    """To the organiser: what is wrong and what to do. Nothing once it stands, began or was called off."""
    row = Meeting.objects.with_notices().filter(pk=about, state=State.POSTED, starts_at__gt=timezone.now()).first()
    person = Person.objects.active().filter(pk=row.organiser_id).first() if row else None
    trouble = notices.trouble(row.last_notice, calendar.load()) if row else ""
    if row is None or person is None or not trouble:
        return None
    facts = {"name": person.name, "meeting": row, "trouble": trouble, "path": reverse("desk_meeting", args=[row.pk])}
    return Letter(person.email, "meeting_late", facts)


@source(order=57)
def waiting(person: Person) -> list[Queue]:
    """Meetings to come, and how many of them have a notice that does not count."""
    if not person.has_role(*ORGANISERS):
        return []
    rows, days = coming(timezone.now()), calendar.load()
    stands = (Standing.LAWFUL, Standing.SHORT)
    overdue = sum(notices.standing(row.last_notice, days).standing not in stands for row in rows)
    return [Queue(gettext_lazy("Meetings to come"), reverse("desk_meetings"), len(rows), overdue)]
