"""What co-chairs and staff do with concerns. What was raised is never changed or deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit import Verb
from portal.core import outbox
from portal.core.actions import Action
from portal.meetings.concerns.enums import ReplyOutcome
from portal.meetings.concerns.stages import raisers_of
from portal.meetings.models import Concern, Merge, Rank, Ranking, Recommendation
from portal.members import offices
from portal.members.enums import StaffRole
from portal.members.models import Community, Person
from portal.members.refusals import Incomplete, NotNow, NotYours, only_for

CONCERN_STAFF = (StaffRole.MOP3_EDITOR,)
LINE = 7_216_304_811  # of the database: where those wait who change what hangs on what


def tell(concern: Concern) -> None:
    """Tell everybody who raised it, or one that was merged into it, that it has come further."""
    for key in raisers_of(concern):
        outbox.put("concern_moved", str(key))


def _not_ahead(day: date, *, since: date | None = None) -> None:
    if day > timezone.localdate():
        raise Incomplete(_("That day has not come yet. Nothing was stored."))
    if since is not None and day < since:
        raise Incomplete(_("That day comes before the one it follows. Nothing was stored."))


class InLine(Action):
    """One after the other: what a concern hangs on, and what hangs on it, changes under nobody's hands.

    The rows alone do not hold two merges apart, of which each is a row of its own, and Front may hold no concern.
    """

    def _read_anew(self) -> None:
        wait_in_line()
        super()._read_anew()


def wait_in_line() -> None:
    """Until the transaction ends nobody else merges, ranks, recommends or closes. The line comes before any row.

    On SQLite a transaction that writes is alone already (they begin IMMEDIATE).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINE])


@dataclass(frozen=True)
class MergeConcern(InLine):
    """Say on Desk that one concern is the same as another, which is kept."""

    verb = Verb.CONCERN_MERGE

    concern: Concern
    into: Concern
    by: Person

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        self._fits()

    def _fits(self) -> None:
        """Both are open, neither was merged, and nothing hangs on the one that goes."""
        keys = {self.concern.pk, self.into.pk}
        if len(keys) == 1 or Concern.objects.open().filter(pk__in=keys).count() != len(keys):
            raise NotNow(_("One of the two is closed or merged by now. Nothing was merged."))
        if self.concern.merged.exists() or self.concern.recommendations.exists():
            raise NotNow(_("More hangs on this one. Merge the other one into it instead. Nothing was merged."))

    def perform(self) -> Merge:
        try:
            with transaction.atomic():
                made: Merge = Merge.objects.create(concern=self.concern, into=self.into, by=self.by)
        except IntegrityError:
            raise NotNow(_("Somebody else merged it at the same moment. Yours was not stored.")) from None
        outbox.put("concern_moved", str(self.concern.pk))
        return made


@dataclass(frozen=True)
class MergeAsCoChair(MergeConcern):
    """The same on Front, by a co-chair of the sector that both are of."""

    def _read_anew(self) -> None:
        """No row is held: Front may not lock a concern."""
        wait_in_line()

    def check(self) -> None:
        sectors = {self.concern.sector_id, self.into.sector_id}
        leads = set(offices.sectors_led_by(self.by.pk).values_list("pk", flat=True))
        if not self.by.is_vetted or len(sectors) != 1 or not sectors <= leads:
            raise NotYours(_("Only a co-chair of its sector merges concerns. Nothing was merged."))
        self._fits()


@dataclass(frozen=True)
class PartConcern(InLine):
    """Take one out again that was merged by mistake."""

    verb = Verb.CONCERN_PART

    concern: Concern
    by: Person

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        if not Merge.objects.filter(concern=self.concern).exists():
            raise NotNow(_("It is not merged. Nothing was changed."))
        if self.concern.purged_at is not None:
            raise NotNow(_("Its words were destroyed. Nothing was changed."))

    def perform(self) -> None:
        Merge.objects.filter(concern=self.concern).delete()
        outbox.put("concern_moved", str(self.concern.pk))


@dataclass(frozen=True)
class RankConcerns(InLine):
    """Enter how a committee ranked the open concerns of a region, the first on top."""

    verb = Verb.CONCERN_RANK

    by: Person
    region: str
    committee: Community
    decided_on: date
    concerns: tuple[Concern, ...]

    def recorded_about(self) -> models.Model | None:
        return self.committee

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        _not_ahead(self.decided_on)
        keys = {row.pk for row in self.concerns}
        fitting = Concern.objects.open().filter(pk__in=keys, region__in={self.region, ""})
        if not keys or fitting.count() != len(self.concerns):
            raise NotNow(_("One of them is closed or merged by now. Nothing was stored; look at the list again."))

    def perform(self) -> Ranking:
        facts = {"region": self.region, "committee": self.committee, "decided_on": self.decided_on}
        made: Ranking = Ranking.objects.create(by=self.by, **facts)
        places = enumerate(self.concerns, start=1)
        Rank.objects.bulk_create([Rank(ranking=made, concern=row, place=place) for place, row in places])
        for row in self.concerns:
            tell(row)
        return made


@dataclass(frozen=True)
class Recommend(InLine):
    """Enter what a committee recommended to the Office of Homeland Security."""

    verb = Verb.CONCERN_RECOMMEND

    concern: Concern
    by: Person
    committee: Community
    words: str = field(repr=False)
    sent_on: date
    due_on: date | None = None

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        if not Concern.objects.open().filter(pk=self.concern.pk).exists():
            raise NotNow(_("This concern is closed or merged. Nothing was stored."))
        _not_ahead(self.sent_on, since=timezone.localdate(self.concern.raised_at))
        if self.due_on is not None and self.due_on < self.sent_on:
            raise Incomplete(_("The reply would be due before it was sent. Nothing was stored."))

    def perform(self) -> Recommendation:
        facts = {"committee": self.committee, "words": self.words, "sent_on": self.sent_on, "due_on": self.due_on}
        made: Recommendation = Recommendation.objects.create(concern=self.concern, by=self.by, **facts)
        tell(self.concern)
        return made


@dataclass(frozen=True)
class EnterReply(Action):
    """Enter the reply, once. When more was asked, the committee recommends anew."""

    verb = Verb.CONCERN_REPLY

    recommendation: Recommendation
    by: Person
    outcome: ReplyOutcome
    replied_on: date
    reply: str = field(default="", repr=False)

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        if self.recommendation.replied_on is not None:
            raise NotNow(_("The reply was entered already. Nothing was changed."))
        _not_ahead(self.replied_on, since=self.recommendation.sent_on)

    def perform(self) -> None:
        row = self.recommendation
        row.replied_on, row.outcome, row.reply, row.reply_by = self.replied_on, self.outcome, self.reply, self.by
        row.save(update_fields=["replied_on", "outcome", "reply", "reply_by"])
        tell(row.concern)


@dataclass(frozen=True)
class CloseConcern(InLine):
    """Close a concern, in words that its raisers read. A reply that is still waited for is entered first."""

    verb = Verb.CONCERN_CLOSE

    concern: Concern
    by: Person
    words: str = field(repr=False)

    def check(self) -> None:
        only_for(self.by, *CONCERN_STAFF)
        if not Concern.objects.open().filter(pk=self.concern.pk).exists():
            raise NotNow(_("This concern is closed or merged. Nothing was changed."))
        if self.concern.recommendations.waiting().exists():
            raise NotNow(_("A reply to it is still waited for. Enter that first. Nothing was changed."))
        if not self.words.strip():
            raise Incomplete(_("Say why, in words that whoever raised it reads. Nothing was changed."))

    def perform(self) -> Any:
        row = self.concern
        row.closed_at, row.closed_by, row.closing_words = timezone.now(), self.by, self.words.strip()
        row.save(update_fields=["closed_at", "closed_by", "closing_words"])
        tell(row)
