"""What members ask of the partnership: concerns and what becomes of them, yearly deliverables, visits and briefings."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from portal.meetings.concerns.enums import REGION_CHOICES, ConcernKind, ReplyOutcome, VisitKind, VisitState
from portal.meetings.models.meetings import PERSON

CONCERN, VISIT = "concern:", "visit:"  # how their records are named in the vault


class ConcernQuerySet(models.QuerySet["Concern"]):
    """Concerns."""

    def kept(self) -> Self:
        """Those that were not merged into another one."""
        return self.filter(merge=None)

    def open(self) -> Self:
        """Those on which something is still to be done."""
        return self.kept().filter(closed_at=None)

    def on_front(self) -> Self:
        """Without what Front may not read: what is for staff alone."""
        return self.defer("details", "closed_by")


class Concern(models.Model):
    """What stands in a member's way. `words` are read by who raised it, the sector's co-chairs and staff.

    `details` are for staff alone, and sealed to Desk: Front stores them and never opens them again. Front reads the
    rest again, for co-chairs, who have no other way in; docs/partnership.md says what follows from that. When its time
    has ended, its words are destroyed (`retention`), and those of recommendations and replies with them.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    sector = models.ForeignKey(
        "vocabulary.Sector", verbose_name=_("sector"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("what it is about"), max_length=14, choices=ConcernKind.choices)
    title = models.CharField(_("in one line"), max_length=160)
    words = models.TextField(_("what happens, and what would help"), max_length=4000)
    agencies = models.CharField(_("agencies"), max_length=300, blank=True)
    region = models.CharField(_("region"), max_length=1, choices=REGION_CHOICES, blank=True)
    details = models.BinaryField(_("details for staff, sealed"), blank=True, default=b"")
    person: Any = models.ForeignKey(PERSON, verbose_name=_("raised by"), on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("raised"), default=timezone.now, db_index=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closing_words = models.TextField(_("why it was closed"), max_length=1000, blank=True)
    purged_at = models.DateTimeField(_("words destroyed"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")

    def __str__(self) -> str:
        return f"concern {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("concern", args=[self.uuid])

    @property
    def heading(self) -> str:
        """Its title; where that was destroyed, words that say so."""
        return self.title or gettext("A concern whose words were destroyed")

    @property
    def record(self) -> str:
        """The name under which the vault knows the details."""
        return f"{CONCERN}{self.uuid}"


class Merge(models.Model):
    """That one concern is the same as another. A row is added by a co-chair of the sector, or by staff, who undo it."""

    concern = models.OneToOneField(Concern, primary_key=True, on_delete=models.PROTECT, related_name="merge")
    into = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="merged")
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(concern=F("into")), name="meetings_merge_of_two")]

    def __str__(self) -> str:
        return f"{self.concern_id} into {self.into_id}"


class Ranking(models.Model):
    """How a committee ranked the open concerns of one region; a later one of the same region takes its place."""

    region = models.CharField(_("region"), max_length=1, choices=REGION_CHOICES, blank=True)
    committee = models.ForeignKey(
        "members.Community", verbose_name=_("committee"), on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(_("decided on"))
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_on", "-at", "-pk"]
        verbose_name = _("ranking of concerns")
        verbose_name_plural = _("rankings of concerns")

    def __str__(self) -> str:
        return f"ranking {self.pk}"


class Rank(models.Model):
    """The place of one concern in a ranking, 1 first."""

    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="ranks")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="ranks")
    place = models.PositiveSmallIntegerField(_("place"))

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "concern"], name="meetings_rank_once"),
            models.UniqueConstraint(fields=["ranking", "place"], name="meetings_rank_place"),
        ]

    def __str__(self) -> str:
        return f"{self.concern_id}: {self.place}"


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """Recommendations."""

    def waiting(self) -> Self:
        return self.filter(replied_on=None)

    def overdue(self, *, on: date | None = None) -> Self:
        return self.waiting().filter(due_on__lt=on or timezone.localdate())


class Recommendation(models.Model):
    """What a committee recommended to the Office of Homeland Security about a concern, and the reply."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="recommendations")
    committee = models.ForeignKey(
        "members.Community", verbose_name=_("recommended by"), on_delete=models.PROTECT, related_name="+"
    )
    words = models.TextField(_("recommendation"), max_length=4000)
    sent_on = models.DateField(_("sent on"))
    due_on = models.DateField(_("reply due on"), null=True, blank=True)
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    replied_on = models.DateField(_("reply came on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ReplyOutcome.choices, blank=True)
    reply = models.TextField(_("reply, in words"), max_length=4000, blank=True)
    reply_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_on", "-pk"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")

    def __str__(self) -> str:
        return f"recommendation {self.pk}"

    @property
    def is_overdue(self) -> bool:
        return self.replied_on is None and self.due_on is not None and self.due_on < timezone.localdate()


class Initiative(models.Model):
    """A deliverable of one year, with who answers for it and what it is measured by."""

    title = models.CharField(_("title"), max_length=160)
    year = models.PositiveSmallIntegerField(_("year"), db_index=True)
    committee: Any = models.ForeignKey(
        "members.Community",
        verbose_name=_("committee or sector"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    owner_office = models.CharField(_("who answers for it, by office"), max_length=160)
    owner: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(_("what it is measured by"), max_length=200)
    target = models.DecimalField(_("target"), max_digits=12, decimal_places=2, null=True, blank=True)
    is_public = models.BooleanField(
        _("anybody may see it"), default=False, help_text=_("Not ticked: for members of the partnership.")
    )
    done_on = models.DateField(_("delivered on"), null=True, blank=True)
    dropped_on = models.DateField(_("given up on"), null=True, blank=True)
    outcome = models.CharField(_("what came of it"), max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-year", "title", "pk"]
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")

    def __str__(self) -> str:
        return self.title


class InitiativeFigure(models.Model):
    """The measure of an initiative in one year."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="figures")
    year = models.PositiveSmallIntegerField(_("year"))
    figure = models.DecimalField(_("figure"), max_digits=12, decimal_places=2)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by: Any = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["initiative", "year"], name="meetings_figure_once")]

    def __str__(self) -> str:
        return f"{self.initiative_id} in {self.year}"


class VisitQuerySet(models.QuerySet["VisitRequest"]):
    """Requests for a visit or a briefing."""

    def waiting(self) -> Self:
        return self.filter(state=VisitState.NEW)

    def ahead(self) -> Self:
        return self.filter(state__in=[VisitState.NEW, VisitState.PLANNED])

    def ended(self) -> Self:
        return self.filter(state__in=[VisitState.DONE, VisitState.DECLINED])

    def passed(self) -> Self:
        """Those whose planned moment has passed, and of which nobody has said that they took place."""
        return self.filter(state=VisitState.PLANNED, planned_for__lt=timezone.now())


class VisitRequest(models.Model):
    """A member asks for a visit to their site, or for a briefing.

    `words` say where and why, which may name a weak point: they are sealed to Desk, and Front never opens them again.
    The answer is in clear, for whoever asked.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    person: Any = models.ForeignKey(PERSON, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what for"), max_length=10, choices=VisitKind.choices)
    sector: Any = models.ForeignKey(
        "vocabulary.Sector", verbose_name=_("sector"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    county: Any = models.ForeignKey(
        "vocabulary.County", verbose_name=_("county"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    wished = models.CharField(_("when it would suit you"), max_length=120, blank=True)
    words = models.BinaryField(_("words, sealed"))
    state = models.CharField(_("state"), max_length=8, choices=VisitState.choices, default=VisitState.NEW)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    planned_for = models.DateTimeField(_("planned for"), null=True, blank=True)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    answered_by: Any = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(_("last step"), null=True, blank=True)
    purged_at = models.DateTimeField(_("words and answer destroyed"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("request for a visit or a briefing")
        verbose_name_plural = _("requests for visits and briefings")

    def __str__(self) -> str:
        return f"visit {self.pk}"

    @property
    def record(self) -> str:
        """The name under which the vault knows the words."""
        return f"{VISIT}{self.uuid}"
