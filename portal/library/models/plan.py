"""The state's Critical Infrastructure Protection Plan (CIPP): sectors by parts of the plan, versions and comments."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.models import MarkedModel
from portal.access.querysets import MarkedQuerySet
from portal.library.models.files import PortalDocument
from portal.library.plan.enums import OPEN, CommentOutcome, PlanState

COMMENT = "plancomment:"  # how the vault's records of comments begin


class PlanPart(models.Model):
    """One part of every sector's plan. The start set is the five steps of the risk management framework (NIPP 2013)."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    question = models.CharField(_("question that it answers"), max_length=200)
    source = models.CharField(_("where this part comes from"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the plan"), default=100)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("part of the protection plan")
        verbose_name_plural = _("parts of the protection plan")

    def __str__(self) -> str:
        return self.name


class PlanCellQuerySet(MarkedQuerySet[Any]):
    """Cells of the plan."""

    def with_names(self) -> Self:
        return self.select_related("sector", "part", "owner")

    def owned_by(self, person: int) -> Self:
        return self.filter(owner=person)


class PlanCell(MarkedModel):
    """One part of one sector's plan. Its marking decides who knows where it stands; each document has its own.

    The owner's office is shown to whoever may read the cell, the owner's name to members. `due_on` is the day by which
    the next version is to be adopted.
    """

    sector = models.ForeignKey(
        "vocabulary.Sector", verbose_name=_("sector"), on_delete=models.PROTECT, related_name="plan_cells"
    )
    part = models.ForeignKey(PlanPart, verbose_name=_("part"), on_delete=models.PROTECT, related_name="cells")
    owner: Any = models.ForeignKey(
        "members.Person", verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_office = models.CharField(
        _("office of the owner"), max_length=120, blank=True, help_text=_("Shown beside the cell, without a name.")
    )
    due_on = models.DateField(_("next version due on"), null=True, blank=True)
    note = models.TextField(_("note"), max_length=600, blank=True, help_text=_("Shown to whoever may read the cell."))
    # For which day the owner was reminded, and when of comments: reminders are sent once.
    soon_told_for = models.DateField(null=True, blank=True, editable=False)
    overdue_told_for = models.DateField(null=True, blank=True, editable=False)
    comments_told_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = PlanCellQuerySet.as_manager()

    class Meta:
        ordering = ["sector__name", "part__order"]
        verbose_name = _("cell of the protection plan")
        verbose_name_plural = _("cells of the protection plan")
        constraints = [models.UniqueConstraint(fields=["sector", "part"], name="library_plancell_once")]

    def __str__(self) -> str:
        return f"{self.sector_id}/{self.part_id}"

    @property
    def title(self) -> str:
        return f"{self.sector.name}: {self.part.name}"

    def get_absolute_url(self) -> str:
        return reverse("plan_cell", args=[self.sector.slug, self.part.slug])


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    """Versions of cells."""

    def in_the_making(self) -> Self:
        return self.filter(state__in=OPEN)


class PlanVersion(models.Model):
    """One version of a cell: a document of the library, and where it stands. It is never deleted."""

    cell = models.ForeignKey(PlanCell, on_delete=models.PROTECT, related_name="versions")
    words = models.CharField(_("version"), max_length=40, help_text=_("As people say it: 2.1, or 2026."))
    state = models.CharField(_("state"), max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    document = models.ForeignKey(
        PortalDocument, verbose_name=_("document"), on_delete=models.PROTECT, related_name="plan_versions"
    )
    what_changed = models.TextField(
        _("what changed"), max_length=2000, blank=True, help_text=_("In words, for those who knew the version before.")
    )
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    adopted_on = models.DateField(_("adopted"), null=True, blank=True)

    objects: ClassVar[Any] = PlanVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "-pk"]
        verbose_name = _("version of the protection plan")
        verbose_name_plural = _("versions of the protection plan")
        constraints = [
            models.UniqueConstraint(fields=["cell", "words"], name="library_planversion_words"),
            models.UniqueConstraint(
                fields=["cell"], condition=Q(state=PlanState.ADOPTED), name="library_planversion_one_adopted"
            ),
            models.UniqueConstraint(
                fields=["cell"], condition=Q(state__in=[*OPEN]), name="library_planversion_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.words}"

    @property
    def is_in_the_making(self) -> bool:
        return self.state in OPEN

    @property
    def is_adopted(self) -> bool:
        return self.state == PlanState.ADOPTED

    def takes_comments(self, *, on: date | None = None) -> bool:
        """Whether comments are taken on a day (today, if not given), the last day included."""
        day = on or timezone.localdate()
        return self.is_in_the_making and self.comments_until is not None and day <= self.comments_until


class PlanCommentQuerySet(models.QuerySet["PlanComment"]):
    """Comments on versions."""

    def waiting(self) -> Self:
        return self.filter(answered_at=None)


class PlanComment(models.Model):
    """What a member says about a draft, sealed to Desk: it may name a weak point. The answer is in clear.

    Front stores it and cannot open it again. Nobody changes it, and it is answered once. When its time has ended, words
    and answer are destroyed (`plan.retention`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="comments")
    person: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    page = models.PositiveIntegerField(_("page"), null=True, blank=True)
    words = models.BinaryField(_("words, sealed to Desk"))
    at = models.DateTimeField(_("written"), default=timezone.now, db_index=True)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=CommentOutcome.choices, blank=True)
    purged_at = models.DateTimeField(_("words and answer destroyed"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = PlanCommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("comment on the protection plan")
        verbose_name_plural = _("comments on the protection plan")

    def __str__(self) -> str:
        return f"{self.person_id} on {self.version_id}"

    @property
    def record(self) -> str:
        """The name under which the vault knows it."""
        return f"{COMMENT}{self.uuid}"
