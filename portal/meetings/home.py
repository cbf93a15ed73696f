"""What the home pages say of meetings: the next public ones with their notice, and to a member those of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from portal.access import tokens
from portal.access.viewer import ANONYMOUS, Viewer, viewer_of
from portal.core import home
from portal.core.home import Block
from portal.meetings.enums import State
from portal.meetings.lists import readable
from portal.meetings.models import Answer, Meeting

SHOWN = 3


@dataclass(frozen=True)
class Next:
    """One meeting that is to come, and what this member answered; `answer` is empty where they did not."""

    meeting: Meeting
    answer: str = ""

    @property
    def notice_number(self) -> int:
        return self.meeting.last_notice.number


@home.block(order=10)
def next_meetings(request: HttpRequest) -> Block | None:
    viewer = viewer_of(request)
    rows = _own(viewer) if viewer.is_member else _public()
    return Block("meetings/home.html", {"rows": rows, "is_member": viewer.is_member}) if rows else None


def _public() -> list[Next]:
    rows = readable(ANONYMOUS).upcoming().filter(state=State.POSTED).with_names().with_notices()
    return [Next(row) for row in rows[:SHOWN]]


def _own(viewer: Viewer) -> list[Next]:
    """Those of the committees that a member belongs to."""
    rows = readable(viewer).upcoming().filter(state=State.POSTED, committee__in=communities_of(viewer))
    found = list(rows.with_names().with_notices()[:SHOWN])
    answers = Answer.objects.filter(person=viewer.person, meeting__in=found)
    said = {row.meeting_id: str(row.get_coming_display()) for row in answers}
    return [Next(row, said.get(row.pk, "")) for row in found]


def communities_of(viewer: Viewer) -> list[int]:
    """The communities whose tokens a viewer holds."""
    prefix = tokens.community(0).removesuffix("0")
    return [int(token.removeprefix(prefix)) for token in viewer.tokens if token.startswith(prefix)]
