"""What is kept of a meeting: minutes, votes, action items."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.meetings.enums import Ballot, MinutesState, VoteKind
from portal.meetings.models.meetings import PERSON, ClosureException, Meeting


class MinutesQuerySet(models.QuerySet["Minutes"]):
    """Minutes."""

    def published(self) -> Self:
        """Those for everybody who reads their meeting, without the sealed part: Front may not even select it."""
        return self.filter(state=MinutesState.PUBLISHED).defer("closed_words")


class Minutes(models.Model):
    """The minutes of one meeting: draft, approved at the next meeting, published. The closed part is held back."""

    meeting = models.OneToOneField(Meeting, primary_key=True, on_delete=models.PROTECT, related_name="minutes")
    state = models.CharField(_("state"), max_length=10, choices=MinutesState.choices, default=MinutesState.DRAFT)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    words = models.TextField(_("what was said and decided"), blank=True)
    closed_words = models.BinaryField(_("the closed part, sealed"), blank=True, default=b"")
    has_closed_part = models.BooleanField(_("has a closed part"), default=False)
    closed_until = models.DateField(_("the closed part is held back until"), null=True, blank=True)
    written_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at_meeting: Any = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="minutes_approved"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects: ClassVar[Any] = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")

    def __str__(self) -> str:
        return f"minutes of {self.meeting_id}"

    @property
    def record(self) -> str:
        """The name under which the vault knows the closed part."""
        return f"minutes:{self.meeting.uuid}"


class Vote(models.Model):
    """One vote in the open part. To close a meeting takes a roll call, with ballots by name (RSMo 610.022.1).

    All of it is published with the minutes. What is voted on behind closed doors stands in that part's sealed words.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="votes")
    motion = models.CharField(_("motion"), max_length=400)
    kind = models.CharField(_("how"), max_length=10, choices=VoteKind.choices)
    closes_for: Any = models.ForeignKey(
        ClosureException, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_carried = models.BooleanField(_("carried"))
    in_favour = models.PositiveSmallIntegerField(_("in favour"), null=True, blank=True)
    against = models.PositiveSmallIntegerField(_("against"), null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"vote at {self.meeting_id}"


class RollCall(models.Model):
    """How one member voted."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="ballots")
    name = models.CharField(_("name"), max_length=160)
    ballot = models.CharField(_("ballot"), max_length=10, choices=Ballot.choices)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["vote", "name"], name="meetings_ballot_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.ballot}"


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    """Action items."""

    def open(self) -> Self:
        return self.filter(done_at=None)

    def overdue(self, *, on: date | None = None) -> Self:
        """Those that are open though their day has passed; the day itself still counts."""
        return self.open().filter(due_on__lt=on or timezone.localdate())


class ActionItem(models.Model):
    """Something that a meeting asked somebody to do by a day. Improvement items of exercises are of the same kind."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="action_items")
    words = models.CharField(_("what"), max_length=300)
    owner: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_words = models.CharField(_("who, by office"), max_length=160, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    is_improvement = models.BooleanField(_("improvement after an exercise"), default=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    outcome = models.CharField(_("what became of it"), max_length=300, blank=True)
    soon_told_for = models.DateField(null=True, blank=True, editable=False)
    overdue_told_for = models.DateField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["done_at", "due_on", "pk"]
        verbose_name = _("action item")
        verbose_name_plural = _("action items")

    def __str__(self) -> str:
        return self.words

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < timezone.localdate()
