"""What staff do with meetings. What was posted is never changed: an amendment stands beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access.enums import Label, Reach
from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action, Fact
from portal.meetings import notices, wording
from portal.meetings.enums import Coming, MeetingKind, NoticeKind, State
from portal.meetings.law import Judged, Timing
from portal.meetings.models import AgendaItem, Meeting, Notice, Sheet
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from portal.members.refusals import Incomplete, NotNow, only_for
from portal.vocabulary import calendar

ORGANISERS = (StaffRole.MOP3_EDITOR,)
FIELDS = (
    "kind",
    "committee",
    "series",
    "title",
    "safe_title",
    "starts_at",
    "ends_at",
    "mode",
    "place",
    "remote",
    "openness",
    "accommodation",
    "quorum",
)
ONE_LINE = ("title", "safe_title", "place", "remote", "accommodation")
NOT_A_SIGN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def one_line(words: str) -> str:
    """What is said in one line: no line breaks, which would begin a header in mail, and no signs that do not show."""
    return " ".join(NOT_A_SIGN.sub(" ", words).split())


@dataclass(frozen=True)
class Item:
    """One point of an agenda, as it was typed."""

    words: str
    is_closed: bool = False
    documents: Sequence[Any] = ()


@dataclass(frozen=True)
class Prepared:
    """What staff fill in about a meeting: its fields, the exceptions that close it, and the agenda."""

    fields: dict[str, Any] = field(repr=False)
    exceptions: Sequence[Any] = field(default=(), repr=False)
    agenda: Sequence[Item] = field(default=(), repr=False)
    is_for_committee: bool = False  # a training or an exercise that only members of the committee know of

    def check(self) -> None:
        """Raises `Incomplete` where it could never be sound."""
        if self.is_for_committee and self.fields.get("kind") == MeetingKind.MEETING:
            raise Incomplete(_("The notice of a meeting is for everybody (RSMo 610.020). Nothing was kept."))
        if self.is_for_committee and not one_line(self.fields.get("safe_title", "")):
            raise Incomplete(_("Give a safe title: mail about it says no more than that. Nothing was kept."))

    def store(self, meeting: Meeting) -> None:
        for name, value in self.fields.items():
            setattr(meeting, name, one_line(value) if name in ONE_LINE else value)
        meeting.revision += 1
        meeting.tlp, meeting.reach = (Label.AMBER if self.is_for_committee else Label.CLEAR), Reach.NAMED
        meeting.save()
        meeting.audience_communities.set([meeting.committee] if self.is_for_committee else [])
        meeting.exceptions.set(self.exceptions)
        meeting.agenda.all().delete()
        for order, item in enumerate(self.agenda, start=1):
            words = one_line(item.words)
            row = AgendaItem.objects.create(meeting=meeting, order=order, words=words, is_closed=item.is_closed)
            row.documents.set(item.documents)


class ChangedMeanwhile(NotNow):
    """Somebody else was first. What was typed is still in the form, beside what stands now."""


@dataclass(frozen=True)
class PrepareMeeting(Action):
    """Begin a meeting, or change one that is not posted yet. Nobody outside Desk sees it.

    `seen` is the revision that stood on the form: of two who change a draft at once, one wins.
    """

    verb = Verb.MEETING_PREPARE

    by: Person
    prepared: Prepared
    meeting: Meeting | None = None
    seen: int | None = None

    def recorded_about(self) -> models.Model | None:
        return self.meeting  # a new one is what comes of it

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting is not None and self.meeting.state != State.DRAFT:
            raise NotNow(_("It was posted meanwhile. Nothing was changed; your words are still in the form."))
        if self.meeting is not None and self.seen is not None and self.seen != self.meeting.revision:
            raise ChangedMeanwhile(_("Somebody else changed this draft meanwhile. Nothing was changed."))
        self.prepared.check()

    def perform(self) -> Meeting:
        committee: Community = self.prepared.fields["committee"]
        meeting = self.meeting or Meeting(organiser=self.by, committee=committee)
        self.prepared.store(meeting)
        return meeting


@dataclass(frozen=True)
class _Posting(Action):
    """What adds a notice. `grounds` are the good cause for short notice."""

    meeting: Meeting
    by: Person
    grounds: str = field(default="", repr=False)

    KIND: ClassVar[NoticeKind] = NoticeKind.NOTICE

    def recorded_facts(self) -> dict[str, Fact]:
        """The digest of what was posted: the trail can prove later which words they were."""
        last = self.meeting.notices.order_by("number").last()
        return {"notice": last.number, "digest": last.digest} if last else {}

    def _agenda(self) -> list[AgendaItem]:
        return list(self.meeting.agenda.prefetch_related("documents"))

    def _insist_on_whole(self) -> None:
        if missing := notices.what_is_missing(self.meeting, self._agenda()):
            raise Incomplete(" ".join([*missing, _("Nothing was posted.")]))

    def _insist_on_time(self) -> Judged | None:
        """Raises `NotNow` for a notice that is late without good cause; None where the law asks for none."""
        if not notices.is_under_law(self.meeting):
            return None
        result = notices.judged(self.meeting, calendar.load(), at=timezone.now())
        if why := notices.why_refused(result, grounds=self.grounds):
            raise NotNow(f"{why} {_('Nothing was posted.')}")
        return result

    def _tell_attendees(self, notice: Notice) -> None:
        """Those who said that they come are told by name, whatever news they chose."""
        coming = self.meeting.answers.exclude(coming=Coming.NO).values_list("person_id", flat=True)
        for key in coming:
            outbox.put("meeting_changed", f"{notice.pk}:{key}")

    def _post(self, *, result: Judged | None, time_from: Notice | None = None) -> Notice:
        facts, now = wording.facts_of(self.meeting, self._agenda()), timezone.now()
        is_short = result is not None and result.timing is Timing.SHORT
        return Notice.objects.create(
            meeting=self.meeting,
            number=self.meeting.notices.count() + 1,
            kind=self.KIND,
            facts=facts,
            digest=wording.digest(facts),
            starts_at=self.meeting.starts_at,
            posted_at=now,
            posted_by=self.by,
            earliest=result.earliest if result else now,
            time_from=time_from,
            is_short=is_short,
            grounds=self.grounds.strip() if is_short else "",
        )


@dataclass(frozen=True)
class PostNotice(_Posting):
    """Post the notice: from now on it is public, and members and subscribers are told.

    `seen` is the revision of the draft that its poster looked at: nobody posts words that they have not read.
    Raises `NotYours`, `NotNow` with the earliest lawful start, or `Incomplete`.
    """

    verb = Verb.MEETING_POST

    seen: int | None = None

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting.state != State.DRAFT:
            raise NotNow(_("It was posted before. Nothing was changed."))
        if self.seen is not None and self.seen != self.meeting.revision:
            raise ChangedMeanwhile(_("Somebody else changed this draft meanwhile. Read it again, then post it."))
        self._insist_on_whole()
        self._insist_on_time()

    def perform(self) -> Notice:
        made = self._post(result=self._insist_on_time())
        self.meeting.state = State.POSTED
        self.meeting.save()
        return made


@dataclass(frozen=True)
class AmendNotice(_Posting):
    """Change a posted meeting: the old words stay beside the new. A changed time or place asks for time anew.

    `seen` is the number of the notice that stood on the form: of two who amend at once, one wins.
    """

    verb = Verb.MEETING_AMEND
    KIND = NoticeKind.AMENDMENT

    prepared: Prepared = field(default_factory=lambda: Prepared({}))
    seen: int = 0

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting.state != State.POSTED:
            raise NotNow(_("It is not posted, or was cancelled. Nothing was changed."))
        if self.seen != self.meeting.notices.count():
            raise ChangedMeanwhile(_("Somebody else amended it meanwhile. Nothing was changed."))
        self.prepared.check()
        is_same_kind = self.prepared.fields.get("kind") == self.meeting.kind
        if not is_same_kind or self.prepared.is_for_committee == self.meeting.is_public:
            raise Incomplete(_("What it is and who knows of it stays once it is posted. Nothing was changed."))

    def perform(self) -> Notice:
        last: Notice = self.meeting.notices.get(number=self.seen)
        gives_grounds = self._gives_grounds(last)
        self.prepared.store(self.meeting)
        self._insist_on_whole()
        facts = wording.facts_of(self.meeting, self._agenda())
        if facts == last.facts and not gives_grounds:
            raise Incomplete(_("Nothing is different from what was posted. Nothing was changed."))
        is_anew = gives_grounds or wording.asks_anew(last.facts, facts)
        result = self._insist_on_time() if is_anew else None
        self.meeting.save()  # now that its agenda is stored: search reads both
        made = self._post(result=result, time_from=None if is_anew else last.time_from or last)
        if is_anew:
            self._tell_attendees(made)
        return made

    def _gives_grounds(self, last: Notice) -> bool:
        """Whether it says why a notice may be short that a holiday, or a sheet put up late, has made so."""
        if not self.grounds.strip() or not notices.is_under_law(self.meeting):
            return False
        return notices.standing(last, calendar.load()).standing is notices.Standing.LATE


@dataclass(frozen=True)
class CancelMeeting(_Posting):
    """Call a posted meeting off. Its notices stay, with the cancellation above them."""

    verb = Verb.MEETING_CANCEL
    KIND = NoticeKind.CANCELLATION

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting.state != State.POSTED:
            raise NotNow(_("It is not posted, or was cancelled before. Nothing was changed."))

    def perform(self) -> Notice:
        made = self._post(result=None)
        self.meeting.state = State.CANCELLED
        self.meeting.save()
        self._tell_attendees(made)
        return made


@dataclass(frozen=True)
class DiscardDraft(Action):
    """Take away a draft that was never posted. What was posted is called off, and stays."""

    verb = Verb.MEETING_DISCARD

    meeting: Meeting
    by: Person

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting.state != State.DRAFT or self.meeting.notices.exists():
            raise NotNow(_("It was posted, so it stays. Call it off instead. Nothing was changed."))

    def perform(self) -> None:
        Meeting.objects.filter(pk=self.meeting.pk).delete()  # the trail still names it by its key


@dataclass(frozen=True)
class TakeOver(Action):
    """Become the organiser, to whom alone access needs open."""

    verb = Verb.MEETING_ORGANISE

    meeting: Meeting
    by: Person

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if self.meeting.organiser_id == self.by.pk:
            raise NotNow(_("You organise it already. Nothing was changed."))

    def perform(self) -> None:
        self.meeting.organiser = self.by
        self.meeting.save(update_fields=["organiser"])


@dataclass(frozen=True)
class RecordSheet(Action):
    """Note that a notice was put up at the principal office: who, where and when."""

    verb = Verb.MEETING_SHEET

    notice: Notice
    by: Person
    place: str = field(repr=False)
    at: datetime

    def recorded_facts(self) -> dict[str, Fact]:
        return {"digest": self.notice.digest, "put_up": timezone.localtime(self.at).isoformat(timespec="minutes")}

    def check(self) -> None:
        only_for(self.by, *ORGANISERS)
        if Sheet.objects.filter(notice=self.notice).exists():
            raise NotNow(_("That it was put up is on record already. Nothing was changed."))
        if not self.place.strip():
            raise Incomplete(_("Say where it was put up. Nothing was recorded."))
        if not self.notice.posted_at.replace(second=0, microsecond=0) <= self.at <= timezone.now():
            raise Incomplete(_("It can have been put up between its posting and now. Nothing was recorded."))

    def perform(self) -> Sheet:
        made: Sheet = Sheet.objects.create(notice=self.notice, by=self.by, place=self.place.strip(), at=self.at)
        return made
