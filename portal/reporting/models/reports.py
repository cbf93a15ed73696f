"""What a member sent. In clear stand who sent it, when, and whether it is urgent; everything else is sealed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import DraftKind


class ReportQuerySet(models.QuerySet["Report"]):
    def activity(self) -> Self:
        """Reports of suspicious activity."""
        return self.filter(kind=DraftKind.ACTIVITY)

    def protected(self) -> Self:
        """Protected submissions."""
        return self.filter(kind=DraftKind.PROTECTED)


class Report(models.Model):
    """What a member sent: a report of suspicious activity, or a protected submission.

    Front inserts it and changes nothing of it afterwards. A protected submission belongs to the organisation, and
    passes on to the alternate contact when its filer leaves.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    number = models.CharField(_("tracking number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=DraftKind.choices, default=DraftKind.ACTIVITY)
    submitter: Any = models.ForeignKey(
        "members.Person", null=True, on_delete=models.PROTECT, related_name="reports"
    )  # nobody once it was purged, and never before
    copy_to: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation: Any = models.ForeignKey(
        "members.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    alternate: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_urgent = models.BooleanField(_("urgent"), default=False)
    wants_call = models.BooleanField(_("asks to be called"), default=False)
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now, db_index=True)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return self.number

    @property
    def record(self) -> str:
        """The name under which the vault knows it."""
        return f"report:{self.uuid}"


class ReportPart(models.Model):
    """A section as it was sent, or words that were added later. Rows are only added."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=20)  # a `Section`, or a `ProtectedSection`
    version = models.PositiveSmallIntegerField(default=1)
    envelope = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["report", "name", "version"], name="reporting_part_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version} of {self.report_id}"

    @property
    def field(self) -> str:
        """The name under which it is sealed."""
        return part_field(self.name, self.version)


class DeskMessage(models.Model):
    """What the desk writes to the submitter, sealed; the receipt code opens it. Desk alone writes these.

    Without `by` the desk's own machinery wrote it.
    """

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="messages")
    by: Any = models.ForeignKey("members.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    envelope = models.BinaryField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"message {self.uuid}"

    @property
    def field(self) -> str:
        return f"message:{self.uuid}"


def part_field(name: str, version: int) -> str:
    """The name under which a version of a section is sealed."""
    return f"part:{name}:{version}"
