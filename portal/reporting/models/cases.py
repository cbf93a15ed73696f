"""What the desk makes of a report. Front sees the status and the closing words of a case, and writes nothing of it."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.reporting.enums import DigestKind, Disposition, EntryKind, Finding, RecordClass, Review, Stage, Status
from portal.reporting.models.reports import Report

ENDED = (Stage.CLOSED, Stage.PURGED)


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        """Cases on which the desk has something to do."""
        return self.exclude(stage__in=ENDED)

    def in_queue_order(self) -> Self:
        """Urgent ones first, then those without a first answer by when it is due, then who was answered longest ago."""
        answered = models.F("first_answer_at").asc(nulls_first=True)
        return self.order_by("-report__is_urgent", answered, "due_at", "report_id")


class Case(models.Model):
    """A report on the desk: its coded fields, who has it, what was found, and how long it is kept."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.PROTECT, related_name="case")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.NEW, db_index=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED)
    taken_in_at = models.DateTimeField(_("taken in"), default=timezone.now)
    parts_seen = models.PositiveIntegerField(_("parts of the report whose files were taken in"), default=0)

    # Coded fields, read by Desk from what is sealed: lists, filters and counts need no more.
    behaviour = models.CharField(_("behaviour"), max_length=10, blank=True, db_index=True)
    sector: Any = models.ForeignKey(
        "vocabulary.Sector", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    target = models.CharField(_("kind of target"), max_length=10, blank=True)
    county: Any = models.ForeignKey(
        "vocabulary.County", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    happened_from = models.DateTimeField(_("from"), null=True, blank=True)
    happened_to = models.DateTimeField(_("to"), null=True, blank=True)
    has_unusual_facts = models.BooleanField(_("says what made it unusual"), default=False)
    may_be_minor = models.BooleanField(_("someone may be under 18"), default=False)

    assigned_to: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    due_at = models.DateTimeField(_("due"), db_index=True)
    first_answer_at = models.DateTimeField(_("first answer"), null=True, blank=True)

    # An urgent report: how often the desk was alerted, when next, and who took it up.
    alerts = models.PositiveSmallIntegerField(_("alerts"), default=0)
    next_alert_at = models.DateTimeField(_("next alert"), null=True, blank=True, db_index=True)
    taken_up_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_up_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    hand_off_review_due_at = models.DateTimeField(_("hand-off to be reviewed by"), null=True, blank=True)

    review = models.CharField(_("initial review"), max_length=10, choices=Review.choices, blank=True)
    reviewed_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    duplicate_of: Any = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(_("determination"), max_length=5, choices=Finding.choices, blank=True)
    determined_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    determined_at = models.DateTimeField(_("determined"), null=True, blank=True)
    disposition = models.CharField(_("disposition"), max_length=12, choices=Disposition.choices, blank=True)

    # In clear, since the submitter reads them without the code; approved sentences, which tip nobody off.
    closing_words = models.TextField(_("closing words"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    record_class = models.CharField(
        _("record class"), max_length=15, choices=RecordClass.choices, default=RecordClass.UNDECIDED
    )
    closure_basis = models.CharField(_("closure basis"), max_length=200, blank=True)
    classed_by: Any = models.ForeignKey(
        "members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    classed_at = models.DateTimeField(_("classed"), null=True, blank=True)

    retain_until = models.DateField(_("kept until"), db_index=True)
    is_purge_held = models.BooleanField(_("purge held"), default=False)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    def __str__(self) -> str:
        return str(self.report)

    @property
    def is_ended(self) -> bool:
        return self.stage in ENDED


class CaseEntry(models.Model):
    """One thing that was done or said about a case. Rows are only added; words are sealed under the report's key."""

    uuid = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=15, choices=EntryKind.choices)
    by: Any = models.ForeignKey("members.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    code = models.CharField(_("finding or disposition"), max_length=15, blank=True)
    details = models.BinaryField(_("words, sealed"), blank=True, default=b"")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")

    def __str__(self) -> str:
        return f"{self.kind} on {self.case_id}"

    @property
    def field(self) -> str:
        """The name under which its details are sealed."""
        return f"entry:{self.uuid}"


class SeenDigest(models.Model):
    """A keyed digest of a plate, number, address or registration in a report, for the exact look-up 'seen before'."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="digests")
    kind = models.CharField(max_length=10, choices=DigestKind.choices)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind", "digest"], name="reporting_digest_once")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.case_id}"
