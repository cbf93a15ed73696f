"""What minutes must hold before they can be approved, and who can be marked present."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.meetings.enums import Ballot, Openness, Presence, State, VoteKind
from portal.meetings.models import Attendance, Meeting, Minutes, Vote
from portal.members.models import Term

HERE = (Presence.PRESENT, Presence.REMOTE)


def may_begin(meeting: Meeting) -> bool:
    """Whether minutes can be begun: its notice was posted, it has begun, and nobody called it off."""
    return meeting.state in {State.POSTED, State.HELD} and meeting.starts_at <= timezone.now()


def expected(meeting: Meeting) -> Any:
    """The members of the body on the day of the meeting: those who held an office of its committee."""
    day = timezone.localdate(meeting.starts_at)
    return Term.objects.current(on=day).filter(office__community=meeting.committee).select_related("office")


@dataclass(frozen=True)
class Counted:
    """How many of those who are entitled were there, and how many it takes; None where nobody said how many."""

    present: int
    entitled: int
    needed: int | None

    @property
    def is_reached(self) -> bool | None:
        return None if self.needed is None else self.present >= self.needed


def voters(meeting: Meeting) -> list[str]:
    """The names of those entitled who were there, in person or remotely. Guests do not vote."""
    rows = Attendance.objects.filter(meeting=meeting, presence__in=HERE, is_entitled=True)
    return list(rows.values_list("name", flat=True))


def counted(rows: Iterable[Attendance], *, needed: int | None) -> Counted:
    """Those entitled who were there, of all who are entitled."""
    entitled = [row for row in rows if row.is_entitled]
    return Counted(sum(row.presence in HERE for row in entitled), len(entitled), needed)


def quorum(meeting: Meeting) -> Counted:
    """Whether enough of those were there who are entitled; of what was read already, if it was."""
    return counted(meeting.attendance.all(), needed=meeting.quorum)


def closes_lawfully(vote: Vote) -> bool:
    """Whether a vote closed the meeting: carried, by roll call, for a named exception (RSMo 610.022.1).

    The statute asks for 'an affirmative public vote of the majority of a quorum': of those entitled who were there, and
    who were enough, more than half said yes, each by name.
    """
    if vote.kind != VoteKind.ROLL_CALL or not vote.is_carried or vote.closes_for_id is None:
        return False
    yes = vote.ballots.filter(ballot=Ballot.YES).count()
    there = quorum(vote.meeting)
    return there.is_reached is not False and yes * 2 > max(there.present, 1)


def not_told(meeting: Meeting) -> list[str]:
    """Those in the minutes whom nobody told that office and attendance are public: they are told before it shows."""
    rows = Attendance.objects.filter(meeting=meeting, term__isnull=False, term__told_at=None)
    return list(rows.values_list("name", flat=True))


def what_is_missing(minutes: Minutes) -> list[str]:
    """Why minutes cannot be approved yet, each reason a sentence."""
    meeting, found = minutes.meeting, []
    if minutes.began_at is None:
        found.append(_("Say when it began."))
    if not Attendance.objects.filter(meeting=meeting).exists():
        found.append(_("Say who was present and who was absent."))
    if not minutes.words.strip():
        found.append(_("Say what was discussed and decided."))
    if meeting.openness != Openness.OPEN and not any(closes_lawfully(vote) for vote in meeting.votes.all()):
        found.append(_("A part was closed: record the roll-call vote that closed it, with its exception."))
    if names := not_told(meeting):
        words = _("Tell them first that office and attendance are public (Desk, Offices): %(names)s.")
        found.append(words % {"names": ", ".join(names)})
    return found
