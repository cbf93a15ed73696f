"""What of meetings is found by search: those whose notice is posted."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from portal.meetings.enums import MeetingKind, State
from portal.meetings.models import Meeting
from search import registry
from search.registry import Projection, Source, Text

KINDS = {
    MeetingKind.MEETING.value: gettext_lazy("Meeting"),
    MeetingKind.TRAINING.value: gettext_lazy("Training"),
    MeetingKind.EXERCISE.value: gettext_lazy("Exercise"),
}


def of_meeting(meeting: Meeting) -> Projection | None:
    """A posted meeting with its agenda; a draft is nobody's to find."""
    if meeting.state == State.DRAFT:
        return None
    agenda = "\n".join(item.words for item in meeting.agenda.all())
    return Projection(
        kind=meeting.kind,
        title=meeting.title,
        summary=meeting.committee.name,
        texts=[Text(0, "\n".join([agenda, meeting.place]))],
        identifiers=[],
        sectors=_sectors(meeting),
        dated=meeting.starts_at,
    )


def _sectors(meeting: Meeting) -> list[str]:
    sector = meeting.committee.sector
    return [sector.slug] if sector else []


def safe_title(meeting: Meeting) -> str:
    """What may stand in mail above TLP:GREEN."""
    return meeting.safe_title or _("A meeting")


registry.register(
    Source(
        model=Meeting,
        kinds=KINDS,
        project=of_meeting,
        address=Meeting.get_absolute_url,
        safe_title=safe_title,
        permalink=Meeting.get_absolute_url,  # a random identifier, no words
        prefetch=("agenda",),
        joined=("committee__sector",),
    )
)
