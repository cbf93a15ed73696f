"""Files that came with a report: sealed originals, what Desk knows of them, and the safe copies that analysts open."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import CopyState, FileState, MarkingState, TwoPeople


class Attachment(models.Model):
    """A file as it came in, sealed to the desk. It belongs to a draft, or to the report that the draft became.

    To a report that was sent more may be added. Its name, declared type and SHA-256 are sealed with it. `state` is what
    Front saw; Desk believes its own `Evidence`.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report_uuid = models.UUIDField(_("report"), db_index=True)
    owner: Any = models.ForeignKey(
        "members.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )  # nobody once its report was purged
    kind = models.CharField(_("kind"), max_length=20)
    length = models.PositiveBigIntegerField(_("length in bytes"))
    state = models.CharField(_("state"), max_length=10, choices=FileState.choices)
    facts = models.BinaryField(_("name, declared type and hash, sealed"))
    stored_at = models.DateTimeField(_("stored"), default=timezone.now)
    removed_at = models.DateTimeField(_("taken out before sending"), null=True, blank=True)

    class Meta:
        ordering = ["stored_at", "uuid"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return f"attachment {self.uuid}"

    @property
    def record(self) -> str:
        return f"report:{self.report_uuid}"

    @property
    def file(self) -> str:
        """The name under which its content is sealed."""
        return f"file:{self.uuid}"

    @property
    def facts_field(self) -> str:
        return f"facts:{self.uuid}"

    @property
    def place(self) -> str:
        """Where it lies in the storage of sealed files."""
        return f"{self.report_uuid}/{self.uuid}"


class Evidence(models.Model):
    """What Desk knows of a file: its own scan, its own look inside, and the safe copy."""

    attachment = models.OneToOneField(Attachment, primary_key=True, on_delete=models.PROTECT, related_name="evidence")
    case: Any = models.ForeignKey(
        "reporting.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    holding: Any = models.ForeignKey(
        "reporting.Holding", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    state = models.CharField(_("state"), max_length=10, choices=FileState.choices, default=FileState.WAITING)
    why = models.CharField(_("why it is held or refused"), max_length=300, blank=True)
    kind = models.CharField(_("kind, as Desk found it"), max_length=20, blank=True)
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"), default=timezone.now, db_index=True)
    copy_state = models.CharField(_("safe copy"), max_length=10, choices=CopyState.choices, default=CopyState.WAITING)
    copy_why = models.CharField(_("why there is none"), max_length=300, blank=True)
    copied_at = models.DateTimeField(_("safe copy made"), null=True, blank=True)
    removed = models.JSONField(_("what the safe copy leaves out"), default=list, blank=True)
    metadata = models.BinaryField(_("what was removed, sealed"), blank=True, default=b"")
    markings = models.CharField(
        _("looked for markings"), max_length=10, choices=MarkingState.choices, default=MarkingState.WAITING, blank=True
    )
    banners = models.JSONField(_("CUI markings, as they came"), default=list, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case=None, holding__isnull=False) | models.Q(case__isnull=False, holding=None),
                name="reporting_evidence_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"evidence {self.attachment_id}"

    @property
    def report(self) -> Any:
        """What it came with: the report of its case, or the protected submission."""
        return self.kept.report

    @property
    def kept(self) -> Any:
        """What the desk made of it: a case, or a protected submission."""
        return self.case or self.holding

    @property
    def is_gone(self) -> bool:
        """Whether what it came with was destroyed."""
        return bool(self.case.purged_at if self.case_id else self.holding.ended_at)

    @property
    def metadata_field(self) -> str:
        return f"metadata:{self.attachment_id}"


class SafeCopyPart(models.Model):
    """One page, picture or text of a safe copy, sealed like the original."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    form = models.CharField(max_length=10)  # picture, text or table; its title may tell something and is sealed
    length = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="reporting_copy_part_once")]

    def __str__(self) -> str:
        return f"part {self.number} of {self.evidence_id}"

    @property
    def file(self) -> str:
        return f"copy:{self.uuid}"

    def place(self, report_uuid: UUID) -> str:
        return f"{report_uuid}/{self.uuid}"


class TwoPeopleRequest(models.Model):
    """One person asks for an original or a held file, another allows it. To whom and why are sealed."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=TwoPeople.choices)
    asked_by: Any = models.ForeignKey("members.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    details = models.BinaryField()
    allowed_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    allowed_at = models.DateTimeField(null=True, blank=True)
    refused_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.evidence_id}"

    @property
    def field(self) -> str:
        return f"request:{self.uuid}"
