"""What staff do with minutes. The closed part is sealed to Desk and held back when the rest is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core.actions import Action
from portal.meetings.actions import ORGANISERS, one_line
from portal.meetings.enums import Ballot, MinutesState, Openness, Presence, State, VoteKind
from portal.meetings.minutes import rules
from portal.meetings.models import Attendance, ClosureException, Meeting, Minutes, RollCall, Vote
from portal.members.models import Person
from portal.members.refusals import Incomplete, NotNow, only_for
from portal.vault import records

CLOSED = "closed"


def seal_closed(minutes: Minutes, words: str) -> bytes:
    """The closed part, sealed under the key of these minutes, which is made the first time."""
    if minutes.closed_words:
        return records.desk_key(minutes.record, of=bytes(minutes.closed_words)).seal(CLOSED, words.encode())
    return records.new_key(minutes.record).seal(CLOSED, words.encode())


def open_closed(minutes: Minutes) -> str:
    """The closed part, on Desk. Raises `VaultProblem`."""
    sealed = bytes(minutes.closed_words)
    return records.open_sealed(minutes.record, CLOSED, sealed).decode() if sealed else ""


@dataclass(frozen=True)
class BeginMinutes(Action):
    """Begin the minutes of a meeting that has begun: the members of the body stand in them, absent until noted."""

    verb = Verb.MINUTES_BEGIN

    meeting: Meeting
    by: Person

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if not rules.may_begin(self.meeting):
            raise NotNow(_("Minutes begin once the meeting has begun. Nothing was changed."))
        if Minutes.objects.filter(meeting=self.meeting).exists():
            raise NotNow(_("Its minutes were begun already."))

    def perform(self) -> Minutes:
        self.meeting.state = State.HELD
        self.meeting.save()
        for term in rules.expected(self.meeting):
            facts = {"term": term, "office": f"{term.office.title}, {term.employer}", "is_entitled": True}
            facts["presence"] = Presence.ABSENT
            Attendance.objects.get_or_create(meeting=self.meeting, name=term.name, defaults=facts)
        made: Minutes = Minutes.objects.create(
            meeting=self.meeting, began_at=self.meeting.starts_at, ended_at=self.meeting.ends_at, written_by=self.by
        )
        return made


@dataclass(frozen=True)
class _OfDraft(Action):
    """What is done with minutes that are not approved."""

    minutes: Minutes
    by: Person

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.minutes.state != MinutesState.DRAFT:
            raise NotNow(_("These minutes were approved. Nothing was changed."))


@dataclass(frozen=True)
class WriteMinutes(_OfDraft):
    """Keep what was said and decided, and apart from it what was said in the closed part."""

    verb = Verb.MINUTES_WRITE

    words: str = field(default="", repr=False)
    closed_words: str = field(default="", repr=False)
    began_at: datetime | None = None
    ended_at: datetime | None = None
    closed_until: date | None = None

    def check(self) -> None:
        super().check()
        if self.closed_words.strip() and self.minutes.meeting.openness == Openness.OPEN:
            raise Incomplete(_("The meeting was open and has no closed part. Nothing was kept; it is still below."))
        if self.began_at and self.ended_at and self.ended_at <= self.began_at:
            raise Incomplete(_("It would have ended before it began. Nothing was kept; it is still below."))

    def perform(self) -> None:
        row = self.minutes
        row.words, row.began_at, row.ended_at, row.closed_until = (
            self.words.strip(),
            self.began_at,
            self.ended_at,
            self.closed_until,
        )
        if self.closed_words.strip():
            row.closed_words, row.has_closed_part = seal_closed(row, self.closed_words.strip()), True
        row.save()


@dataclass(frozen=True)
class NoteAttendance(_OfDraft):
    """Note who was there. Somebody who stands in the minutes already is corrected."""

    verb = Verb.MINUTES_ATTENDANCE

    name: str = field(default="", repr=False)
    office: str = field(default="", repr=False)
    presence: Presence = Presence.PRESENT
    is_entitled: bool | None = None  # None leaves it as it is; somebody new is a guest then

    def check(self) -> None:
        super().check()
        if not self.name.strip():
            raise Incomplete(_("Give the name. Nothing was noted."))

    def perform(self) -> Attendance:
        facts: dict[str, Any] = {"presence": self.presence}
        if self.office.strip():
            facts["office"] = one_line(self.office)
        if self.is_entitled is not None:
            facts["is_entitled"] = self.is_entitled
        row, _made = Attendance.objects.update_or_create(
            meeting=self.minutes.meeting, name=one_line(self.name), defaults=facts
        )
        return row


@dataclass(frozen=True)
class NoteVote(_OfDraft):
    """Note a vote. One by roll call names each who voted; one that closes a part is by roll call."""

    verb = Verb.MINUTES_VOTE

    motion: str = field(default="", repr=False)
    kind: VoteKind = VoteKind.VOICE
    is_carried: bool = True
    closes_for: ClosureException | None = None
    ballots: Sequence[tuple[str, Ballot]] = field(default=(), repr=False)

    def recorded_about(self) -> models.Model | None:
        return self.minutes

    def check(self) -> None:
        super().check()
        if not self.motion.strip():
            raise Incomplete(_("Say what was voted on. Nothing was noted."))
        if self.closes_for is not None and self.kind != VoteKind.ROLL_CALL:
            raise Incomplete(_("A part is closed by roll call (RSMo 610.022.1). Nothing was noted."))
        if self.kind == VoteKind.ROLL_CALL:
            self._check_ballots()

    def _check_ballots(self) -> None:
        """Those who were there voted, each once, and the count is what was declared."""
        there = set(rules.voters(self.minutes.meeting))
        names = [name for name, _ballot in self.ballots]
        if not names or not set(names) <= there or len(names) != len(set(names)):
            raise Incomplete(_("A roll call names voters who were present, each once. Note first who was there."))
        yes = sum(ballot == Ballot.YES for _name, ballot in self.ballots)
        no = sum(ballot == Ballot.NO for _name, ballot in self.ballots)
        if self.is_carried != (yes > no):
            raise Incomplete(_("The ballots do not give that result. Nothing was noted."))

    def perform(self) -> Vote:
        counted = {value: sum(one == value for _name, one in self.ballots) for value in Ballot}
        is_roll_call = self.kind == VoteKind.ROLL_CALL
        vote: Vote = Vote.objects.create(
            meeting=self.minutes.meeting,
            motion=self.motion.strip(),
            kind=self.kind,
            is_carried=self.is_carried,
            closes_for=self.closes_for,
            in_favour=counted[Ballot.YES] if is_roll_call else None,
            against=counted[Ballot.NO] if is_roll_call else None,
        )
        RollCall.objects.bulk_create([RollCall(vote=vote, name=name, ballot=one) for name, one in self.ballots])
        return vote


@dataclass(frozen=True)
class ApproveMinutes(_OfDraft):
    """Approve minutes at a later meeting of the same committee that was held."""

    verb = Verb.MINUTES_APPROVE

    at_meeting: Meeting | None = None

    def recorded_about(self) -> models.Model | None:
        return self.minutes

    def check(self) -> None:
        super().check()
        if missing := rules.what_is_missing(self.minutes):
            raise Incomplete(" ".join([*missing, _("Nothing was approved.")]))
        later, meeting = self.at_meeting, self.minutes.meeting
        is_later = later is not None and later.starts_at > meeting.starts_at and later.starts_at <= timezone.now()
        if later is None or not is_later or later.committee_id != meeting.committee_id or later.state != State.HELD:
            raise Incomplete(_("Minutes are approved at a later meeting of the committee. Nothing was changed."))

    def perform(self) -> None:
        self.minutes.state, self.minutes.approved_at = MinutesState.APPROVED, timezone.now()
        self.minutes.approved_at_meeting = self.at_meeting
        self.minutes.save()


@dataclass(frozen=True)
class PublishMinutes(Action):
    """Publish approved minutes beside the meeting. The closed part stays where it is."""

    verb = Verb.MINUTES_PUBLISH

    minutes: Minutes
    by: Person

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.minutes.state != MinutesState.APPROVED:
            raise NotNow(_("Minutes are published once they are approved. Nothing was changed."))

    def perform(self) -> None:
        self.minutes.state, self.minutes.published_at = MinutesState.PUBLISHED, timezone.now()
        self.minutes.save()
