"""Notices of meetings as news: members are told when the public is, of each notice and of each amendment.

A notice of twenty-four hours cannot wait for a weekly mail, so a meeting names its committee, whose members are told at
once unless they chose otherwise. A meeting of a sector's community names the sector as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _, gettext_lazy

from portal.delivery import sources
from portal.delivery.sources import Released, Source, Topics
from portal.meetings import notices
from portal.meetings.enums import Coming, MeetingKind, NoticeKind, State
from portal.meetings.finding import safe_title
from portal.meetings.models import Meeting, Notice

KINDS = {
    MeetingKind.MEETING.value: gettext_lazy("Notices of meetings"),
    MeetingKind.TRAINING.value: gettext_lazy("Trainings"),
    MeetingKind.EXERCISE.value: gettext_lazy("Exercises"),
}


def posted(after: datetime, until: datetime) -> Iterator[Released]:
    """Each notice, from when it could be read; the last one of a meeting takes the place of those before it."""
    window = Q(posted_at__gt=after) | Q(meeting__visible_from__gt=after)
    rows = Notice.objects.filter(window, posted_at__lte=until).exclude(meeting__state=State.DRAFT).order_by("pk")
    for key, number, at, visible in rows.values_list("meeting", "number", "posted_at", "meeting__visible_from"):
        yield Released(key, str(number), max(filter(None, (at, visible))))


def topics_of(meeting: Meeting) -> Topics:
    sector = meeting.committee.sector_id
    return Topics(
        kind=meeting.kind,
        sectors=frozenset({sector} if sector else ()),
        committees=frozenset({meeting.committee_id}),
    )


def title_of(meeting: Meeting) -> str:
    """What was posted last, and of what."""
    said = {
        NoticeKind.CANCELLATION.value: _("Called off: %(title)s"),
        NoticeKind.AMENDMENT.value: _("Amended: %(title)s"),
    }
    words = said.get(meeting.last_notice.kind, "%(title)s")
    return words % {"title": meeting.title}


def summary_of(meeting: Meeting) -> str:
    return f"{meeting.committee}, {notices.in_words(meeting.starts_at)}, {meeting.place}"


def told_by_name(meeting: Meeting) -> frozenset[int]:
    """Those who said that they come, where the last notice called it off or changed its time or place (`actions`)."""
    last = meeting.last_notice
    if last.kind == NoticeKind.NOTICE or last.time_from_id is not None:
        return frozenset()
    return frozenset(meeting.answers.exclude(coming=Coming.NO).values_list("person_id", flat=True))


sources.register(
    Source(
        name="meeting",
        model=Meeting,
        words=gettext_lazy("Meetings"),
        kinds=KINDS,
        released=posted,
        topics=topics_of,
        version=lambda meeting: str(meeting.last_notice.number),
        title=title_of,
        summary=summary_of,
        safe_title=safe_title,
        told_by_name=told_by_name,
        permalink=Meeting.get_absolute_url,  # a random identifier, no words
        prefetch=("notices", "committee"),
    )
)
